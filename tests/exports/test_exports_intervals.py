"""What is written for a time is read as that time: in summer and winter, and on journeys."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from calendars import ANA, WINDOW

from watchbill.domain import Person, Travel
from watchbill.exports.intervals import Occurrence, joined, on_clock, without
from watchbill.times import Dates, zone
from watchbill.workspace.lines import generous
from watchbill.workspace.moments import moments

HOUR = timedelta(hours=1)
PLACES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago")


def journeys(random: Random) -> Person:
    """Ana somewhere, with two journeys."""
    first = date(2027, random.randint(1, 6), random.randint(1, 28))
    then = first + timedelta(days=random.randint(10, 60))
    travel = tuple(Travel(Dates(day, day + timedelta(days=9)), random.choice(PLACES)) for day in (first, then))
    return replace(ANA, zone=random.choice(PLACES), travel=travel)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_read_back_covers_the_time_and_little_else(seed: int) -> None:
    random = Random(f"intervals {seed}")
    exact = 0
    for _ in range(100):
        person = journeys(random) if seed % 2 else replace(ANA, zone=random.choice(PLACES))
        start = datetime(2027, 1, 3, tzinfo=UTC) + random.randrange(355 * 24 * 4) * HOUR / 4
        wall = start.replace(tzinfo=None)
        found = Occurrence(wall, wall + random.randint(1, 200) * HOUR / 4, zone("UTC"))
        line = on_clock(person, found, WINDOW)
        assert line is not None
        assert found.span is not None
        read = generous(person, moments(str(line)))
        assert read.start <= found.span.start
        assert read.end >= found.span.end
        exact += read == found.span
        assert read.length - found.span.length <= timedelta(hours=30 if person.travel else 2)
    assert exact >= 90


def test_stretches_that_touch_are_one_and_midnights_are_dates() -> None:
    lines = ("2027-03-02 12:00..24:00", "2027-03-03", "2027-03-02 00:00..12:00", "2027-03-05 09:00..10:00")
    assert [str(one) for one in joined(map(moments, lines))] == [
        "2027-03-02..2027-03-03",
        "2027-03-05 09:00..2027-03-05 10:00",
    ]


def test_what_lies_in_a_hole_goes() -> None:
    holes = joined(map(moments, ("2027-03-02 09:00..12:00", "2027-03-04..2027-03-06")))
    assert [str(one) for one in without(joined([moments("2027-03-02..2027-03-04")]), holes)] == [
        "2027-03-02 00:00..2027-03-02 09:00",
        "2027-03-02 12:00..2027-03-04 00:00",
    ]
