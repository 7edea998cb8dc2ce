"""Small hand-built drafts for tests: `draft(held(...), ...)` with keyword overrides, all in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from builders import at, shift
from watchbill.domain import Part, Shift
from watchbill.periods import Period, period
from watchbill.results import Account, Assigned, Draft, Finding, Inputs, Tier
from watchbill.times import Span


def held(
    id_: str, person: str | None, start: str, hours: float = 24, *, gaps: Sequence[Span] = (), **facts: Any
) -> Assigned:
    """A shift that one person (or nobody) holds from start to end; its load is its hours."""
    return holding(shift(id_, start, hours, seat=_seat(id_), gaps=gaps), person, **facts)


def holding(what: Shift, person: str | None, **facts: Any) -> Assigned:
    parts = (Part(person, what.start, what.end),) if person else ()
    load = {"all": round(sum(span.hours for span in what.spans) * 100), "night": 0}
    return replace(Assigned(what, person, parts, load=load), **facts)


def split(what: Assigned, *stretches: tuple[str, str, str]) -> Assigned:
    """The shift in parts: person, start, end. The first one counts as its person."""
    parts = tuple(Part(person, at(start), at(end)) for person, start, end in stretches)
    return replace(what, parts=parts, person=parts[0].person)


def week(role: str, people: str, first: str = "2027-01-04") -> tuple[Assigned, ...]:
    """Weekly shifts from a Monday 09:00 on, held by people named in order."""
    start = at(f"{first}T09")
    out = []
    for person in people.split():
        out.append(held(f"{role}/weekly/{start.date()}", person, start.strftime("%Y-%m-%dT%H"), 168))
        start = out[-1].shift.end
    return tuple(out)


def account(person: str, load: int = 16800, reference: int = 16800, before: int = 0) -> Account:
    after = before + load - reference
    return Account(
        person, {"primary/weekly": Fraction(4, 5)}, {"all": reference}, {"all": load}, {"all": before}, {"all": after}
    )


def draft(*shifts: Assigned, when: str | Period = "2027-01", **facts: Any) -> Draft:
    """A draft whose people are those who hold something; everyone has carried their part."""
    people = dict.fromkeys(part.person for assigned in shifts for part in assigned.parts)
    base = Draft(
        team="payments",
        period=when if isinstance(when, Period) else period(when),
        inputs=Inputs("sha256:0011", {"tzdata": "2026f", "ortools": "9.15"}, 1, "default"),
        status="solved",
        tiers=(Tier("should", 0, 0, 0), Tier("fairness", 103, 102, 102, 2), Tier("evenness", 80, 80, 60)),
        shifts=shifts,
        people=tuple(account(person) for person in people),
        findings=(Finding("limit", "ana has 2 shifts in 3 weeks.", tier="should", cost=5, people=("ana",)),),
    )
    return replace(base, **facts)


def plan(*shifts: Assigned, when: str | Period = "2027-01", revision: int = 1, **facts: Any) -> Draft:
    """A published plan: every shift changed last in its revision unless told."""
    stamped = tuple(replace(assigned, changed=assigned.changed or revision) for assigned in shifts)
    facts = {"revision": revision, "made": "2026-12-01T12:00Z"} | facts
    return draft(*stamped, when=when, **facts)


def holders(found: Draft) -> Mapping[str, str | None]:
    return {assigned.shift.id: assigned.person for assigned in found.shifts}


def _seat(id_: str) -> int:
    last = id_.rsplit("/", 1)[1]
    return int(last) if last.isdigit() else 1
