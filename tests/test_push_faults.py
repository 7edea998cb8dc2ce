"""Three hundred pushes to a PagerDuty that fails at random: what is reported as right is right, and no key shows."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pushes import NOW, PEOPLE, Desk, days, given, handed, publish, schedule, seed, team, user
from watchbill import pushing
from watchbill.errors import WatchbillError
from watchbill.periods import period
from watchbill.results import Assigned, Draft
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle
from watchbill.times import Span as Stretch
from watchbill.times import merged
from watchbill.workspace import plans

JANUARY = period("2027-01")
CHUNKS, PUSHES = 20, 15
KEY = "u-never-to-be-seen-4711"


@pytest.fixture(scope="module")
def box() -> Iterator[Handle]:
    with running(account(), now=NOW, key=KEY) as handle:
        handle.set_quirks(rate_limit=1_000_000)
        yield handle


def account() -> dict[str, Any]:
    return seed(schedules=[schedule("Payments primary", "PPRIM01")])


@dataclass
class Changes:
    """Some changes of a plan: who gets a whole shift, or a day of it."""

    seed: int
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def __call__(self, assigned: Assigned) -> Assigned:
        lot = self.rng.random()
        other = self.rng.choice(PEOPLE)
        if lot < 0.3:
            return given(assigned, other)
        if lot < 0.6 and assigned.shift.spans[0].hours > 120:
            start = assigned.shift.start + days(self.rng.randint(0, 3))
            return handed(assigned, other, start, start + days(1))
        return assigned


def fail_at_random(box: Handle, rng: random.Random) -> None:
    """One to four faults, each with its own probability."""
    for _ in range(rng.randint(1, 4)):
        kind = rng.choice(["status", "status", "drop", "drop", "stale"])
        wanted: dict[str, Any] = {
            "kind": kind,
            "probability": rng.choice([0.1, 0.3, 0.6]),
            "seed": rng.randint(0, 9999),
        }
        if kind == "stale":
            box.fail(**wanted, method="GET", path="/schedules/", reads=rng.randint(1, 4))
        else:
            method = rng.choice(["GET", "PUT", "POST", "DELETE", ".*"])
            box.fail(
                **wanted, method=method, when=rng.choice(["before", "after"]), status=rng.choice([429, 500, 502, 503])
            )


def primary(plan: Draft) -> list[Assigned]:
    return [assigned for assigned in plan.shifts if assigned.shift.role == "primary"]


def planned(plan: Draft) -> dict[str, tuple[Stretch, ...]]:
    """Who is on call when by the plan, from its parts alone."""
    held: dict[str, list[Stretch]] = {}
    for assigned in primary(plan):
        for part in assigned.parts:
            held.setdefault(user(part.person), []).append(part.span)
    return {who: merged(spans) for who, spans in held.items()}


def shown(box: Handle, plan: Draft) -> dict[str, tuple[Stretch, ...]]:
    """Who is on call when by PagerDuty, over the time of the plan."""
    start, end = primary(plan)[0].shift.start, max(a.shift.end for a in primary(plan))
    window = urlencode({"since": start.isoformat(), "until": end.isoformat()})
    host = HTTPConnection(box.url.removeprefix("http://"))
    host.request("GET", f"/schedules/PPRIM01?{window}", headers={"Authorization": f"Token token={KEY}"})
    final = json.load(host.getresponse())["schedule"]["final_schedule"]
    host.close()
    held: dict[str, list[Stretch]] = {}
    for entry in final["rendered_schedule_entries"]:
        stretch = Stretch(*(datetime.fromisoformat(entry[end]).astimezone(UTC) for end in ("start", "end")))
        held.setdefault(entry["user"]["id"], []).append(stretch)
    return {who: merged(spans) for who, spans in held.items()}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_reported_as_right_is_right(box: Handle, tmp_path: Path, chunk: int) -> None:
    box.heal()
    box.reset(account())
    desk = Desk(team(tmp_path / "team", "primary: {schedule: Payments primary}"), box)
    reported = 0
    for n in range(PUSHES):
        rng = random.Random(chunk * PUSHES + n)
        publish(desk.folder, JANUARY, change=Changes(rng.randint(0, 10**9)))
        (plan,) = plans.read_plans(desk.folder)
        fail_at_random(box, rng)
        reported += pushed(desk, plan)
        box.heal()
        left = desk.show(JANUARY)
        if not left.settled:
            desk.push(JANUARY, allowed=list(dict.fromkeys(hazard.key for hazard in left.withheld)))
        assert shown(box, plan) == planned(plan)
    assert reported >= 1


def pushed(desk: Desk, plan: Draft) -> bool:
    """Tries to push; whether that was reported as right. Nothing that is said or kept holds the key."""
    told = ""
    try:
        proposal = desk.show(JANUARY)
        if proposal.digest is None:
            return False
        pushing.push_apply(desk.folder, JANUARY, desk.link(), proposal.digest)
    except WatchbillError as error:
        told = f"{error!r} {error}"
    else:
        desk.box.heal()
        assert shown(desk.box, plan) == planned(plan)
    kept = "".join(path.read_text(encoding="utf-8") for path in (desk.folder / "plans").rglob("*.json"))
    assert KEY not in told + kept
    return not told
