"""What a schedule of layers and overrides renders: who is on call when, as PagerDuty's documents and traffic say."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from watchbill import times
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Entry, Meaning, Override, PdLayer, Restriction
from watchbill.times import DAY, Span, common, instant, merged, wall

Counting = Literal["wall", "elapsed"]

USUAL = Meaning()

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch over which two renderings name different users; None is nobody."""

    span: Span
    planned: str | None
    rendered: str | None


def render(
    layers: Sequence[PdLayer],
    overrides: Sequence[Override],
    zone: str,
    window: Span,
    meaning: Meaning = USUAL,
) -> tuple[Entry, ...]:
    """Who is on call over a window: settled and disjoint, gaps left out.

    `layers`: the lowest first, later ones cover; then `overrides`, of which the last wins. `zone` is the schedule's.
    """
    drawn = [draw(layer, zone, window, meaning) for layer in layers]
    manual = [(Entry(o.start, o.end, o.user),) for o in overrides]
    return within(stacked([*drawn, *manual]), window)


def draw(
    layer: PdLayer, zone: str, window: Span, meaning: Meaning = USUAL, hours: Counting = "elapsed"
) -> tuple[Entry, ...]:
    """What one layer alone is on call for over a window, settled.

    `hours` says how turns that are no whole days are counted: in elapsed seconds, unless someone wants to know what
    would be otherwise.
    """
    live = window.common(Span(layer.start, layer.end or max(window.end, layer.start)))
    if live is None or not layer.users:
        return ()
    tz = times.zone(zone)
    turns = _turns(layer, tz, live, counting(layer.turn, meaning, hours))
    if layer.restrictions:
        turns = _during(turns, _open(layer.restrictions, tz, live))
    return tuple(_joined(turns))


def counting(turn: int, meaning: Meaning, hours: Counting = "elapsed") -> Counting:
    """How turns of so many seconds are counted."""
    return hours if turn % DAY_SECONDS else meaning.turns


def settled(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same duties, sorted; what touches or overlaps of one user is one entry."""
    by_user: dict[str, list[Span]] = {}
    for entry in entries:
        by_user.setdefault(entry.user, []).append(entry.span)
    return tuple(sorted(Entry(s.start, s.end, user) for user, spans in by_user.items() for s in merged(spans)))


def stacked(strata: Sequence[Sequence[Entry]]) -> tuple[Entry, ...]:
    """One rendering from several, later ones over earlier ones; each is disjoint. The result is settled."""
    arrivals = sorted((e.start, -rank, e.end, e.user) for rank, entries in enumerate(strata) for e in entries)
    points = sorted({at for start, _, end, _ in arrivals for at in (start, end)})
    waiting: list[tuple[int, datetime, str]] = []
    out: list[Entry] = []
    due = 0
    for start, end in pairwise(points):
        while due < len(arrivals) and arrivals[due][0] == start:
            heappush(waiting, arrivals[due][1:])
            due += 1
        while waiting and waiting[0][1] <= start:
            heappop(waiting)
        if waiting:
            out.append(Entry(start, end, waiting[0][2]))
    return tuple(_joined(out))


def differences(planned: Sequence[Entry], rendered: Sequence[Entry]) -> tuple[Difference, ...]:
    """Where two disjoint renderings differ, in order of time; alike neighbours are one."""
    points = sorted({at for entries in (planned, rendered) for e in entries for at in (e.start, e.end)})
    out: list[Difference] = []
    left, right = _Reader(planned), _Reader(rendered)
    for start, end in pairwise(points):
        one, other = left.at(start), right.at(start)
        if one == other:
            continue
        if out and (out[-1].span.end, out[-1].planned, out[-1].rendered) == (start, one, other):
            out[-1] = Difference(Span(out[-1].span.start, end), one, other)
        else:
            out.append(Difference(Span(start, end), one, other))
    return tuple(out)


class _Reader:
    """Who is on call at instants that only grow."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._next = 0

    def at(self, at: datetime) -> str | None:
        while self._next < len(self._entries) and self._entries[self._next].end <= at:
            self._next += 1
        if self._next == len(self._entries) or self._entries[self._next].start > at:
            return None
        return self._entries[self._next].user


def within(entries: Sequence[Entry], window: Span) -> tuple[Entry, ...]:
    """What of sorted, disjoint entries lies in a window."""
    first = bisect_right(entries, window.start, key=lambda entry: entry.end)
    last = bisect_left(entries, window.end, key=lambda entry: entry.start)
    return tuple(Entry(max(e.start, window.start), min(e.end, window.end), e.user) for e in entries[first:last])


def _joined(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Sorted, disjoint entries with touching neighbours of one user made one."""
    last: Entry | None = None
    for entry in entries:
        if last and last.user == entry.user and last.end == entry.start:
            last = Entry(last.start, entry.end, entry.user)
            continue
        if last:
            yield last
        last = entry
    if last:
        yield last


# ----------------------------------------------------------------------------------------------------------- turns


def boundaries(
    virtual_start: datetime, turn: int, tz: ZoneInfo, by: Counting, since: datetime
) -> Iterator[tuple[int, datetime]]:
    """The numbers and the first instants of the turns from the one that runs at `since` (or one before) on, endless.

    Turn 0 begins at the virtual start; earlier ones have negative numbers.
    """
    length = timedelta(seconds=turn)
    if by == "elapsed":
        first = (since - virtual_start) // length
        yield from ((k, virtual_start + k * length) for k in count(first))
        return
    base = wall(virtual_start, tz)
    first = (wall(since, tz) - base) // length - 1
    yield from ((k, instant(base + k * length, tz)) for k in count(first))


def _turns(layer: PdLayer, tz: ZoneInfo, live: Span, by: Counting) -> Iterator[Entry]:
    if len(set(layer.users)) == 1:
        yield Entry(live.start, live.end, layer.users[0])
        return
    for (k, start), (_, end) in pairwise(boundaries(layer.virtual_start, layer.turn, tz, by, live.start)):
        if start >= live.end:
            return
        low, high = max(start, live.start), min(end, live.end)
        if low < high:
            yield Entry(low, high, layer.users[k % len(layer.users)])


# ---------------------------------------------------------------------------------------------------- restrictions


def _open(restrictions: Sequence[Restriction], tz: ZoneInfo, live: Span) -> tuple[Span, ...]:
    """When restrictions let a layer be on call within a span."""
    last = datetime.combine(wall(live.end, tz).date(), time())
    first = datetime.combine(wall(live.start, tz).date(), time()) - DAY
    found = []
    for rule in restrictions:
        length = rule.seconds * _SECOND
        step = 7 * DAY if rule.weekday else DAY
        day = first - length // DAY * DAY
        if rule.weekday:
            day += (rule.weekday - day.isoweekday()) % 7 * DAY
        start = day + rule.start * _SECOND
        while start < last + DAY:
            found.append(Span(instant(start, tz), instant(start + length, tz)))
            start += step
    return common(merged(found), (live,))


def _during(entries: Iterable[Entry], hours: Sequence[Span]) -> Iterator[Entry]:
    """What of sorted, disjoint entries lies in sorted, disjoint spans."""
    first = 0
    for entry in entries:
        while first < len(hours) and hours[first].end <= entry.start:
            first += 1
        n = first
        while n < len(hours) and hours[n].start < entry.end:
            low, high = max(entry.start, hours[n].start), min(entry.end, hours[n].end)
            if low < high:
                yield Entry(low, high, entry.user)
            n += 1
