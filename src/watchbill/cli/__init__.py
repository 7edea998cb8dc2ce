"""The command line: parse, call `app`, print, exit code."""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from watchbill.cli import (
    checking,
    deciding,
    drifting,
    escalating,
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
    starting,
    supposing,
    swapping,
)
from watchbill.cli.base import app, note
from watchbill.errors import WatchbillError

__all__ = [
    "app",
    "checking",
    "deciding",
    "drifting",
    "escalating",
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
    "starting",
    "supposing",
    "swapping",
]


def run(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 something to fix, 2 wrong usage, 3 no plan, 5 out of time.

    4 says that PagerDuty refused or did not answer.
    """
    _write_anywhere()
    try:
        app(args=arguments, prog_name="watchbill")
    except WatchbillError as error:
        note(str(error))
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        _hang_up()
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
    except BrokenPipeError:
        _hang_up()


def _hang_up() -> None:
    """Whoever read our output has gone: nothing more to say, and no complaint at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(1)
