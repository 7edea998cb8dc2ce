"""Events of rotations: the handlers of /v3/schedules/{id}/rotations/{rotation_id}/events."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchbill.sandbox.answers import Answer, invalid_request, not_found
from watchbill.sandbox.call import Call
from watchbill.sandbox.recurrence import occurrences, rule
from watchbill.sandbox.shift_render import STRATEGIES
from watchbill.sandbox.shift_schedules import event_ended, paged, rotation_of, schedule_of
from watchbill.sandbox.shift_schedules import keep as keep_schedule
from watchbill.sandbox.shift_shapes import at, event_body, member, part
from watchbill.sandbox.world import Event, Rotation
from watchbill.sandbox.zones import canonical
from watchbill.times import Span, instant, zone, zone_names

YEAR = timedelta(days=366)
MOST_COMING, MOST_MEMBERS = 5, 20
LOOKED_AHEAD = timedelta(days=62)
"""How far events are looked through for occurrences that overlap."""


def events(call: Call) -> Answer:
    """GET …/events."""
    schedule, rotation = schedule_of(call), rotation_of(call)
    shown = [event_body(schedule, rotation, event) for event in rotation.events]
    return Answer(200, paged(call, shown, "events"))


def event(call: Call) -> Answer:
    """GET …/events/{event_id}."""
    return Answer(200, {"event": event_body(schedule_of(call), rotation_of(call), _event(call))})


def create(call: Call) -> Answer:
    """POST …/events: a start in the past becomes now."""
    rotation = rotation_of(call)
    coming = sum(event.since >= call.now for event in rotation.events)
    if coming >= MOST_COMING:
        raise invalid_request({"event": f"A rotation cannot have more than {MOST_COMING} events to come"})
    made = read_event(call, part(call, "event"), None)
    made = replace(made, id=call.world.new_id("A", 26))
    _keep(call, replace(rotation, events=(*rotation.events, made)))
    return Answer(201, {"event": event_body(schedule_of(call), rotation, made)})


def update(call: Call) -> Answer:
    """PUT …/events/{event_id}: nothing of a past event, the end of a running one, all of one to come."""
    old, body = _event(call), part(call, "event")
    if old.until is not None and old.until <= call.now:
        raise invalid_request({"event": "Past events cannot be changed"})
    if old.since <= call.now and set(body) - {"effective_until"}:
        wrong = sorted(set(body) - {"effective_until"})
        raise invalid_request({f"event.{name}": "cannot be changed on an active event" for name in wrong})
    changed = read_event(call, body, old)
    rotation = rotation_of(call)
    _keep(call, replace(rotation, events=tuple(changed if e.id == old.id else e for e in rotation.events)))
    return Answer(200, {"event": event_body(schedule_of(call), rotation, changed)})


def delete(call: Call) -> Answer:
    """DELETE …/events/{event_id}: gone if it was to come, ended if it runs, refused if it is past."""
    old, rotation = _event(call), rotation_of(call)
    if old.until is not None and old.until <= call.now:
        raise invalid_request({"event": "Past events cannot be deleted"})
    ended = () if old.since >= call.now else (event_ended(old, call.now),)
    _keep(call, replace(rotation, events=(*(e for e in rotation.events if e.id != old.id), *ended)))
    return Answer(204)


def _event(call: Call) -> Event:
    found = {event.id: event for event in rotation_of(call).events}
    if call.ids["event_id"] not in found:
        raise not_found()
    return found[call.ids["event_id"]]


def _keep(call: Call, rotation: Rotation) -> None:
    _refuse_overlaps(rotation, call.now)
    schedule = schedule_of(call)
    changed = tuple(rotation if old.id == rotation.id else old for old in schedule.rotations)
    keep_schedule(call, replace(schedule, rotations=changed))


def _refuse_overlaps(rotation: Rotation, now: datetime) -> None:
    """Occurrences of two events of a rotation must not overlap."""
    taken: list[Span] = []
    for event in rotation.events:
        until = max(event.since, now) + LOOKED_AHEAD
        effective = Span(event.since, event.until or until)
        own = [span for _, whole in occurrences(event, until) if (span := whole.common(effective))]
        if any(span.meets(other) for span in own for other in taken):
            raise invalid_request({"event": "Events of a rotation must not overlap"})
        taken += own


# --------------------------------------------------------------------------------------------------------- reading


def read_event(call: Call, body: dict[str, Any], old: Event | None, *, clamped: bool = True) -> Event:
    """An event from a body, fields that are left out being those of `old`; 400 at the field that is wrong."""
    shown = _shown(old) if old else {}
    whole = shown | body
    start, zone_name = _zoned(whole, "start_time")
    end, _ = _zoned(whole, "end_time")
    if end <= start:
        raise invalid_request({"event.end_time": "must be after start_time"})
    since = old.since if old and "effective_since" not in body else _since(call, whole, clamped=clamped)
    strategy, members, per_member = _strategy(call, whole)
    return Event(
        id=old.id if old else "",
        name=str(whole.get("name") or "Event"),
        start=start,
        end=end,
        zone=zone_name,
        since=since,
        until=_until(whole, since, old if "effective_until" not in body else None),
        recurrence=_recurrence(whole),
        strategy=strategy,
        members=members,
        per_member=per_member,
    )


def _shown(old: Event) -> dict[str, Any]:
    """An event as a body that says the same."""
    times = {
        name: {"date_time": value.isoformat(), "time_zone": old.zone}
        for name, value in (("start_time", old.start), ("end_time", old.end))
    }
    members = [{"type": "user_member", "user_id": user} if user else {"type": "empty_member"} for user in old.members]
    strategy = {"type": old.strategy, "members": members, "shifts_per_member": old.per_member}
    return {"name": old.name, **times, "recurrence": list(old.recurrence), "assignment_strategy": strategy}


def _zoned(body: dict[str, Any], name: str) -> tuple[datetime, str]:
    """An instant and the zone whose clock it recurs on; without an offset it is on that clock."""
    value = body.get(name)
    inner = value if isinstance(value, dict) else {}
    zone_name = canonical(str(inner.get("time_zone", "")))
    if zone_name not in zone_names():
        raise invalid_request({f"event.{name}.time_zone": "is invalid"})
    try:
        naive = datetime.fromisoformat(str(inner.get("date_time")))
    except ValueError:
        raise invalid_request({f"event.{name}.date_time": "is not a valid date-time"}) from None
    if naive.tzinfo is None:
        return instant(naive, zone(zone_name)), zone_name
    return at(inner, "date_time", f"event.{name}"), zone_name


def _since(call: Call, body: dict[str, Any], *, clamped: bool) -> datetime:
    since = at(body, "effective_since", "event")
    if since > call.now + YEAR and clamped:
        raise invalid_request({"event.effective_since": "Date cannot be more than 12 months in the future"})
    return max(since, call.now) if clamped else since


def _until(body: dict[str, Any], since: datetime, old: Event | None) -> datetime | None:
    if old is not None:
        return old.until
    if body.get("effective_until") is None:
        return None
    until = at(body, "effective_until", "event")
    if until <= since:
        raise invalid_request({"event.effective_until": "must be after effective_since"})
    return until


def _recurrence(body: dict[str, Any]) -> tuple[str, ...]:
    lines = body.get("recurrence")
    found = tuple(map(str, lines)) if isinstance(lines, list) else ()
    try:
        rule(found)
    except ValueError as error:
        raise invalid_request({"event.recurrence": str(error)}) from None
    return found


def _strategy(call: Call, body: dict[str, Any]) -> tuple[str, tuple[str | None, ...], int]:
    where, value = "event.assignment_strategy", body.get("assignment_strategy")
    inner = value if isinstance(value, dict) else {}
    kind, bodies, per_member = inner.get("type"), inner.get("members"), inner.get("shifts_per_member", 1)
    if kind not in STRATEGIES:
        raise invalid_request({f"{where}.type": f"must be one of {', '.join(STRATEGIES)}"})
    if not isinstance(bodies, list) or not 1 <= len(bodies) <= MOST_MEMBERS:
        raise invalid_request({f"{where}.members": f"must have between 1 and {MOST_MEMBERS} members"})
    if type(per_member) is not int or per_member < 1:
        raise invalid_request({f"{where}.shifts_per_member": "must be at least 1"})
    members = tuple(member(call.world, item, f"{where}.members[{n}].user_id") for n, item in enumerate(bodies))
    return str(kind), members, per_member
