"""Layers x period -> shifts: handoffs on a layer's wall clock, hours on call, stable ids. Right across clock changes.

Every boundary is the first instant at which the layer's clock shows the wanted wall time or later. So a turn that
begins in a gap begins at its end, one that begins in a fold begins at the first occurrence, and turns always tile time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise

from watchbill.domain import Layer, Role, Shift, Window
from watchbill.periods import Period
from watchbill.times import DAY, MINUTE, Span, common, instant, merged, midnight, readings, wall, without, zone

_MONDAY = date(1970, 1, 5)
_STEPS = {"hour": timedelta(hours=1), "day": DAY, "week": timedelta(weeks=1)}
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two layers of a role that are on call at once, neither of them `over` the other, and when."""

    first: Layer
    second: Layer
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class GapHandoff:
    """A handoff whose wall time does not exist, and the instant to which it moves forward."""

    wall: datetime
    moved: datetime


def expand(roles: Sequence[Role], period: Period, *, head: bool) -> tuple[Shift, ...]:
    """The shifts whose handoff falls on a local date of the period, in order of start, role, layer, seat.

    `head` (for a first plan) also takes the turn that is running at the period's first local midnight, cut there; its
    id and `handoff` stay those of the whole turn. A turn that is never on call gives no shift.
    """
    found: list[tuple[datetime, int, int, int, Shift]] = []
    for r, role in enumerate(roles):
        for la, layer in enumerate(role.layers):
            turns = _shifts(role, layer, period, head)
            found += [(turn.start, r, la, turn.seat, turn) for turn in turns]
    return tuple(entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1]))


def handoffs(layer: Layer, first: date, last: date) -> tuple[datetime, ...]:
    """The instants of the handoffs whose local dates lie between two dates, both included."""
    tz = zone(layer.zone)
    return tuple(instant(_wall(layer, n), tz) for n in _between(layer, first, last))


def gap_handoffs(layer: Layer, period: Period) -> tuple[GapHandoff, ...]:
    """Handoffs of the period whose wall time does not exist, because the clock jumps over it."""
    tz = zone(layer.zone)
    walls = (_wall(layer, n) for n in _between(layer, period.first, period.last))
    return tuple(GapHandoff(at, instant(at, tz)) for at in walls if readings(at, tz).kind == "gap")


def uncovered(role: Role, period: Period) -> tuple[Span, ...]:
    """The time of the period, on the first layer's clock, at which no layer of the role is on call."""
    if not role.layers:
        return ()
    whole = period.dates.on(zone(role.layers[0].zone))
    return without((whole,), merged(span for layer in role.layers for span in _hours(layer, whole)))


def overlaps(role: Role, period: Period) -> tuple[Overlap, ...]:
    """Pairs of layers that are on call at once during the period although neither is `over` the other."""
    if not role.layers:
        return ()
    whole = period.dates.on(zone(role.layers[0].zone))
    hours = [(layer, _hours(layer, whole)) for layer in role.layers]
    rivals = (
        Overlap(first, second, common(mine, others))
        for (first, mine), (second, others) in combinations(hours, 2)
        if second.id not in first.over and first.id not in second.over
    )
    return tuple(rival for rival in rivals if rival.spans)


# ---------------------------------------------------------------------------------------------------------- shifts


def _shifts(role: Role, layer: Layer, period: Period, head: bool) -> Iterator[Shift]:
    turns = _between(layer, period.first, period.last)
    if head:
        turns = range(turns.start - 1, turns.stop)
    if not turns:
        return
    tz = zone(layer.zone)
    starts = [instant(_wall(layer, n), tz) for n in (*turns, turns.stop)]
    cut = midnight(period.first, tz)
    whole = Span(max(starts[0], cut) if head else starts[0], starts[-1])
    if whole.start >= whole.end:
        return
    hours = _effective_hours(role, layer, whole)
    ends = [span.end for span in hours]
    for n, (start, end) in zip(turns, pairwise(starts), strict=True):
        spans = _slice(hours, ends, start, end)
        if spans:
            yield from _seats(role, layer, _turn_id(layer, _wall(layer, n)), start, spans)


def _seats(role: Role, layer: Layer, turn: str, handoff: datetime, spans: tuple[Span, ...]) -> Iterator[Shift]:
    for seat in range(1, role.seats + 1):
        yield Shift(turn if seat == 1 else f"{turn}/{seat}", turn, role.id, layer.id, seat, handoff, spans)


def _turn_id(layer: Layer, at: datetime) -> str:
    """`role/layer/date`, with the time if there are several turns a day, and the offset if that time occurs twice."""
    if layer.turn.unit != "hour" or layer.turn.count >= 24:
        return f"{layer.key}/{at.date()}"
    tz = zone(layer.zone)
    if readings(at, tz).kind == "fold":
        return f"{layer.key}/{at.replace(tzinfo=tz).isoformat(timespec='minutes')}"
    return f"{layer.key}/{at.isoformat(timespec='minutes')}"


def _slice(spans: Sequence[Span], ends: Sequence[datetime], start: datetime, end: datetime) -> tuple[Span, ...]:
    """What of sorted, disjoint spans lies in `[start, end)`; `ends` are theirs, for the search."""
    turn = Span(start, end)
    first = bisect_right(ends, start)
    last = min(bisect_left(ends, end) + 1, len(spans))
    clipped = (span.common(turn) for span in spans[first:last])
    return tuple(span for span in clipped if span)


# ----------------------------------------------------------------------------------------------------------- hours


def _effective_hours(role: Role, layer: Layer, whole: Span) -> tuple[Span, ...]:
    """When a layer is on call within a span and none that is over it is."""
    winners = [other for other in role.layers if layer.id in other.over and other.id != layer.id]
    taken = merged(span for winner in winners for span in _hours(winner, whole))
    return common(_hours(layer, whole), without((whole,), taken))


def _hours(layer: Layer, whole: Span) -> tuple[Span, ...]:
    """When the pattern of a layer is on call within a span: its windows and stretches, or always if it has none."""
    if not layer.windows and not layer.stretches:
        return (whole,)
    tz = zone(layer.zone)
    first = wall(whole.start, tz).date() - 2 * DAY
    last = wall(whole.end, tz).date()
    walls = [*_window_walls(layer.windows, first, last), *_stretch_walls(layer, first, last)]
    return common(merged(Span(instant(a, tz), instant(b, tz)) for a, b in walls), (whole,))


def _window_walls(windows: Sequence[Window], first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    for n in range((last - first).days + 1):
        day = datetime.combine(first + n * DAY, time())
        for window in windows:
            if day.weekday() in window.days:
                yield day + window.start * MINUTE, day + window.end * MINUTE


def _stretch_walls(layer: Layer, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    weeks = range((first - _MONDAY).days // 7 - 1, (last - _MONDAY).days // 7 + 1)
    for monday in (datetime.combine(_MONDAY + 7 * n * DAY, time()) for n in weeks):
        for stretch in layer.stretches:
            yield monday + stretch.start * MINUTE, monday + stretch.end * MINUTE


# -------------------------------------------------------------------------------------------------------- handoffs


def _between(layer: Layer, first: date, last: date) -> range:
    """The numbers of the turns whose handoff has a local date between two dates, both included."""
    low, high = datetime.combine(first, time()), datetime.combine(last + DAY, time())
    return range(_number(layer, low), _number(layer, high))


def _number(layer: Layer, at: datetime) -> int:
    """The number of the first turn that begins at a wall time or later."""
    base = _base(layer)
    if layer.turn.unit in _MONTHS:
        months = (at.year - base.year) * 12 + at.month - base.month
        n = months // (layer.turn.count * _MONTHS[layer.turn.unit])
        return n if _wall(layer, n) >= at else n + 1
    return -((base - at) // (layer.turn.count * _STEPS[layer.turn.unit]))


def _wall(layer: Layer, n: int) -> datetime:
    """The wall time at which turn number n begins; turn 0 begins at the anchor."""
    base = _base(layer)
    if layer.turn.unit not in _MONTHS:
        return base + n * layer.turn.count * _STEPS[layer.turn.unit]
    index = base.year * 12 + base.month - 1 + n * layer.turn.count * _MONTHS[layer.turn.unit]
    return base.replace(year=index // 12, month=index % 12 + 1)


def _base(layer: Layer) -> datetime:
    """The wall time at which turn 0 begins."""
    return datetime.combine(_first_day(layer), time()) + layer.handoff * MINUTE


def _first_day(layer: Layer) -> date:
    count, unit = layer.turn.count, layer.turn.unit
    if (count, unit) == (1, "week") and layer.weekday is not None:
        return _MONDAY + layer.weekday * DAY
    if (count, unit) == (1, "day") or (unit == "hour" and 24 % count == 0):
        return _MONDAY
    if layer.anchor is None:
        raise ValueError(f"turns of {count} {unit}s of {layer.key} need an anchor: a date at which a turn begins.")
    return layer.anchor
