"""Schedules of shifts in the words of the API, and its bodies read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchbill.sandbox.answers import Refusal, invalid_request
from watchbill.sandbox.call import Call, known_user
from watchbill.sandbox.shapes import API, WEB, coverage, pointer, policy_pointer, stamp
from watchbill.sandbox.shift_render import Assignment, final
from watchbill.sandbox.world import CustomShift, Event, Rotation, ShiftOverride, ShiftSchedule, World
from watchbill.times import Span, from_iso


def schedule_body(call: Call, schedule: ShiftSchedule) -> dict[str, Any]:
    """A schedule with its rotations; what it renders only if `include[]` asks for it."""
    shown = pointer(schedule.id, "schedule_v3", schedule.name, "v3/schedules") | {
        "name": schedule.name,
        "time_zone": schedule.zone,
        "description": schedule.description,
        "teams": [pointer(team, "team_reference", team, "teams") for team in schedule.teams],
        "escalation_policies": [policy_pointer(policy) for policy in call.world.policies_of(schedule.id)],
        "rotations": [rotation_body(schedule, rotation) for rotation in schedule.rotations],
    }
    if "final_schedule" in call.query.get("include[]", ()):
        shown["final_schedule"] = _final_body(call, schedule)
    return shown


def _final_body(call: Call, schedule: ShiftSchedule) -> dict[str, Any]:
    window = call.window()
    if window is None:
        raise invalid_request({"since": "is required", "until": "is required"})
    zone = call.zone(schedule.zone)
    found = final(schedule, window, full=call.flag("overflow"), gaps=call.quirks.gaps)
    return {
        "type": "final_schedule",
        "rendered_coverage_percentage": coverage((a.span for a in found if a.user), window) or 0.0,
        "computed_shift_assignments": [_assignment_body(assignment, zone) for assignment in found],
    }


def _assignment_body(assignment: Assignment, zone: str) -> dict[str, Any]:
    kind = "custom_shift" if assignment.shift else "schedule_rotation"
    source = {"type": f"{kind}_override" if assignment.override else kind}
    ids = {"rotation_id": assignment.rotation, "shift_id": assignment.shift, "override_id": assignment.override}
    return {
        "type": "computed_shift_assignment",
        "start_time": stamp(assignment.start, zone),
        "end_time": stamp(assignment.end, zone),
        "member": member_body(assignment.user),
        "source": source | {name: id_ for name, id_ in ids.items() if id_},
    }


def member_body(user: str | None) -> dict[str, Any]:
    """A member: a user, or an empty one."""
    return {"type": "user_member", "user_id": user} if user else {"type": "empty_member"}


def rotation_body(schedule: ShiftSchedule, rotation: Rotation) -> dict[str, Any]:
    """A rotation with its events."""
    path = f"v3/schedules/{schedule.id}/rotations/{rotation.id}"
    return {
        "id": rotation.id,
        "type": "schedule_rotation",
        "schedule": {"id": schedule.id, "type": "schedule_v3_reference"},
        "events": [event_body(schedule, rotation, event) for event in rotation.events],
        **_links(schedule, path),
    }


def event_body(schedule: ShiftSchedule, rotation: Rotation, event: Event) -> dict[str, Any]:
    """An event."""
    strategy: dict[str, Any] = {"type": event.strategy, "members": [member_body(user) for user in event.members]}
    if event.strategy == "rotating_member_assignment_strategy":
        strategy["shifts_per_member"] = event.per_member
    return {
        "id": event.id,
        "type": "schedule_event",
        "name": event.name,
        "start_time": {"date_time": stamp(event.start, event.zone), "time_zone": event.zone},
        "end_time": {"date_time": stamp(event.end, event.zone), "time_zone": event.zone},
        "effective_since": stamp(event.since, schedule.zone),
        "effective_until": stamp(event.until, schedule.zone) if event.until else None,
        "recurrence": list(event.recurrence),
        "assignment_strategy": strategy,
        **_links(schedule, f"v3/schedules/{schedule.id}/rotations/{rotation.id}/events/{event.id}"),
    }


def shift_body(schedule: ShiftSchedule, shift: CustomShift, zone: str) -> dict[str, Any]:
    """A custom shift."""
    assignment = {"id": shift.assignment, "type": "shift_assignment", "member": member_body(shift.user)}
    return {
        "id": shift.id,
        "type": "custom_shift",
        "start_time": stamp(shift.start, zone),
        "end_time": stamp(shift.end, zone),
        "assignments": [assignment],
        **_links(schedule, f"v3/schedules/{schedule.id}/custom_shifts/{shift.id}"),
    }


def override_body(schedule: ShiftSchedule, override: ShiftOverride, zone: str) -> dict[str, Any]:
    """An override of a rotation or a custom shift."""
    ids = {"rotation_id": override.rotation, "custom_shift_id": override.custom_shift}
    return {
        "id": override.id,
        "type": "override_shift",
        **{name: id_ for name, id_ in ids.items() if id_},
        "start_time": stamp(override.start, zone),
        "end_time": stamp(override.end, zone),
        "overridden_member": member_body(override.instead),
        "overriding_member": member_body(override.user),
        **_links(schedule, f"v3/schedules/{schedule.id}/overrides/{override.id}"),
    }


def _links(schedule: ShiftSchedule, path: str) -> dict[str, str]:
    return {"self": f"{API}/{path}", "html_url": f"{WEB}/schedules/{schedule.id}"}


# --------------------------------------------------------------------------------------------------------- reading


def part(call: Call, name: str) -> dict[str, Any]:
    """The object under the body's one key; 400 in the shape of v3 if there is none."""
    inner = call.body.get(name) if isinstance(call.body, dict) else None
    if not isinstance(inner, dict):
        raise invalid_request({name: "is required"})
    return inner


def listed(call: Call, name: str) -> list[dict[str, Any]]:
    """The objects of the list under the body's one key; 400 if there are none."""
    items = call.body.get(name) if isinstance(call.body, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise invalid_request({name: "must be a list that is not empty"})
    return items


def asked_window(call: Call) -> Span:
    """`since` and `until`, both of which must be given; 400 in the shape of v3."""
    missing = {name: "is required" for name in ("since", "until") if call.one(name) is None}
    if missing:
        raise invalid_request(missing)
    return call.asked_window()


def at(body: Mapping[str, Any], name: str, where: str) -> datetime:
    """An instant to the second; 400 at its field if it cannot be read."""
    try:
        return from_iso(str(body.get(name))).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise invalid_request({f"{where}.{name}": "is not a valid date-time"}) from None


def member(world: World, body: Any, where: str) -> str | None:
    """The user of a member, None for an empty one; 400 if there is no such user."""
    kind = body.get("type") if isinstance(body, dict) else None
    if kind == "empty_member":
        return None
    user = str(body.get("user_id", "")) if kind == "user_member" else ""
    if kind != "user_member" or not known_user(world, user):
        raise unknown_member(where)
    return user


def unknown_member(where: str) -> Refusal:
    """400 for a member that is none."""
    return invalid_request({where: "user could not be found"})
