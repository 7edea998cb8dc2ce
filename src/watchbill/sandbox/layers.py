"""Bodies of schedules of layers, read as PagerDuty reads them: what it refuses, and what it quietly changes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from watchbill.sandbox.answers import invalid, invalid_schedule
from watchbill.sandbox.call import instant_of, known_user, reference, text
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.world import Layer, Past, Restriction, Schedule, World
from watchbill.sandbox.zones import LISTED, canonical
from watchbill.times import zone_names

SHORTEST_TURN, LONGEST_TURN = 3_600, 31_536_000
LONGEST_DAILY, LONGEST_WEEKLY = 86_399, 604_799
_TOO_LONG = "Please use a shorter duration or just turn the recurrence off."
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)")
_NO_WEEKDAY = "Start day of week must be in 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, or 7."


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bodies at an instant; `clamped` is whether starts in the past become that instant."""

    world: World
    now: datetime
    quirks: Quirks
    clamped: bool = True

    def schedule(self, body: Mapping[str, Any], old: Schedule | None) -> Schedule:
        """What a schedule is after a write: `old` changed, or a new one (with an id from the body only if seeded)."""
        blank = Schedule(id="", name="", zone="")
        found = self._facts(body, old or blank)
        if "schedule_layers" in body:
            found = self._with_layers(found, body["schedule_layers"])
        return replace(found, past=self._past(old, found)) if old is not None else found

    def _past(self, old: Schedule, new: Schedule) -> tuple[Past, ...]:
        """What was rendered until now stays as it was."""
        same = (old.zone, old.layers) == (new.zone, new.layers)
        if same or (old.past and old.past[-1].until >= self.now):
            return old.past
        return (*old.past, Past(self.now, old.zone, old.layers))

    def _facts(self, body: Mapping[str, Any], old: Schedule) -> Schedule:
        name = text(body.get("name", old.name), 255, "Name")
        if not name:
            raise invalid("Name can't be blank")
        description = text(body.get("description") or old.description, 1024, "Description")
        teams = tuple(sorted(map(reference, body["teams"]))) if "teams" in body else old.teams
        return replace(old, name=name, description=description, teams=teams, zone=self._zone(body, old))

    def _zone(self, body: Mapping[str, Any], old: Schedule) -> str:
        zone = canonical(str(body.get("time_zone") or old.zone))
        if not zone:
            raise invalid("Time zone can't be blank")
        if zone not in (LISTED if self.quirks.zones == "listed" else zone_names()):
            raise invalid("Time zone is not included in the list")
        return zone

    # --------------------------------------------------------------------------------------------------- layers

    def _with_layers(self, schedule: Schedule, bodies: Any) -> Schedule:
        if not isinstance(bodies, list) or not all(isinstance(body, dict) for body in bodies):
            raise invalid("Schedule layers must be a list")
        old = {layer.id: layer for layer in schedule.layers}
        named, layers = schedule.named, []
        for body in bodies:
            before = old.get(str(body.get("id") or ""))
            if before is None and body.get("id") and self.clamped:
                raise invalid(f"Schedule layer {body['id']} could not be found")
            named += before is None
            layers.append(self._layer(body, before, named))
        written = {layer.id for layer in layers}
        if len(written) < len(layers):
            raise invalid("Schedule layers must be unique")
        omitted = [self._ended(layer) for layer in schedule.layers if layer.id not in written]
        kept = omitted if self.quirks.omitted_layers == "end" else []
        return replace(schedule, layers=(*layers, *kept), named=named)

    def _ended(self, layer: Layer) -> Layer:
        return replace(layer, end=self.now) if layer.end is None or layer.end > self.now else layer

    def _layer(self, body: Mapping[str, Any], old: Layer | None, number: int) -> Layer:
        start = instant_of(_needed(body, "start"), "start")
        if self.clamped:
            start = max(start, self.now)
        end = old.end if old is not None and "end" not in body else body.get("end")
        virtual = instant_of(_needed(body, "rotation_virtual_start"), "rotation_virtual_start")
        return Layer(
            id=old.id if old else str(body.get("id") or self.world.new_id()),
            name=self._layer_name(body, old, number),
            start=start,
            end=end if isinstance(end, datetime | None) else instant_of(end, "end"),
            virtual_start=virtual.replace(second=0, microsecond=0),
            turn=_turn(_needed(body, "rotation_turn_length_seconds")),
            users=self._users(body.get("users")),
            restrictions=tuple(_restrictions(body.get("restrictions") or [])),
        )

    def _layer_name(self, body: Mapping[str, Any], old: Layer | None, number: int) -> str:
        """The overrides count as the first layer, so the first that has no name is "Schedule Layer 2"."""
        given = body.get("name") or (old.name if old else f"Schedule Layer {number + 1}")
        return text(given, 255, "Layer name")

    def _users(self, bodies: Any) -> tuple[str, ...]:
        listed = bodies if isinstance(bodies, list) else []
        users = tuple(reference(body.get("user") if isinstance(body, dict) else None) for body in listed)
        if not users:
            raise invalid("Each layer must have at least one user")
        unknown = [user for user in users if not known_user(self.world, user)] if self.clamped else []
        if unknown:
            raise invalid(*(f"User {user} could not be found" for user in dict.fromkeys(unknown)))
        if len(set(users)) < len(users) and not self.quirks.duplicate_users:
            raise invalid("Users must be unique within a layer")
        return users


def _needed(body: Mapping[str, Any], name: str) -> Any:
    if body.get(name) is None:
        raise invalid(f"{name.replace('_', ' ').capitalize()} can't be blank")
    return body[name]


def _turn(value: object) -> int:
    if type(value) is not int or not SHORTEST_TURN <= value <= LONGEST_TURN:
        sentence = f"must be between {SHORTEST_TURN} and {LONGEST_TURN}"
        raise invalid_schedule({"rotation_layers.rotation_turn_length_seconds": sentence})
    return value


def _restrictions(bodies: Any) -> Iterator[Restriction]:
    for body in bodies if isinstance(bodies, list) else [bodies]:
        kind = body.get("type") if isinstance(body, dict) else None
        if kind not in {"daily_restriction", "weekly_restriction"}:
            raise invalid("Restriction type must be daily_restriction or weekly_restriction")
        yield _restriction(body, weekly=kind == "weekly_restriction")


def _restriction(body: Mapping[str, Any], *, weekly: bool) -> Restriction:
    weekday, seconds = body.get("start_day_of_week"), _needed(body, "duration_seconds")
    if weekly and (type(weekday) is not int or not 1 <= weekday <= 7):
        raise invalid(_NO_WEEKDAY)
    if not weekly and weekday is not None:
        raise invalid("Start day of week must not be given for a daily restriction")
    kind, most = ("weekly", LONGEST_WEEKLY) if weekly else ("daily", LONGEST_DAILY)
    if type(seconds) is not int or not 0 < seconds <= most:
        raise invalid_schedule({f"rotation_layers.{kind}_restrictions.duration_seconds": _TOO_LONG})
    return Restriction(_seconds(body.get("start_time_of_day")), seconds, weekday)


def _seconds(value: object) -> int:
    match = _TIME.fullmatch(str(value))
    if not match:
        raise invalid("Start time of day must be a time such as 09:00:00")
    return int(match[1]) * 3_600 + int(match[2]) * 60 + int(match[3])
