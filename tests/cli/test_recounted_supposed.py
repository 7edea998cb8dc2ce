"""Every sentence of `what-if`, counted again from the two plans that it compares."""

import json
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from recounted import ID, KINDS, NAME, NAMES, PERIOD, done, id_of, publish, sums_of
from recounting import Form, Reader, Sums, close, silent
from tiny import Cli
from watchbill.audit import audit
from watchbill.domain import BUCKETS, Part
from watchbill.rules import Limit
from watchbill.times import from_iso

HOURS = r"[+-]?[\d.]+"


@pytest.fixture(scope="module")
def folders() -> dict[str, Path]:
    return {}


@pytest.fixture
def team(
    kind: str, folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, cli: Cli
) -> Path:
    """A published plan of its own for each test."""
    if kind not in folders:
        folders[kind] = publish(cli, tmp_path_factory.mktemp(kind) / "team", kind, 2)
    return Path(shutil.copytree(folders[kind], tmp_path / "team"))


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")


def supposed_forms(was: Sums, is_: Sums) -> list[Form]:
    """The lines of `what-if`: the present plan and the one that would come out, each by its own inputs."""
    shifts, moved = len(was.parts), [i for i in was.parts if tuple(was.parts[i]) != tuple(is_.parts[i])]
    same = [who for who in NAMES if counts(was, who) == counts(is_, who)]

    def covered(found: re.Match[str]) -> None:
        assert int(found[1]) == shifts == len([id_ for id_, held in is_.parts.items() if held])

    def count(found: re.Match[str]) -> None:
        assert (int(found[1]) if found[1] != "None" else 0, int(found[2])) == (len(moved), shifts)

    def even(found: re.Match[str]) -> None:
        bucket = found[1]
        for n, plan in ((2, was), (3, is_)):
            spread, gini = evenness(plan, bucket)
            assert close(found[n] or found[2], spread), found[0]
            assert abs(Fraction(found[n + 2] or found[4]) - gini) <= Fraction(6, 10_000), found[0]
        top = max(NAMES, key=lambda who: above(was, who, bucket))
        assert above(was, id_of(found[6]), bucket) == above(was, top, bucket)
        assert close(found[7], above(was, top, bucket))
        furthest(found[8], bucket)

    def furthest(text: str, bucket: str) -> None:
        """The other side, where it stands on the same line."""
        if told := re.search(rf"({NAME}) ({HOURS})", text or ""):
            assert close(told[2], max(above(is_, who, bucket) for who in NAMES))

    def person(found: re.Match[str]) -> None:
        who = id_of(found[1])
        cells = [re.split(" → ", cell) for cell in re.split(r" {2,}", found[2].strip())]
        for n, plan in ((0, was), (-1, is_)):
            told = [Fraction(cell[n]) for cell in cells]
            assert abs(told[1] - plan.hours(who)) <= Fraction(6, 100)
            assert [told[0], *told[2:]] == counts(plan, who), found[0]

    def others(found: re.Match[str]) -> None:
        assert int(found[1]) == len(same)

    return [
        silent(rf"{PERIOD}: plans/.*, and what would come out from scratch\."),
        Form(r"(?:Present plan|What would come out): all (\d+) shifts are covered\.", covered),
        silent(rf"\d+ shifts? of it would lose who holds it:|  {ID} \((?:{NAME})\)"),
        Form(r"(\d+|None) of (\d+) shifts would move\.", count),
        silent(r"fairness, at equal references|bucket .*|─+|who holds what|person +turns .*"),
        Form(
            rf"({'|'.join(BUCKETS)}) +({HOURS})(?: → ({HOURS}))? +([\d.]+)(?: → ([\d.]+))? +"
            rf"({NAME}) ({HOURS})(?: →(.*))?",
            even,
        ),
        silent(rf" +(?:{NAME}) {HOURS}"),
        Form(rf"({NAME})((?: +[\d.]+(?: → [\d.]+)?){{5}})", person),
        Form(r"(\d+) more holds? as much as before\.", others),
    ]


def above(sums: Sums, who: str, bucket: str) -> int:
    return sums.before(who, bucket) + sums.load(who, bucket) - sums.part(who, bucket)


def evenness(sums: Sums, bucket: str) -> tuple[Fraction, Fraction]:
    """The spread in hundredths of an hour and the Gini coefficient of loads, each as if all parts were the mean one."""
    parts = {who: sums.part(who, bucket) for who in NAMES if sums.part(who, bucket)}
    mean = Fraction(sum(parts.values()), len(parts))
    even = [sums.load(who, bucket) * mean / part for who, part in parts.items()]
    apart = sum((abs(one - other) for one in even for other in even), Fraction())
    return max(even) - min(even), apart / (2 * len(even) * sum(even, Fraction()))


def counts(sums: Sums, who: str) -> list[int]:
    """Turns, nights, weekends and holidays: the least limit that the audit finds to be kept."""
    return [least(sums, who, count) for count in ("shifts", "nights", "weekends", "holidays")]


def least(sums: Sums, who: str, count: str) -> int:
    kept = (
        most
        for most in range(100)
        if not audit(sums.ground.problem, (Limit(kind="limit", count=count, at_most=most, people=(who,)),), sums.parts)
    )
    return next(kept)


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_about_what_would_come_out(kind: str, team: Path, cli: Cli, reader: Reader) -> None:
    was = sums_of(team)
    away = ("what-if", PERIOD, "--leave", "ana:2027-01-20..2027-01-28", "--effort", "0.1", "--quiet")
    then = json.loads(done(cli, team, *away, "--json"))
    parts = dict(was.parts)
    for row in then["changes"]:
        parts[row["shift"]] = tuple(Part(p["person"], from_iso(p["start"]), from_iso(p["end"])) for p in row["after"])
    path = team / "availability" / "ana.yaml"
    leave = re.search(r"leave: \[(.*)\]", path.read_text(encoding="utf-8"))
    lines = f"[{leave[1] if leave else ''}, {{dates: 2027-01-20..2027-01-28, approved: true}}]"
    text = done(cli, team, *away)
    path.write_text(re.sub(r"leave: \[.*\]", f"leave: {lines}", path.read_text(encoding="utf-8")), encoding="utf-8")
    reader.read(text, supposed_forms(was, Sums(sums_of(team).ground, parts)))
    assert any("would move" in form for form in reader.seen)
