"""Who is on call, asked instant by instant: the definitions are read afresh at every moment that could matter.

Clumsy on purpose: what is rehearsed here works with intervals, and two different ways to the same answer do not
share mistakes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from watchbill.sandbox.world import Layer, Override, Restriction, Schedule
from watchbill.times import DAY, Span, instant, offsets, wall, zone

WHOLE_DAY = 86_400
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A user on call over `[start, end)`, and by what."""

    start: datetime
    end: datetime
    user: str
    source: str


Ask = Callable[[datetime], tuple[str, str] | None]
"""Says at an instant who is on call, and by what."""


@lru_cache(maxsize=512)
def final(schedule: Schedule, window: Span, turns: str, merged: bool) -> tuple[Entry, ...]:
    """What a schedule renders in a window: one user at a time, gaps left out."""
    found: list[Entry] = []
    for span, clock, layers in _epochs(schedule, window):
        moments = {at for layer in layers for at in _moments(layer, clock, span, turns)}
        moments |= {at for override in schedule.overrides for at in (override.start, override.end)}
        found += _asked(span, moments, _top(layers, schedule.overrides, clock, turns))
    return _joined(found, merged)


@lru_cache(maxsize=2048)
def of_layer(schedule: Schedule, layer_id: str, window: Span, turns: str, merged: bool) -> tuple[Entry, ...]:
    """What one layer renders in a window, whatever covers it."""
    found: list[Entry] = []
    for span, clock, layers in _epochs(schedule, window):
        for layer in layers:
            if layer.id == layer_id:
                found += _asked(span, _moments(layer, clock, span, turns), _top((layer,), (), clock, turns))
    return _joined(found, merged)


def of_overrides(schedule: Schedule, window: Span, merged: bool) -> tuple[Entry, ...]:
    """What the overrides alone render in a window."""
    moments = {at for override in schedule.overrides for at in (override.start, override.end)}
    return _joined(_asked(window, moments, _top((), schedule.overrides, zone(schedule.zone), "wall")), merged)


def _epochs(schedule: Schedule, window: Span) -> Iterator[tuple[Span, ZoneInfo, tuple[Layer, ...]]]:
    """The window cut where the definitions changed, each piece with those that counted then."""
    start = window.start
    for past in schedule.past:
        if start < past.until:
            end = min(past.until, window.end)
            yield Span(start, end), zone(past.zone), past.layers
            start = end
    if start < window.end:
        yield Span(start, window.end), zone(schedule.zone), schedule.layers


def _asked(window: Span, moments: Iterable[datetime], ask: Ask) -> list[Entry]:
    inside = sorted({window.start, window.end, *(at for at in moments if window.start < at < window.end)})
    found = []
    for start, end in pairwise(inside):
        holder = ask(start)
        if holder:
            found.append(Entry(start, end, *holder))
    return found


def _joined(entries: list[Entry], merged: bool) -> tuple[Entry, ...]:
    """Touching pieces as one where they are one thing, or (`merged`) where they are one user's."""
    out: list[Entry] = []
    for entry in entries:
        last = out[-1] if out else None
        if last and last.end == entry.start and last.user == entry.user and (merged or last.source == entry.source):
            out[-1] = Entry(last.start, entry.end, last.user, last.source)
        else:
            out.append(entry)
    return tuple(out)


# ----------------------------------------------------------------------------------------------- at one instant


def _top(layers: tuple[Layer, ...], overrides: tuple[Override, ...], clock: ZoneInfo, turns: str) -> Ask:
    """The last override made counts first, then the highest layer."""

    def ask(at: datetime) -> tuple[str, str] | None:
        for override in reversed(overrides):
            if override.start <= at < override.end:
                return override.user, override.id
        shown = latest_shown(at, clock)
        for layer in reversed(layers):
            holder = _holder(layer, at, shown, clock, turns)
            if holder:
                return holder
        return None

    return ask


def _holder(layer: Layer, at: datetime, shown: datetime, clock: ZoneInfo, turns: str) -> tuple[str, str] | None:
    if at < layer.start or (layer.end is not None and at >= layer.end):
        return None
    if layer.restrictions and not any(_open(restriction, shown) for restriction in layer.restrictions):
        return None
    turn = timedelta(seconds=layer.turn)
    if _steps_the_clock(layer, turns):
        index = (shown - wall(layer.virtual_start, clock)) // turn
    else:
        index = (at - layer.virtual_start) // turn
    return layer.users[index % len(layer.users)], f"{layer.id}:{index}"


def _steps_the_clock(layer: Layer, turns: str) -> bool:
    return turns == "wall" and layer.turn % WHOLE_DAY == 0


def _open(restriction: Restriction, shown: datetime) -> bool:
    """Whether a wall clock stands within the hours of a restriction."""
    if restriction.weekday is None:
        days = [shown.date(), shown.date() - DAY]
    else:
        latest = shown.date() - DAY * ((shown.isoweekday() - restriction.weekday) % 7)
        days = [latest, latest - 7 * DAY]
    starts = (_on(day, restriction.start) for day in days)
    return any(start <= shown < start + timedelta(seconds=restriction.seconds) for start in starts)


def _on(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=seconds)


@lru_cache(maxsize=65_536)
def latest_shown(at: datetime, clock: ZoneInfo) -> datetime:
    """The latest wall time a clock has shown: when it is put back it counts as standing still until it is past it."""
    local = at.astimezone(clock)
    if not local.fold:
        return local.replace(tzinfo=None)
    ((before, old), (_, new)) = offsets(Span(at - DAY, at + SECOND), clock)[-2:]
    return wall(before.end, clock) + (old - new)


# ------------------------------------------------------------------------------------- the moments that could matter


def _moments(layer: Layer, clock: ZoneInfo, window: Span, turns: str) -> set[datetime]:
    """Every instant in a window at which a layer might change hands, open or close, and many more."""
    times = {edge % WHOLE_DAY for r in layer.restrictions for edge in (r.start, r.start + r.seconds)}
    found = {layer.start} if layer.end is None else {layer.start, layer.end}
    if _steps_the_clock(layer, turns):
        began = wall(layer.virtual_start, clock)
        times.add((began - datetime.combine(began.date(), time())) // SECOND)
    else:
        found |= set(_steps(layer, window))
    active = window.common(Span(layer.start, layer.end or window.end))
    return found | set(_daily(times, clock, active)) if active else found


def _steps(layer: Layer, window: Span) -> Iterator[datetime]:
    turn = timedelta(seconds=layer.turn)
    at = layer.virtual_start + turn * ((window.start - layer.virtual_start) // turn)
    while at < window.end:
        yield at
        at += turn


def _daily(times: set[int], clock: ZoneInfo, window: Span) -> Iterator[datetime]:
    day, last = wall(window.start, clock).date() - DAY, wall(window.end, clock).date() + DAY
    while day <= last and times:
        yield from (_first(_on(day, seconds), clock) for seconds in sorted(times))
        day += DAY


@lru_cache(maxsize=65_536)
def _first(shown: datetime, clock: ZoneInfo) -> datetime:
    """When a clock first shows a time."""
    return instant(shown, clock)
