"""What the sandbox renders: hand-made cases, weeks in which clocks change, and what PagerDuty itself rendered."""

import json
from pathlib import Path
from typing import Any

import pytest
from talking import ANA, BO, CY, DAY, WEEK, Talk, daily, entries, layer, override, weekly

from builders import at
from watchbill.sandbox import Handle

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "pagerduty"
PRAGUE = DATA / "prague_final_schedule_2023.json"
HOUR = 3_600


def handoffs(talk: Talk, id_: str, since: str, until: str) -> list[str]:
    """When the on-call user changes, first and last entry included."""
    return [start for start, *_ in talk.final(id_, since, until)]


# ------------------------------------------------------------------------------------------------ restrictions


def test_hours_of_every_day_may_cross_midnight(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, restrictions=[daily("22:00:00", 8)]))
    assert talk.final(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z") == [
        ("2027-01-05T00:00:00Z", "2027-01-05T06:00:00Z", ANA),
        ("2027-01-05T22:00:00Z", "2027-01-06T00:00:00Z", ANA),
    ]


def test_hours_of_a_week_may_last_for_days_and_cross_its_end(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, restrictions=[weekly(5, "17:00:00", 64)]))
    assert talk.final(id_, "2027-01-04T00:00:00Z", "2027-01-18T00:00:00Z") == [
        ("2027-01-04T00:00:00Z", "2027-01-04T09:00:00Z", ANA),
        ("2027-01-08T17:00:00Z", "2027-01-11T09:00:00Z", ANA),
        ("2027-01-15T17:00:00Z", "2027-01-18T00:00:00Z", ANA),
    ]


def test_hours_of_almost_a_week_last_until_just_before_they_begin_again(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, restrictions=[weekly(1, "09:00:00", 166)]))
    assert talk.final(id_, "2027-01-18T00:00:00Z", "2027-01-19T00:00:00Z") == [
        ("2027-01-18T00:00:00Z", "2027-01-18T07:00:00Z", ANA),
        ("2027-01-18T09:00:00Z", "2027-01-19T00:00:00Z", ANA),
    ]


def test_overlapping_hours_are_one_stretch(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, restrictions=[daily("09:00:00", 4), weekly(2, "12:00:00", 4)]))
    assert talk.final(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z") == [
        ("2027-01-05T09:00:00Z", "2027-01-05T16:00:00Z", ANA)
    ]


def test_a_handoff_cuts_the_hours_it_falls_into(talk: Talk) -> None:
    rotation = layer(ANA, BO, turn=DAY, rotation_virtual_start="2027-01-04T12:00:00Z")
    id_ = talk.make(rotation | {"restrictions": [daily("09:00:00", 8)]})
    assert talk.final(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z") == [
        ("2027-01-05T09:00:00Z", "2027-01-05T12:00:00Z", ANA),
        ("2027-01-05T12:00:00Z", "2027-01-05T17:00:00Z", BO),
    ]


def test_the_hours_a_high_layer_leaves_open_are_those_of_the_low_one(talk: Talk) -> None:
    id_ = talk.make(layer(ANA), layer(BO, restrictions=[daily("09:00:00", 8)]))
    shown = talk.shown(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z")
    assert [user for *_, user in entries(shown["final_schedule"])] == [ANA, BO, ANA]
    high, low = shown["schedule_layers"]
    assert [user for *_, user in entries(low)] == [ANA]
    assert high["rendered_coverage_percentage"] == 33.3


def test_users_take_turns_backwards_too_before_the_rotation_starts(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, CY, turn=DAY, rotation_virtual_start="2027-01-06T00:00:00Z"))
    users = [user for *_, user in talk.final(id_, "2027-01-04T00:00:00Z", "2027-01-08T00:00:00Z")]
    assert users == [BO, CY, ANA, BO]


def test_touching_entries_of_one_user_are_one_unless_told_otherwise(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA, ANA, BO, turn=DAY))
    window = ("2027-01-04T00:00:00Z", "2027-01-07T00:00:00Z")
    assert [user for *_, user in talk.final(id_, *window)] == [ANA, BO]
    box.set_quirks(merged=False)
    assert [user for *_, user in talk.final(id_, *window)] == [ANA, ANA, BO]


# ------------------------------------------------------------------------------------------- clocks that change


def test_whole_day_turns_keep_their_hour_when_clocks_change(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, start="2027-03-22T08:00:00Z"), zone="Europe/Berlin")
    assert handoffs(talk, id_, "2027-03-22T08:00:00Z", "2027-04-12T08:00:00Z")[1:] == [
        "2027-03-29T09:00:00+02:00",
        "2027-04-05T09:00:00+02:00",
        "2027-04-12T09:00:00+02:00",
    ]


def test_turns_can_be_told_to_last_as_many_seconds_as_they_say(box: Handle, talk: Talk) -> None:
    box.set_quirks(turns="elapsed")
    id_ = talk.make(layer(ANA, BO, start="2027-03-22T08:00:00Z"), zone="Europe/Berlin")
    assert handoffs(talk, id_, "2027-03-22T08:00:00Z", "2027-04-12T07:00:00Z")[1:] == [
        "2027-03-29T10:00:00+02:00",
        "2027-04-05T10:00:00+02:00",
    ]


def test_turns_of_hours_are_elapsed_time(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, start="2027-03-27T23:00:00Z", turn=12 * HOUR), zone="Europe/Berlin")
    assert handoffs(talk, id_, "2027-03-27T23:00:00Z", "2027-03-29T11:00:00Z") == [
        "2027-03-28T00:00:00+01:00",
        "2027-03-28T13:00:00+02:00",
        "2027-03-29T01:00:00+02:00",
    ]


def test_a_handoff_in_a_gap_is_when_the_gap_ends(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, start="2027-03-27T01:30:00Z", turn=DAY), zone="Europe/Berlin")
    assert handoffs(talk, id_, "2027-03-27T01:30:00Z", "2027-03-29T02:00:00Z") == [
        "2027-03-27T02:30:00+01:00",
        "2027-03-28T03:00:00+02:00",
        "2027-03-29T02:30:00+02:00",
    ]


def test_a_handoff_that_is_shown_twice_is_at_the_first_time(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, start="2027-10-30T00:30:00Z", turn=DAY), zone="Europe/Berlin")
    assert handoffs(talk, id_, "2027-10-30T00:30:00Z", "2027-11-01T02:00:00Z") == [
        "2027-10-30T02:30:00+02:00",
        "2027-10-31T02:30:00+02:00",
        "2027-11-01T02:30:00+01:00",
    ]


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        ("2027-03-28", daily("01:00:00", 1.5), ("01:00:00+01:00", "03:00:00+02:00")),
        ("2027-03-28", daily("02:15:00", 1), ("03:00:00+02:00", "03:15:00+02:00")),
        ("2027-10-31", daily("01:00:00", 1.5), ("01:00:00+02:00", "02:30:00+02:00")),
        ("2027-10-31", daily("02:30:00", 1), ("02:30:00+02:00", "03:30:00+01:00")),
    ],
)
def test_hours_follow_the_wall_clock_when_it_changes(
    talk: Talk, day: str, hours: dict[str, Any], expected: tuple[str, str]
) -> None:
    id_ = talk.make(layer(ANA, restrictions=[hours]), zone="Europe/Berlin")
    ((start, end, _),) = talk.final(id_, f"{day[:-2]}{int(day[-2:]) - 1}T12:00:00Z", f"{day}T12:00:00Z")
    assert (start, end) == (f"{day}T{expected[0]}", f"{day}T{expected[1]}")


def test_hours_that_are_over_do_not_begin_again_when_the_clock_is_put_back(talk: Talk) -> None:
    low, high = layer(ANA, CY, turn=HOUR), layer(BO, restrictions=[daily("01:00:00", 1.5)])
    id_ = talk.make(low, high, zone="Europe/Berlin")
    found = talk.final(id_, "2027-10-30T22:00:00Z", "2027-10-31T03:00:00Z")
    assert [entry[:2] for entry in found if entry[2] == BO] == [
        ("2027-10-31T01:00:00+02:00", "2027-10-31T02:30:00+02:00")
    ]


def test_midnight_that_is_not_there_is_the_hour_after(talk: Talk) -> None:
    """In Santiago clocks go from 24:00 to 01:00."""
    id_ = talk.make(layer(ANA, BO, start="2027-09-04T04:00:00Z", turn=DAY), zone="America/Santiago")
    assert handoffs(talk, id_, "2027-09-04T04:00:00Z", "2027-09-06T12:00:00Z")[1:] == [
        "2027-09-05T01:00:00-03:00",
        "2027-09-06T00:00:00-03:00",
    ]


# ------------------------------------------------------------------------------------------------ as it really was


@pytest.mark.skipif(not PRAGUE.exists(), reason="the recorded schedule is not beside the project")
def test_a_schedule_that_pagerduty_rendered_is_rendered_as_it_was(box: Handle, talk: Talk) -> None:
    told = json.loads(PRAGUE.read_text(encoding="utf-8"))
    box.set_now(at("2022-12-01T00"))
    users = told["reconstructed_layer"]["users"]
    box.reset({"users": [{"id": user, "name": user} for user in users]})
    one = layer(*users) | {key: value for key, value in told["reconstructed_layer"].items() if key != "users"}
    id_ = talk.make(one, zone=told["time_zone"])
    items = [override(o["start"], o["end"], o["user"]) for o in told["reconstructed_overrides"]]
    talk.post(f"/schedules/{id_}/overrides", {"overrides": items})
    shown = talk.shown(id_, told["since"], told["until"])["final_schedule"]
    final = told["final_schedule"]
    assert entries(shown) == [(e["start"], e["end"], e["user"]) for e in final["rendered_schedule_entries"]]
    assert shown["rendered_coverage_percentage"] == final["rendered_coverage_percentage"]
    assert WEEK == 7 * DAY
