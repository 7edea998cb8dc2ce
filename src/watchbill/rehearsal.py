"""A team's own PagerDuty to rehearse on: its people as users, its schedules as the team's file names them."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from watchbill.domain import Person, Role
from watchbill.sandbox.seeds import Seed
from watchbill.sandbox.zones import LISTED
from watchbill.workspace.folder import Workspace
from watchbill.workspace.team import PagerDutyFile

SEVEN_DAYS = 604_800
LONG_AGO = "2020-01-06T00:00:00Z"
ESCALATION_MINUTES = 15


def seed(workspace: Workspace) -> Seed:
    """A user for each person, a schedule for each seat that is published, one policy through all roles in order.

    A schedule is found by the id, or the name, that `publish.pagerduty` has for it. A schedule of layers begins with
    one that everyone takes in turn, week by week, so that there is something to replace.
    """
    users = {person.id: _user(person) for person in workspace.people}
    seats = [(role, entry, name) for role, entry in _published(workspace) for name in entry.schedule]
    layered = [_schedule(workspace, role, name, users) for role, entry, name in seats if not is_shifts(entry)]
    shifts = [_named(name, workspace.zone) for _, entry, name in seats if is_shifts(entry)]
    return {
        "users": list(users.values()),
        "schedules": layered,
        "schedules_v3": shifts,
        "escalation_policies": [_policy(workspace)] if seats else [],
    }


def is_shifts(entry: PagerDutyFile) -> bool:
    """Whether a role is published as custom shifts."""
    return str(entry.form) == "custom_shifts"


def schedule_id(name: str) -> str:
    """The id of a schedule: what the file has, if it looks like one of PagerDuty's, else one made from the name."""
    if len(name) >= 7 and name.isalnum() and name.isupper():
        return name
    return _made(name)


def _made(text: str) -> str:
    return "P" + sha256(text.encode()).hexdigest()[:6].upper()


def _published(workspace: Workspace) -> Iterator[tuple[Role, PagerDutyFile]]:
    for role in workspace.roles:
        if role.id in workspace.publish:
            yield role, workspace.publish[role.id]


def _user(person: Person) -> dict[str, Any]:
    return {
        "id": _made(f"user {person.id}"),
        "name": person.name,
        "email": person.email or f"{person.id}@example.com",
        "time_zone": person.zone,
    }


def _named(name: str, zone: str) -> dict[str, Any]:
    return {"id": schedule_id(name), "name": name, "time_zone": zone}


def _schedule(workspace: Workspace, role: Role, name: str, users: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A zone that schedules of layers cannot have is UTC here."""
    layer = {
        "name": f"before watchbill ({role.id})",
        "start": LONG_AGO,
        "rotation_virtual_start": LONG_AGO,
        "rotation_turn_length_seconds": SEVEN_DAYS,
        "users": [{"user": {"id": user["id"], "type": "user_reference"}} for user in users.values()],
    }
    zone = workspace.zone if workspace.zone in LISTED else "Etc/UTC"
    return _named(name, zone) | {"schedule_layers": [layer]}


def _policy(workspace: Workspace) -> dict[str, Any]:
    rules = []
    for _, entry in _published(workspace):
        type_ = "schedule_v3_reference" if is_shifts(entry) else "schedule_reference"
        targets = [{"id": schedule_id(name), "type": type_} for name in entry.schedule]
        rules.append({"escalation_delay_in_minutes": ESCALATION_MINUTES, "targets": targets})
    return {
        "id": _made(f"policy {workspace.team}"),
        "name": f"{workspace.team} on call",
        "num_loops": 1,
        "escalation_rules": rules,
    }
