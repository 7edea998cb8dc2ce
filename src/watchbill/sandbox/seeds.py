"""A world from plain dictionaries, in the words of the API: what exists before anyone asks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypedDict

from watchbill.sandbox.call import Call, instant_of, reference
from watchbill.sandbox.custom_shifts import create, create_overrides
from watchbill.sandbox.layers import Reader
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.shift_events import read_event
from watchbill.sandbox.shift_schedules import keep, schedule_of
from watchbill.sandbox.world import (
    Event,
    Override,
    Policy,
    Rotation,
    Rule,
    Schedule,
    ShiftSchedule,
    Target,
    User,
    World,
)
from watchbill.sandbox.zones import canonical
from watchbill.times import EPOCH


class Seed(TypedDict, total=False):
    """What to begin with. Bodies are those of the API, layers the lowest first; what has no id is given one.

    A schedule may hold `overrides` (start, end, user); a v3 schedule `custom_shifts`, `rotations` (with `events`) and
    `overrides`. Starts may lie in the past. A user may have `deleted_at`.
    """

    users: list[dict[str, Any]]
    schedules: list[dict[str, Any]]
    schedules_v3: list[dict[str, Any]]
    escalation_policies: list[dict[str, Any]]
    log_entries: list[dict[str, Any]]
    incidents: list[dict[str, Any]]


def grown(seed: Seed | Mapping[str, Any] | None) -> World:
    """The world that a seed describes; Refusal for what PagerDuty could not hold."""
    told: Mapping[str, Any] = seed or {}
    world = World()
    for body in told.get("users", ()):
        user = _user(world, body)
        world.users[user.id] = user
    for body in told.get("schedules", ()):
        schedule = _schedule(world, body)
        world.schedules[schedule.id] = schedule
    for body in told.get("schedules_v3", ()):
        shifts = _shift_schedule(world, body)
        world.shift_schedules[shifts.id] = shifts
    for body in told.get("escalation_policies", ()):
        policy = _policy(world, body)
        world.policies[policy.id] = policy
    world.log_entries = [_page(world, body, "notify_log_entry") for body in told.get("log_entries", ())]
    world.incidents = [_page(world, body, "incident") for body in told.get("incidents", ())]
    return world


def _user(world: World, body: Mapping[str, Any]) -> User:
    gone = body.get("deleted_at")
    return User(
        id=body.get("id") or world.new_id(),
        name=body["name"],
        email=body.get("email") or f"{body['name'].split()[0].lower()}@example.com",
        zone=body.get("time_zone", "Etc/UTC"),
        role=body.get("role", "user"),
        invited=bool(body.get("invitation_sent", False)),
        deleted_at=instant_of(gone, "deleted_at") if gone else None,
    )


def _schedule(world: World, body: Mapping[str, Any]) -> Schedule:
    reader = Reader(world, EPOCH, Quirks(zones="any"), clamped=False)
    found = replace(reader.schedule(body, None), id=body.get("id") or world.new_id())
    overrides = tuple(_override(world, item) for item in body.get("overrides", ()))
    return replace(found, overrides=overrides)


def _override(world: World, body: Mapping[str, Any]) -> Override:
    start, end = (instant_of(body[name], name) for name in ("start", "end"))
    return Override(body.get("id") or world.new_id("Q", 14), start, end, _id(body["user"]))


def _shift_schedule(world: World, body: Mapping[str, Any]) -> ShiftSchedule:
    """The same handlers that serve requests make what hangs on it, at an instant before everything."""
    id_ = body.get("id") or world.new_id()
    zone, description = canonical(body["time_zone"]), body.get("description", "")
    world.shift_schedules[id_] = ShiftSchedule(id_, body["name"], zone, description)
    call = Call(world, EPOCH, Quirks(past_overrides="keep", custom_shifts_months=3000), {"id": id_})
    for rotation in body.get("rotations", ()):
        made = Rotation(
            rotation.get("id") or world.new_id("A", 26),
            tuple(_event(call, event) for event in rotation.get("events", ())),
        )
        keep(call, replace(schedule_of(call), rotations=(*schedule_of(call).rotations, made)))
    for name, handler in (("custom_shifts", create), ("overrides", create_overrides)):
        for item in body.get(name, ()):
            handler(replace(call, body={name: [item]}))
    return schedule_of(call)


def _event(call: Call, body: Mapping[str, Any]) -> Event:
    made = read_event(call, dict(body), None, clamped=False)
    return replace(made, id=body.get("id") or call.world.new_id("A", 26))


def _policy(world: World, body: Mapping[str, Any]) -> Policy:
    rules = tuple(
        Rule(
            id=rule.get("id") or world.new_id(),
            minutes=rule.get("escalation_delay_in_minutes", 30),
            targets=tuple(Target(target["id"], target["type"]) for target in rule["targets"]),
        )
        for rule in body["escalation_rules"]
    )
    return Policy(body.get("id") or world.new_id(), body["name"], rules, body.get("num_loops", 0))


def _page(world: World, body: Mapping[str, Any], type_: str) -> dict[str, Any]:
    """A log entry or an incident: kept as it is, with an id, a type and an instant in UTC."""
    at = body["created_at"]
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(at, datetime) else at
    return {"id": world.new_id("R", 26), "type": type_, "summary": "", **body, "created_at": text}


def _id(user: object) -> str:
    return user if isinstance(user, str) else reference(user)
