"""Plans in PagerDuty's terms: how few layers and overrides they take, what rotates on, and what is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from anyplans import on_call
from builders import at, span
from drafts import draft, split
from watchbill.domain import Layer, Part, Role, Stretch, TurnLength, Window
from watchbill.errors import Refused
from watchbill.expand import expand
from watchbill.periods import period
from watchbill.publish.pagerduty.compile import Compiled, as_layers, as_overrides, as_shifts, entries
from watchbill.publish.pagerduty.grid import shortest_cycle
from watchbill.publish.pagerduty.limits import check
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.terms import (
    DAY_SECONDS,
    WEEK_SECONDS,
    CustomShift,
    Meaning,
    Override,
    PdLayer,
    Restriction,
)
from watchbill.results import Assigned, Draft
from watchbill.times import iso

BERLIN, NEW_YORK, SYDNEY = "Europe/Berlin", "America/New_York", "Australia/Sydney"
USERS = {"ana": "PANA", "bo": "PBO", "cy": "PCY"}
EVERY_DAY = tuple(range(7))
WEEKDAYS = tuple(range(5))


def layer(id_: str, turn: str = "1 week", handoff: str = "mon 09:00", tz: str = BERLIN, **facts: Any) -> Layer:
    count, unit = turn.split()
    *day, clock = handoff.split()
    hour, minute = map(int, clock.split(":"))
    weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day[0]) if day else None
    base = Layer("primary", id_, tz, TurnLength(int(count), unit), hour * 60 + minute, weekday)
    return replace(base, **facts)


def window(start: int, end: int, days: tuple[int, ...] = EVERY_DAY) -> tuple[Window, ...]:
    return (Window(days, start * 60, end * 60),)


def role(*layers: Layer, seats: int = 1) -> Role:
    return Role("primary", layers, seats=seats)


def planned(of: Role, when: str = "2027-Q1", people: str = "ana bo cy", *, head: bool = False) -> Draft:
    """A plan in which people take turns in each layer; `-` is nobody."""
    names = people.split()
    taken: dict[tuple[str, int], int] = {}
    out = []
    for shift in expand([of], period(when), head=head):
        key = (shift.layer, shift.seat)
        taken[key] = taken.get(key, shift.seat - 2) + 1
        name = names[taken[key] % len(names)]
        parts = (Part(name, shift.start, shift.end),) if name != "-" else ()
        out.append(Assigned(shift, name if parts else None, parts))
    return draft(*out, when=period(when))


def compiled(of: Role, plan: Draft, zone: str = BERLIN, **facts: Any) -> Compiled:
    return as_layers(plan, of, 1, USERS, zone, **facts)


def counts(found: Compiled) -> tuple[int, int]:
    return len(found.layers), len(found.overrides)


def swapped(plan: Draft, n: int, *stretches: tuple[str, str, str]) -> Draft:
    shifts = list(plan.shifts)
    shifts[n] = split(shifts[n], *stretches)
    return replace(plan, shifts=tuple(shifts))


WEEK = role(layer("week"))
DAY_NIGHT = role(
    layer("days", windows=window(9, 17, WEEKDAYS)),
    layer("nights", handoff="mon 17:00", windows=window(17, 33, (0, 1, 2, 3))),
    layer("weekend", handoff="fri 17:00", stretches=(Stretch((4 * 24 + 17) * 60, (7 * 24 + 9) * 60),)),
)
SUN = role(
    layer("asia", handoff="mon 10:00", tz=SYDNEY, windows=window(10, 16)),
    layer("europe", handoff="mon 08:00", windows=window(8, 16)),
    layer("america", handoff="mon 10:00", tz=NEW_YORK, windows=window(10, 18)),
)


# ---------------------------------------------------------------------------------------------------- plain cases


def test_a_weekly_rotation_is_one_layer_with_one_user_a_turn() -> None:
    found = compiled(WEEK, planned(WEEK))
    (one,) = found.layers
    assert found.overrides == ()
    assert one == PdLayer(
        "watchbill 2027-Q1 week",
        at("2027-01-04T08"),
        at("2027-04-05T07"),
        at("2027-01-04T08"),
        WEEK_SECONDS,
        ("PANA", "PBO", "PCY"),
    )


def test_the_list_of_users_is_as_long_as_it_must_be() -> None:
    found = compiled(WEEK, planned(WEEK, people="ana bo cy bo ana cy cy"))
    assert found.layers[0].users == ("PANA", "PBO", "PCY", "PBO", "PANA", "PCY", "PCY")
    assert counts(found) == (1, 0)


@pytest.mark.parametrize(
    ("of", "zone", "want"),
    [
        pytest.param(role(layer("d", "1 day", "09:00")), BERLIN, (1, 0), id="daily"),
        pytest.param(role(layer("d", "1 day", "09:00")), NEW_YORK, (3, 0), id="daily, another zone"),
        pytest.param(role(layer("d", "1 day", "09:00", "Asia/Kolkata")), "Etc/UTC", (1, 0), id="daily, no changes"),
        pytest.param(role(layer("f", "2 week", anchor=date(2027, 1, 4))), BERLIN, (1, 0), id="fortnight"),
        pytest.param(role(layer("m", "1 month", "09:00", anchor=date(2027, 1, 1))), BERLIN, (1, 0), id="month"),
        pytest.param(role(layer("h", "12 hour", "08:00")), BERLIN, (2, 0), id="12 hours"),
        pytest.param(role(layer("h", "12 hour", "08:00", "Etc/UTC")), "Etc/UTC", (1, 0), id="12 hours, no changes"),
        pytest.param(DAY_NIGHT, BERLIN, (3, 0), id="days, nights, weekends"),
        pytest.param(SUN, BERLIN, (6, 1), id="follow the sun"),
        pytest.param(SUN, "Etc/UTC", (5, 1), id="follow the sun in UTC"),
    ],
)
def test_plain_rotations_take_few_layers(of: Role, zone: str, want: tuple[int, int]) -> None:
    assert counts(compiled(of, planned(of), zone)) == want


def test_a_month_is_turns_of_a_day_with_users_repeated() -> None:
    months = role(layer("m", "1 month", "09:00", anchor=date(2027, 1, 1)))
    (one,) = compiled(months, planned(months)).layers
    assert one.turn == DAY_SECONDS
    assert one.users == ("PANA",) * 31 + ("PBO",) * 28 + ("PCY",) * 31


def test_hours_are_restrictions_on_the_schedule_s_clock() -> None:
    days, nights, weekend = compiled(DAY_NIGHT, planned(DAY_NIGHT)).layers
    assert days.restrictions == tuple(Restriction(9 * 3600, 8 * 3600, weekday=day) for day in (1, 2, 3, 4, 5))
    assert nights.restrictions == tuple(Restriction(17 * 3600, 16 * 3600, weekday=day) for day in (1, 2, 3, 4))
    assert weekend.restrictions == (Restriction(17 * 3600, 64 * 3600, weekday=5),)
    one = role(layer("office", windows=window(9, 17)))
    assert compiled(one, planned(one, "2027-01"), "Asia/Kolkata").layers[0].restrictions == (
        Restriction(13 * 3600 + 1800, 8 * 3600),
    )


def test_hours_that_cover_everything_are_no_restriction() -> None:
    all_day = role(layer("week", windows=(*window(9, 21), *window(20, 33))))
    assert compiled(all_day, planned(all_day)).layers[0].restrictions == ()


def test_a_head_cut_by_the_period_keeps_the_handoff_of_its_turn() -> None:
    (one,) = compiled(WEEK, planned(WEEK, head=True)).layers
    assert (iso(one.start), iso(one.virtual_start)) == ("2026-12-31T23:00Z", "2026-12-28T08:00Z")


def test_a_layer_over_another_comes_later_whatever_the_file_says() -> None:
    weekend = layer("end", handoff="fri 17:00", stretches=(Stretch(6780, 10620),), over=("week",))
    of = role(weekend, layer("week"))
    found = compiled(of, planned(of))
    assert [one.name.split()[2] for one in found.layers] == ["week", "end"]
    assert counts(found) == (2, 0)


def test_turns_of_hours_are_cut_at_clock_changes_and_right_however_they_are_counted() -> None:
    of = role(layer("h", "8 hour", "06:00"))
    plan = planned(of, "2027-10")
    found = compiled(of, plan)
    assert counts(found) == (2, 0)
    for entry in found.entries:
        for when in (entry.start, entry.end - (entry.end - entry.start) / 100):
            for hours in ("wall", "elapsed"):
                assert on_call(found.layers, (), BERLIN, when, hours=hours) == entry.user


def test_elapsed_turns_of_days_are_cut_at_clock_changes() -> None:
    of = role(layer("d", "1 day", "09:00"))
    assert counts(compiled(of, planned(of), meaning=Meaning("elapsed"))) == (2, 0)


def test_a_rotation_never_starts_at_a_time_that_the_clock_shows_twice() -> None:
    of = role(layer("d", "1 day", "02:30"))
    (one,) = compiled(of, planned(of, "2027-10-31..2027-11-10")).layers
    assert (iso(one.start), iso(one.virtual_start)) == ("2027-10-31T00:30Z", "2027-10-30T00:30Z")
    assert one.users == ("PCY", "PANA", "PBO")


def test_hourly_turns_through_a_repeated_hour_are_right_however_they_are_counted() -> None:
    # The turn at 01:00 UTC begins at 02:00 in Berlin, for the second time that night.
    of = role(layer("h", "1 hour", "00:30", "Asia/Kolkata"))
    found = compiled(of, planned(of, "2027-10-30..2027-11-02"))
    assert counts(found) == (2, 1)
    for entry in found.entries:
        for hours in ("wall", "elapsed"):
            assert on_call(found.layers, found.overrides, BERLIN, entry.start, hours=hours) == entry.user


# -------------------------------------------------------------------------------------------------- what is irregular


def test_a_part_is_one_override() -> None:
    stretches = (
        ("bo", "2027-01-11T08:00", "2027-01-13T10:00"),
        ("cy", "2027-01-13T10:00", "2027-01-13T18:00"),
        ("bo", "2027-01-13T18:00", "2027-01-18T08:00"),
    )
    found = compiled(WEEK, swapped(planned(WEEK), 1, *stretches))
    assert counts(found) == (1, 1)
    assert found.overrides == (Override(at("2027-01-13T10:00"), at("2027-01-13T18:00"), "PCY"),)


def test_a_turn_that_nobody_holds_stays_empty() -> None:
    plan = planned(WEEK, people="ana bo - cy")
    found = compiled(WEEK, plan)
    empty = [one.shift.spans[0] for one in plan.shifts if one.person is None]
    assert empty
    shown = render(found.layers, found.overrides, BERLIN, span("2027-01-04T08", "2027-04-05T07"))
    assert not [entry for entry in shown for hole in empty if entry.span.meets(hole)]
    assert [iso(one.start) for one in found.layers] == [
        "2027-01-04T08:00Z", "2027-01-25T08:00Z", "2027-02-22T08:00Z", "2027-03-22T08:00Z",
    ]  # fmt: skip


def test_a_part_that_nobody_holds_stays_empty() -> None:
    plan = swapped(planned(WEEK), 1, ("bo", "2027-01-11T08:00", "2027-01-13T10:00"))
    found = compiled(WEEK, plan)
    assert counts(found) == (2, 0)
    assert on_call(found.layers, found.overrides, BERLIN, at("2027-01-14T08")) is None


def test_nobody_shows_through_where_the_layer_above_has_a_hole() -> None:
    weekend = layer("end", handoff="fri 17:00", stretches=(Stretch(6780, 10620),), over=("week",))
    of = role(layer("week"), weekend)
    plan = planned(of, "2027-01")
    hole = next(one for one in plan.shifts if one.shift.layer == "end")
    plan = replace(plan, shifts=tuple(replace(s, person=None, parts=()) if s is hole else s for s in plan.shifts))
    found = compiled(of, plan)
    assert on_call(found.layers, found.overrides, BERLIN, hole.shift.start) is None


def test_a_layer_that_says_less_than_overrides_gives_way_to_them() -> None:
    of = role(layer("d", "1 day", "09:00"))
    plan = planned(of, "2027-01-04..2027-01-10", people="ana - bo - cy - -")
    assert compiled(of, plan).layers != ()
    assert sum(counts(compiled(of, plan))) == 3


def test_a_layer_that_the_role_no_longer_has_becomes_overrides() -> None:
    assert counts(compiled(role(layer("other")), planned(WEEK, "2027-01"))) == (0, 4)


def test_a_role_without_shifts_is_nothing() -> None:
    assert compiled(WEEK, draft()) == Compiled()


# ------------------------------------------------------------------------------------------------------------ tails


def test_a_tail_rotates_on_with_who_held_it_longest_ago_first() -> None:
    (tail,) = compiled(WEEK, planned(WEEK)).tails
    assert tail == PdLayer(
        "watchbill after week",
        at("2027-04-05T07"),
        None,
        at("2027-04-05T07"),
        WEEK_SECONDS,
        ("PBO", "PCY", "PANA"),
    )


def test_nothing_is_silent_for_a_year_after_the_end() -> None:
    for of in (WEEK, DAY_NIGHT, role(layer("h", "12 hour", "08:00"))):
        found = compiled(of, planned(of), "Europe/London")
        end = max(entry.end for entry in found.entries)
        after = span("2027-03-30T00", "2028-04-01T00")
        shown = render((*found.tails, *found.layers), found.overrides, "Europe/London", after)
        assert end > after.start
        assert [one.end for one in shown[:-1]] == [one.start for one in shown[1:]]
        assert (shown[0].start, shown[-1].end) == (after.start, after.end)


def test_only_the_lowest_tail_of_a_role_round_the_clock_has_no_restrictions() -> None:
    found = compiled(DAY_NIGHT, planned(DAY_NIGHT))
    assert [bool(tail.restrictions) for tail in found.tails] == [False, True, True]
    office = role(layer("office", windows=window(9, 17)))
    assert compiled(office, planned(office)).tails[0].restrictions == (Restriction(9 * 3600, 8 * 3600),)


def test_who_is_gone_is_in_no_tail() -> None:
    assert compiled(WEEK, planned(WEEK), gone={"cy"}).tails[0].users == ("PBO", "PANA")
    assert compiled(WEEK, planned(WEEK), gone=set(USERS)).tails == ()


def test_another_seat_begins_with_the_next_person() -> None:
    pair = role(layer("week"), seats=2)
    plan = planned(pair)
    first, second = (as_layers(plan, pair, seat, USERS, BERLIN).tails[0].users for seat in (1, 2))
    assert first[1:] + first[:1] == second


def test_no_tail_where_the_schedule_falls_silent_by_choice() -> None:
    assert compiled(WEEK, planned(WEEK), after_end=False).tails == ()


def test_a_month_rotates_on_by_four_weeks() -> None:
    months = role(layer("m", "1 month", "09:00", anchor=date(2027, 1, 1)))
    (tail,) = compiled(months, planned(months)).tails
    assert (iso(tail.start), tail.turn) == ("2027-04-01T07:00Z", 28 * DAY_SECONDS)


# --------------------------------------------------------------------------------------------- overrides and shifts


def test_overrides_merge_neighbours_of_one_person() -> None:
    plan = planned(WEEK, "2027-01", people="ana ana bo")
    found = as_overrides(plan, WEEK, 1, USERS)
    assert [(iso(o.start), iso(o.end), o.user) for o in found.overrides] == [
        ("2027-01-04T08:00Z", "2027-01-18T08:00Z", "PANA"),
        ("2027-01-18T08:00Z", "2027-01-25T08:00Z", "PBO"),
        ("2027-01-25T08:00Z", "2027-02-01T08:00Z", "PANA"),
    ]
    assert (found.layers, found.tails) == ((), ())


def test_shifts_are_one_for_each_stretch_of_each_shift_in_all_seats() -> None:
    pair = role(layer("week"), seats=2)
    plan = planned(pair, "2027-01-04..2027-01-17", people="ana bo")
    assert as_shifts(plan, pair, (1, 2), USERS) == (
        CustomShift(at("2027-01-04T08"), at("2027-01-11T08"), "PANA"),
        CustomShift(at("2027-01-04T08"), at("2027-01-11T08"), "PBO"),
        CustomShift(at("2027-01-11T08"), at("2027-01-18T08"), "PANA"),
        CustomShift(at("2027-01-11T08"), at("2027-01-18T08"), "PBO"),
    )
    assert len(as_shifts(plan, pair, (2,), USERS)) == 2


def test_touching_parts_of_one_person_are_one_shift() -> None:
    whole = planned(WEEK, "2027-01-04..2027-01-10")
    cut = swapped(
        whole, 0, ("bo", "2027-01-04T08:00", "2027-01-06T08:00"), ("bo", "2027-01-06T08:00", "2027-01-11T08:00")
    )
    assert as_shifts(cut, WEEK, (1,), USERS) == (CustomShift(at("2027-01-04T08"), at("2027-01-11T08"), "PBO"),)


def test_entries_of_several_plans_are_settled() -> None:
    plans = [planned(WEEK, "2027-01-04..2027-01-10"), planned(WEEK, "2027-01-11..2027-01-17")]
    (one,) = entries(plans, "primary", {1}, USERS)
    assert one.span == span("2027-01-04T08", "2027-01-18T08")
    assert entries(plans, "secondary", {1}, USERS) == entries(plans, "primary", {2}, USERS) == ()


# --------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "way",
    [
        as_overrides,
        lambda *a: as_layers(a[0], a[1], a[2], a[3], BERLIN),
        lambda *a: as_shifts(a[0], a[1], {a[2]}, a[3]),
    ],
)
def test_people_without_a_user_are_refused_by_name(way: Any) -> None:
    with pytest.raises(Refused, match=r"no PagerDuty user is known for bo, cy\. Write their e-mail"):
        way(planned(WEEK), WEEK, 1, {"ana": "PANA"})


def test_two_people_at_once_are_refused() -> None:
    both = role(layer("week"), layer("day", "1 day", "09:00"))
    plan = planned(both, people="ana bo cy bo")
    with pytest.raises(
        Refused, match=r"primary seat 1 has bo and ana on call at once from 2027-01-04T08:00Z on.*`over:`"
    ):
        compiled(both, plan)
    with pytest.raises(Refused, match="on call at once"):
        as_overrides(plan, both, 1, USERS)


def test_a_part_that_is_no_whole_minute_is_refused() -> None:
    odd = swapped(
        planned(WEEK),
        1,
        ("bo", "2027-01-11T08:00", "2027-01-13T10:00:30"),
        ("cy", "2027-01-13T10:00:30", "2027-01-18T08:00"),
    )
    with pytest.raises(Refused, match="2027-01-13T10:00:30Z is no whole minute"):
        compiled(WEEK, odd)


GOOD = PdLayer("x", at("2027-01-04T08"), None, at("2027-01-04T08"), DAY_SECONDS, ("A",))


@pytest.mark.parametrize(
    ("facts", "limit"),
    [
        ({"turn": 3599}, "a turn lasts 3599 seconds; PagerDuty takes 3600 to 31536000"),
        ({"turn": 366 * DAY_SECONDS}, "PagerDuty takes 3600 to 31536000"),
        ({"users": ()}, "takes at least 1 user"),
        ({"name": "x" * 256}, "256 characters; PagerDuty takes 1 to 255"),
        ({"end": at("2027-01-04T08")}, "end at 2027-01-04T08:00Z, not after its start"),
        ({"virtual_start": at("2027-01-05T08")}, "after the layer itself"),
        ({"start": at("2027-01-04T08:00:01")}, "start 2027-01-04T08:00:01Z is no whole minute"),
        (
            {"restrictions": (Restriction(0, DAY_SECONDS),)},
            "daily restriction lasts 86400 seconds; PagerDuty takes 1 to 86399",
        ),
        (
            {"restrictions": (Restriction(0, WEEK_SECONDS, 1),)},
            "weekly restriction lasts 604800 seconds; .* 1 to 604799",
        ),
        ({"restrictions": (Restriction(DAY_SECONDS, 60),)}, "86400 seconds after midnight"),
        ({"restrictions": (Restriction(0, 60, 8),)}, "weekday 8"),
    ],
)
def test_what_pagerduty_does_not_take_is_refused_with_the_limit(facts: dict[str, Any], limit: str) -> None:
    check([GOOD])
    with pytest.raises(Refused, match=f"{limit}.*as: overrides"):
        check([replace(GOOD, **facts)])


def test_turns_longer_than_pagerduty_takes_are_cut_into_equal_ones() -> None:
    of = role(layer("y", "400 day", "09:00", anchor=date(2027, 1, 1)))
    (one,) = compiled(of, planned(of, "2027-01")).layers
    assert (one.turn, one.users) == (200 * DAY_SECONDS, ("PANA",))


@pytest.mark.parametrize(
    ("wanted", "cycle"),
    [("ABAB", "AB"), ("ABCA", "ABC"), ("AAAA", "A"), ("A.A.", "A"), (".AB.A", "BAB"), ("", ""), ("..", "")],
)
def test_the_shortest_cycle_says_what_is_wanted(wanted: str, cycle: str) -> None:
    listed: Sequence[str | None] = [None if user == "." else user for user in wanted]
    found = shortest_cycle(listed) if any(listed) else ()
    assert len(found) == len(cycle)
    assert all(user in (None, found[n % len(found)]) for n, user in enumerate(listed) if found)
