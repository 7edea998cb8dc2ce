"""Climbs the tiers of a part that engines can handle whole: CP-SAT finds, HiGHS proves."""

from collections.abc import Sequence
from dataclasses import replace

from watchbill.policy import TierSpec
from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer
from watchbill.solve.highs import Highs
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective
from watchbill.solve.neighbours import Neighbours
from watchbill.solve.patterns import strengthened
from watchbill.solve.tiers import Ladder, Race

IDEAL_TIERS = 2
IDEAL_SHARE = 0.3
QUICK_SHARE = 0.03
QUICK_VARIABLES = 12_000
LONG_SHARE = 0.1
ROUGH_GAP = 0.02
ENOUGH_GAP = 0.01
PROOF_VARIABLES = 1_200
MIDDLE_VARIABLES = 1_500
MIDDLE_SHARE = 0.15
QUICK_LOOK_NODES = 50
APPROACHES = ((0.05, 1_000), (0.2, 3_000), (1.0, 6_000))


class Proving(Ladder):
    """Both engines take turns at the whole part."""

    def __init__(self, model: Model, effort: Effort, watch: Watch) -> None:
        super().__init__(model, effort, watch)
        self._finder = CpSat(model)
        self._neighbours: Neighbours | None = None

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
                least = self.model.least(objective) - objective.constant
                model.row(objective.terms, None, least, "ideal")
        return CpSat(model).solve(Objective(), None, self.effort, self.watch, work=IDEAL_SHARE * self.effort.work)

    def minimise(self, race: Race) -> None:
        """A short search for a start, the proof, and a longer search if a gap is left."""
        for step in (self._quick, self._prove if self._small else self._narrow, self._long):
            if self._goes_on(race):
                step(race)

    @property
    def _small(self) -> bool:
        return len(self.model.lower) <= PROOF_VARIABLES

    def _goes_on(self, race: Race) -> bool:
        return not race.proven and not self.watch.stopped.is_set()

    def freeze(self, tier: str, objective: Objective, most: int) -> None:
        """From now on a tier may cost so much at most."""
        super().freeze(tier, objective, most)
        if objective.terms:
            self._finder.freeze(self.frozen[-1])

    def _quick(self, race: Race) -> None:
        self._find(race, QUICK_SHARE * min(1.0, len(self.model.lower) / QUICK_VARIABLES))

    def _long(self, race: Race) -> None:
        if race.gap > ENOUGH_GAP:
            self._find(race, LONG_SHARE)

    def _find(self, race: Race, share: float) -> None:
        work = share * self.effort.work
        answer = self._finder.solve(
            race.objective, race.values, self.effort, self.watch, work=work, seen=race.glimpse, relaxed=self._middling
        )
        race.take(answer)

    @property
    def _middling(self) -> bool:
        return PROOF_VARIABLES < len(self.model.lower) <= MIDDLE_VARIABLES

    def _narrow(self, race: Race) -> None:
        """The proving engine until little is missing, then neighbourhoods, which polish faster than a tree does.

        In models of middle size the finding engine comes near on its own first, and a quick look leaves it at that.
        """
        if self._middling:
            self._find(race, MIDDLE_SHARE)
        if self._is_wide(race) and not (self._middling and self.effort.nodes < QUICK_LOOK_NODES):
            self._ask(race, None, 1.0, ROUGH_GAP if race.tier == "wishes" else self.effort.gap)
        if self._is_wide(race):
            self._polish(race)

    def _is_wide(self, race: Race) -> bool:
        return self._goes_on(race) and race.gap > self.effort.gap

    def _polish(self, race: Race) -> None:
        self._neighbours = self._neighbours or Neighbours(self.model)

        def seen(values: Sequence[int]) -> None:
            race.take(Answer(values))

        self._neighbours.improve(race.tier, race.values, self.frozen, self.effort, self.watch, seen)

    def _prove(self, race: Race) -> None:
        """The whole proof, with patterns once they are few: the better the known value, the fewer they are."""
        if race.gap <= self.effort.gap:
            self._ask(race, None, APPROACHES[0][0], 0.0)
        for share, most in APPROACHES:
            tighter = self._tighter(race, most) if self._goes_on(race) else None
            if tighter is not None:
                self._ask(race, tighter, 1.0, 0.0)
                return
            if self._goes_on(race):
                self._find(race, QUICK_SHARE)
            if self._goes_on(race):
                self._ask(race, None, share, 0.0)

    def _tighter(self, race: Race, most: int) -> Model | None:
        return strengthened(self.model, {**self.most, race.tier: race.value - 1}, most)

    def _ask(self, race: Race, tighter: Model | None, share: float, gap: float) -> None:
        prover = Highs(self.model, tighter)
        for row in self.frozen:
            prover.freeze(row)
        effort = replace(self.effort, nodes=max(1, round(share * self.effort.nodes)))
        race.improve(prover.solve(race.objective, race.value - 1, effort, self.watch, gap=gap))
