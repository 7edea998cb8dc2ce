"""PagerDuty's answers read, and what is sent held against its own description of the API."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from builders import at
from watchbill.publish.pagerduty import bodies, nodes, wire
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.terms import (
    CustomShift,
    Entry,
    Event,
    Level,
    OnCall,
    Override,
    PdLayer,
    Restriction,
    Target,
)

DATA = Path(__file__).parents[4] / "shared" / "data" / "pagerduty"
recorded = pytest.mark.skipif(not DATA.exists(), reason="needs the recorded answers")

LAYER = PdLayer(
    name="watchbill 2027-Q1 days",
    start=at("2027-01-04T08"),
    end=None,
    virtual_start=at("2027-01-04T08"),
    turn=604_800,
    users=("PA", "PB", "PA"),
    restrictions=(Restriction(9 * 3600, 8 * 3600, 1), Restriction(0, 298_800, 5)),
)
ENDED = PdLayer(
    "Old", at("2026-01-01T00:00:30"), at("2027-01-04T08"), at("2026-01-01T00:00:30"), 86_400, ("PC",), (), "PL1"
)
DAILY = PdLayer("Daily", at("2027-01-04T08"), None, at("2027-01-04T08"), 43_200, ("PC",), (Restriction(30_600, 3600),))
SHIFT = CustomShift(at("2027-01-04T08"), at("2027-01-04T20"), "PA", "CS1")
EVENT = Event(
    name="watchbill after",
    start=at("2027-03-22T08"),
    end=at("2027-03-29T07"),
    zone="Europe/Berlin",
    since=at("2027-04-05T07"),
    until=None,
    recurrence=("RRULE:FREQ=WEEKLY",),
    users=("PA", "PB"),
)


@cache
def recorded_in(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def example(operation: str, kind: str = "response_200", name: str = "response") -> Any:
    return recorded_in("openapi_examples_v2_v3.json")[operation][kind][name]


# ------------------------------------------------------------------------------------------------- bodies, checked


@cache
def api() -> tuple[Any, Any]:
    """The document with references that lead back into it, and a registry that holds it."""

    def anchored(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: f"urn:pd{v}" if k == "$ref" and v[:1] == "#" else anchored(v) for k, v in node.items()}
        return [anchored(item) for item in node] if isinstance(node, list) else node

    whole = anchored(recorded_in("openapi.json"))
    resource = Resource.from_contents(whole, default_specification=DRAFT4)
    return whole, Registry().with_resource("urn:pd", resource)


def faults(operation: str, body: Any) -> list[str]:
    """What the schema of an operation's body has against a body."""
    method, path = operation.split()
    whole, registry = api()
    schema = whole["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    return [error.message for error in OAS30Validator(schema, registry=registry).iter_errors(body)]


BODIES: Mapping[str, tuple[str, Any]] = {
    "make": ("POST /schedules", bodies.schedule("N", "Etc/UTC", "", [LAYER, DAILY])),
    "put": ("PUT /schedules/{id}", bodies.schedule("N", "Europe/Berlin", "D", [ENDED, LAYER])),
    "preview": ("POST /schedules/preview", bodies.schedule("N", "Etc/UTC", "D", [LAYER])),
    "overrides": (
        "POST /schedules/{id}/overrides",
        bodies.overrides([Override(at("2027-01-04T08"), at("2027-01-04T09:30"), "PA")]),
    ),
    "make v3": ("POST /v3/schedules", bodies.shift_schedule("N", "Etc/UTC", "D")),
    "put v3": ("PUT /v3/schedules/{id}", bodies.shift_schedule("N", "Etc/UTC", "")),
    "shifts": ("POST /v3/schedules/{id}/custom_shifts", bodies.custom_shifts([SHIFT])),
    "rotation": ("POST /v3/schedules/{id}/rotations", {}),
    "event": ("POST /v3/schedules/{id}/rotations/{rotation_id}/events", bodies.event(EVENT)),
    "event end": (
        "PUT /v3/schedules/{id}/rotations/{rotation_id}/events/{event_id}",
        bodies.event_end(at("2027-04-05T07")),
    ),
}


@recorded
@pytest.mark.parametrize("name", BODIES)
def test_every_body_is_valid_by_the_description_of_the_api(name: str) -> None:
    operation, body = BODIES[name]
    body = json.loads(json.dumps(body))
    for layer in body.get("schedule", {}).get("schedule_layers", ()):
        if layer["end"] is None:  # which the API needs and its description forbids
            del layer["end"]
    assert faults(operation, body) == []


@recorded
def test_the_description_of_the_api_sees_a_wrong_body() -> None:
    assert faults("POST /schedules", {"schedule": {"type": "schedule", "time_zone": 7}})
    assert faults("POST /v3/schedules/{id}/custom_shifts", {"custom_shifts": [{"type": "custom_shift"}]})
    official = example("POST /schedules", "request", "request")
    assert faults("POST /schedules", official) == []


def test_a_layer_is_written_with_exactly_these_keys() -> None:
    assert bodies.layer(LAYER) == {
        "name": "watchbill 2027-Q1 days",
        "start": "2027-01-04T08:00:00Z",
        "end": None,
        "rotation_virtual_start": "2027-01-04T08:00:00Z",
        "rotation_turn_length_seconds": 604_800,
        "users": [{"user": {"id": id_, "type": "user_reference"}} for id_ in ("PA", "PB", "PA")],
        "restrictions": [
            {
                "type": "weekly_restriction",
                "start_day_of_week": 1,
                "start_time_of_day": "09:00:00",
                "duration_seconds": 28_800,
            },
            {
                "type": "weekly_restriction",
                "start_day_of_week": 5,
                "start_time_of_day": "00:00:00",
                "duration_seconds": 298_800,
            },
        ],
    }
    assert bodies.layer(ENDED)["id"] == "PL1"
    assert bodies.layer(DAILY)["restrictions"] == [
        {"type": "daily_restriction", "start_time_of_day": "08:30:00", "duration_seconds": 3600}
    ]


def test_an_end_that_is_none_is_written_as_null() -> None:
    assert '"end": null' in json.dumps(bodies.schedule("N", "Etc/UTC", "", [LAYER]))


def test_a_rotation_begins_at_a_whole_minute_and_other_instants_stay_exact() -> None:
    layer = bodies.layer(ENDED)
    assert (layer["rotation_virtual_start"], layer["start"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z")


def test_layers_are_written_the_lowest_first_and_a_blank_description_not_at_all() -> None:
    node = bodies.schedule("N", "Etc/UTC", "", [LAYER, DAILY])["schedule"]
    assert [layer["name"] for layer in node["schedule_layers"]] == [LAYER.name, "Daily"]
    assert set(node) == {"type", "name", "time_zone", "schedule_layers"}
    assert bodies.schedule("N", "Etc/UTC", "D", [])["schedule"]["description"] == "D"


def test_an_event_says_the_instant_and_the_clock_alike() -> None:
    node = bodies.event(EVENT)["event"]
    assert node["start_time"] == {"date_time": "2027-03-22T09:00:00+01:00", "time_zone": "Europe/Berlin"}
    assert node["end_time"] == {"date_time": "2027-03-29T09:00:00+02:00", "time_zone": "Europe/Berlin"}
    assert node["effective_since"] == "2027-04-05T07:00:00Z"
    assert node["effective_until"] is None


def test_only_the_end_of_what_has_begun_is_written() -> None:
    assert bodies.event_end(at("2027-01-04T12")) == {"event": {"effective_until": "2027-01-04T12:00:00Z"}}


# ------------------------------------------------------------------------------------------------- answers, layers


@recorded
def test_the_capture_is_read_with_the_lowest_layer_first() -> None:
    calls = recorded_in("real_capture_layers_roundtrip_2021.json")
    answers = [wire.schedule(call["response_body"]) for call in calls if "schedule" in call["response_body"]]
    assert [[layer.id for layer in found.layers] for found in answers] == [
        ["PN0SNTP"], ["PN0SNTP"], ["PN0SNTP", "PAG577D"], ["PN0SNTP", "PAG577D"], ["PAG577D", "PN0SNTP"],
    ]  # fmt: skip
    low, high = answers[2].layers
    assert (low.users, high.users) == (("PFQWW1V",), ("PIMHWDI",))
    assert low.start == at("2021-07-19T23:47:13")
    assert low.virtual_start == at("2015-11-07T01")
    assert low.restrictions == (Restriction(5 * 3600, 3600, 1),)
    assert (answers[2].zone, answers[2].name, answers[2].final) == ("Etc/UTC", "OptDuty", ())


@recorded
@pytest.mark.parametrize(
    "operation", ["GET /schedules/{id}", "PUT /schedules/{id}", "POST /schedules/preview", "POST /schedules"]
)
def test_the_official_examples_of_schedules_are_read(operation: str) -> None:
    found = wire.schedule(example(operation, "response_201" if operation == "POST /schedules" else "response_200"))
    assert (found.id, found.zone) == ("PI7DH85", "America/New_York")
    (layer,) = found.layers
    assert (layer.id, layer.end, layer.turn) == ("PG68P1M", None, 86_400)
    assert layer.restrictions == (Restriction(8 * 3600, 32_400),)


@recorded
def test_the_official_examples_of_overrides_are_read() -> None:
    (found,) = wire.overrides(example("GET /schedules/{id}/overrides", "response_201"))
    assert found == Override(at("2012-07-01T04"), at("2012-07-02T04"), "PEYSGVF", "PQ47DCP")
    first, second, third = wire.made(example("POST /schedules/{id}/overrides", "response_201"))
    assert first == Override(at("2021-03-09T05"), at("2021-03-09T17"), "P37CSDJ", "Q3X6MJ1LUKD6QW")
    assert isinstance(second, Override)
    assert third == "Override must end after its start"


@recorded
def test_the_recorded_final_schedule_is_read() -> None:
    node = {**recorded_in("prague_final_schedule_2023.json"), "name": "Prague"}
    found = wire.schedule({"schedule": node})
    assert len(found.final) == 16
    assert found.final[5] == Entry(at("2023-01-10T08:46:07"), at("2023-01-10T14:00:57"), "CCCCCC2")
    assert sum((entry.span.length for entry in found.final), timedelta()) == timedelta(days=31)


def test_both_answers_to_many_overrides_are_read() -> None:
    made = {"id": "Q1", "start": "2027-01-04T08:00:00Z", "end": "2027-01-04T09:00:00+00:00", "user": {"id": "PA"}}
    wanted = Override(at("2027-01-04T08"), at("2027-01-04T09"), "PA", "Q1")
    for body in ([{"status": 201, "override": made}], {"overrides": [made]}, {"override": made}):
        assert wire.made(body) == (wanted,)
    assert wire.made([{"status": 500, "override": made}]) == ("status 500",)
    assert wire.made([{"status": 400, "errors": {"user": ["unknown"]}}]) == ("user: unknown",)


def test_a_deleted_user_is_still_named() -> None:
    gone = {"id": "PX", "type": "user_reference", "self": None, "deleted_at": "2026-01-01T00:00:00Z"}
    node = {"id": "P1", "time_zone": "UTC", "final_schedule": {"rendered_schedule_entries": [entry("PX", gone)]}}
    assert wire.schedule({"schedule": node}).final == (Entry(at("2027-01-04T08"), at("2027-01-04T09"), "PX"),)
    assert wire.deleted(gone)
    assert not wire.deleted({"id": "PX", "deleted_at": None})


def entry(id_: str, user: Any = None, start: str = "2027-01-04T08:00Z", end: str = "2027-01-04T09:00Z") -> Any:
    return {"start": start, "end": end, "user": user or {"id": id_}}


def test_touching_entries_of_one_user_are_one() -> None:
    eight, nine, ten = at("2027-01-04T08"), at("2027-01-04T09"), at("2027-01-04T10")
    found = [Entry(nine, ten, "PA"), Entry(eight, nine, "PA"), Entry(nine, ten, "PB"), Entry(ten, ten, "PC")]
    assert wire.settled(found) == (Entry(eight, ten, "PA"), Entry(nine, ten, "PB"))


def test_what_is_not_known_or_absent_does_not_matter() -> None:
    node = {"id": "P1", "time_zone": "Europe/Berlin", "summary": "N", "description": None, "colour": [1], "teams": 7}
    found = wire.schedule({"schedule": node, "more": {}})
    assert (found.name, found.description, found.layers, found.policies) == ("N", "", (), ())


@pytest.mark.parametrize(
    ("read", "body", "named"),
    [
        (wire.schedule, {}, '"schedule" is missing'),
        (wire.schedule, {"schedule": {"id": "P1"}}, '"time_zone" of P1'),
        (wire.schedule, {"schedule": {"time_zone": "UTC", "schedule_layers": {}}}, '"schedule_layers"'),
        (wire.layer, {"start": "2027-01-04"}, '"start" is not a date and time with an offset'),
        (wire.layer, {"start": "tomorrow"}, '"start" is not a date'),
        (wire.overrides, [], '"overrides"'),
        (wire.made, [{"status": 201, "override": {"start": "2027-01-04T08:00Z"}}], '"user" is missing in an override'),
        (wire.made, [None], '"user"'),
        (wire.custom_shifts, [{"assignments": [{}]}], '"member" is missing in a custom shift'),
        (wire.rotation, {"id": "R1", "events": [{"id": "E1"}]}, '"start_time" is missing in an event'),
        (wire.policy, {"escalation_policy": {"id": "P1"}}, '"escalation_rules" of P1'),
        (wire.user, {"name": "Ana"}, '"id"'),
        (wire.on_calls, [{"user": {"id": "P"}}], '"escalation_policy"'),
    ],
)
def test_a_body_without_what_is_needed_is_an_error_that_names_it(
    read: Callable[[Any], Any], body: Any, named: str
) -> None:
    with pytest.raises(RemoteFailed, match=named) as failed:
        read(body)
    assert str(failed.value).startswith("PagerDuty answered something unexpected: ")


@pytest.mark.parametrize("text", ["9", "nine:00", ""])
def test_an_odd_time_of_day_is_an_error(text: str) -> None:
    node = {**bodies.layer(DAILY), "restrictions": [{"start_time_of_day": text, "duration_seconds": 60}]}
    with pytest.raises(RemoteFailed, match='"start_time_of_day"'):
        wire.layer(node)


@pytest.mark.parametrize("layer", [LAYER, ENDED, DAILY])
def test_a_layer_that_is_written_is_read_as_it_was(layer: PdLayer) -> None:
    read = wire.layer({**bodies.layer(layer), "type": "layer"})
    assert read.virtual_start == layer.virtual_start.replace(second=0)
    assert (read.start, read.end, read.turn, read.users) == (layer.start, layer.end, layer.turn, layer.users)
    assert (read.restrictions, read.id, read.name) == (layer.restrictions, layer.id, layer.name)


# ------------------------------------------------------------------------------------------------- answers, shifts


def test_a_shift_based_schedule_is_read() -> None:
    member = {"type": "user_member", "user_id": "PA"}
    stretch = {"start_time": "2027-01-04T09:00:00+01:00", "end_time": "2027-01-04T12:00:00Z"}
    body = {
        "schedule": {
            "id": "PS1",
            "type": "schedule_v3",
            "name": "Shifts",
            "time_zone": "UTC",
            "escalation_policies": [{"id": "PE2"}, {"id": "PE1"}],
            "rotations": [{"id": "R1", "type": "rotation", "events": [{**bodies.event(EVENT)["event"], "id": "E1"}]}],
            "final_schedule": {
                "computed_shift_assignments": [
                    {**stretch, "member": member, "source": {"type": "custom_shift"}},
                    {**stretch, "member": {"type": "empty_member"}},
                ]
            },
        }
    }
    found = wire.shift_schedule(body)
    assert found.final == (Entry(at("2027-01-04T08"), at("2027-01-04T12"), "PA"),)
    assert (found.zone, found.policies) == ("Etc/UTC", ("PE1", "PE2"))
    (read,) = found.rotations[0].events
    assert (read.start, read.end, read.since, read.until) == (EVENT.start, EVENT.end, EVENT.since, None)
    assert (read.users, read.per_user, read.zone, read.id) == (("PA", "PB"), 1, "Europe/Berlin", "E1")


def test_an_event_for_everybody_at_once_is_read_and_written() -> None:
    node = bodies.event(EVENT)["event"]
    node["assignment_strategy"] = {
        "type": "every_member_assignment_strategy",
        "members": [{"type": "user_member", "user_id": "PA"}, {"type": "empty_member"}],
    }
    read = wire.event(node)
    assert (read.per_user, read.users) == (0, ("PA", ""))
    assert bodies.event(read)["event"]["assignment_strategy"] == node["assignment_strategy"]


@recorded
def test_the_official_examples_of_shifts_are_read() -> None:
    official = example("GET /v3/schedules/{id}/custom_shifts/{custom_shift_id}")["custom_shift"]
    (shift,) = wire.custom_shifts([official])
    assert shift == CustomShift(at("2025-03-15T09"), at("2025-03-15T17"), "PNFNM8M", "ABCDE12345FGHIJ67890KLMNO")
    assert wire.shift_schedule(example("GET /v3/schedules/{id}")).rotations == ()
    assert wire.rotation(example("GET /v3/schedules/{id}/rotations/{rotation_id}")["rotation"]).events == ()
    (override,) = wire.shift_overrides(example("POST /v3/schedules/{id}/overrides", "request", "overrides"))
    assert (override.user, override.instead, override.custom_shift) == ("PUSER123", "PUSER456", None)
    assert override.rotation == "ABCDEFGHIJKLMNOPQRSTUVWXY"


def test_a_shift_that_nobody_holds_is_none() -> None:
    node = {**bodies.custom_shifts([CustomShift(SHIFT.start, SHIFT.end, "")])["custom_shifts"][0], "id": "CS2"}
    assert wire.custom_shifts([node]) == ()


# -------------------------------------------------------------------------------------------- people and policies


@recorded
def test_the_official_examples_of_users_and_on_calls_are_read() -> None:
    ana, _ = (wire.user(node) for node in example("GET /schedules/{id}/users")["users"])
    assert (ana.id, ana.email, ana.zone) == ("PAM4FGS", "126_dvm_kyler_kuhn@beahan.name", "Asia/Hong_Kong")
    assert (ana.role, ana.stakeholder, ana.invited) == ("admin", False, False)
    (found,) = wire.on_calls(example("GET /oncalls")["oncalls"])
    assert found == OnCall("PT23IWX", "PT20YPA", 2, "PI7DH85", at("2015-03-06T20:28:51"), at("2015-03-07T20:28:51"))


def test_a_policy_is_read_with_all_kinds_of_targets() -> None:
    kinds = ("user_reference", "schedule_reference", "schedule_v3_reference", "user", "webhook_reference")
    targets = [{"id": f"P{n}", "type": kind, "summary": f"T{n}"} for n, kind in enumerate(kinds)]
    rules = [{"id": "R", "escalation_delay_in_minutes": 30, "targets": targets}]
    found = wire.policy({"escalation_policy": {"id": "PE", "name": "N", "num_loops": 2, "escalation_rules": rules}})
    assert (found.name, found.loops) == ("N", 2)
    assert found.levels == (
        Level(
            30,
            (
                Target("user", "P0", "T0"),
                Target("schedule", "P1", "T1"),
                Target("schedule_v3", "P2", "T2"),
                Target("user", "P3", "T3"),
            ),
        ),
    )


def test_someone_on_call_by_name_is_so_always() -> None:
    node = {"user": {"id": "PA"}, "escalation_policy": {"id": "PE"}, "escalation_level": 1, "schedule": None}
    assert wire.on_calls([{**node, "start": None, "end": None}]) == (OnCall("PA", "PE", 1),)


@pytest.mark.parametrize(
    ("errors", "lines"),
    [
        (None, ()),
        ([], ()),
        (["a", "b"], ("a", "b")),
        ({"x": ["a", "b"], "y": "c"}, ("x: a", "x: b", "y: c")),
        ([{"x": ["a"]}], ("x: a",)),
        ("a\nb", ("a b",)),
    ],
)
def test_errors_of_all_shapes_are_lines(errors: Any, lines: tuple[str, ...]) -> None:
    assert nodes.flattened(errors) == lines
