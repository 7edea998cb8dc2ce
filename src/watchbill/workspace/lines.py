"""The lines of an availability file on the person's own clock: what counts of them, and when it is in UTC."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.domain import Leave, Person, Wish
from watchbill.errors import Mistake, Place
from watchbill.times import DAY, MINUTE, Dates, Span, iso, merged, readings, zone
from watchbill.workspace.moments import Moments

_ALL_DAY = ((0, 1440),)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Away:
    """One line of `leave`."""

    moments: Moments
    approved: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Never:
    """One line of `never`: minutes of some days of the week."""

    days: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]
    approved: bool
    place: Place


@dataclass(frozen=True, slots=True)
class WishLine:
    """One line of `avoid` or `prefer`: dates, days of the week or neither, and perhaps a kind of hours."""

    kind: str
    moments: Moments | None
    days: tuple[int, ...]
    hours: tuple[tuple[int, int], ...]
    only: str | None
    weight: int
    place: Place


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of `offers`: the id of a shift that is theirs and that they would like to hand over."""

    shift: str
    place: Place


@dataclass(frozen=True, slots=True)
class Availability:
    """One person's file. `offers` have no effect on planning: they are for the feed of open swaps."""

    answered_through: date | None = None
    leave: tuple[Away, ...] = ()
    never: tuple[Never, ...] = ()
    wishes: tuple[WishLine, ...] = ()
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class HardBudget:
    """Days of the week, and days of leave a year, that count without approval; None is no limit."""

    never: int | None = None
    leave: int | None = None


# ----------------------------------------------------------------------------------------------------------- clock


def zone_on(person: Person, day: date) -> ZoneInfo:
    """The zone on whose clock a person's day runs: the later line wins where two journeys overlap."""
    for travel in reversed(person.travel):
        if day in travel.dates:
            return zone(travel.zone)
    return zone(person.zone)


def _clocks(person: Person, moments: Moments) -> tuple[ZoneInfo, ZoneInfo]:
    """The zones of a person's clock on the first and the last date of some wall time."""
    if not person.travel:
        return zone(person.zone), zone(person.zone)
    dates = moments.dates
    return zone_on(person, dates.first), zone_on(person, dates.last)


def generous(person: Person, moments: Moments) -> Span:
    """The span of some wall time; where the clock changes, the earlier start and the later end."""
    begins, ends = _clocks(person, moments)
    start, end = readings(moments.start, begins), readings(moments.end, ends)
    return Span(min(start.before, start.after), max(end.before, end.after))


def clock_changes(person: Person, line: Away | WishLine) -> Iterator[Mistake]:
    """A warning for each end of a line whose wall time does not exist or exists twice."""
    if line.moments is None or not line.moments.timed:
        return
    ends = ((line.moments.start, line.moments.dates.first), (line.moments.end, line.moments.dates.last))
    for wall, day in ends:
        both = readings(wall, zone_on(person, day))
        if both.kind != "plain":
            how = "does not exist" if both.kind == "gap" else "happens twice"
            early, late = sorted((both.before, both.after))
            taken = early if wall == line.moments.start else late
            sentence = (
                f"{wall:%Y-%m-%d %H:%M} {how}: the clock changes. Of {iso(early)} and {iso(late)}, {iso(taken)} counts."
            )
            yield Mistake(line.place, sentence, warning=True)


# ---------------------------------------------------------------------------------------------------------- budget


def counting_never(person: str, lines: Sequence[Never], budget: HardBudget) -> tuple[list[Never], list[Mistake]]:
    """What of `never` counts as hard, and a warning for each line that names more days than the team allows."""
    kept: list[Never] = []
    told: list[Mistake] = []
    used: set[int] = set()
    for line in lines:
        allowed = line.days
        if not line.approved and budget.never is not None:
            fresh = [day for day in line.days if day not in used]
            used.update(fresh[: max(0, budget.never - len(used))])
            allowed = tuple(day for day in line.days if day in used)
        if allowed:
            kept.append(Never(allowed, line.hours, line.approved, line.place))
        ignored = [_WEEKDAYS[day] for day in line.days if day not in allowed]
        if ignored:
            told.append(Mistake(line.place, _too_many_days(person, ignored, budget.never or 0), warning=True))
    return kept, told


def _too_many_days(person: str, ignored: Sequence[str], budget: int) -> str:
    days, verb = " and ".join(ignored), "does" if len(ignored) == 1 else "do"
    weekdays = f"{budget} weekday{'' if budget == 1 else 's'}"
    return (
        f'"never" on {days} {verb} not count: {person} may name {weekdays} without approval (hard_budget). '
        "Ask the lead to add approved: true, or write it under avoid."
    )


def uncounted_leave(lines: Sequence[Away], budget: int | None) -> dict[date, Place]:
    """Local dates of leave that do not count, and the first line that names each: beyond the days a year.

    Days are used up in order of date by lines that are not approved; hours of a day use up a part of it.
    """
    if budget is None:
        return {}
    out: dict[date, Place] = {}
    used: dict[int, timedelta] = {}
    for day, spans, place in _days(lines):
        used[day.year] = used.get(day.year, timedelta()) + sum((b - a for a, b in spans), timedelta())
        if used[day.year] > budget * DAY:
            out[day] = place
    return out


def _days(lines: Sequence[Away]) -> Iterator[tuple[date, list[tuple[datetime, datetime]], Place]]:
    """Each date of unapproved leave, in order: the wall times of it that are taken, disjoint, and a line."""
    ordered = sorted((line for line in lines if not line.approved), key=lambda line: line.moments)
    by_day: dict[date, tuple[list[tuple[datetime, datetime]], Place]] = {}
    for line in ordered:
        for day in line.moments.dates:
            start = max(line.moments.start, datetime.combine(day, time()))
            end = min(line.moments.end, datetime.combine(day + DAY, time()))
            spans, _ = by_day.setdefault(day, ([], line.place))
            start = max(start, spans[-1][1]) if spans else start
            if start < end:
                spans.append((start, end))
    for day in sorted(by_day):
        yield day, *by_day[day]


_IMPORTED = (
    "The next import writes this line anew, so move it to leave: by hand with approved: true, if the lead agrees, or "
    "import less, with not_leave or at_least under import: in team.yaml."
)


def leave_warnings(
    person: str, uncounted: dict[date, Place], budget: int | None, imported: Collection[Place] = ()
) -> Iterator[Mistake]:
    """One warning for each line with days that do not count; `imported` are the places of lines that imports write."""
    by_place: dict[Place, list[date]] = {}
    for day in sorted(uncounted):
        by_place.setdefault(uncounted[day], []).append(day)
    for place, days in by_place.items():
        which = f"{days[0]}" if len(days) == 1 else f"{days[0]}..{days[-1]}"
        sentence = (
            f"{which} does not count as leave: {person} has {budget} days a year without approval (hard_budget). "
            f"{_IMPORTED if place in imported else 'Ask the lead to add approved: true.'}"
        )
        yield Mistake(place, sentence, warning=True)


# ------------------------------------------------------------------------------------------------------------ UTC


def leaves(person: Person, own: Availability, budget: HardBudget, horizon: Span) -> Iterator[Leave]:
    """Everything hard that counts and meets the horizon."""
    return (leave for _, leave in leaves_by_line(person, own, budget, horizon))


def leaves_by_line(
    person: Person, own: Availability, budget: HardBudget, horizon: Span
) -> Iterator[tuple[Place, Leave]]:
    """Everything hard that counts and meets the horizon, with the place of the line that says so."""
    uncounted = uncounted_leave(own.leave, budget.leave)
    for line in own.leave:
        for moments in [line.moments] if line.approved else _without(line.moments, uncounted):
            span = generous(person, moments)
            if span.meets(horizon):
                yield line.place, Leave(person.id, span, "leave", line.approved)
    kept, _ = counting_never(person.id, own.never, budget)
    for never in kept:
        for span in recurring(person, never.days, never.hours, horizon):
            yield never.place, Leave(person.id, span, "never", never.approved)


def _without(moments: Moments, days: dict[date, Place]) -> Iterator[Moments]:
    """What of some wall time lies outside some dates."""
    start = moments.start
    for day in moments.dates if days else ():
        midnight = datetime.combine(day, time())
        if day in days:
            if start < midnight:
                yield Moments(start, midnight, moments.timed)
            start = max(start, midnight + DAY)
    if start < moments.end:
        yield Moments(start, moments.end, moments.timed)


def wishes(person: Person, own: Availability, horizon: Span) -> Iterator[Wish]:
    """Everything soft that meets the horizon; a wish for a kind of hours has no spans."""
    return (wish for _, wish in wishes_by_line(person, own, horizon))


def wishes_by_line(person: Person, own: Availability, horizon: Span) -> Iterator[tuple[Place, Wish]]:
    """Everything soft that meets the horizon, with the place of the line that says so."""
    for line in own.wishes:
        spans: tuple[Span, ...] = ()
        if line.moments is not None:
            span = generous(person, line.moments)
            spans = (span,) if span.meets(horizon) else ()
        elif line.days:
            spans = recurring(person, line.days, line.hours, horizon)
        if spans or (line.moments is None and not line.days):
            yield line.place, Wish(person.id, line.kind, spans, line.weight, line.only)


def recurring(
    person: Person, days: tuple[int, ...], hours: tuple[tuple[int, int], ...], horizon: Span
) -> tuple[Span, ...]:
    """The hours of some days of the week, each on the clock that the person has on that day, within the horizon."""
    around = Dates((horizon.start - 2 * DAY).date(), (horizon.end + DAY).date())
    found = []
    for day in around:
        if day.weekday() in days:
            begin = datetime.combine(day, time())
            for start, end in hours or _ALL_DAY:
                found.append(generous(person, Moments(begin + start * MINUTE, begin + end * MINUTE)))
    return tuple(span for span in merged(found) if span.meets(horizon))
