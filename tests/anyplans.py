"""Random plans for the compiler, and its twin: who is on call at an instant, straight from the definitions."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

from drafts import draft
from watchbill import times
from watchbill.domain import Layer, Part, Role, Shift, Stretch, TurnLength, Window
from watchbill.expand import expand
from watchbill.periods import Period
from watchbill.publish.pagerduty.terms import DAY_SECONDS, Override, PdLayer, Restriction
from watchbill.results import Assigned, Draft
from watchbill.times import Dates

PEOPLE = ("ana", "bo", "cy", "dee", "eli")
USERS = {person: f"P{person.upper()}" for person in PEOPLE}
ZONES = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "Australia/Sydney",
    "Australia/Adelaide", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu", "Africa/Casablanca", "Etc/UTC",
)  # fmt: skip
# Days around which clocks change in these zones, and two quiet ones.
CHANGES = (
    "2027-03-14",
    "2027-03-28",
    "2027-04-04",
    "2027-10-03",
    "2027-10-31",
    "2027-11-07",
    "2027-02-07",
    "2027-06-15",
)
TURNS = (
    (1, "hour"), (4, "hour"), (6, "hour"), (8, "hour"), (12, "hour"), (12, "hour"), (36, "hour"), (48, "hour"),
    (1, "day"), (1, "day"), (1, "day"), (3, "day"), (10, "day"), (1, "week"), (1, "week"), (1, "week"),
    (2, "week"), (1, "month"),
)  # fmt: skip
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Sample:
    """A plan, the role and seat to compile, and the zone of the schedule."""

    plan: Draft
    role: Role
    seat: int
    zone: str


def seeded(name: str) -> Random:
    """The same choices for the same name, for ever."""
    return Random(name)


def any_plan(rng: Random) -> Sample:
    """Every layer is over those before it, so that one is on call at once; the file has them in any order."""
    middle = date.fromisoformat(rng.choice(CHANGES)) + timedelta(days=rng.randint(-5, 5))
    first = middle - timedelta(days=rng.randint(1, 12))
    when = Dates(first, middle + timedelta(days=rng.randint(1, 12)))
    home = rng.choice(ZONES)
    layers: list[Layer] = []
    for n in range(rng.choice((1, 1, 2, 3))):
        over = tuple(layer.id for layer in layers)
        layers.append(replace(any_layer(rng, f"layer{n}", home, when), over=over))
    rng.shuffle(layers)
    role = Role("primary", tuple(layers), seats=rng.choice((1, 1, 2)))
    period = Period(f"{when.first}..{when.last}", when)
    shifts = expand([role], period, head=rng.random() < 0.5)
    plan = draft(*_held(rng, shifts), when=period)
    return Sample(plan, role, rng.randint(1, role.seats), home if rng.random() < 0.5 else rng.choice(ZONES))


def any_layer(rng: Random, id_: str, home: str, when: Dates) -> Layer:
    count, unit = rng.choice(TURNS)
    weekday = rng.randrange(7) if (count, unit) == (1, "week") else None
    anchor = when.first + timedelta(days=rng.randint(-40, 3))
    windows: list[Window] = []
    stretches: list[Stretch] = []
    kind = rng.randrange(4)
    if kind == 1:
        start = rng.randrange(0, 24 * 60, 30)
        windows = [Window(tuple(range(7)), start, start + rng.randrange(60, 23 * 60, 30))]
    elif kind == 2:
        for _ in range(rng.randint(1, 2)):
            start = rng.randrange(0, 24 * 60, 15)
            days = tuple(sorted(rng.sample(range(7), rng.randint(1, 6))))
            windows.append(Window(days, start, start + rng.randrange(60, 24 * 60 + 1, 15)))
    elif kind == 3:
        start = rng.randrange(0, 7 * 24 * 60, 30)
        stretches = [Stretch(start, start + rng.randrange(120, 6 * 24 * 60, 30))]
    return Layer(
        "primary",
        id_,
        home if rng.random() < 0.6 else rng.choice(ZONES),
        TurnLength(count, unit),
        rng.choice((0, 30, 120, 150, rng.randrange(0, 24 * 60, 15))),
        weekday,
        anchor.replace(day=min(anchor.day, 28)),
        tuple(windows),
        tuple(stretches),
    )


def _held(rng: Random, shifts: Sequence[Shift]) -> list[Assigned]:
    holes, swaps, cuts = rng.choice(((0, 0, 0), (0, 0.1, 0), (0.1, 0.1, 0.1), (0.02, 0.3, 0.2)))
    people = rng.sample(PEOPLE, rng.randint(1, len(PEOPLE)))
    out = []
    for n, shift in enumerate(shifts):
        if rng.random() < holes:
            out.append(Assigned(shift, None, ()))
            continue
        person = rng.choice(PEOPLE) if rng.random() < swaps else people[n % len(people)]
        parts: tuple[Part, ...] = (Part(person, shift.start, shift.end),)
        if rng.random() < cuts:
            parts = _parts(rng, shift)
        out.append(Assigned(shift, person, parts))
    return out


def _parts(rng: Random, shift: Shift) -> tuple[Part, ...]:
    minutes = int((shift.end - shift.start) / MINUTE)
    cuts = sorted({0, minutes, *(rng.randint(1, minutes) for _ in range(rng.randint(1, 2)))})
    parts = [
        Part(rng.choice(PEOPLE), shift.start + low * MINUTE, shift.start + high * MINUTE)
        for low, high in pairwise(cuts)
    ]
    if rng.random() < 0.1:
        parts.pop(rng.randrange(len(parts)))
    return tuple(parts)


# ------------------------------------------------------------------------------------------------------------ twin
#
# The twin knows no intervals. It looks at one instant, on a clock that only runs forwards: what counts is the latest
# time that the clock has shown so far.


def planned(plan: Draft, seat: int, at: datetime) -> str | None:
    """Who is on call in a plan."""
    for one in plan.shifts:
        spans = one.shift.spans
        if one.shift.seat != seat or at < spans[0].start or at >= spans[-1].end:
            continue
        for part in one.parts:
            if part.start <= at < part.end and any(span.start <= at < span.end for span in spans):
                return USERS[part.person]
    return None


def on_call(
    layers: Sequence[PdLayer],
    overrides: Sequence[Override],
    zone: str,
    at: datetime,
    days: str = "wall",
    hours: str = "elapsed",
) -> str | None:
    """Who is on call in PagerDuty. `days` and `hours`: how whole-day turns and other turns are counted."""
    for override in reversed(overrides):
        if override.start <= at < override.end:
            return override.user
    for layer in reversed(layers):
        if layer.start <= at and (layer.end is None or at < layer.end) and is_open(layer.restrictions, zone, at):
            way = hours if layer.turn % DAY_SECONDS else days
            gone = at - layer.virtual_start
            if way == "wall":
                gone = shown(at, zone) - shown(layer.virtual_start, zone)
            return layer.users[gone // timedelta(seconds=layer.turn) % len(layer.users)]
    return None


def is_open(restrictions: Sequence[Restriction], zone: str, at: datetime) -> bool:
    now = shown(at, zone)
    return not restrictions or any(_holds(rule, now) for rule in restrictions)


def _holds(rule: Restriction, now: datetime) -> bool:
    into_day = timedelta(hours=now.hour, minutes=now.minute, seconds=now.second)
    since = into_day - timedelta(seconds=rule.start)
    lap = timedelta(days=1)
    if rule.weekday is not None:
        since += timedelta(days=now.isoweekday() - rule.weekday)
        lap = timedelta(days=7)
    return since % lap < timedelta(seconds=rule.seconds)


def shown(at: datetime, zone: str) -> datetime:
    """The latest whole minute that a clock has shown up to an instant."""
    tz = times.zone(zone)
    now = at.astimezone(tz).replace(tzinfo=None, fold=0)
    changes = clock_changes(zone)
    n = bisect_right(changes, at)
    if n == 0:
        return now
    before = (changes[n - 1] - MINUTE).astimezone(tz).replace(tzinfo=None, fold=0)
    return max(now, before)


@cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """The instants of 2026 to 2028 at which a clock is changed, found quarter hour by quarter hour."""
    tz = times.zone(zone)
    out = []
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year < 2029:
        later = at + timedelta(days=1)
        if at.astimezone(tz).utcoffset() != later.astimezone(tz).utcoffset():
            step = at
            while step.astimezone(tz).utcoffset() == at.astimezone(tz).utcoffset():
                step += timedelta(minutes=15)
            out.append(step)
        at = later
    return tuple(out)
