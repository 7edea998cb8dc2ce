"""The renderer against the twin, against recorded schedules, and on days on which clocks change."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from anyplans import CHANGES, MINUTE, ZONES, on_call, seeded
from builders import at, span
from watchbill.publish.pagerduty.render import Difference, differences, render, settled
from watchbill.publish.pagerduty.terms import (
    DAY_SECONDS,
    WEEK_SECONDS,
    Entry,
    Meaning,
    Override,
    PdLayer,
    Restriction,
)  # fmt: skip
from watchbill.times import Span

DATA = Path(__file__).parents[4] / "shared" / "data" / "pagerduty"
BERLIN = "Europe/Berlin"
recorded = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded schedules are not here")


def layer(users: str, start: str, turn: int = DAY_SECONDS, end: str | None = None, **facts: Any) -> PdLayer:
    """Users by name, one turn each from the start on."""
    begin = at(start)
    return replace(PdLayer("x", begin, at(end) if end else None, begin, turn, tuple(users.split())), **facts)


def entry(start: str, end: str, user: str) -> Entry:
    return Entry(at(start), at(end), user)


def shown(layers: Sequence[PdLayer], window: Span, zone: str = "Etc/UTC", *overrides: Override) -> list[Entry]:
    return list(render(layers, overrides, zone, window))


# ---------------------------------------------------------------------------------------------------------- layers


def test_users_take_turns_and_one_user_s_turns_are_one_entry() -> None:
    assert shown([layer("A A B", "2027-01-04T09")], span("2027-01-04T00", "2027-01-08T00")) == [
        entry("2027-01-04T09", "2027-01-06T09", "A"),
        entry("2027-01-06T09", "2027-01-07T09", "B"),
        entry("2027-01-07T09", "2027-01-08T00", "A"),
    ]


def test_a_later_layer_covers_an_earlier_one() -> None:
    low, high = layer("A", "2027-01-04T00"), layer("B", "2027-01-05T00", end="2027-01-06T00")
    window = span("2027-01-04T00", "2027-01-07T00")
    assert [e.user for e in shown([low, high], window)] == ["A", "B", "A"]
    assert [e.user for e in shown([high, low], window)] == ["A"]


def test_the_last_override_wins_and_ignores_restrictions() -> None:
    low = layer("A", "2027-01-04T00", restrictions=(Restriction(9 * 3600, 8 * 3600),))
    first = Override(at("2027-01-04T16"), at("2027-01-04T20"), "B")
    second = Override(at("2027-01-04T18"), at("2027-01-04T19"), "C")
    window = span("2027-01-04T00", "2027-01-05T00")
    assert [e.user for e in shown([low], window, "Etc/UTC", first, second)] == ["A", "B", "C", "B"]
    assert [e.user for e in shown([low], window, "Etc/UTC", second, first)] == ["A", "B"]


def test_turns_before_the_rotation_starts_count_backwards() -> None:
    early = replace(layer("A B C", "2027-01-04T00"), virtual_start=at("2027-01-06T00"))
    assert [e.user for e in shown([early], span("2027-01-04T00", "2027-01-07T00"))] == ["B", "C", "A"]


def test_nobody_is_on_call_outside_a_layer_or_without_users() -> None:
    window = span("2027-01-01T00", "2027-01-04T00")
    assert shown([layer("A", "2027-01-04T00")], window) == []
    assert shown([layer("", "2027-01-01T00")], window) == []
    assert shown([layer("A", "2027-01-01T00", end="2026-12-01T00")], window) == []


# ------------------------------------------------------------------------------------------------------ clock change


@pytest.mark.parametrize(("turns", "hours"), [("wall", (23, 24)), ("elapsed", (24, 24))])
def test_a_daily_turn_over_a_spring_day_is_23_hours_or_24(turns: Any, hours: tuple[int, int]) -> None:
    daily = layer("A B", "2027-03-26T08")
    found = render([daily], (), BERLIN, span("2027-03-27T08", "2027-03-29T12"), Meaning(turns))
    lengths = [e.span.hours for e in found]
    assert (lengths[0], lengths[1]) == hours


def test_hours_follow_the_wall_clock_over_a_change() -> None:
    nights = layer("A", "2027-03-26T00", restrictions=(Restriction(22 * 3600, 9 * 3600),))
    found = shown([nights], span("2027-03-27T12", "2027-03-29T12"), BERLIN)
    assert [e.span.hours for e in found] == [8, 9]


def test_a_weekly_restriction_runs_over_the_end_of_the_week() -> None:
    weekend = layer("A", "2027-01-01T00", WEEK_SECONDS, restrictions=(Restriction(0, 298_800, weekday=5),))
    found = shown([weekend], span("2027-01-06T00", "2027-01-20T00"))
    assert found == [entry("2027-01-08T00", "2027-01-11T11", "A"), entry("2027-01-15T00", "2027-01-18T11", "A")]
    assert shown([weekend], span("2027-01-11T09", "2027-01-12T00")) == [entry("2027-01-11T09", "2027-01-11T11", "A")]


def test_restrictions_that_overlap_are_one_stretch() -> None:
    both = (Restriction(8 * 3600, 4 * 3600), Restriction(10 * 3600, 4 * 3600))
    found = shown([layer("A", "2027-01-04T00", restrictions=both)], span("2027-01-04T00", "2027-01-05T00"))
    assert found == [entry("2027-01-04T08", "2027-01-04T14", "A")]


# ------------------------------------------------------------------------------------------------------------- twin


@pytest.mark.parametrize("chunk", range(10))
def test_random_schedules_render_as_the_twin_says(chunk: int) -> None:
    for n in range(30):
        rng = seeded(f"render {chunk} {n}")
        zone = rng.choice(ZONES)
        middle = datetime.fromisoformat(rng.choice(CHANGES)).replace(tzinfo=UTC)
        window = Span(middle - timedelta(days=rng.randint(1, 6)), middle + timedelta(days=rng.randint(1, 6)))
        layers = [any_layer(rng, window) for _ in range(rng.randint(1, 3))]
        overrides = [any_override(rng, window) for _ in range(rng.randint(0, 3))]
        turns: Any = rng.choice(("wall", "elapsed"))
        found = render(layers, overrides, zone, window, Meaning(turns))
        edges = {e for one in found for e in (one.start, one.end)}
        edges |= {window.start + rng.randrange(int(window.length / MINUTE)) * MINUTE for _ in range(30)}
        for when in (edge + off for edge in sorted(edges) for off in (-MINUTE, timedelta(), MINUTE)):
            if window.start <= when < window.end:
                said = next((one.user for one in found if one.start <= when < one.end), None)
                assert said == on_call(layers, overrides, zone, when, turns), f"schedule {chunk} {n} at {when}"


def any_layer(rng: Random, window: Span) -> PdLayer:
    length = int(window.length / MINUTE)
    start = window.start + rng.randrange(-length, length) * MINUTE
    turn = rng.choice((1, 5, 8, 12, 24, 24, 48, 168)) * 3600
    rules = [any_rule(rng) for _ in range(rng.choice((0, 0, 1, 2, 4)))]
    # From a noon that no clock skips or repeats.
    virtual = datetime.combine(start.date(), datetime.min.time(), UTC) + timedelta(days=rng.randint(-30, 0), hours=12)
    end = start + rng.randint(1, 2 * length) * MINUTE if rng.random() < 0.5 else None
    return PdLayer("x", start, end, virtual, turn, tuple(rng.choices("ABCD", k=rng.randint(1, 4))), tuple(rules))


def any_rule(rng: Random) -> Restriction:
    start = rng.randrange(0, DAY_SECONDS, 900)
    if rng.random() < 0.5:
        return Restriction(start, rng.randrange(900, DAY_SECONDS, 900))
    return Restriction(start, rng.randrange(900, WEEK_SECONDS, 900), weekday=rng.randint(1, 7))


def any_override(rng: Random, window: Span) -> Override:
    start = window.start + rng.randrange(int(window.length / MINUTE)) * MINUTE
    return Override(start, start + rng.randint(1, 3000) * MINUTE, rng.choice("EFG"))


# -------------------------------------------------------------------------------------------------------- recorded


@recorded
def test_the_recorded_prague_schedule_renders_as_recorded() -> None:
    case = json.loads((DATA / "prague_final_schedule_2023.json").read_text(encoding="utf-8"))
    one = case["reconstructed_layer"]
    rotation = PdLayer(
        "x",
        when(one["start"]),
        None,
        when(one["rotation_virtual_start"]),
        one["rotation_turn_length_seconds"],
        tuple(one["users"]),
    )
    overrides = [Override(when(o["start"]), when(o["end"]), o["user"]) for o in case["reconstructed_overrides"]]
    window = Span(when(case["since"]), when(case["until"]))
    entries = case["final_schedule"]["rendered_schedule_entries"]
    assert len(entries) == 16
    want = tuple(Entry(when(e["start"]), when(e["end"]), e["user"]) for e in entries)
    assert render([rotation], overrides, case["time_zone"], window) == want


@recorded
def test_the_layers_of_recorded_traffic_cover_their_hours() -> None:
    calls = json.loads((DATA / "real_capture_layers_roundtrip_2021.json").read_text(encoding="utf-8"))
    body = next(c["response_body"]["schedule"] for c in calls if c["method"] == "PUT")
    layers = [captured(one) for one in reversed(body["schedule_layers"])]
    week = span("2021-08-02T00", "2021-08-09T00")
    assert len(layers) == 2
    assert [(e.start, e.end) for e in render(layers, (), body["time_zone"], week)] == [
        (at("2021-08-02T03"), at("2021-08-02T04")),
        (at("2021-08-02T05"), at("2021-08-02T06")),
    ]


def captured(one: dict[str, Any]) -> PdLayer:
    rules = tuple(
        Restriction(seconds(rule["start_time_of_day"]), rule["duration_seconds"], rule.get("start_day_of_week"))
        for rule in one["restrictions"]
    )
    users = tuple(user["user"]["id"] for user in one["users"])
    start, virtual = when(one["start"]), when(one["rotation_virtual_start"])
    return PdLayer(one["name"], start, None, virtual, one["rotation_turn_length_seconds"], users, rules, one["id"])


def seconds(clock: str) -> int:
    hours, minutes, rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + rest


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# ------------------------------------------------------------------------------------------------------------- sums


def test_settled_merges_what_touches_or_overlaps_of_one_user() -> None:
    assert settled(
        [
            entry("2027-01-05T00", "2027-01-06T00", "A"),
            entry("2027-01-04T00", "2027-01-05T00", "A"),
            entry("2027-01-04T12", "2027-01-05T12", "B"),
            entry("2027-01-08T00", "2027-01-09T00", "A"),
        ]
    ) == (
        entry("2027-01-04T00", "2027-01-06T00", "A"),
        entry("2027-01-04T12", "2027-01-05T12", "B"),
        entry("2027-01-08T00", "2027-01-09T00", "A"),
    )


def test_differences_name_both_users_and_nobody() -> None:
    planned = [entry("2027-01-04T00", "2027-01-05T00", "A"), entry("2027-01-06T00", "2027-01-07T00", "B")]
    live = [entry("2027-01-04T06", "2027-01-06T12", "A"), entry("2027-01-06T12", "2027-01-07T00", "B")]
    assert differences(planned, live) == (
        Difference(span("2027-01-04T00", "2027-01-04T06"), "A", None),
        Difference(span("2027-01-05T00", "2027-01-06T00"), None, "A"),
        Difference(span("2027-01-06T00", "2027-01-06T12"), "B", "A"),
    )
    assert differences(planned, planned) == ()
