"""Who else could hold a shift: for each person what stands in the way, or what it would cost, in words and numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from watchbill.clocks import wall_at
from watchbill.domain import BUCKETS, Person, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.reasons.prices import Exchange, Parts, Pricer
from watchbill.reasons.reliefs import relief_of
from watchbill.results import Finding
from watchbill.times import Span, common, merged

_WEIGHED = ("fairness", "evenness", "burden")
SHOWN = 5
_PLAIN = ("eligible", "leave", "pin", "overlap")


@dataclass(frozen=True, slots=True)
class Distance:
    """How far somebody's load of one bucket is from their part: carried balance plus load, hundredths of an hour.

    `part` is their reference; `before` and `after` are what they carry in the plan and after the exchange.
    """

    bucket: str
    part: int
    before: int
    after: int

    def percent(self, carried: int) -> int:
        """How much more than their part so much is, in percent, halves up."""
        return (200 * (carried - self.part) + self.part) // (2 * self.part)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who does not hold the shift: the exchange, and in words what is in the way or what changes.

    `reasons` speak of the person without the name. `distances` are those in the buckets in which they have a part.
    """

    person: str
    exchange: Exchange
    reasons: tuple[str, ...]
    distances: tuple[Distance, ...]


def candidates(pricer: Pricer, shift: Shift) -> tuple[Candidate, ...]:
    """Everybody who does not hold a shift: those who could first, the cheapest first."""
    return tuple(candidate(pricer, exchange) for exchange in pricer.others(shift))


def candidate(pricer: Pricer, exchange: Exchange) -> Candidate:
    """One exchange in words."""
    person = pricer.problem.person[exchange.person]
    distances = tuple(_distances(pricer, exchange))
    told = _hurdles(pricer.problem, exchange) if exchange.hurdles else _costs(pricer.problem, exchange, distances)
    return Candidate(person.id, exchange, tuple(dict.fromkeys(told)), distances)


def carried(problem: Problem, loads: Loads, parts: Parts, person: str) -> dict[str, int]:
    """Carried balance plus the load of what somebody really holds in a plan, by bucket, in hundredths of an hour."""
    before = problem.balances.get(person, {})
    sums = {bucket: before.get(bucket, 0) for bucket in BUCKETS}
    for shift in problem.shifts:
        for part in parts.get(shift.id, ()):
            if part.person == person:
                load = loads.of_spans(person, shift.role, common(shift.spans, (part.span,)))
                sums = {bucket: sums[bucket] + load[bucket] for bucket in BUCKETS}
    return sums


def _distances(pricer: Pricer, exchange: Exchange) -> Iterator[Distance]:
    person, reference = exchange.person, pricer.loads.reference(exchange.person)
    before, after = (
        carried(pricer.problem, pricer.loads, parts, person) for parts in (pricer.parts, pricer.after(exchange))
    )
    for bucket in pricer.loads.buckets():
        if part := reference[bucket]:
            yield Distance(bucket, part, before[bucket], after[bucket])


# ------------------------------------------------------------------------------------------------------- hard rules


def _hurdles(problem: Problem, exchange: Exchange) -> Iterator[str]:
    """What is in the way: facts about the person before rules, and of each rule something before more of the same."""
    person, seen = problem.person[exchange.person], Counter[str]()
    ranked = []
    for finding in exchange.hurdles:
        plain = _PLAIN.index(finding.rule) if finding.rule in _PLAIN else len(_PLAIN)
        ranked.append((seen[finding.rule], plain, finding))
        seen[finding.rule] += 1
    for _, _, finding in sorted(ranked, key=lambda row: row[:2]):
        yield _away(problem, person, exchange.shift) if finding.rule == "leave" else _told(person, finding, exchange)
    if set(seen) == {"leave"} and relief_of(problem, exchange.shift, person.id):
        yield "may miss that, but nobody else can take it as the plan stands"


def _away(problem: Problem, person: Person, shift: Shift) -> str:
    """The dates and nothing else: why someone is away is theirs to tell."""
    away = merged(leave.span for leave in problem.leaves_of[person.id])
    met = [span for span in away if common((span,), shift.spans)]
    return f"unavailable {_listed([_stretch(person, span) for span in met])}"


def _told(person: Person, finding: Finding, exchange: Exchange) -> str:
    """The sentence of a finding about one person, without what the reader knows already."""
    shift = exchange.shift
    told = finding.sentence.removeprefix(f"{person.name} ")
    if finding.rule == "wishes":
        return told.removeprefix(f"holds {shift.turn} ")
    if finding.rule == "eligible":
        return told.removeprefix(f"holds {shift.id}, but ")
    if finding.rule == "pin":
        return f"{shift.turn} is pinned to somebody else"
    if finding.rule == "cover" and finding.shifts:
        return "holds another seat of it"
    return told


# ------------------------------------------------------------------------------------------------------------ costs


def _costs(problem: Problem, exchange: Exchange, distances: Sequence[Distance]) -> Iterator[str]:
    """What changes for the person: who takes what they miss, should rules, wishes, the distance that weighs most."""
    person = problem.person[exchange.person]
    for part in exchange.relievers:
        yield f"unavailable {_stretch(person, part.span)}, which {problem.person[part.person].name} takes"
    for finding in exchange.new:
        own = finding.people[:1] == (person.id,) and finding.tier not in {*_WEIGHED, None} and finding.rule != "relief"
        if own and not (finding.rule == "wishes" and _is_slight(finding)):
            yield _told(person, finding, exchange)
    if distance := _heaviest(person, exchange, distances):
        yield standing(distance)


def _is_slight(finding: Finding) -> bool:
    """Whether a stint only costs what it is measured against, or less than shows."""
    return "beside other wishes" in finding.sentence or abs(finding.cost) < SHOWN


def _heaviest(person: Person, exchange: Exchange, distances: Sequence[Distance]) -> Distance | None:
    """The bucket in which the person goes furthest beyond their part, measured by it."""
    beyond = [distance for distance in distances if distance.after > distance.before]
    return max(beyond, key=lambda d: d.percent(d.after), default=None)


def standing(distance: Distance) -> str:
    """`9 % above their part of night load (now 3 % below)`."""
    what = "load" if distance.bucket == "all" else f"{distance.bucket} load"
    after, before = distance.percent(distance.after), distance.percent(distance.before)
    return f"{_side(after)} their part of {what} (now {_side(before)})"


def _side(percent: int) -> str:
    return f"{abs(percent)} % {'below' if percent < 0 else 'above'}" if percent else "at"


def _stretch(person: Person, span: Span) -> str:
    """Time on a person's own clock: dates where whole days are meant."""
    start, end = wall_at(person, span.start), wall_at(person, span.end - datetime.resolution) + datetime.resolution
    if start == _midnight(start) and end == _midnight(end):
        first, last = start.date(), (end - datetime.resolution).date()
        return f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"
    if start.date() == end.date():
        return f"on {_day(start.date())} from {start:%H:%M} to {end:%H:%M}"
    return f"from {_day(start.date())} {start:%H:%M} to {_day(end.date())} {end:%H:%M}"


def _day(day: date) -> str:
    return day.isoformat()


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _listed(words: Sequence[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def cheapest(found: Sequence[Candidate]) -> Candidate | None:
    """The first who could hold it; None if nobody could."""
    return next((one for one in found if one.exchange.possible), None)


def grouped(number: int) -> str:
    """`3 420`: a thin reading of thousands."""
    return f"{number:,}".replace(",", " ")
