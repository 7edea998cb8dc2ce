"""Schedules of layers and their overrides: the handlers of /schedules."""

from dataclasses import replace
from typing import Any

from watchbill.sandbox import render
from watchbill.sandbox.answers import WRONG_KIND_FOR_V2, Answer, Refusal, invalid, not_found
from watchbill.sandbox.call import Call, instant_of, known_user, reference
from watchbill.sandbox.layers import Reader
from watchbill.sandbox.shapes import Rendering, in_window, override_body, schedule_head, stamp, user_body, user_pointer
from watchbill.sandbox.world import Override, Schedule
from watchbill.times import Span

IN_USE = "Schedule can't be deleted if it's being used by escalation policies"


def index(call: Call) -> Answer:
    """GET /schedules."""
    wanted = (call.one("query") or "").lower()
    found = [schedule for schedule in call.world.schedules.values() if wanted in schedule.name.lower()]
    page = call.page(found, "schedules")
    page["schedules"] = [_listed(call, schedule) for schedule in page["schedules"]]
    return Answer(200, page)


def _listed(call: Call, schedule: Schedule) -> dict[str, Any]:
    rendering, shown = Rendering(call, schedule), schedule_head(call.world, schedule)
    include = call.query.get("include[]", ())
    parts = {
        "schedule_layers": rendering.layers,
        "overrides_subschedule": rendering.overrides,
        "final_schedule": rendering.final,
    }
    return shown | {name: part() for name, part in parts.items() if name in include}


def create(call: Call) -> Answer:
    """POST /schedules."""
    made = Reader(call.world, call.now, call.quirks).schedule(call.part("schedule"), None)
    made = replace(made, id=call.world.new_id())
    call.world.schedules[made.id] = made
    return Answer(201, {"schedule": Rendering(call, made).whole()})


def show(call: Call) -> Answer:
    """GET /schedules/{id}."""
    return Answer(200, {"schedule": Rendering(call, _schedule(call)).whole()})


def update(call: Call) -> Answer:
    """PUT /schedules/{id}."""
    changed = Reader(call.world, call.now, call.quirks).schedule(call.part("schedule"), _schedule(call))
    call.world.schedules[changed.id] = changed
    return Answer(200, {"schedule": Rendering(call, changed).whole()})


def preview(call: Call) -> Answer:
    """POST /schedules/preview: like an update if the body names a schedule, else like making one; nothing is kept."""
    body, world = call.part("schedule"), call.world.copy()
    old = world.schedules.get(str(body.get("id") or ""))
    made = Reader(world, call.now, call.quirks).schedule(body, old)
    made = replace(made, id=made.id or world.new_id())
    return Answer(200, {"schedule": Rendering(replace(call, world=world), made).whole()})


def delete(call: Call) -> Answer:
    """DELETE /schedules/{id}."""
    schedule = _schedule(call)
    if call.world.policies_of(schedule.id):
        raise invalid(IN_USE)
    del call.world.schedules[schedule.id]
    return Answer(204)


def users(call: Call) -> Answer:
    """GET /schedules/{id}/users: who is on call in a window, now if none is given."""
    schedule, quirks = _schedule(call), call.quirks
    found = in_window(
        lambda span: render.final(schedule, span, quirks.turns, quirks.merged),
        call.window() or Span(call.now, call.now),
        full=False,
    )
    on_call = dict.fromkeys(entry.user for entry in found)
    known = [call.world.users[user] for user in on_call if user in call.world.users]
    return Answer(200, {"users": [user_body(user) for user in known]})


def _schedule(call: Call) -> Schedule:
    wanted = call.ids["id"]
    if wanted in call.world.shift_schedules:
        raise Refusal(400, WRONG_KIND_FOR_V2)
    if wanted not in call.world.schedules:
        raise not_found()
    return call.world.schedules[wanted]


# ---------------------------------------------------------------------------------------------------- overrides


def overrides(call: Call) -> Answer:
    """GET /schedules/{id}/overrides: in order of start, cut at the ends of the window unless `overflow`."""
    schedule, window = _schedule(call), call.asked_window()
    met = [o for o in schedule.overrides if o.start < window.end and window.start < o.end]
    met.sort(key=lambda o: o.start)
    if "editable" in call.query:
        return Answer(200, {"overrides": [{"id": o.id} for o in met if o.end > call.now]})
    if not call.flag("overflow"):
        met = [replace(o, start=max(o.start, window.start), end=min(o.end, window.end)) for o in met]
    zone = call.zone(schedule.zone)
    return Answer(200, {"overrides": [override_body(call.world, o, zone) for o in met]})


def create_overrides(call: Call) -> Answer:
    """POST /schedules/{id}/overrides: a list, of which each item succeeds or fails alone, or a single one."""
    _schedule(call)
    body = call.body if isinstance(call.body, dict) else {}
    if isinstance(body.get("override"), dict):
        item = _made(call, body["override"])
        if item["status"] != 201:
            raise invalid(*item["errors"])
        return Answer(201, {"override": item["override"]})
    wanted = body.get("overrides")
    if not isinstance(wanted, list) or not wanted:
        raise invalid("Overrides must be provided")
    if len(wanted) > call.quirks.most_overrides:
        raise invalid(f"Overrides must not be more than {call.quirks.most_overrides} in one request")
    items = [_made(call, item if isinstance(item, dict) else {}) for item in wanted]
    return Answer(201, items if call.quirks.bulk == "array" else {"overrides": items})


def _made(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """One item of the answer; what is sound is kept."""
    schedule = _schedule(call)
    try:
        found = _read(call, body)
    except Refusal as refusal:
        return {"status": 400, "errors": refusal.answer.body["error"]["errors"], "override": body}
    call.world.schedules[schedule.id] = replace(schedule, overrides=(*schedule.overrides, found))
    return {"status": 201, "override": override_body(call.world, found, schedule.zone)}


def _read(call: Call, body: dict[str, Any]) -> Override:
    start, end = (instant_of(body.get(name), name) for name in ("start", "end"))
    user = reference(body.get("user"))
    if end <= start:
        raise invalid("Override must end after its start")
    if not known_user(call.world, user):
        raise invalid("User could not be found")
    if call.quirks.past_overrides != "keep" and end <= call.now:
        raise invalid("Override must end in the future")
    if call.quirks.past_overrides == "refuse" and start < call.now:
        raise invalid("Override must start in the future")
    if call.quirks.past_overrides == "clamp":
        start = max(start, call.now)
    return Override(call.world.new_id("Q", 14), start.replace(microsecond=0), end.replace(microsecond=0), user)


def delete_override(call: Call) -> Answer:
    """DELETE /schedules/{id}/overrides/{override_id}: gone if it had not begun, ended now if it had."""
    schedule = _schedule(call)
    found = next((o for o in schedule.overrides if o.id == call.ids["override_id"]), None)
    if found is None:
        raise not_found(4004)
    if found.end <= call.now:
        raise invalid("Override has ended and can't be removed")
    cut = replace(found, end=call.now)
    running = found.start < call.now
    kept = (cut if o.id == found.id else o for o in schedule.overrides if running or o.id != found.id)
    call.world.schedules[schedule.id] = replace(schedule, overrides=tuple(kept))
    if not running:
        return Answer(204)
    body = {"id": cut.id, "start": stamp(cut.start, schedule.zone), "end": stamp(cut.end, schedule.zone)}
    return Answer(200, {"override": body | {"user": user_pointer(call.world, cut.user)}})
