"""A team's folder with published plans made by hand, and a sandbox to push them to."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from drafts import draft, holding
from watchbill import pushing, workspace
from watchbill.domain import Part, Shift
from watchbill.expand import expand
from watchbill.periods import Period, period
from watchbill.publish.pagerduty.apply import Applied
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.publish.pagerduty.proposal import Proposal
from watchbill.results import Assigned
from watchbill.sandbox.server import Handle
from watchbill.workspace import plans

PEOPLE = ("ana", "bo", "cy", "di", "eva", "fay", "gus", "hal")
NOW = datetime(2026, 12, 14, 10, tzinfo=UTC)
Q1 = period("2027-Q1")
LAYERS = {
    "primary": "week: {turn: 1 week, handoff: mon 09:00}",
    "secondary": "week: {turn: 1 week, handoff: mon 09:00}",
}


@dataclass(frozen=True)
class Desk:
    """A team's folder, and a link to a sandbox."""

    folder: Path
    box: Handle

    def link(self) -> pushing.Link:
        def sleep(seconds: float) -> None:
            assert seconds >= 0

        port = PdpyrasPort(self.box.key, self.box.url, timeout=5)
        return pushing.Link(Calls(port, sleep=sleep, clock=time.monotonic), sleep)

    def show(self, of: Period = Q1, **options: Any) -> Proposal:
        return pushing.push(self.folder, of, self.link(), **options)

    def push(self, of: Period = Q1, **options: Any) -> Applied:
        """Shows and applies, as a person would."""
        link = self.link()
        proposal = pushing.push(self.folder, of, link, **options)
        assert proposal.digest, (proposal.withheld, proposal.settled)
        return pushing.push_apply(self.folder, of, link, proposal.digest, **options)

    def clone(self, to: Path, *, committed: bool) -> "Desk":
        """Another person's clone of the folder; without what was not committed, the push file is not there."""
        shutil.copytree(self.folder, to)
        if not committed:
            for path in (to / "plans").glob("*.push.json"):
                path.unlink()
        return replace(self, folder=to)


def seed(people: Sequence[str] = PEOPLE, **more: Any) -> dict[str, Any]:
    """A PagerDuty account in which the team's people have users."""
    return {"users": [{"id": user(p), "name": p.title(), "email": f"{p}@example.com"} for p in people], **more}


def user(person: str) -> str:
    return f"PU{person.upper():_<5}".replace("_", "0")


def schedule(name: str, id_: str, *users: str) -> dict[str, Any]:
    """A schedule of layers in which the given people rotate weekly, as a team had it before watchbill."""
    layer = {
        "name": "by hand",
        "start": "2026-01-05T09:00:00Z",
        "end": None,
        "rotation_virtual_start": "2026-01-05T09:00:00Z",
        "rotation_turn_length_seconds": 604800,
        "users": [{"user": {"id": user(p), "type": "user_reference"}} for p in users],
        "restrictions": [],
    }
    return {"id": id_, "name": name, "time_zone": "Europe/Berlin", "schedule_layers": [layer] if users else []}


def team(folder: Path, publish: str, layers: dict[str, str] | None = None, extra: str = "") -> Path:
    """Writes team.yaml. `publish` is what stands under publish: pagerduty:, one line for each role."""
    people = "\n".join(f"  {p}: {{name: {p.title()}, email: {p}@example.com}}" for p in PEOPLE)
    roles = "\n".join(f"  {role}:\n    layers:\n      {body}" for role, body in (layers or LAYERS).items())
    lines = "\n".join(f"    {line}" for line in publish.splitlines())
    folder.mkdir(parents=True, exist_ok=True)
    head = f"team: payments\ntimezone: Europe/Berlin\n{extra}people:\n{people}\nroles:\n{roles}\n"
    (folder / "team.yaml").write_text(f"{head}publish:\n  pagerduty:\n{lines}\n", encoding="utf-8")
    return folder


def publish(
    folder: Path, of: Period = Q1, change: Callable[[Assigned], Assigned] = lambda a: a, shift_by: int = 0
) -> None:
    """Publishes a plan in which people take turns, with some changes; again, it is the next revision."""
    found = workspace.read(folder)
    head = plans.head(tuple(p for p in plans.read_plans(folder) if p.period != of), of)
    turns: dict[str, int] = {}
    shifts = []
    for shift in expand(found.roles, of, head=head):
        n = turns[shift.key] = turns.get(shift.key, -1) + 1
        offset = list(found.roles).index(next(r for r in found.roles if r.id == shift.role)) * 3 + shift.seat - 1
        shifts.append(change(holding(shift, PEOPLE[(n + offset + shift_by) % len(PEOPLE)])))
    plans.publish(folder, draft(*shifts, when=of), NOW)


def handed(what: Assigned, to: str, start: datetime, end: datetime) -> Assigned:
    """The shift with a stretch of it given to somebody else."""
    own = what.parts[0].person
    shift: Shift = what.shift
    parts = [Part(own, shift.start, start), Part(to, start, end), Part(own, end, shift.end)]
    return replace(what, parts=tuple(part for part in parts if part.start < part.end))


def given(what: Assigned, to: str) -> Assigned:
    """The shift, held by somebody else."""
    return replace(what, person=to, parts=(Part(to, what.shift.start, what.shift.end),))


def days(count: float) -> timedelta:
    return timedelta(days=count)
