import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from builders import at, span
from watchbill.domain import Layer, Role, Shift, Stretch, TurnLength, Window
from watchbill.expand import expand, gap_handoffs, handoffs, overlaps, uncovered
from watchbill.periods import Period, period
from watchbill.times import DAY, Dates, Span, iso, minutes, readings, wall, zone

CASES = json.loads((Path(__file__).parent / "data" / "dst-cases.json").read_text(encoding="utf-8"))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
# Around every change of clocks in the four zones: Berlin 28 March and 31 October, New York 14 March and 7 November,
# Lord Howe 4 April and 3 October.
WEEKS = {
    "2027-Q1": period("2027-03-08..2027-04-07"),
    "2027-Q2": period("2027-04-01..2027-04-18"),
    "2027-Q4": period("2027-10-01..2027-11-10"),
}
EVERY_DAY = tuple(range(7))
QUARTER_HOUR = timedelta(minutes=15)


def layer(turn: str = "1 week", handoff: str = "mon 09:00", tz: str = "Europe/Berlin", **facts: Any) -> Layer:
    """`turn` such as `36 hour`; `handoff` such as `mon 09:00` or `09:00`; other facts as in `Layer`."""
    count, unit = turn.split()
    *day, clock = handoff.split()
    hour, minute = map(int, clock.split(":"))
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day[0]) if day else None
    base = Layer("primary", "main", tz, TurnLength(int(count), unit), hour * 60 + minute, weekday)
    return replace(base, **facts)


def role(*layers: Layer, seats: int = 1) -> Role:
    return Role("primary", layers, seats=seats)


def hours(first: str, last: str, days: tuple[int, ...] = EVERY_DAY) -> Window:
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (first, last))
    return Window(days, start, end if end > start else end + 1440)


def shifts(one: Layer, within: str, *, head: bool = False) -> tuple[Shift, ...]:
    return expand([role(one)], period(within), head=head)


# ----------------------------------------------------------------------------------------------------- known cases


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES["shifts"]])
def test_a_turn_between_two_wall_times_is_exact(case: dict[str, str]) -> None:
    start, end = datetime.fromisoformat(case["start"]), datetime.fromisoformat(case["end"])
    days = (end - start).days
    shape = layer(f"{days} day", f"{start:%H:%M}", case["zone"], anchor=start.date())

    (shift,) = shifts(shape, f"{start.date()}..{start.date()}")

    assert (iso(shift.start), iso(shift.end)) == (case["start_utc"], case["end_utc"])
    assert [piece.hours for piece in shift.spans] == [case["hours"]]


# ---------------------------------------------------------------------------------------------- brute-force oracle
#
# The oracle knows neither instants nor offsets. It walks the period in steps of 15 minutes and looks at the clock on
# the wall, which it lets run forwards only: what counts is the latest time that the clock has shown so far.


def turn_starts(one: Layer, low: datetime, high: datetime) -> list[datetime]:
    """Wall times of handoffs, found by stepping from the anchor (or from any Monday) one turn at a time."""
    count, unit = one.turn.count, one.turn.unit
    monday = low.date() - timedelta(days=low.weekday())
    day = one.anchor or monday + timedelta(days=one.weekday or 0)
    begin = datetime.combine(day, datetime.min.time()) + timedelta(minutes=one.handoff)
    out = [begin]
    while out[-1] < high:
        out.append(one_turn_on(out[-1], count, unit, 1))
    while out[0] > low:
        out.insert(0, one_turn_on(out[0], count, unit, -1))
    return out


def one_turn_on(at_: datetime, count: int, unit: str, sign: int) -> datetime:
    if unit in {"month", "year"}:
        for _ in range(count * (12 if unit == "year" else 1)):
            first = at_.replace(day=1) + sign * timedelta(days=31 if sign > 0 else 1)
            at_ = first.replace(day=at_.day)
        return at_
    return at_ + sign * count * {"hour": timedelta(hours=1), "day": DAY, "week": 7 * DAY}[unit]


def in_pattern(one: Layer, shown: datetime) -> bool:
    if not one.windows and not one.stretches:
        return True
    of_day, of_week = shown.hour * 60 + shown.minute, shown.weekday() * 1440 + shown.hour * 60 + shown.minute
    today = any(shown.weekday() in w.days and w.start <= of_day < w.end for w in one.windows)
    since_yesterday = any((shown.weekday() - 1) % 7 in w.days and w.start <= of_day + 1440 < w.end for w in one.windows)
    stretch = any(s.start <= of_week < s.end or s.start <= of_week + 10080 < s.end for s in one.stretches)
    return today or since_yesterday or stretch


def walked(one: Layer, within: Period) -> dict[datetime, datetime | None]:
    """For each quarter of an hour around a period: the wall time at which the turn on call began, or None."""
    tz = zone(one.zone)
    low = datetime.combine(within.first, datetime.min.time(), UTC) - 2 * DAY
    high = datetime.combine(within.last, datetime.min.time(), UTC) + 2 * DAY
    starts = turn_starts(one, wall(low, tz) - 400 * DAY, wall(high, tz) + 400 * DAY)
    out: dict[datetime, datetime | None] = {}
    shown, turn, moment = wall(low, tz), 0, low
    while moment < high:
        shown = max(shown, wall(moment, tz))
        while starts[turn + 1] <= shown:
            turn += 1
        inside = within.first <= starts[turn].date() <= within.last
        out[moment] = starts[turn] if inside and in_pattern(one, shown) else None
        moment += QUARTER_HOUR
    return out


def expanded(found: Sequence[Shift], moments: Iterator[datetime]) -> dict[datetime, str | None]:
    """For each moment the id of the shift that is on call."""
    by_minute = {
        minute: shift.id
        for shift in found
        for piece in shift.spans
        for minute in range(minutes(piece.start), minutes(piece.end), 15)
    }
    return {moment: by_minute.get(minutes(moment)) for moment in moments}


def local_id(one: Layer, start: datetime | None) -> str | None:
    if start is None:
        return None
    if one.turn.unit != "hour" or one.turn.count >= 24:
        return f"primary/main/{start:%Y-%m-%d}"
    twice = readings(start, zone(one.zone)).kind == "fold"
    named = start.replace(tzinfo=zone(one.zone)) if twice else start
    return f"primary/main/{named.isoformat(timespec='minutes')}"


JAN_4 = date(2027, 1, 4)
SHAPES = {
    "weeks": layer("1 week", "mon 09:00"),
    "weeks that hand off in the night": layer("1 week", "sun 02:30"),
    "days": layer("1 day", "09:00"),
    "days that hand off in the gap": layer("1 day", "02:15"),
    "days from midnight": layer("1 day", "00:00"),
    "8 hours": layer("8 hour", "06:00"),
    "12 hours": layer("12 hour", "09:30"),
    "1 hour": layer("1 hour", "00:00"),
    "36 hours": layer("36 hour", "09:00", anchor=JAN_4),
    "7 hours": layer("7 hour", "09:00", anchor=JAN_4),
    "2 weeks": layer("2 week", "mon 09:00", anchor=JAN_4),
    "3 days": layer("3 day", "18:00", anchor=date(2027, 11, 1)),
    "weeks by their anchor": layer("1 week", "09:00", anchor=date(2026, 12, 30)),
    "months": layer("1 month", "09:00", anchor=date(2026, 12, 28)),
    "2 months from a later anchor": layer("2 month", "00:00", anchor=date(2027, 11, 15)),
    "a year": layer("1 year", "09:00", anchor=date(2026, 3, 28)),
    "office hours": layer("1 week", "mon 09:00", windows=(hours("09:00", "17:00", (0, 1, 2, 3, 4)),)),
    "nights over midnight": layer("1 week", "mon 17:00", windows=(hours("17:00", "09:00", (0, 1, 2, 3)),)),
    "nights cut by midnight handoffs": layer("1 day", "00:00", windows=(hours("22:30", "06:15"),)),
    "hours in the gap": layer("1 day", "09:00", windows=(hours("02:15", "02:45"),)),
    "whole days": layer("1 week", "mon 00:00", windows=(hours("00:00", "24:00", (5, 6)),)),
    "weekend": layer("1 week", "fri 17:00", stretches=(Stretch(4 * 1440 + 1020, 7 * 1440 + 540),)),
    "both": layer(
        "1 week",
        "wed 12:00",
        windows=(hours("20:00", "02:30", (6, 0, 2)), hours("08:00", "10:00")),
        stretches=(Stretch(6 * 1440 + 60, 7 * 1440 + 300), Stretch(2 * 1440, 3 * 1440)),
    ),
    "8 hours, weekends off": layer("8 hour", "06:00", windows=(hours("00:00", "24:00", (0, 1, 2, 3, 4)),)),
}


@pytest.mark.parametrize("quarter", WEEKS)
@pytest.mark.parametrize("tz", ZONES)
@pytest.mark.parametrize("name", SHAPES)
def test_who_is_on_call_at_each_quarter_of_an_hour_agrees_with_the_wall_clock(name: str, tz: str, quarter: str) -> None:
    one, within = replace(SHAPES[name], zone=tz), WEEKS[quarter]
    expected = {moment: local_id(one, start) for moment, start in walked(one, within).items()}

    assert expanded(expand([role(one)], within, head=False), iter(expected)) == expected


def test_three_sites_following_the_sun_are_on_call_as_their_own_clocks_say() -> None:
    sites = ("Asia/Singapore", "Europe/Berlin", "America/New_York")
    office = hours("09:00", "17:00")
    layers = [layer("1 week", "mon 09:00", tz, id=tz, windows=(office,)) for tz in sites]
    found = expand([role(*layers)], period("2027-Q1"), head=True)

    for one in layers:
        tz, moment = zone(one.zone), at("2027-01-04T00")
        on_call: dict[Any, Any] = {}
        for shift in found:
            if shift.layer == one.id:
                on_call |= dict.fromkeys(m for s in shift.spans for m in range(minutes(s.start), minutes(s.end), 15))
        while moment < at("2027-03-31T00"):
            assert (minutes(moment) in on_call) == (9 <= wall(moment, tz).hour < 17), (one.id, moment)
            moment += QUARTER_HOUR


# ------------------------------------------------------------------------------------------------------ edges, ids


def test_a_period_takes_the_turns_that_begin_in_it_and_no_other() -> None:
    found = shifts(layer("1 week", "mon 09:00"), "2027-01-04..2027-01-18")

    assert [shift.id for shift in found] == [f"primary/main/2027-01-{day}" for day in ("04", "11", "18")]
    assert found[-1].end == at("2027-01-25T08")


def test_neighbouring_periods_share_no_shift_and_miss_none() -> None:
    for one in SHAPES.values():
        parts = [*shifts(one, "2027-Q1"), *shifts(one, "2027-Q2")]
        assert parts == list(shifts(one, "2027-01-01..2027-06-30"))


def test_the_head_is_the_running_turn_cut_at_local_midnight_with_its_true_date() -> None:
    one = layer("1 week", "mon 09:00")
    head, *rest = shifts(one, "2027-Q1", head=True)

    assert tuple(rest) == shifts(one, "2027-Q1")
    assert (head.id, head.handoff) == ("primary/main/2026-12-28", at("2026-12-28T08"))
    assert head.spans == (span("2026-12-31T23", "2027-01-04T08"),)


def test_a_turn_that_begins_at_the_first_midnight_leaves_no_head() -> None:
    one = layer("1 day", "00:00")

    assert shifts(one, "2027-Q1", head=True) == shifts(one, "2027-Q1")


def test_a_head_whose_hours_are_over_gives_no_shift() -> None:
    one = layer("1 week", "fri 17:00", stretches=(Stretch(4 * 1440 + 1020, 7 * 1440 + 540),))

    assert shifts(one, "2027-01-05..2027-01-09", head=True)[0].id == "primary/main/2027-01-08"


def test_a_turn_longer_than_the_period_is_only_its_head() -> None:
    (head,) = shifts(layer("1 year", "09:00", anchor=date(2026, 7, 1)), "2027-Q1", head=True)

    assert (head.id, iso(head.start), iso(head.end)) == (
        "primary/main/2026-07-01",
        "2026-12-31T23:00Z",
        "2027-07-01T07:00Z",
    )


def test_ids_have_a_time_only_if_there_are_several_turns_a_day() -> None:
    assert shifts(layer("24 hour", "09:00"), "2027-01-04..2027-01-04")[0].id == "primary/main/2027-01-04"
    assert [s.id[-5:] for s in shifts(layer("12 hour", "09:00"), "2027-01-04..2027-01-04")] == ["09:00", "21:00"]


def test_ids_have_an_offset_where_the_wall_time_occurs_twice() -> None:
    found = shifts(layer("1 hour", "00:00"), "2027-10-31..2027-10-31")

    assert [shift.id.removeprefix("primary/main/2027-10-31") for shift in found[1:4]] == [
        "T01:00",
        "T02:00+02:00",
        "T03:00",
    ]
    assert [shift.spans[0].hours for shift in found[1:4]] == [1, 2, 1]


def test_a_turn_that_lies_in_the_gap_gives_no_shift() -> None:
    found = shifts(layer("1 hour", "00:00"), "2027-03-28..2027-03-28")

    assert len(found) == 23
    assert "primary/main/2027-03-28T02:00" not in {shift.id for shift in found}


def test_seats_share_all_but_id_and_seat() -> None:
    one, two, three = expand([role(layer(), seats=3)], period("2027-01-04..2027-01-04"), head=False)

    assert [shift.id for shift in (one, two, three)] == [f"primary/main/2027-01-04{end}" for end in ("", "/2", "/3")]
    assert {shift.turn for shift in (one, two, three)} == {one.id}
    assert replace(three, id=one.id, seat=1) == one


def test_shifts_come_in_order_of_start_role_layer_and_seat() -> None:
    late = layer("1 day", "17:00", id="late")
    early = layer("1 day", "09:00", id="early")
    secondary = Role("secondary", (replace(early, role="secondary"),), seats=2)
    found = expand([secondary, role(late, early)], period("2027-01-04..2027-01-05"), head=False)

    assert [(s.role, s.layer, s.seat) for s in found[:4]] == [
        ("secondary", "early", 1),
        ("secondary", "early", 2),
        ("primary", "early", 1),
        ("primary", "late", 1),
    ]
    assert [s.start for s in found] == sorted(s.start for s in found)


def test_a_long_turn_without_its_anchor_is_refused() -> None:
    with pytest.raises(ValueError, match="turns of 2 weeks of primary/main need an anchor"):
        shifts(layer("2 week", "mon 09:00"), "2027-Q1")


# ------------------------------------------------------------------------------------------------------------ over


def test_a_layer_yields_where_one_that_is_over_it_is_on_call() -> None:
    daily = layer("1 day", "09:00")
    weekend = layer("1 week", "sat 00:00", id="weekend", windows=(hours("00:00", "24:00", (5, 6)),), over=("main",))
    found = expand([role(daily, weekend)], period("2027-01-07..2027-01-11"), head=False)

    assert [(s.layer, iso(s.start), iso(s.end)) for s in found] == [
        ("main", "2027-01-07T08:00Z", "2027-01-08T08:00Z"),
        ("main", "2027-01-08T08:00Z", "2027-01-08T23:00Z"),
        ("weekend", "2027-01-08T23:00Z", "2027-01-10T23:00Z"),
        ("main", "2027-01-10T23:00Z", "2027-01-11T08:00Z"),
        ("main", "2027-01-11T08:00Z", "2027-01-12T08:00Z"),
    ]


def test_a_turn_of_the_next_period_already_takes_hours_from_this_one() -> None:
    weekly = layer("1 week", "mon 09:00")
    night = layer("1 day", "20:00", id="night", windows=(hours("20:00", "08:00"),), over=("main",))
    (first, *_) = expand([role(weekly, night)], period("2027-01-04..2027-01-04"), head=False)

    assert [iso(piece.end) for piece in first.spans] == [
        *(f"2027-01-{day:02}T19:00Z" for day in range(4, 11)),
        "2027-01-11T08:00Z",
    ]


# ---------------------------------------------------------------------------------------------------------- checks


def test_layers_that_tile_the_week_leave_nothing_uncovered() -> None:
    days = layer("1 week", "mon 09:00", windows=(hours("09:00", "17:00", (0, 1, 2, 3, 4)),))
    nights = layer("1 week", "mon 17:00", id="nights", windows=(hours("17:00", "09:00", (0, 1, 2, 3)),))
    weekend = layer("1 week", "fri 17:00", id="weekend", stretches=(Stretch(4 * 1440 + 1020, 7 * 1440 + 540),))

    assert uncovered(role(days, nights, weekend), period("2027")) == ()
    assert overlaps(role(days, nights, weekend), period("2027")) == ()
    assert uncovered(role(days, nights), period("2027-01-04..2027-01-10")) == (
        span("2027-01-03T23", "2027-01-04T08"),
        span("2027-01-08T16", "2027-01-10T23"),
    )


def test_zones_that_change_clocks_apart_tear_holes_and_overlaps() -> None:
    europe = layer("1 day", "09:00", "Europe/Berlin", id="eu", windows=(hours("03:00", "15:00"),))
    america = layer("1 day", "09:00", "America/New_York", id="us", windows=(hours("09:00", "21:00"),))
    within = period("2027-03-13..2027-03-15")

    assert uncovered(role(europe, america), within) == (span("2027-03-15T01", "2027-03-15T02"),)
    (torn,) = overlaps(role(europe, america), within)
    assert torn.spans == (span("2027-03-14T13", "2027-03-14T14"), span("2027-03-15T13", "2027-03-15T14"))


def test_layers_of_which_one_is_over_the_other_do_not_count_as_overlapping() -> None:
    one, two = layer(), layer("1 day", "09:00", id="second")

    assert [(o.first.id, o.second.id) for o in overlaps(role(one, two), period("2027-01-04..2027-01-05"))] == [
        ("main", "second")
    ]
    assert overlaps(role(one, replace(two, over=("main",))), period("2027-01-04..2027-01-05")) == ()


def test_handoffs_in_a_gap_are_named_with_the_time_they_move_to() -> None:
    (moved,) = gap_handoffs(layer("1 day", "02:30"), period("2027"))

    assert (moved.wall.isoformat(), iso(moved.moved)) == ("2027-03-28T02:30:00", "2027-03-28T01:00Z")
    assert gap_handoffs(layer("1 day", "09:00"), period("2027")) == ()


def test_handoffs_are_those_of_the_dates_asked_for() -> None:
    assert handoffs(layer("12 hour", "09:00"), date(2027, 3, 27), date(2027, 3, 28)) == tuple(
        at(f"2027-03-{when}") for when in ("27T08", "27T20", "28T07", "28T19")
    )


def test_turns_tile_time_in_every_shape() -> None:
    for one in SHAPES.values():
        bare = replace(one, windows=(), stretches=())
        found = shifts(bare, "2027")
        assert all(left.end == right.start for left, right in pairwise(found))
        assert [s.start for s in found] == sorted({*handoffs(one, date(2027, 1, 1), date(2027, 12, 31))})


def test_a_role_without_layers_has_nothing_to_check() -> None:
    assert uncovered(role(), period("2027-Q1")) == ()
    assert overlaps(role(), period("2027-Q1")) == ()


def test_whole_days_at_a_zone_without_midnight_begin_at_the_end_of_the_gap() -> None:
    one = layer("1 day", "00:00", "America/Santiago")
    found = expand([role(one)], Period("x", Dates(date(2027, 9, 4), date(2027, 9, 5))), head=False)

    assert [shift.spans for shift in found] == [
        (Span(at("2027-09-04T04"), at("2027-09-05T04")),),
        (Span(at("2027-09-05T04"), at("2027-09-06T03")),),
    ]
