"""Commands that write the same folder at the same time, each in a process of its own: nothing is lost.

The test holds the lock until every command waits for it, having read all that it goes by, and then lets them in: who
comes first is chance, what comes out is not.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiny import PERIOD, Cli, draft_of
from watchbill.locking import WAITING, one_writer

PATIENCE_SECONDS = 60
# However slow the machine is, nobody gives up before the last one has come to wait, too.
PATIENT = f"""
import sys
from watchbill import cli, locking
locking.PATIENCE_SECONDS = {PATIENCE_SECONDS}
cli.run(sys.argv[1:])
"""
FROM = "2027-01-05"
FIRST, SECOND, LAST = (f"primary/week/2027-01-{day}" for day in (11, 18, 25))


def begun(folder: Path, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PATIENT, "-C", str(folder), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def at_once(
    folder: Path, *commands: tuple[str, ...], meanwhile: Callable[[], object] = lambda: None
) -> list[tuple[int, str]]:
    """How each command ended, the best first: its exit code, and what it said on standard error once it had waited."""
    with one_writer(folder):
        running = [begun(folder, *command) for command in commands]
        for each in running:
            assert each.stderr
            assert f"{WAITING}\n" in iter(each.stderr.readline, "")
        meanwhile()
    ended = [(each.communicate(timeout=PATIENCE_SECONDS)[1], each.returncode) for each in running]
    return sorted((code, said) for said, code in ended)


def plan_of(folder: Path, name: str = f"{PERIOD}.json") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "plans" / name).read_text(encoding="utf-8"))
    return content


def other_than(folder: Path, shift: str) -> str:
    """Somebody who does not hold a shift."""
    holders = {one["id"]: one["person"] for one in plan_of(folder)["shifts"]}
    return next(person for person in ("bo", "cy", "dee") if person != holders[shift])


def assigning(folder: Path, shift: str, *more: str) -> tuple[str, ...]:
    return ("assign", shift, other_than(folder, shift), "--from", FROM, "--allow", "space", "--yes", *more)


def test_of_several_publishes_one_makes_the_revision_and_no_plan_is_lost(drafted: Path) -> None:
    before = draft_of(drafted)["shifts"]
    won, *lost = at_once(drafted, *[("publish", PERIOD)] * 3)
    assert won == (0, "")
    assert [code for code, _ in lost] == [1, 1]
    assert all(f"{PERIOD} has no draft to publish: plans/{PERIOD}.json is published already." in s for _, s in lost)
    assert [s["person"] for s in plan_of(drafted)["shifts"]] == [s["person"] for s in before]
    assert plan_of(drafted)["revision"] == 1
    assert list((drafted / "drafts").iterdir()) == []


def test_of_two_decisions_one_is_written_and_the_other_one_refused(published: Path) -> None:
    won, lost = at_once(published, assigning(published, FIRST), assigning(published, LAST))
    assert won[0] == 0
    assert lost == (
        1,
        "the inputs, the draft or the plan changed since this was shown; nothing was written. Run the same again.\n",
    )
    assert len(draft_of(published)["decisions"]) == 1


def test_a_decision_that_was_refused_goes_on_from_the_other_one(published: Path) -> None:
    commands = {shift: assigning(published, shift) for shift in (FIRST, LAST)}
    at_once(published, *commands.values())
    done = {row["shift"] for row in draft_of(published)["decisions"]}
    (left,) = commands.keys() - done
    again = begun(published, *commands[left])
    again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 0
    assert {row["shift"] for row in draft_of(published)["decisions"]} == {FIRST, LAST}


def test_of_two_decisions_that_publish_at_once_one_does(published: Path) -> None:
    won, lost = at_once(published, *(assigning(published, shift, "--publish") for shift in (FIRST, LAST)))
    assert (won[0], lost[0]) == (0, 1)
    assert "changed since this was shown" in lost[1]
    assert (plan_of(published)["revision"], len(plan_of(published)["decisions"])) == (2, 1)
    assert plan_of(published, f"history/{PERIOD}.r1.json")["revision"] == 1
    assert list((published / "drafts").iterdir()) == []


def test_two_plans_of_the_same_inputs_are_one(team: Path) -> None:
    assert at_once(team, *[("plan", PERIOD, "--quiet")] * 2) == [(0, f"{team}/drafts/{PERIOD}.json written.\n")] * 2


@pytest.mark.parametrize("command", [("plan", PERIOD, "--fresh", "--seed", "2"), ("plan", PERIOD, "--effort", "0.5")])
def test_a_draft_that_was_edited_while_it_was_planned_is_not_overwritten(
    command: tuple[str, ...], drafted: Path
) -> None:
    path = drafted / "drafts" / f"{PERIOD}.json"
    edited = path.read_bytes().replace(b'"pinned": false', b'"pinned": true', 1)

    ((code, said),) = at_once(drafted, (*command, "--quiet"), meanwhile=lambda: path.write_bytes(edited))
    assert code == 1
    assert said == f"{path} changed meanwhile; nothing was written. Look at it, and run the same again.\n"
    assert path.read_bytes() == edited


def test_what_was_published_while_it_was_planned_gets_no_draft(made: Path, team: Path, cli: Cli) -> None:
    def publish() -> None:
        (team / "drafts").mkdir()
        (team / "drafts" / f"{PERIOD}.json").write_bytes((made / "drafts" / f"{PERIOD}.json").read_bytes())
        assert cli("-C", team, "publish", PERIOD).code == 0

    ((code, said),) = at_once(team, ("plan", PERIOD, "--quiet"), meanwhile=publish)
    path = team / "plans" / f"{PERIOD}.json"
    assert (code, said) == (
        1,
        f"{path} was written meanwhile; nothing was written. Look at it, and run the same again.\n",
    )
    assert list((team / "drafts").iterdir()) == []


def test_a_draft_that_came_up_during_replan_stays(published: Path, cli: Cli) -> None:
    (published / "availability" / "dee.yaml").write_text("person: dee\nleave: [2027-01-05..2027-01-31]\n")
    decided = assigning(published, FIRST)
    held = {shift["id"]: shift["person"] for shift in plan_of(published)["shifts"]}
    assert "dee" in held.values()

    def decide() -> None:
        assert cli("-C", published, *decided).code == 0

    ((code, said),) = at_once(published, ("replan", PERIOD, "--from", FROM), meanwhile=decide)
    assert code == 1
    assert f"{PERIOD}.json was written meanwhile; nothing was written." in said
    assert len(draft_of(published)["decisions"]) == 1


def test_links_that_are_revoked_at_once_are_both_dead(published: Path, cli: Cli) -> None:
    assert cli("-C", published, "feeds", "write").code == 0
    ended = at_once(published, ("feeds", "revoke", "bo"), ("feeds", "revoke", "primary"))
    assert ended == [(0, ""), (0, "")]
    register = json.loads((published / "feeds.json").read_text(encoding="utf-8"))
    assert register["generations"] == {"person/bo": 1, "role/primary": 1}


def test_pages_that_are_imported_at_once_are_both_kept(team: Path, tmp_path: Path) -> None:
    commands = []
    for n, hour in enumerate(("08", "09")):
        path = tmp_path / f"{n}.csv"
        path.write_text(f"created_on,assigned_to_user_names\n2026-12-01T{hour}:10:00Z,Bo Lindqvist\n")
        commands.append(("import", "incidents", str(path)))
    assert [code for code, _ in at_once(team, *commands)] == [0, 0]
    pages = (team / "history" / "pages.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(pages[1:]) == ["2026-12-01T08:00Z,bo,1", "2026-12-01T09:00Z,bo,1"]


def test_of_two_that_begin_in_one_folder_one_does(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name\nZoe Quick\n")
    home = tmp_path / "rota"
    home.mkdir()
    ended = at_once(home, ("init", "."), ("init", ".", "--people", str(people)))
    assert Counter(code for code, _ in ended) == {0: 1, 1: 1}
    assert "exists already and is not an empty folder" in ended[1][1]
    whole = "Zoe Quick" in (home / "team.yaml").read_text(encoding="utf-8")
    assert sorted(path.name for path in (home / "availability").iterdir() if path.name.startswith("zoe")) == (
        ["zoe-quick.yaml"] if whole else []
    )


def test_whoever_is_killed_while_writing_is_in_nobodys_way(drafted: Path) -> None:
    program = "import sys; from pathlib import Path; from watchbill.locking import one_writer\n"
    program += "with one_writer(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(drafted)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        os.kill(holder.pid, signal.SIGKILL)
    after = begun(drafted, "publish", PERIOD)
    assert after.communicate(timeout=PATIENCE_SECONDS)[1] == ""
    assert after.returncode == 0


def test_git_sees_nothing_of_the_lock(drafted: Path, cli: Cli) -> None:
    subprocess.run(["git", "init", "-q", drafted], check=True)
    assert cli("-C", drafted, "publish", PERIOD).code == 0
    assert (drafted / ".watchbill" / "writing.lock").is_file()
    seen = subprocess.run(
        ["git", "-C", drafted, "status", "--short", "-uall"], capture_output=True, text=True, check=True
    )
    assert "watchbill" not in seen.stdout
    assert f"plans/{PERIOD}.json" in seen.stdout


@pytest.mark.parametrize(
    "command",
    ["check", "show", "audit", "diff plan plan", f"explain {FIRST}", f"swap {FIRST} --from {FROM}"],
)
def test_who_only_reads_leaves_no_trace(published: Path, cli: Cli, command: str) -> None:
    shutil.rmtree(published / ".watchbill")
    before = sorted(published.rglob("*"))
    cli("-C", published, *command.split())
    assert sorted(published.rglob("*")) == before


def test_a_folder_that_cannot_be_locked_is_told_in_a_sentence(drafted: Path, cli: Cli) -> None:
    shutil.rmtree(drafted / ".watchbill")
    (drafted / ".watchbill").write_text("no folder")
    ended = cli("-C", drafted, "publish", PERIOD)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "cannot be written: " in ended.err
    assert (drafted / "drafts" / f"{PERIOD}.json").is_file()
