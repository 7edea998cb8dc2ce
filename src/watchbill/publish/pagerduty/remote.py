"""PagerDuty's schedules as values: find, read, preview. Nothing is changed; any operation may raise RemoteFailed."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from watchbill.errors import Refused
from watchbill.publish.pagerduty import bodies, nodes, wire
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.faults import LAYER_BASED, SHIFT_BASED
from watchbill.publish.pagerduty.port import Params, RemoteFailed
from watchbill.publish.pagerduty.terms import (
    AnySchedule,
    Entry,
    Kind,
    OnCall,
    PdLayer,
    Rotation,
    Schedule,
    ShiftSchedule,
)
from watchbill.publish.pagerduty.zones import for_pagerduty
from watchbill.times import Span

_ID = re.compile(r"[A-Z0-9]{6,26}")
_LISTS: tuple[tuple[Kind, str], ...] = (("schedule", "/schedules"), ("schedule_v3", "/v3/schedules"))


# -------------------------------------------------------------------------------------------------------- finding


def kind_of(calls: Calls, id_: str) -> Kind | None:
    """Which kind of schedule an id belongs to now (an upgrade changes it); None if there is no such schedule."""
    try:
        calls.get(layered_path(id_))
    except RemoteFailed as failed:
        if _says(failed, SHIFT_BASED):
            return "schedule_v3"
        if failed.status != 404:
            raise
        return _kind_by_v3(calls, id_)
    return "schedule"


def _kind_by_v3(calls: Calls, id_: str) -> Kind | None:
    try:
        calls.get(shifted_path(id_))
    except RemoteFailed as failed:
        if _says(failed, LAYER_BASED):
            return "schedule"
        if failed.status not in (402, 403, 404):
            raise
        return None
    return "schedule_v3"


def _says(failed: RemoteFailed, words: str) -> bool:
    return failed.status == 400 and words in str(failed)


def find(calls: Calls, name_or_id: str) -> tuple[str, Kind] | None:
    """Id and kind of a schedule by its id or exact name; None if there is none, Refused if a name is there twice."""
    if _ID.fullmatch(name_or_id) and (kind := kind_of(calls, name_or_id)):
        return name_or_id, kind
    found = [(id_, kind) for kind, path in _LISTS for id_ in _named(calls, path, name_or_id)]
    if len(found) > 1:
        ids = ", ".join(id_ for id_, _ in found)
        raise Refused(f'PagerDuty has {len(found)} schedules of the name "{name_or_id}": {ids}. Write the id instead.')
    return found[0] if found else None


def _named(calls: Calls, path: str, name: str) -> list[str]:
    items = [item for item in _search(calls, path, name) if isinstance(item, dict)]
    return [nodes.text(item, "id") for item in items if name in (item.get("name"), item.get("summary"))]


def _search(calls: Calls, path: str, name: str) -> list[Any]:
    """Schedules of one kind that may have a name. Accounts without shift-based schedules have no such list."""
    try:
        return calls.pages(path, "schedules", {"query": name})
    except RemoteFailed as failed:
        if path == "/schedules" or failed.status not in (400, 402, 403, 404):
            raise
        return calls.pages(path, "schedules") if failed.status == 400 else []


# -------------------------------------------------------------------------------------------------------- reading


def read(calls: Calls, id_: str, kind: Kind, window: Span) -> AnySchedule:
    """A schedule with all its layers or rotations, and what of overrides, shifts and `final` meets a window.

    Overrides and shifts come whole, `final` is cut to the window. RemoteFailed if the id is of the other kind.
    """
    return _read_layers(calls, id_, window) if kind == "schedule" else _read_shifts(calls, id_, window)


def _read_layers(calls: Calls, id_: str, window: Span) -> Schedule:
    found = wire.schedule(calls.get(layered_path(id_), {**_over(window), "overflow": "false"}))
    overrides = wire.overrides(calls.get(f"{layered_path(id_)}/overrides", {**_over(window), "overflow": "true"}))
    return replace(found, id=id_, overrides=overrides, final=_clipped(found.final, window))


def _read_shifts(calls: Calls, id_: str, window: Span) -> ShiftSchedule:
    body = calls.get(shifted_path(id_), {**_over(window), "overflow": "false", "include[]": ["final_schedule"]})
    found = wire.shift_schedule(body)
    whole: Params = {**_over(window), "overflow": "true"}
    return replace(
        found,
        id=id_,
        shifts=wire.custom_shifts(calls.pages(f"{shifted_path(id_)}/custom_shifts", "custom_shifts", whole)),
        rotations=tuple(_rotations(calls, id_, nodes.mapping(body, "schedule"))),
        overrides=wire.shift_overrides(calls.pages(f"{shifted_path(id_)}/overrides", "overrides", whole)),
        final=_clipped(found.final, window),
    )


def _rotations(calls: Calls, id_: str, node: dict[str, Any]) -> Iterator[Rotation]:
    """Rotations with their events, asked for apart where the schedule does not hold them."""
    listed = node.get("rotations")
    for item in listed if isinstance(listed, list) else calls.pages(f"{shifted_path(id_)}/rotations", "rotations"):
        if isinstance(item, dict) and not isinstance(item.get("events"), list):
            path = f"{shifted_path(id_)}/rotations/{nodes.text(item, 'id')}/events"
            item = {**item, "events": calls.pages(path, "events")}
        yield wire.rotation(item)


def final(calls: Calls, id_: str, kind: Kind, window: Span) -> tuple[Entry, ...]:
    """What a schedule renders over a window, cut to it."""
    asked: Params = {**_over(window), "overflow": "false"}
    if kind == "schedule":
        return _clipped(wire.schedule(calls.get(layered_path(id_), asked)).final, window)
    body = calls.get(shifted_path(id_), {**asked, "include[]": ["final_schedule"]})
    return _clipped(wire.shift_schedule(body).final, window)


def turning(calls: Calls, id_: str, window: Span) -> tuple[tuple[str, Entry], ...]:
    """What the rotations of a shift-based schedule render over a window, each entry with its rotation's id."""
    body = calls.get(shifted_path(id_), {**_over(window), "overflow": "false", "include[]": ["final_schedule"]})
    return tuple((rotation, entry) for rotation, entry in wire.turning(body) if entry.span.meets(window))


def in_order(schedule: Schedule, render: Callable[[tuple[PdLayer, ...]], tuple[Entry, ...]]) -> Schedule:
    """The schedule with its layers in the order that renders as PagerDuty does.

    Answers name the highest layer first, and PagerDuty has said that this may change. `render` gives what layers show
    over the window of `final`, overrides included. If neither order does, it stays as it is: the lowest first.
    """
    turned = schedule.layers[::-1]
    if len(turned) < 2 or wire.settled(render(schedule.layers)) == schedule.final:
        return schedule
    return replace(schedule, layers=turned) if wire.settled(render(turned)) == schedule.final else schedule


def preview(calls: Calls, schedule: Schedule, layers: Sequence[PdLayer], window: Span) -> tuple[Entry, ...]:
    """What PagerDuty would show over a window if a schedule had these layers, the lowest first, and no overrides.

    Nothing is saved. As in a write, a layer that begins in the past begins now.
    """
    new = [replace(layer, id=None) for layer in layers]
    zone = schedule.zone if schedule.id else for_pagerduty(schedule.zone)
    body = bodies.schedule(schedule.name, zone, schedule.description, new)
    answer = calls.ask("/schedules/preview", body, {**_over(window), "overflow": "false"})
    return _clipped(wire.schedule(answer).final, window)


def on_calls(calls: Calls, schedules: Sequence[str], window: Span) -> tuple[OnCall, ...]:
    """Who is on call by which policy and level; PagerDuty looks at most 90 days ahead."""
    asked: Params = {**_over(window), "schedule_ids[]": list(schedules)}
    return wire.on_calls(calls.pages("/oncalls", "oncalls", asked))


# ---------------------------------------------------------------------------------------------------------- pieces


def layered_path(id_: str) -> str:
    """Where a schedule of layers is asked for."""
    return f"/schedules/{nodes.safe_id(id_)}"


def shifted_path(id_: str) -> str:
    """Where a shift-based schedule is asked for."""
    return f"/v3/schedules/{nodes.safe_id(id_)}"


def _over(window: Span) -> dict[str, str]:
    return {"since": bodies.stamp(window.start), "until": bodies.stamp(window.end)}


def _clipped(entries: Iterable[Entry], window: Span) -> tuple[Entry, ...]:
    kept = ((entry.user, entry.span.common(window)) for entry in entries)
    return tuple(sorted(Entry(span.start, span.end, user) for user, span in kept if span))
