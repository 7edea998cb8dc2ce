"""PagerDuty's schedules as operations on values: find, read, preview, write. What may be repeated is up to `calls`.

Every operation may raise RemoteFailed; those that make something may raise Unsure, after which the schedule is to be
read before anything is written again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from watchbill.errors import Refused
from watchbill.publish.pagerduty import bodies, nodes, wire
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.faults import LAYER_BASED, SHIFT_BASED
from watchbill.publish.pagerduty.port import Params, RemoteFailed
from watchbill.publish.pagerduty.terms import (
    BATCH,
    AnySchedule,
    CustomShift,
    Entry,
    Event,
    Kind,
    OnCall,
    Override,
    PdLayer,
    Rotation,
    Schedule,
    ShiftOverride,
    ShiftSchedule,
)
from watchbill.publish.pagerduty.zones import for_pagerduty
from watchbill.times import Span

_ID = re.compile(r"[A-Z0-9]{6,26}")
_LISTS: tuple[tuple[Kind, str], ...] = (("schedule", "/schedules"), ("schedule_v3", "/v3/schedules"))


T = TypeVar("T")

# -------------------------------------------------------------------------------------------------------- finding


def kind_of(calls: Calls, id_: str) -> Kind | None:
    """Which kind of schedule an id belongs to now (an upgrade changes it); None if there is no such schedule."""
    try:
        calls.get(_v2(id_))
    except RemoteFailed as failed:
        if _says(failed, SHIFT_BASED):
            return "schedule_v3"
        if failed.status != 404:
            raise
        return _kind_by_v3(calls, id_)
    return "schedule"


def _kind_by_v3(calls: Calls, id_: str) -> Kind | None:
    try:
        calls.get(_v3(id_))
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
    found = wire.schedule(calls.get(_v2(id_), {**_over(window), "overflow": "false"}))
    overrides = wire.overrides(calls.get(f"{_v2(id_)}/overrides", {**_over(window), "overflow": "true"}))
    return replace(found, id=id_, overrides=overrides, final=_clipped(found.final, window))


def _read_shifts(calls: Calls, id_: str, window: Span) -> ShiftSchedule:
    body = calls.get(_v3(id_), {**_over(window), "overflow": "false", "include[]": ["final_schedule"]})
    found = wire.shift_schedule(body)
    whole: Params = {**_over(window), "overflow": "true"}
    return replace(
        found,
        id=id_,
        shifts=wire.custom_shifts(calls.pages(f"{_v3(id_)}/custom_shifts", "custom_shifts", whole)),
        rotations=tuple(_rotations(calls, id_, nodes.mapping(body, "schedule"))),
        overrides=wire.shift_overrides(calls.pages(f"{_v3(id_)}/overrides", "overrides", whole)),
        final=_clipped(found.final, window),
    )


def _rotations(calls: Calls, id_: str, node: dict[str, Any]) -> Iterator[Rotation]:
    """Rotations with their events, asked for apart where the schedule does not hold them."""
    listed = node.get("rotations")
    for item in listed if isinstance(listed, list) else calls.pages(f"{_v3(id_)}/rotations", "rotations"):
        if isinstance(item, dict) and not isinstance(item.get("events"), list):
            path = f"{_v3(id_)}/rotations/{nodes.text(item, 'id')}/events"
            item = {**item, "events": calls.pages(path, "events")}
        yield wire.rotation(item)


def final(calls: Calls, id_: str, kind: Kind, window: Span) -> tuple[Entry, ...]:
    """What a schedule renders over a window, cut to it."""
    asked: Params = {**_over(window), "overflow": "false"}
    if kind == "schedule":
        return _clipped(wire.schedule(calls.get(_v2(id_), asked)).final, window)
    body = calls.get(_v3(id_), {**asked, "include[]": ["final_schedule"]})
    return _clipped(wire.shift_schedule(body).final, window)


def turning(calls: Calls, id_: str, window: Span) -> tuple[tuple[str, Entry], ...]:
    """What the rotations of a shift-based schedule render over a window, each entry with its rotation's id."""
    body = calls.get(_v3(id_), {**_over(window), "overflow": "false", "include[]": ["final_schedule"]})
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


# ----------------------------------------------------------------------------------------------- writing: layers


def make_schedule(
    calls: Calls, kind: Kind, name: str, zone: str, description: str, layers: Sequence[PdLayer] = ()
) -> str:
    """Makes a schedule and gives its id. One of layers needs at least one, the lowest first; v3 begins empty."""
    if kind == "schedule":
        answer = calls.post("/schedules", bodies.schedule(name, for_pagerduty(zone), description, layers))
    else:
        answer = _make_v3(calls, bodies.shift_schedule(name, for_pagerduty(zone), description))
    return nodes.text(nodes.mapping(answer, "schedule"), "id")


def _make_v3(calls: Calls, body: bodies.Body) -> Any:
    """The documents forbid `rotations` here, one of PagerDuty's own clients says they must be there."""
    try:
        return calls.post("/v3/schedules", body)
    except RemoteFailed as failed:
        if failed.status != 400 or "rotations" not in " ".join((str(failed), *failed.errors)).lower():
            raise
        return calls.post("/v3/schedules", {"schedule": {**body["schedule"], "rotations": []}})


def put_layers(calls: Calls, schedule: Schedule, layers: Sequence[PdLayer]) -> Schedule:
    """Replaces the layers, the lowest first, and gives the answer (without `final`); the rest stays.

    A layer without an id is made; then the write is not repeated, and Unsure if it stays unanswered.
    """
    body = bodies.schedule(schedule.name, schedule.zone, schedule.description, layers)
    answer = calls.put(_v2(schedule.id), body, makes=any(layer.id is None for layer in layers))
    return replace(wire.schedule(answer), id=schedule.id, final=())


def make_overrides(calls: Calls, id_: str, overrides: Sequence[Override]) -> tuple[Override | str, ...]:
    """Makes overrides, one request for each 50, and says for each in order: as it was made, or why it was not."""
    out: list[Override | str] = []
    for batch in _batches(overrides):
        answer = wire.made(calls.post(f"{_v2(id_)}/overrides", bodies.overrides(batch)))
        out.extend(_told(batch, answer))
    return tuple(out)


def _told(asked: Sequence[Override], answer: tuple[Override | str, ...]) -> Iterator[Override | str]:
    """PagerDuty answers in the order of the request; where the numbers differ, by what was made."""
    if len(answer) == len(asked):
        for wanted, got in zip(asked, answer, strict=True):
            yield _failed(wanted, got) if isinstance(got, str) else got
        return
    made = [got for got in answer if isinstance(got, Override)]
    why = "; ".join(got for got in answer if isinstance(got, str)) or "it is not in the answer"
    for wanted, found in zip(asked, _matched(asked, made), strict=True):
        yield found or _failed(wanted, why)


def _failed(wanted: Override, why: str) -> str:
    return f"The override from {bodies.stamp(wanted.start)} to {bodies.stamp(wanted.end)} was not made: {why}."


def drop_override(calls: Calls, id_: str, override: Override) -> None:
    """Removes an override; a running one ends now. That it is gone already is no error."""
    _drop(calls, f"{_v2(id_)}/overrides/{nodes.safe_id(override.id)}")


# ----------------------------------------------------------------------------------------------- writing: shifts


def make_shifts(calls: Calls, id_: str, shifts: Sequence[CustomShift]) -> tuple[CustomShift, ...]:
    """Makes custom shifts, one request for each 50, and gives them as they were made, in order of the answers."""
    made: list[CustomShift] = []
    for batch in _batches(shifts):
        answer = calls.post(f"{_v3(id_)}/custom_shifts", bodies.custom_shifts(batch))
        made.extend(wire.custom_shifts(nodes.listed(answer, "custom_shifts")))
    return tuple(made)


def end_shift(calls: Calls, id_: str, shift: CustomShift, end: datetime) -> None:
    """Ends a custom shift at another instant."""
    calls.put(f"{_v3(id_)}/custom_shifts/{nodes.safe_id(shift.id)}", bodies.shift_end(end))


def drop_shift(calls: Calls, id_: str, shift: CustomShift) -> None:
    """Removes a custom shift; a running one ends now. That it is gone already is no error."""
    _drop(calls, f"{_v3(id_)}/custom_shifts/{nodes.safe_id(shift.id)}")


def make_rotation(calls: Calls, id_: str) -> Rotation:
    """Makes an empty rotation."""
    return wire.rotation(nodes.mapping(calls.post(f"{_v3(id_)}/rotations", {}), "rotation"))


def make_event(calls: Calls, id_: str, rotation: str, event: Event) -> Event:
    """Adds an event to a rotation and gives it as it was made."""
    answer = calls.post(f"{_v3(id_)}/rotations/{rotation}/events", bodies.event(event))
    return replace(event, id=nodes.text(nodes.mapping(answer, "event"), "id"))


def end_event(calls: Calls, id_: str, rotation: str, event: Event, until: datetime) -> None:
    """Ends an event, running or to come."""
    calls.put(f"{_v3(id_)}/rotations/{rotation}/events/{nodes.safe_id(event.id)}", bodies.event_end(until))


def drop_rotation(calls: Calls, id_: str, rotation: Rotation) -> None:
    """Removes a rotation: what is past stays, what runs ends now. That it is gone already is no error."""
    _drop(calls, f"{_v3(id_)}/rotations/{nodes.safe_id(rotation.id)}")


def make_shift_overrides(calls: Calls, id_: str, overrides: Sequence[ShiftOverride]) -> tuple[ShiftOverride, ...]:
    """Makes overrides of custom shifts or rotations, one request for each 50, and gives them as they were made."""
    made: list[ShiftOverride] = []
    for batch in _batches(overrides):
        answer = calls.post(f"{_v3(id_)}/overrides", bodies.shift_overrides(batch))
        made.extend(wire.shift_overrides(nodes.listed(answer, "overrides")))
    return tuple(made)


def drop_shift_override(calls: Calls, id_: str, override: ShiftOverride) -> None:
    """Removes an override of a shift. That it is gone already is no error."""
    _drop(calls, f"{_v3(id_)}/overrides/{nodes.safe_id(override.id)}")


# ---------------------------------------------------------------------------------------------------------- pieces


def _drop(calls: Calls, path: str) -> None:
    try:
        calls.delete(path)
    except RemoteFailed as failed:
        if failed.status != 404:
            raise


def _v2(id_: str) -> str:
    return f"/schedules/{nodes.safe_id(id_)}"


def _v3(id_: str) -> str:
    return f"/v3/schedules/{nodes.safe_id(id_)}"


def _over(window: Span) -> dict[str, str]:
    return {"since": bodies.stamp(window.start), "until": bodies.stamp(window.end)}


def _clipped(entries: Iterable[Entry], window: Span) -> tuple[Entry, ...]:
    kept = ((entry.user, entry.span.common(window)) for entry in entries)
    return tuple(sorted(Entry(span.start, span.end, user) for user, span in kept if span))


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[n : n + BATCH] for n in range(0, len(items), BATCH))


def _matched(asked: Sequence[Override], made: Sequence[Override]) -> Iterator[Override | None]:
    """For each override asked for the one that was made with its stretch and user, each used once."""
    left = list(made)
    for wanted in asked:
        key = (wanted.start, wanted.end, wanted.user)
        found = next((got for got in left if (got.start, got.end, got.user) == key), None)
        if found:
            left.remove(found)
        yield found
