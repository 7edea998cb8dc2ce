"""Opening balances: what people carried before the first plan, from `history/oncall.csv`.

Month by month, each role's load really carried is held against equal parts of it, by share, for everyone who served
the role at that time, and fades as balances of plans do. Double entry, as for plans: a role's balances add up to zero.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from watchbill.domain import Person, percent_at
from watchbill.ledger import Carried, settle
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.times import DAY, Span, common, merged, midnight, wall, zone
from watchbill.workspace.past import Duty

Balances = Mapping[str, Mapping[str, int]]
Served = Mapping[str, Mapping[str, tuple[Span, ...]]]
"""What people served, by role and person: sorted, disjoint spans."""


def opening(problem: Problem, duties: Iterable[Duty], before: date) -> Balances:
    """Balances at the start of a date on the team's clock, in hundredths of an hour by person and bucket.

    Someone's time in a role begins with `joined`, else with their first duty less the time that people wait there for
    their turn, but not before the first duty of all. It ends with `left`, goes on for those who are in the team, and
    ends with the last duty of others. Roles that the team has no more, and what is after the date, do not count.
    """
    end = midnight(before, zone(problem.zone))
    served = _served(problem, duties, end)
    spans = [span for people in served.values() for listed in people.values() for span in listed]
    if not spans:
        return {}
    loads = Loads(problem)
    terms = _terms(problem, served, end)
    balances: dict[str, dict[str, int]] = {}
    for month in _months(min(spans).start, end):
        presence = _presences(problem, terms, month)
        days = round(month.length / DAY)
        balances = settle(_carried(loads, served, month), presence, balances, days, problem.fairness.half_life)
    return balances


def _served(problem: Problem, duties: Iterable[Duty], end: datetime) -> Served:
    found: dict[str, dict[str, list[Span]]] = {role.id: {} for role in problem.roles}
    for duty in sorted(duties):
        if duty.role in found and duty.start < end:
            found[duty.role].setdefault(duty.person, []).append(Span(duty.start, min(duty.end, end)))
    return {role: {person: merged(listed) for person, listed in people.items()} for role, people in found.items()}


def _months(start: datetime, end: datetime) -> Iterator[Span]:
    """The calendar months, in UTC, from that of an instant on; the last one ends at `end`."""
    at = datetime(start.year, start.month, 1, tzinfo=UTC)
    while at < end:
        after = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield Span(at, min(after, end))
        at = after


def _carried(loads: Loads, served: Served, month: Span) -> Carried:
    return {
        role: {
            person: dict(loads.of_spans(person, role, inside))
            for person, spans in people.items()
            if (inside := common(spans, (month,)))
        }
        for role, people in served.items()
    }


# --------------------------------------------------------------------------------------------------------- presence

Terms = Mapping[tuple[str, str], Span]


def _terms(problem: Problem, served: Served, end: datetime) -> Terms:
    """From when until when people served, by person and role."""
    out = {}
    for role, people in served.items():
        known = min((spans[0].start for spans in people.values()), default=end)
        lead = _round(people.values())
        for person, spans in people.items():
            begins = max(known, spans[0].start - lead) if lead else known
            out[person, role] = _term(problem.person.get(person), spans, begins, end)
    return out


def _round(everyone: Iterable[Sequence[Span]]) -> timedelta | None:
    """How long people wait for their turn: the median of everyone's longest wait; None if nobody had two."""
    waits = [max(b.start - a.start for a, b in pairwise(spans)) for spans in everyone if len(spans) > 1]
    return sorted(waits)[len(waits) // 2] if waits else None


def _term(person: Person | None, spans: Sequence[Span], begins: datetime, end: datetime) -> Span:
    first, last = spans[0].start, spans[-1].end
    if person is None:
        return Span(begins, last)
    tz = zone(person.zone)
    begins = min(first, midnight(person.joined, tz)) if person.joined else begins
    ends = max(last, midnight(person.left + DAY, tz)) if person.left else end
    return Span(begins, min(ends, end))


def _presences(problem: Problem, terms: Terms, month: Span) -> dict[str, dict[str, Fraction]]:
    """The part of a month for which people were there, times their share, by person and role."""
    out: dict[str, dict[str, Fraction]] = {}
    for (person, role), term in terms.items():
        both = term.common(month)
        part = (
            Fraction(both.length // timedelta(seconds=1), month.length // timedelta(seconds=1)) if both else Fraction(0)
        )
        out.setdefault(person, {})[role] = part * _share(problem.person.get(person), both or month)
    return out


def _share(person: Person | None, at: Span) -> Fraction:
    """Someone's share at the start of a stretch; whoever carried something then had one, whatever the file says."""
    if person is None:
        return Fraction(1)
    return Fraction(percent_at(person, wall(at.start, zone(person.zone)).date()) or 100, 100)
