"""Repeating events to single ones: the only door to recurring-ical-events.

Everything is handed over as wall-clock time without a zone: a repetition steps the wall clock (RFC 5545), and no cache
of zones is ever filled, so that one file's own zones cannot reach the next file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from watchbill.times import Dates

Wall = date | datetime
MARK = "X-WATCHBILL-INDEX"


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a series to hand over: walls without zones. `replaces` is the start that it stands in for.

    `onward`: it changes what follows, too (RANGE=THISANDFUTURE).
    """

    start: Wall
    end: Wall
    rule: str = ""
    dates: tuple[Wall, ...] = ()
    but: tuple[Wall, ...] = ()
    replaces: Wall | None = None
    onward: bool = False


def expanded(series: Sequence[Step], window: Dates) -> list[tuple[int, Wall, Wall]]:
    """What a series comes to in a window (dates, both included): the index of the event that made it, start, end.

    The first event repeats; the others replace. ValueError if the library cannot follow.
    """
    import recurring_ical_events
    from icalendar import Calendar

    calendar = Calendar()
    for index, step in enumerate(series):
        calendar.add_component(_event(index, step))
    try:
        found = recurring_ical_events.of(calendar).between(window.first, window.last)
        return sorted(
            ((int(str(one[MARK])), one["DTSTART"].dt, one["DTEND"].dt) for one in found),
            key=lambda each: (str(each[1]), str(each[2]), each[0]),
        )
    except Exception as error:
        # Whatever an odd series does to the library is a fault of that series to its owner, never a traceback.
        raise ValueError(type(error).__name__) from error


def _event(index: int, step: Step) -> Any:
    from icalendar import Event, vRecur

    event: Any = Event()
    event.add("UID", "one")
    event.add("SEQUENCE", index)
    event[MARK] = str(index)
    event.add("DTSTART", step.start)
    event.add("DTEND", step.end)
    if step.rule:
        event.add("RRULE", vRecur.from_ical(step.rule))
    for day in step.dates:
        event.add("RDATE", day)
    for day in step.but:
        event.add("EXDATE", day)
    if step.replaces is not None:
        event.add("RECURRENCE-ID", step.replaces, parameters={"RANGE": "THISANDFUTURE"} if step.onward else None)
    return event
