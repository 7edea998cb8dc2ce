"""Small problems for tests: `problem(...)` with keyword overrides, all in UTC unless a test says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from watchbill.domain import Layer, Leave, Person, Role, Shift, TurnLength, Wish
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.times import Dates, Span


def at(text: str) -> datetime:
    """`2027-01-04T09` or `2027-01-04T09:30`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(at(start), at(end))


def person(id_: str, zone: str = "UTC", **facts: Any) -> Person:
    return replace(Person(id=id_, name=id_.title(), zone=zone), **facts)


def shift(id_: str, start: str, hours: float = 24, *, seat: int = 1, gaps: Sequence[Span] = ()) -> Shift:
    """`role/layer/date` with one span, or with the given spans."""
    role, layer = id_.split("/")[:2]
    begin = at(start)
    spans = tuple(gaps) or (Span(begin, begin + timedelta(hours=hours)),)
    turn = id_ if seat == 1 else id_.rsplit("/", 1)[0]
    return Shift(id_, turn, role, layer, seat, spans[0].start, spans)


def days(role: str = "primary", count: int = 4, first: str = "2027-01-04", hours: float = 24) -> tuple[Shift, ...]:
    """Daily shifts of one role from a date's midnight on."""
    start = date.fromisoformat(first)
    listed = [start + timedelta(days=n) for n in range(count)]
    return tuple(shift(f"{role}/daily/{day}", f"{day}T00", hours) for day in listed)


def _layer(role: str, id_: str) -> Layer:
    return Layer(role, id_, zone="UTC", turn=TurnLength(1, "day"), handoff=0)


def problem(
    people: Sequence[Person | str] = ("ana", "bo", "cy"),
    shifts: Sequence[Shift] = (),
    *,
    seats: Mapping[str, int] | None = None,
    servers: Mapping[str, Sequence[str]] | None = None,
    **facts: Any,
) -> Problem:
    """A problem whose roles and layers are read off its shifts; everyone may serve everything unless told."""
    listed = tuple(p if isinstance(p, Person) else person(p) for p in people)
    keys = list(dict.fromkeys(s.key for s in shifts)) or ["primary/daily"]
    layers = {key: _layer(*key.split("/")) for key in keys}
    names = list(dict.fromkeys(layer.role for layer in layers.values()))
    roles = tuple(
        Role(name, tuple(la for la in layers.values() if la.role == name), seats=(seats or {}).get(name, 1))
        for name in names
    )
    first = min((s.start for s in shifts), default=at("2027-01-04")).date()
    last = max((s.end for s in shifts), default=at("2027-01-10")).date()
    base = Problem(
        team="test",
        zone="UTC",
        period=Period(f"{first}..{last}", Dates(first, last)),
        people=listed,
        roles=roles,
        shifts=tuple(sorted(shifts, key=lambda s: (s.start, s.role, s.layer, s.seat))),
        servers={key: tuple((servers or {}).get(key, [p.id for p in listed])) for key in keys},
    )
    return replace(base, **facts)


def leave(person_id: str, start: str, end: str) -> Leave:
    return Leave(person_id, span(start, end))


def wish(person_id: str, kind: str, start: str, end: str, weight: int = 1) -> Wish:
    return Wish(person_id, kind, (span(start, end),), weight)
