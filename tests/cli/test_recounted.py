"""Every sentence of the commands that explain, counted again: see `recounting`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from recounting import Form, Reader, Sums, changes_in, close, moment, number, silent, stored
from relieving import every_holding
from tiny import Cli
from watchbill import drafting
from watchbill.domain import BUCKETS, Part, Shift, Wish
from watchbill.periods import period
from watchbill.results import Finding
from watchbill.times import Span, common, from_iso, merged, total

PERIOD = "2027-01-04..2027-01-31"
NAMES = {"ana": "Ana Souza", "bo": "Bo Lindqvist", "cy": "Cy Tan", "dee": "Dee Hall"}
TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {{name: Ana Souza}}
  bo: {{name: Bo Lindqvist}}
  cy: {{name: Cy Tan, timezone: Asia/Singapore}}
  dee: {{name: Dee Hall, share: {share}%}}
roles:
  primary:
    layers:
      week: {{turn: 1 week, handoff: mon 09:00{may_miss}}}
  secondary:
    weight: 40%
    layers:
      week: {{turn: 1 week, handoff: mon 09:00}}
rules:
  - {{kind: space, at_least: 1 week, strength: should, weight: {weight}}}
  - {{kind: limit, count: shifts, at_most: 3, per: 3 weeks}}
"""
NAME = "|".join(NAMES.values())
ID = r"\w+/\w+/[\d-]+"
MOMENT = r"\w{3} \d{2} \w{3} \d{2}:\d{2}"
CHANGES = r"costs the same|[\d ]+ (?:more|less) \w+(?:, [\d ]+ (?:more|less) \w+)*"
STANDING = re.compile(
    r"(?:(\d+) % (above|below)|at) their part of (?:(\w+) )?load \(now (?:(\d+) % (above|below)|at)\)"
)
AWAY = re.compile(r"unavailable (on|from) [\d-]+[^;,]*")


def write(folder: Path, seed: int, *, may_miss: bool) -> Path:
    """A team of four at random: shares, leave of days, wishes."""
    rng = Random(seed)
    (folder / "availability").mkdir(parents=True)
    lax = ", may_miss: 30h" if may_miss else ""
    text = TEAM.format(share=rng.choice((50, 80, 100)), may_miss=lax, weight=rng.randint(1, 4))
    (folder / "team.yaml").write_text(text, encoding="utf-8")
    for n, who in enumerate(NAMES):
        off = 4 + 7 * n + rng.randint(1, 5)
        late = f"2027-01-{off:02}" if may_miss else f"2027-01-{off:02}..2027-01-{off + 1:02}"
        lines = [f"person: {who}", "answered_through: 2027-12-31", f"leave: [{late}]"]
        day = 4 + (off + 5) % 22
        lines.append(f"avoid: [{{dates: 2027-01-{day:02}..2027-01-{day + 1:02}, weight: {rng.randint(1, 3)}}}]")
        if n % 2:
            lines.append(f"prefer: [{'weekends' if rng.random() < 0.5 else f'2027-01-{4 + (off + 12) % 22:02}'}]")
        (folder / "availability" / f"{who}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def sums_of(folder: Path) -> Sums:
    return stored(drafting.ground(folder, period(PERIOD)), folder, period(PERIOD))


def id_of(name: str) -> str:
    return next(id_ for id_, known in NAMES.items() if known == name)


# ------------------------------------------------------------------------------------------------------- exchanges


@dataclass(frozen=True)
class Exchanged:
    """Somebody on a shift in place of who holds it: every way to do that, each counted by an audit of the whole."""

    sums: Sums
    shift: Shift
    person: str

    @cached_property
    def ways(self) -> list[tuple[Sums, dict[str, int]]]:
        """Those that break no hard rule which was kept before, with what they cost more; the cheapest first."""
        parts = every_holding(self.sums.ground.problem, self.shift, self.person)
        made = [self.sums.having(self.shift.id, held) for held in parts]
        legal = [one for one in made if not self.new(one, hard=True)]
        costs = [(one, {tier: one.tiers[tier] - was for tier, was in self.sums.tiers.items()}) for one in legal]
        return sorted(costs, key=lambda row: tuple(row[1].values()))

    @property
    def whole(self) -> Sums:
        return self.sums.having(self.shift.id, [Part(self.person, self.shift.start, self.shift.end)])

    def new(self, after: Sums, *, hard: bool) -> list[Finding]:
        left = list(self.sums.findings)
        out = []
        for finding in after.findings:
            if finding in left:
                left.remove(finding)
            elif finding.hard is hard:
                out.append(finding)
        return out

    def said(self, text: str) -> None:
        """Holds what is said of it, after the name, against the counts."""
        if text.startswith("cannot; "):
            assert not self.ways, text
            self._hurdles(text.removeprefix("cannot; "))
            return
        told = re.match(CHANGES, text)
        assert told, text
        assert self.ways, text
        least = {tier: more for tier, more in self.ways[0][1].items() if more}
        assert changes_in(told[0]) == least, (text, least)
        assert self._fits(text[told.end() :]), text

    def _fits(self, reasons: str) -> bool:
        """Whether one of the cheapest ways is the one that is told."""
        best = [one for one, more in self.ways if more == self.ways[0][1]]
        return any(self._told(one, reasons) for one in best)

    def _told(self, after: Sums, rest: str) -> bool:
        takers = [part for part in after.parts[self.shift.id] if part.person != self.person]
        sentences = self._sentences(self.new(after, hard=False))
        while rest:
            rest = rest.removeprefix("; ")
            if taken := re.match(rf"({AWAY.pattern}), which ({NAME}) takes", rest):
                if not takers or NAMES[takers.pop(0).person] != taken[3]:
                    return False
                rest = rest[taken.end() :]
            elif standing := STANDING.match(rest):
                self._standing(after, standing)
                rest = rest[standing.end() :]
            elif known := next((s for s in sentences if rest.startswith(s)), None):
                rest = rest.removeprefix(known)
            else:
                return False
        return not takers

    def _standing(self, after: Sums, found: re.Match[str]) -> None:
        bucket = found[3] or "all"
        sides = [int(found[n] or 0) * (-1 if found[n + 1] == "below" else 1) for n in (1, 4)]
        assert sides == [one.percent(self.person, bucket) for one in (after, self.sums)], found[0]

    def _sentences(self, findings: Sequence[Finding]) -> list[str]:
        """What findings may be shortened to in a line about the person; the longest first."""
        name, id_ = NAMES[self.person], self.shift.id
        heads = ("", f"{name} ", f"{name} holds {self.shift.turn} ", f"{name} holds {id_}, but ")
        told = {f.sentence.removeprefix(head) for f in findings for head in heads}
        return sorted(told, key=len, reverse=True)

    def _hurdles(self, text: str) -> None:
        new = self.new(self.whole, hard=True)
        sentences = self._sentences(new)
        more = re.search(r"; and (\d+) more$", text)
        rest, seen = text[: more.start()] if more else text, 0
        while rest:
            rest = rest.removeprefix("; ")
            known = next((s for s in sentences if rest.startswith(s)), None)
            away = AWAY.match(rest)
            known = known or (away[0] if away and self._away(away[0]) else None)
            known = known or ("may miss that, but nobody else can take it as the plan stands" if seen else None)
            assert known, text
            assert rest.startswith(known), text
            rest, seen = rest.removeprefix(known), seen + 1
        distinct = len({f.sentence for f in new if f.rule != "leave"}) + any(f.rule == "leave" for f in new)
        assert not more or int(more[1]) == distinct - seen

    def _away(self, text: str) -> bool:
        """Whether the dates are those of leave that meets the shift, on the person's clock."""
        problem = self.sums.ground.problem
        zone = ZoneInfo(problem.person[self.person].zone)
        met = [
            s for s in merged(leave.span for leave in problem.leaves_of[self.person]) if common((s,), self.shift.spans)
        ]
        days = {moment_.astimezone(zone).date() for s in met for moment_ in (s.start, s.end - datetime.resolution)}
        return {date.fromisoformat(day) for day in re.findall(r"\d{4}-\d{2}-\d{2}", text)} == days


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

    why = r"later tiers may spend (?P<slack>\d+) % of (?P<tier>\w+), and did|the search had not shown .*"
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


# ------------------------------------------------------------------------------------------------------ workspaces

KINDS = ("weeks", "reliefs", "decided", "replanned")
CASES = [(kind, seed) for kind in KINDS for seed in range(2)]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Path]:
    return {}


@pytest.fixture
def published(
    kind: str, seed: int, folders: dict[tuple[str, int], Path], tmp_path_factory: pytest.TempPathFactory, cli: Cli
) -> Path:
    """A published plan: of whole shifts, with reliefs, with a part given away, or planned again in a running shift."""
    if (kind, seed) not in folders:
        folder = write(tmp_path_factory.mktemp(kind) / "team", seed, may_miss=kind in {"reliefs", "replanned"})
        assert done(cli, folder, "plan", PERIOD, "--quiet", "--effort", "0.1")
        assert done(cli, folder, "publish", PERIOD)
        if kind == "decided":
            decide(cli, folder)
        if kind == "replanned":
            fall_ill(cli, folder)
        folders[kind, seed] = folder
    return folders[kind, seed]


def done(cli: Cli, folder: Path, *words: str) -> str:
    ended = cli("-C", folder, *words)
    assert ended.code == 0, ended.err
    return ended.out or "done"


def decide(cli: Cli, folder: Path) -> None:
    """Somebody takes some hours of a shift: whoever can."""
    for who in NAMES:
        stretch = ("primary/week/2027-01-11", "2027-01-14 10:00..22:00", who)
        if not cli("-C", folder, "relieve", *stretch, "--from", "2026-12-01", "--yes", "--publish").code:
            return
    raise AssertionError("nobody could take the hours")


def fall_ill(cli: Cli, folder: Path) -> None:
    """Whoever holds the first whole week is away from the middle of it on."""
    plan = sums_of(folder)
    who = max(NAMES, key=lambda id_: total(plan.held(id_).get("primary/week/2027-01-04", ())))
    path = folder / "availability" / f"{who}.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("leave")]
    path.write_text("\n".join([*kept, "leave: [2027-01-07..2027-01-12]"]) + "\n", encoding="utf-8")
    assert done(cli, folder, "replan", "--from", "2027-01-06T12:00", "--quiet")
    assert done(cli, folder, "publish", PERIOD)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")


@pytest.mark.parametrize(("kind", "seed"), CASES)
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
        if least := re.search(r"at least ([\d ]+) more (\w+)", found["claim"]):
            assert least[2] == deciding
            assert 0 < number(least[1]) < more[deciding]

    def tier(found: re.Match[str]) -> None:
        name, was, is_, told = found.groups()
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
            rf"The best plan (?:found )?with (?:{NAME}) on {ID} costs (?P<more>[\d ]+) more (?P<tier>\w+); "
            r"(?P<claim>.+)\.",
            best,
        ),
        Form(r"(\w+): (-?\d+), would be (-?\d+): (the same|[\d ]+ (?:more|less) \w+)", tier),
        Form(r"(\d+) shifts? changes? hands:|(?!)", count),
        Form(rf"  ({MOMENT})  ({ID}): (.+) -> (.+)", move),
    ]


@pytest.mark.parametrize(("kind", "seed"), CASES)
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
        wanted = (load, part, load - part, sums.before(who, name), sums.after(who, name))
        assert all(close(found[n], amount) for n, amount in enumerate(wanted, 2)), (found[0], wanted)

    def kept(found: re.Match[str]) -> None:
        first, last = days_in(found[1])
        zone = ZoneInfo(problem.person[who].zone)
        start, end = (datetime(d.year, d.month, d.day, tzinfo=zone) for d in (first, last + timedelta(days=1)))
        lax = {r.turn.turn for r in problem.reliefs if r.person == who}
        met = [t for t in problem.turns if t.turn not in lax and any(s.start < end and start < s.end for s in t.spans)]
        assert int(found[2]) == len(met), found[0]

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
            r"balance ([+-]?[\d.]+), then ([+-]?[\d.]+)",
            bucket,
        ),
        silent(r"Leave:|Wishes:|Wishes: none for this time\."),
        Form(r"  leave (.+): kept, free of (\d+) shifts?", kept),
        Form(
            r"  (avoid|prefer) (.+): (?P<how>granted|not granted|not wholly granted|no shift is in that time)"
            r"(?:, (?P<hours>[\d.]+) h of it held: (?P<ids>.+))?",
            wished,
        ),
        Form(rf"    ({ID}): (?:the cheapest other is (?P<other>{NAME})|to hold it): (?P<told>.+)", way),
        Form(rf"    ({ID}): (?!the cheapest|to hold it)(.+)", in_the_way),
        silent(r"Each line prices one simple exchange, everything else staying as it is; not a whole new plan\."),
    ]


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


@pytest.mark.parametrize(("kind", "seed"), CASES)
def test_every_line_about_a_person(kind: str, seed: int, published: Path, cli: Cli, reader: Reader) -> None:
    sums = sums_of(published)
    for who in NAMES:
        reader.read(done(cli, published, "explain", "--person", who), person_forms(sums, who))
