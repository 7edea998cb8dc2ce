"""Boards and rosters on which the turns that a rule's exceptions hide are not seen: both faces go through them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from watchbill.domain import Held, Part, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules._exceptions import Excepted, Sight
from watchbill.rules.base import Board, Curve, Linear, Roster, Stint


def blind_board(board: Board, exceptions: Sequence[Excepted]) -> Board:
    """The board without the turns that the exceptions hide."""
    sight = Sight(exceptions, board.problem)
    return board if sight.whole else _BlindBoard(board, sight)


def blind_roster(roster: Roster, exceptions: Sequence[Excepted]) -> Roster:
    """The roster without what the exceptions hide."""
    sight = Sight(exceptions, roster.problem)
    return roster if sight.whole else _BlindRoster(roster, sight)


def _problem(problem: Problem, sight: Sight) -> Problem:
    """The facts without what is hidden of neighbouring plans; their turns stay."""
    before, after = ([_held(held, sight) for held in listed] for listed in (problem.before, problem.after))
    if (before, after) == (list(problem.before), list(problem.after)):
        return problem
    return replace(problem, before=tuple(before), after=tuple(after))


def _held(held: Held, sight: Sight) -> Held:
    return replace(held, parts=tuple(part for part in held.parts if not sight.hides(part.person, held.shift)))


class _BlindBoard:
    """Passes on everything but what is hidden, which nobody holds, might hold, or is barred from."""

    def __init__(self, board: Board, sight: Sight) -> None:
        self.problem: Problem = _problem(board.problem, sight)
        self.loads: Loads = board.loads
        self._board = board
        self._sight = sight

    def bar(self, person: str, shift: Shift, rule: str) -> None:
        """This person cannot hold this turn."""
        if not self._sight.hides(person, shift):
            self._board.bar(person, shift, rule)

    def open_to(self, person: str) -> Sequence[Shift]:
        """Turns that the person might hold, or holds in a neighbouring plan, in order of start."""
        return self._seen(person, self._board.open_to(person))

    def takers(self, shift: Shift) -> Sequence[str]:
        """Who might hold this turn, in order of people."""
        return [person for person in self._board.takers(shift) if not self._sight.hides(person, shift)]

    def holds(self, person: str, shift: Shift, times: int = 1) -> Linear:
        """`times` if the person holds the turn, else 0."""
        return self.weigh(person, [(shift, times)])

    def count(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """How many of these turns the person holds."""
        return self._board.count(person, self._seen(person, shifts))

    def weigh(self, person: str, weights: Iterable[tuple[Shift, int]]) -> Linear:
        """The sum of the weights of those turns that the person holds."""
        seen = [(shift, weight) for shift, weight in weights if not self._sight.hides(person, shift)]
        return self._board.weigh(person, seen)

    def any_of(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """1 if the person holds at least one of these turns, else 0."""
        return self._board.any_of(person, self._seen(person, shifts))

    def is_fixed(self, shift: Shift) -> bool:
        """Whether the turn belongs to a neighbouring plan."""
        return self._board.is_fixed(shift)

    def require(self, what: Linear, *, at_least: int | None = None, at_most: int | None = None, rule: str) -> None:
        """A hard bound."""
        self._board.require(what, at_least=at_least, at_most=at_most, rule=rule)

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
        self._board.penalise(what, at_least=at_least, at_most=at_most, tier=tier, weight=weight, unit=unit)

    def penalise_worst(self, sums: Sequence[Linear], *, at_most: int, tier: str, weight: int) -> None:
        """A soft bound on several sums, of which only the one that is furthest beyond it costs."""
        self._board.penalise_worst(sums, at_most=at_most, tier=tier, weight=weight)

    def excess(self, what: Linear, curve: Curve, *, tier: str, weight: int) -> None:
        """A convex cost of an amount in a tier."""
        self._board.excess(what, curve, tier=tier, weight=weight)

    def cost(self, what: Linear, *, tier: str) -> None:
        """A linear cost in a tier; the constant counts too."""
        self._board.cost(what, tier=tier)

    def _seen(self, person: str, shifts: Iterable[Shift]) -> list[Shift]:
        return [shift for shift in shifts if not self._sight.hides(person, shift)]


class _BlindRoster:
    """Shows everything but what is hidden, which nobody holds."""

    def __init__(self, roster: Roster, sight: Sight) -> None:
        self.problem: Problem = _problem(roster.problem, sight)
        self.loads: Loads = roster.loads
        self._roster = roster
        self._sight = sight

    def stints(self, person: str) -> Sequence[Stint]:
        """What a person holds, in order of start, neighbours included."""
        return self._seen(self._roster.stints(person))

    def holders(self, shift: Shift) -> Sequence[str]:
        """Who holds some of this turn, all seats together, in order of people."""
        return [person for person in self._roster.holders(shift) if not self._sight.hides(person, shift)]

    @cached_property
    def parts(self) -> Mapping[str, Sequence[Stint]]:
        """Stints by shift id, this plan's only."""
        return {shift: self._seen(stints) for shift, stints in self._roster.parts.items()}

    @property
    def given(self) -> Mapping[str, Sequence[Part]]:
        """The parts as the plan names them, by shift id."""
        return self._roster.given

    def _seen(self, stints: Sequence[Stint]) -> list[Stint]:
        return [stint for stint in stints if not self._sight.hides(stint.person, stint.shift)]
