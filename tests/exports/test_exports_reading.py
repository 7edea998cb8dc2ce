"""Events become the right stretches on the person's own clock, or are refused where they stand."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from calendars import ANA, CUSTOM, WINDOW, absences, calendar, complaints, days, event, leave, times, why

from watchbill.domain import Travel
from watchbill.exports.policy import Policy
from watchbill.times import Dates

CASES = {
    "the end of whole days is not included": (event(*days("20270301", "20270304")), ["2027-03-01..2027-03-03"]),
    "a day that ends when it begins is one day": (event(*days("20270301", "20270301")), ["2027-03-01"]),
    "a day without an end is one day": (event(*days("20270301")), ["2027-03-01"]),
    "a bare date needs no VALUE": (event("DTSTART:20270301", "DTEND:20270303"), ["2027-03-01..2027-03-02"]),
    "days by DURATION": (event(*days("20270301"), "DURATION:P2D"), ["2027-03-01..2027-03-02"]),
    "midnight to midnight with Exchange's mark is whole days": (
        event(
            *times("20270301T000000", "20270303T000000", "America/New_York"),
            x_microsoft_cdo_alldayevent="TRUE",
        ),
        ["2027-03-01..2027-03-02"],
    ),
    "a date as start and a time as end": (
        event("DTSTART;VALUE=DATE:20270301", "DTEND;TZID=Europe/Paris:20270302T180000"),
        ["2027-03-01..2027-03-02"],
    ),
    "times of another zone": (
        event(*times("20270301T090000", "20270301T170000", "America/New_York")),
        ["2027-03-01 15:00..2027-03-01 23:00"],
    ),
    "times of another zone while only one has summer time": (
        event(*times("20270315T090000", "20270315T170000", "America/New_York")),
        ["2027-03-15 14:00..2027-03-15 22:00"],
    ),
    "times in UTC": (
        event("DTSTART:20270701T080000Z", "DTEND:20270701T160000Z"),
        ["2027-07-01 10:00..2027-07-01 18:00"],
    ),
    "midnights are dates": (event(*times("20270301T000000", "20270302T000000")), ["2027-03-01"]),
    "seconds are rounded outwards": (
        event(*times("20270301T090030", "20270301T170030")),
        ["2027-03-01 09:00..2027-03-01 17:01"],
    ),
    "a length in hours is real time": (
        event("DTSTART;TZID=Europe/Berlin:20270327T120000", "DURATION:PT24H"),
        ["2027-03-27 12:00..2027-03-28 13:00"],
    ),
    "a length in days follows the calendar": (
        event("DTSTART;TZID=Europe/Berlin:20270327T120000", "DURATION:P1D"),
        ["2027-03-27 12:00..2027-03-28 12:00"],
    ),
    "a start that the clock skips is when the clock goes on": (
        event(*times("20270328T023000", "20270328T120000")),
        ["2027-03-28 03:00..2027-03-28 12:00"],
    ),
    "days that touch are one stretch": (
        event(*days("20270301", "20270302")) + event(*days("20270302", "20270305")),
        ["2027-03-01..2027-03-04"],
    ),
    "what lies outside of the dates is cut": (event(*days("20261220", "20270103")), ["2027-01-01..2027-01-02"]),
    "a weekly series": (
        event(*days("20261225"), "RRULE:FREQ=WEEKLY;UNTIL=20270115"),
        ["2027-01-01", "2027-01-08", "2027-01-15"],
    ),
    "exceptions and dates beyond the rule": (
        event(
            *days("20270101"), "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270108", "RDATE;VALUE=DATE:20270201"
        ),
        ["2027-01-01", "2027-01-15", "2027-02-01"],
    ),
    "an exception as a date in a series of times": (
        event(*times("20270104T090000", "20270104T170000"), "RRULE:FREQ=DAILY;COUNT=2", "EXDATE;VALUE=DATE:20270104"),
        ["2027-01-05 09:00..2027-01-05 17:00"],
    ),
    "an exception in UTC in a series of another zone": (
        event(*times("20270104T090000", "20270104T170000"), "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:20270105T080000Z"),
        ["2027-01-04 09:00..2027-01-04 17:00"],
    ),
    "a series keeps its hour over a clock change": (
        event(*times("20270327T090000", "20270327T170000"), "RRULE:FREQ=DAILY;COUNT=2"),
        ["2027-03-27 09:00..2027-03-27 17:00", "2027-03-28 09:00..2027-03-28 17:00"],
    ),
    "a series of another zone follows that zone's clock": (
        event(*times("20270308T090000", "20270308T170000", "America/New_York"), "RRULE:FREQ=WEEKLY;COUNT=2"),
        ["2027-03-08 15:00..2027-03-08 23:00", "2027-03-15 14:00..2027-03-15 22:00"],
    ),
    "UNTIL in UTC includes the last time": (
        event(*times("20270701T090000", "20270701T170000"), "RRULE:FREQ=DAILY;UNTIL=20270702T070000Z"),
        ["2027-07-01 09:00..2027-07-01 17:00", "2027-07-02 09:00..2027-07-02 17:00"],
    ),
    "UNTIL as a date includes the whole day": (
        event(*times("20270701T090000", "20270701T170000"), "RRULE:FREQ=DAILY;UNTIL=20270702"),
        ["2027-07-01 09:00..2027-07-01 17:00", "2027-07-02 09:00..2027-07-02 17:00"],
    ),
    "one time of a series that was moved": (
        event(*days("20270101"), "RRULE:FREQ=WEEKLY;COUNT=2", uid="a")
        + event(*days("20270110"), "RECURRENCE-ID;VALUE=DATE:20270108", uid="a"),
        ["2027-01-01", "2027-01-10"],
    ),
    "one time of a series that was cancelled": (
        event(*days("20270101"), "RRULE:FREQ=WEEKLY;COUNT=2", uid="a")
        + event(*days("20270108"), "RECURRENCE-ID;VALUE=DATE:20270108", uid="a", status="CANCELLED"),
        ["2027-01-01"],
    ),
    "a change of all that follows": (
        event(*days("20270101"), "RRULE:FREQ=WEEKLY;COUNT=3", uid="a")
        + event(*days("20270109"), "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20270108", uid="a"),
        ["2027-01-01", "2027-01-09", "2027-01-16"],
    ),
    "a moved time whose series is not in the file": (
        event(*days("20270110"), "RECURRENCE-ID;VALUE=DATE:20270108", uid="a"),
        ["2027-01-10"],
    ),
    "the newer of two versions of a series": (
        event(*days("20270101"), "RRULE:FREQ=WEEKLY;COUNT=2", uid="a", sequence="1")
        + event(*days("20270201"), "RRULE:FREQ=WEEKLY;COUNT=2", uid="a", sequence="2"),
        ["2027-02-01", "2027-02-08"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_events_become_stretches(text: str, expected: list[str]) -> None:
    assert leave(calendar(text)) == expected


def test_several_calendars_in_a_file_are_all_read() -> None:
    both = calendar(event(*days("20270101"), uid="a")) + calendar(event(*days("20270201"), uid="a"))
    assert leave(both) == ["2027-01-01", "2027-02-01"]


def test_several_files_of_a_person_add_up() -> None:
    assert leave(calendar(event(*days("20270101"))), calendar(event(*days("20270102")))) == ["2027-01-01..2027-01-02"]


def test_tentative_time_is_avoided_where_no_leave_is() -> None:
    text = event(*days("20270301", "20270304"), status="TENTATIVE") + event(*days("20270302"))
    found = absences(calendar(text))
    assert [str(one) for one in found.leave] == ["2027-03-02"]
    assert [str(one) for one in found.avoid] == ["2027-03-01", "2027-03-03"]


def test_whole_days_are_the_same_dates_for_everyone() -> None:
    tokyo = replace(ANA, zone="Asia/Tokyo")
    assert leave(calendar(event(*days("20270301"))), person=tokyo) == ["2027-03-01"]


def test_times_are_on_the_clock_of_a_journey() -> None:
    away = replace(ANA, travel=(Travel(Dates(date(2027, 3, 1), date(2027, 3, 7)), "Asia/Tokyo"),))
    text = calendar(event("DTSTART:20270303T000000Z", "DTEND:20270303T080000Z"))
    assert leave(text, person=away) == ["2027-03-03 09:00..2027-03-03 17:00"]


def test_times_without_a_zone_are_the_persons_and_said_so() -> None:
    found = absences(calendar(event("DTSTART:20270301T090000", "DTEND:20270301T170000")))
    assert [str(one) for one in found.leave] == ["2027-03-01 09:00..2027-03-01 17:00"]
    assert "1 event without a zone: read on the clock of ana" in str(found.warnings[0])


def test_times_without_a_zone_are_in_that_of_the_calendar() -> None:
    text = calendar(event("DTSTART:20270301T090000", "DTEND:20270301T170000"), head="X-WR-TIMEZONE:America/New_York\n")
    assert leave(text) == ["2027-03-01 15:00..2027-03-01 23:00"]


def test_busy_times_count_by_their_type() -> None:
    text = calendar(
        "BEGIN:VFREEBUSY\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270301T080000Z/PT1H,20270302T080000Z/20270302T090000Z\n"
        "FREEBUSY:20270303T080000Z/20270303T090000Z\nFREEBUSY;FBTYPE=BUSY:20270304T080000Z/PT8H\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270305T080000Z/PT8H\nFREEBUSY;FBTYPE=FREE:20270306T080000Z/PT8H\n"
        "END:VFREEBUSY\n"
    )
    found = absences(text)
    assert [str(one.dates.first) for one in found.leave] == ["2027-03-01", "2027-03-02", "2027-03-04"]
    assert [str(one.dates.first) for one in found.avoid] == ["2027-03-05"]


def test_a_stretch_without_working_hours_is_leave_and_working_hours_are_none() -> None:
    head = "BEGIN:VAVAILABILITY\nDTSTART:20270301T080000Z\nDTEND:20270303T080000Z\n"
    hours = "BEGIN:AVAILABLE\nDTSTART:20270301T080000Z\nDTEND:20270301T160000Z\nEND:AVAILABLE\n"
    away = calendar(f"{head}END:VAVAILABILITY\n")
    assert leave(away) == ["2027-03-01 09:00..2027-03-03 09:00"]
    assert "working hours and no events" in complaints(calendar(f"{head}{hours}END:VAVAILABILITY\n"))[0]


def test_a_series_from_long_ago_reaches_the_dates() -> None:
    text = calendar(event(*days("16040301"), "RRULE:FREQ=YEARLY", summary="Vacation"))
    assert leave(text) == ["2027-03-01"]


def test_a_custom_zone_does_not_leak_into_the_next_file() -> None:
    meeting = event(*times("20270701T090000", "20270701T170000", "Customized Time Zone"))
    ana = calendar(CUSTOM.format(winter="-0500", summer="-0400"), meeting)
    bo = calendar(CUSTOM.format(winter="+0100", summer="+0200"), meeting)
    assert leave(ana) == ["2027-07-01 15:00..2027-07-01 23:00"]
    assert leave(bo) == ["2027-07-01 09:00..2027-07-01 17:00"]
    assert leave(ana) == ["2027-07-01 15:00..2027-07-01 23:00"]
    assert "unknown zone" in complaints(calendar(meeting))[0]


def test_many_short_meetings_that_repeat_are_no_burden() -> None:
    series = event(*times("20200101T090000", "20200101T093000"), "RRULE:FREQ=DAILY")
    text = calendar(*(series.replace("BEGIN:VEVENT", f"BEGIN:VEVENT\nUID:{n}") for n in range(3000)))
    assert leave(text) == []


# ------------------------------------------------------------------------------------------------------- refused

WRONG = {
    "an unknown zone": (event(*times("20270301T090000", "20270301T170000", "Mars/Phobos")), 4, "unknown zone"),
    "an offset as zone": (event(*times("20270301T090000", "20270301T170000", "GMT+0200")), 4, "unknown zone"),
    "an end before the start": (event(*days("20270304", "20270301")), 5, "ends before it starts"),
    "a length below zero": (event(*days("20270304"), "DURATION:-P1D"), 5, "ends before it starts"),
    "no start": (event("SUMMARY:x"), 3, "has no DTSTART"),
    "a start that is no date": (event("DTSTART:20270230"), 4, "is no date"),
    "a start out of reach": (event("DTSTART:00010101"), 4, "out of reach"),
    "a rule that cannot be read": (event(*days("20270101"), "RRULE:FREQ=SOMETIMES"), 5, "cannot be read"),
    "a rule within the rule": (event(*days("20270101"), "RRULE:RRULE:X;FREQ=DAILY"), 5, "cannot be read"),
    "a rule by the second": (event(*days("20270101"), "RRULE:FREQ=SECONDLY"), 5, "every second"),
    "a rule by the hour of a short meeting": (
        event(*times("20270301T090000", "20270301T091000"), "RRULE:INTERVAL=2;FREQ=HOURLY"),
        6,
        "every hour",
    ),
    "a rule without days": (event(*days("20270101"), "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 5, "to no day"),
    "an interval of nothing": (event(*days("20270101"), "RRULE:FREQ=DAILY;INTERVAL=0"), 5, "not possible"),
    "several times of a day": (
        event(*times("20270101T090000", "20270101T170000"), "RRULE:FREQ=DAILY;BYHOUR=9,15"),
        6,
        "several times of a day",
    ),
    "a part that is not read": (event(*days("20270101"), "RRULE:FREQ=YEARLY;BYWEEKNO=3"), 5, "BYWEEKNO"),
    "exceptions by a rule": (event(*days("20270101"), "EXRULE:FREQ=DAILY"), 5, "EXRULE"),
    "two rules": (event(*days("20270101"), "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), 3, "two rules"),
    "a series without end from the dawn of time": (event(*days("16040101"), "RRULE:FREQ=DAILY"), 5, "too often"),
    "only tasks": ("BEGIN:VTODO\nSUMMARY:x\nEND:VTODO\n", 1, "holds no events"),
}


@pytest.mark.parametrize(("text", "line", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_read_is_refused_at_its_line(text: str, line: int, sentence: str) -> None:
    [told] = complaints(calendar(text))
    assert told.startswith(f"0.ics:{line}:1  ")
    assert sentence in told


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = event("DTSTART:x") + event("DTSTART;TZID=Nowhere:20270101T090000") + event(*days("20270304", "20270301"))
    assert [told.split()[0] for told in complaints(calendar(text))] == ["0.ics:4:1", "0.ics:7:1", "0.ics:11:1"]


def test_endless_series_that_count_are_refused_before_they_are_followed() -> None:
    series = event(*times("20200101T090000", "20200101T170000"), "RRULE:FREQ=DAILY")
    text = calendar(*(series.replace("BEGIN:VEVENT", f"BEGIN:VEVENT\nUID:{n}") for n in range(500)))
    began = time.process_time()
    assert "too often" in complaints(text)[0]
    assert time.process_time() - began < 1


def test_more_events_than_a_calendar_has_are_refused() -> None:
    busy = ",".join(["20270301T080000Z/PT1H"] * 3_000)
    text = calendar("BEGIN:VFREEBUSY\n" + f"FREEBUSY:{busy}\n" * 11 + "END:VFREEBUSY\n")
    assert "more than 30,000 events" in complaints(text)[0]


def test_why_events_count_or_not_is_told_without_their_titles() -> None:
    text = calendar(
        event(*days("20270301"), summary="Secret surgery"),
        event(*times("20270301T090000", "20270301T093000"), summary="Secret talk"),
        event(*days("20250301"), summary="Secret past"),
    )
    assert why(text) == ["leave: all day", "ignored: a short meeting", "ignored: not in the imported dates"]
    assert "Secret" not in repr(absences(text))


def test_the_team_may_count_shorter_events() -> None:
    text = calendar(event(*times("20270301T090000", "20270301T110000")))
    assert leave(text) == []
    assert leave(text, policy=Policy(at_least=timedelta(hours=2))) == ["2027-03-01 09:00..2027-03-01 11:00"]


def test_what_was_found_does_not_depend_on_the_order_of_files() -> None:
    one, other = calendar(event(*days("20270301"))), calendar(event(*days("20270201")))
    assert leave(one, other) == leave(other, one) == ["2027-02-01", "2027-03-01"]


def test_nothing_is_left_of_events_outside_of_the_dates() -> None:
    assert leave(calendar(event(*days("20270301"))), window=Dates(WINDOW.first, date(2027, 2, 1))) == []
