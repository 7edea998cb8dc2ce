"""Cover: every turn has exactly as many holders as its role has seats, from its start to its end."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import ClassVar, Literal

from watchbill.domain import Part, Shift
from watchbill.results import Finding
from watchbill.rules._reliefs import handovers, post_reliefs
from watchbill.rules._words import on_layers_clock
from watchbill.rules.base import Board, Linear, Roster, Rule, Stint, names
from watchbill.times import common, merged, without


class Cover(Rule):
    """Nobody is missing and nobody is too many. Always in force."""

    kind: Literal["cover"] = "cover"
    strengths: ClassVar[tuple[str, ...]] = ("must",)
    strength: Literal["must"] = "must"

    def post(self, board: Board) -> None:
        """One row for each turn: its holders add up to its seats. What a holder is away for is covered as well."""
        for turn in board.problem.turns:
            what = Linear()
            for person in board.takers(turn):
                what.add(board.holds(person, turn))
            for relief in board.problem.reliefs_of.get(turn.turn, ()):
                what.add(board.holds(relief.person, relief.kept))
            least, most = self.seats(board, turn)
            board.require(what, at_least=least, at_most=most, rule=self.kind)
        post_reliefs(board)

    def seats(self, board: Board, turn: Shift) -> tuple[int, int]:
        """How many people a turn needs at least, and at most."""
        return board.problem.seats(turn), board.problem.seats(turn)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """Holes, two people in one seat, parts that do not belong to their shift, and unknown shifts."""
        for shift in roster.problem.shifts:
            yield from self._holes(roster, shift)
            yield from self._doubles(roster, shift, roster.parts[shift.id])
            yield from self._strays(roster, shift, roster.given.get(shift.id, ()))
        yield from handovers(roster)
        for id_ in roster.given:
            if id_ not in roster.problem.shift:
                yield self.finding(f"the plan names {id_}, which is no shift of {roster.problem.period}")

    def _holes(self, roster: Roster, shift: Shift) -> Iterator[Finding]:
        held = merged(span for stint in roster.parts[shift.id] for span in stint.spans)
        holes = without(shift.spans, held)
        if holes == shift.spans:
            yield self.finding(f"nobody holds {shift.id}", shifts=[shift])
        elif holes:
            when = on_layers_clock(roster.problem, shift, holes)
            yield self.finding(f"nobody holds {shift.id} on {when}", shifts=[shift])

    def _doubles(self, roster: Roster, shift: Shift, stints: Sequence[Stint]) -> Iterator[Finding]:
        for one, other in combinations(stints, 2):
            if both := common(one.spans, other.spans):
                people = tuple(dict.fromkeys((one.person, other.person)))
                who = f"{names(roster.problem, people)} {'both hold' if len(people) > 1 else 'holds'}"
                twice = "" if len(people) > 1 else " twice"
                when = on_layers_clock(roster.problem, shift, both)
                yield self.finding(f"{who} {shift.id}{twice} on {when}", people=people, shifts=[shift])

    def _strays(self, roster: Roster, shift: Shift, parts: Sequence[Part]) -> Iterator[Finding]:
        for part in parts:
            who = names(roster.problem, [part.person])
            if part.end <= part.start:
                sentence = f"the part of {who} in {shift.id} ends before it starts"
            elif part.start < shift.start or part.end > shift.end:
                when = on_layers_clock(roster.problem, shift, [part.span])
                sentence = f"the part of {who} in {shift.id} is not inside the shift: {when}"
            else:
                continue
            yield self.finding(sentence, people=[part.person], shifts=[shift])
