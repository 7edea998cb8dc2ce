"""Ctrl-C: at any moment, in a process of its own, which sends the signal to itself at the moment that is meant."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from test_terminal import follow

from tiny import PERIOD, Cli, draft_of

PATIENCE_SECONDS = 60
SHIFT = "primary/week/2027-01-18"

AT_IMPORT = """
import os, signal, sys
wanted = sys.argv[1]
class Hook:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Hook())
from watchbill.entry import main
sys.argv = ["watchbill", *sys.argv[2:]]
main()
"""
AT_REPORT = """
import os, signal, sys
from watchbill.cli import run, running
usual, wanted = running.until_stopped, sys.argv[1] == "value"
def until_stopped(call, watch, **rest):
    def report(progress):
        if not watch.stopped.is_set() and (progress.value is not None or not wanted):
            os.kill(os.getpid(), signal.SIGINT)
            watch.stopped.wait()
    watch.report = report
    return usual(call, watch, **rest)
running.until_stopped = until_stopped
run(sys.argv[2:])
"""

ON_A_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(sys.stdin, termios.TIOCSCTTY, 0)
from watchbill.entry import main
main()
"""


def ended(script: str, *words: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "module", ["watchbill.cli", "typer", "watchbill.cli.planning", "watchbill.cli.who", "watchbill.app", "rich.table"]
)
def test_ctrl_c_while_something_is_loaded_ends_in_one_line(module: str, drafted: Path) -> None:
    done = ended(AT_IMPORT, module, "-C", drafted, "show")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted before it was done.\n")


def test_ctrl_c_that_is_ignored_stays_so(drafted: Path) -> None:
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + AT_IMPORT
    done = ended(ignoring, "watchbill.cli", "-C", drafted, "show")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_plan_that_was_interrupted_is_there_and_says_so(drafted: Path) -> None:
    done = ended(AT_REPORT, "value", "-C", drafted, "plan", PERIOD, "--fresh", "-q")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "stopping; the best plan so far is kept. Press Ctrl-C again to drop it.",
        f"{drafted}/drafts/{PERIOD}.json written; interrupted, so it is a whole plan, but a better one may exist.",
    ]
    assert draft_of(drafted)["inputs"]["reproducible"] is False


def test_a_plan_that_was_interrupted_too_soon_says_so(team: Path) -> None:
    done = ended(AT_REPORT, "any", "-C", team, "plan", PERIOD, "-q")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines()[1:] == ["interrupted before any plan was found; nothing was written."]
    assert not (team / "drafts").exists()


@pytest.mark.parametrize(
    ("when", "command", "known"),
    [
        ("value", f"what-if {PERIOD} --without cy", "Stopped early, so a better plan may exist."),
        ("value", f"explain {SHIFT} --why-not PERSON", "costs"),
        ("any", f"staffing {PERIOD} --no-growth", "as far as it was asked: stopped"),
    ],
    ids=["what-if", "why-not", "staffing"],
)
def test_an_answer_that_was_interrupted_is_shown_and_is_no_success(
    when: str, command: str, known: str, drafted: Path
) -> None:
    held = {shift["id"]: shift["person"] for shift in draft_of(drafted)["shifts"]}[SHIFT]
    other = next(person for person in ("bo", "cy", "dee") if person != held)
    done = ended(AT_REPORT, when, "-C", drafted, *command.replace("PERSON", other).split(), "-q")
    assert done.returncode == 130
    assert known in done.stdout
    assert done.stderr.splitlines()[-1] == "interrupted: this is as far as it was known by then."


def test_why_not_that_was_interrupted_too_soon_says_so(drafted: Path) -> None:
    held = {shift["id"]: shift["person"] for shift in draft_of(drafted)["shifts"]}[SHIFT]
    other = next(person for person in ("bo", "cy", "dee") if person != held)
    done = ended(AT_REPORT, "any", "-C", drafted, "explain", SHIFT, "--why-not", other, "--json", "-q")
    assert (done.returncode, json.loads(done.stdout)) == (130, {"outcome": "interrupted"})
    assert done.stderr.splitlines()[-1] == "interrupted before any such plan was found."


@pytest.mark.parametrize(
    ("key", "code", "told"),
    [("\x03", 130, "interrupted; nothing was written."), ("\x04", 1, "there was no answer; nothing was written.")],
    ids=["ctrl-c", "ctrl-d"],
)
def test_a_question_that_gets_no_answer_writes_nothing(published: Path, key: str, code: int, told: str) -> None:
    plan = json.loads((published / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    held = {shift["id"]: shift["person"] for shift in plan["shifts"]}[SHIFT]
    other = next(person for person in ("bo", "cy", "dee") if person != held)
    words = ["assign", SHIFT, other, "--from", "2027-01-05", "--allow", "space"]
    here, there = pty.openpty()
    command = [sys.executable, "-c", ON_A_TERMINAL, "-C", str(published), *words]
    with subprocess.Popen(command, stdin=there, stdout=there, stderr=there, start_new_session=True) as asked:
        os.close(there)
        try:
            text = follow(here, lambda text: "[Y/n]" in text)
            os.write(here, key.encode())
            text += follow(here, lambda _: asked.poll() is not None)
            assert asked.wait(PATIENCE_SECONDS) == code
        finally:
            asked.kill()
    os.close(here)
    assert told in text
    assert "Aborted" not in text
    assert list((published / "drafts").iterdir()) == []


DEAF = """
import sys, time
from threading import Event
from watchbill.solve.aside import unless_deaf
from watchbill import entry
stopped = Event()
stopped.set()
assert unless_deaf(lambda: time.sleep(600), stopped) is None
from watchbill import cli
def run(): raise SystemExit(7)
cli.run = run
entry.main()
"""


def test_an_engine_that_still_runs_does_not_keep_the_process() -> None:
    assert ended(DEAF).returncode == 7


def test_json_of_no_plan_stands_alone(team: Path, cli: Cli) -> None:
    for person in ("ana", "bo", "cy", "dee"):
        (team / "availability" / f"{person}.yaml").write_text(f"person: {person}\nleave: [2027-01-11..2027-01-17]\n")
    loud, quiet = (cli("-C", team, "plan", PERIOD, "--json", *more) for more in ((), ("-q",)))
    assert (loud.code, quiet.code) == (3, 3)
    assert json.loads(loud.out) == json.loads(quiet.out)
    assert json.loads(loud.out)["outcome"] == "infeasible"
    assert (loud.err, quiet.err) == ("no plan can exist; nothing was written.\n", "")


def test_replan_names_the_command_that_comes_next(team: Path, drafted: Path, published: Path, cli: Cli) -> None:
    replan = ("replan", "--from", "2027-01-05")
    assert cli("-C", team, *replan).err.endswith("Make a plan first, then publish it: watchbill plan\n")
    later = cli("-C", published, "replan", "--from", "2027-03-05").err
    assert later.endswith("Plan what comes next: watchbill plan 2027-02-01..2027-02-28\n")


def test_replan_of_a_draft_says_to_publish_it(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "replan", "--from", "2027-01-05")
    assert ended.err.endswith(f"Publish one first: watchbill publish {PERIOD}\n")
