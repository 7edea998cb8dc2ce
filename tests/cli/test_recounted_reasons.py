"""Every sentence of `explain`, counted again from the plan file: see `recounting`."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchanged import CHANGES, Exchanged
from recounted import ID, KINDS, MOMENT, NAME, NAMES, PERIOD, done, id_of, publish, sums_of
from recounting import Form, Reader, Sums, changes_in, close, faded, moment, number, silent
from tiny import Cli
from watchbill.cli import base
from watchbill.domain import BUCKETS, Part, Shift, Wish
from watchbill.times import Span, common, from_iso, merged, total


def head(sums: Sums) -> Form:
    def check(found: re.Match[str]) -> None:
        shift = sums.ground.problem.shift[found["id"]]
        people = list(dict.fromkeys(NAMES[part.person] for part in sums.parts[shift.id]))
        assert found["who"] == " and ".join(people)
        assert found["start"] == moment(shift.start, "Europe/Berlin")
        assert found["end"] == moment(shift.end, "Europe/Berlin")

    return Form(rf"(?P<who>.+?) holds? (?P<id>{ID}), (?P<start>{MOMENT}) to (?P<end>{MOMENT})(?:; pinned)?\.", check)


def shift_forms(sums: Sums, shift: Shift) -> list[Form]:
    """The lines of `explain SHIFT`."""
    held = {part.person for part in sums.parts[shift.id]}
    lax = {relief.person for relief in sums.ground.problem.reliefs_of.get(shift.turn, ())}
    main = max(held, key=lambda who: total(sums.held(who)[shift.id]))
    # Who only takes what the holder misses is one of the others.
    others = [who for who in NAMES if who not in held or (main in lax and who != main and only(sums, shift, who, main))]
    exchanged = {who: Exchanged(sums, shift, who) for who in others}
    able = [who for who in others if exchanged[who].ways]

    def line(found: re.Match[str]) -> None:
        exchanged[id_of(found[1])].said(found[2])

    def verdict(found: re.Match[str]) -> None:
        assert (int(found[1]), int(found[2])) == (len(able), len(others))
        costs = {who: tuple(exchanged[who].ways[0][1].values()) for who in able}
        who = id_of(found["who"])
        assert costs[who] == min(costs.values())
        assert changes_in(found["told"] or "") == {t: m for t, m in exchanged[who].ways[0][1].items() if m}
        if found["slack"]:
            assert (found["slack"], found["tier"]) in {(str(t.slack), t.name) for t in sums.ground.problem.tiers}

    why = (
        r"later tiers may spend (?P<slack>\d+) % of (?P<tier>\w+), and did|the search had not shown .*|"
        r"but it had begun .*|the inputs have changed .*|after news as little .*|the plan was changed .*"
    )
    return [
        head(sums),
        Form(
            rf"(\d+) of (\d+) others could hold it as the plan stands\. (?:The cheapest is|With) (?P<who>{NAME})"
            rf"(?: on it nothing would cost more or less: a tie|(?: on it)?:? (?P<told>{CHANGES})(?:: (?:{why}))?)\.",
            verdict,
        ),
        Form(r"Nobody else could hold it as the plan stands: .*", lambda _: none(able)),
        Form(rf"({NAME}): (.*)", line),
        silent(r"Each line prices one simple exchange, everything else staying as it is; not a whole new plan\."),
    ]


def none(able: Sequence[str]) -> None:
    assert not able


def only(sums: Sums, shift: Shift, who: str, main: str) -> bool:
    away = merged(leave.span for leave in sums.ground.problem.leaves_of[main])
    return not [span for span in sums.held(who)[shift.id] if common((span,), away) != (span,)]


KINDS_AND_SEEDS = [(kind, seed) for kind in KINDS for seed in range(2)]


@pytest.fixture(scope="module")
def folders() -> dict[tuple[str, int], Path]:
    return {}


@pytest.fixture
def published(
    kind: str, seed: int, folders: dict[tuple[str, int], Path], tmp_path_factory: pytest.TempPathFactory, cli: Cli
) -> Path:
    """A published plan, made once for all tests here; not to be changed."""
    if (kind, seed) not in folders:
        folders[kind, seed] = publish(cli, tmp_path_factory.mktemp(kind) / "team", kind, seed)
    return folders[kind, seed]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr(base, "PIPED_WIDTH", 2000)


@pytest.mark.parametrize(("kind", "seed"), KINDS_AND_SEEDS)
def test_every_line_about_a_shift(kind: str, seed: int, published: Path, cli: Cli, reader: Reader) -> None:
    sums = sums_of(published)
    for shift in sums.ground.problem.shifts[2:]:
        reader.read(done(cli, published, "explain", shift.id), shift_forms(sums, shift))


# ------------------------------------------------------------------------------------------------------ somebody else


def answer_of(cli: Cli, folder: Path, *words: str) -> tuple[str, dict[str, Any]]:
    """What a command says in words, and the same as JSON."""
    return done(cli, folder, *words), json.loads(done(cli, folder, *words, "--json"))


def changed(sums: Sums, rows: Sequence[Mapping[str, Any]]) -> Sums:
    """The plan after what a JSON diff says."""
    after = dict(sums.parts)
    for row in rows:
        after[str(row["shift"])] = tuple(
            Part(p["person"], from_iso(p["start"]), from_iso(p["end"])) for p in row["after"]
        )
    return Sums(sums.ground, after)


def forced_forms(sums: Sums, then: Sums) -> list[Form]:
    """The lines of `explain SHIFT --why-not PERSON` where a plan exists."""
    more = {tier: then.tiers[tier] - was for tier, was in sums.tiers.items()}
    deciding = next((tier for tier in more if more[tier] > 0), None)
    moved = [id_ for id_ in sums.parts if tuple(sums.parts[id_]) != tuple(then.parts[id_])]

    def best(found: re.Match[str]) -> None:
        assert (found["tier"], number(found["more"])) == (deciding, more[found["tier"]])
        before = re.search(r"cost no more (.+?) costs", found["claim"])
        told = re.split(", | or ", before[1]) if before else []
        assert told == list(more)[: list(more).index(found["tier"])]
        assert bool(found["most"]) is not found["claim"].startswith("proven")
        if least := re.search(r"at least ([\d ]+) more (\w+)", found["claim"]):
            assert least[2] == deciding
            assert 0 < number(least[1]) < more[least[2]]

    def tier(found: re.Match[str]) -> None:
        name, was, most, is_, told = found.groups()
        assert not most or "more" in told
        assert (int(was), int(is_)) == (sums.tiers[name], then.tiers[name])
        assert changes_in(told) == ({name: more[name]} if more[name] else {})

    def move(found: re.Match[str]) -> None:
        assert found[2] in moved
        assert found[1] == moment(sums.ground.problem.shift[found[2]].start, "Europe/Berlin")
        for side, plan in ((found[3], sums), (found[4], then)):
            named = list(dict.fromkeys(re.findall(NAME, side)))
            assert named == list(dict.fromkeys(NAMES[part.person] for part in plan.parts[found[2]]))

    def count(found: re.Match[str]) -> None:
        assert int(found[1]) == len(moved)

    return [
        head(sums),
        Form(
            rf"With (?:{NAME}) on {ID} a plan exists that costs no more in any tier: here it is\.",
            lambda _: none([str(deciding)] if deciding else []),
        ),
        Form(
            rf"(?:The best plan with (?:{NAME}) on {ID} costs|With (?:{NAME}) on {ID} the best plan found costs "
            r"(?P<most>at most)) (?P<more>[\d ]+) more (?P<tier>\w+); (?P<claim>.+)\.",
            best,
        ),
        Form(r"(\w+): (-?\d+), would be (at most )?(-?\d+): (?:at most )?(the same|[\d ]+ (?:more|less) \w+)", tier),
        Form(r"(\d+) shifts? changes? hands:|(?!)", count),
        Form(rf"  ({MOMENT})  ({ID}): (.+) -> (.+)", move),
    ]


@pytest.mark.parametrize(("kind", "seed"), KINDS_AND_SEEDS)
def test_every_line_of_the_plan_with_somebody_else(
    kind: str, seed: int, published: Path, cli: Cli, reader: Reader
) -> None:
    sums = sums_of(published)
    solved = 0
    for shift, who in (
        ("primary/week/2027-01-18", 0),
        ("secondary/week/2027-01-11", 1),
        ("primary/week/2027-01-25", 2),
    ):
        held = {part.person for part in sums.parts[shift]}
        asked = ("explain", shift, "--why-not", [id_ for id_ in NAMES if id_ not in held][who], "--effort", "0.3", "-q")
        if cli("-C", published, *asked).code == 3:
            continue
        text, told = answer_of(cli, published, *asked)
        then = changed(sums, told["changes"])
        reader.read(text, forced_forms(sums, then))
        rows = {row["name"]: (row["now"], row["then"], row["more"]) for row in told["tiers"]}
        assert rows == {t: (was, then.tiers[t], then.tiers[t] - was) for t, was in sums.tiers.items()}
        assert not [f for f in then.findings if f.hard and f not in sums.findings]
        solved += 1
    assert solved


# ------------------------------------------------------------------------------------------------------------ person


def person_forms(sums: Sums, who: str) -> list[Form]:
    """The lines of `explain --person`."""
    problem, held = sums.ground.problem, sums.held(who)
    wishes = iter([wish for wish in problem.wishes if wish.person == who])

    def holds(found: re.Match[str]) -> None:
        assert int(found[1]) == len(held)
        told = {kind: int(n) for n, kind in re.findall(r"(\d+) (\w+) shift", found[2] or "")}
        minutes = {k: [sums.loads.minutes(who, spans, k) for spans in held.values()] for k in BUCKETS[1:]}
        assert told == {kind: n for kind, listed in minutes.items() if (n := sum(m >= 240 for m in listed))}

    def bucket(found: re.Match[str]) -> None:
        name = (found[1] or "all ").strip()
        load, part = sums.load(who, name), sums.part(who, name)
        wanted: list[int | Fraction] = [load, part, load - part, sums.before(who, name)]
        assert all(close(found[n], amount) for n, amount in enumerate(wanted, 2)), (found[0], wanted)
        assert close(found["then"], sums.after(who, name))
        left = Fraction(faded(problem.fairness.half_life, len(problem.period.dates))) * sums.before(who, name)
        assert close(found["left"] or found[5], left)

    def kept(found: re.Match[str]) -> None:
        first, last = days_in(found[1])
        zone = ZoneInfo(problem.person[who].zone)
        start, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (first, last + timedelta(days=1)))
        lax = {r.turn.turn for r in problem.reliefs if r.person == who}
        met = [t for t in problem.turns if t.turn not in lax and any(s.start < end and start < s.end for s in t.spans)]
        assert int(found["free"] or 0) == len(met), found[0]
        off = (Span(start, end),)
        taken(sums, who, off, found[0])

    def wished(found: re.Match[str]) -> None:
        wish = next(wishes)
        assert wish.kind == found[1]
        got = {id_: seconds(sums, wish, spans) for id_, spans in held.items()}
        got = {id_: amount for id_, amount in got.items() if amount}
        assert abs(float(found["hours"] or 0) - sum(got.values()) / 3600) <= 0.051
        assert re.findall(ID, found["ids"] or "") == list(got)[:3]
        granted = not got if wish.kind == "avoid" else bool(got)
        assert found["how"].startswith("granted") is granted or found["how"] == "no shift is in that time"

    def way(found: re.Match[str]) -> None:
        shift = problem.shift[found[1]]
        if found["other"]:
            able = {w: Exchanged(sums, shift, w) for w in NAMES if w not in {p.person for p in sums.parts[shift.id]}}
            costs = {w: tuple(one.ways[0][1].values()) for w, one in able.items() if one.ways}
            assert costs[id_of(found["other"])] == min(costs.values())
            able[id_of(found["other"])].said(found["told"])
        else:
            Exchanged(sums, shift, who).said(found["told"])

    def in_the_way(found: re.Match[str]) -> None:
        if found[2] == "nobody else could take it as the plan stands":
            shift = problem.shift[found[1]]
            others = [w for w in NAMES if w not in {part.person for part in sums.parts[shift.id]}]
            none([w for w in others if Exchanged(sums, shift, w).ways])
        else:
            Exchanged(sums, problem.shift[found[1]], who).said(f"cannot; {found[2]}")

    return [
        silent(rf"tiny · {PERIOD} · revision \d+ · {NAMES[who]}"),
        Form(r"Holds (\d+) shifts?(?:, of which (.+))?\.", holds),
        Form(
            r"  (night |weekend |holiday )?load: ([\d.]+) h, the part is ([\d.]+) h \(([+-]?[\d.]+)\); "
            r"balance ([+-]?[\d.]+)(?: \(fades to (?P<left>[+-]?[\d.]+)\))?, then (?P<then>[+-]?[\d.]+)",
            bucket,
        ),
        silent(r"Leave:|Wishes:|Wishes: none for this time\."),
        Form(
            rf"  leave ([^:]+): kept(?:, free of (?P<free>\d+) shifts?)?(?:; (?:{NAME}) takes [\d.]+ h)*"
            rf"(?:; [\d.]+ h of {ID} had been before the news)*",
            kept,
        ),
        Form(
            r"  (avoid|prefer) (.+): (?P<how>granted|not granted|not wholly granted|no shift is in that time)"
            r"(?:, (?P<hours>[\d.]+) h of it held: (?P<ids>.+))?",
            wished,
        ),
        Form(rf"    ({ID}): (?:the cheapest other is (?P<other>{NAME})|to hold it): (?P<told>.+)", way),
        Form(rf"    ({ID}): (?!the cheapest|to hold it)(.+)", in_the_way),
        silent(r"Each line prices one simple exchange, everything else staying as it is; not a whole new plan\."),
    ]


def taken(sums: Sums, who: str, off: Sequence[Span], line: str) -> None:
    """What a line says that others take of somebody's shifts, and what they held before they fell ill."""
    took, held = Counter[str](), sums.held(who)
    for id_ in held:
        for part in sums.parts[id_]:
            spans = common(sums.ground.problem.shift[id_].spans, (part.span,)) if part.person != who else ()
            took[NAMES[part.person]] += round(total(common(spans, off)) / timedelta(minutes=1))
    told = {name: float(amount) for name, amount in re.findall(rf"({NAME}) takes ([\d.]+) h", line)}
    assert told == {name: round(minutes / 60, 1) for name, minutes in took.items() if minutes}
    for amount, id_ in re.findall(rf"([\d.]+) h of ({ID}) had been", line):
        assert abs(float(amount) - total(common(held[id_], off)) / timedelta(hours=1)) <= 0.051


def days_in(text: str) -> tuple[date, date]:
    """The first and the last day that a line names; and that it counts them right."""
    named = [
        datetime.strptime(f"{d} 2027 +0000", "%d %b %Y %z").date() for d in re.findall(r"(\d{1,2} [A-Z][a-z]{2})", text)
    ]
    first, last = named[0], named[min(1, len(named) - 1)] if " to " in text else named[0]
    if count := re.search(r"(\d+) days", text):
        assert int(count[1]) == (last - first).days + 1
    return first, last


def seconds(sums: Sums, wish: Wish, spans: Sequence[Span]) -> int:
    """How much of some spans a wish names."""
    named = common(spans, wish.spans) if wish.spans else tuple(spans)
    if wish.hours:
        return 60 * sums.loads.minutes(wish.person, named, wish.hours)
    return round(total(named).total_seconds())


@pytest.mark.parametrize(("kind", "seed"), KINDS_AND_SEEDS)
def test_every_line_about_a_person(kind: str, seed: int, published: Path, cli: Cli, reader: Reader) -> None:
    sums = sums_of(published)
    for who in NAMES:
        reader.read(done(cli, published, "explain", "--person", who), person_forms(sums, who))
