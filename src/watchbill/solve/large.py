"""Climbs the tiers of a part too large to be proven whole: a greedy plan, improved neighbourhood by neighbourhood."""

from collections.abc import Sequence

from watchbill.policy import TierSpec
from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective
from watchbill.solve.neighbours import Neighbours
from watchbill.solve.tiers import Ladder, Race


class Large(Ladder):
    """Values come from neighbourhoods, bounds from the objective alone."""

    def __init__(self, model: Model, effort: Effort, watch: Watch) -> None:
        super().__init__(model, effort, watch)
        self._neighbours = Neighbours(model)

    def start(self, tiers: Sequence[TierSpec]) -> Answer:
        """A plan that keeps the hard rules; the engine looks for one if the greedy way fails."""
        values = self._neighbours.first(self.effort, self.watch)
        if values is not None and self.model.valid(values):
            return Answer(values)
        return CpSat(self.model).solve(Objective(), None, self.effort, self.watch, work=20 * self.effort.work)

    def minimise(self, race: Race) -> None:
        """Rounds of small models, until they gain nothing."""

        def seen(values: Sequence[int]) -> None:
            race.take(Answer(values))

        self._neighbours.improve(race.tier, race.values, self.frozen, self.effort, self.watch, seen)
