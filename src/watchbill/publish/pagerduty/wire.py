"""What PagerDuty answers, as values. Unknown fields are passed over; a body without what is needed is RemoteFailed.

Answers name layers highest first, here the lowest comes first. Instants come with all kinds of offsets, here they are
in UTC. Deleted users are still named, by id.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from watchbill.publish.pagerduty.nodes import (
    field,
    flattened,
    instant,
    lacking,
    listed,
    mapping,
    maybe_instant,
    number,
    reference,
    text,
    web_page,
)
from watchbill.publish.pagerduty.terms import (
    CustomShift,
    Entry,
    Event,
    Level,
    OnCall,
    Override,
    PdLayer,
    Policy,
    Restriction,
    Rotation,
    Schedule,
    ShiftOverride,
    ShiftSchedule,
    Target,
    User,
)
from watchbill.publish.pagerduty.zones import canonical

_TARGETS: tuple[Literal["user", "schedule", "schedule_v3"], ...] = ("user", "schedule", "schedule_v3")

# ------------------------------------------------------------------------------------------------- layers (v2)


def schedule(body: Any) -> Schedule:
    """The schedule in the answer to a GET, POST, PUT or preview; `final` is empty unless a window was asked for."""
    node = mapping(body, "schedule")
    return Schedule(
        id=text(node, "id", ""),
        name=text(node, "name", text(node, "summary", "")),
        zone=canonical(text(node, "time_zone")),
        description=text(node, "description", ""),
        layers=tuple(layer(item) for item in reversed(listed(node, "schedule_layers", ()))),
        final=settled(_rendered(node.get("final_schedule"))),
        policies=_policies(node),
        url=web_page(node.get("html_url")),
    )


def layer(node: Any) -> PdLayer:
    """One of `schedule_layers`."""
    return PdLayer(
        name=text(node, "name", ""),
        start=instant(node, "start"),
        end=maybe_instant(node, "end"),
        virtual_start=instant(node, "rotation_virtual_start"),
        turn=number(node, "rotation_turn_length_seconds"),
        users=tuple(reference(field(item, "user", "a layer's users")) for item in listed(node, "users")),
        restrictions=tuple(_restriction(item) for item in listed(node, "restrictions", ())),
        id=text(node, "id", "") or None,
    )


def _restriction(node: Any) -> Restriction:
    words = text(node, "start_time_of_day").split(":")
    if len(words) not in (2, 3) or not all(word.isdigit() for word in words):
        raise lacking("start_time_of_day", node, "a time such as 09:00:00")
    start = sum(int(word) * unit for word, unit in zip(words, (3600, 60, 1), strict=False))
    weekly = text(node, "type", "") == "weekly_restriction"
    return Restriction(start, number(node, "duration_seconds"), number(node, "start_day_of_week") if weekly else None)


def _rendered(final: Any) -> Iterable[Entry]:
    for item in listed(final, "rendered_schedule_entries", ()) if isinstance(final, dict) else ():
        yield Entry(instant(item, "start"), instant(item, "end"), reference(field(item, "user", "an entry")))


def overrides(body: Any) -> tuple[Override, ...]:
    """The answer to GET of the overrides, in its order."""
    return tuple(override(item) for item in listed(body, "overrides"))


def override(node: Any) -> Override:
    """One override."""
    user = reference(field(node, "user", "an override"))
    return Override(instant(node, "start"), instant(node, "end"), user, text(node, "id", "") or None)


def made(body: Any) -> tuple[Override | str, ...]:
    """The answer to POST of overrides, item by item: the override, or what was wrong with it.

    It is a bare list of items with a status, a list of overrides, or a single one.
    """
    if isinstance(body, dict) and "override" in body and "overrides" not in body:
        body = [body]
    items = body if isinstance(body, list) else listed(body, "overrides")
    return tuple(_item(item) for item in items)


def _item(node: Any) -> Override | str:
    inner = node.get("override", node) if isinstance(node, dict) else node
    status = number(node, "status", 201)
    errors = flattened(node.get("errors")) if isinstance(node, dict) else ()
    if errors or not 200 <= status < 300:
        return "; ".join(errors) or f"status {status}"
    return override(inner)


# ------------------------------------------------------------------------------------------------- shifts (v3)


def shift_schedule(body: Any) -> ShiftSchedule:
    """The schedule in the answer to a v3 GET or PUT; its custom shifts and overrides are asked for apart."""
    node = mapping(body, "schedule")
    return ShiftSchedule(
        id=text(node, "id", ""),
        name=text(node, "name", text(node, "summary", "")),
        zone=canonical(text(node, "time_zone")),
        description=text(node, "description", ""),
        rotations=tuple(rotation(item) for item in listed(node, "rotations", ())),
        final=settled(_computed(node.get("final_schedule"))),
        policies=_policies(node),
        url=web_page(node.get("html_url")),
    )


def _computed(final: Any) -> Iterable[Entry]:
    for item in listed(final, "computed_shift_assignments", ()) if isinstance(final, dict) else ():
        if user := _member(field(item, "member", "an assignment")):
            yield Entry(instant(item, "start_time"), instant(item, "end_time"), user)


def turning(body: Any) -> Iterator[tuple[str, Entry]]:
    """What each rotation renders in the answer to a v3 GET: its id and the entry, with those who stand in."""
    final = mapping(body, "schedule").get("final_schedule")
    for item in listed(final, "computed_shift_assignments", ()) if isinstance(final, dict) else ():
        rotation = text(field(item, "source", "an assignment"), "rotation_id", "")
        if rotation and (user := _member(field(item, "member", "an assignment"))):
            yield rotation, Entry(instant(item, "start_time"), instant(item, "end_time"), user)


def custom_shifts(items: Iterable[Any]) -> tuple[CustomShift, ...]:
    """Custom shifts, in the order of the answer; those that nobody holds are left out."""
    found = (_custom_shift(item) for item in items)
    return tuple(shift for shift in found if shift.user)


def _custom_shift(node: Any) -> CustomShift:
    held = listed(node, "assignments")
    user = _member(field(held[0], "member", "a custom shift")) if held else ""
    return CustomShift(instant(node, "start_time"), instant(node, "end_time"), user, text(node, "id", "") or None)


def rotation(node: Any) -> Rotation:
    """A rotation with the events that the answer holds."""
    return Rotation(tuple(event(item) for item in listed(node, "events", ())), text(node, "id"))


def event(node: Any) -> Event:
    """An event of a rotation."""
    begin, end = field(node, "start_time", "an event"), field(node, "end_time", "an event")
    strategy = field(node, "assignment_strategy", "an event")
    together = text(strategy, "type", "") == "every_member_assignment_strategy"
    return Event(
        name=text(node, "name", ""),
        start=instant(begin, "date_time"),
        end=instant(end, "date_time"),
        zone=canonical(text(begin, "time_zone")),
        since=instant(node, "effective_since"),
        until=maybe_instant(node, "effective_until"),
        recurrence=tuple(str(line) for line in listed(node, "recurrence")),
        users=tuple(_member(member) for member in listed(strategy, "members")),
        per_user=0 if together else number(strategy, "shifts_per_member", 1),
        id=text(node, "id", "") or None,
    )


def shift_overrides(items: Iterable[Any]) -> tuple[ShiftOverride, ...]:
    """Overrides of a shift-based schedule, in the order of the answer."""
    return tuple(_shift_override(item) for item in items)


def _shift_override(node: Any) -> ShiftOverride:
    return ShiftOverride(
        start=instant(node, "start_time"),
        end=instant(node, "end_time"),
        user=_member(field(node, "overridden_member", "an override")),
        instead=_member(field(node, "overriding_member", "an override")),
        custom_shift=text(node, "custom_shift_id", "") or None,
        rotation=text(node, "rotation_id", "") or None,
        id=text(node, "id", "") or None,
    )


def _member(node: Any) -> str:
    """The user's id; empty for an `empty_member`."""
    return "" if text(node, "type", "") == "empty_member" else text(node, "user_id")


# -------------------------------------------------------------------------------------------- people and policies


def user(node: Any) -> User:
    """A user, as GET /users lists it."""
    return User(
        id=text(node, "id"),
        name=text(node, "name", text(node, "summary", "")),
        email=text(node, "email", ""),
        zone=canonical(text(node, "time_zone", "")),
        role=text(node, "role", "user"),
        invited=bool(node.get("invitation_sent")),
    )


def deleted(node: Any) -> bool:
    """Whether a user is one of those that schedules still name after their account was deleted."""
    return isinstance(node, dict) and bool(node.get("deleted_at"))


def policy(body: Any) -> Policy:
    """The escalation policy in the answer to a GET."""
    node = mapping(body, "escalation_policy")
    return Policy(
        id=text(node, "id"),
        name=text(node, "name", text(node, "summary", "")),
        levels=tuple(_level(item) for item in listed(node, "escalation_rules")),
        loops=number(node, "num_loops", 0),
    )


def _level(node: Any) -> Level:
    found = (_target(item) for item in listed(node, "targets"))
    return Level(number(node, "escalation_delay_in_minutes"), tuple(target for target in found if target))


def _target(node: Any) -> Target | None:
    """None for a kind of target that is not known: nobody can be named for it."""
    word = text(node, "type").removesuffix("_reference")
    for kind in _TARGETS:
        if word == kind:
            return Target(kind, text(node, "id"), text(node, "summary", ""))
    return None


def on_calls(items: Iterable[Any]) -> tuple[OnCall, ...]:
    """The items of GET /oncalls, in the order of the answer."""
    return tuple(
        OnCall(
            user=reference(field(node, "user", "an on-call")),
            policy=reference(field(node, "escalation_policy", "an on-call")),
            level=number(node, "escalation_level"),
            schedule=reference(node["schedule"]) if node.get("schedule") else None,
            start=maybe_instant(node, "start"),
            end=maybe_instant(node, "end"),
        )
        for node in items
    )


# ---------------------------------------------------------------------------------------------------------- pieces


def settled(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sorted, with touching and overlapping entries of one user as one; those without length are left out."""
    out: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: (entry.user, entry.start, entry.end)):
        if entry.start >= entry.end:
            continue
        if out and out[-1].user == entry.user and entry.start <= out[-1].end:
            out[-1] = Entry(out[-1].start, max(out[-1].end, entry.end), entry.user)
        else:
            out.append(entry)
    return tuple(sorted(out))


def _policies(node: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({reference(item) for item in listed(node, "escalation_policies", ())}))
