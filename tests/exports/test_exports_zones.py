"""Zones are found by every name that programs give them, or laid down by the calendar; never guessed."""

from datetime import UTC, datetime, timedelta

import pytest
from calendars import CUSTOM, WINDOW, absences, calendar, complaints, event, leave, times

from watchbill.exports import reading
from watchbill.exports.content import components
from watchbill.exports.zonenames import windows
from watchbill.exports.zones import built, known_zone
from watchbill.times import zone, zone_names


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("US/Pacific", "US/Pacific"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/America/Argentina/Salta", "America/Argentina/Salta"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("British Columbia Standard Time", "America/Vancouver"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC) Coordinated Universal Time", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("Customized Time Zone", None),
        ("tzone://Microsoft/Custom", None),
        ("GMT+0200", None),
        ("UTC+11", None),
        ("", None),
    ],
)
def test_names_of_zones(name: str, place: str | None) -> None:
    assert known_zone(name) == place


def test_every_name_means_a_zone_that_exists() -> None:
    assert set(windows().values()) <= zone_names()


@pytest.mark.parametrize("place", ["Europe/Berlin", "Asia/Kathmandu"])
def test_a_zone_of_the_calendars_own_is_right_in_every_hour(place: str) -> None:
    offsets = ("+0100", "+0200") if place == "Europe/Berlin" else ("+0545", "+0545")
    text = CUSTOM.format(winter=offsets[0], summer=offsets[1])
    [root] = components("a.ics", calendar(text))
    own = built(root.children[0], WINDOW)
    hours = (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(365 * 24))
    assert all(at.astimezone(own).utcoffset() == at.astimezone(zone(place)).utcoffset() for at in hours)


def test_a_zone_of_one_fixed_offset_is_read() -> None:
    fixed = "BEGIN:VTIMEZONE\nTZID:UTC+11\nBEGIN:STANDARD\nDTSTART;VALUE=DATE:20170101\nTZOFFSETFROM:+1100\n"
    text = calendar(
        f"{fixed}TZOFFSETTO:+1100\nEND:STANDARD\nEND:VTIMEZONE\n",
        event(*times("20270301T200000", "20270302T040000", "UTC+11")),
    )
    assert leave(text) == ["2027-03-01 10:00..2027-03-01 18:00"]


def test_a_zone_that_changes_by_a_list_of_dates_is_read() -> None:
    zones = (
        "BEGIN:VTIMEZONE\nTZID:Listed\nBEGIN:STANDARD\nDTSTART:20201025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "RDATE:20261025T030000,20271031T030000\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20210328T020000\n"
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRDATE:20260329T020000,20270328T020000\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
    )
    for day in ("20270301", "20270701", "20271101"):
        text = calendar(zones, event(*times(f"{day}T090000", f"{day}T170000", "Listed")))
        assert leave(text)[0].endswith("17:00"), day


def test_a_known_name_counts_before_the_calendars_own_rules_with_a_warning() -> None:
    rules = CUSTOM.format(winter="-0500", summer="-0400").replace("Customized Time Zone", "Europe/Berlin")
    found = absences(calendar(rules, event(*times("20270301T090000", "20270301T170000"))))
    assert [str(one) for one in found.leave] == ["2027-03-01 09:00..2027-03-01 17:00"]
    again = CUSTOM.format(winter="+0100", summer="+0200").replace("Customized Time Zone", "Europe/Berlin")
    assert told(calendar(again, event(*times("20270301T090000", "20270301T170000")))) == []
    [warning] = told(calendar(rules, event(*times("20270301T090000", "20270301T170000"))))
    assert '0.ics:19:1  warning: this file has rules of its own for "Europe/Berlin"' in warning


def told(data: bytes) -> list[str]:
    return [str(one) for one in reading.events("0.ics", data, {}, WINDOW).warnings]


def test_the_team_may_say_what_a_zone_is() -> None:
    text = calendar(event(*times("20270301T090000", "20270301T170000", "HQ time")))
    assert [str(one) for one in absences(text, aliases={"HQ time": "Asia/Tokyo"}).leave] == [
        "2027-03-01 01:00..2027-03-01 09:00"
    ]
    assert 'import: {ics: {zones: {"HQ time": Europe/Berlin}}}' in complaints(text)[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("TZOFFSETTO:+0100\n", "", "line 5 has no TZOFFSETTO"),
        ("DTSTART:16010101T030000", "DTSTART:soon", "no date"),
        ("FREQ=YEARLY", "FREQ=MONTHLY", "more than yearly"),
        ("FREQ=YEARLY", "FREQ=SECONDLY", "every second"),
    ],
)
def test_rules_of_a_zone_that_cannot_be_read_are_refused(old: str, new: str, reason: str) -> None:
    zones = CUSTOM.format(winter="+0100", summer="+0200").replace(old, new)
    [first, *_] = complaints(
        calendar(zones, event(*times("20270301T090000", "20270301T170000", "Customized Time Zone")))
    )
    assert "the zone that line 3 lays down cannot be read" in first
    assert reason in first
