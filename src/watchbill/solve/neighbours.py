"""Large neighbourhood search: frees a few people's turns, keeps the rest, and lets the engine do the small model.

P. Shaw, "Using constraint programming and local search methods to solve vehicle routing problems", 1998. Which
people are freed is drawn with a seed, those who cost most more often, so the search repeats exactly.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from watchbill.solve.cpsat import CpSat
from watchbill.solve.engine import Answer
from watchbill.solve.greedy import Greedy
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row
from watchbill.solve.parts import ModelPart, restricted

RELIEF = "relief"
AROUND = 150
FILLERS = (12, 12, 12, 24, 24, 24, 48, 48)
PEOPLE = 10
ROUNDS = {"fairness": 14, "wishes": 16}
OTHER_ROUNDS = 6
IDLE_ROUNDS = 5
ROUND_SHARE = 0.03
WORTH = 1000


class Neighbours:
    """A large model with what is frozen; rows are indexed once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._rows_of: dict[int, list[Row]] = {}
        for row in model.rows:
            for variable in row.variables:
                self._rows_of.setdefault(variable, []).append(row)
        self._covers = [row for row in model.rows if row.rule == "cover"]
        self._people = sorted(set(model.owner.values()))

    def improve(
        self,
        tier: str,
        values: Sequence[int],
        frozen: Sequence[Row],
        effort: Effort,
        watch: Watch,
        seen: Callable[[Sequence[int]], None],
    ) -> None:
        """Passes on better and better values of a tier; the frozen rows hold throughout."""
        objective = self.model.objective(tier)
        random = draws(effort)
        best, idle = list(values), 0
        least = self.model.least(objective)
        for _ in range(ROUNDS.get(tier, OTHER_ROUNDS)):
            if idle == IDLE_ROUNDS or objective.value(best) <= least or watch.stopped.is_set():
                break
            found = self._round(objective, best, frozen, self._draw(objective, best, random), effort, watch)
            gain = 0 if found is None else objective.value(best) - objective.value(found)
            idle = 0 if gain * WORTH > abs(objective.value(best)) else idle + 1
            if found is not None and gain > 0:
                best = found
                seen(best)

    def of(self, values: Sequence[int], people: set[int]) -> ModelPart:
        """The small model in which some people exchange what they hold, with every tier; all else keeps its value."""
        free = self._free(values, people)
        part = restricted(self.model, values, free, self._touching(free, ()), self.model.tiers)
        own = {variable: n for n, variable in enumerate(part.variables)}
        part.model.implied = {own[v] for v in part.variables if v in self.model.implied}
        part.model.owner = {own[v]: self.model.owner[v] for v in part.variables if v in self.model.owner}
        return part

    def first(self, effort: Effort, watch: Watch) -> list[int] | None:
        """A greedy plan whose empty turns are filled by changing turns around them; None if that fails."""
        if watch.stopped.is_set():
            return None
        values, empty = Greedy(self.model).plan(watch)
        random = draws(effort)
        for number in empty:
            if watch.stopped.is_set() or not self._fill(number, values, random, effort, watch):
                return None
        return self.model.tightened(values)

    def _fill(self, number: int, values: list[int], random: Random, effort: Effort, watch: Watch) -> bool:
        """Fills an empty turn in place, freeing what more and more people hold around it; whether that worked."""
        if self._share(number, values, effort, watch):
            return True
        able = sorted(self.model.owner[v] for v in self._covers[number].variables if self.model.upper[v])
        near = self._covers[max(0, number - AROUND) : number + AROUND]
        for size in FILLERS:
            people = set(random.sample(able, min(size, len(able))))
            wanted = {v for v in self._covers[number].variables if self.model.owner[v] in people}
            if self._freed(self._with_reliefs(self._held(values, people, near) | wanted), values, effort, watch):
                return True
        return False

    def _share(self, number: int, values: list[int], effort: Effort, watch: Watch) -> bool:
        """Gives an empty turn to somebody who may miss some of it, and that to others: the greedy plan never does."""
        wanted = {v for v in self._covers[number].variables if self.model.upper[v]}
        choices = self._with_reliefs(wanted)
        return choices != wanted and self._freed(choices, values, effort, watch)

    def _freed(self, choices: set[int], values: list[int], effort: Effort, watch: Watch) -> bool:
        """Decides some choices anew in place; whether that worked."""
        free = choices | self._helpers(choices)
        part = restricted(self.model, values, free, self._touching(free, ()), {})
        found = self._with(values, part, self._solve(part, Objective(), None, effort, watch))
        if found is not None:
            values[:] = found
        return found is not None

    def _solve(
        self, part: ModelPart, goal: Objective, start: Sequence[int] | None, effort: Effort, watch: Watch
    ) -> Answer:
        return CpSat(part.model).solve(goal, start, effort, watch, work=effort.work * ROUND_SHARE)

    def _with(self, values: Sequence[int], part: ModelPart, answer: Answer) -> list[int] | None:
        """All values with those that an answer found for a part."""
        if answer.values is None:
            return None
        out = list(values)
        for variable, found in zip(part.variables, answer.values, strict=True):
            out[variable] = found
        return out

    def _draw(self, objective: Objective, values: Sequence[int], random: Random) -> set[int]:
        """A few people: half of them those who cost most, drawn among twice as many."""
        costs = self._costs(objective, values)
        ranked = sorted(self._people, key=lambda person: (-costs.get(person, 0), person))
        size = min(PEOPLE, (len(self._people) + 1) // 2)
        half = size // 2
        worst = random.sample(ranked[: 2 * half], min(half, len(ranked)))
        rest = [person for person in self._people if person not in worst]
        return set(worst) | set(random.sample(rest, min(size - half, len(rest))))

    def _costs(self, objective: Objective, values: Sequence[int]) -> dict[int, int]:
        """What each person's choices and bends cost."""
        out: dict[int, int] = {}
        for variable, coefficient in objective.terms.items():
            if values[variable] and variable in self.model.owner:
                owner = self.model.owner[variable]
                out[owner] = out.get(owner, 0) + coefficient
        for bend in self.model.bends:
            owner = self.model.owner[next(iter(bend.quantity))]
            paid = sum(objective.terms.get(piece, 0) * values[piece] for piece, _ in bend.pieces)
            out[owner] = out.get(owner, 0) + paid
        return out

    def _round(
        self,
        objective: Objective,
        values: list[int],
        frozen: Sequence[Row],
        people: set[int],
        effort: Effort,
        watch: Watch,
    ) -> list[int] | None:
        """The values after the small model of some people's turns; None if it found nothing."""
        free = self._free(values, people)
        part = restricted(self.model, values, free, self._touching(free, frozen), {"goal": objective})
        start = [values[v] for v in part.variables]
        return self._with(values, part, self._solve(part, part.model.objective("goal"), start, effort, watch))

    def _free(self, values: Sequence[int], people: set[int]) -> set[int]:
        """Choices of these people in turns that one of them holds, and every helper that hangs on them."""
        held = self._with_reliefs(self._held(values, people, self._covers))
        return held | self._helpers(held)

    def _held(self, values: Sequence[int], people: set[int], covers: Sequence[Row]) -> set[int]:
        """Choices of these people in those of the turns that one of them holds."""
        owner = self.model.owner
        return {
            v
            for row in covers
            if any(values[held] and owner[held] in people for held in row.variables)
            for v in row.variables
            if owner[v] in people and self.model.upper[v]
        }

    def _with_reliefs(self, held: set[int]) -> set[int]:
        """Choices and, of turns that can be held in part, those of whoever might take the rest."""
        rows = (row for v in held for row in self._rows_of.get(v, ()) if row.rule == RELIEF and row.low == 0)
        return held.union(v for row in rows for v in row.variables if self.model.upper[v])

    def _helpers(self, free: Iterable[int]) -> set[int]:
        """Helper variables that rows connect with free ones, over further helpers too."""
        found: set[int] = set()
        ahead = list(free)
        while ahead:
            for row in self._rows_of.get(ahead.pop(), ()):
                new = [v for v in row.variables if v not in self.model.owner and v not in found]
                found.update(new)
                ahead.extend(new)
        return found

    def _touching(self, free: set[int], frozen: Sequence[Row]) -> list[Row]:
        rows = {id(row): row for v in sorted(free) for row in self._rows_of.get(v, ())}
        return [*rows.values(), *frozen]


def draws(effort: Effort) -> Random:
    """A repeatable source of draws: nothing here is secret, and the same seed has to give the same plan."""
    return Random(effort.seed)  # noqa: S311
