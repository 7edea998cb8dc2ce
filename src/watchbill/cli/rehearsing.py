"""`sandbox`."""

import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import command, folder_of, note, say
from watchbill.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from watchbill.periods import Period
    from watchbill.sandbox import World

BEFORE = timedelta(days=14)
KEY = "sandbox-key"


@command("watchbill sandbox --now 2026-12-20T09:00Z")
def sandbox(
    context: typer.Context,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port here; 0 takes a free one.")
    ] = 8377,
    now: Annotated[
        str | None, typer.Option("--now", metavar="WHEN", help="Let its clock stand at 2027-01-04T08:00Z, say.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="Remember everything in a file, and go on from it.")
    ] = None,
) -> None:
    """A PagerDuty to rehearse on, on this machine only: the team's people and schedules, with PagerDuty's quirks.

    It prints what to set so that push, drift and import talk to it instead of PagerDuty, and runs until Ctrl-C.
    """
    from watchbill import rehearsal
    from watchbill.sandbox import running
    from watchbill.workspace.folder import read

    at = _instant(now)
    world = _kept(state)
    seed = rehearsal.seed(read(folder_of(context))) if world is None else None
    with _told_to_end() as ended, running(seed, now=at, key=KEY, port=port, world=world) as box:
        if state is not None:
            box.box.changed = lambda after: _keep(state, after)
            _keep(state, box.state)
        say(f"A PagerDuty to rehearse on: {box.url} (key {box.key}). Point watchbill at it with:")
        say(f"export WATCHBILL_PAGERDUTY_URL={box.url}")
        say(f"export WATCHBILL_PAGERDUTY_KEY={box.key}")
        sys.stdout.flush()
        note("It runs until Ctrl-C.")
        ended.wait()
    note(f"stopped after {len(box.writes)} writes.")


def rehearse(folder: Path, period: "Period") -> str:
    """Pushes a published plan to a sandbox that lives as long as that takes, over real HTTP; says how it went.

    Nothing of it is kept: what was written to a sandbox is of no use to a push to PagerDuty.
    """
    from watchbill import pushing, rehearsal
    from watchbill.publish.pagerduty.calls import Calls
    from watchbill.publish.pagerduty.client import PdpyrasPort
    from watchbill.publish.pagerduty.pushed import push_path
    from watchbill.sandbox import running
    from watchbill.workspace.folder import read

    start = datetime(period.first.year, period.first.month, period.first.day, tzinfo=UTC) - BEFORE
    with running(rehearsal.seed(read(folder)), now=start, key=KEY) as box:
        link = pushing.Link(Calls(PdpyrasPort(box.key, box.url), sleep=time.sleep, clock=time.monotonic), time.sleep)
        shown = pushing.push(folder, period, link)
        allowed = list(dict.fromkeys(hazard.key for hazard in shown.hazards))
        digest = pushing.push(folder, period, link, allowed=allowed).digest
        done = pushing.push_apply(folder, period, link, str(digest), allowed=allowed)
    push_path(folder, period).unlink()
    schedules = len(done.after.shown)
    return f"{done.writes} writes to {schedules} schedules; read back, they page exactly as planned"


def _instant(text: str | None) -> datetime | None:
    from watchbill.times import from_iso

    try:
        return None if text is None else from_iso(text)
    except ValueError:
        raise WrongUsage(f'--now: "{text}" is no instant. Write it in UTC, such as 2027-01-04T08:00Z.') from None


def _kept(path: Path | None) -> "World | None":
    """What a file remembers; None if there is none yet. Refused if it is no such file."""
    from watchbill.sandbox import World
    from watchbill.sandbox.codec import from_json

    if path is None or not path.exists():
        return None
    try:
        return from_json(World, json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sentence = f"{path} is no state of a sandbox ({type(error).__name__})."
        raise Refused(f"{sentence} Remove it, or name another file.") from None


def _keep(path: Path, world: "World") -> None:
    from watchbill.files import write_atomically
    from watchbill.sandbox.codec import to_json

    write_atomically(path, (json.dumps(to_json(world), indent=1, ensure_ascii=False) + "\n").encode())


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; the usual handlers come back afterwards."""
    ended = threading.Event()
    usual = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
