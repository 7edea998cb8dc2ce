"""Real exports of other programs: the right times, as a second reader has them too, or a clear refusal.

The second reader is `icalendar` with `recurring-ical-events` on the file itself, zones and all; here only its rules of
repetition are used, on wall clocks. Where it is wrong, `ELSEWHERE` says what is right and how that is known.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from calendars import ANA
from icalendar.timezone import tzp

from watchbill.errors import InputError
from watchbill.exports import reading
from watchbill.exports.policy import Policy
from watchbill.times import DAY, Dates, iso, midnight, wall, zone

FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "ics"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="needs the exports that were collected")
BERLIN = zone("Europe/Berlin")
EVERYTHING = Policy(at_least=timedelta(0), tentative="leave")
YEARS = {
    "ical__apple_ical": 2023,
    "ical__google_dtstart_until_mismatch": 2023,
    "ical__office_356_custom_timezone": 2024,
    "icalendar__issue_218_bad_tzid": 2017,
    "icalendar__multiple_calendar_components": 2003,
    "node-ical__exchange-custom-tz": 2019,
    "node-ical__mixed-timezone-handling": 2002,
    "node-ical__tentative-apple-calendar": 2022,
}
# One day per event of Calendarlabs; display names of Outlook, which the second reader takes for no zone at all; and
# what node-ical reads, too: 89 of the 90 times of Outlook, as two are the same, and all of Windows' names.
ELSEWHERE = {
    "ical__calendar_labs_same_day_dtend": (2025, 1, "2025-12-07T23:00Z..2025-12-08T23:00Z"),
    "node-ical__Office-2012-owa": (2020, 90, "2020-10-28T02:30Z..2020-10-28T04:00Z"),
    "node-ical__vfreebusy-zimbra": (2014, 29, "2014-04-16T15:15Z..2014-04-16T19:00Z"),
    "node-ical__whole_day_moved_over_dst_change_berlin": (2024, 3, "2024-10-26T22:00Z..2024-10-27T23:00Z"),
    "node-ical__ms_timezones": (2020, 372, "2020-06-09T07:00Z..2020-06-09T07:30Z"),
}
REFUSED = {
    "ical__office_365_invalid_timezone": '38:1  unknown zone "Customized Time Zone"',
    "icalendar__big_bad_calendar": "1:1  VCALENDAR begins here and never ends",
    "icalendar__broken_dtstart": '6:1  DTSTART is "INVALID-DATE"',
    "icalendar__issue_722_missing_VTIMEZONE_custom": '3:1  unknown zone "CUSTOM_tzid"',
    "icalendar__rfc_7953_1": "1:1  it holds working hours and no events",
    "node-ical__badRRULE": "50:1  the rule of repetition cannot be read",
}


def window(year: int) -> Dates:
    return Dates(date(year, 1, 1), date(year + 1, 12, 31))


def ours(name: str, dates: Dates) -> list[str]:
    """Every time that something takes place, in UTC, cancelled ones left out."""
    data = (FOLDER / f"{name}.ics").read_bytes()
    events = reading.events(f"{name}.ics", data, {}, dates).events
    opaque = [event for event in events if event.status != "CANCELLED"]
    return sorted(text for start, end in occurrences(opaque, dates) if (text := shown(start, end, dates)))


def occurrences(events: list[reading.Event], dates: Dates) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of each, in UTC."""
    for one in reading.occurrences(events, ANA, EVERYTHING, dates):
        span = one.span
        yield (span.start, span.end) if span else (instant(one.start), instant(one.end))


def instant(at: date) -> datetime:
    """A date or a floating time as Ana in Berlin reads it."""
    day = midnight(at.date() if isinstance(at, datetime) else at, BERLIN)
    return day + (at - datetime.combine(at.date(), datetime.min.time())) if isinstance(at, datetime) else day


def shown(start: datetime, end: datetime, dates: Dates) -> str:
    return f"{iso(start)}..{iso(end)}" if wall(start, BERLIN).date() in dates else ""


def theirs(name: str, dates: Dates) -> list[str]:
    """The same by the second reader."""
    tzp.use_default()
    found = []
    for calendar in icalendar.Calendar.from_ical((FOLDER / f"{name}.ics").read_bytes(), multiple=True):
        for event in recurring_ical_events.of(calendar).between(dates.first - DAY, dates.last + DAY):
            if event.get("STATUS") != "CANCELLED":
                start, end = (at if aware(at) else instant(at) for at in (event.start, event.end))
                found.append(shown(start, end, dates))
    return sorted(filter(None, found))


def aware(at: date) -> bool:
    return isinstance(at, datetime) and at.tzinfo is not None


@pytest.mark.parametrize("name", sorted(YEARS))
def test_times_are_those_of_the_second_reader(name: str) -> None:
    found = ours(name, window(YEARS[name]))
    assert found == theirs(name, window(YEARS[name]))
    assert found


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_times_are_right_where_the_second_reader_is_not(name: str) -> None:
    year, count, one = ELSEWHERE[name]
    found = ours(name, window(year))
    assert len(found) == count
    assert one in found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_broken_export_is_refused_at_its_line(name: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"{name}.ics:{REFUSED[name]}")):
        ours(name, window(2020))


def test_every_export_is_looked_at() -> None:
    names = {path.stem for path in FOLDER.glob("*.ics")}
    assert names == YEARS.keys() | ELSEWHERE.keys() | REFUSED.keys()
