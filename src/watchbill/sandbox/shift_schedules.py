"""Schedules of shifts and their rotations: the handlers of /v3/schedules and what hangs on them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from watchbill.sandbox.answers import WRONG_KIND_FOR_V3, Answer, Refusal, invalid, invalid_request, not_found
from watchbill.sandbox.call import Call, reference
from watchbill.sandbox.schedules import IN_USE
from watchbill.sandbox.shapes import schedule_pointer
from watchbill.sandbox.shift_shapes import part, rotation_body, schedule_body
from watchbill.sandbox.world import Event, Rotation, ShiftSchedule
from watchbill.sandbox.zones import canonical
from watchbill.times import zone_names

MOST_ROTATIONS = 10


def index(call: Call) -> Answer:
    """GET /v3/schedules: references only."""
    wanted = (call.one("query") or "").lower()
    found = [schedule for schedule in call.world.shift_schedules.values() if wanted in schedule.name.lower()]
    return Answer(200, paged(call, [schedule_pointer(schedule) for schedule in found], "schedules", 100, 1000))


def paged(call: Call, items: list[Any], name: str, usual: int = 25, most: int = 100) -> dict[str, Any]:
    """One page as v3 has it: no total unless it is asked for."""
    page = call.page(items, name, usual=usual, most=most)
    return page if call.flag("total") else {key: value for key, value in page.items() if key != "total"}


def create(call: Call) -> Answer:
    """POST /v3/schedules."""
    body = part(call, "schedule")
    refused = ["escalation_policies"] + (["rotations"] if call.quirks.rotations_key == "refused" else [])
    wrong = {f"schedule.{name}": "is not allowed" for name in refused if name in body}
    if call.quirks.rotations_key == "required" and "rotations" not in body:
        wrong["schedule.rotations"] = "is required"
    if wrong:
        raise invalid_request(wrong)
    made = replace(_facts(body, ShiftSchedule("", "", "")), id=call.world.new_id())
    call.world.shift_schedules[made.id] = made
    return Answer(201, {"schedule": schedule_body(call, made)})


def show(call: Call) -> Answer:
    """GET /v3/schedules/{id}."""
    return Answer(200, {"schedule": schedule_body(call, schedule_of(call))})


def update(call: Call) -> Answer:
    """PUT /v3/schedules/{id}: name and zone are needed every time."""
    changed = _facts(part(call, "schedule"), schedule_of(call))
    keep(call, changed)
    return Answer(200, {"schedule": schedule_body(call, changed)})


def delete(call: Call) -> Answer:
    """DELETE /v3/schedules/{id}."""
    schedule = schedule_of(call)
    if call.world.policies_of(schedule.id):
        raise invalid(IN_USE)
    del call.world.shift_schedules[schedule.id]
    return Answer(204)


def schedule_of(call: Call) -> ShiftSchedule:
    """The schedule of the path; 400 for one of layers, 404 if there is none."""
    wanted = call.ids["id"]
    if wanted in call.world.schedules:
        raise Refusal(400, WRONG_KIND_FOR_V3)
    if wanted not in call.world.shift_schedules:
        raise not_found()
    return call.world.shift_schedules[wanted]


def keep(call: Call, schedule: ShiftSchedule) -> None:
    """Puts a changed schedule in the place of the old one."""
    call.world.shift_schedules[schedule.id] = schedule


def _facts(body: dict[str, Any], old: ShiftSchedule) -> ShiftSchedule:
    name, zone, description = body.get("name"), body.get("time_zone"), body.get("description") or old.description
    if not zone:
        raise invalid("Time zone cannot be empty.")
    if not name:
        raise invalid("Name cannot be empty.")
    wrong = {
        "schedule.name": not isinstance(name, str) or len(name) > 255,
        "schedule.description": not isinstance(description, str) or len(description) > 1024,
        "schedule.time_zone": zone not in zone_names(),
    }
    if any(wrong.values()):
        raise invalid_request({field: "is invalid" for field, bad in wrong.items() if bad})
    teams = tuple(map(reference, body["teams"])) if "teams" in body else old.teams
    return replace(old, name=str(name), zone=canonical(str(zone)), description=description, teams=teams)


# ------------------------------------------------------------------------------------------------------- rotations


def rotations(call: Call) -> Answer:
    """GET /v3/schedules/{id}/rotations."""
    schedule = schedule_of(call)
    shown = [rotation_body(schedule, rotation) for rotation in schedule.rotations]
    return Answer(200, paged(call, shown, "rotations"))


def rotation(call: Call) -> Answer:
    """GET /v3/schedules/{id}/rotations/{rotation_id}."""
    return Answer(200, {"rotation": rotation_body(schedule_of(call), rotation_of(call))})


def create_rotation(call: Call) -> Answer:
    """POST /v3/schedules/{id}/rotations: an empty container."""
    schedule = schedule_of(call)
    if sum(_is_active(rotation, call.now) for rotation in schedule.rotations) >= MOST_ROTATIONS:
        raise invalid_request({"rotation": f"A schedule cannot have more than {MOST_ROTATIONS} active rotations"})
    made = Rotation(call.world.new_id("A", 26))
    schedule = replace(schedule, rotations=(*schedule.rotations, made))
    keep(call, schedule)
    return Answer(201, {"rotation": rotation_body(schedule, made)})


def delete_rotation(call: Call) -> Answer:
    """DELETE /v3/schedules/{id}/rotations/{rotation_id}: what was stays, what runs ends now, what would come goes."""
    schedule, old = schedule_of(call), rotation_of(call)
    left = tuple(event_ended(event, call.now) for event in old.events if event.since < call.now)
    changed = (replace(old, events=left),) if left else ()
    others = tuple(rotation for rotation in schedule.rotations if rotation.id != old.id)
    keep(call, replace(schedule, rotations=(*others, *changed)))
    return Answer(204)


def rotation_of(call: Call) -> Rotation:
    """The rotation of the path; 404 if there is none."""
    found = {rotation.id: rotation for rotation in schedule_of(call).rotations}
    if call.ids["rotation_id"] not in found:
        raise not_found()
    return found[call.ids["rotation_id"]]


def event_ended(event: Event, now: datetime) -> Event:
    """An event that lasts until now at the most."""
    return replace(event, until=min(event.until or now, now))


def _is_active(rotation: Rotation, now: datetime) -> bool:
    return not rotation.events or any(event.until is None or event.until > now for event in rotation.events)
