"""`watchbill sandbox`: a team's own PagerDuty, in a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tiny import write_team
from watchbill import rehearsal
from watchbill.sandbox import running
from watchbill.workspace.folder import read

PUBLISH = """\
  secondary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
publish:
  pagerduty:
    primary: {schedule: PABC123}
    secondary: {schedule: The Second}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_team(tmp_path / "team")
    file = folder / "team.yaml"
    before, after = file.read_text(encoding="utf-8").split("rules:\n")
    file.write_text(before + PUBLISH + "rules:\n" + after, encoding="utf-8")
    return folder


@contextmanager
def serving(folder: Path, *options: object) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The command in a process of its own, and what its export lines set."""
    command = [sys.executable, "-m", "watchbill", "-C", str(folder), "sandbox", "--port", "0", *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        exports = [line.removeprefix("export ").strip() for line in lines if line.startswith("export ")]
        yield process, dict(line.split("=", 1) for line in exports)
    finally:
        process.kill()
        process.communicate()


def test_the_team_is_there_as_users_schedules_and_one_policy(folder: Path) -> None:
    workspace = read(folder)
    with running(rehearsal.seed(workspace)) as box:
        emails = [user.email for user in box.state.users.values()]
        names = {id_: schedule.name for id_, schedule in box.state.schedules.items()}
        (policy,) = box.state.policies.values()
    assert emails == ["ana@example.com", "bo@example.com", "cy@example.com", "dee@example.com"]
    assert names == {"PABC123": "PABC123", rehearsal.schedule_id("The Second"): "The Second"}
    assert [target.id for rule in policy.rules for target in rule.targets] == list(names)


def test_a_team_that_publishes_nothing_has_users_only(tmp_path: Path) -> None:
    seed = rehearsal.seed(read(write_team(tmp_path / "team")))
    assert len(seed["users"]) == 4
    assert (seed["schedules"], seed["schedules_v3"], seed["escalation_policies"]) == ([], [], [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(folder: Path, number: signal.Signals) -> None:
    with serving(folder, "--now", "2026-12-20T09:00Z") as (process, exported):
        headers = {"Authorization": f"Token token={exported['WATCHBILL_PAGERDUTY_KEY']}"}
        url = exported["WATCHBILL_PAGERDUTY_URL"]
        assert url.startswith("http://127.0.0.1:")
        found = requests.get(f"{url}/schedules", headers=headers, timeout=10).json()["schedules"]
        clock = requests.get(f"{url}/sandbox/clock", timeout=10).json()
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert [schedule["name"] for schedule in found] == ["PABC123", "The Second"]
    assert clock == {"now": "2026-12-20T09:00Z", "fixed": True}
    assert process.returncode == 0
    assert said.splitlines()[-1] == "stopped after 0 writes."


def test_it_remembers_in_a_file_and_goes_on_from_it(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with serving(folder, "--state", state) as (_, exported):
        body: dict[str, Any] = {
            "method": "POST",
            "path": "/v3/schedules",
            "body": {"schedule": {"name": "N", "time_zone": "UTC"}},
        }
        requests.post(f"{exported['WATCHBILL_PAGERDUTY_URL']}/sandbox/manual", json=body, timeout=10)
    assert len(json.loads(state.read_text(encoding="utf-8"))["shift_schedules"]) == 1
    with serving(folder, "--state", state) as (_, exported):
        kept = requests.get(f"{exported['WATCHBILL_PAGERDUTY_URL']}/sandbox/state", timeout=10).json()
    assert kept == json.loads(state.read_text(encoding="utf-8"))


def ended(folder: Path, *options: object) -> tuple[int, str]:
    command = [sys.executable, "-m", "watchbill", "-C", str(folder), "sandbox", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_what_cannot_be_is_told_with_the_remedy(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[]", encoding="utf-8")
    assert ended(folder, "--now", "noon")[0] == 2
    code, said = ended(folder, "--state", broken)
    assert (code, "Remove it, or name another file" in said) == (1, True)
    code, said = ended(folder, "--port", 99_999)
    assert (code, "'--port': Input should be less than or equal to 65535" in said) == (2, True)
