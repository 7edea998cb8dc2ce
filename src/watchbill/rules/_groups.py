"""Geometry of one person's possible time on call, by groups of turns with identical spans.

Nobody holds two turns of a group at once, so a group is held or not. A fixed holding is a group of its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.rules._held import Holding
from watchbill.rules._lapse import layers_zone
from watchbill.rules.base import Board, Linear
from watchbill.times import Span, later, merged, without

Fill = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Turns that share their spans; none for a fixed holding, which is always held.

    `clock` is that of their layers. What is `hidden` needs no rest and makes no stretch longer, but fills the time
    between others.
    """

    spans: tuple[Span, ...]
    turns: tuple[Shift, ...]
    clock: ZoneInfo
    hidden: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it belongs to a neighbouring plan."""
        return not self.turns


class Groups:
    """What a person may be on call for: groups, and their spans in order of time."""

    def __init__(
        self, problem: Problem, turns: Iterable[Shift], held: Iterable[Holding], hides: Callable[[Shift], bool]
    ) -> None:
        same: dict[tuple[tuple[Span, ...], ZoneInfo, bool], list[Shift]] = {}
        for turn in turns:
            same.setdefault((turn.spans, layers_zone(problem, turn), hides(turn)), []).append(turn)
        self.groups = [Group(spans, tuple(listed), clock, hidden) for (spans, clock, hidden), listed in same.items()]
        self.groups += [Group(h.spans, (), layers_zone(problem, h.shift), hides(h.shift)) for h in held]
        self.spans = sorted((span, n) for n, group in enumerate(self.groups) for span in group.spans)
        self.seen = [(span, n) for span, n in self.spans if not self.groups[n].hidden]
        self.fixed = merged(span for group in self.groups if group.fixed for span in group.spans)
        self._starts = [span.start for span, _ in self.spans]

    def held(self, board: Board, person: str) -> list[Linear]:
        """1 for each group that the person holds."""
        return [Linear(constant=1) if group.fixed else board.count(person, group.turns) for group in self.groups]

    def gaps(self, within: Sequence[timedelta]) -> Mapping[tuple[int, int], list[Fill]]:
        """Pairs of groups with time between them that is shorter than what the earlier one asks for.

        For each pair, the pieces of that time, each with the groups that would fill it; pieces that nothing can fill
        stand alone, and time that is always filled is left out.
        """
        found: dict[tuple[int, int], list[Fill]] = {}
        for span, n in self.seen:
            first = bisect_right(self._starts, span.end)
            last = bisect_left(self._starts, later(span.end, within[n], self.groups[n].clock))
            for next_, m in self.spans[first:last]:
                if n != m and not self.groups[m].hidden and not (self.groups[n].fixed and self.groups[m].fixed):
                    fills = self._fills(Span(span.end, next_.start))
                    if fills:
                        found.setdefault((min(n, m), max(n, m)), []).extend(fills)
        return {pair: [()] if () in fills else list(dict.fromkeys(fills)) for pair, fills in found.items()}

    def _fills(self, gap: Span) -> list[Fill]:
        nearby = self.spans[bisect_left(self._starts, gap.start) : bisect_left(self._starts, gap.end)]
        inside = [(span, n) for span, n in nearby if span.end <= gap.end and not self.groups[n].fixed]
        cuts = sorted({moment for span, _ in inside for moment in (span.start, span.end)})
        pieces = [piece for hole in without((gap,), self.fixed) for piece in _cut(hole, cuts)]
        return [tuple(n for span, n in inside if span.start <= p.start and p.end <= span.end) for p in pieces]

    def chains(self, longest: timedelta) -> Iterator[list[Fill]]:
        """Ways to be on call for longer than `longest` from the start of a shorter span on.

        Each is a list of instants with the groups on call then: all of them covered makes a chain that is too long.
        An instant that a fixed holding covers has only that one.
        """
        running = self._running()
        moments = list(running)
        for n, moment in enumerate(moments):
            for end, starting in self._starting(moment, longest).items():
                last = bisect_right(moments, end)
                fills = [self._settled(tuple(starting)), *(running[at] for at in moments[n + 1 : last])]
                if all(fills) and not all(self.groups[fill[0]].fixed for fill in fills):
                    yield fills

    def long_ones(self, longest: timedelta) -> Iterator[tuple[int, Fill, Fill]]:
        """Spans that are too long by themselves: the group, and those that touch it before and after."""
        ends: dict[datetime, list[int]] = {}
        starts: dict[datetime, list[int]] = {}
        for span, n in self.seen:
            starts.setdefault(span.start, []).append(n)
            ends.setdefault(span.end, []).append(n)
        for span, n in self.seen:
            if span.end > self._end(span, n, longest):
                touching = (ends.get(span.start, ()), starts.get(span.end, ()))
                fixed = self.groups[n].fixed
                before, after = (tuple(m for m in ms if not (fixed and self.groups[m].fixed)) for ms in touching)
                yield n, self._settled(before), self._settled(after)

    def _running(self) -> dict[datetime, Fill]:
        """Who may be on call at each instant at which a span starts or ends, in order of time."""
        moments = sorted({moment for span, _ in self.seen for moment in (span.start, span.end)})
        out: dict[datetime, Fill] = {}
        alive: list[tuple[Span, int]] = []
        upcoming = 0
        for moment in moments:
            alive = [item for item in alive if item[0].end > moment]
            while upcoming < len(self.seen) and self.seen[upcoming][0].start <= moment:
                alive.append(self.seen[upcoming])
                upcoming += 1
            out[moment] = self._settled(tuple(n for _, n in alive))
        return out

    def _starting(self, moment: datetime, longest: timedelta) -> Mapping[datetime, Sequence[int]]:
        """Who may start a shorter span at an instant, by the one from which on it has lasted too long."""
        listed = self.spans[bisect_left(self._starts, moment) : bisect_right(self._starts, moment)]
        out: dict[datetime, list[int]] = {}
        for span, n in listed:
            end = self._end(span, n, longest)
            if span.end <= end and not self.groups[n].hidden:
                out.setdefault(end, []).append(n)
        return out

    def _end(self, span: Span, group: int, longest: timedelta) -> datetime:
        return later(span.start, longest, self.groups[group].clock)

    def _settled(self, fill: Fill) -> Fill:
        """A fixed holding leaves no choice: it stands for all."""
        fixed = [n for n in fill if self.groups[n].fixed]
        return (fixed[0],) if fixed else fill


def _cut(span: Span, cuts: Sequence[datetime]) -> Iterator[Span]:
    start = span.start
    for end in (*(cut for cut in cuts if span.start < cut < span.end), span.end):
        yield Span(start, end)
        start = end
