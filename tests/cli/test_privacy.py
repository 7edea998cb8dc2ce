"""Notes stay where people wrote them: nothing that is made, printed, sent or told to others holds any of them."""

import json
from collections.abc import Iterator
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


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    with running(seed(schedules=[schedule("Payments primary", "PPRIM01")]), now=NOW) as handle:
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_URL", handle.url)
        monkeypatch.setenv("WATCHBILL_PAGERDUTY_KEY", handle.key)
        yield handle


@pytest.fixture
def rota(tmp_path: Path) -> Path:
    (tmp_path / "availability").mkdir()
    (tmp_path / "team.yaml").write_text(TEAM, encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / "availability" / name).write_text(text, encoding="utf-8")
    return tmp_path


def made(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file but those that people write."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent.name != "availability":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_no_note_is_in_anything_that_is_made_printed_or_pushed(rota: Path, cli: Cli, box: Handle) -> None:
    told: dict[str, str] = {}

    def run(*words: str) -> str:
        ended = cli("-C", rota, *words)
        assert ended.code == 0, ended
        told[" ".join(words)] = ended.out + ended.err
        return ended.out

    for words in (["check", PERIOD], ["plan", PERIOD], ["audit"], ["show"]):
        run(*words)
        run(*words, "--json")
    run("check", PERIOD, "--person", "ana")
    run("check", PERIOD, "--format", "github")
    for words in (["--by", "person"], ["--by", "role"], ["--person", "ana"], ["--csv"]):
        run("show", *words)
    run("publish")
    run("feeds", "write")
    run("who", "2027-01-13T12:00", "--planned", "--json")
    digest = json.loads(run("push", "--json"))["digest"]
    run("push", "--apply", digest)
    news = (rota / "availability" / "bo.csv").read_text(encoding="utf-8") + "leave,2027-02-01,2027-02-27,,hushnews\n"
    (rota / "availability" / "bo.csv").write_text(news, encoding="utf-8")
    run("replan", PERIOD, "--from", "2027-01-15", "--quiet")
    run("diff")
    files = dict(made(rota))
    assert {name.split("/")[0] for name in files} >= {"drafts", "plans", "feeds", ".watchbill"}
    assert b"ana" in files[f"plans/{PERIOD}.json"]
    state = repr(box.state)
    assert "PUANA00" in state
    found = [name for name, text in (*told.items(), ("the sandbox", state)) if "hush" in text]
    found += [name for name, data in files.items() if b"hush" in data and name != "team.yaml"]
    assert found == []


def test_no_note_is_in_the_explanation_of_what_is_impossible(rota: Path, cli: Cli) -> None:
    for name in ("ana", "bo", "cy", "di"):
        text = f"kind,from,to,note\nleave,2027-01-11,2027-01-13,hush{name}\n"
        (rota / "availability" / f"{name}.csv").write_text(text, encoding="utf-8")
    ended = cli("-C", rota, "plan", PERIOD)
    assert ended.code == 3
    assert "Ana" in ended.out + ended.err or "ana" in ended.out + ended.err
    assert "hush" not in ended.out + ended.err


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
