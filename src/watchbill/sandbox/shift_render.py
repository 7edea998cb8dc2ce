"""What a schedule of shifts renders: everyone's stretches, which add up, with those who stand in for others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from watchbill.sandbox.recurrence import occurrences
from watchbill.sandbox.world import Event, Rotation, ShiftOverride, ShiftSchedule
from watchbill.times import Span, merged, without

STRATEGIES = ("rotating_member_assignment_strategy", "every_member_assignment_strategy")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A member (None is an empty one) over `[start, end)`, and by what."""

    start: datetime
    end: datetime
    user: str | None
    rotation: str | None = None
    shift: str | None = None
    override: str | None = None

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


def final(schedule: ShiftSchedule, window: Span, *, full: bool = False, gaps: bool = True) -> tuple[Assignment, ...]:
    """Every assignment in a window, by start, cut at its ends unless in `full`; `gaps` adds stretches with nobody."""
    found = [a for a in _all(schedule, window.end) if a.span.meets(window)]
    if not full:
        found = [_cut(a, window) for a in found]
    if gaps:
        found += [Assignment(hole.start, hole.end, None) for hole in holes(found, window)]
    return tuple(sorted(found, key=lambda a: (a.start, a.end, a.user or "", a.rotation or "", a.shift or "")))


def holes(assignments: Iterable[Assignment], window: Span) -> tuple[Span, ...]:
    """The stretches of a window that no one holds, not even an empty member."""
    return without((window,), merged(a.span for a in assignments))


def _cut(assignment: Assignment, window: Span) -> Assignment:
    return replace(assignment, start=max(assignment.start, window.start), end=min(assignment.end, window.end))


def _all(schedule: ShiftSchedule, until: datetime) -> Iterator[Assignment]:
    for rotation in schedule.rotations:
        own = [o for o in schedule.overrides if o.rotation == rotation.id]
        for assignment in of_rotation(rotation, until):
            yield from _stood_in(assignment, own)
    for shift in schedule.shifts:
        own = [o for o in schedule.overrides if o.custom_shift == shift.id]
        yield from _stood_in(Assignment(shift.start, shift.end, shift.user, shift=shift.id), own)


def of_rotation(rotation: Rotation, until: datetime) -> Iterator[Assignment]:
    """What a rotation assigns before an instant, without overrides."""
    for event in rotation.events:
        effective = Span(event.since, event.until or until)
        for number, span in occurrences(event, until):
            inside = span.common(effective)
            if inside:
                for user in members(event, number):
                    yield Assignment(inside.start, inside.end, user, rotation=rotation.id)


def members(event: Event, number: int) -> tuple[str | None, ...]:
    """Who takes an occurrence of an event."""
    if event.strategy == "every_member_assignment_strategy":
        return event.members
    return (event.members[number // event.per_member % len(event.members)],)


def _stood_in(assignment: Assignment, overrides: list[ShiftOverride]) -> Iterator[Assignment]:
    """An assignment with the stretches that others have taken over; the last override made counts."""
    pieces = [assignment]
    for override in overrides:
        if override.instead == assignment.user:
            pieces = [piece for old in pieces for piece in _replaced(old, override)]
    return iter(pieces)


def _replaced(old: Assignment, override: ShiftOverride) -> Iterator[Assignment]:
    taken = old.span.common(Span(override.start, override.end))
    if taken is None:
        yield old
        return
    if old.start < taken.start:
        yield replace(old, end=taken.start)
    yield replace(old, start=taken.start, end=taken.end, user=override.user, override=override.id)
    if taken.end < old.end:
        yield replace(old, start=taken.end)
