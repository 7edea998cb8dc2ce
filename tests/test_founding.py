"""A workspace from a list of people."""

from datetime import date
from pathlib import Path

import pytest

from watchbill import checking, founding
from watchbill.errors import InputError, Refused
from watchbill.periods import period
from watchbill.workspace.people_csv import people

TODAY = date(2026, 11, 20)
LIST = """\
\ufeffName;E-Mail;Time zone;tags;Holidays;share;joined;pagerduty
Ana Souza;ana@example.com;America/Sao_Paulo;senior, db;BR-SP;80%;;PABC123
Zoë Ørsted;zoe@example.com;Europe/Copenhagen;;DK;;2027-02-01;

No;;;on;;;;
"Bo ""Bob"" O'Neil: #1";bo@example.com;Europe/Copenhagen;;;;;
Ana Souza;other@example.com;;;;;;
"""


def made(folder: Path, text: str, name: str = "people.csv") -> tuple[str, ...]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return founding.found(folder / "rota", folder / name, TODAY)[1]


def complaints(text: str) -> list[str]:
    with pytest.raises(InputError, match=r"people\.csv:") as told:
        people("people.csv", text.encode())
    return str(told.value).splitlines()


def test_a_list_becomes_a_workspace_that_checks_clean_and_says_what_the_list_says(tmp_path: Path) -> None:
    files = made(tmp_path, LIST)
    found = checking.check(tmp_path / "rota", period("2027-Q1"))
    assert ["are all called Ana Souza" in str(mistake) for mistake in found.mistakes] == [True]
    assert found.team is not None
    assert found.team.zone == "Europe/Copenhagen"
    ana, zoe, no, bo, other = found.team.people
    assert [p.id for p in found.team.people] == ["ana-souza", "zoe-orsted", "no", "bo-bob-o-neil-1", "ana-souza-2"]
    assert (ana.zone, ana.tags, ana.holidays, ana.pagerduty) == (
        "America/Sao_Paulo",
        ("senior", "db"),
        ("BR-SP",),
        "PABC123",
    )
    assert ana.shares[0].percent == 80
    assert (zoe.name, zoe.joined, no.tags, other.zone) == ("Zoë Ørsted", date(2027, 2, 1), ("on",), "Europe/Copenhagen")
    assert bo.name == 'Bo "Bob" O\'Neil: #1'
    assert {f"availability/{p.id}.yaml" for p in found.team.people} < set(files)
    assert len(found.silent) == 5


def test_every_example_line_of_an_availability_file_can_be_uncommented(tmp_path: Path) -> None:
    made(tmp_path, LIST)
    path = tmp_path / "rota" / "availability" / "ana-souza.yaml"
    head, person, rest = path.read_text(encoding="utf-8").partition("person:")
    body = "\n".join(line.removeprefix("# ").replace("#   ", "  ", 1) for line in rest.split("\n"))
    path.write_text(head + person + body, encoding="utf-8")
    found = checking.check(tmp_path / "rota", period("2027-Q1"))
    assert ["are all called Ana Souza" in str(mistake) for mistake in found.mistakes] == [True]
    ana = found.people[0]
    assert [line.kind for line in ana.lines] == ["leave", "leave", "avoid", "avoid", "prefer"]
    assert (str(ana.answered), len(ana.person.travel)) == ("2027-03-31", 1)


def test_given_ids_stay_and_made_ones_keep_clear_of_them() -> None:
    listed = people("people.csv", b"id,name\nana,Zed\n,Ana\n,\xe5\xb1\xb1\nbo,\n")
    assert [person.id for person in listed] == ["ana", "ana-2", "person", "bo"]


def test_roles_of_the_list_become_roles_of_the_team(tmp_path: Path) -> None:
    made(tmp_path, "name,roles\nAna,first second\nBo,second\n")
    found = checking.check(tmp_path / "rota", period("2027-Q1"))
    assert found.problem is not None
    assert dict(found.problem.servers) == {"first/week": ("ana",), "second/week": ("ana", "bo")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "people.csv:1:1  the file is empty."),
        ("Ana,ana@example.com\n", "people.csv:1:1  the first row has to name the columns"),
        ("name,hobby\nAna,x\n", 'people.csv:1:6  unknown column "hobby". Known:'),
        ("name,timezome\nAna,UTC\n", 'people.csv:1:6  unknown column "timezome". Did you mean "timezone"?'),
        ("name,email,mail\nAna,a@b,c@d\n", 'people.csv:1:12  the column "email" appears twice.'),
        ("name,email\n", "people.csv:1:1  nobody is listed."),
        ("name,email\n,a@b\n", "people.csv:2:1  this row names nobody."),
        ("name,email\nAna,ana\n", 'people.csv:2:5  "ana" is no e-mail address.'),
        ("name,timezone\nAna,Europe/Berln\n", 'people.csv:2:5  unknown time zone "Europe/Berln". Did you mean'),
        ("name,holidays\nAna,DE XX\n", 'people.csv:2:5  unknown holiday calendar "XX"'),
        ("name,share\nAna,half\n", "people.csv:2:5  "),
        ("name,joined,left\nAna,2027-03-01,2027-02-01\n", "people.csv:2:16  this is before 2027-03-01"),
        ("name,joined\nAna,03/04/2027\n", 'people.csv:2:5  "03/04/2027" can be 3 April or 4 March.'),
        ("id,name\nAna Souza,Ana\n", 'people.csv:2:1  "Ana Souza" is no id.'),
        ("id,name\nana,A\nana,B\n", 'people.csv:3:1  "ana" is in row 2 already.'),
        ("name,email\nA,x@y\nB,X@y\n", 'people.csv:3:3  "X@y" is in row 2 already.'),
        ("name,tags\nAna,senior,db\n", 'people.csv:2:12  "db" is in no column. Put lists such as'),
        ('name\n"Ana\n', "people.csv:2:1  this quote"),
    ],
)
def test_a_mistake_in_a_list_has_a_place_and_a_remedy(text: str, told: str) -> None:
    lines = complaints(text)
    assert lines[0].startswith(told)
    assert len(lines) == 1


def test_all_mistakes_of_a_list_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"people\.csv:2:5 .*\n.*people\.csv:3:9 "):
        made(tmp_path, "name,email,timezone\nAna,a,UTC\nBo,b@cd,Mars/Base\n")
    assert not (tmp_path / "rota").exists()


def test_a_folder_that_holds_anything_is_never_touched(tmp_path: Path) -> None:
    made(tmp_path, "name\nAna\n")
    with pytest.raises(Refused, match="not an empty folder"):
        made(tmp_path, "name\nBo\n")
