import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, span
from watchbill.periods import following, period, quarter_of
from watchbill.times import (
    EPOCH,
    Dates,
    Span,
    common,
    from_iso,
    instant,
    iso,
    merged,
    midnight,
    minutes,
    readings,
    total,
    tzdata_version,
    wall,
    without,
    zone,
    zone_names,
)

CASES = json.loads((Path(__file__).parent / "data" / "dst-cases.json").read_text(encoding="utf-8"))
GAPS_AND_FOLDS = [pytest.param(case, id=f"{case['zone']} {case['local']}") for case in CASES["gaps_and_folds"]]

# ---------------------------------------------------------------------------------------------------------- clocks


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES["shifts"]])
def test_wall_times_of_a_shift_become_exact_instants(case: dict[str, str]) -> None:
    tz = zone(case["zone"])
    start = instant(datetime.fromisoformat(case["start"]), tz)
    end = instant(datetime.fromisoformat(case["end"]), tz)

    assert (iso(start), iso(end), Span(start, end).hours) == (case["start_utc"], case["end_utc"], case["hours"])


@pytest.mark.parametrize("case", GAPS_AND_FOLDS)
def test_both_readings_of_a_wall_time_in_a_gap_or_fold_are_exact(case: dict[str, str]) -> None:
    both = readings(datetime.fromisoformat(case["local"]), zone(case["zone"]))

    assert (both.kind, iso(both.before), iso(both.after)) == (case["kind"], case["fold0_utc"], case["fold1_utc"])


@pytest.mark.parametrize("case", GAPS_AND_FOLDS)
def test_an_instant_is_the_first_at_which_the_clock_shows_the_wall_time_or_later(case: dict[str, str]) -> None:
    wanted, tz = datetime.fromisoformat(case["local"]), zone(case["zone"])
    found = instant(wanted, tz)

    assert wall(found, tz) >= wanted
    assert wall(found - timedelta(seconds=1), tz) < wanted


def test_a_wall_time_in_a_gap_moves_to_the_end_of_the_gap_not_by_its_length() -> None:
    assert instant(datetime.fromisoformat("2027-03-28T02:30"), zone("Europe/Berlin")) == at("2027-03-28T01")


def test_a_day_whose_midnight_does_not_exist_begins_at_the_end_of_the_gap() -> None:
    assert iso(midnight(date(2027, 9, 5), zone("America/Santiago"))) == "2027-09-05T04:00Z"


def test_a_spring_day_has_23_hours() -> None:
    day = date(2027, 3, 28)

    assert Dates(day, day).on(zone("Europe/Berlin")).hours == 23


def test_zones_come_from_the_tzdata_package_with_its_version() -> None:
    assert {"Europe/Berlin", "UTC"} <= zone_names()
    assert re.fullmatch(r"20\d\d[a-z]+", tzdata_version())


def test_an_unknown_zone_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="Europe/Atlantis"):
        zone("Europe/Atlantis")


def test_instants_go_to_text_and_back() -> None:
    assert iso(at("2027-01-04T09")) == "2027-01-04T09:00Z"
    assert from_iso("2027-01-04T10:00+01:00") == at("2027-01-04T09")
    assert from_iso(iso(at("2027-01-04T09:00:30"))) == at("2027-01-04T09:00:30")


def test_text_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match=r"has no zone\. Write it in UTC"):
        from_iso("2027-01-04T09:00")


# ----------------------------------------------------------------------------------------------------------- spans


def of_minutes(start: int, end: int) -> Span:
    return Span(EPOCH + timedelta(minutes=start), EPOCH + timedelta(minutes=end))


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: of_minutes(pair[0], sum(pair))), max_size=6
)


def held(listed: Iterable[Span]) -> set[int]:
    return {n for s in listed for n in range(minutes(s.start), minutes(s.end))}


@given(spans, spans)
def test_span_sets_agree_with_sets_of_minutes(left: list[Span], right: list[Span]) -> None:
    a, b = merged(left), merged(right)

    assert held(a) == held(left)
    assert held(common(a, b)) == held(a) & held(b)
    assert held(without(a, b)) == held(a) - held(b)
    assert total(a) == timedelta(minutes=len(held(a)))
    assert all(one.end < two.start for one, two in pairwise(a))


def test_touching_spans_do_not_meet_but_merge() -> None:
    one, two = span("2027-01-04T09", "2027-01-04T10"), span("2027-01-04T10", "2027-01-04T11")

    assert not one.meets(two)
    assert one.common(two) is None
    assert merged([two, one]) == (span("2027-01-04T09", "2027-01-04T11"),)


# --------------------------------------------------------------------------------------------------------- periods


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2027-Q1", "2027-01-01", "2027-03-31"),
        ("2027-q4", "2027-10-01", "2027-12-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2027-12", "2027-12-01", "2027-12-31"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("2027-01-04..2027-04-04", "2027-01-04", "2027-04-04"),
    ],
)
def test_a_period_includes_both_of_its_dates(text: str, first: str, last: str) -> None:
    found = period(text)

    assert (str(found.first), str(found.last)) == (first, last)
    assert str(found) == text.upper()


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("2027-Q5", "is no period"),
        ("2027-13", "is no period"),
        ("2027-00", "is no period"),
        ("spring", "Write 2027-Q1"),
        ("2027-02-30..2027-03-01", "is no date"),
        ("2027-03-02..2027-03-01", "ends .* before it starts"),
        ("1960", "too far away"),
        ("2027-01-01..2030-01-01", "at most 800 days"),
    ],
)
def test_text_that_is_no_period_is_refused_with_a_remedy(text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        period(text)


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("2027-Q4", "2028-Q1"),
        ("2027-12", "2028-01"),
        ("2027", "2028"),
        ("2027-01-04..2027-01-17", "2027-01-18..2027-01-31"),
    ],
)
def test_the_following_period_is_of_the_same_kind(text: str, then: str) -> None:
    assert following(period(text)) == period(then)


def test_a_day_lies_in_its_quarter() -> None:
    assert [quarter_of(date(2027, month, 28)).name for month in (3, 4, 12)] == ["2027-Q1", "2027-Q2", "2027-Q4"]


def test_a_range_of_dates_knows_its_days() -> None:
    dates = Dates(date(2027, 2, 27), date(2027, 3, 1))

    assert len(dates) == 3
    assert [day.day for day in dates] == [27, 28, 1]
    assert date(2027, 3, 1) in dates
    assert date(2027, 3, 2) not in dates
    assert dates.meets(Dates(date(2027, 3, 1), date(2027, 3, 9)))
    assert not dates.meets(Dates(date(2027, 3, 2), date(2027, 3, 9)))


def test_minutes_count_from_1970_in_utc() -> None:
    assert minutes(datetime(1970, 1, 2, tzinfo=UTC)) == 1440
