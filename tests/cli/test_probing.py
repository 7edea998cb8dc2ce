"""push --probe as a command: what it says, that it asks first, and that Ctrl-C leaves nothing."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_terminal import PATIENCE_SECONDS, follow

from pushes import NOW, Desk, seed, team
from tiny import Cli
from watchbill.publish.pagerduty.answers import NAME, QUESTIONS
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle

KEY = "u-never-to-be-seen-4711"
WATCHBILL = [sys.executable, "-m", "watchbill"]


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    with running(seed(), now=NOW, key=KEY) as handle:
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_URL", handle.url)
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", handle.key)
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    return Desk(team(tmp_path / "team", "primary: {schedule: PPRIM01}"), box)


def test_without_anybody_to_agree_nothing_is_made(desk: Desk, cli: Cli) -> None:
    ended = cli("-C", desk.folder, "push", "--probe")
    assert ended.code == 2
    assert 'called "watchbill probe 2026-12-14T10:00:00Z (delete me)"' in ended.err
    assert "they page nobody" in ended.err
    assert "add: --yes" in ended.err
    assert desk.box.writes == []


def test_it_says_what_it_does_and_shows_the_answers_in_eighty_columns(desk: Desk, cli: Cli) -> None:
    ended = cli("-C", desk.folder, "push", "--probe", "--yes")
    assert ended.code == 0
    assert "deletes them at the end" in ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "May a layer name a user twice?" in ended.out
    assert "at least 5 years" in ended.out
    assert f"Kept in {NAME}: commit it." in ended.out
    assert KEY not in ended.out + ended.err
    assert not desk.box.state.schedules


def test_as_json_it_prints_what_it_keeps(desk: Desk, cli: Cli) -> None:
    ended = cli("-C", desk.folder, "push", "--probe", "--yes", "--json")
    told = json.loads(ended.out)
    assert told == json.loads((desk.folder / NAME).read_bytes())
    assert list(told["answers"]) == [question.key for question in QUESTIONS]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--yes"], "goes with --probe only"),
        (["2027-Q1", "--probe"], "Leave out all but --yes and --json"),
        (["--probe", "--yes", "--apply", "0123"], "Leave out all but"),
        (["--probe", "--create"], "Leave out all but"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(desk: Desk, cli: Cli, words: list[str], why: str) -> None:
    ended = cli("-C", desk.folder, "push", *words)
    assert (ended.code, why in ended.err) == (2, True)
    assert desk.box.box.requests == 0


def test_on_a_terminal_it_asks_and_no_means_no(desk: Desk) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*WATCHBILL, "-C", str(desk.folder), "push", "--probe"], stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        assert "page nobody" in follow(ours, lambda text: "Do it now?" in text)
        os.write(ours, b"n\n")
        follow(ours, lambda text: "Nothing was made." in text)
        assert process.wait(PATIENCE_SECONDS) == 0
    os.close(ours)
    assert desk.box.writes == []


def test_ctrl_c_deletes_what_was_made(desk: Desk) -> None:
    desk.box.fail(kind="slow", method="PUT", seconds=0.2)
    command = [*WATCHBILL, "-C", str(desk.folder), "push", "--probe", "--yes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + PATIENCE_SECONDS
        while len(desk.box.writes) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        assert desk.box.state.schedules
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=PATIENCE_SECONDS)[1].decode()
    assert process.returncode != 0
    assert "Traceback" not in said
    assert not desk.box.state.schedules
    assert not (desk.folder / NAME).exists()
