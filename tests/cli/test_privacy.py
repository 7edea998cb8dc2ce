"""Notes stay where people wrote them, as titles do: nothing that is made, printed, sent or told holds any of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pushes import NOW, schedule, seed
from tiny import Cli
from watchbill import workspace
from watchbill.periods import period
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle
from watchbill.workspace import spelled
from watchbill.workspace.folder import handed_in

PERIOD = "2027-01-04..2027-02-28"
TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {email: ana@example.com}
  bo: {email: bo@example.com}
  cy: {email: cy@example.com, timezone: Asia/Singapore}
  di: {email: di@example.com}
roles:
  primary:
    layers:
      week: {turn: 1 week, handoff: mon 09:00}
rules:
  - {kind: space, at_least: 1 week}
hard_budget: {leave: 30 days per year, never: 1 weekday}
publish: {pagerduty: {primary: {schedule: PPRIM01}}}
"""
FILES = {
    "ana.yaml": """\
person: ana  # hushcomment
answered_through: 2027-12-31
leave:
  - {date: 2027-01-12, note: hushleave}
  - {date: 2027-01-12 08:00..09:00, note: hushoverlap}
  - {dates: 2027-03-28 02:30..05:00, note: hushclock}
  - {dates: 2027-04-01..2027-05-20, note: hushbudget}
avoid: [{date: 2027-02-14, weight: 3, note: hushavoid}, {days: [fri], note: hushweekly}]
prefer: [{dates: 2027-01-18..2027-01-24, note: hushprefer}, {on: nights, note: hushnights}]
never: [{days: [sat], note: hushnever}, {days: [sun], approved: true, note: hushapproved}]
travel: [{dates: 2027-01-25..2027-01-28, timezone: Asia/Tokyo, note: hushtravel}]
""",
    "bo.csv": "kind,from,to,weight,note\nleave,2027-01-20,,,hushcsv\navoid,2027-02-03,,2,hushwish\n# hushhash\n",
    "all.csv": "person;kind;from;note\ncy;leave;2027-02-10;hushteam\ncy;prefer;2027-01-06;hushgladly\n",
}
COUNT = sum(text.count("hush") for text in FILES.values())
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:hushmaker
BEGIN:VEVENT
UID:hushid
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20270128
DTEND;VALUE=DATE:20270130
SUMMARY:hushtitle
DESCRIPTION:hushwords
LOCATION:hushplace
END:VEVENT
END:VCALENDAR
"""
FRAGMENT = """\
people:
  eve: {timezone: Europe/Berlin}
availability:
  di: {leave: [{dates: 2027-01-25..2027-01-31, note: hushsupposed}]}
  eve: {avoid: [{date: 2027-02-14, note: hushunlike}]}
"""
BEFORE = ("--from", "2026-12-01")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    with running(seed(schedules=[schedule("Payments primary", "PPRIM01")]), now=NOW) as handle:
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_URL", handle.url)
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", handle.key)
        yield handle


@pytest.fixture
def rota(tmp_path: Path) -> Path:
    folder = tmp_path / "rota"
    (folder / "availability").mkdir(parents=True)
    (folder / "team.yaml").write_text(TEAM, encoding="utf-8")
    for name, text in FILES.items():
        (folder / "availability" / name).write_text(text, encoding="utf-8")
    return folder


def made(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file but those that people write."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "availability":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


@dataclass
class Ear:
    """Runs commands in a folder and keeps all that they say."""

    cli: Cli
    folder: Path
    told: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, code: int = 0) -> str:
        ended = self.cli("-C", self.folder, *words)
        assert ended.code == code, (words, ended)
        self.told[" ".join(words)] = ended.out + ended.err
        return ended.out

    def both(self, *words: str, code: int = 0) -> str:
        """What a command says in JSON, after it was heard in words."""
        self.run(*words, code=code)
        return self.run(*words, "--json", code=code)

    def leaks(self) -> list[str]:
        """What holds a note: commands by their words, files by their names."""
        found = [words for words, text in self.told.items() if "hush" in text]
        return found + [name for name, data in made(self.folder) if b"hush" in data]


@pytest.fixture
def ear(rota: Path, cli: Cli) -> Ear:
    return Ear(cli, rota)


def test_no_note_is_in_anything_that_is_made_printed_or_pushed(rota: Path, ear: Ear, box: Handle) -> None:
    for words in (["check", PERIOD], ["plan", PERIOD], ["audit"], ["show"]):
        ear.both(*words)
    ear.run("check", PERIOD, "--person", "ana")
    ear.run("check", PERIOD, "--format", "github")
    for words in (["--by", "person"], ["--by", "role"], ["--person", "ana"], ["--csv"]):
        ear.run("show", *words)
    ear.run("publish")
    ear.run("feeds", "write")
    ear.run("who", "2027-01-13T12:00", "--planned", "--json")
    digest = json.loads(ear.run("push", "--json"))["digest"]
    ear.run("push", "--apply", digest)
    news = (rota / "availability" / "bo.csv").read_text(encoding="utf-8") + "leave,2027-02-01,2027-02-27,,hushnews\n"
    (rota / "availability" / "bo.csv").write_text(news, encoding="utf-8")
    ear.both("replan", PERIOD, "--from", "2027-01-15")
    ear.run("diff")
    files = dict(made(rota))
    assert {name.split("/")[0] for name in files} >= {"drafts", "plans", "feeds", ".watchbill"}
    assert b"ana" in files[f"plans/{PERIOD}.json"]
    state = repr(box.state)
    assert "PUANA00" in state
    assert "hush" not in state
    assert ear.leaks() == []


def test_no_note_or_title_is_in_what_explains_supposes_and_decides(rota: Path, ear: Ear) -> None:
    calendar, fragment = rota.parent / "di.ics", rota.parent / "more.yaml"
    di = rota / "availability" / "di.yaml"
    calendar.write_text(CALENDAR, encoding="utf-8")
    fragment.write_text(FRAGMENT, encoding="utf-8")
    di.write_text("person: di\noffers: [primary/week/2027-02-08]\n", encoding="utf-8")
    ear.both("import", "ics", str(calendar), "--person", "di", "--from", "2027-01-01", "--to", "2027-03-01")
    assert "2027-01-28" in di.read_text(encoding="utf-8")
    assert "hush" not in di.read_text(encoding="utf-8")
    ear.run("plan", PERIOD)
    held = {row["id"]: row["person"] for row in json.loads(ear.run("show", "--json"))["shifts"]}
    ear.both("check", PERIOD, "--person", "bo")
    ear.both("explain", "primary/week/2027-01-18")
    ear.both("explain", "primary/week/2027-02-15", "--why-not", "cy")
    ear.both("explain", "primary/week/2027-01-11", "--why-not", "ana", code=3)
    for person in ("ana", "bo", "cy", "di"):
        ear.both("explain", "--person", person)
    ear.both("what-if", PERIOD, "--leave", "cy:2027-01-18..2027-01-24", "--change", str(fragment))
    ear.both("what-if", PERIOD, "--without", "bo", code=3)
    ear.both("staffing", PERIOD, "--no-growth")
    assert "primary/week/2027-02-08" in ear.both("swap", *BEFORE)
    ear.both("swap", "primary/week/2027-01-18", *BEFORE)
    ear.both("assign", "primary/week/2027-01-11", "ana", *BEFORE, code=1)
    shift, free = "primary/week/2027-02-15", ("--allow", "space", *BEFORE, "--yes")
    holder, taker = held[shift], "cy" if held[shift] != "cy" else "bo"
    ear.run("assign", shift, taker, *free)
    ear.run("assign", shift, holder, *free, "--json")
    ear.run("relieve", shift, "2027-02-16..2027-02-16", taker, *free)
    ear.run("relieve", shift, "2027-02-18..2027-02-18", taker, *free, "--json")
    assert taker.encode() in dict(made(rota))[f"drafts/{PERIOD}.json"]
    assert ear.leaks() == []


def test_no_note_is_in_the_explanation_of_what_is_impossible_nor_in_a_draft_with_holes(rota: Path, ear: Ear) -> None:
    for name in ("ana", "bo", "cy", "di"):
        text = f"kind,from,to,note\nleave,2027-01-11,2027-01-13,hush{name}\n"
        (rota / "availability" / f"{name}.csv").write_text(text, encoding="utf-8")
    assert json.loads(ear.both("plan", PERIOD, "--all", code=3))["repairs"]
    assert "ways out" in ear.told[f"plan {PERIOD} --all"].lower()
    ear.both("what-if", PERIOD, "--without", "di", code=3)
    ear.both("plan", PERIOD, "--best-effort")
    assert "holes:" in ear.told[f"plan {PERIOD} --best-effort"]
    assert {name for name, _ in made(rota)} >= {f"drafts/{PERIOD}.json"}
    assert ear.leaks() == []


def test_a_mistake_beside_a_note_does_not_quote_it(rota: Path, cli: Cli) -> None:
    text = "person: di\nleave:\n  - {date: 2027-02-30, note: hushone}\n  - 2027-02-01 hushtwo\n"
    (rota / "availability" / "di.yaml").write_text(text, encoding="utf-8")
    rows = "kind;from;to;note\nleave;2027-02-30;;hushthree\nleave;2027-02-01;;hushfour; hushfive\n"
    (rota / "availability" / "di.csv").write_text(rows + 'leave;2027-02-01;;"hushsix" hushseven\n', encoding="utf-8")
    ended = cli("-C", rota, "check", PERIOD, "--format", "github")
    assert ended.code == 1
    assert len(ended.out.splitlines()) >= 5
    assert "hush" not in ended.out + ended.err


def test_what_is_understood_holds_no_note_and_ones_own_file_all_of_them(rota: Path) -> None:
    found = workspace.read(rota)
    assert "hush" not in repr(found.availability) + repr(workspace.problem(found, period(PERIOD)))
    texts = [spelled.spelled(file) for file in handed_in(rota).values()]
    assert sum(text.count("hush") for text in texts) == COUNT - 2
