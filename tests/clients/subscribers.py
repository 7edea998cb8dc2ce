"""Calendar apps that have subscribed to an address; asked again, they fetch it again and tell what they show now."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from installed import program, system_python, venv_python

HERE = Path(__file__).parent
VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"
[pair on_call]
a = "web"
b = "kept"
collections = null
conflict_resolution = "a wins"
[storage web]
type = "http"
url = "{url}"
[storage kept]
type = "filesystem"
path = "{folder}/kept/"
fileext = ".ics"
"""
KHAL = """\
[calendars]
[[on_call]]
path = {folder}/kept
readonly = True
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H%M%S
dateformat = %Y%m%d
longdateformat = %Y%m%d
datetimeformat = %Y%m%dT%H%M%SZ
longdatetimeformat = %Y%m%dT%H%M%SZ
[sqlite]
path = {folder}/khal.db
"""


@dataclass(frozen=True, order=True)
class Shown:
    """An event as an app shows it, times in UTC."""

    start: str
    end: str
    summary: str


Refresh = Callable[[], list[Shown]]


@contextmanager
def thunderbird(url: str, folder: Path) -> Iterator[Refresh]:
    """Thunderbird without a window, steered from outside."""
    program("thunderbird")
    command = [venv_python("marionette_driver"), str(HERE / "thunderbird.py"), url, str(folder / "profile")]
    with _asked(command, folder) as refresh:
        yield refresh


@contextmanager
def evolution(url: str, folder: Path) -> Iterator[Refresh]:
    """The data server behind Evolution and GNOME's calendar, in a session of its own."""
    python = system_python("gi.repository.ECal")
    with _asked([program("dbus-run-session"), "--", python, str(HERE / "eds.py"), url], folder) as refresh:
        yield refresh


@contextmanager
def vdirsyncer(url: str, folder: Path) -> Iterator[Refresh]:
    """vdirsyncer fetches, khal shows."""
    fetcher, viewer = program("vdirsyncer"), program("khal")
    (folder / "kept").mkdir()
    for name, text in (("fetching", VDIRSYNCER), ("viewing", KHAL)):
        (folder / name).write_text(text.format(url=url, folder=folder), encoding="utf-8")
    fields = [word for field in ("start-long", "end-long", "title") for word in ("--json", field)]

    def run(*command: str) -> str:
        return subprocess.run(
            command, env=_home(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8", check=True
        ).stdout

    def refresh() -> list[Shown]:
        run(fetcher, "-v", "WARNING", "-c", str(folder / "fetching"), "sync")
        days = run(viewer, "-c", str(folder / "viewing"), "list", "--once", *fields, "20270101", "90d").splitlines()
        events = [event for day in days for event in json.loads(day)]
        return sorted(Shown(event["start-long"], event["end-long"], event["title"]) for event in events)

    run(fetcher, "-v", "WARNING", "-c", str(folder / "fetching"), "discover")
    yield refresh


SUBSCRIBERS = {"Thunderbird": thunderbird, "Evolution": evolution, "vdirsyncer": vdirsyncer}


@contextmanager
def _asked(command: list[str], folder: Path) -> Iterator[Refresh]:
    """A program that answers every line on its standard input with events and a dot."""
    with ExitStack() as ends:
        said = ends.enter_context((folder / "stderr").open("w+", encoding="utf-8"))
        app = ends.enter_context(
            subprocess.Popen(
                command, env=_home(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, encoding="utf-8"
            )
        )
        ends.callback(_ended, app)

        def refresh() -> list[Shown]:
            assert app.stdin
            assert app.stdout
            app.stdin.write("\n")
            app.stdin.flush()
            lines = list(_until_dot(app.stdout, folder / "stderr"))
            return sorted(Shown(*line.removesuffix("\n").split("\t")[2:]) for line in lines)

        yield refresh


def _until_dot(lines: IO[str], complaints: Path) -> Iterator[str]:
    for line in lines:
        if line == ".\n":
            return
        yield line
    pytest.fail(f"the app ended: {complaints.read_text(encoding='utf-8')[-2000:]}")


def _ended(app: subprocess.Popen[str]) -> None:
    """No more questions: it ends by itself, or is ended."""
    assert app.stdin
    app.stdin.close()
    try:
        app.wait(20)
    except subprocess.TimeoutExpired:
        app.kill()


def _home(folder: Path) -> dict[str, str]:
    """An environment in which a program finds nothing of the user's and leaves nothing behind."""
    home = folder / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_"))}
    return {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TZ": "Asia/Kathmandu", "PYTHONUTF8": "1"}
