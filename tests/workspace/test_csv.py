"""Availability in CSV: what is read, and that a row means what the same line means in YAML."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from folders import TEAM, ana, write

from builders import span
from watchbill import workspace
from watchbill.periods import period
from watchbill.workspace import Workspace
from watchbill.workspace.csv_rows import rows

Q1 = period("2027-Q1")
AC = "availability/ana.csv"
YAML = """\
answered_through: 2027-06-30
leave:
  - {dates: 2026-12-24..2027-01-02, note: 'skiing, "off piste"'}
  - {date: 2027-02-01 13:00..18:00}
  - {date: 2027-02-03 22:00..2027-02-05 06:00, approved: true}
avoid: [{date: 2027-02-14, weight: 3}]
prefer: [{dates: 2027-01-18..2027-01-24, note: gladly}]
"""
CSV = """\
kind,from,to,weight,note,approved
leave,2026-12-24,2027-01-02,,"skiing, ""off piste""\",
leave,2027-02-01 13:00,18:00,,,
avoid,2027-02-14,,3,,
leave,2027-02-03 22:00,2027-02-05 06:00,,,true
prefer,2027-01-18,2027-01-24,,gladly,
answered_through,2027-06-30,,,,
"""


def read(folder: Path, files: dict[str, str | bytes]) -> Workspace:
    return workspace.read(write(folder, files))


def understood(folder: Path, files: dict[str, str | bytes]) -> object:
    """What is understood of availability, wherever it stands."""
    found = read(folder, files)
    facts, rules = workspace.problem(found, Q1)
    return facts, rules, found.answered


def in_csv(text: str | bytes) -> dict[str, str | bytes]:
    return {"team.yaml": TEAM, AC: text}


def test_twin_files_give_equal_workspaces(tmp_path: Path) -> None:
    twin = understood(tmp_path / "csv", in_csv(CSV))
    assert twin == understood(tmp_path / "yaml", {**ana(YAML)})
    assert twin != understood(tmp_path / "less", in_csv(CSV.replace("leave,2027-02-01 13:00,18:00,,,\n", "")))


def saved(separator: str = ",", newline: str = "\n", encoding: str = "utf-8") -> bytes:
    text = CSV.replace('"skiing, ""off piste"""', "\0").replace(",", separator).replace("\0", '"skiing, ""off piste"""')
    return text.replace("\n", newline).encode(encoding)


@pytest.mark.parametrize(
    "data",
    [
        saved(";", "\r\n"),
        saved("\t", "\r"),
        saved(encoding="utf-8-sig"),
        saved("\t", "\r\n", "utf-16"),
        b"sep=;\r\n" + saved(";", "\r\n"),
        b"# who edits this?\n\n" + saved(),
        saved().replace(b"kind,from", b" Kind ,FROM"),
        saved().replace(b"leave,", b"LEAVE , "),
        saved().replace(b"avoid,2027-02-14,,3,,\n", b"avoid,2027-02-14,,3\n,,,,,\n  # avoid,2027-02-15\n"),
        saved().replace(b"leave,2026-12-24", b'"leave","2026-12-24"'),
        saved().replace(b"leave,2026-12-24,2027-01-02,", b"leave,2026-12-24..2027-01-02,,"),
        saved().replace(b"2027-02-01 13:00", "2027-02-01\u00a013:00".encode()),
    ],
    ids=[
        *("semicolons", "tabs and old ends of lines", "BOM", "UTF-16", "sep=", "comment first", "header in capitals"),
        *("kind in capitals", "short, empty and comment rows", "quotes everywhere", "range in from", "no-break space"),
    ],
)
def test_spreadsheets_save_it_in_many_ways(data: bytes, tmp_path: Path) -> None:
    assert understood(tmp_path / "a", in_csv(data)) == understood(tmp_path / "b", in_csv(CSV))


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    found = read(tmp_path, in_csv("note,to,from,kind\nx,2027-01-06,2027-01-04,leave\n"))
    assert [str(line.moments) for line in found.availability["ana"].leave] == ["2027-01-04..2027-01-06"]


def test_one_file_may_be_for_everybody(tmp_path: Path) -> None:
    text = "person;kind;from\nbo;leave;2027-01-04\nana;leave;2027-01-05\nbo;avoid;2027-01-06\n"
    facts, _ = workspace.problem(read(tmp_path, {"team.yaml": TEAM, "availability/all of us.csv": text}), Q1)
    assert [(leave.person, leave.span) for leave in facts.leaves] == [
        ("ana", span("2027-01-05T03", "2027-01-06T03")),
        ("bo", span("2027-01-03T23", "2027-01-04T23")),
    ]
    assert [wish.person for wish in facts.wishes] == ["bo"]


def test_a_column_of_persons_may_be_empty_in_ones_own_file(tmp_path: Path) -> None:
    found = read(tmp_path, in_csv("person,kind,from\n,leave,2027-01-04\nana,leave,2027-01-06\n"))
    assert len(found.availability["ana"].leave) == 2


def test_lines_of_all_files_add_up(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        **ana("leave: [2027-01-04]\navoid: [fri]\n"),
        AC: "kind,from\nleave,2027-01-06\navoid,2027-01-20\n",
        "availability/team.csv": "person,kind,from\nana,leave,2027-01-08\nana,answered_through,2027-03-31\n",
        "availability/x.csv": "person,kind,from\nana,answered_through,2026-12-31\n",
    }
    found = read(tmp_path, files)
    own = found.availability["ana"]
    assert sorted(str(line.moments) for line in own.leave) == ["2027-01-04", "2027-01-06", "2027-01-08"]
    assert [(wish.days, str(wish.moments)) for wish in own.wishes] == [((), "2027-01-20"), ((4,), "None")]
    assert found.answered == {"ana": date(2027, 3, 31)}


def test_what_is_broken_in_one_file_leaves_the_other_to_be_judged(tmp_path: Path) -> None:
    files = {**ana("leave: [\n"), AC: "kind,from\nleave,2027-02-30\n"}
    found, mistakes = workspace.examine(write(tmp_path, files))
    assert found is None
    assert [str(mistake.place) for mistake in mistakes] == [f"{AC}:2:7", "availability/ana.yaml:2:8"]


def test_rows_are_judged_although_the_team_file_cannot_be_read(tmp_path: Path) -> None:
    _, mistakes = workspace.examine(write(tmp_path, {"team.yaml": "team: [\n", AC: "kind,from\nleave,2027-02-30\n"}))
    assert [str(mistake.place) for mistake in mistakes] == [f"{AC}:2:7", "team.yaml:1:7"]


def test_every_byte_of_a_csv_is_in_the_fingerprint(tmp_path: Path) -> None:
    first = read(tmp_path, in_csv(CSV))
    second = read(tmp_path, in_csv(CSV.replace("gladly", "Gladly")))
    assert first.fingerprint != second.fingerprint
    assert replace(second, fingerprint=first.fingerprint) == first


def test_locks_and_copies_of_editors_are_no_inputs(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "team.yaml": TEAM,
        "availability/.~lock.ana.csv#": "x",
        "availability/~$ana.xlsx": "x",
    }
    assert read(tmp_path, {**files, "availability/.ana.csv": "x", "availability/ana.yaml~": "x"}).answered == {}


def test_a_cell_may_run_over_lines_and_places_stay_right() -> None:
    found, mistakes = rows("a.csv", b'kind,note,from\nleave,"one\ntwo, ""three""",2027\n"x",y\n')
    assert mistakes == ()
    assert [[cell.text for cell in row] for row in found[1:]] == [["leave", 'one two, "three"', "2027"], ["x", "y"]]
    assert [str(cell.place) for row in found[1:] for cell in row] == [
        *("a.csv:2:1", "a.csv:2:7", "a.csv:3:17"),
        *("a.csv:4:1", "a.csv:4:5"),
    ]
