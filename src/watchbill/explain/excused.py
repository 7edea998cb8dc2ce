"""A rule that somebody is excused from at some turns, or that asks less of them there: a repair, for the solver."""

from collections.abc import Collection, Iterable, Sequence

from watchbill.domain import Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules.base import Board, Linear, Rule
from watchbill.solve.labelled import Costless


class Excused(Rule):
    """`rule` wherever it does not touch these turns of these people; `looser`, if there is one, where it does.

    For questions about what is possible only: it has nothing to say about plans that exist.
    """

    kind: str = "excused"
    rule: Rule
    people: tuple[str, ...]
    turns: tuple[str, ...]
    looser: Rule | None = None

    @property
    def hard(self) -> bool:
        """As the rule itself."""
        return self.rule.hard

    def post(self, board: Board) -> None:
        """Posts each of the two rules where it holds."""
        self.rule.post(_Sieve(board, self.people, self.turns, inside=False))
        if self.looser is not None:
            self.looser.post(_Sieve(board, self.people, self.turns, inside=True))


class _Sieve(Costless):
    """A board that passes on what touches some turns of some people, or all the rest."""

    def __init__(self, board: Board, people: Collection[str], turns: Collection[str], *, inside: bool) -> None:
        self.problem: Problem = board.problem
        self.loads: Loads = board.loads
        self._board = board
        self._people = frozenset(people)
        self._turns = frozenset(turns)
        self._inside = inside
        self._touching = {
            variable
            for turn in board.problem.turns
            if turn.turn in self._turns
            for person in people
            for variable in board.holds(person, turn).terms
        }

    def bar(self, person: str, shift: Shift, rule: str) -> None:
        """This person cannot hold this turn."""
        if (person in self._people and shift.turn in self._turns) is self._inside:
            self._board.bar(person, shift, rule)

    def require(self, what: Linear, *, at_least: int | None = None, at_most: int | None = None, rule: str) -> None:
        """A hard bound."""
        if (not self._touching.isdisjoint(what.terms)) is self._inside:
            self._board.require(what, at_least=at_least, at_most=at_most, rule=rule)

    def any_of(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """1 if the person holds at least one of these turns, else 0."""
        listed = list(shifts)
        what = self._board.any_of(person, listed)
        if person in self._people and any(shift.turn in self._turns for shift in listed):
            self._touching.update(what.terms)
        return what

    def open_to(self, person: str) -> Sequence[Shift]:
        """Turns that the person might hold, or holds in a neighbouring plan, in order of start."""
        return self._board.open_to(person)

    def takers(self, shift: Shift) -> Sequence[str]:
        """Who might hold this turn, in order of people."""
        return self._board.takers(shift)

    def holds(self, person: str, shift: Shift, times: int = 1) -> Linear:
        """`times` if the person holds the turn, else 0."""
        return self._board.holds(person, shift, times)

    def count(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """How many of these turns the person holds."""
        return self._board.count(person, shifts)

    def weigh(self, person: str, weights: Iterable[tuple[Shift, int]]) -> Linear:
        """The sum of the weights of those turns that the person holds."""
        return self._board.weigh(person, weights)

    def is_fixed(self, shift: Shift) -> bool:
        """Whether the turn belongs to a neighbouring plan."""
        return self._board.is_fixed(shift)
