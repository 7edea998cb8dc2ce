"""Plans over the real periods and layers of every scenario, and the worst of clocks and names; no solver is asked.

`held` is the twin of the feeds: what must be in a calendar, straight from the definitions of spans and parts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import yaml

from anyplans import PEOPLE, any_plan, seeded
from builders import person
from drafts import plan
from watchbill import workspace
from watchbill.domain import Layer, Part, Person, Role, Shift, TurnLength, Window
from watchbill.expand import expand
from watchbill.periods import Period, period
from watchbill.results import Assigned, Draft
from watchbill.times import Span
from watchbill.workspace import plans

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Antarctica/Troll")
CHANGES = {"spring": "2027-03-08..2027-04-11", "autumn": "2027-09-27..2027-11-14"}
MADE = "2026-09-01T12:00Z"
# A backslash before an n is missing: node-ical 0.26.1 takes the escaped one for a new line.
NAMES = (
    'Jo "Q", the; first \\ and last\\',
    "Zoë 😀👩‍🚒 李小龙, محمد; \\; and \\,",
    "END:VEVENT BEGIN:VALARM: \\\\",
    "ö" * 200,
    "😀,;\\" * 50,
    "O'Brien & <b>Sons</b>",
)


@dataclass(frozen=True)
class Sample:
    """Published plans and the people in them."""

    plans: tuple[Draft, ...]
    people: Mapping[str, Person]


@dataclass(frozen=True, order=True)
class Duty:
    """What a calendar must show: who is on call in which role, and when."""

    start: str
    end: str
    role: str
    person: str
    turn: str


def samples() -> dict[str, Sample]:
    """All of them by name."""
    found = {path.parent.name: scenario(path.parent) for path in sorted(SCENARIOS.glob("*/team.yaml"))}
    found |= {name: clocks(period(when)) for name, when in CHANGES.items()}
    found |= {f"random-{n}": anything(n) for n in range(12)}
    return found | {"names": names()}


def scenario(folder: Path) -> Sample:
    """A scenario's published plans, and its period with its own roles and people, who take turns."""
    team = workspace.read(folder)
    when = period(yaml.safe_load((folder / "scenario.yaml").read_text(encoding="utf-8"))["period"])
    people = {someone.id: someone for someone in team.people}
    before = plans.read_plans(folder)
    return Sample((*before, planned(team.roles, when, list(people), team.team, head=not before)), people)


def clocks(when: Period) -> Sample:
    """Weeks in which clocks change, in zones of every kind: by the week, the day and in office hours."""
    layers = [
        Layer(f"{leaf}-{id_}", id_, zone, TurnLength(count, unit), minute, weekday, date(2026, 12, 28), windows)
        for zone in ZONES
        for leaf in [zone.split("/")[1].lower()]
        for id_, count, unit, minute, weekday, windows in (
            ("week", 1, "week", 540, 0, ()),
            ("day", 1, "day", 150, None, ()),
            ("night", 1, "day", 105, None, ()),
            ("office", 1, "week", 0, 0, (Window((0, 1, 2, 6), 540, 1020), Window((5,), 1320, 1680))),
        )
    ]
    roles = [Role(layer.role, (layer,)) for layer in layers]
    return Sample((planned(roles, when, PEOPLE, "clocks"),), {id_: person(id_) for id_ in PEOPLE})


def anything(seed: int) -> Sample:
    """A random plan, with holes, swaps and parts."""
    drawn = any_plan(seeded(f"clients {seed}")).plan
    published = plan(*drawn.shifts, when=drawn.period, made=MADE)
    return Sample((published,), {id_: person(id_) for id_ in PEOPLE})


def names() -> Sample:
    """People, a team and a role with names that break what does not escape or fold."""
    people = {id_: replace(person(id_), name=name) for id_, name in zip("abcdef", NAMES, strict=True)}
    layer = Layer("on;call, 1st", "la,yer", "UTC", TurnLength(1, "day"), 0)
    roles = [Role(layer.role, (layer,), name=layer.role)]
    return Sample((planned(roles, period("2027-02"), list(people), "T,e;a\\m 😀"),), people)


def planned(roles: Sequence[Role], when: Period, people: Sequence[str], team: str, *, head: bool = True) -> Draft:
    """A published plan in which people take turns; every fifth shift is held in three parts."""
    shifts = expand(roles, when, head=head)
    return plan(*(_assigned(shift, n, people) for n, shift in enumerate(shifts)), when=when, team=team, made=MADE)


def _assigned(shift: Shift, n: int, people: Sequence[str]) -> Assigned:
    first, second = people[n % len(people)], people[(n + 1) % len(people)]
    if n % 5:
        return Assigned(shift, first, (Part(first, shift.start, shift.end),))
    third = timedelta(minutes=int((shift.end - shift.start) / timedelta(minutes=3)))
    cuts = (shift.start, shift.start + third, shift.start + 2 * third, shift.end)
    takers = zip((first, second, first), pairwise(cuts), strict=True)
    return Assigned(shift, first, tuple(Part(taker, start, end) for taker, (start, end) in takers))


# ------------------------------------------------------------------------------------------------------------ twin


def held(plans: Sequence[Draft]) -> list[Duty]:
    """Each stretch of a shift's span that one person holds, in order."""
    return sorted(
        Duty(basic(span.start), basic(span.end), assigned.shift.role, holder, assigned.shift.turn)
        for found in plans
        for assigned in found.shifts
        for span in assigned.shift.spans
        for holder, span in _stretches(assigned.parts, span)
    )


def _stretches(parts: Sequence[Part], whole: Span) -> Iterator[tuple[str, Span]]:
    """By the minute: who holds it; runs of one person are one stretch."""
    edges = sorted({whole.start, whole.end, *(edge for part in parts for edge in (part.start, part.end))})
    run: tuple[str, Span] | None = None
    for start, end in pairwise(edges):
        inside = whole.start <= start and end <= whole.end
        holder = next((part.person for part in parts if inside and part.start <= start < part.end), None)
        if run and holder == run[0]:
            run = (run[0], Span(run[1].start, end))
            continue
        if run:
            yield run
        run = (holder, Span(start, end)) if holder else None
    if run:
        yield run


def basic(at: datetime) -> str:
    """An instant as calendars write it."""
    return f"{at:%Y%m%dT%H%M%SZ}"
