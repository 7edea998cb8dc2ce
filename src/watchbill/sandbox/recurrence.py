"""When an event recurs: the part of RFC 5545 that schedules use, stepped day by day on the event's wall clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from watchbill.sandbox.world import Event
from watchbill.times import DAY, Span, instant, wall, zone

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KEYS = {"FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A RRULE of days or weeks."""

    weekly: bool
    interval: int = 1
    days: tuple[int, ...] = ()
    until: datetime | None = None
    count: int | None = None


def rule(lines: tuple[str, ...]) -> Rule:
    """The one RRULE of an event; ValueError with a sentence if there is not exactly one that can be read."""
    found = [line.removeprefix("RRULE:") for line in lines if line.startswith("RRULE:")]
    if len(found) != 1:
        raise ValueError("must contain exactly one RRULE")
    parts = dict(part.partition("=")[::2] for part in found[0].split(";"))
    if not set(parts) <= _KEYS or parts.get("FREQ") not in {"DAILY", "WEEKLY"}:
        raise ValueError("is not a rule of days or weeks, which is all that the sandbox knows")
    names = [name for name in parts.get("BYDAY", "").split(",") if name]
    if not set(names) <= set(_DAYS) or not parts.get("INTERVAL", "1").isdigit() or parts.get("INTERVAL") == "0":
        raise ValueError("is invalid")
    return Rule(
        weekly=parts["FREQ"] == "WEEKLY",
        interval=int(parts.get("INTERVAL", 1)),
        days=tuple(_DAYS.index(name) for name in names),
        until=_moment(parts["UNTIL"]) if "UNTIL" in parts else None,
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
    )


def occurrences(event: Event, until: datetime) -> Iterator[tuple[int, Span]]:
    """Every occurrence that begins before an instant, with its number from 0 on, in order.

    Wall clock of the event's zone: an occurrence keeps its hours when clocks change.
    """
    clock = zone(event.zone)
    first, last = wall(event.start, clock), wall(event.end, clock)
    for number, start in enumerate(_starts(event, first, wall(until, clock))):
        span = Span(instant(start, clock), instant(start + (last - first), clock))
        if span.start >= until:
            return
        yield number, span


def _starts(event: Event, first: datetime, until: datetime) -> Iterator[datetime]:
    found = rule(event.recurrence)
    clock = zone(event.zone)
    excluded = {wall(at, clock) for at in _dates(event, "EXDATE")}
    extra = {wall(at, clock) for at in _dates(event, "RDATE")}
    regular = set(_regular(found, first, until + DAY, event))
    return iter(sorted((regular | extra) - excluded))


def _regular(found: Rule, first: datetime, until: datetime, event: Event) -> Iterator[datetime]:
    made, start = 0, first
    while start < until and (found.count is None or made < found.count):
        if found.until and instant(start, zone(event.zone)) > found.until:
            return
        if _falls_on(found, first.date(), start.date()):
            made += 1
            yield start
        start += DAY


def _falls_on(found: Rule, first: date, day: date) -> bool:
    if not found.weekly:
        return (day - first).days % found.interval == 0 and (not found.days or day.weekday() in found.days)
    weeks = (_monday(day) - _monday(first)).days // 7
    return weeks % found.interval == 0 and day.weekday() in (found.days or (first.weekday(),))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _dates(event: Event, name: str) -> Iterator[datetime]:
    for line in event.recurrence:
        head, _, values = line.partition(":")
        if head.split(";")[0] == name:
            yield from (_moment(value, event.zone) for value in values.split(","))


def _moment(text: str, zone_name: str = "UTC") -> datetime:
    """`20250310T090000Z`, or on a zone's clock without the Z, or a date; ValueError for anything else."""
    match = re.fullmatch(r"(\d{8})(?:T(\d{6})(Z?))?", text)
    if not match:
        raise ValueError("is invalid")
    found = datetime.strptime(match[1] + (match[2] or "235959"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return found if match[3] or zone_name == "UTC" else instant(found.replace(tzinfo=None), zone(zone_name))
