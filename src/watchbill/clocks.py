"""A person's own clock: the home zone, or the zone travelled to."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from watchbill.domain import Person, Travel, percent_at
from watchbill.times import Dates, Span, wall, zone


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


def off_rota(person: Person, spans: Iterable[Span]) -> date | None:
    """The first date, on the home clock, that the spans touch and on which the person's share is nothing."""
    if person.joined is None and person.left is None and all(step.percent for step in person.shares):
        return None
    home = zone(person.zone)
    for span in spans:
        last = wall(span.end, home) - datetime.resolution
        for day in Dates(wall(span.start, home).date(), last.date()):
            if not percent_at(person, day):
                return day
    return None


@cache
def _away(travel: Travel) -> Span:
    return travel.dates.on(zone(travel.zone))


def minute(at: datetime, zone_name: str) -> str:
    """`2027-02-01 00:00`: an instant on a zone's clock, as sentences tell it."""
    return f"{wall(at, zone(zone_name)):%Y-%m-%d %H:%M}"
