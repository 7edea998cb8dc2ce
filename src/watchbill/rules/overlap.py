"""Overlap: nobody is in two places at once."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from watchbill.domain import Person
from watchbill.results import Finding
from watchbill.rules._held import meets_any, neighbours, running_at_starts
from watchbill.rules._words import on_own_clock
from watchbill.rules.base import Board, Roster, Rule, Stint, names
from watchbill.times import Span, common, merged


class Overlap(Rule):
    """Turns that share time have different holders, and so do the seats of one turn. Always in force."""

    kind: Literal["overlap"] = "overlap"
    strengths: ClassVar[tuple[str, ...]] = ("must",)
    strength: Literal["must"] = "must"

    def post(self, board: Board) -> None:
        """One row for each person and instant at which turns run side by side; seats share a variable anyway."""
        for person, held in neighbours(board.problem).items():
            busy = merged(span for holding in held for span in holding.spans)
            for turn in board.problem.choices_of.get(person, board.problem.turns):
                if any(meets_any(span, busy) for span in turn.spans):
                    board.bar(person, turn, self.kind)
        sets = running_at_starts(board.problem.turns)
        for someone in board.problem.people:
            own = running_at_starts(board.problem.choices_of[someone.id]) if board.problem.reliefs else sets
            for together in own:
                board.require(board.count(someone.id, together), at_most=1, rule=self.kind)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each pair of seats that a person holds at once."""
        for person in roster.problem.people:
            for one, other in _pairs(roster.stints(person.id)):
                yield self._finding(roster, person, one, other)

    def _finding(self, roster: Roster, person: Person, one: Stint, other: Stint) -> Finding:
        both = common(one.spans, other.spans)[0]
        who = names(roster.problem, [person.id])
        sentence = f"{who} holds {one.shift.id} and {other.shift.id} at once: {on_own_clock(person, both)}"
        return self.finding(sentence, people=[person.id], shifts=[one.shift, other.shift])


def _pairs(stints: Sequence[Stint]) -> Iterator[tuple[Stint, Stint]]:
    """Stints of different shifts that share time and are not both fixed, each pair once, in order of time."""
    listed = sorted(((span, n) for n, stint in enumerate(stints) for span in stint.spans))
    running: list[tuple[Span, int]] = []
    seen: set[tuple[str, str]] = set()
    for span, n in listed:
        running = [item for item in running if item[0].end > span.start]
        for _, m in running:
            one, other = stints[m], stints[n]
            ids = (min(one.shift.id, other.shift.id), max(one.shift.id, other.shift.id))
            if one.shift.id != other.shift.id and not (one.fixed and other.fixed) and ids not in seen:
                seen.add(ids)
                yield one, other
        running.append((span, n))
