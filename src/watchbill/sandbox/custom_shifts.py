"""Custom shifts and overrides of schedules of shifts: the handlers of what hangs on /v3/schedules/{id}."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchbill.sandbox.answers import Answer, invalid_request, not_found
from watchbill.sandbox.call import Call
from watchbill.sandbox.shift_schedules import keep, paged, schedule_of
from watchbill.sandbox.shift_shapes import asked_window, at, listed, member, override_body, part, shift_body
from watchbill.sandbox.world import CustomShift, ShiftOverride, ShiftSchedule
from watchbill.times import Span

MONTH = timedelta(days=31)


def shifts(call: Call) -> Answer:
    """GET …/custom_shifts: those that meet the window, by start."""
    schedule, window = schedule_of(call), asked_window(call)
    met = [s for s in schedule.shifts if Span(s.start, s.end).meets(window)]
    zone = call.zone(schedule.zone)
    shown = [shift_body(schedule, shift, zone) for shift in sorted(met, key=lambda s: (s.start, s.id))]
    return Answer(200, paged(call, shown, "custom_shifts"))


def shift(call: Call) -> Answer:
    """GET …/custom_shifts/{shift_id}."""
    schedule = schedule_of(call)
    return Answer(200, {"custom_shift": shift_body(schedule, _shift(call), schedule.zone)})


def create(call: Call) -> Answer:
    """POST …/custom_shifts: all or none."""
    schedule, bodies = schedule_of(call), listed(call, "custom_shifts")
    if len(bodies) > call.quirks.most_custom_shifts:
        raise invalid_request({"custom_shifts": f"must not be more than {call.quirks.most_custom_shifts}"})
    made = [_made(call, body, f"custom_shifts[{number}]") for number, body in enumerate(bodies)]
    keep(call, replace(schedule, shifts=(*schedule.shifts, *made)))
    return Answer(201, {"custom_shifts": [shift_body(schedule, shift, schedule.zone) for shift in made]})


def update(call: Call) -> Answer:
    """PUT …/custom_shifts/{shift_id}: of one that has started only the end."""
    schedule, old, body = schedule_of(call), _shift(call), part(call, "custom_shift")
    if old.end <= call.now:
        raise invalid_request({"custom_shift": "Past shifts cannot be changed"})
    started = old.start <= call.now
    wrong = sorted(set(body) - {"end_time", "type", "id"}) if started else []
    if wrong:
        raise invalid_request({f"custom_shift.{name}": "cannot be changed once started" for name in wrong})
    start = at(body, "start_time", "custom_shift") if "start_time" in body else old.start
    end = at(body, "end_time", "custom_shift") if "end_time" in body else old.end
    user = _user(call, body, "custom_shift") if "assignments" in body else old.user
    changed = replace(old, start=start, end=end, user=user)
    if not started:
        changed = replace(changed, start=_begun(call, start, end, "custom_shift"))
    elif end <= call.now:
        raise invalid_request({"custom_shift.end_time": "must be in the future"})
    _put(call, schedule, changed)
    return Answer(200, {"custom_shift": shift_body(schedule, changed, schedule.zone)})


def delete(call: Call) -> Answer:
    """DELETE …/custom_shifts/{shift_id}: gone if not started, ended now if it runs, refused if it is over."""
    schedule, old = schedule_of(call), _shift(call)
    if old.end <= call.now:
        raise invalid_request({"custom_shift": "Past shifts cannot be deleted"})
    if old.start < call.now:
        _put(call, schedule, replace(old, end=call.now))
    else:
        keep(call, replace(schedule, shifts=tuple(s for s in schedule.shifts if s.id != old.id)))
    return Answer(204)


def _shift(call: Call) -> CustomShift:
    found = {shift.id: shift for shift in schedule_of(call).shifts}
    if call.ids["shift_id"] not in found:
        raise not_found()
    return found[call.ids["shift_id"]]


def _put(call: Call, schedule: ShiftSchedule, changed: CustomShift) -> None:
    keep(call, replace(schedule, shifts=tuple(changed if s.id == changed.id else s for s in schedule.shifts)))


def _made(call: Call, body: dict[str, Any], where: str) -> CustomShift:
    if body.get("type") != "custom_shift":
        raise invalid_request({f"{where}.type": "must be custom_shift"})
    start, end = at(body, "start_time", where), at(body, "end_time", where)
    user = _user(call, body, where)
    ids = (call.world.new_id("A", 26), call.world.new_id("A", 26))
    return CustomShift(*ids, start=_begun(call, start, end, where), end=end, user=user)


def _begun(call: Call, start: datetime, end: datetime, where: str) -> datetime:
    """The start of a shift, now if it is past; 400 for times that cannot be."""
    if end <= start:
        raise invalid_request({f"{where}.end_time": "must be after start_time"})
    if end > call.now + MONTH * call.quirks.custom_shifts_months:
        raise invalid_request({f"{where}.end_time": "is too far in the future"})
    if call.quirks.past_overrides == "keep":
        return start
    if end <= call.now or (start < call.now and call.quirks.past_overrides == "refuse"):
        raise invalid_request({f"{where}.start_time": "must be in the future"})
    return max(start, call.now)


def _user(call: Call, body: dict[str, Any], where: str) -> str | None:
    assignments = body.get("assignments")
    if not isinstance(assignments, list) or len(assignments) != 1 or not isinstance(assignments[0], dict):
        raise invalid_request({f"{where}.assignments": "must have exactly one assignment"})
    return member(call.world, assignments[0].get("member"), f"{where}.assignments[0].member.user_id")


# ------------------------------------------------------------------------------------------------------- overrides


def overrides(call: Call) -> Answer:
    """GET …/overrides: those that meet the window, by start."""
    schedule, window = schedule_of(call), asked_window(call)
    met = [o for o in schedule.overrides if Span(o.start, o.end).meets(window)]
    zone = call.zone(schedule.zone)
    shown = [override_body(schedule, override, zone) for override in sorted(met, key=lambda o: (o.start, o.id))]
    return Answer(200, paged(call, shown, "overrides"))


def create_overrides(call: Call) -> Answer:
    """POST …/overrides: all or none."""
    schedule, bodies = schedule_of(call), listed(call, "overrides")
    made = [_override(call, schedule, body, f"overrides[{number}]") for number, body in enumerate(bodies)]
    keep(call, replace(schedule, overrides=(*schedule.overrides, *made)))
    return Answer(201, {"overrides": [override_body(schedule, override, schedule.zone) for override in made]})


def delete_override(call: Call) -> Answer:
    """DELETE …/overrides/{override_id}: gone if not started, ended now if it runs, refused if it is over."""
    schedule = schedule_of(call)
    old = next((o for o in schedule.overrides if o.id == call.ids["override_id"]), None)
    if old is None:
        raise not_found()
    if old.end <= call.now:
        raise invalid_request({"override": "Past overrides cannot be deleted"})
    left = () if old.start >= call.now else (replace(old, end=call.now),)
    keep(call, replace(schedule, overrides=(*(o for o in schedule.overrides if o.id != old.id), *left)))
    return Answer(204)


def _override(call: Call, schedule: ShiftSchedule, body: dict[str, Any], where: str) -> ShiftOverride:
    start, end = at(body, "start_time", where), at(body, "end_time", where)
    rotation, custom_shift = body.get("rotation_id"), body.get("custom_shift_id")
    if bool(rotation) == bool(custom_shift):
        raise invalid_request({where: "must have either rotation_id or custom_shift_id"})
    known = {r.id for r in schedule.rotations} | {s.id for s in schedule.shifts}
    if (rotation or custom_shift) not in known:
        raise invalid_request({where: "rotation or custom shift could not be found"})
    return ShiftOverride(
        id=call.world.new_id("A", 26),
        start=_begun(call, start, end, where),
        end=end,
        user=member(call.world, body.get("overriding_member"), f"{where}.overriding_member.user_id"),
        instead=member(call.world, body.get("overridden_member"), f"{where}.overridden_member.user_id"),
        rotation=rotation,
        custom_shift=custom_shift,
    )
