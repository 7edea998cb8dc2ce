"""What tests of the sandbox share: a client over real HTTP, a world of four people, and short ways to say things."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from watchbill.sandbox import Handle

ANA, BO, CY, EVE = "PANA001", "PBO0001", "PCY0001", "PEVE001"
SEED = {
    "users": [
        {"id": ANA, "name": "Ana Souza", "email": "ana@example.com", "time_zone": "America/Sao_Paulo"},
        {"id": BO, "name": "Bo Lindqvist", "email": "bo@example.com", "role": "admin"},
        {"id": CY, "name": "Cy Tan", "email": "cy@example.com", "invitation_sent": True},
        {"id": EVE, "name": "Eve Watcher", "email": "eve@example.com", "role": "read_only_user"},
        {"id": "PGONE01", "name": "Gone Gal", "email": "gone@example.com", "deleted_at": "2026-01-01T00:00:00Z"},
    ],
}
DAY, WEEK = 86_400, 604_800


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> Any:
        return self.body["error"]


@dataclass
class Talk:
    """A client of a sandbox."""

    box: Handle
    key: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Reply:
        headers = {"Authorization": f"Token token={self.key or self.box.key}"}
        done = self.session.request(method, self.box.url + path, json=body, params=params, headers=headers, timeout=20)
        low = {name.lower(): value for name, value in done.headers.items()}
        return Reply(done.status_code, done.json() if done.content else None, low)

    def get(self, path: str, **params: Any) -> Reply:
        return self.ask("GET", path, **params)

    def post(self, path: str, body: Any, **params: Any) -> Reply:
        return self.ask("POST", path, body, **params)

    def put(self, path: str, body: Any) -> Reply:
        return self.ask("PUT", path, body)

    def delete(self, path: str) -> Reply:
        return self.ask("DELETE", path)

    # ------------------------------------------------------------------------------------------------ shortcuts

    def make(self, *layers: dict[str, Any], zone: str = "Etc/UTC", name: str = "Primary") -> str:
        """The id of a new schedule."""
        reply = self.post("/schedules", schedule(*layers, zone=zone, name=name))
        assert reply.status == 201, reply.body
        return str(reply.body["schedule"]["id"])

    def shown(self, id_: str, since: str, until: str, **params: Any) -> Any:
        """A schedule over a window."""
        reply = self.get(f"/schedules/{id_}", since=since, until=until, **params)
        assert reply.status == 200, reply.body
        return reply.body["schedule"]

    def final(self, id_: str, since: str, until: str, **params: Any) -> list[tuple[str, str, str]]:
        return entries(self.shown(id_, since, until, **params)["final_schedule"])

    def override(self, id_: str, start: str, end: str, user: str) -> str:
        reply = self.post(f"/schedules/{id_}/overrides", {"overrides": [override(start, end, user)]})
        assert reply.body[0]["status"] == 201, reply.body
        return str(reply.body[0]["override"]["id"])


@contextmanager
def talking(box: Handle, key: str = "") -> Iterator[Talk]:
    talk = Talk(box, key)
    try:
        yield talk
    finally:
        talk.session.close()


def entries(part: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Start, end and user of what a part renders."""
    return [(e["start"], e["end"], e["user"]["id"]) for e in part["rendered_schedule_entries"]]


def schedule(*layers: dict[str, Any], zone: str = "Etc/UTC", name: str = "Primary") -> dict[str, Any]:
    facts = {"name": name, "type": "schedule", "time_zone": zone, "description": "", "schedule_layers": list(layers)}
    return {"schedule": facts}


def layer(*users: str, start: str = "2027-01-04T00:00:00Z", turn: int = WEEK, **facts: Any) -> dict[str, Any]:
    """A layer whose rotation begins when it starts, unless told."""
    base = {
        "start": start,
        "rotation_virtual_start": start,
        "rotation_turn_length_seconds": turn,
        "users": [{"user": {"id": user, "type": "user_reference"}} for user in users],
    }
    return base | facts


def daily(start: str, hours: float) -> dict[str, Any]:
    return {"type": "daily_restriction", "start_time_of_day": start, "duration_seconds": int(hours * 3600)}


def weekly(day: int, start: str, hours: float) -> dict[str, Any]:
    return daily(start, hours) | {"type": "weekly_restriction", "start_day_of_week": day}


def override(start: str, end: str, user: str) -> dict[str, Any]:
    return {"start": start, "end": end, "user": {"id": user, "type": "user_reference"}}
