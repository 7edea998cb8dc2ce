"""The board: translates what rules say about people and turns into the neutral model."""

from collections.abc import Iterable, Mapping, Sequence

from watchbill.domain import Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules.base import Curve, Linear
from watchbill.solve.model import Bend, Model


class PlanBoard:
    """Implements `rules.base.Board`. A variable for a person and a turn exists unless a rule barred it before."""

    def __init__(self, problem: Problem, loads: Loads) -> None:
        self.problem = problem
        self.loads = loads
        self.model = Model()
        self.choices: dict[tuple[str, str], int] = {}
        self.reasons: dict[tuple[str, str], str] = {}
        self._neighbours = _neighbours(problem)
        self._number = {person.id: n for n, person in enumerate(problem.people)}
        self._open: dict[str, tuple[Shift, ...]] = {}

    def bar(self, person: str, shift: Shift, rule: str) -> None:
        """This person cannot hold this turn."""
        self.reasons.setdefault((person, shift.turn), rule)
        variable = self.choices.get((person, shift.turn))
        if variable is not None:
            self.model.upper[variable] = 0
        self._open.pop(person, None)

    def open_to(self, person: str) -> Sequence[Shift]:
        """Turns that the person might hold, or holds in a neighbouring plan, in order of start."""
        if person not in self._open:
            own = [turn for turn in self._choices(person) if (person, turn.turn) not in self.reasons]
            own += [shift for shift, people in self._neighbours.values() if person in people]
            self._open[person] = tuple(sorted(own, key=lambda turn: (turn.start, turn.turn)))
        return self._open[person]

    def takers(self, shift: Shift) -> Sequence[str]:
        """Who might hold this turn, in order of people."""
        if shift.turn in self._neighbours:
            return self._neighbours[shift.turn][1]
        able = (p.id for p in self.problem.people if (p.id, shift.turn) not in self.reasons)
        return tuple(person for person in able if self.problem.may_take(person, shift))

    def is_fixed(self, shift: Shift) -> bool:
        """Whether the turn belongs to a neighbouring plan."""
        return shift.turn in self._neighbours

    def holds(self, person: str, shift: Shift, times: int = 1) -> Linear:
        """`times` if the person holds the turn, else 0."""
        return self.weigh(person, [(shift, times)])

    def count(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """How many of these turns the person holds."""
        return self.weigh(person, ((shift, 1) for shift in shifts))

    def weigh(self, person: str, weights: Iterable[tuple[Shift, int]]) -> Linear:
        """The sum of the weights of those turns that the person holds."""
        out = Linear()
        for shift, weight in weights:
            if shift.turn in self._neighbours:
                out.constant += weight * (person in self._neighbours[shift.turn][1])
            elif (person, shift.turn) not in self.reasons and self.problem.may_take(person, shift):
                variable = self._choice(person, shift)
                out.terms[variable] = out.terms.get(variable, 0) + weight
        return out

    def any_of(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """1 if the person holds at least one of these turns, else 0."""
        several = self.count(person, shifts)
        if several.constant:
            return Linear(constant=1)
        if len(several.terms) <= 1:
            return several
        some = self.model.variable(0, 1)
        for variable in several.terms:
            self.model.row({some: 1, variable: -1}, 0, None, "any")
        self.model.row({some: -1, **several.terms}, 0, None, "any")
        return Linear({some: 1})

    def require(self, what: Linear, *, at_least: int | None = None, at_most: int | None = None, rule: str) -> None:
        """A hard bound; left out where the variables' own bounds already keep it."""
        least, most = self.model.range_of(what.terms)
        low = None if at_least is None or least >= at_least - what.constant else at_least - what.constant
        high = None if at_most is None or most <= at_most - what.constant else at_most - what.constant
        if low is not None or high is not None:
            self.model.row(what.terms, low, high, rule)

    def penalise(
        self,
        what: Linear,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        tier: str,
        weight: int,
        unit: int = 1,
    ) -> None:
        """A soft bound: every `unit` beyond it, begun ones too, costs `weight` in a tier."""
        if at_most is not None:
            self._beyond([what], at_most, tier, weight, unit)
        if at_least is not None:
            self._beyond([what * -1], -at_least, tier, weight, unit)

    def penalise_worst(self, sums: Sequence[Linear], *, at_most: int, tier: str, weight: int) -> None:
        """A soft bound on several sums, of which only the one that is furthest beyond it costs."""
        self._beyond(sums, at_most, tier, weight, 1)

    def _beyond(self, sums: Sequence[Linear], at_most: int, tier: str, weight: int, unit: int) -> None:
        """One integer variable that counts the units of the greatest sum beyond the bound."""
        over = [what for what in sums if self.model.range_of(what.terms)[1] + what.constant > at_most]
        if weight == 0 or not over:
            return
        most = max(self.model.range_of(what.terms)[1] + what.constant for what in over) - at_most
        units = self.model.variable(0, -(-most // unit), implied=unit == 1)
        self.model.units.add(units)
        for what in over:
            self.model.row({**what.terms, units: -unit}, None, at_most - what.constant, tier)
        objective = self.model.objective(tier)
        objective.terms[units] = weight

    def excess(self, what: Linear, curve: Curve, *, tier: str, weight: int) -> None:
        """A convex cost of an amount in a tier: one variable for each piece, cheap pieces first."""
        most = self.model.range_of(what.terms)[1] + what.constant
        if weight == 0 or most <= curve.points[0]:
            return
        ends = [*curve.points[1:], most]
        pieces: list[tuple[int, int]] = []
        for start, end, slope in zip(curve.points, ends, curve.slopes, strict=True):
            if start >= most:
                break
            piece = self.model.variable(0, min(end, most) - start, implied=True)
            pieces.append((piece, slope))
            self.model.objective(tier).terms[piece] = weight * slope
        self.model.row(what.terms | {piece: -1 for piece, _ in pieces}, None, curve.points[0] - what.constant, tier)
        self._bend(tier, weight, curve, what, tuple(pieces))

    def _bend(self, tier: str, weight: int, curve: Curve, what: Linear, pieces: tuple[tuple[int, int], ...]) -> None:
        """Remembers a convex cost of what one person holds."""
        terms = {v: c for v, c in what.terms.items() if c}
        sign = 1 if all(c > 0 for c in terms.values()) else -1 if all(c < 0 for c in terms.values()) else 0
        if sign and len({self.model.owner.get(v) for v in terms}) == 1:
            quantity = {v: c * sign for v, c in terms.items()}
            self.model.bends.append(Bend(tier, weight, curve, quantity, sign, what.constant, pieces))

    def cost(self, what: Linear, *, tier: str) -> None:
        """A linear cost in a tier; the constant counts too."""
        objective = self.model.objective(tier)
        objective.constant += what.constant
        for variable, coefficient in what.terms.items():
            if coefficient:
                objective.terms[variable] = objective.terms.get(variable, 0) + coefficient

    def holders(self, values: Sequence[int]) -> dict[str, str]:
        """Shift id to person for a solution: the seats of a turn go to its holders in order of people."""
        kept = {(relief.person, relief.turn.turn): relief.kept for relief in self.problem.reliefs}
        taken: dict[str, list[str]] = {turn.turn: [] for turn in self.problem.turns}
        for person in self.problem.people:
            for turn in self.problem.turns:
                part = kept.get((person.id, turn.turn))
                if self._chosen(values, person.id, turn) or (part and self._chosen(values, person.id, part)):
                    taken[turn.turn].append(person.id)
        seated = (shift for shift in self.problem.shifts if shift.seat <= len(taken[shift.turn]))
        return {shift.id: taken[shift.turn][shift.seat - 1] for shift in seated}

    def relieved(self, values: Sequence[int]) -> dict[str, tuple[Part, ...]]:
        """By shift id the parts that others take because its holder is away for them, in order of start."""
        seats = {(self.problem.shift[id_].turn, holder): id_ for id_, holder in self.holders(values).items()}
        out: dict[str, list[Part]] = {}
        for relief in self.problem.reliefs:
            for run, offer in relief.offers:
                for person in self.takers(offer):
                    if self._chosen(values, person, offer):
                        parts = (Part(person, s[0].start, s[-1].end) for s in relief.missed[run.start : run.stop])
                        out.setdefault(seats[relief.turn.turn, relief.person], []).extend(parts)
        return {id_: tuple(sorted(parts, key=lambda part: part.start)) for id_, parts in out.items()}

    def _chosen(self, values: Sequence[int], person: str, shift: Shift) -> bool:
        variable = self.choices.get((person, shift.turn))
        return variable is not None and bool(values[variable])

    def _choices(self, person: str) -> tuple[Shift, ...]:
        return self.problem.choices_of.get(person, self.problem.turns)

    def _choice(self, person: str, shift: Shift) -> int:
        key = (person, shift.turn)
        if key not in self.choices:
            self.choices[key] = self.model.variable(0, 1)
            self.model.owner[self.choices[key]] = self._number[person]
        return self.choices[key]


def _neighbours(problem: Problem) -> Mapping[str, tuple[Shift, tuple[str, ...]]]:
    """Turns of the plans before and after, with everyone who holds some of them."""
    out: dict[str, tuple[Shift, tuple[str, ...]]] = {}
    for held in (*problem.before, *problem.after):
        people = tuple(dict.fromkeys(part.person for part in held.parts))
        shift, others = out.get(held.shift.turn, (held.shift, ()))
        out[held.shift.turn] = (shift, (*others, *people))
    return out
