"""What the sandbox remembers, in the words of the API."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from watchbill.sandbox import render
from watchbill.sandbox.call import Call
from watchbill.sandbox.render import Entry
from watchbill.sandbox.world import Layer, Override, Policy, Restriction, Schedule, ShiftSchedule, User, World, made_id
from watchbill.times import Span, iso, merged, total, zone

API = "https://api.pagerduty.com"
WEB = "https://sandbox.pagerduty.com"
FAR = timedelta(days=62)
"""How far beyond a window entries are followed where they are wanted in full length."""
Entries = Callable[[Span], tuple[Entry, ...]]
"""What something renders in a window."""


def stamp(at: datetime, zone_name: str) -> str:
    """An instant with the offset of a zone; `Z` in UTC."""
    if zone_name in {"UTC", "Etc/UTC"}:
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return at.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def pointer(id_: str, type_: str, summary: str, path: str) -> dict[str, Any]:
    """A reference to something."""
    web = path.removeprefix("v3/")
    return {
        "id": id_,
        "type": type_,
        "summary": summary,
        "self": f"{API}/{path}/{id_}",
        "html_url": f"{WEB}/{web}/{id_}",
    }


def user_pointer(world: World, user: str) -> dict[str, Any]:
    """A reference to a user; one who was removed has no page any more."""
    found = world.users.get(user)
    shown = pointer(user, "user_reference", found.name if found else user, "users")
    if found is None or found.deleted_at is not None:
        gone = found.deleted_at if found else None
        shown |= {"self": None, "html_url": None, "deleted_at": iso(gone) if gone else None}
    return shown


def user_body(user: User) -> dict[str, Any]:
    """A user in full."""
    return pointer(user.id, "user", user.name, "users") | {
        "name": user.name,
        "email": user.email,
        "time_zone": user.zone,
        "color": "purple",
        "avatar_url": f"{WEB}/avatars/{user.id}.png",
        "role": user.role,
        "description": None,
        "invitation_sent": user.invited,
        "job_title": None,
        "teams": [],
        "contact_methods": [],
        "notification_rules": [],
    }


def policy_pointer(policy: Policy) -> dict[str, Any]:
    """A reference to an escalation policy."""
    return pointer(policy.id, "escalation_policy_reference", policy.name, "escalation_policies")


def schedule_pointer(schedule: Schedule | ShiftSchedule) -> dict[str, Any]:
    """A reference to a schedule of either kind."""
    if isinstance(schedule, ShiftSchedule):
        return pointer(schedule.id, "schedule_v3_reference", schedule.name, "v3/schedules")
    return pointer(schedule.id, "schedule_reference", schedule.name, "schedules")


# ------------------------------------------------------------------------------------------------ schedules, v2


def schedule_head(world: World, schedule: Schedule) -> dict[str, Any]:
    """What stands in lists of schedules: everything but layers and what is rendered."""
    users = dict.fromkeys(user for layer in reversed(schedule.layers) for user in layer.users)
    return pointer(schedule.id, "schedule", schedule.name, "schedules") | {
        "name": schedule.name,
        "time_zone": schedule.zone,
        "description": schedule.description,
        "users": [user_pointer(world, user) for user in users],
        "escalation_policies": [policy_pointer(policy) for policy in world.policies_of(schedule.id)],
        "teams": [pointer(team, "team_reference", team, "teams") for team in schedule.teams],
    }


class Rendering:
    """A schedule over a window, part by part; without a window the parts are empty and their cover is not known."""

    def __init__(self, call: Call, schedule: Schedule) -> None:
        self._call, self._schedule, self._zone = call, schedule, call.zone(schedule.zone)
        self._window = call.window()
        self._full = call.flag("overflow")

    def whole(self) -> dict[str, Any]:
        """The schedule with all its parts."""
        return schedule_head(self._call.world, self._schedule) | {
            "schedule_layers": self.layers(),
            "overrides_subschedule": self.overrides(),
            "final_schedule": self.final(),
        }

    def layers(self) -> list[dict[str, Any]]:
        """The layers in the order in which they are read."""
        shown = [self._layer(layer) for layer in self._schedule.layers]
        return shown[::-1] if self._call.quirks.reversed else shown

    def overrides(self) -> dict[str, Any]:
        """The overrides alone."""
        merged_ = self._call.quirks.merged
        return {"name": "Overrides"} | self._part(lambda span: render.of_overrides(self._schedule, span, merged_))

    def final(self) -> dict[str, Any]:
        """Who is on call in the end."""
        quirks = self._call.quirks
        return {"name": "Final Schedule"} | self._part(
            lambda span: render.final(self._schedule, span, quirks.turns, quirks.merged)
        )

    def _layer(self, layer: Layer) -> dict[str, Any]:
        quirks = self._call.quirks
        rendered = self._part(lambda span: render.of_layer(self._schedule, layer.id, span, quirks.turns, quirks.merged))
        return {"name": layer.name} | rendered | layer_facts(self._call.world, layer, self._zone)

    def _part(self, entries: Entries) -> dict[str, Any]:
        if self._window is None:
            return {"rendered_schedule_entries": [], "rendered_coverage_percentage": None}
        found = in_window(entries, self._window, full=self._full)
        return {
            "rendered_schedule_entries": [self._entry(entry) for entry in found],
            "rendered_coverage_percentage": coverage((Span(e.start, e.end) for e in found), self._window),
        }

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "start": stamp(entry.start, self._zone),
            "end": stamp(entry.end, self._zone),
            "user": user_pointer(self._call.world, entry.user),
            "id": made_id(f"{self._schedule.id} {entry.start} {entry.user}", "Q", 14),
        }


def in_window(entries: Entries, window: Span, *, full: bool) -> list[Entry]:
    """The entries of a window, cut at its ends or in full length; of an instant, the entry that holds it."""
    if not full and window.start < window.end:
        return list(entries(window))
    wide = entries(Span(window.start - FAR, window.end + FAR))
    return [e for e in wide if (e.start < window.end and window.start < e.end) or e.start <= window.start < e.end]


def coverage(spans: Iterable[Span], window: Span) -> float | None:
    """How much of a window is covered, in percent; None for a window of no length."""
    if window.length <= timedelta():
        return None
    inside = merged(piece for span in spans if (piece := span.common(window)))
    return round(100 * (total(inside) / window.length), 1)


def layer_facts(world: World, layer: Layer, zone_name: str) -> dict[str, Any]:
    """What a layer is, without what it renders."""
    return {
        "id": layer.id,
        "start": stamp(layer.start, zone_name),
        "end": stamp(layer.end, zone_name) if layer.end else None,
        "rotation_virtual_start": stamp(layer.virtual_start, zone_name),
        "rotation_turn_length_seconds": layer.turn,
        "users": [{"user": user_pointer(world, user)} for user in layer.users],
        "restrictions": [_restriction(restriction) for restriction in layer.restrictions],
    }


def _restriction(restriction: Restriction) -> dict[str, Any]:
    hours, rest = divmod(restriction.start, 3600)
    shown: dict[str, Any] = {
        "type": "daily_restriction" if restriction.weekday is None else "weekly_restriction",
        "start_time_of_day": f"{hours:02}:{rest // 60:02}:{rest % 60:02}",
        "duration_seconds": restriction.seconds,
    }
    return shown if restriction.weekday is None else shown | {"start_day_of_week": restriction.weekday}


def override_body(world: World, override: Override, zone_name: str) -> dict[str, Any]:
    """An override."""
    return {
        "id": override.id,
        "start": stamp(override.start, zone_name),
        "end": stamp(override.end, zone_name),
        "user": user_pointer(world, override.user),
    }
