"""`pin`: a turn whose holder was decided beforehand stays with that person."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Board, Linear, Roster, Rule, names


class Pin(Rule):
    """Every pin of this plan's turns holds. Pins of other periods wait for their own plan."""

    kind: Literal["pin"] = "pin"
    strengths: ClassVar[tuple[str, ...]] = ("must",)
    strength: Literal["must"] = "must"

    def post(self, board: Board) -> None:
        """Requires the person, and bars everyone else where there is only one seat."""
        for turn, person in _pinned(board.problem):
            reliefs = board.problem.reliefs_of.get(turn.turn, ())
            whole = [turn, *(relief.kept for relief in reliefs if relief.person == person)]
            held = board.count(person, whole) if person in board.problem.person else Linear()
            board.require(held, at_least=1, rule=self.kind)
            if board.problem.seats(turn) > 1:
                continue
            for other in board.takers(turn):
                if other != person:
                    board.bar(other, turn, self.kind)
            for relief in reliefs:
                if relief.person != person:
                    board.bar(relief.person, relief.kept, self.kind)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each pinned turn that its person holds no part of."""
        problem = roster.problem
        for turn, person in _pinned(problem):
            held_by = roster.holders(turn)
            if person not in held_by:
                held = f"{names(problem, held_by)} {'holds' if len(held_by) < 2 else 'hold'} it"
                sentence = f"{turn.turn} is pinned to {names(problem, [person])}, but {held}"
                yield self.finding(sentence, people=[person, *held_by], shifts=[turn])


def _pinned(problem: Problem) -> list[tuple[Shift, str]]:
    return [(problem.shift[pin.shift], pin.person) for pin in problem.pins if pin.shift in problem.shift]
