"""The command line: parse, call `app`, print, exit code."""

import sys
from collections.abc import Sequence
from errno import ENOSPC, EPIPE
from io import TextIOWrapper

from watchbill.cli import (
    checking,
    deciding,
    drifting,
    drilling,
    explaining,
    feeding,
    importing,
    importing_ics,
    inputs,
    planning,
    publishing,
    pushing,
    reading,
    rehearsing,
    replanning,
    serving,
    staffing,
    starting,
    supposing,
    swapping,
    who,
)
from watchbill.cli.base import app, note, unwritten
from watchbill.endings import ABORTED, INTERRUPTED
from watchbill.errors import WatchbillError

__all__ = [
    "app",
    "checking",
    "deciding",
    "drifting",
    "drilling",
    "explaining",
    "feeding",
    "importing",
    "importing_ics",
    "inputs",
    "planning",
    "publishing",
    "pushing",
    "reading",
    "rehearsing",
    "replanning",
    "run",
    "serving",
    "staffing",
    "starting",
    "supposing",
    "swapping",
    "who",
]


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 something to fix, 2 wrong usage, 3 no plan, 5 out of time.

    4 says that PagerDuty refused or did not answer, 130 that Ctrl-C interrupted it, 141 that nobody reads on.
    """
    _write_anywhere()
    try:
        app(args=arguments, prog_name="watchbill")
    except KeyboardInterrupt:
        note(INTERRUPTED)
        raise SystemExit(ABORTED) from None
    except WatchbillError as error:
        note(str(error))
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        if error.errno not in (EPIPE, ENOSPC) or error.filename is not None:
            raise
        unwritten(error)
    finally:
        _flush()


def _write_anywhere() -> None:
    """Characters that a terminal cannot show become `?` instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        unwritten(error)
