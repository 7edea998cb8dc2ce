"""Climbs the tiers of one part: each is minimised, proven if the work allows, and frozen with its slack."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from watchbill.domain import TierSpec
from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer
from watchbill.solve.highs import Highs
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row

Seen = Callable[[str, int, int], None]

IDEAL_TIERS = 2
IDEAL_SHARE = 0.3
QUICK_SHARE = 0.03
QUICK_VARIABLES = 3_000
LONG_SHARE = 0.3
PROVER_VARIABLES = 12_000
PROOF_VARIABLES = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """How one tier of one part came out: the best value found when it was solved, and the lower bound."""

    best: int
    bound: int


@dataclass(frozen=True, slots=True)
class Climbed:
    """The solution after the last tier, and a step for each tier."""

    values: Sequence[int]
    steps: tuple[Step, ...]


@dataclass
class Race:
    """The best solution and bound of one tier so far, fed by both engines."""

    tier: str
    objective: Objective
    values: Sequence[int]
    bound: int
    report: Callable[[int, int], None]
    value: int = field(init=False)

    def __post_init__(self) -> None:
        self.value = self.objective.value(self.values)

    @property
    def proven(self) -> bool:
        """Whether nothing better can exist."""
        return self.value <= self.bound

    @property
    def gap(self) -> float:
        """How far the value is from the bound at most, as a fraction of the value."""
        return (self.value - self.bound) / max(abs(self.value), 1)

    def take(self, answer: Answer) -> None:
        """Learns from an engine's answer; 'nothing as good exists' is no news to a known solution."""
        if answer.values is not None and self.objective.value(answer.values) < self.value:
            self.values = answer.values
            self.value = self.objective.value(answer.values)
        if answer.bound is not None:
            self.bound = max(self.bound, min(answer.bound, self.value))
        self.report(self.value, self.bound)

    def improve(self, answer: Answer) -> None:
        """Learns from an answer about better solutions only: if there are none, what is known is the best."""
        bound = self.value if answer.infeasible else answer.bound
        self.take(Answer(answer.values, bound))

    def glimpse(self, value: int | None, bound: int | None) -> None:
        """Reports what a running engine has seen, without believing it yet."""
        seen = self.value if value is None else min(value, self.value)
        self.report(seen, min(seen, self.bound if bound is None else max(bound, self.bound)))


class Ladder:
    """One part on its way through the tiers."""

    def __init__(self, model: Model, effort: Effort, watch: Watch) -> None:
        self.model = model
        self.effort = effort
        self.watch = watch
        self._finder = CpSat(model)
        self._frozen: list[Row] = []
        self._most: dict[str, int] = {}

    def start(self, tiers: Sequence[TierSpec]) -> Answer:
        """A plan that keeps the hard rules, and if one is found soon, one at the least value of the first tiers.

        Asking for the value is much faster than minimising towards it: the engine then looks for any plan at all.
        """
        ideal = self._ideal(tiers)
        if ideal.values is not None:
            return ideal
        return self._finder.solve(Objective(), None, self.effort, self.watch, work=20 * self.effort.work)

    def _ideal(self, tiers: Sequence[TierSpec]) -> Answer:
        model = Model(self.model.lower, self.model.upper, rows=list(self.model.rows))
        for tier in tiers[:IDEAL_TIERS]:
            objective = self.model.objective(tier.name)
            if objective.terms:
                model.row(objective.terms, None, self.model.range_of(objective.terms)[0], "ideal")
        return CpSat(model).solve(Objective(), None, self.effort, self.watch, work=IDEAL_SHARE * self.effort.work)

    def climb(self, values: Sequence[int], tiers: Sequence[TierSpec], seen: Seen) -> Climbed:
        """Minimises one tier after the other from a first solution."""
        steps = []
        for tier in tiers:
            objective = self.model.objective(tier.name)
            race = self._minimise(tier.name, objective, values, seen)
            values = race.values
            steps.append(Step(race.value, race.bound))
            self._freeze(tier.name, objective, race.value + abs(race.value) * tier.slack // 100)
        return Climbed(values, tuple(steps))

    def _minimise(self, name: str, objective: Objective, values: Sequence[int], seen: Seen) -> Race:
        least = objective.constant + self.model.range_of(objective.terms)[0]
        race = Race(name, objective, values, least, lambda value, bound: seen(name, value, bound))
        for step in (self._quick, self._prove, self._long):
            if not race.proven and not self.watch.stopped.is_set():
                step(race)
        return race

    def _quick(self, race: Race) -> None:
        self._find(race, QUICK_SHARE * self.effort.work * min(1.0, len(self.model.lower) / QUICK_VARIABLES))

    def _long(self, race: Race) -> None:
        if race.gap > self.effort.gap:
            self._find(race, LONG_SHARE * self.effort.work)

    def _find(self, race: Race, work: float) -> None:
        race.take(
            self._finder.solve(race.objective, race.values, self.effort, self.watch, work=work, seen=race.glimpse)
        )

    def _prove(self, race: Race) -> None:
        size = len(self.model.lower)
        if size <= PROVER_VARIABLES:
            self._ask_prover(race, 0.0 if size <= PROOF_VARIABLES else self.effort.gap)

    def _ask_prover(self, race: Race, gap: float) -> None:
        prover = Highs(self.model, {**self._most, race.tier: race.value - 1})
        for row in self._frozen:
            prover.freeze(row)
        race.improve(prover.solve(race.objective, race.value - 1, self.effort, self.watch, gap=gap))

    def _freeze(self, tier: str, objective: Objective, most: int) -> None:
        self._most[tier] = most
        if objective.terms:
            row = Row(list(objective.terms), list(objective.terms.values()), None, most - objective.constant, "tier")
            self._frozen.append(row)
            self._finder.freeze(row)
