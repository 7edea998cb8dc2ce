"""The sandbox beside recorded traffic, official examples and the official schema; without them there is no test."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from talking import ANA, BO, SEED, Talk, daily, layer, override, schedule

from builders import at
from watchbill.sandbox import Handle
from watchbill.sandbox.routes import ROUTES
from watchbill.times import from_iso

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "pagerduty"
CAPTURE, EXAMPLES, SCHEMA = (
    DATA / name for name in ("real_capture_layers_roundtrip_2021.json", "openapi_examples_v2_v3.json", "openapi.json")
)
pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="PagerDuty's own data is not beside the project")


# ------------------------------------------------------------------------------------------------------- recorded


def plain(value: Any, names: dict[str, str]) -> Any:
    """A body with ids in the other's words, and without what depends on the account."""
    if isinstance(value, dict):
        return {key: plain(item, names) for key, item in value.items() if key not in {"html_url", "self"}}
    if isinstance(value, list):
        return [plain(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def pair_ids(mine: Any, theirs: Any, names: dict[str, str]) -> None:
    """Learns which id here stands for which one there, by where they stand."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        if "id" in mine and "id" in theirs:
            names.setdefault(mine["id"], theirs["id"])
        for key in mine.keys() & theirs.keys():
            pair_ids(mine[key], theirs[key], names)
    elif isinstance(mine, list) and isinstance(theirs, list):
        for one, other in zip(mine, theirs, strict=False):
            pair_ids(one, other, names)


def replaced(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value)
    for mine, theirs in names.items():
        text = text.replace(f'"{theirs}"', f'"{mine}"')
    return json.loads(text)


def changed_at(call: dict[str, Any]) -> str:
    """The instant of a recorded write, as its answer tells it."""
    return str(call["response_body"]["schedule"]["schedule_layers"][0]["start"])


def test_recorded_calls_are_answered_as_they_were(box: Handle, talk: Talk) -> None:
    calls = json.loads(CAPTURE.read_text(encoding="utf-8"))
    users = {"PIMHWDI": "Fifth User", "PFQWW1V": "Forth User"}
    box.reset({"users": [{"id": id_, "name": name} for id_, name in users.items()]})
    names: dict[str, str] = {}
    for call in calls:
        if call["method"] != "GET":
            box.set_now(from_iso(changed_at(call)))
        path = call["uri"].removeprefix("https://api.pagerduty.com")
        for mine, theirs in names.items():
            path = path.replace(theirs, mine)
        reply = talk.ask(call["method"], path, replaced(call["request_body"], names))
        pair_ids(reply.body, call["response_body"], names)
        assert reply.status == call["status"]
        assert plain(reply.body, names) == plain(call["response_body"], {})
    assert len(calls) == 7


# ------------------------------------------------------------------------------------------------------- examples


def example_requests() -> list[tuple[str, str, Any]]:
    """Verb and path, name, and body of every official example of a request that the sandbox serves."""
    if not EXAMPLES.exists():
        return []
    served = {f"{route.method} {route.path}".replace("{shift_id}", "{custom_shift_id}") for route in ROUTES}
    told = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return [
        (operation, name, body)
        for operation in told
        if operation in served
        for name, body in named(told[operation].get("request", {})).items()
    ]


def named(examples: dict[str, Any]) -> dict[str, Any]:
    """Some operations have one example without a name."""
    keys = {"custom_shifts", "custom_shift", "overrides", "override"}
    return {"request": examples} if keys & set(examples) else examples


def ids_of_users(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = set().union(*map(ids_of_users, value.values()))
        own = {value["id"]} if value.get("type") == "user_reference" else {value.get("user_id")}
        return inner | {id_ for id_ in own if id_}
    return set().union(*map(ids_of_users, value)) if isinstance(value, list) else set()


V3_PARTS = {
    "id": "PSHIFTS",
    "name": "Shifts",
    "time_zone": "Etc/UTC",
    "rotations": [
        {
            "id": "ABCDEFGHIJKLMNOPQRSTUVWXY",
            "events": [
                {
                    "id": name,
                    "name": name,
                    "start_time": {"date_time": "2025-03-03T09:00:00Z", "time_zone": "Etc/UTC"},
                    "end_time": {"date_time": "2025-03-03T17:00:00Z", "time_zone": "Etc/UTC"},
                    "effective_since": since,
                    "effective_until": until,
                    "recurrence": ["RRULE:FREQ=WEEKLY"],
                    "assignment_strategy": {
                        "type": "every_member_assignment_strategy",
                        "members": [{"type": "user_member", "user_id": ANA}],
                    },
                }
                for name, since, until in (
                    ("RUNNING", "2024-12-01T00:00:00Z", "2025-03-01T00:00:00Z"),
                    ("COMING", "2026-01-01T00:00:00Z", None),
                )
            ],
        },
        {"id": "EMPTY"},
    ],
    "custom_shifts": [
        {
            "type": "custom_shift",
            "start_time": "2025-03-15T09:00:00Z",
            "end_time": "2025-03-15T17:00:00Z",
            "assignments": [{"type": "shift_assignment", "member": {"type": "user_member", "user_id": ANA}}],
        }
    ],
}


@pytest.mark.parametrize(("operation", "name", "body"), example_requests(), ids=lambda value: str(value)[:60])
def test_official_requests_are_taken(box: Handle, talk: Talk, operation: str, name: str, body: Any) -> None:
    users = [{"id": id_, "name": id_} for id_ in sorted(ids_of_users(body) | {ANA})]
    layers = schedule(layer(ANA))["schedule"] | {"id": "PLAYERS"}
    box.reset({"users": users, "schedules": [layers], "schedules_v3": [V3_PARTS]})
    box.set_now(at("2025-01-01T00") if "overrides" not in operation or "v3" in operation else at("2012-01-01T00"))
    (shift,) = box.state.shift_schedules["PSHIFTS"].shifts
    event = "RUNNING" if name == "extendActive" else "COMING"
    rotation = "EMPTY" if operation.startswith("POST") else "ABCDEFGHIJKLMNOPQRSTUVWXY"
    kind = "PSHIFTS" if "v3" in operation else "PLAYERS"
    method, path = operation.split()
    ids = {"id": kind, "rotation_id": rotation, "event_id": event, "custom_shift_id": shift.id}
    reply = talk.ask(method, path.format(**ids), fitting(body, name))
    wanted = {"POST": 201, "PUT": 200}[method] if "preview" not in path else 200
    assert reply.status == (400 if name == "nameOnly" else wanted), reply.body


def fitting(body: Any, name: str) -> Any:
    """An example as it can be true: it extends an event by an end that overlaps the next one's."""
    return json.loads(json.dumps(body).replace("2025-09-01", "2025-06-01")) if name == "extendActive" else body


# --------------------------------------------------------------------------------------------------------- schema


@cache
def document() -> Any:
    def prefixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: f"urn:pd{item}" if key == "$ref" and str(item).startswith("#") else prefixed(item)
                for key, item in value.items()
            }
        return [prefixed(item) for item in value] if isinstance(value, list) else value

    return prefixed(json.loads(SCHEMA.read_text(encoding="utf-8")))


def wrong(operation: str, path: str, status: int, body: Any) -> list[str]:
    """What the official schema has against an answer."""
    doc = document()
    answers = doc["paths"][path][operation]["responses"][str(status)]
    if "$ref" in answers:
        answers = doc["components"]["responses"][answers["$ref"].rsplit("/", 1)[1]]
    schema = answers["content"]["application/json"]["schema"]
    registry = Registry().with_resource("urn:pd", Resource.from_contents(doc, default_specification=DRAFT4))
    found = OAS30Validator(schema, registry=registry).iter_errors(body)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:120]}" for error in found]


def without_known_gaps(value: Any) -> Any:
    """The schema knows neither null ends nor null cover, which PagerDuty really answers with."""
    known = {"end", "rendered_coverage_percentage", "deleted_at", "description", "job_title", "total"}
    if isinstance(value, dict):
        return {key: without_known_gaps(item) for key, item in value.items() if not (item is None and key in known)}
    return [without_known_gaps(item) for item in value] if isinstance(value, list) else value


def test_answers_for_layers_fit_the_official_schema(talk: Talk) -> None:
    window = {"since": "2027-01-04T00:00:00Z", "until": "2027-01-18T00:00:00Z"}
    id_ = talk.make(layer(ANA, BO, restrictions=[daily("09:00:00", 8)]))
    items = {"overrides": [override("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", BO)]}
    made = talk.post(f"/schedules/{id_}/overrides", items)
    listed = talk.get(f"/schedules/{id_}/overrides", **window)
    for operation, path, reply in (
        ("post", "/schedules", talk.post("/schedules", schedule(layer(ANA)))),
        ("put", "/schedules/{id}", talk.put(f"/schedules/{id_}", schedule(layer(BO)))),
        ("get", "/schedules/{id}", talk.get(f"/schedules/{id_}", **window)),
        ("get", "/schedules", talk.get("/schedules")),
        ("post", "/schedules/preview", talk.post("/schedules/preview", schedule(layer(ANA)), **window)),
        ("post", "/schedules/{id}/overrides", made),
        ("get", "/schedules/{id}/users", talk.get(f"/schedules/{id_}/users", **window)),
        ("get", "/users", talk.get("/users")),
        ("get", "/users/{id}", talk.get(f"/users/{ANA}")),
    ):
        assert wrong(operation, path, reply.status, without_known_gaps(reply.body)) == [], (operation, path)
    assert wrong("get", "/schedules/{id}/overrides", 201, without_known_gaps(listed.body)) == []


def test_answers_for_shifts_fit_the_official_schema(box: Handle, talk: Talk) -> None:
    box.set_now(at("2025-01-01T00"))
    box.reset({"users": SEED["users"], "schedules_v3": [V3_PARTS]})
    base, window = "/v3/schedules/PSHIFTS", {"since": "2025-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    body = {"custom_shifts": V3_PARTS["custom_shifts"]}
    for operation, path, reply in (
        ("get", "/v3/schedules", talk.get("/v3/schedules")),
        ("get", "/v3/schedules/{id}", talk.get(base, **{"include[]": "final_schedule"}, **window)),
        ("post", "/v3/schedules", talk.post("/v3/schedules", {"schedule": {"name": "N", "time_zone": "Etc/UTC"}})),
        ("post", "/v3/schedules/{id}/custom_shifts", talk.post(f"{base}/custom_shifts", body)),
        ("get", "/v3/schedules/{id}/custom_shifts", talk.get(f"{base}/custom_shifts", **window)),
        ("post", "/v3/schedules/{id}/rotations", talk.post(f"{base}/rotations", {})),
        ("get", "/v3/schedules/{id}/rotations", talk.get(f"{base}/rotations")),
        ("get", "/v3/schedules/{id}", talk.get("/v3/schedules/PNOTHIN")),
        ("post", "/v3/schedules/{id}/custom_shifts", talk.post(f"{base}/custom_shifts", {})),
    ):
        assert wrong(operation, path, reply.status, without_known_gaps(reply.body)) == [], (operation, path)
