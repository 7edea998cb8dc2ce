"""How many people it takes at least, by counting alone: whatever the people are like, fewer are never enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from watchbill.domain import Shift
from watchbill.texts import counted
from watchbill.times import Span, total

TOGETHER, HOURS, TURNS, SOLVED, TOO_LONG = "together", "hours", "turns", "solved", "too long"
MOST = 64


@dataclass(frozen=True, slots=True)
class Floor:
    """So many people it takes at least, which kind of bound says so, and why."""

    least: int
    bound: str
    why: str


def together(shifts: Sequence[Shift]) -> Floor:
    """Nobody can hold two shifts that run at one time."""
    events = sorted((at, step) for s in shifts for span in s.spans for at, step in ((span.start, 1), (span.end, -1)))
    running = most = 0
    for _, step in events:
        running += step
        most = max(most, running)
    return Floor(most, TOGETHER, f"{counted(most, 'shift')} {'runs' if most == 1 else 'run'} at one time")


def whole(shifts: Sequence[Shift]) -> Span:
    """From the first start to the last end."""
    return Span(min(s.start for s in shifts), max(s.end for s in shifts))


def by_hours(shifts: Sequence[Shift], limit: timedelta, percent: int) -> Floor:
    """All hours on call have to be held by somebody."""
    hours = sum((total(shift.spans) for shift in shifts), timedelta())
    why = f"{_h(hours)} on call in all, and {percent} % of the time is {_h(limit)} for each"
    return Floor(ceil(hours / limit), HOURS, why)


def by_turns(shifts: Sequence[Shift], limit: timedelta, percent: int) -> Floor:
    """Nobody holds more shifts than the shortest ones that fit in."""
    each, used = 0, timedelta()
    for length in sorted(total(shift.spans) for shift in shifts):
        used += length
        each += used <= limit
    why = f"{counted(len(shifts), 'shift')}, of which {each} at most fit into {percent} % of anyone's time"
    return Floor(ceil(len(shifts) / each), TURNS, why)


def too_long(shifts: Sequence[Shift], limit: timedelta, percent: int) -> Floor | None:
    """A shift that is more than anyone may hold."""
    longest = max(shifts, key=lambda shift: total(shift.spans))
    if total(longest.spans) <= limit:
        return None
    length = _h(total(longest.spans))
    why = f"{longest.id} alone is {length}, more than {percent} % of the time: make turns shorter, or ask for more"
    return Floor(MOST, TOO_LONG, why)


def _h(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.0f} h"
