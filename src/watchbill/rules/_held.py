"""What people hold, turn by turn: the facts that several rules count from."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import attrgetter

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.rules.base import Board, Roster, Stint
from watchbill.times import Span, common, merged


@dataclass(frozen=True, slots=True)
class Holding:
    """All that one person holds of one turn, parts and seats together: sorted, disjoint, non-touching spans.

    `fixed`: in a neighbouring plan.
    """

    shift: Shift
    spans: tuple[Span, ...]
    fixed: bool = False

    @property
    def start(self) -> datetime:
        """When the first span begins."""
        return self.spans[0].start

    @property
    def end(self) -> datetime:
        """When the last span ends."""
        return self.spans[-1].end


def holdings(roster: Roster, person: str) -> tuple[Holding, ...]:
    """What a person holds in this plan and in its neighbours, in order of start."""
    spans: dict[str, list[Span]] = {}
    first: dict[str, Stint] = {}
    for stint in roster.stints(person):
        spans.setdefault(stint.shift.turn, []).extend(stint.spans)
        first.setdefault(stint.shift.turn, stint)
    listed = (Holding(first[turn].shift, merged(held), first[turn].fixed) for turn, held in spans.items())
    return tuple(sorted(listed, key=_order))


def neighbours(problem: Problem) -> Mapping[str, tuple[Holding, ...]]:
    """What everyone holds in the plans before and after, by person, in order of start."""
    spans: dict[str, dict[str, list[Span]]] = {}
    shifts: dict[str, Shift] = {}
    for held in (*problem.before, *problem.after):
        shifts[held.shift.turn] = held.shift
        for part in held.parts:
            if stretches := common(held.shift.spans, (part.span,)):
                spans.setdefault(part.person, {}).setdefault(held.shift.turn, []).extend(stretches)
    return {
        person: tuple(sorted((Holding(shifts[turn], merged(held), True) for turn, held in turns.items()), key=_order))
        for person, turns in spans.items()
    }


def open_turns(board: Board, person: str) -> tuple[Shift, ...]:
    """Turns of this plan that the person might hold, in order of start."""
    return tuple(turn for turn in board.open_to(person) if not board.is_fixed(turn))


def running_at_starts(turns: Iterable[Shift]) -> tuple[tuple[Shift, ...], ...]:
    """For each instant at which a turn starts a span: the turns on call then, without sets inside the next one.

    Two turns share time exactly when some set holds both.
    """
    listed = sorted(((span, turn) for turn in turns for span in turn.spans), key=lambda item: item[0])
    found: dict[frozenset[str], tuple[Shift, ...]] = {}
    running: list[tuple[Span, Shift]] = []
    for span, turn in listed:
        running = [(other, held) for other, held in running if other.end > span.start] + [(span, turn)]
        found.setdefault(frozenset(held.turn for _, held in running), tuple(held for _, held in running))
    return maximal(tuple(found.values()))


def maximal(sets: Sequence[tuple[Shift, ...]]) -> tuple[tuple[Shift, ...], ...]:
    """Sets of at least two turns in order of time, without those that lie inside the next one."""
    ids = [{turn.turn for turn in listed} for listed in sets]
    inside = [left <= right for left, right in pairwise(ids)] + [False]
    return tuple(listed for listed, lost in zip(sets, inside, strict=False) if len(listed) > 1 and not lost)


def meets_any(span: Span, busy: Sequence[Span]) -> bool:
    """Whether a span shares time with any of sorted, disjoint spans; touching does not count."""
    last = bisect_left(busy, span.end, key=attrgetter("start")) - 1
    return last >= 0 and busy[last].end > span.start


def _order(holding: Holding) -> tuple[datetime, str]:
    return holding.start, holding.shift.turn
