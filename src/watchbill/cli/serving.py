"""`serve`."""

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import command, folder_of, insist_team, note, say
from watchbill.errors import InputError, WrongUsage

if TYPE_CHECKING:
    from watchbill.feeding import Board

# While feeds are built anew, each request waits for that thread some times; by default ten times as long as this.
SWITCH_SECONDS = 0.0005

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_OPEN = (
    "note: others reach this address, links are secrets, and plain HTTP shows them on the way. Put a proxy that speaks "
    "https in front of it."
)


@command("watchbill serve --port 8642")
def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; this machine only if not given.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="The port; 0 takes a free one.")
    ] = 8642,
    forwarded_allow_ips: Annotated[
        list[str] | None,
        typer.Option("--forwarded-allow-ips", metavar="IP", help="A proxy, or network of them, to believe."),
    ] = None,
    root_path: Annotated[
        str, typer.Option("--root-path", metavar="PATH", help="A path that a proxy leaves in front, like /oncall.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="No line for each request.")] = False,
) -> None:
    """Serve the feeds of all published plans over HTTP, for calendar apps to subscribe to.

    What is published, revoked or changed in the folder is picked up within seconds; while an input is wrong, feeds stay
    as they were. Each request is a line on standard error, without its secret. Runs until Ctrl-C.
    """
    from watchbill import feeding
    from watchbill.web import Keeper, Settings, serving

    folder = folder_of(context)
    insist_team(folder)
    settings = Settings(host, port, _below(root_path), _trusted(forwarded_allow_ips or ["127.0.0.1", "::1"]))
    with suppress(InputError):  # the server itself tells of them, and goes on when they are mended
        feeding.secret(folder, os.environ)
    keeper = Keeper(_building(folder), lambda: feeding.state(folder), now=_now, log=_tell)
    made = serving(keeper, settings, now=_now, log=_tell, heard=None if quiet else _tell)
    address = f"[{host}]" if ":" in host else host
    say(
        f"Feeds at http://{address}:{made.port}{settings.below}/feeds/, health at /healthz. Links: watchbill feeds show"
    )
    sys.stdout.flush()
    if not ip_address(made.listener.getsockname()[0]).is_loopback:
        note(_OPEN)
    note("It runs until Ctrl-C.")
    sys.setswitchinterval(SWITCH_SECONDS)
    with _ended_by_signals(made.stop):
        made.run()
    note("stopped.")


def _building(folder: Path) -> "Callable[[datetime], Board]":
    """The board of a folder as of an instant. The key is looked for each time; none is ever made here."""
    from watchbill import feeding
    from watchbill.publish.feeds import keys

    def build(at: datetime) -> "Board":
        return feeding.board(folder, keys.said(os.environ) or keys.kept(folder) or b"", now=at)

    return build


def _below(path: str) -> str:
    path = path.rstrip("/")
    if path and not _PREFIX.fullmatch(path):
        raise WrongUsage(f'--root-path: "{path}" is no path. Write one such as /oncall.')
    return path


def _trusted(hosts: list[str]) -> tuple[str, ...]:
    for host in hosts:
        try:
            ip_network(host)
        except ValueError:
            raise WrongUsage(
                f'--forwarded-allow-ips: "{host}" is no address of a proxy. Write one such as 10.0.0.5 or 10.0.0.0/8.'
            ) from None
    return tuple(hosts)


def _now() -> datetime:
    return datetime.now(UTC)


def _tell(line: str) -> None:
    """A line on standard error. If nobody reads it any more, feeds are served all the same."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


@contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the server in good order, and the command with success; also before it has begun."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    usual = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
