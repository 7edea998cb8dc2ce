"""What every rule is made of: options, `post` (teach the solver), `check` (judge any plan).

Both faces read the same facts and share no arithmetic about decisions: `post` speaks of variables, `check` counts
what people really hold. A test enumerates every plan of tiny problems and holds the two against each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from watchbill.domain import Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._written import Written
from watchbill.times import Span


@dataclass(slots=True)
class Linear:
    """An integer linear expression: coefficient by variable, and a constant."""

    terms: dict[int, int] = field(default_factory=dict)
    constant: int = 0

    def add(self, other: "Linear", times: int = 1) -> "Linear":
        """Adds another expression in place and returns self."""
        for variable, coefficient in other.terms.items():
            self.terms[variable] = self.terms.get(variable, 0) + times * coefficient
        self.constant += times * other.constant
        return self

    def __add__(self, other: "Linear") -> "Linear":
        return Linear(dict(self.terms), self.constant).add(other)

    def __sub__(self, other: "Linear") -> "Linear":
        return Linear(dict(self.terms), self.constant).add(other, -1)

    def __mul__(self, times: int) -> "Linear":
        return Linear({v: c * times for v, c in self.terms.items()}, self.constant * times)


@dataclass(frozen=True, slots=True)
class Curve:
    """A convex cost of an amount: nothing up to the first breakpoint, then each slope up to the next one.

    `points` ascend; `slopes` ascend and are as many: slope `i` holds from point `i` on.
    """

    points: tuple[int, ...]
    slopes: tuple[int, ...]

    def cost(self, amount: int) -> int:
        """The cost of an amount."""
        cost, last = 0, 0
        for point, slope in zip(self.points, self.slopes, strict=True):
            cost += (slope - last) * max(0, amount - point)
            last = slope
        return cost


class Board(Protocol):
    """What `post` may say to the solver. Seats of one turn share variables: speak of `problem.turns`.

    Shifts of the plans before and after take part as constants, so a rule looks across the seams without knowing.
    """

    problem: Problem
    loads: Loads

    def bar(self, person: str, shift: Shift, rule: str) -> None:
        """This person cannot hold this turn."""

    def open_to(self, person: str) -> Sequence[Shift]:
        """Turns that the person might hold, or holds in a neighbouring plan, in order of start."""

    def takers(self, shift: Shift) -> Sequence[str]:
        """Who might hold this turn, in order of people."""

    def holds(self, person: str, shift: Shift, times: int = 1) -> Linear:
        """`times` if the person holds the turn, else 0."""

    def count(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """How many of these turns the person holds."""

    def weigh(self, person: str, weights: Iterable[tuple[Shift, int]]) -> Linear:
        """The sum of the weights of those turns that the person holds."""

    def any_of(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """1 if the person holds at least one of these turns, else 0."""

    def is_fixed(self, shift: Shift) -> bool:
        """Whether the turn belongs to a neighbouring plan."""

    def require(self, what: Linear, *, at_least: int | None = None, at_most: int | None = None, rule: str) -> None:
        """A hard bound."""

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

    def penalise_worst(self, sums: Sequence[Linear], *, at_most: int, tier: str, weight: int) -> None:
        """A soft bound on several sums, of which only the one that is furthest beyond it costs."""

    def excess(self, what: Linear, curve: Curve, *, tier: str, weight: int) -> None:
        """A convex cost of an amount in a tier."""

    def cost(self, what: Linear, *, tier: str) -> None:
        """A linear cost in a tier; the constant counts too."""


@dataclass(frozen=True, slots=True)
class Stint:
    """What one person really holds of one shift: the spans of their part. `fixed`: in a neighbouring plan."""

    shift: Shift
    person: str
    spans: tuple[Span, ...]
    fixed: bool = False


class Roster(Protocol):
    """A plan under judgement, neighbours included."""

    problem: Problem
    loads: Loads

    def stints(self, person: str) -> Sequence[Stint]:
        """What a person holds, in order of start, neighbours included."""

    def holders(self, shift: Shift) -> Sequence[str]:
        """Who holds some of this turn, all seats together, in order of people."""

    @property
    def parts(self) -> Mapping[str, Sequence[Stint]]:
        """Stints by shift id, this plan's only."""

    @property
    def given(self) -> Mapping[str, Sequence[Part]]:
        """The parts as the plan names them, by shift id: uncut, so that wrong ones can be seen."""


class Rule(Written):
    """One piece of policy. Subclasses add options, and give `kind` its one literal value."""

    def post(self, board: Board) -> None:
        """Teaches the solver."""
        raise NotImplementedError

    def bars(self, problem: Problem) -> Iterator[tuple[str, Shift]]:
        """Who cannot hold which turns of this plan, whatever else is decided: what `post` bars without looking."""
        return iter(())

    def check(self, roster: Roster) -> Iterator[Finding]:
        """Judges any plan; yields one finding for each break, whose costs add up to the tier's value."""
        raise NotImplementedError

    def bound(
        self,
        board: Board,
        what: Linear,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        unit: int = 1,
    ) -> None:
        """Posts a bound as hard or soft, as the strength says; soft, every begun `unit` beyond it costs the weight."""
        if self.hard:
            board.require(what, at_least=at_least, at_most=at_most, rule=self.kind)
        else:
            board.penalise(what, at_least=at_least, at_most=at_most, tier="should", weight=self.weight, unit=unit)

    def finding(
        self,
        sentence: str,
        units: int = 1,
        *,
        people: Iterable[str] = (),
        shifts: Iterable[Shift] = (),
    ) -> Finding:
        """A break of this rule by so many units, dated by its first shift."""
        named = tuple(shifts)
        return Finding(
            rule=self.kind,
            sentence=sentence,
            hard=self.hard,
            tier=None if self.hard else "should",
            cost=0 if self.hard else units * self.weight,
            people=tuple(people),
            shifts=tuple(shift.id for shift in named),
            day=named[0].start.date() if named else None,
        )


def in_scope(shift: Shift, scope: Sequence[str]) -> bool:
    """Whether a shift is of one of these roles or layers (`role/layer`); an empty scope holds everything."""
    return not scope or shift.role in scope or shift.key in scope


def names(problem: Problem, people: Iterable[str]) -> str:
    """People in a sentence, by name (by id if they left the team): `Ana, Bo and Cy`; `nobody` if there are none."""
    listed = [problem.person[id_].name if id_ in problem.person else id_ for id_ in people]
    *rest, last = listed or ["nobody"]
    return f"{', '.join(rest)} and {last}" if rest else last
