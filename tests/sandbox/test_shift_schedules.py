"""Schedules of shifts (v3), over real HTTP."""

from typing import Any

import pytest
from talking import ANA, BO, CY, EVE, SEED, Reply, Talk, layer

from builders import at
from watchbill.sandbox import Handle

WINDOW = {"since": "2027-01-04T00:00:00Z", "until": "2027-01-18T00:00:00Z"}


def member(user: str | None) -> dict[str, Any]:
    return {"type": "user_member", "user_id": user} if user else {"type": "empty_member"}


def shift(start: str, end: str, user: str | None = ANA) -> dict[str, Any]:
    assignment = {"type": "shift_assignment", "member": member(user)}
    return {"type": "custom_shift", "start_time": start, "end_time": end, "assignments": [assignment]}


def event(*users: str | None, rule: str = "FREQ=WEEKLY", **facts: Any) -> dict[str, Any]:
    """From Monday at nine to Friday at five on the clock of Berlin, unless told."""
    base = {
        "name": "Days",
        "start_time": {"date_time": "2027-01-04T09:00:00+01:00", "time_zone": "Europe/Berlin"},
        "end_time": {"date_time": "2027-01-08T17:00:00+01:00", "time_zone": "Europe/Berlin"},
        "effective_since": "2027-01-04T00:00:00Z",
        "effective_until": None,
        "recurrence": [f"RRULE:{rule}"],
        "assignment_strategy": {
            "type": "rotating_member_assignment_strategy",
            "shifts_per_member": 1,
            "members": [member(user) for user in users],
        },
    }
    return {"event": base | facts}


def every(*users: str) -> dict[str, Any]:
    return {"type": "every_member_assignment_strategy", "members": [member(user) for user in users]}


@pytest.fixture
def base(talk: Talk) -> str:
    """The path of an empty schedule."""
    made = talk.post("/v3/schedules", {"schedule": {"name": "Shifts", "time_zone": "Etc/UTC"}})
    assert made.status == 201
    return f"/v3/schedules/{made.body['schedule']['id']}"


def rendered(talk: Talk, base: str, **window: str) -> list[tuple[str, str, str | None, str]]:
    """Start, end, user and source of what a schedule renders."""
    reply = talk.get(base, **{"include[]": "final_schedule"}, **(WINDOW | window))
    assert reply.status == 200, reply.body
    found = reply.body["schedule"]["final_schedule"]["computed_shift_assignments"]
    return [(a["start_time"], a["end_time"], a["member"].get("user_id"), a["source"]["type"]) for a in found]


def made_shift(talk: Talk, base: str, start: str, end: str, user: str = ANA) -> str:
    reply = talk.post(f"{base}/custom_shifts", {"custom_shifts": [shift(start, end, user)]})
    assert reply.status == 201, reply.body
    return str(reply.body["custom_shifts"][0]["id"])


def made_event(talk: Talk, base: str, body: dict[str, Any], rotation: str = "") -> Reply:
    rotation = rotation or talk.post(f"{base}/rotations", {}).body["rotation"]["id"]
    return talk.post(f"{base}/rotations/{rotation}/events", body)


# ----------------------------------------------------------------------------------------------------- schedules


def test_each_api_refuses_the_other_kind_by_name(talk: Talk, base: str) -> None:
    id_ = base.rsplit("/", 1)[1]
    for path in (f"/schedules/{id_}", f"/schedules/{id_}/users"):
        refused = talk.get(path)
        assert refused.status == 400
        assert refused.error == {"message": "This is a shift-based schedule. Use the v3 Schedules API to access it."}
    refused = talk.get(f"/v3/schedules/{talk.make(layer(ANA))}")
    assert (refused.status, refused.error["message"]) == (
        400,
        "This is a layer-based schedule. Use the v2 Schedules API to access it.",
    )


def test_the_list_holds_references_only(talk: Talk, base: str) -> None:
    page = talk.get("/v3/schedules", query="shif").body
    assert [(s["type"], s["summary"], "name" in s) for s in page["schedules"]] == [
        ("schedule_v3_reference", "Shifts", False)
    ]
    assert (page["limit"], page["more"]) == (100, False)
    assert talk.get("/v3/schedules", query="none").body["schedules"] == []


def test_a_change_needs_name_and_zone_every_time(talk: Talk, base: str) -> None:
    refused = talk.put(base, {"schedule": {"name": "New"}})
    assert (refused.status, refused.error["errors"]) == (400, ["Time zone cannot be empty."])
    assert talk.put(base, {"schedule": {"time_zone": "Etc/UTC"}}).status == 400
    changed = talk.put(base, {"schedule": {"name": "New", "time_zone": "Asia/Tokyo"}}).body["schedule"]
    assert (changed["name"], changed["time_zone"]) == ("New", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("quirk", "body", "status"),
    [("ignored", {}, 201), ("ignored", {"rotations": []}, 201), ("refused", {"rotations": []}, 400),
     ("required", {}, 400), ("required", {"rotations": []}, 201)],
)  # fmt: skip
def test_whether_rotations_may_or_must_be_sent_can_be_told(
    box: Handle, talk: Talk, quirk: str, body: dict[str, Any], status: int
) -> None:
    box.set_quirks(rotations_key=quirk)
    reply = talk.post("/v3/schedules", {"schedule": {"name": "N", "time_zone": "Etc/UTC"} | body})
    assert reply.status == status
    assert status == 201 or "schedule.rotations" in reply.error["errors"]


def test_a_schedule_is_deleted_unless_a_policy_uses_it(box: Handle, talk: Talk) -> None:
    rule = {"targets": [{"id": "PUSED01", "type": "schedule_v3_reference"}]}
    schedules = [{"id": id_, "name": id_, "time_zone": "Etc/UTC"} for id_ in ("PUSED01", "PFREE01")]
    box.reset({"schedules_v3": schedules, "escalation_policies": [{"name": "P", "escalation_rules": [rule]}]})
    assert talk.delete("/v3/schedules/PUSED01").status == 400
    assert talk.delete("/v3/schedules/PFREE01").status == 204
    assert talk.get("/v3/schedules/PFREE01").status == 404


# ------------------------------------------------------------------------------------------------- custom shifts


def test_custom_shifts_add_up_and_gaps_are_empty_members(talk: Talk, base: str) -> None:
    made_shift(talk, base, "2027-01-04T00:00:00Z", "2027-01-10T00:00:00Z")
    made_shift(talk, base, "2027-01-08T00:00:00Z", "2027-01-12T00:00:00Z", user=BO)
    assert rendered(talk, base) == [
        ("2027-01-04T00:00:00Z", "2027-01-10T00:00:00Z", ANA, "custom_shift"),
        ("2027-01-08T00:00:00Z", "2027-01-12T00:00:00Z", BO, "custom_shift"),
        ("2027-01-12T00:00:00Z", "2027-01-18T00:00:00Z", None, "schedule_rotation"),
    ]


def test_gaps_can_be_told_to_be_left_out(box: Handle, talk: Talk, base: str) -> None:
    box.set_quirks(gaps=False)
    assert rendered(talk, base) == []


def test_one_bad_shift_of_many_refuses_all(box: Handle, talk: Talk, base: str) -> None:
    good = shift("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z")
    refused = talk.post(f"{base}/custom_shifts", {"custom_shifts": [good, shift(good["end_time"], good["start_time"])]})
    assert refused.status == 400
    assert refused.error["errors"] == {"custom_shifts[1].end_time": ["must be after start_time"]}
    assert not box.state.shift_schedules[base.rsplit("/", 1)[1]].shifts


BAD_SHIFTS = {
    "a user who is not there": shift("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", "PNOBODY"),
    "a stakeholder": shift("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", EVE),
    "over already": shift("2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z"),
    "too far ahead": shift("2036-12-05T00:00:00Z", "2036-12-06T00:00:00Z"),
    "no instant": shift("soon", "2027-01-06T00:00:00Z"),
    "no assignment": shift("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z") | {"assignments": []},
    "no type": {"start_time": "2027-01-05T00:00:00Z", "end_time": "2027-01-06T00:00:00Z"},
}


@pytest.mark.parametrize("case", BAD_SHIFTS)
def test_a_custom_shift_that_cannot_be_is_refused_at_its_field(talk: Talk, base: str, case: str) -> None:
    refused = talk.post(f"{base}/custom_shifts", {"custom_shifts": [BAD_SHIFTS[case]]})
    assert (refused.status, refused.error["message"]) == (400, "Invalid Request")
    assert all(field.startswith("custom_shifts[0].") for field in refused.error["errors"])


def test_more_shifts_than_one_request_may_make_are_refused(box: Handle, talk: Talk, base: str) -> None:
    box.set_quirks(most_custom_shifts=1)
    many = [shift("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z")] * 2
    assert talk.post(f"{base}/custom_shifts", {"custom_shifts": many}).status == 400


def test_a_shift_that_has_begun_starts_now(talk: Talk, base: str) -> None:
    body = {"custom_shifts": [shift("2026-12-30T00:00:00Z", "2027-01-06T00:00:00Z")]}
    (made,) = talk.post(f"{base}/custom_shifts", body).body["custom_shifts"]
    assert made["start_time"] == "2027-01-01T00:00:00Z"


def test_custom_shifts_are_listed_in_pages_of_a_window_that_must_be_given(talk: Talk, base: str) -> None:
    for day in (4, 5, 6):
        made_shift(talk, base, f"2027-01-0{day}T00:00:00Z", f"2027-01-0{day + 1}T00:00:00Z")
    assert set(talk.get(f"{base}/custom_shifts").error["errors"]) == {"since", "until"}
    page = talk.get(f"{base}/custom_shifts", limit=2, **WINDOW).body
    assert ([s["start_time"][:10] for s in page["custom_shifts"]], page["more"]) == (["2027-01-04", "2027-01-05"], True)
    window = {"since": "2027-01-06T00:00:00Z", "until": "2027-01-07T00:00:00Z"}
    (found,) = talk.get(f"{base}/custom_shifts", **window).body["custom_shifts"]
    assert talk.get(f"{base}/custom_shifts/{found['id']}").body["custom_shift"] == found


def test_a_shift_to_come_is_deleted_a_running_one_ends_now_and_a_past_one_stays(
    box: Handle, talk: Talk, base: str
) -> None:
    ids = [made_shift(talk, base, f"2027-01-0{d}T00:00:00Z", f"2027-01-0{d + 1}T00:00:00Z") for d in (4, 5, 6)]
    box.set_now(at("2027-01-05T12"))
    assert [talk.delete(f"{base}/custom_shifts/{one}").status for one in ids] == [400, 204, 204]
    left = talk.get(f"{base}/custom_shifts", **WINDOW).body["custom_shifts"]
    assert [one["end_time"] for one in left] == ["2027-01-05T00:00:00Z", "2027-01-05T12:00:00Z"]


def test_of_a_shift_that_has_started_only_the_end_can_change(box: Handle, talk: Talk, base: str) -> None:
    id_ = made_shift(talk, base, "2027-01-04T00:00:00Z", "2027-01-06T00:00:00Z")
    path, whole = f"{base}/custom_shifts/{id_}", shift("2027-01-04T06:00:00Z", "2027-01-07T00:00:00Z", BO)
    assert talk.put(path, {"custom_shift": whole}).status == 200
    box.set_now(at("2027-01-05T00"))
    refused = talk.put(path, {"custom_shift": whole})
    assert set(refused.error["errors"]) == {"custom_shift.start_time", "custom_shift.assignments"}
    changed = talk.put(path, {"custom_shift": {"end_time": "2027-01-08T00:00:00Z"}}).body["custom_shift"]
    assert changed["end_time"] == "2027-01-08T00:00:00Z"
    box.set_now(at("2027-01-09T00"))
    assert talk.put(path, {"custom_shift": {"end_time": "2027-01-10T00:00:00Z"}}).status == 400


# -------------------------------------------------------------------------------------------- rotations and events


def test_members_take_occurrences_in_turn_on_the_events_clock(talk: Talk, base: str) -> None:
    assert made_event(talk, base, event(ANA, BO)).status == 201
    found = rendered(talk, base, since="2027-03-22T00:00:00Z", until="2027-04-03T00:00:00Z")
    assert [(start, end, user) for start, end, user, _ in found if user] == [
        ("2027-03-22T08:00:00Z", "2027-03-26T16:00:00Z", BO),
        ("2027-03-29T07:00:00Z", "2027-04-02T15:00:00Z", ANA),
    ]


def test_days_of_the_week_intervals_and_shifts_per_member_are_kept(talk: Talk, base: str) -> None:
    body = event(ANA, BO, rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE")
    body["event"]["end_time"]["date_time"] = "2027-01-04T17:00:00+01:00"
    body["event"]["assignment_strategy"]["shifts_per_member"] = 2
    made_event(talk, base, body)
    found = rendered(talk, base, until="2027-02-15T00:00:00Z")
    assert [(start[5:10], user) for start, _, user, _ in found if user] == [
        ("01-04", ANA), ("01-06", ANA), ("01-18", BO), ("01-20", BO), ("02-01", ANA), ("02-03", ANA),
    ]  # fmt: skip


def test_every_member_is_on_call_at_once(talk: Talk, base: str) -> None:
    made_event(talk, base, event(assignment_strategy=every(ANA, BO), rule="FREQ=DAILY;COUNT=1"))
    assert [user for _, _, user, _ in rendered(talk, base) if user] == [ANA, BO]


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=DAILY;UNTIL=20270106T235959Z"], ["04", "05", "06"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20270105T080000Z"], ["04", "06"]),
        (["RRULE:FREQ=DAILY;INTERVAL=3;COUNT=2", "RDATE;TZID=Europe/Berlin:20270105T090000"], ["04", "05", "07"]),
    ],
)
def test_ends_exceptions_and_extra_dates_are_kept(talk: Talk, base: str, lines: list[str], days: list[str]) -> None:
    body = event(ANA, recurrence=lines)
    body["event"]["end_time"]["date_time"] = "2027-01-04T17:00:00+01:00"
    made_event(talk, base, body)
    assert [start[8:10] for start, _, user, _ in rendered(talk, base) if user] == days


def test_a_start_in_the_past_is_now_and_one_too_far_ahead_is_refused(talk: Talk, base: str) -> None:
    made = made_event(talk, base, event(ANA, effective_since="2026-06-01T00:00:00Z")).body["event"]
    assert made["effective_since"] == "2027-01-01T00:00:00Z"
    refused = made_event(talk, base, event(ANA, effective_since="2028-02-01T00:00:00Z"))
    assert refused.error == {
        "message": "Invalid Request",
        "code": 2001,
        "errors": {"event.effective_since": ["Date cannot be more than 12 months in the future"]},
    }


BAD_EVENTS: dict[str, dict[str, Any]] = {
    "event.recurrence": {"recurrence": ["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"]},
    "event.end_time": {"end_time": {"date_time": "2027-01-04T08:00:00+01:00", "time_zone": "Europe/Berlin"}},
    "event.start_time.time_zone": {"start_time": {"date_time": "2027-01-04T08:00:00Z", "time_zone": "Mars"}},
    "event.effective_until": {"effective_until": "2027-01-03T00:00:00Z"},
    "event.assignment_strategy.type": {"assignment_strategy": {"type": "user_assignment_strategy"}},
    "event.assignment_strategy.members": {"assignment_strategy": every(*[ANA] * 21)},
}


@pytest.mark.parametrize("field", BAD_EVENTS)
def test_an_event_that_cannot_be_is_refused_at_its_field(talk: Talk, base: str, field: str) -> None:
    refused = made_event(talk, base, event(ANA, **BAD_EVENTS[field]))
    assert (refused.status, list(refused.error["errors"])) == (400, [field])


def test_events_of_a_rotation_must_not_overlap_nor_be_more_than_five(talk: Talk, base: str) -> None:
    rotation = talk.post(f"{base}/rotations", {}).body["rotation"]["id"]
    for month in range(2, 7):
        since, until = f"2027-0{month}-01T00:00:00Z", f"2027-0{month + 1}-01T00:00:00Z"
        assert made_event(talk, base, event(ANA, effective_since=since, effective_until=until), rotation).status == 201
    many = made_event(talk, base, event(ANA, effective_since="2027-08-01T00:00:00Z"), rotation)
    assert many.error["errors"]["event"] == ["A rotation cannot have more than 5 events to come"]
    other = made_event(talk, base, event(ANA)).body["event"]["self"].split("/")[-3]
    assert made_event(talk, base, event(BO), other).error["errors"]["event"] == [
        "Events of a rotation must not overlap"
    ]


def test_a_schedule_has_ten_rotations_at_the_most(talk: Talk, base: str) -> None:
    assert [talk.post(f"{base}/rotations", {}).status for _ in range(11)] == [201] * 10 + [400]


def test_of_a_running_event_only_the_end_can_change(box: Handle, talk: Talk, base: str) -> None:
    made = made_event(talk, base, event(ANA)).body["event"]
    path = made["self"].removeprefix("https://api.pagerduty.com")
    assert talk.put(path, {"event": {"name": "New"}}).body["event"]["name"] == "New"
    box.set_now(at("2027-01-06T00"))
    refused = talk.put(path, {"event": {"effective_until": None, "name": "Newer"}})
    assert list(refused.error["errors"]) == ["event.name"]
    assert talk.put(path, {"event": {"effective_until": "2027-01-07T00:00:00Z"}}).status == 200
    box.set_now(at("2027-01-08T00"))
    assert talk.put(path, {"event": {"effective_until": "2027-02-07T00:00:00Z"}}).status == 400
    assert talk.delete(path).status == 400


def test_deleting_a_rotation_ends_what_runs_and_drops_what_would_come(box: Handle, talk: Talk, base: str) -> None:
    rotation = talk.post(f"{base}/rotations", {}).body["rotation"]["id"]
    made_event(talk, base, event(ANA, effective_until="2027-01-20T00:00:00Z"), rotation)
    made_event(talk, base, event(BO, effective_since="2027-01-20T00:00:00Z"), rotation)
    box.set_now(at("2027-01-06T00"))
    assert talk.delete(f"{base}/rotations/{rotation}").status == 204
    assert [(end, user) for _, end, user, _ in rendered(talk, base) if user] == [("2027-01-06T00:00:00Z", ANA)]
    (left,) = talk.get(f"{base}/rotations/{rotation}").body["rotation"]["events"]
    assert left["effective_until"] == "2027-01-06T00:00:00Z"


def test_deleting_an_event_ends_it_or_drops_it(box: Handle, talk: Talk, base: str) -> None:
    coming = made_event(talk, base, event(ANA)).body["event"]["self"].removeprefix("https://api.pagerduty.com")
    assert talk.delete(coming).status == 204
    assert talk.get(coming).status == 404
    running = made_event(talk, base, event(ANA)).body["event"]["self"].removeprefix("https://api.pagerduty.com")
    box.set_now(at("2027-01-06T00"))
    assert talk.delete(running).status == 204
    assert talk.get(running).body["event"]["effective_until"] == "2027-01-06T00:00:00Z"


# ----------------------------------------------------------------------------------------------------- overrides


def stand_in(start: str, end: str, **ids: str) -> dict[str, Any]:
    times = {"type": "override_shift", "start_time": start, "end_time": end}
    return {"overrides": [times | ids | {"overridden_member": member(ANA), "overriding_member": member(CY)}]}


def test_an_override_takes_a_stretch_of_one_members_shift(talk: Talk, base: str) -> None:
    id_ = made_shift(talk, base, "2027-01-04T00:00:00Z", "2027-01-18T00:00:00Z")
    made_shift(talk, base, "2027-01-04T00:00:00Z", "2027-01-18T00:00:00Z", user=BO)
    body = stand_in("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", custom_shift_id=id_)
    assert talk.post(f"{base}/overrides", body).status == 201
    assert [(start[8:10], user, source) for start, _, user, source in rendered(talk, base)] == [
        ("04", ANA, "custom_shift"), ("04", BO, "custom_shift"),
        ("05", CY, "custom_shift_override"), ("06", ANA, "custom_shift"),
    ]  # fmt: skip


def test_an_override_of_a_rotation_names_it(talk: Talk, base: str) -> None:
    rotation = talk.post(f"{base}/rotations", {}).body["rotation"]["id"]
    made_event(talk, base, event(ANA, BO), rotation)
    body = stand_in("2027-01-04T00:00:00Z", "2027-02-01T00:00:00Z", rotation_id=rotation)
    talk.post(f"{base}/overrides", body)
    found = [(user, source) for _, _, user, source in rendered(talk, base) if user]
    assert found == [(CY, "schedule_rotation_override"), (BO, "schedule_rotation")]


def test_an_override_is_of_either_a_rotation_or_a_shift_that_is_there(talk: Talk, base: str) -> None:
    times = ("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z")
    for ids in ({}, {"rotation_id": "A", "custom_shift_id": "B"}, {"rotation_id": "A"}):
        assert list(talk.post(f"{base}/overrides", stand_in(*times, **ids)).error["errors"]) == ["overrides[0]"]


def test_overrides_are_listed_and_deleted(box: Handle, talk: Talk, base: str) -> None:
    id_ = made_shift(talk, base, "2027-01-04T00:00:00Z", "2027-01-18T00:00:00Z")
    for day in ("05", "07"):
        body = stand_in(f"2027-01-{day}T00:00:00Z", f"2027-01-{day}T12:00:00Z", custom_shift_id=id_)
        talk.post(f"{base}/overrides", body)
    first, last = (o["id"] for o in talk.get(f"{base}/overrides", **WINDOW).body["overrides"])
    box.set_now(at("2027-01-05T06"))
    assert [talk.delete(f"{base}/overrides/{one}").status for one in (first, last)] == [204, 204]
    (left,) = talk.get(f"{base}/overrides", **WINDOW).body["overrides"]
    assert left["end_time"] == "2027-01-05T06:00:00Z"
    box.set_now(at("2027-01-06T00"))
    assert talk.delete(f"{base}/overrides/{first}").status == 400
    assert talk.delete(f"{base}/overrides/{last}").status == 404


def test_a_seed_may_hold_shifts_that_lie_in_the_past(box: Handle, talk: Talk) -> None:
    past = {**WINDOW, "since": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z"}
    seeded: dict[str, Any] = {"id": "PSHIFTS", "name": "S", "time_zone": "UTC"}
    seeded["custom_shifts"] = [shift("2020-01-05T00:00:00Z", "2020-01-06T00:00:00Z")]
    seeded["rotations"] = [{"id": "AROT", "events": [event(BO, effective_since="2019-01-01T00:00:00Z")["event"]]}]
    box.reset({"users": SEED["users"], "schedules_v3": [seeded]})
    assert [user for _, _, user, _ in rendered(talk, "/v3/schedules/PSHIFTS", **past) if user] == [ANA]
    assert BO in [user for _, _, user, _ in rendered(talk, "/v3/schedules/PSHIFTS")]
