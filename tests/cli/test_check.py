import json
import os
import re
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tiny import PERIOD, TEAM, Cli, write_team
from watchbill.demo import scenarios
from watchbill.workspace.nodes import parse

ROOT = Path(__file__).parents[2]


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


# --------------------------------------------------------------------------------------------------------- formats

COMMAND = re.compile(
    r"::(?P<kind>error|warning) file=(?P<file>[^,:]+),line=(?P<line>\d+),col=(?P<col>\d+)::(?P<text>.+)"
)


def unescaped(text: str) -> str:
    """As the runner of a workflow reads a property or a message."""
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_every_line_for_github_is_a_command_that_says_what_the_text_says(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_team(tmp_path / "a,b: 100%")
    (folder / "availability" / "bo.yaml").write_text("person: bo\nleave: [50%, 03/04/2027]\nx: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    told = json.loads(cli("-C", "a,b: 100%", "check", PERIOD, "--format", "json").out)["mistakes"]
    marks = [
        COMMAND.fullmatch(line) for line in cli("-C", folder, "check", PERIOD, "--format", "github").out.splitlines()
    ]
    read = [(unescaped(m["file"]), int(m["line"]), int(m["col"]), unescaped(m["text"])) for m in marks if m]
    assert None not in marks
    assert read == [(f"a,b: 100%/{m['file']}", m["line"], m["column"], m["sentence"]) for m in told]
    assert len(read) == 3


def test_github_also_marks_who_has_not_answered_and_fails_on_errors_only(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "check", PERIOD, "--format", "github")
    assert ended.code == 0
    assert [line.split("::")[1].split(" ")[0] for line in ended.out.splitlines()] == ["warning"] * 3


def test_json_has_every_line_with_what_it_blocks_and_weighs(team: Path, cli: Cli) -> None:
    path = team / "availability" / "ana.yaml"
    path.write_text(
        "person: ana\nleave: [{date: 2027-01-12, note: secret}]\navoid: [{on: nights, weight: 20}]\n", encoding="utf-8"
    )
    ended = cli("-C", team, "check", PERIOD, "--format", "json")
    told = json.loads(ended.out)
    leave, avoid = next(row for row in told["people"] if row["person"] == "ana")["lines"]
    assert (leave["line"], leave["blocks"], leave["hours"]) == (2, ["primary/week/2027-01-11"], 168)
    assert (avoid["understood"], avoid["weight"], avoid["weighs"]) == ("nights", 20, 10)
    assert [week["can_serve"] for week in told["layers"][0]["weeks"]] == [4, 3, 4, 4]
    assert "secret" not in ended.out
    assert ended.out == cli("-C", team, "check", PERIOD, "--json").out


# ------------------------------------------------------------------------------------------------------ one person


def test_ones_own_file_comes_back_in_words(team: Path, cli: Cli) -> None:
    (team / "availability" / "ana.yaml").write_text(OWN, encoding="utf-8")
    shown = cli("-C", team, "check", PERIOD, "--person", "ana").out
    for words in (
        "Ana Souza (ana), Europe/Berlin, serves primary/week\nHas answered through 2027-01-15 only.",
        "line 4  leave: Thu 24 Dec 2026 to Sat 2 Jan 2027, 10 days, last day off Sat 2 Jan",
        "line 5  leave: Mon 1 Feb 2027 13:00 to 18:00, 5 h",
        "line 6  leave: Mon 11 Jan 2027 22:00 to Tue 12 Jan 2027 06:00, 8 h, approved\n    blocks 1 shift, 168 h: ",
        "line 7  never: Sundays, 22:00 to 06:00 of the next day",
        "line 9  avoid: Tue 19 Jan 2027, the whole day\n    weighs 7.5 instead of 9: all wishes share a budget of 10",
        "line 10  avoid: Sun 14 Mar 2027, the whole day\n    touches none of your shifts",
        "line 11  prefer: Mondays to Wednesdays, 08:00 to 12:00\n    weighs 2.5 instead of 3",
        "travel: Mon 3 May to Tue 4 May 2027 in Asia/Tokyo",
        "limit: at most 2 shifts per 28 days",
        "holiday: Wed 10 Feb 2027",
    ):
        assert " ".join(words.split()) in " ".join(shown.split())
    assert "secret" not in shown
    assert max(map(len, shown.partition("Ana Souza (ana)")[2].splitlines())) <= 80


OWN = """\
person: ana
answered_through: 2027-01-15
leave:
  - {dates: 2026-12-24..2027-01-02, note: secret}
  - 2027-02-01 13:00..18:00
  - {dates: 2027-01-11 22:00..06:00, approved: true, note: secret}
never: [{days: [sun], hours: 22:00..06:00, note: secret}]
avoid:
  - {date: 2027-01-19, weight: 9, note: secret}
  - 2027-03-14
prefer: [{days: [mon, tue, wed], hours: 08:00..12:00, weight: 3}]
travel: [{dates: 2027-05-03..2027-05-04, timezone: Asia/Tokyo, note: secret}]
limits: [{count: shifts, at_most: 2, per: 4 weeks}]
holidays: [2027-02-10]
"""


@pytest.mark.parametrize(
    ("avoid", "alike"), [("[{days: [mon, tue, wed, thu, fri, sat, sun]}]", True), ("[fri]", False)]
)
def test_who_avoids_every_day_alike_hears_that_it_changes_nothing(
    team: Path, cli: Cli, avoid: str, *, alike: bool
) -> None:
    (team / "team.yaml").write_text(
        TEAM.replace("turn: 1 week, handoff: mon 09:00", "turn: 1 day, handoff: 00:00"), encoding="utf-8"
    )
    (team / "availability" / "ana.yaml").write_text(f"person: ana\navoid: {avoid}\n", encoding="utf-8")
    shown = cli("-C", team, "check", PERIOD, "--person", "ana").out
    assert ("These wishes weigh every shift alike, so they change nothing." in shown) is alike


def test_one_person_hears_of_mistakes_elsewhere_in_a_count_only(team: Path, cli: Cli) -> None:
    (team / "availability" / "bo.yaml").write_text("person: bo\nleav: []\n", encoding="utf-8")
    shown = cli("-C", team, "check", PERIOD, "--person", "ana").out
    assert shown.startswith("1 mistake in other files;")
    assert "bo.yaml" not in shown


def test_an_unknown_person_is_wrong_usage(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "check", PERIOD, "--person", "anna")
    assert ended.code == 2
    assert 'Did you mean "ana"?' in ended.err


# --------------------------------------------------------------------------------------------------------- screens


@pytest.mark.parametrize("name", sorted(scenarios()))
def test_tables_fit_a_terminal_and_have_everyone_if_asked(name: str, cli: Cli) -> None:
    chosen = scenarios()[name]
    shown = cli("-C", chosen.folder, "check", chosen.period.name, "--verbose").out
    assert [line for line in shown.splitlines() if len(line) > 80 and "  warning: " not in line] == []
    people = [path.stem for path in (chosen.folder / "availability").iterdir()]
    assert [who for who in people if f"({who}), " not in shown] == []


def test_of_many_people_only_those_worth_a_look_are_listed(cli: Cli) -> None:
    chosen = scenarios()["year-100"]
    short = cli("-C", chosen.folder, "check", chosen.period.name).out
    assert short.startswith("100 people who can serve most shifts; --verbose lists everyone\n")
    assert len(short.splitlines()) < 15
    assert "primary/night    ++++++" in short


def test_weeks_without_a_reserve_are_marked(team: Path, cli: Cli) -> None:
    for who in ("bo", "cy", "dee"):
        lines = f"person: {who}\nleave: [2027-01-13, {'2027-01-20' if who != 'dee' else '2027-01-27'}]\n"
        (team / "availability" / f"{who}.yaml").write_text(lines, encoding="utf-8")
    (team / "availability" / "ana.yaml").write_text("person: ana\nleave: [2027-01-12, 2027-01-21]\n", encoding="utf-8")
    shown = cli("-C", team, "check", PERIOD).out
    assert "primary/week  4   0x  1!  3\n" in shown
    assert "x: too few  !: nobody in reserve" in shown


# ----------------------------------------------------------------------------------------------------------- hooks


def test_the_pre_commit_hook_runs_in_a_teams_folder(team: Path) -> None:
    root, mistakes = parse(
        "hooks", (ROOT / ".pre-commit-hooks.yaml").read_bytes().replace(b"\n- id", b"\nhooks:\n- id")
    )
    assert root is not None
    assert not mistakes
    hook = root.plain()["hooks"][0]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    run: partial[subprocess.CompletedProcess[bytes]] = partial(
        subprocess.run, shlex.split(hook["entry"]), cwd=team, env=environment, capture_output=True, check=False
    )
    assert run().returncode == 0
    (team / "availability" / "bo.yaml").write_text("person: bo\nleav: []\n", encoding="utf-8")
    failed = run()
    assert failed.returncode == 1
    assert b"availability/bo.yaml:2:1" in failed.stdout
    changed = ["team.yaml", "availability/bo.yaml", "availability/team.csv", "plans/2027-Q1.json", "old/team.yaml"]
    assert [name for name in changed if re.search(hook["files"], name)] == changed[:3]
