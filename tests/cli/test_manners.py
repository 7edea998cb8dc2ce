"""How commands behave at the edges: output nobody takes, folders that are none, words that are off."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tiny import PERIOD, Cli

WATCHBILL = [sys.executable, "-m", "watchbill"]


def shell(line: str, **paths: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash in which `wb` is watchbill."""
    head = f'set -o pipefail; wb() {{ {" ".join(WATCHBILL)} "$@"; }}\n'
    known = os.environ | {name: str(path) for name, path in paths.items()}
    return subprocess.run(["bash", "-c", head + line], capture_output=True, text=True, env=known, timeout=60)


@pytest.mark.parametrize("command", ["serve", "sandbox"])
@pytest.mark.parametrize("port", [99999, -1])
def test_a_port_that_is_none_is_wrong_usage(team: Path, cli: Cli, command: str, port: int) -> None:
    ended = cli("-C", team, command, "--port", port)
    assert ended.code == 2
    assert "--port" in ended.err


@pytest.mark.parametrize("command", ["check", "show --csv", "--help"])
def test_an_output_that_cannot_be_written_is_told_in_a_sentence(drafted: Path, command: str) -> None:
    done = shell(f'wb -C "$folder" {command} >/dev/full', folder=drafted)
    assert done.stderr == "the output could not be written: no space left on device. Send it somewhere else.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("command", ["show --csv", "schema team", "check"])
def test_a_reader_that_has_gone_ends_a_command_as_sigpipe_would(drafted: Path, command: str) -> None:
    done = shell(f'(sleep 0.1; wb -C "$folder" {command}) | true', folder=drafted)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_missing_availability_folder_is_a_warning(team: Path, cli: Cli) -> None:
    assert "availability:1:1" not in cli("-C", team, "check").out
    (team / "availability" / "ana.yaml").unlink()
    (team / "availability").rmdir()
    ended = cli("-C", team, "check")
    assert ended.code == 0
    assert "availability:1:1  warning: there is no such folder, so everybody counts as free" in ended.out


def test_a_file_in_place_of_the_availability_folder_is_a_mistake(team: Path, cli: Cli) -> None:
    (team / "availability" / "ana.yaml").rename(team / "ana.yaml")
    (team / "availability").rmdir()
    (team / "ana.yaml").rename(team / "availability")
    ended = cli("-C", team, "check")
    assert ended.code == 1
    assert "availability:1:1  this is a file, and has to be a folder" in ended.out


def planning(team: Path, meanwhile: str) -> subprocess.CompletedProcess[str]:
    """Plans, with something done to the folder right after its inputs were read."""
    script = (
        "import pathlib, shutil, sys\n"
        "from watchbill import cli, drafting\n"
        "folder, usual = pathlib.Path(sys.argv[1]), drafting.solved\n"
        f"def solved(*ground):\n    {meanwhile}\n    return usual(*ground)\n"
        "drafting.solved = solved\n"
        f'cli.run(["-C", str(folder), "plan", "{PERIOD}"])\n'
    )
    return subprocess.run([sys.executable, "-c", script, team], capture_output=True, text=True, timeout=60)


def test_plan_writes_nothing_into_a_folder_that_went_away(team: Path) -> None:
    done = planning(team, "shutil.rmtree(folder)")
    assert done.stderr == f"{team}/team.yaml went away meanwhile; nothing was written. Bring it back, and plan again.\n"
    assert done.returncode == 1
    assert not team.exists()


@pytest.mark.parametrize(("line", "told"), [("leave: [2027-01-18]", 2), ("# nothing", 1), ("leave: oops", 2)])
def test_plan_says_that_inputs_changed_meanwhile(team: Path, line: str, told: int) -> None:
    done = planning(team, f"(folder / 'availability/bo.yaml').write_text('person: bo\\n{line}\\n')")
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == told
    assert ("the inputs changed while it was planned" in done.stderr) is (told > 1)


def test_commands_in_sentences_are_for_the_folder_that_was_named(team: Path, tmp_path: Path, exact: Cli) -> None:
    assert exact("-C", team, "show").err.endswith(f"Make one with: watchbill -C {team} plan 2027-Q1\n")
    spaced = team.rename(tmp_path / "my team")
    assert f"Make one with: watchbill -C '{spaced}' plan" in exact("-C", spaced, "publish").err
    planned = exact("-C", spaced, "plan", PERIOD)
    assert f"watchbill -C '{spaced}' show {PERIOD}. Make it the plan with: watchbill -C '{spaced}' pub" in planned.out


def test_commands_in_sentences_name_no_folder_where_none_was_named(
    team: Path, exact: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team)
    assert exact("show").err.endswith("Make one with: watchbill plan 2027-Q1\n")


def test_a_key_to_be_hidden_is_named_from_here(published: Path, exact: Cli) -> None:
    assert exact("-C", published, "feeds", "write").code == 0
    (published / ".watchbill" / "feed.key").chmod(0o644)
    assert f"Run: chmod 600 {published}/.watchbill/feed.key" in exact("-C", published, "feeds", "write").err


def test_a_revision_that_is_not_there_is_told_with_those_that_are(published: Path, cli: Cli) -> None:
    ended = cli("-C", published, "diff", "r7", "plan")
    assert (ended.code, ended.err) == (1, f"{PERIOD} has no revision 7. Name one that it has: r1\n")


@pytest.mark.parametrize("command", ["show", "diff", "audit", "publish", "push", "rollback", "drill", "serve"])
def test_a_folder_without_a_team_is_told_of(tmp_path: Path, cli: Cli, command: str) -> None:
    ended = cli("-C", tmp_path, command)
    assert ended.code == 1
    assert ended.err.startswith(f'there is no team.yaml in {tmp_path}. Start with "watchbill init DIR"')


def test_csv_and_json_at_once_is_wrong_usage(published: Path, cli: Cli) -> None:
    assert cli("-C", published, "show", "--csv", "--json").code == 2


def test_init_begins_in_a_new_repository_and_in_nothing_else(tmp_path: Path, cli: Cli) -> None:
    for name in (".git", "README.md"):
        (tmp_path / "rota" / name).mkdir(parents=True)
    assert cli("-C", tmp_path, "init").code == 0
    assert (tmp_path / "rota" / "team.yaml").is_file()
    again = cli("-C", tmp_path, "init")
    assert again.code == 1
    assert "emove" not in again.err


def test_a_file_of_people_that_is_not_there_is_wrong_usage(tmp_path: Path, cli: Cli) -> None:
    assert cli("-C", tmp_path, "init", "--people", "nope.csv").code == 2
    assert not (tmp_path / "rota").exists()
