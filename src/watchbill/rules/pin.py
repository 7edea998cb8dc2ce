"""`pin`: a turn whose holder was decided beforehand stays with that person."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Board, Linear, Roster, Rule, names
from watchbill.times import without


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
        """One finding for each pinned turn of which its person holds nothing, or only what its holder misses."""
        problem = roster.problem
        for turn, person in _pinned(problem):
            held_by = [holder for holder in roster.holders(turn) if holder != person]
            if person not in roster.holders(turn) or _only_relieves(roster, turn, person, held_by):
                held = f"{names(problem, held_by)} {'holds' if len(held_by) < 2 else 'hold'} it"
                sentence = f"{turn.turn} is pinned to {names(problem, [person])}, but {held}"
                yield self.finding(sentence, people=[person, *held_by], shifts=[turn])


def _only_relieves(roster: Roster, turn: Shift, person: str, others: Sequence[str]) -> bool:
    """Whether all that somebody holds of a turn are hours that another one, who holds it, may miss."""
    own = [span for stint in roster.stints(person) if stint.shift.turn == turn.turn for span in stint.spans]
    reliefs = (relief for relief in roster.problem.reliefs_of.get(turn.turn, ()) if relief.person in others)
    return any(not without(own, [s for stretch in relief.missed for s in stretch]) for relief in reliefs)


def _pinned(problem: Problem) -> list[tuple[Shift, str]]:
    return [(problem.shift[pin.shift], pin.person) for pin in problem.pins if pin.shift in problem.shift]
