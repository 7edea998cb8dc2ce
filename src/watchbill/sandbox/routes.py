"""Which handler answers what."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from watchbill.sandbox import custom_shifts, people, schedules, shift_events, shift_schedules
from watchbill.sandbox.answers import Answer
from watchbill.sandbox.call import Call

Handler = Callable[[Call], Answer]


class Route(NamedTuple):
    """A verb, a path with `{names}`, and what answers it."""

    method: str
    path: str
    handler: Handler

    @property
    def changes(self) -> bool:
        """Whether it is a write: a preview is none."""
        return self.method != "GET" and not self.path.endswith("/preview")


_ROTATION = "/v3/schedules/{id}/rotations/{rotation_id}"
ROUTES = (
    Route("GET", "/users", people.users),
    Route("GET", "/users/{id}", people.user),
    Route("GET", "/schedules", schedules.index),
    Route("POST", "/schedules", schedules.create),
    Route("POST", "/schedules/preview", schedules.preview),
    Route("GET", "/schedules/{id}", schedules.show),
    Route("PUT", "/schedules/{id}", schedules.update),
    Route("DELETE", "/schedules/{id}", schedules.delete),
    Route("GET", "/schedules/{id}/users", schedules.users),
    Route("GET", "/schedules/{id}/overrides", schedules.overrides),
    Route("POST", "/schedules/{id}/overrides", schedules.create_overrides),
    Route("DELETE", "/schedules/{id}/overrides/{override_id}", schedules.delete_override),
    Route("GET", "/v3/schedules", shift_schedules.index),
    Route("POST", "/v3/schedules", shift_schedules.create),
    Route("GET", "/v3/schedules/{id}", shift_schedules.show),
    Route("PUT", "/v3/schedules/{id}", shift_schedules.update),
    Route("DELETE", "/v3/schedules/{id}", shift_schedules.delete),
    Route("GET", "/v3/schedules/{id}/rotations", shift_schedules.rotations),
    Route("POST", "/v3/schedules/{id}/rotations", shift_schedules.create_rotation),
    Route("GET", f"{_ROTATION}", shift_schedules.rotation),
    Route("DELETE", f"{_ROTATION}", shift_schedules.delete_rotation),
    Route("GET", f"{_ROTATION}/events", shift_events.events),
    Route("POST", f"{_ROTATION}/events", shift_events.create),
    Route("GET", f"{_ROTATION}/events/{{event_id}}", shift_events.event),
    Route("PUT", f"{_ROTATION}/events/{{event_id}}", shift_events.update),
    Route("DELETE", f"{_ROTATION}/events/{{event_id}}", shift_events.delete),
    Route("GET", "/v3/schedules/{id}/custom_shifts", custom_shifts.shifts),
    Route("POST", "/v3/schedules/{id}/custom_shifts", custom_shifts.create),
    Route("GET", "/v3/schedules/{id}/custom_shifts/{shift_id}", custom_shifts.shift),
    Route("PUT", "/v3/schedules/{id}/custom_shifts/{shift_id}", custom_shifts.update),
    Route("DELETE", "/v3/schedules/{id}/custom_shifts/{shift_id}", custom_shifts.delete),
    Route("GET", "/v3/schedules/{id}/overrides", custom_shifts.overrides),
    Route("POST", "/v3/schedules/{id}/overrides", custom_shifts.create_overrides),
    Route("DELETE", "/v3/schedules/{id}/overrides/{override_id}", custom_shifts.delete_override),
    Route("GET", "/escalation_policies", people.policies),
    Route("GET", "/escalation_policies/{id}", people.policy),
    Route("GET", "/oncalls", people.on_calls),
    Route("GET", "/log_entries", people.log_entries),
    Route("GET", "/incidents", people.incidents),
)


def find(method: str, path: str, routes: Iterable[Route] = ROUTES) -> tuple[Route, dict[str, str]] | None:
    """The first route that fits, and what its names stand for; None if there is none."""
    steps = path.strip("/").split("/")
    for route in routes:
        names = route.path.strip("/").split("/")
        if route.method != method or len(names) != len(steps):
            continue
        pairs = list(zip(names, steps, strict=True))
        if all(name.startswith("{") or name == step for name, step in pairs):
            return route, {name[1:-1]: step for name, step in pairs if name.startswith("{")}
    return None
