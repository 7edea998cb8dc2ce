import json
from pathlib import Path

import pytest

from tiny import PERIOD, Cli


def test_check_says_what_was_understood(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "check", PERIOD)
    assert ended.code == 0
    assert "4 people, 1 role, 1 layer; 5 shifts in " + PERIOD in ended.out
    ana = next(line for line in ended.out.splitlines() if line.startswith("Ana Souza"))
    assert ana.split()[2:] == ["3", "d", "2", "of", "5", "336", "0", "0", "2027-12-31"]
    assert "Not answered through 2027-01-31 (3 of 4): Bo Lindqvist, Cy Tan, Dee Hall." in ended.out
    assert "0 mistakes to mend, 0 warnings." in ended.out


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
