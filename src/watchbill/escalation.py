"""Escalation policies walked as an unanswered page walks them: whom it reaches, when, and where the chain is weak.

People are keys: a person's id, or PagerDuty's id of somebody who is not of the team. A level with nobody on call is
passed over without waiting, as PagerDuty does. Who is on call counts at the instant at which a level is reached.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from watchbill.clocks import stays
from watchbill.domain import Person
from watchbill.publish.pagerduty.terms import Entry, Policy, Target
from watchbill.times import DAY, MINUTE, Span, common, instant, merged, total, wall

OnCall = Callable[[Target, datetime], tuple[str, ...]]
Kind = Literal["nobody", "gap", "alone", "twice", "unused", "absent", "night"]
Nights = Mapping[str, Sequence[Span]]

SOFT: frozenset[Kind] = frozenset({"night"})


# ------------------------------------------------------------------------------------------------------------ walk


@dataclass(frozen=True, slots=True)
class Step:
    """A level that is reached at an instant: who is notified at once. Rounds and levels count from 1.

    Without people the level is passed over, and the next one is reached at the same instant.
    """

    round: int
    level: int
    at: datetime
    people: tuple[str, ...]


def walk(policy: Policy, on_call: OnCall, at: datetime) -> tuple[Step, ...]:
    """Every level that a page reaches which begins at an instant and is never answered, in order, with all repeats."""
    return _walked(policy, lambda level, when: _notified(policy, level, on_call, when), at)


def _walked(policy: Policy, people_of: Callable[[int, datetime], tuple[str, ...]], at: datetime) -> tuple[Step, ...]:
    out: list[Step] = []
    for turn in range(1, policy.loops + 2):
        for number, level in enumerate(policy.levels, 1):
            people = people_of(number, at)
            out.append(Step(turn, number, at, people))
            if people:
                at += timedelta(minutes=level.minutes)
    return tuple(out)


def _notified(policy: Policy, level: int, on_call: OnCall, at: datetime) -> tuple[str, ...]:
    """Whom a level notifies, each once."""
    targets = policy.levels[level - 1].targets
    return tuple(dict.fromkeys(one for target in targets for one in on_call(target, at)))


@dataclass(frozen=True, slots=True)
class Chain:
    """How a page of one policy goes that begins at an instant: by the plans, and as PagerDuty has it, step by step."""

    policy: Policy
    planned: tuple[Step, ...]
    live: tuple[Step, ...]

    @property
    def differs(self) -> bool:
        """Whether PagerDuty notifies others than the plans say."""
        return any(set(a.people) != set(b.people) for a, b in zip(self.planned, self.live, strict=True))


def length(policy: Policy) -> timedelta:
    """How long a page that nobody answers is under way at most."""
    return timedelta(minutes=sum(level.minutes for level in policy.levels)) * (policy.loops + 1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """All pages that begin in `span` go the way of the first of them, whose steps these are, each later by as much."""

    span: Span
    steps: tuple[Step, ...]

    @property
    def first(self) -> tuple[Step, ...]:
        """The steps of the first round."""
        return tuple(step for step in self.steps if step.round == 1)


def stretches(policy: Policy, on_call: OnCall, changes: Sequence[datetime], window: Span) -> Iterator[Stretch]:
    """Every way that a page can go which begins in a window, in order of time; neighbours differ.

    `changes` are the sorted instants at which `on_call` answers anything new, also after the window.
    """
    table = _Table(policy, on_call, changes)
    last: Stretch | None = None
    at = window.start
    while at < window.end:
        table.free = window.end - at
        steps = _walked(policy, table.people, at)
        end = at + table.free
        if last and _alike(last.steps, steps):
            last = Stretch(Span(last.span.start, end), last.steps)
        else:
            if last:
                yield last
            last = Stretch(Span(at, end), steps)
        at = end
    if last:
        yield last


class _Table:
    """Whom each level notifies between two changes, asked for once.

    `free` shrinks to how much later all that was asked for since could have been asked for with the same answers.
    """

    def __init__(self, policy: Policy, on_call: OnCall, changes: Sequence[datetime]) -> None:
        self._policy, self._on_call, self._changes = policy, on_call, changes
        self._known: dict[tuple[int, int], tuple[str, ...]] = {}
        self.free = timedelta()

    def people(self, level: int, at: datetime) -> tuple[str, ...]:
        n = bisect_right(self._changes, at)
        if n < len(self._changes):
            self.free = min(self.free, self._changes[n] - at)
        if (level, n) not in self._known:
            self._known[level, n] = _notified(self._policy, level, self._on_call, at)
        return self._known[level, n]


def _alike(one: Sequence[Step], other: Sequence[Step]) -> bool:
    """Whether two walks notify the same people after the same delays."""
    if not one:
        return True
    later = other[0].at - one[0].at
    return all(a.people == b.people and b.at - a.at == later for a, b in zip(one, other, strict=True))


# -------------------------------------------------------------------------------------------------------- timeline


class Timeline:
    """Who is on call when, from entries that may overlap.

    From `known` on, if it is given, nothing is known, and it is taken to stay as it was last.
    """

    def __init__(self, entries: Iterable[Entry], known: datetime | None = None) -> None:
        listed = sorted(entry for entry in entries if entry.start < entry.end)
        cuts = sorted({at for entry in listed for at in (entry.start, entry.end)})
        self.changes = tuple(at for at in cuts if known is None or at < known)
        self._people = tuple(_swept(listed, self.changes))

    def at(self, at: datetime) -> tuple[str, ...]:
        """Who is on call at an instant, each once."""
        n = bisect_right(self.changes, at)
        return self._people[n - 1] if n else ()


def _swept(listed: Sequence[Entry], cuts: Sequence[datetime]) -> Iterator[tuple[str, ...]]:
    active: list[Entry] = []
    due = 0
    for at in cuts:
        while due < len(listed) and listed[due].start <= at:
            active.append(listed[due])
            due += 1
        active = [entry for entry in active if entry.end > at]
        yield tuple(dict.fromkeys(sorted(entry.user for entry in active)))


# -------------------------------------------------------------------------------------------------------- findings


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """When pages begin that a finding concerns, and whom it is about then."""

    span: Span
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One weakness of a chain, wherever it shows: `spots` are in order of time.

    `nobody`: a page reaches nobody at all; `gap`: `level` has nobody; `alone`: the whole chain is one person; `twice`:
    the only person of `level` is that of the next one that has anybody, too; `night`: everyone it reaches is in their
    night, on every level; `unused`: no policy uses a schedule; `absent`: PagerDuty has no such schedule. `policy` is an
    id, `schedule` a name; both are empty where they say nothing.
    """

    kind: Kind
    spots: tuple[Spot, ...]
    policy: str = ""
    level: int | None = None
    schedule: str = ""

    @property
    def hard(self) -> bool:
        """Whether it has to be mended."""
        return self.kind not in SOFT

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone it is about, in order of time."""
        return tuple(dict.fromkeys(one for spot in self.spots for one in spot.people))

    @property
    def spans(self) -> tuple[Span, ...]:
        """When pages begin that it concerns: sorted, disjoint, non-touching."""
        return merged(spot.span for spot in self.spots)

    @property
    def hours(self) -> float:
        """Real hours, in sum."""
        return total(self.spans) / timedelta(hours=1)


def findings(policy: Policy, ways: Iterable[Stretch], nights: Nights) -> tuple[Finding, ...]:
    """What is weak in the ways that pages can go: one finding for each kind and level, hard ones first.

    Levels are judged in the first round: what a later round meets, a page that begins later meets in its first.
    `nights` are everybody's nights, sorted and disjoint.
    """
    found: dict[tuple[Kind, int | None], dict[tuple[str, ...], list[Span]]] = {}
    for way in ways:
        for kind, level, people, spans in _weak(way, nights):
            found.setdefault((kind, level), {}).setdefault(people, []).extend(spans)
    made = (Finding(kind, _spots(spans), policy.id, level) for (kind, level), spans in found.items())
    return tuple(sorted(made, key=lambda one: (not one.hard, one.spots[0].span.start, one.kind, one.level or 0)))


def _spots(found: Mapping[tuple[str, ...], Iterable[Span]]) -> tuple[Spot, ...]:
    return tuple(sorted(Spot(span, people) for people, spans in found.items() for span in merged(spans)))


def _weak(way: Stretch, nights: Nights) -> Iterator[tuple[Kind, int | None, tuple[str, ...], Sequence[Span]]]:
    """What is wrong with a way: kind, level, people, and for which of its pages."""
    reached, always = tuple(dict.fromkeys(one for step in way.steps for one in step.people)), (way.span,)
    if not reached:
        yield "nobody", None, (), always
        return
    for step in way.first:
        if not step.people:
            yield "gap", step.level, (), always
    if len(reached) == 1:
        yield "alone", None, reached, always
    called = [step for step in way.first if step.people]
    for step, after in pairwise(called):
        if len(step.people) == 1 and step.people == after.people:
            yield "twice", step.level, step.people, always
    if asleep := _asleep(way, nights):
        yield "night", None, tuple(dict.fromkeys(one for step in called for one in step.people)), asleep


def _asleep(way: Stretch, nights: Nights) -> tuple[Span, ...]:
    """When pages of a stretch begin that reach everybody, on every level, in their night."""
    if not any(step.people for step in way.first):
        return ()
    left: tuple[Span, ...] = (way.span,)
    for step in way.first:
        later = step.at - way.span.start
        for one in step.people:
            if not left:
                return ()
            left = _within(left, nights.get(one, ()), later)
    return left


def _within(spans: Sequence[Span], nights: Sequence[Span], later: timedelta) -> tuple[Span, ...]:
    """What of some spans lies in nights once it is moved to a later instant."""
    low = bisect_right(nights, spans[0].start + later, key=lambda night: night.end)
    high = bisect_right(nights, spans[-1].end + later, key=lambda night: night.start)
    moved = [Span(night.start - later, night.end - later) for night in nights[low:high]]
    return common(spans, moved)


def nights(person: Person, hours: tuple[int, int], window: Span) -> tuple[Span, ...]:
    """A person's nights on their own clock: sorted and disjoint, those that meet a window.

    `hours` are minutes of the local day; the end may be of the next day, as 07:00 or as 31:00.
    """
    lasts = (hours[1] - hours[0]) % 1440 or 1440
    found = []
    for stay, tz in stays(person, Span(window.start - DAY, window.end + DAY)):
        day = datetime.combine(wall(stay.start, tz).date() - DAY, time())
        while (begin := instant(day + hours[0] * MINUTE, tz)) < stay.end:
            night = Span(begin, instant(day + (hours[0] + lasts) * MINUTE, tz)).common(stay)
            found += [night] if night and night.meets(window) else []
            day += DAY
    return merged(found)
