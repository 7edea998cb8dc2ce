"""`import ics`: what is written, what is shown, and who must not see what."""

import json
import time
from pathlib import Path

import pytest

from tiny import Cli
from watchbill import workspace

EVENTS = {
    "leave": "DTSTART;VALUE=DATE:20270301\nDTEND;VALUE=DATE:20270304\nSUMMARY:Secret surgery",
    "meeting": "DTSTART:20270305T090000Z\nDTEND:20270305T093000Z\nSUMMARY:Secret talk",
    "maybe": "DTSTART;VALUE=DATE:20270310\nSTATUS:TENTATIVE\nSUMMARY:Secret date",
}
DATES = ("--from", "2027-01-01", "--to", "2027-12-31")
TEAM = """\
team: payments
timezone: Europe/Berlin
people:
  ana: {name: Ana Souza, email: ana@example.com}
  bo: {name: Bo Lindqvist, timezone: Asia/Tokyo}
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
"""


def export(*texts: str) -> str:
    events = "".join(f"BEGIN:VEVENT\n{text}\nEND:VEVENT\n" for text in texts)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n"


@pytest.fixture
def rota(tmp_path: Path) -> Path:
    folder = tmp_path / "rota"
    (folder / "availability").mkdir(parents=True)
    (folder / "team.yaml").write_text(TEAM)
    (folder / "availability" / "ana.yaml").write_text("person: ana  # by hand\nleave: [2027-06-01]\n")
    return folder


@pytest.fixture
def ana(tmp_path: Path) -> Path:
    path = tmp_path / "calendar.ics"
    path.write_text(export(*EVENTS.values()))
    return path


def test_leave_is_written_below_what_stands_there(cli: Cli, rota: Path, ana: Path) -> None:
    done = cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES)
    assert done.code == 0
    text = (rota / "availability" / "ana.yaml").read_text()
    assert text.startswith("person: ana  # by hand\nleave: [2027-06-01]\n# >>> imported calendar")
    assert "    - 2027-03-01..2027-03-03\n" in text
    assert "    - 2027-03-10\n" in text
    own = workspace.read(rota).availability["ana"]
    assert [str(line.moments) for line in own.leave] == ["2027-06-01", "2027-03-01..2027-03-03"]
    assert [str(line.moments) for line in own.wishes] == ["2027-03-10"]


def test_what_was_used_and_ignored_is_shown_without_titles(cli: Cli, rota: Path, ana: Path) -> None:
    done = cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES)
    assert f"leave     2027-03-01..2027-03-03   {ana}:3 " in done.out
    assert "2027-03-05 09:00" in done.out
    assert "a short meeting" in done.out
    assert "+ leave 2027-03-01..2027-03-03" in done.out
    assert "wrote availability/ana.yaml" in done.out


def test_titles_are_nowhere_unless_asked_for_on_a_terminal(cli: Cli, rota: Path, ana: Path) -> None:
    for options in ((), ("--titles",), ("--json",), ("--titles", "--json")):
        done = cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES, *options)
        assert "Secret" not in done.out + done.err
    assert "titles show on a terminal only" in cli("-C", rota, "import", "ics", ana, "--person", "ana", "--titles").err
    assert all("Secret" not in path.read_text() for path in rota.rglob("*") if path.is_file())


def test_titles_show_on_the_terminal_of_who_asks(
    cli: Cli, rota: Path, ana: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    done = cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES, "--titles")
    assert "all day: Secret surgery" in done.out


def test_a_second_import_replaces_the_first_and_says_how(cli: Cli, rota: Path, ana: Path) -> None:
    cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES)
    before = (rota / "availability" / "ana.yaml").read_bytes()
    assert "no change in availability/ana.yaml" in cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES).out
    assert (rota / "availability" / "ana.yaml").read_bytes() == before
    ana.write_text(export(EVENTS["leave"].replace("20270304", "20270303")))
    done = cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES)
    assert "+ leave 2027-03-01..2027-03-02" in done.out
    assert "- leave 2027-03-01..2027-03-03" in done.out
    assert "- avoid 2027-03-10" in done.out
    assert (rota / "availability" / "ana.yaml").read_text().count("imported:") == 1


def test_what_was_found_before_the_dates_of_an_import_stays(cli: Cli, rota: Path, ana: Path) -> None:
    cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES)
    ana.write_text(export(EVENTS["leave"].replace("202703", "202708")))
    done = cli("-C", rota, "import", "ics", ana, "--person", "ana", "--from", "2027-03-05", "--to", "2027-12-31")
    assert "- avoid 2027-03-10" in done.out
    own = workspace.read(rota).availability["ana"]
    stands = ["2027-06-01", "2027-03-01..2027-03-03", "2027-08-01..2027-08-03"]
    assert [str(line.moments) for line in own.leave] == stands


def test_a_dry_run_writes_nothing(cli: Cli, rota: Path, ana: Path) -> None:
    done = cli("-C", rota, "import", "ics", ana, "--person", "bo", *DATES, "--dry-run")
    assert done.code == 0
    assert "availability/bo.yaml would change" in done.out
    assert not (rota / "availability" / "bo.yaml").exists()


def test_json_says_the_same(cli: Cli, rota: Path, ana: Path) -> None:
    said = json.loads(cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES, "--json").out)
    assert said["people"][0]["leave"] == ["2027-03-01..2027-03-03"]
    assert said["people"][0]["avoid"] == ["2027-03-10"]
    assert said["written"] == ["availability/ana.yaml"]


def test_files_of_a_folder_are_named_after_people(cli: Cli, rota: Path, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for name in ("ana", "bo"):
        (exports / f"{name}.ics").write_text(export(EVENTS["leave"]))
    assert cli("-C", rota, "import", "ics", exports, *DATES).code == 0
    assert all(workspace.read(rota).availability[name].leave for name in ("ana", "bo"))
    (exports / "zed.ics").write_text(export(EVENTS["leave"]))
    done = cli("-C", rota, "import", "ics", exports, *DATES)
    assert (done.code, "zed.ics is not named after anybody" in done.err) == (2, True)
    (exports / "Ana_Souza.ics").write_text(export(EVENTS["leave"]))
    done = cli("-C", rota, "import", "ics", exports, *DATES)
    assert "Ana_Souza.ics (rename it ana.ics?), " in done.err
    assert "zed.ics are not named after anybody" in done.err


def test_one_export_for_many_is_told_apart_by_address_and_name(cli: Cli, rota: Path, tmp_path: Path) -> None:
    path = tmp_path / "hr.ics"
    texts = (
        "DTSTART;VALUE=DATE:20270301\nATTENDEE:mailto:ana@example.com",
        "DTSTART;VALUE=DATE:20270302\nSUMMARY:Bo Lindqvist - PTO",
        "DTSTART;VALUE=DATE:20270303\nSUMMARY:Zed Zander - PTO",
    )
    path.write_text(export(*texts))
    done = cli("-C", rota, "import", "ics", path, "--match", *DATES)
    assert done.code == 0
    found = workspace.read(rota).availability
    assert str(found["ana"].leave[-1].moments) == "2027-03-01"
    assert str(found["bo"].leave[-1].moments) == "2027-03-02"
    assert f"1 event of nobody in the team:\n  {path}:11\n" in done.out
    path.write_text(export(texts[2]))
    done = cli("-C", rota, "import", "ics", path, "--match", *DATES)
    assert (done.code, "no event names anybody" in done.err) == (1, True)


def test_the_policy_and_names_of_zones_come_from_the_team_file(cli: Cli, rota: Path, ana: Path) -> None:
    (rota / "team.yaml").write_text(
        f"{TEAM}import:\n  ics: {{at_least: 30 min, tentative: ignore, words: [kur], not_leave: [hack week], "
        "zones: {HQ: Asia/Tokyo}, match: {bo: [Lindqvist]}}\n"
    )
    ana.write_text(export(*EVENTS.values(), "DTSTART;TZID=HQ:20270401T090000\nDTEND;TZID=HQ:20270401T170000"))
    said = json.loads(cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES, "--json").out)
    assert said["people"][0]["leave"] == [
        "2027-03-01..2027-03-03",
        "2027-03-05 10:00..2027-03-05 10:30",
        "2027-04-01 02:00..2027-04-01 10:00",
    ]
    assert said["people"][0]["avoid"] == []


def test_nothing_is_written_if_one_of_many_files_is_broken(cli: Cli, rota: Path, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "ana.ics").write_text(export(EVENTS["leave"]))
    (exports / "bo.ics").write_text(export("DTSTART;TZID=Nowhere:20270301T090000", "DTSTART:x"))
    before = (rota / "availability" / "ana.yaml").read_bytes()
    done = cli("-C", rota, "import", "ics", exports, *DATES)
    assert done.code == 1
    assert f"{exports / 'bo.ics'}:4:1  unknown zone" in done.err
    assert f"{exports / 'bo.ics'}:7:1  DTSTART is" in done.err
    assert (rota / "availability" / "ana.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["calendar.ics"], 2, "Say whose leave it is"),
        (["calendar.ics", "--person", "an"], 2, 'Did you mean "ana"?'),
        (["calendar.ics", "--person", "ana", "--match"], 2, "exclude each other"),
        (["nowhere.ics", "--person", "ana"], 2, "there is no"),
        (["calendar.ics", "--person", "ana", "--from", "1.2.2027"], 2, "1.2.2027"),
        (["calendar.ics", "--person", "ana", "--from", "2027-02-01", "--to", "2027-01-01"], 2, "Swap --from and --to"),
        (["calendar.ics", "--person", "ana", "--from", "2027-02-01", "--to", "2047-01-01"], 2, "at most three years"),
    ],
)
def test_wrong_usage_is_told_with_a_remedy(
    cli: Cli, rota: Path, ana: Path, arguments: list[str], code: int, sentence: str
) -> None:
    name, *options = arguments
    done = cli("-C", rota, "import", "ics", ana.parent / name, *options)
    assert (done.code, sentence in done.err) == (code, True), done.err


def test_mistakes_of_others_are_no_hindrance_and_own_ones_are(cli: Cli, rota: Path, ana: Path) -> None:
    (rota / "availability" / "bo.yaml").write_text("person: bo\nleve: []\n")
    assert cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES).code == 0
    done = cli("-C", rota, "import", "ics", ana, "--person", "bo", *DATES)
    assert (done.code, "availability/bo.yaml:2:1" in done.err) == (1, True)


def test_a_wish_for_imported_leave_is_a_warning_of_check(cli: Cli, rota: Path, ana: Path) -> None:
    (rota / "availability" / "ana.yaml").write_text("person: ana\nprefer: [2027-03-02]\n")
    assert cli("-C", rota, "import", "ics", ana, "--person", "ana", *DATES).code == 0
    _, mistakes = workspace.examine(rota)
    assert ["imported leave on line 7" in str(one) and one.warning for one in mistakes] == [True]


def test_the_leave_of_a_hundred_is_imported_in_little_time(cli: Cli, tmp_path: Path) -> None:
    rota, exports = tmp_path / "rota", tmp_path / "exports"
    exports.mkdir()
    (rota / "availability").mkdir(parents=True)
    names = [f"p{n}" for n in range(100)]
    people = "".join(f"  {name}: {{timezone: Europe/Berlin}}\n" for name in names)
    (rota / "team.yaml").write_text(TEAM.replace("  bo: {name: Bo Lindqvist, timezone: Asia/Tokyo}\n", people))
    days = [f"DTSTART;VALUE=DATE:2027{m:02}{d:02}\nSUMMARY:PTO" for m in range(1, 13) for d in (3, 17)]
    meetings = ["DTSTART:20260104T090000Z\nDTEND:20260104T093000Z\nRRULE:FREQ=WEEKLY"] * 20
    office = ["DTSTART:20260104T080000Z\nDTEND:20260104T160000Z\nRRULE:FREQ=WEEKLY"]
    for name in names:
        (exports / f"{name}.ics").write_text(export(*days, *meetings, *office))
    began = time.process_time()
    assert cli("-C", rota, "import", "ics", exports, *DATES).code == 0
    assert time.process_time() - began < 20
    assert len((rota / "availability" / "p99.yaml").read_text().splitlines()) > 60
