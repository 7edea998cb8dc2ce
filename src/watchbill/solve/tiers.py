"""Climbs the tiers of one part: each is minimised, proven if the work allows, and frozen with its slack."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from watchbill.policy import TierSpec
from watchbill.solve.engine import Answer
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row

Seen = Callable[[str, int, int], None]


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
            if self.value < self.bound:
                raise AssertionError(f'tier "{self.tier}": a plan at {self.value} disproves the bound {self.bound}')
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


class Ladder(ABC):
    """One part on its way through the tiers. How a tier is minimised depends on the size of the part."""

    def __init__(self, model: Model, effort: Effort, watch: Watch) -> None:
        self.model = model
        self.effort = effort
        self.watch = watch
        self.frozen: list[Row] = []
        self.most: dict[str, int] = {}

    @abstractmethod
    def start(self, tiers: Sequence[TierSpec]) -> Answer:
        """Any plan that keeps the hard rules."""

    @abstractmethod
    def minimise(self, race: Race) -> None:
        """Improves value and bound of a tier as far as the work allows."""

    def climb(self, values: Sequence[int], tiers: Sequence[TierSpec], seen: Seen) -> Climbed:
        """Minimises one tier after the other from a first solution."""
        steps = []
        for tier in tiers:
            race = self._race(tier.name, values, seen)
            if not race.proven and not self.watch.stopped.is_set():
                self.minimise(race)
            values = race.values
            steps.append(Step(race.value, race.bound))
            self.freeze(tier.name, race.objective, race.value + abs(race.value) * tier.slack // 100)
        return Climbed(values, tuple(steps))

    def freeze(self, tier: str, objective: Objective, most: int) -> None:
        """From now on a tier may cost so much at most."""
        self.most[tier] = most
        if objective.terms:
            terms = objective.terms
            self.frozen.append(Row(list(terms), list(terms.values()), None, most - objective.constant, "tier"))

    def _race(self, tier: str, values: Sequence[int], seen: Seen) -> Race:
        objective = self.model.objective(tier)
        race = Race(tier, objective, values, self.model.least(objective), lambda v, b: seen(tier, v, b))
        race.report(race.value, race.bound)
        return race
