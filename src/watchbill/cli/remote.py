"""The link to PagerDuty from the environment: the key, the address, patience, and what is said while waiting."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill.cli.base import note

if TYPE_CHECKING:
    from watchbill.pushing import Link

VERBOSE = "WATCHBILL_TRACE"
LONG_WAIT = 5.0


def link(folder: Path) -> "Link":
    """The link of a team's folder. Refused, with the remedy, where there is no key."""
    from watchbill import workspace

    return link_to(folder, workspace.read(folder).region)


def link_to(folder: Path, region: str) -> "Link":
    """The link of a folder that need not be a team's yet, to a service region. Refused where there is no key."""
    from watchbill.publish.pagerduty.calls import Calls
    from watchbill.publish.pagerduty.client import PdpyrasPort
    from watchbill.publish.pagerduty.keys import base_url, find_key
    from watchbill.pushing import Link

    key = find_key(os.environ, folder)
    port = PdpyrasPort(key, base_url(os.environ, region), trust_environment=True)
    calls = Calls(port, sleep=_wait, clock=time.monotonic, trace=_trace if os.environ.get(VERBOSE) else None)
    return Link(calls, _wait, note)


def _wait(seconds: float) -> None:
    if seconds >= LONG_WAIT:
        note(f"waiting {seconds:.0f} s for PagerDuty …")
    time.sleep(seconds)


def _trace(method: str, path: str, status: int | None, request: str) -> None:
    note(f"{method} {path} -> {status or 'no answer'}{f' ({request})' if request else ''}")
