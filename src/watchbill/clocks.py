"""A person's own clock: the home zone, or the zone travelled to."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from watchbill.domain import Person, Travel
from watchbill.times import Span, wall, zone


def zone_at(person: Person, at: datetime) -> ZoneInfo:
    """The zone in which a person is at an instant; the later line wins where two journeys overlap."""
    for travel in reversed(person.travel):
        away = _away(travel)
        if away.start <= at < away.end:
            return zone(travel.zone)
    return zone(person.zone)


def wall_at(person: Person, at: datetime) -> datetime:
    """What the person's clock shows at an instant, as a naive datetime."""
    return wall(at, zone_at(person, at))


def stays(person: Person, span: Span) -> Iterator[tuple[Span, ZoneInfo]]:
    """A span cut where the person changes zones, each piece with its zone, in order of time."""
    cuts = {moment for travel in person.travel for moment in (_away(travel).start, _away(travel).end)}
    start = span.start
    for end in (*sorted(cut for cut in cuts if span.start < cut < span.end), span.end):
        yield Span(start, end), zone_at(person, start)
        start = end


def employed(person: Person, span: Span) -> bool:
    """Whether someone works here through a whole span, by the dates of the home clock.

    The last day counts if any of it is in the span; a span that ends at midnight does not reach the next day.
    """
    first, last = _local_dates(person, span)
    return (person.joined is None or person.joined <= first) and (person.left is None or last <= person.left)


def _local_dates(person: Person, span: Span) -> tuple[date, date]:
    home = zone(person.zone)
    last = wall(span.end, home)
    return wall(span.start, home).date(), (last - last.resolution).date()


@cache
def _away(travel: Travel) -> Span:
    return travel.dates.on(zone(travel.zone))
