import json
import os
from pathlib import Path

import pytest

from tiny import PERIOD, Cli

# ------------------------------------------------------------------------------------------------------------ init


def test_what_init_writes_can_be_checked_and_planned_as_it_is(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "rota"
    ended = cli("init", folder)
    assert ended.code == 0
    assert f"watchbill -C {folder} check" in ended.out
    assert (folder / ".gitignore").read_text(encoding="utf-8").endswith(".watchbill/\n")
    assert "0 mistakes to mend" in cli("-C", folder, "check", "2027-Q1").out
    assert cli("-C", folder, "plan", "2027-01-04..2027-01-10", "--quiet", "--effort", "0.02").code == 0


def test_init_never_touches_a_folder_that_holds_anything(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = cli("init", tmp_path)
    assert ended.code == 1
    assert "is not an empty folder" in ended.err
    assert os.listdir(tmp_path) == ["mine.txt"]


# ----------------------------------------------------------------------------------------------------------- check


def test_check_says_what_was_understood(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "check", PERIOD)
    assert ended.code == 0
    assert "4 people, 1 role, 1 layer; 5 shifts in " + PERIOD in ended.out
    ana = next(line for line in ended.out.splitlines() if line.startswith("Ana Souza"))
    assert ana.split()[-3:] == ["3", "0", "2027-12-31"]
    assert "3 warnings" in ended.out


def test_check_names_every_mistake_at_once_and_fails(team: Path, cli: Cli) -> None:
    (team / "availability" / "bo.yaml").write_text("person: bo\nleave: [03/04/2027]\nleav: []\n", encoding="utf-8")
    (team / "availability" / "zed.yaml").write_text("person: zed\n", encoding="utf-8")
    ended = cli("-C", team, "check", PERIOD)
    assert ended.code == 1
    places = [line.split("  ")[0] for line in ended.out.splitlines() if line.startswith("availability/")]
    assert [place.rpartition(":")[0] for place in places] == [
        "availability/bo.yaml:2",
        "availability/bo.yaml:3",
        "availability/zed.yaml:1",
    ]
    assert "3 mistakes to mend" in ended.out


def test_check_marks_lines_for_github(team: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(team.parent)
    (team / "availability" / "bo.yaml").write_text("person: bo\nleave: [50%]\n", encoding="utf-8")
    ended = cli("-C", "team", "check", PERIOD, "--format", "github")
    assert ended.code == 1
    line = next(line for line in ended.out.splitlines() if line.startswith("::error"))
    assert line.startswith("::error file=team/availability/bo.yaml,line=2,col=")
    assert "50%25" in line
    assert all(row.startswith("::") for row in ended.out.splitlines())


def test_check_of_one_person_leaves_the_others_out(team: Path, cli: Cli) -> None:
    (team / "availability" / "bo.yaml").write_text("person: bo\nleav: []\n", encoding="utf-8")
    assert cli("-C", team, "check", PERIOD, "--person", "ana").code == 0
    assert cli("-C", team, "check", PERIOD, "--person", "bo").code == 1


def test_check_as_json(team: Path, cli: Cli) -> None:
    told = json.loads(cli("-C", team, "check", PERIOD, "--json").out)
    assert told["shifts"] == 5
    assert {row["person"]: row["leave_days"] for row in told["people"]} == {"ana": 3, "bo": 0, "cy": 0, "dee": 0}
    assert all(mistake["warning"] and mistake["line"] > 0 for mistake in told["mistakes"])


def test_a_folder_without_a_team_says_how_to_start(tmp_path: Path, cli: Cli) -> None:
    for command in ("check", "plan"):
        ended = cli("-C", tmp_path, command, "2027-Q1")
        assert ended.code == 1
        assert "watchbill init" in ended.out + ended.err


# ------------------------------------------------------------------------------------------------------------ demo


def test_the_demo_ends_with_a_published_plan_and_feeds(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "demo"
    ended = cli("demo", folder, "--scenario", "levelling")
    assert ended.code == 0
    assert (folder / "plans" / "2027-01-11..2027-01-24.json").is_file()
    assert (folder / "feeds" / "team.ics").is_file()
    assert not (folder / "scenario.yaml").exists()
    assert "revision 1" in ended.out
    assert f"watchbill -C {folder} show --person" in ended.out


def test_the_demo_refuses_a_folder_that_holds_anything(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ended = cli("demo", tmp_path)
    assert ended.code == 1
    assert "name another one" in ended.err


def test_the_demo_lists_scenarios_and_knows_no_others(tmp_path: Path, cli: Cli) -> None:
    listed = cli("demo", "--list").out
    assert "quarter-8 (2027-Q1): " in listed
    ended = cli("demo", tmp_path / "x", "--scenario", "quarter-9")
    assert ended.code == 2
    assert 'Did you mean "quarter-8"?' in ended.err
    assert not (tmp_path / "x").exists()
