"""push, rollback and what comes before them, as commands: against a sandbox over HTTP."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_terminal import follow

from pushes import NOW, Q1, Desk, days, handed, publish, schedule, seed, team, user
from tiny import Cli
from watchbill.cli.order import ORDER
from watchbill.results import Assigned
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle
from watchbill.workspace import plans

ROLES = "primary: {schedule: Payments primary}\nsecondary: {schedule: Payments secondary}"
KEY = "u-never-to-be-seen-4711"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    empty = [schedule("Payments primary", "PPRIM01"), schedule("Payments secondary", "PSECO01")]
    with running(seed(schedules=empty), now=NOW, key=KEY) as handle:
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_URL", handle.url)
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", handle.key)
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    return Desk(folder, box)


def test_what_is_shown_is_applied_by_its_digest(desk: Desk, cli: Cli) -> None:
    shown = cli("-C", desk.folder, "push")
    assert shown.code == 0
    layers = "watchbill after week (new),\n      watchbill 2027-Q1 week (new)\n"
    assert f"  write the layers, from the lowest: {layers}" in shown.out
    assert "no escalation policy uses this schedule: it pages nobody" in shown.out
    digest = shown.out.rsplit("--apply ", 1)[1].strip()
    done = cli("-C", desk.folder, "push", Q1, "--apply", digest)
    assert (done.code, "2 writes made; read back" in done.out) == (0, True)
    assert "write 2 of 2" in done.err
    assert "Nothing to write" in cli("-C", desk.folder, "push").out
    assert KEY not in shown.out + shown.err + done.out + done.err


def test_all_but_the_command_to_copy_fits_eighty_columns(desk: Desk, cli: Cli, box: Handle) -> None:
    by_hand = [schedule("Payments primary", "PPRIM01", "ana"), schedule("Payments secondary", "PSECO01", "bo")]
    box.reset(seed(schedules=by_hand))
    allowed = ["--allow", "foreign:primary", "--allow", "foreign:secondary"]
    shown = cli("-C", desk.folder, "push", *allowed).out.splitlines()
    lines = [line for line in shown if not line.startswith("Apply with: ")]
    assert len(lines) == len(shown) - 1
    assert sum("–" in line for line in lines) > 20
    assert max(map(len, lines)) <= 80


def test_a_withheld_hazard_ends_with_one_and_says_how_to_allow_it(tmp_path: Path, cli: Cli, box: Handle) -> None:
    box.reset(
        seed(schedules=[schedule("Payments primary", "PPRIM01", "ana"), schedule("Payments secondary", "PSECO01")])
    )
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    shown = cli("-C", folder, "push")
    assert shown.code == 1
    assert "hazard foreign:primary (withheld)" in shown.out
    assert "--allow foreign:primary" in shown.err
    told = json.loads(cli("-C", folder, "push", "--allow", "foreign:primary", "--json").out)
    assert told["digest"]
    assert told["hazards"][0]["allowed"]


def test_what_cannot_be_pushed_is_told_with_the_remedy(desk: Desk, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    over = cli("-C", desk.folder, "push", "2026-Q3")
    assert (over.code, "neither a draft nor a plan" in over.err) == (1, True)
    role = cli("-C", desk.folder, "push", "--role", "primry")
    assert (role.code, 'Did you mean "primary"?' in role.err) == (2, True)
    monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", "wrong")
    denied = cli("-C", desk.folder, "push")
    assert denied.code == 4
    assert "401" in denied.err
    monkeypatch.delenv("WATCHBILL_PAGERDUTY_KEY")
    absent = cli("-C", desk.folder, "push")
    assert (absent.code, "chmod 600" in absent.err) == (1, True)
    monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", KEY)
    monkeypatch.setenv("WATCHBILL_PAGERDUTY_URL", "http://127.0.0.1:9")
    gone = cli("-C", desk.folder, "push")
    assert gone.code == 4
    assert "Traceback" not in gone.err


def test_from_a_leave_line_to_pagerduty_in_three_commands(desk: Desk, cli: Cli) -> None:
    assert desk.push().after.settled
    desk.box.set_now(datetime(2027, 2, 10, 8, tzinfo=UTC))
    (plan,) = plans.read_plans(desk.folder)
    ill = next(a for a in plan.shifts if a.shift.id == "primary/week/2027-02-08").person
    (desk.folder / "availability").mkdir()
    line = f"person: {ill}\nleave:\n  - 2027-02-10..2027-02-23\n"
    (desk.folder / "availability" / f"{ill}.yaml").write_text(line, encoding="utf-8")

    assert cli("-C", desk.folder, "replan", "2027-Q1", "--from", "2027-02-10T09:00", "--quiet").code == 0
    assert cli("-C", desk.folder, "publish").code == 0
    text = on_a_terminal(desk, "push", "--allow", "notice:primary", answer="y")

    assert "PagerDuty shows exactly what was meant" in text
    (found,) = on_call(desk, datetime(2027, 2, 10, 9, tzinfo=UTC))
    assert found != user(str(ill))
    assert desk.show().settled


def on_a_terminal(desk: Desk, *arguments: str, answer: str) -> str:
    """What a command shows on a terminal on which a question is answered."""
    here, there = pty.openpty()
    command = [sys.executable, "-m", "watchbill", "-C", str(desk.folder), *arguments]
    with subprocess.Popen(command, stdin=there, stdout=there, stderr=there, env=os.environ | {"TERM": "xterm"}) as run:
        os.close(there)
        text = follow(here, lambda text: "[y/N]" in text)
        os.write(here, f"{answer}\n".encode())
        text += follow(here, lambda text: run.poll() is not None)
        assert run.wait(30) == 0, text
    os.close(here)
    return text


def on_call(desk: Desk, at: datetime) -> list[str]:
    """Who is on call in PagerDuty at an instant, by user id."""
    window = {"since": at.isoformat(), "until": (at + days(0.01)).isoformat()}
    return [found["id"] for found in desk.link().calls.pages("/schedules/PPRIM01/users", "users", window)]


def test_what_is_written_is_said_in_words_that_count_right(desk: Desk, cli: Cli) -> None:
    publish(desk.folder, change=a_day_given)
    assert "  make 1 override\n" in cli("-C", desk.folder, "push").out
    team(desk.folder, "primary: {schedule: Brand new, as: custom_shifts}")
    shown = cli("-C", desk.folder, "push", "--create").out
    assert 'make the shift-based schedule "Brand new" in Europe/Berlin\n' in shown
    assert "layers" not in shown


def test_many_writes_of_one_kind_are_one_line(desk: Desk, cli: Cli) -> None:
    team(desk.folder, "primary: {schedule: Brand new, as: custom_shifts}")
    publish(desk.folder)
    desk.push(create=True)
    publish(desk.folder, shift_by=1)
    lines = [line.strip() for line in cli("-C", desk.folder, "push").out.splitlines()]
    assert "make 14 custom shifts" in lines
    assert "take away 14 custom shifts, Fri 01 Jan 00:00 to Mon 05 Apr 09:00" in lines


def a_day_given(assigned: Assigned) -> Assigned:
    start = datetime(2027, 2, 3, 9, tzinfo=UTC)
    if assigned.shift.id == "primary/week/2027-02-01":
        return handed(assigned, "hal", start, start + days(1))
    return assigned


def test_taking_back_is_said_as_such(desk: Desk, cli: Cli) -> None:
    publish(desk.folder, change=a_day_given)
    desk.box.fail(method="POST", path=".*/overrides", kind="status", status=403, times=1)
    digest = cli("-C", desk.folder, "push").out.rsplit("--apply ", 1)[1].strip()
    done = cli("-C", desk.folder, "push", "--apply", digest)
    assert done.code == 4
    assert "403 Forbidden" in done.err
    told = [line for line in done.err.splitlines() if "write" in line]
    assert told[:3] == ["write 1 of 3", "write 2 of 3", "taking back: write 1 of 1"]
    assert "Payments primary was put back" in done.err


def test_commands_come_in_the_order_in_which_a_team_meets_them(cli: Cli) -> None:
    told = [line.split()[0] for line in cli("--help").out.partition("Commands:\n")[2].splitlines() if line.strip()]
    assert told[:5] == ["demo", "init", "check", "plan", "show"]
    known = [name for name in told if name in ORDER]
    assert known == sorted(known, key=ORDER.index)
    assert {"push", "drift", "drill"} < set(known)


def test_a_role_that_is_none_is_wrong_usage(desk: Desk, cli: Cli) -> None:
    assert cli("-C", desk.folder, "push", "--role", "tertiary").code == 2


def test_looking_again_after_a_stale_digest_keeps_what_was_allowed(desk: Desk, cli: Cli, box: Handle) -> None:
    box.reset(seed(schedules=[schedule("Payments primary", "PPRIM01", "ana")]))
    allowed = ["--allow", "foreign:primary", "--create"]
    stale = cli("-C", desk.folder, "push", Q1, *allowed, "--apply", "0" * 16)
    assert stale.code == 1
    assert f"watchbill push {Q1} {' '.join(allowed)}\n" in stale.err
