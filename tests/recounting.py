"""Counts again what a printed sentence says, from the plan file, loads and audits, not from what wrote the sentence.

`Sums` are the counts. `Form`s are the sentences of a command: each line has to be of one of them, and what it says is
held against the counts, so a sentence of a new form fails until it has a recount.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from watchbill.assemble import Ground
from watchbill.audit import audit
from watchbill.domain import Part
from watchbill.load import Loads
from watchbill.periods import Period
from watchbill.results import Finding
from watchbill.times import Span, common, merged, total
from watchbill.workspace import plans

Parts = Mapping[str, Sequence[Part]]
HUNDREDTHS = timedelta(hours=1) / 100


@dataclass(frozen=True)
class Sums:
    """A plan by the inputs as they are: its parts by shift id, and whatever can be counted from them."""

    ground: Ground
    parts: Parts

    @cached_property
    def loads(self) -> Loads:
        return Loads(self.ground.problem)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return audit(self.ground.problem, self.ground.rules, self.parts, self.loads)

    @property
    def tiers(self) -> dict[str, int]:
        sums = Counter({tier.name: 0 for tier in self.ground.problem.tiers})
        for finding in self.findings:
            if finding.tier:
                sums[finding.tier] += finding.cost
        return dict(sums)

    def having(self, shift: str, parts: Sequence[Part]) -> "Sums":
        """The same plan with other parts of one shift."""
        return Sums(self.ground, {**self.parts, shift: tuple(parts)})

    def load(self, person: str, bucket: str) -> int:
        """Hundredths of an hour."""
        shifts = self.ground.problem.shift
        return sum(
            self.loads.of_spans(person, shifts[id_].role, common(shifts[id_].spans, (part.span,)))[bucket]
            for id_, held in self.parts.items()
            for part in held
            if part.person == person
        )

    def part(self, person: str, bucket: str) -> int:
        return self.loads.reference(person)[bucket]

    def before(self, person: str, bucket: str) -> int:
        return self.ground.problem.balances.get(person, {}).get(bucket, 0)

    def hours(self, person: str) -> Fraction:
        """Real hours on call."""
        return Fraction(sum((total(spans) for spans in self.held(person).values()), timedelta()) / HUNDREDTHS) / 100

    def held(self, person: str) -> dict[str, tuple[Span, ...]]:
        """What somebody holds of each shift, in order of shifts."""
        out = {}
        for shift in self.ground.problem.shifts:
            own = merged(part.span for part in self.parts.get(shift.id, ()) if part.person == person)
            if spans := common(shift.spans, own):
                out[shift.id] = spans
        return out

    def percent(self, person: str, bucket: str) -> int:
        """How far from the own part, in percent, halves up."""
        part = self.part(person, bucket)
        away = self.before(person, bucket) + self.load(person, bucket) - part
        return (200 * away + part) // (2 * part)

    def after(self, person: str, bucket: str) -> Fraction:
        """The balance that the next plan starts from, before it is rounded: load, less one's part by presence."""
        problem, there = self.ground.problem, self.loads.presence
        out = Fraction(faded(problem.fairness.half_life, len(problem.period.dates))) * self.before(person, bucket)
        for key in problem.layer:
            mine = {id_: held for id_, held in self.parts.items() if problem.shift[id_].key == key}
            layer = Sums(self.ground, mine)
            everyone = sum(there(p.id)[key] for p in problem.people)
            whole = sum(layer.load(p.id, bucket) for p in problem.people)
            out += layer.load(person, bucket) - (whole * there(person)[key] / everyone if everyone else 0)
        return out


def faded(half_life: int, days: int) -> float:
    return 0.5 ** (days / half_life) if half_life else 1.0


def stored(ground: Ground, folder: Path, period: Period) -> Sums:
    """The plan on disk; the draft where there is no plan."""
    found = plans.read_plan(folder, period) or plans.read_draft(folder, period)
    assert found is not None
    return Sums(ground, found.holders)


# ----------------------------------------------------------------------------------------------------------- forms


@dataclass(frozen=True)
class Form:
    """One form of a line: what it looks like whole, and how its numbers are counted again."""

    pattern: str
    recount: Callable[[re.Match[str]], None]

    def take(self, line: str) -> bool:
        """Whether a line is of this form; fails if it is and says something wrong."""
        found = re.fullmatch(self.pattern, line)
        if found:
            self.recount(found)
        return bool(found)


@dataclass
class Reader:
    """Reads what a command said, and remembers which forms it has seen."""

    seen: set[str] = field(default_factory=set)

    def read(self, text: str, forms: Sequence[Form]) -> None:
        for line in filter(None, (line.rstrip() for line in text.splitlines())):
            taken = [form.pattern for form in forms if form.take(line)]
            assert len(taken) == 1, f"{len(taken)} forms fit: {line!r}. Each sentence needs one recount."
            self.seen.add(taken[0])


def silent(pattern: str) -> Form:
    """A line that says no number."""
    return Form(pattern, lambda match: None)


# ----------------------------------------------------------------------------------------------------------- words


def number(text: str) -> int:
    return int(text.replace(" ", ""))


def close(text: str, hundredths: int | Fraction) -> bool:
    """Whether a number of hours is so many hundredths, to a tenth."""
    return abs(Fraction(text) - Fraction(hundredths) / 100) <= Fraction(6, 100)


def differences(was: Mapping[str, int], is_: Mapping[str, int]) -> dict[str, int]:
    return {tier: is_[tier] - was[tier] for tier in was if is_[tier] != was[tier]}


def changes_in(text: str) -> dict[str, int]:
    """`120 more fairness, 12 less wishes` by tier."""
    found = re.findall(r"([\d ]+) (more|less) (\w+)", text)
    return {tier: number(amount) * (1 if side == "more" else -1) for amount, side, tier in found}


def moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
