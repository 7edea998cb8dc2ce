"""What is sent to PagerDuty, made of values: exactly the keys that its API takes, instants in UTC."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from watchbill.publish.pagerduty.terms import (
    CustomShift,
    Event,
    Override,
    PdLayer,
    Restriction,
)
from watchbill.times import zone as zone_of

Body = dict[str, Any]


def stamp(at: datetime) -> str:
    """An instant as `2027-01-04T08:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ------------------------------------------------------------------------------------------------- layers (v2)


def schedule(name: str, zone: str, description: str, layers: Sequence[PdLayer]) -> Body:
    """The body of a POST, PUT or preview; `layers` with the lowest first, which is the order of writing.

    An empty description is left out: on a PUT that keeps what is there.
    """
    node = _named(name, zone, description)
    return {"schedule": {"type": "schedule", **node, "schedule_layers": [layer(item) for item in layers]}}


def layer(item: PdLayer) -> Body:
    """A layer. The rotation starts at a whole minute, as the API wants it; a missing end is sent as null.

    Only a literal null makes a layer that had an end go on.
    """
    node: Body = {"id": item.id} if item.id else {}
    return node | {
        "name": item.name,
        "start": stamp(item.start),
        "end": stamp(item.end) if item.end else None,
        "rotation_virtual_start": stamp(item.virtual_start.replace(second=0, microsecond=0)),
        "rotation_turn_length_seconds": item.turn,
        "users": [{"user": user(id_)} for id_ in item.users],
        "restrictions": [restriction(hours) for hours in item.restrictions],
    }


def restriction(hours: Restriction) -> Body:
    """Hours on call: the day of the week only where there is one."""
    minute, second = divmod(hours.start, 60)
    node: Body = {
        "type": "daily_restriction" if hours.weekday is None else "weekly_restriction",
        "start_time_of_day": f"{minute // 60:02}:{minute % 60:02}:{second:02}",
        "duration_seconds": hours.seconds,
    }
    return node if hours.weekday is None else node | {"start_day_of_week": hours.weekday}


def user(id_: str) -> Body:
    """A reference to a user."""
    return {"id": id_, "type": "user_reference"}


def overrides(items: Iterable[Override]) -> Body:
    """Many overrides at once."""
    return {"overrides": [{"start": stamp(o.start), "end": stamp(o.end), "user": user(o.user)} for o in items]}


# ------------------------------------------------------------------------------------------------- shifts (v3)


def shift_schedule(name: str, zone: str, description: str) -> Body:
    """The body of a v3 POST or PUT, which takes name and zone even where they stay."""
    return {"schedule": _named(name, zone, description)}


def custom_shifts(shifts: Iterable[CustomShift]) -> Body:
    """Many custom shifts at once, each with its one assignment."""
    return {
        "custom_shifts": [
            {
                "type": "custom_shift",
                "start_time": stamp(shift.start),
                "end_time": stamp(shift.end),
                "assignments": [{"type": "shift_assignment", "member": member(shift.user)}],
            }
            for shift in shifts
        ]
    }


def event(item: Event) -> Body:
    """An event of a rotation."""
    strategy: Body = {
        "type": f"{'rotating' if item.per_user else 'every'}_member_assignment_strategy",
        "members": [member(id_) for id_ in item.users],
    }
    return {
        "event": {
            "name": item.name,
            "start_time": _on_clock(item.start, item.zone),
            "end_time": _on_clock(item.end, item.zone),
            "effective_since": stamp(item.since),
            "effective_until": stamp(item.until) if item.until else None,
            "recurrence": list(item.recurrence),
            "assignment_strategy": strategy | ({"shifts_per_member": item.per_user} if item.per_user else {}),
        }
    }


def event_end(until: datetime) -> Body:
    """When an event ends and nothing else: of one that has begun, nothing else can change."""
    return {"event": {"effective_until": stamp(until)}}


def member(id_: str) -> Body:
    """Someone in a shift; an empty id is nobody."""
    return {"type": "user_member", "user_id": id_} if id_ else {"type": "empty_member"}


# ---------------------------------------------------------------------------------------------------------- pieces


def _named(name: str, zone: str, description: str) -> Body:
    node: Body = {"name": name, "time_zone": zone}
    return node | {"description": description} if description else node


def _on_clock(at: datetime, zone: str) -> Body:
    """With the zone's own offset, so that the instant and what the clock shows say the same."""
    return {"date_time": at.astimezone(zone_of(zone)).isoformat(timespec="seconds"), "time_zone": zone}
