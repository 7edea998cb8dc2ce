"""`follow`: who holds the turn that comes next is the same person, or another one."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from watchbill.domain import Shift, TurnLength
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._exceptions import Sight
from watchbill.rules.base import Board, Roster, Rule, in_scope, names
from watchbill.times import Days, later, zone

DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}


class Follow(Rule):
    """The holder of the next `then` turn after a `first` turn is the same person, or (`person: other`) is not.

    Both name a role or a `role/layer`. The next turn is the first one to start at or after the end of the `first`
    turn, but no later than the length of that turn; if there is none, nothing is asked.
    """

    kind: Literal["follow"] = "follow"
    first: str
    then: str
    person: Literal["same", "other"] = "same"

    def post(self, board: Board) -> None:
        """Ties each person's next turn to the turn before it."""
        sight = Sight(self.exceptions, board.problem)
        for first, then in self._links(board.problem):
            if board.is_fixed(first) and board.is_fixed(then):
                continue
            for person in _takers(board, then):
                if person not in board.problem.person or _is_open(sight, person, first, then):
                    continue
                held, next_ = (board.count(person, board.problem.choices(person, turn)) for turn in (first, then))
                if self.person == "same":
                    self.bound(board, next_ - held, at_most=0)
                else:
                    self.bound(board, next_ + held, at_most=1)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each person who holds a next turn and should not."""
        problem, sight = roster.problem, Sight(self.exceptions, roster.problem)
        for first, then in self._links(problem):
            if first.id not in problem.shift and then.id not in problem.shift:
                continue
            before = roster.holders(first)
            for person in roster.holders(then):
                if person not in problem.person or _is_open(sight, person, first, then):
                    continue
                if (person in before) is (self.person == "other"):
                    yield self._finding(problem, person, before, first, then)

    def _finding(self, problem: Problem, person: str, before: Sequence[str], first: Shift, then: Shift) -> Finding:
        named = sorted((first, then), key=lambda turn: turn.id not in problem.shift)
        if self.person == "other":
            sentence = f"{names(problem, [person])} holds {then.turn} right after {first.turn}"
            return self.finding(sentence, people=[person], shifts=named)
        sentence = f"{names(problem, [person])} holds {then.turn}, but {names(problem, before)} held {first.turn}"
        return self.finding(sentence, people=[person, *before], shifts=named)

    def _links(self, problem: Problem) -> Iterator[tuple[Shift, Shift]]:
        """Each `first` turn with the `then` turn that comes next."""
        thens = [turn for turn in problem.all_turns if in_scope(turn, (self.then,))]
        starts = [turn.start for turn in thens]
        for first in problem.all_turns:
            if not in_scope(first, (self.first,)):
                continue
            n = bisect_left(starts, first.end)
            if n < len(thens) and starts[n] <= _latest(problem, first):
                yield first, thens[n]


def _is_open(sight: Sight, person: str, first: Shift, then: Shift) -> bool:
    """Whether an exception lets somebody hold the next turn, whoever held the first one."""
    return sight.hides(person, first) or sight.hides(person, then)


def _takers(board: Board, turn: Shift) -> Sequence[str]:
    """Who might hold some of a turn, in order of people."""
    if turn.turn not in board.problem.reliefs_of:
        return board.takers(turn)
    people = (person.id for person in board.problem.people)
    return [id_ for id_ in people if any(id_ in board.takers(part) for part in board.problem.choices(id_, turn))]


def _latest(problem: Problem, turn: Shift) -> datetime:
    """When the next turn starts at the latest: so long after a turn as it lasts, nights off included.

    A daily turn from 09:00 to 17:00 lasts a day, by the clock of its layer.
    """
    layer = problem.layer.get(turn.key)
    held = turn.end + (turn.end - turn.start)
    return max(held, later(turn.end, _nominal(layer.turn), zone(layer.zone))) if layer else held


def _nominal(length: TurnLength) -> timedelta:
    return timedelta(hours=length.count) if length.unit == "hour" else Days(length.count * DAYS[length.unit])
