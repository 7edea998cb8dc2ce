"""Leave: nobody is on call while they are away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from watchbill.clocks import wall_at
from watchbill.domain import Shift
from watchbill.missed import may_hold
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules._held import meets_any
from watchbill.rules.base import Board, Roster, Rule, names
from watchbill.timeline import Timeline
from watchbill.times import Span, common, merged

NOTHING = timedelta()


class Leave(Rule):
    """Leave and `never` bar every turn that shares time with them; touching is fine. Always in force.

    Where the layer's `may_miss` admits it, someone may hold what is left of a turn, and others take the rest.
    """

    kind: Literal["leave"] = "leave"
    strengths: ClassVar[tuple[str, ...]] = ("must",)
    strength: Literal["must"] = "must"

    def post(self, board: Board) -> None:
        """Bars turns."""
        for person, turn in _clashing(board.problem):
            board.bar(person, turn, self.kind)

    def bars(self, problem: Problem) -> Iterator[tuple[str, Shift]]:
        """Who is away at some time of which turns, and misses more of them than they may."""
        may = {(relief.person, relief.turn.turn) for relief in problem.reliefs}
        for person, turn in _clashing(problem):
            if problem.is_whole(turn) and (person, turn.turn) not in may:
                yield person, turn

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each stint, which names a date and no more: why someone is away is theirs to tell."""
        for person, away in _away(roster.problem).items():
            for stint in roster.stints(person):
                clash = () if stint.fixed else common(stint.spans, away)
                if clash:
                    day = wall_at(roster.problem.person[person], clash[0].start).date()
                    who = names(roster.problem, [person])
                    yield self.finding(
                        f"{who} holds {stint.shift.id}, but is unavailable on {day}",
                        people=[person],
                        shifts=[stint.shift],
                    )


def clashes(turn: Shift, away: Sequence[Span], may_miss: timedelta = NOTHING) -> bool:
    """Whether sorted, disjoint spans of absence keep someone from holding a turn of which they may miss so much."""
    if not any(meets_any(span, away) for span in turn.spans):
        return False
    return not (may_miss and may_hold(turn.spans, away, may_miss))


def _clashing(problem: Problem) -> Iterator[tuple[str, Shift]]:
    """Who is away at some time of which choices."""
    everyone = Timeline(problem.turns)
    for person, away in _away(problem).items():
        near = Timeline(problem.choices_of[person]) if problem.reliefs else everyone
        for turn in near.sharing(away):
            yield person, turn


def _away(problem: Problem) -> Mapping[str, tuple[Span, ...]]:
    """Everyone's leave as sorted, disjoint spans, in order of people."""
    return {
        person.id: merged(leave.span for leave in problem.leaves_of[person.id])
        for person in problem.people
        if problem.leaves_of[person.id]
    }
