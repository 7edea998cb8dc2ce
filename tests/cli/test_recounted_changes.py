"""Every sentence of `assign`, `relieve`, `swap` and `replan`, counted again from the plan file."""

import re
import shlex
import shutil
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from recounted import ID, KINDS, MOMENT, NAME, NAMES, PERIOD, done, id_of, publish, sums_of
from recounting import Form, Reader, Sums, close, moment, silent
from tiny import Cli
from watchbill.cli import base
from watchbill.domain import BUCKETS, Part
from watchbill.periods import period
from watchbill.results import Finding
from watchbill.workspace import plans

FROM = ("--from", "2027-01-14T12:00")
HOURS = r"[+-]?[\d.]+"
SHIFT = "primary/week/2027-01-18"


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
    monkeypatch.setattr(base, "PIPED_WIDTH", 2000)


# -------------------------------------------------------------------------------------------------------- decisions


def fresh(was: Sums, is_: Sums) -> list[Finding]:
    """What rules say of the second plan and not of the first."""
    left, new = list(was.findings), []
    for finding in is_.findings:
        if finding in left:
            left.remove(finding)
        else:
            new.append(finding)
    return new


def worth(sums: Sums, who: str) -> Fraction:
    """What somebody's own wishes cost, in points."""
    return Fraction(sum(f.cost for f in sums.findings if f.rule == "wishes" and f.people == (who,)), 1000)


def signed(side: str, amount: str) -> Fraction:
    return Fraction(amount) * (-1 if side in {"gain", "better"} else 1)


def said(finding: Finding) -> str:
    return f"{finding.rule}: {finding.sentence}" + (f" (cost {finding.cost})" if finding.tier == "should" else "")


def decided_forms(was: Sums, is_: Sums) -> list[Form]:
    """The lines of `assign` and `relieve`."""
    last: list[str] = []

    def take(found: re.Match[str]) -> None:
        taker, id_ = id_of(found[1]), found[2]
        new = [part for part in is_.parts[id_] if part.person == taker and part not in was.parts[id_]]
        assert any(moment(part.start, "Europe/Berlin") == found[4] for part in new), found[0]
        if found[3] != "which nobody held":
            giver = id_of(found[3].removeprefix("from "))
            assert is_.hours(giver) < was.hours(giver) or len(NAMES) > 2

    def row(found: re.Match[str]) -> None:
        last[:] = [id_of(found[1].strip())] if found[1].strip() else last
        who, bucket = last[0], found[2]
        wanted: list[int | Fraction] = [
            was.load(who, bucket),
            is_.load(who, bucket),
            was.after(who, bucket),
            is_.after(who, bucket),
        ]
        assert wanted[0] != wanted[1]
        assert all(close(found[n], amount) for n, amount in enumerate(wanted, 3)), (found[0], wanted)

    def wishes(found: re.Match[str]) -> None:
        who = id_of(found[1])
        assert (signed(found[2], found[3]), signed(found[4], found[5])) == (worth(was, who), worth(is_, who))
        assert found[6] == ("worse" if worth(is_, who) > worth(was, who) else "better")

    def finding(found: re.Match[str]) -> None:
        listed = fresh(was, is_) if found[1] == "new" else fresh(is_, was)
        assert found[2] in {said(one) for one in listed}

    return [
        Form(rf"({NAME}) takes ({ID}) (from (?:{NAME})|which nobody held), ({MOMENT}) to .+", take),
        silent(r"Load in hours, and the balance that the next plan starts from|person +bucket .*|─+|Reason: .*"),
        Form(rf"((?:{NAME})?) *({'|'.join(BUCKETS)}) +({HOURS}) +({HOURS}) +({HOURS}) +({HOURS})", row),
        Form(
            rf"({NAME}): own wishes (cost|gain) ([\d.]+) points, then (cost|gain) ([\d.]+): (worse|better) off", wishes
        ),
        Form(r"(new|no more): (\w+: .+)", finding),
        silent(r"(drafts|plans)/.*|Make it the next revision with: .*|It goes on from .*"),
    ]


def drafted(folder: Path, sums: Sums) -> Sums:
    found = plans.read_draft(folder, period(PERIOD))
    assert found is not None
    return Sums(sums.ground, found.holders)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "words", [("assign", SHIFT), ("relieve", SHIFT, "2027-01-20 10:00..22:00")], ids=["whole", "part"]
)
def test_every_line_about_a_decision(kind: str, words: tuple[str, ...], team: Path, cli: Cli, reader: Reader) -> None:
    was = sums_of(team)
    for who in NAMES:
        ended = cli("-C", team, *words, who, *FROM, "--yes", "--reason", "because")
        if not ended.code:
            reader.read(ended.out, decided_forms(was, drafted(team, was)))
            assert any("takes" in form for form in reader.seen)
            return
    pytest.fail("nobody could take it")


# ------------------------------------------------------------------------------------------------------------- swaps


def swap_forms(was: Sums) -> list[Form]:
    """The lines of `swap`: what stands over a command is held against the plan that the command would make."""
    block: list[tuple[str, re.Match[str]]] = []

    def remember(kind: str) -> Callable[[re.Match[str]], None]:
        return lambda found: block.append((kind, found))

    def command(found: re.Match[str]) -> None:
        words = shlex.split(found[1])
        pairs = list(zip(words[2::2], words[3::2], strict=False))
        pairs = pairs[: pairs.index(("--from", pairs[-1][1]))] if pairs[-1][0] == "--from" else pairs
        is_ = was
        for id_, who in pairs:
            shift = was.ground.problem.shift[id_]
            is_ = is_.having(id_, [Part(who, shift.start, shift.end)])
        hold(is_, [(id_, who) for id_, who in pairs])
        block.clear()

    def hold(is_: Sums, pairs: Sequence[tuple[str, str]]) -> None:
        taken = [(found[2], id_of(found[1])) for kind, found in block if kind == "take"]
        assert taken == list(pairs)
        for kind, found in block:
            if kind == "take":
                shift = was.ground.problem.shift[found[2]]
                assert found[3] == moment(shift.start, "Europe/Berlin")
                assert {part.person for part in was.parts[shift.id]} == {id_of(found[4])}
            elif kind == "load":
                who = id_of(found[1])
                amounts = (was.load(who, "all"), is_.load(who, "all"), is_.load(who, "all") - was.load(who, "all"))
                assert all(close(found[n], amount) for n, amount in enumerate(amounts, 2)), found[0]
            elif kind == "wish":
                who = id_of(found[2])
                assert signed(found[3], found[4]) == worth(is_, who) - worth(was, who)
            else:
                assert found[1] in {said(one) for one in fresh(was, is_)}, found[0]
        assert {id_of(found[2]) for kind, found in block if kind == "wish"} == {
            who for who in NAMES if worth(is_, who) != worth(was, who)
        }
        assert [said(f) for f in fresh(was, is_) if f.hard] == []

    def title(found: re.Match[str]) -> None:
        shift = was.ground.problem.shift[found[1]]
        assert (found[3], found[4]) == tuple(moment(m, "Europe/Berlin") for m in (shift.start, shift.end))
        assert {part.person for part in was.parts[shift.id]} == {id_of(found[2])}

    return [
        Form(rf"({ID}), held by ({NAME}), ({MOMENT}) to ({MOMENT}) · times in Europe/Berlin", title),
        silent(r"(Taken for nothing in return|Swaps of two|Rounds of three, .*):(?: none\.)?"),
        Form(rf" *(?:\d+\. )?({NAME}) takes ({ID}) \(({MOMENT})\) from ({NAME})", remember("take")),
        Form(rf" +(?:load: )?({NAME}) ({HOURS}) to ({HOURS}) h \(({HOURS})\)", remember("load")),
        Form(rf" +(?:own wishes: )?(({NAME}) (worse|better) off by ([\d.]+))", remember("wish")),
        Form(r" +(\w+: .+ \(cost \d+\))", remember("finding")),
        Form(r" +(watchbill assign .+)", command),
    ]


@pytest.mark.parametrize("kind", ["weeks", "decided"])
def test_every_line_about_a_swap(kind: str, team: Path, cli: Cli, reader: Reader) -> None:
    was = sums_of(team)
    for id_ in (SHIFT, "secondary/week/2027-01-25"):
        reader.read(done(cli, team, "swap", id_, *FROM), swap_forms(was))
    assert any("watchbill assign" in form for form in reader.seen)


# ------------------------------------------------------------------------------------------------------------ replan


def diff_forms(was: Sums, is_: Sums) -> list[Form]:
    """The lines of `replan` and `diff`."""
    moved = [id_ for id_ in was.parts if tuple(was.parts[id_]) != tuple(is_.parts[id_])]
    zone = "Europe/Berlin"

    def count(found: re.Match[str]) -> None:
        assert int(found[1]) == len(moved)

    def sums(found: re.Match[str]) -> None:
        who = id_of(found[1])
        had, has = was.held(who), is_.held(who)
        wanted = (len([i for i in has if i not in had]), len([i for i in had if i not in has]))
        assert (int(found[2]), int(found[3])) == wanted
        assert close(found[4], 100 * (is_.hours(who) - was.hours(who)))

    def shift(found: re.Match[str]) -> None:
        starts = {moment(was.ground.problem.shift[id_].start, zone) for id_ in moved}
        assert found[1] in starts

    def move(found: re.Match[str]) -> None:
        who, id_ = id_of(found[1]), found[3]
        had, has = was.held(who).get(id_, ()), is_.held(who).get(id_, ())
        lost, won = (had, has) if found[2] == "gives" else (has, had)
        assert id_ in moved
        assert lost != won
        assert any(moment(p.start, zone) == found[4] for plan in (was, is_) for p in plan.parts[id_])

    return [
        Form(r"(\d+) shifts? changes? · times in Europe/Berlin", count),
        silent(r"from +shift +was +becomes|─+|person +gains +loses +hours|Nothing changes\."),
        Form(rf"({MOMENT}) +\w+ \w+ .+", shift),
        silent(rf" +(?:→ )?.*?(?:{NAME}).*"),
        Form(rf"({NAME}) +(\d+) +(\d+) +({HOURS})", sums),
        Form(rf"({NAME}): (gives|takes) ({ID}) from ({MOMENT}).*", move),
        silent(r"(drafts|plans)/.*|Make it the next revision with: .*"),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_line_about_a_plan_made_after_news(kind: str, team: Path, cli: Cli, reader: Reader) -> None:
    was = sums_of(team)
    who = was.parts[SHIFT][0].person
    path = team / "availability" / f"{who}.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("person", "answered"))]
    path.write_text("\n".join([*kept, "leave: [2027-01-15..2027-01-23]"]) + "\n", encoding="utf-8")
    text = done(cli, team, "replan", *FROM, "--quiet")
    shown = done(cli, team, "diff") if "takes" not in text else text
    now = sums_of(team)
    reader.read(shown, diff_forms(Sums(now.ground, was.parts), drafted(team, now)))
    assert any("changes?" in form for form in reader.seen)
