"""Where it comes from that somebody else is on call than planned, and until when anybody is."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from watchbill.publish.pagerduty.entries import Held
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.render import draw
from watchbill.publish.pagerduty.standing import ended
from watchbill.publish.pagerduty.terms import AnySchedule, Schedule, ShiftSchedule
from watchbill.times import MINUTE, Span

BY_HAND = "override made by hand"
SHIFT_BY_HAND = "custom shift made by hand"
NOT_PUSHED = "not pushed yet"
ROTATION = "a rotation that is not ours"
UNKNOWN = "unknown"

IsOurs = Callable[[Held, str | None], bool]


def pieces(state: AnySchedule | None, span: Span) -> Iterator[Span]:
    """A span cut wherever something of a schedule begins or ends."""
    inside = {at for at in _bounds(state) if span.start < at < span.end}
    yield from (Span(start, end) for start, end in pairwise(sorted({span.start, *inside, span.end})))


def why(state: AnySchedule, at: datetime, user: str, ours: IsOurs) -> str:
    """What puts a user on call at an instant: in a few words."""
    return _of_layers(state, at, user, ours) if isinstance(state, Schedule) else _of_shifts(state, at, user, ours)


def covered_until(state: AnySchedule | None, now: datetime) -> datetime | None:
    """The last instant at which anybody is on call, as far as a schedule was read; None for without end."""
    if state is None:
        return now
    ends = list(_ends(state, now))
    return None if None in ends else max([now, *(end for end in ends if end)])


def _bounds(state: AnySchedule | None) -> Iterator[datetime]:
    if isinstance(state, Schedule):
        for layer in state.layers:
            yield from (layer.start, layer.end or layer.start)
        for override in state.overrides:
            yield from (override.start, override.end)
    elif state is not None:
        for shift in state.shifts:
            yield from (shift.start, shift.end)
        for one in state.overrides:
            yield from (one.start, one.end)


def _of_layers(state: Schedule, at: datetime, user: str, ours: IsOurs) -> str:
    for override in reversed(state.overrides):
        if override.start <= at < override.end and override.user == user:
            return NOT_PUSHED if ours(override, override.id) else BY_HAND
    for layer in reversed(state.layers):
        if any(entry.user == user for entry in draw(layer, state.zone, Span(at, at + MINUTE))):
            return NOT_PUSHED if mark_of(layer.name) else f'layer "{layer.name}" is not ours'
    return UNKNOWN


def _of_shifts(state: ShiftSchedule, at: datetime, user: str, ours: IsOurs) -> str:
    for shift in state.shifts:
        if shift.start <= at < shift.end and shift.user == user:
            return NOT_PUSHED if ours(shift, shift.id) else SHIFT_BY_HAND
    for override in state.overrides:
        if override.start <= at < override.end and override.instead == user:
            return BY_HAND
    return ROTATION if state.rotations else UNKNOWN


def _ends(state: AnySchedule, now: datetime) -> Iterator[datetime | None]:
    if isinstance(state, Schedule):
        yield from (override.end for override in state.overrides)
        yield from (layer.end for layer in state.layers if layer.users and not ended(layer, now))
        return
    yield from (shift.end for shift in state.shifts)
    yield from (event.until for rotation in state.rotations for event in rotation.events if any(event.users))
