"""Terminals, pipes and signals: with a process of its own, since these are about processes."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tiny import PERIOD, Cli

SCENARIOS = Path(__file__).parents[2] / "scenarios"
WATCHBILL = [sys.executable, "-m", "watchbill"]
PATIENCE_SECONDS = 60


def watchbill(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [*WATCHBILL, *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, env=os.environ | environment, timeout=PATIENCE_SECONDS)


def follow(terminal: int, until: Callable[[str], bool]) -> str:
    """Reads from a terminal until its text is as wanted, its other end is closed, or patience ends."""
    text, end = "", time.monotonic() + PATIENCE_SECONDS
    while not until(text) and time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 1)
        try:
            text += os.read(terminal, 4096).decode(errors="replace") if ready else ""
        except OSError:
            break
    return text


def test_piped_output_holds_no_escape_codes_and_no_progress(drafted: Path) -> None:
    shown = watchbill("-C", drafted, "show", FORCE_COLOR="1", TERM="xterm-256color")
    assert shown.returncode == 0
    assert b"\x1b" not in shown.stdout
    planned = watchbill("-C", drafted, "plan", "--fresh")
    assert b"\x1b" not in planned.stdout + planned.stderr
    assert planned.stderr.decode().splitlines() == [f"{drafted}/drafts/{PERIOD}.json written."]


def test_a_terminal_without_unicode_gets_tables_all_the_same(drafted: Path) -> None:
    shown = watchbill("-C", drafted, "show", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert shown.returncode == 0
    assert b"Bo Lindqvist" in shown.stdout
    assert shown.stdout.isascii()


def test_a_reader_that_goes_away_causes_no_complaint(drafted: Path) -> None:
    command = " ".join([*WATCHBILL, "-C", str(drafted), "show", "--by", "role", "|", "true"])
    done = subprocess.run(command, shell=True, capture_output=True, timeout=PATIENCE_SECONDS)  # noqa: S602
    assert done.stderr == b""


def test_ctrl_c_ends_with_the_best_plan_so_far(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SCENARIOS / "day-night-12", tmp_path / "team"))
    period = "2027-01-04..2027-04-04"
    here, there = pty.openpty()
    command = [*WATCHBILL, "-C", str(folder), "plan", period, "--effort", "100"]
    environment = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=there, env=environment) as solve:
        os.close(there)
        try:
            text = follow(here, lambda text: "bound" in text)
            assert re.search(r"[a-z]+ \d+, bound \d+, gap \d+\.\d%", text)
            solve.send_signal(signal.SIGINT)
            text += follow(here, lambda text: solve.poll() is not None)
            assert solve.wait(10) == 0
        finally:
            solve.kill()
    os.close(here)
    assert "the best plan so far is kept" in text
    draft = json.loads((folder / "drafts" / f"{period}.json").read_text(encoding="utf-8"))
    assert draft["inputs"]["reproducible"] is False
    assert not [finding for finding in draft["findings"] if finding["hard"]]


STUBBORN = """
import sys, time
from watchbill.cli.running import until_stopped
from watchbill.solve.limits import Watch
def said(text): print(text, flush=True)
def work():
    print("working", flush=True)
    time.sleep(600)
until_stopped(work, Watch(), seconds=None, said=said)
"""


def test_a_second_ctrl_c_aborts_even_what_does_not_listen() -> None:
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as stuck:
        assert stuck.stdout
        assert stuck.stderr
        try:
            assert stuck.stdout.readline() == "working\n"
            stuck.send_signal(signal.SIGINT)
            assert stuck.stdout.readline().startswith("stopping")
            stuck.send_signal(signal.SIGINT)
            assert stuck.wait(PATIENCE_SECONDS) == 130
            assert stuck.stderr.read() == "aborted; nothing was written.\n"
        finally:
            stuck.kill()


QUICK = """
from watchbill.cli import running
from watchbill.solve.limits import Watch
running.GRACE_SECONDS = {grace}
watch = Watch()
def said(text): print(text, flush=True)
def work():
    print("working", flush=True)
    watch.stopped.wait()
    print("solved", flush=True)
    watch.settle()
    print("written", flush=True)
running.until_stopped(work, watch, seconds=None, said=said)
input()
"""


@pytest.mark.parametrize(
    ("grace", "end"),
    [(600, "aborted; nothing was written.\n"), (0, "it is too late to drop the plan: it is written.\n")],
)
def test_a_second_ctrl_c_drops_a_plan_that_is_not_written_yet_and_exits_alike(grace: int, end: str) -> None:
    command = [sys.executable, "-c", QUICK.format(grace=grace)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as solve:
        assert solve.stdout
        assert solve.stderr
        try:
            assert solve.stdout.readline() == "working\n"
            solve.send_signal(signal.SIGINT)
            lines = [solve.stdout.readline() for _ in range(2 if grace else 3)]
            assert ("written\n" in lines) is not bool(grace)
            solve.send_signal(signal.SIGINT)
            assert solve.wait(PATIENCE_SECONDS) == 130
            assert solve.stdout.read() == ""
            assert solve.stderr.read() == end
        finally:
            solve.kill()


def test_help_of_every_command_ends_with_an_example(cli: Cli) -> None:
    top = cli("--help")
    assert top.code == 0
    commands = re.findall(r"^  ([a-z]+) ", top.out.split("Commands:")[1], re.MULTILINE)
    groups = {"feeds": ["write", "show", "revoke"], "import": ["pagerduty", "incidents"]}
    asked = ["init", "check", "demo", "plan", "replan", "publish", "show", "diff", "audit"]
    asked += ["assign", "explain", "relieve", "schema", "staffing", "swap"]
    remote = ["push", "rollback", "drift", "who", "drill", "sandbox", "serve"]
    assert sorted(commands) == sorted([*asked, *remote, *groups])
    inner = [f"{group} {name}" for group, names in groups.items() for name in names]
    for command in [*asked, *remote, *inner]:
        ended = cli(*command.split(), "--help")
        assert ended.code == 0
        assert ended.out.strip().splitlines()[-1].strip().startswith(f"Example: watchbill {command.split()[0]}")


def test_wrong_usage_gets_exit_code_2(team: Path, cli: Cli) -> None:
    assert cli("frobnicate").code == 2
    assert cli("-C", team, "plan", "--nonsense").code == 2
    assert cli("-C", team, "plan", "--seed", "x").code == 2
    assert cli("-C", team / "nowhere", "show").code == 2


def test_the_version_is_printed(cli: Cli) -> None:
    assert re.fullmatch(r"watchbill \d+\.\d+\.\d+\n", cli("--version").out)
