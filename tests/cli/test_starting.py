import json
from pathlib import Path

from tiny import Cli
from watchbill.workspace.schema import availability_schema, team_schema


def test_a_list_of_people_becomes_a_workspace_that_checks_and_plans(tmp_path: Path, cli: Cli) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name,timezone\nAna Souza,Europe/Lisbon\nBo,\nCy,\nDee,\n", encoding="utf-8")
    folder = tmp_path / "rota"
    ended = cli("init", folder, "--people", people)
    assert ended.code == 0
    assert ended.out.startswith("ana-souza  Ana Souza\nbo         Bo\n")
    assert (folder / ".gitignore").is_file()
    assert "0 mistakes to mend, 0 warnings." in cli("-C", folder, "check", "2027-Q1").out
    assert cli("-C", folder, "plan", "2027-01-04..2027-01-17", "--quiet", "--effort", "0.02").code == 0


def test_a_list_with_mistakes_is_refused_as_a_whole(tmp_path: Path, cli: Cli) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name,timezone\nAna,Europe/Lisbonn\n", encoding="utf-8")
    ended = cli("init", tmp_path / "rota", "--people", people)
    assert ended.code == 1
    assert ended.err.startswith("people.csv:2:5  unknown time zone")
    assert not (tmp_path / "rota").exists()
    assert cli("init", tmp_path / "rota", "--people", tmp_path / "none.csv").code == 2


def test_schemas_are_printed_and_written_for_editors(tmp_path: Path, cli: Cli) -> None:
    assert json.loads(cli("schema", "team").out) == team_schema()
    assert json.loads(cli("schema").out) == availability_schema()
    ended = cli("-C", tmp_path, "schema", "--write", ".schemas")
    assert ended.code == 0
    written = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / ".schemas").iterdir()}
    assert written == {"team.schema.json": team_schema(), "availability.schema.json": availability_schema()}


def test_people_of_one_name_are_warned_of(tmp_path: Path, cli: Cli) -> None:
    people = tmp_path / "people.csv"
    people.write_text("name\nJo Wood\nJo Wood\n", encoding="utf-8")
    ended = cli("init", tmp_path / "rota", "--people", people)
    assert "warning: jo-wood and jo-wood-2 are all called Jo Wood." in ended.out
