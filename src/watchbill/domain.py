"""The facts of a planning problem: frozen values without I/O. Policy lives in rules, decisions in `results`."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from watchbill.missed import Spans, around, may_hold, stretches
from watchbill.times import Dates, Period, Span, merged

BUCKETS = ("all", "night", "weekend", "holiday")
KINDS = ("night", "weekend", "holiday")


# --------------------------------------------------------------------------------------------------------- people


@dataclass(frozen=True, slots=True)
class ShareStep:
    """From a date on, a person's share of full time in percent."""

    since: date
    percent: int


@dataclass(frozen=True, slots=True)
class Travel:
    """Local dates (both included, on the destination's clock) that a person spends in another zone."""

    dates: Dates
    zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can be on call. Dates are on the clock of the home zone; `left` is the last day.

    `pagerduty` is the id of the person's user there, where the e-mail is not enough.
    """

    id: str
    name: str
    zone: str
    email: str = ""
    holidays: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    shares: tuple[ShareStep, ...] = ()
    joined: date | None = None
    left: date | None = None
    roles: tuple[str, ...] | None = None
    excused: tuple[Dates, ...] = ()
    weekend: tuple[int, ...] = (5, 6)
    travel: tuple[Travel, ...] = ()
    own_holidays: tuple[date, ...] = ()
    pagerduty: str = ""


# --------------------------------------------------------------------------------------------------------- layers


@dataclass(frozen=True, slots=True)
class TurnLength:
    """How long one turn lasts on the wall clock; `unit` is hour, day, week, month or year."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some weekdays: minutes after the local midnight of the day on which the window starts.

    `end` is past 1440 for a window that runs into the next day, and 1440 for one that ends at 24:00.
    """

    days: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One unbroken weekly stretch, in minutes after Monday's local midnight; `end` may pass the week's end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A recurring pattern inside a role. Without windows and stretches it is on call all the time.

    `weekday` is None for a handoff on every day; `anchor` is a date at which a turn begins; `who` names tags or
    people, None meaning everyone; `over` names layers of the same role that yield where both are on call.
    """

    role: str
    id: str
    zone: str
    turn: TurnLength
    handoff: int
    weekday: int | None = None
    anchor: date | None = None
    windows: tuple[Window, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    who: tuple[str, ...] | None = None
    may_miss: timedelta = timedelta()
    over: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`role/layer`."""
        return f"{self.role}/{self.id}"


@dataclass(frozen=True, slots=True)
class Role:
    """A seat, such as primary; `weight` in percent scales the load of its hours."""

    id: str
    layers: tuple[Layer, ...]
    name: str = ""
    weight: int = 100
    seats: int = 1


# --------------------------------------------------------------------------------------------------------- shifts


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of one layer in one seat. `turn` is the id without the seat: seats of one turn share everything else.

    `spans` are sorted, disjoint, non-touching and never empty; `handoff` is the instant at which the turn begins.
    """

    id: str
    turn: str
    role: str
    layer: str
    seat: int
    handoff: datetime
    spans: tuple[Span, ...]

    @property
    def key(self) -> str:
        """`role/layer`."""
        return f"{self.role}/{self.layer}"

    @property
    def start(self) -> datetime:
        """When the first span begins."""
        return self.spans[0].start

    @property
    def end(self) -> datetime:
        """When the last span ends."""
        return self.spans[-1].end


def turn_of(shift: str) -> str:
    """The turn in the id of a shift: `role/layer/date`, without the seat that may follow."""
    return "/".join(shift.split("/")[:3])


@dataclass(frozen=True, slots=True)
class Part:
    """Who really holds a stretch `[start, end)` of a shift."""

    person: str
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Relief:
    """A turn that someone may hold although they are away for some of it, because the layer's `may_miss` says so.

    `kept` is what they serve themselves, `missed` the stretches that others have to take, in order. `offers` are what
    one other person may take: neighbouring stretches, by their numbers. All of them are turns with ids of their own.
    """

    turn: Shift
    person: str
    kept: Shift
    missed: tuple[Spans, ...]
    offers: tuple[tuple[range, Shift], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A shift of another plan, before or after this one, and who holds it: fixed, but seen by the rules."""

    shift: Shift
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Time at which a person is away (hard). `kind` is `leave` or `never`; nobody else learns more than this.

    `approved` by the lead beyond the team's `hard_budget`: only such leave lowers presence.
    """

    person: str
    span: Span
    kind: str = "leave"
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One soft line of an availability file: times to `avoid` or `prefer`, sorted and disjoint, with a weight.

    `hours` names the kind of hours that is meant when the line names no dates (`prefer: [nights]`).
    """

    person: str
    kind: str
    spans: tuple[Span, ...]
    weight: int = 1
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A shift whose holder is decided beforehand."""

    shift: str
    person: str
    reason: str = ""


GUEST = "guest:"


def guest_id(user: str) -> str:
    """How parts name someone who stood in and is nobody of the team, by the id of their PagerDuty user."""
    return f"{GUEST}{user}"


def is_guest(person: str) -> bool:
    """Whether a part is held by a guest: on call, but without load, balance and rules."""
    return person.startswith(GUEST)


# --------------------------------------------------------------------------------------------------------- policy


@dataclass(frozen=True, slots=True)
class LoadPolicy:
    """Which hours weigh extra: night hours in minutes of the local day (may pass midnight), extras in percent."""

    night: tuple[int, int] = (22 * 60, 7 * 60)
    extra: Mapping[str, int] = field(default_factory=lambda: {"night": 150, "weekend": 100, "holiday": 200})


@dataclass(frozen=True, slots=True)
class FairnessPolicy:
    """Weights of the buckets that count, the band in percent of the mean reference, the half-life in days."""

    buckets: Mapping[str, int] = field(default_factory=lambda: {"all": 2, "night": 1, "weekend": 1, "holiday": 1})
    band: int = 5
    half_life: int = 183


@dataclass(frozen=True, slots=True)
class TierSpec:
    """One tier of the lexicographic order and the slack, in percent of its value, that later tiers may spend."""

    name: str
    slack: int = 0


TIERS = (
    TierSpec("should"),
    TierSpec("fairness", 2),
    TierSpec("burden", 2),
    TierSpec("evenness", 5),
    TierSpec("wishes"),
    TierSpec("stability"),
)


@dataclass(frozen=True, slots=True)
class Near:
    """A plan to stay close to: shift id to person. Changing a shift in `notice` costs more.

    `tier` is where a change costs, `notice_tier` where one of a shift that starts in `notice` does.
    """

    holders: Mapping[str, str]
    notice: Span | None = None
    tier: str = "stability"
    notice_tier: str = "stability"


@dataclass(frozen=True)
class Problem:
    """Everything a plan is made from, except the rules.

    `shifts` are in order of start, role, layer, seat; `servers` says for each `role/layer` who may serve it (by
    roles, tags and `who`; employment is looked at shift by shift); `balances` are carried hundredths of an hour by
    person and bucket; `lists` are the team's own calendars: name to dates. `wholes` are, by turn, the hours of the
    whole turn where only a piece of it is to be decided.
    """

    team: str
    zone: str
    period: Period
    people: tuple[Person, ...]
    roles: tuple[Role, ...]
    shifts: tuple[Shift, ...]
    servers: Mapping[str, tuple[str, ...]]
    leaves: tuple[Leave, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pins: tuple[Pin, ...] = ()
    before: tuple[Held, ...] = ()
    after: tuple[Held, ...] = ()
    balances: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lists: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    load: LoadPolicy = LoadPolicy()
    fairness: FairnessPolicy = FairnessPolicy()
    tiers: tuple[TierSpec, ...] = TIERS
    wish_budget: int = 10
    near: Near | None = None
    wholes: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """People by id."""
        return {person.id: person for person in self.people}

    @cached_property
    def role(self) -> Mapping[str, Role]:
        """Roles by id."""
        return {role.id: role for role in self.roles}

    @cached_property
    def layer(self) -> Mapping[str, Layer]:
        """Layers by `role/layer`."""
        return {layer.key: layer for role in self.roles for layer in role.layers}

    @cached_property
    def turns(self) -> tuple[Shift, ...]:
        """One shift for each turn, standing for all its seats."""
        return tuple(shift for shift in self.shifts if shift.seat == 1)

    @cached_property
    def all_turns(self) -> tuple[Shift, ...]:
        """One shift for each turn of this plan and of the plans before and after, in order of start."""
        neighbours = {held.shift.turn: held.shift for held in (*self.before, *self.after)}
        return tuple(sorted((*self.turns, *neighbours.values()), key=lambda turn: (turn.start, turn.turn)))

    @cached_property
    def reliefs(self) -> tuple[Relief, ...]:
        """Who may hold which turns although they are away for some hours, in order of people and turns."""
        lax = [turn for turn in self.turns if self.layer[turn.key].may_miss]
        return tuple(found for person in self.people for found in self._reliefs(person.id, lax)) if lax else ()

    def _reliefs(self, person: str, turns: list[Shift]) -> Iterator[Relief]:
        away = merged(leave.span for leave in self.leaves_of.get(person, ()))
        ends = [span.end for span in away]
        for turn in turns:
            near = away[bisect_left(ends, turn.start) : bisect_left(ends, turn.end) + 1]
            missed = stretches(turn.spans, near)
            if missed and person in self.servers[turn.key] and self._may_miss(turn, away):
                yield _relief(turn, person, missed)

    def _may_miss(self, turn: Shift, away: tuple[Span, ...]) -> bool:
        return may_hold(self.wholes.get(turn.turn, turn.spans), away, self.layer[turn.key].may_miss)

    @cached_property
    def choices_of(self) -> Mapping[str, tuple[Shift, ...]]:
        """By person, all that they may be given, in order of start: turns, what they keep of one, what others miss."""
        if not self.reliefs:
            return dict.fromkeys((person.id for person in self.people), self.turns)
        return {
            person.id: tuple(sorted((c for turn in self.turns for c in self.choices(person.id, turn)), key=_order))
            for person in self.people
        }

    def choices(self, person: str, turn: Shift) -> tuple[Shift, ...]:
        """All that someone may be given of a turn: the whole, what they keep of it, what others miss of it."""
        found = [turn]
        for relief in self.reliefs_of.get(turn.turn, ()):
            found += [relief.kept] if relief.person == person else [offer for _, offer in relief.offers]
        return tuple(found)

    @cached_property
    def all_choices(self) -> tuple[Shift, ...]:
        """All turns of this plan and of its neighbours, and what may be given of them, in order of start."""
        parts = [part for relief in self.reliefs for part in (relief.kept, *(offer for _, offer in relief.offers))]
        return tuple(sorted((*self.all_turns, *parts), key=_order)) if parts else self.all_turns

    @cached_property
    def reliefs_of(self) -> Mapping[str, tuple[Relief, ...]]:
        """Reliefs by turn."""
        out: dict[str, list[Relief]] = {}
        for relief in self.reliefs:
            out.setdefault(relief.turn.turn, []).append(relief)
        return {turn: tuple(listed) for turn, listed in out.items()}

    def may_take(self, person: str, choice: Shift) -> bool:
        """Whether a choice is for someone: what is kept of a turn is for one person, what they miss for others."""
        mine, whose = self._whose.get(choice.turn, (True, person))
        return mine is (whose == person)

    @cached_property
    def _whose(self) -> Mapping[str, tuple[bool, str]]:
        kept = {relief.kept.turn: (True, relief.person) for relief in self.reliefs}
        return kept | {offer.turn: (False, relief.person) for relief in self.reliefs for _, offer in relief.offers}

    def stretches(self, choice: Shift) -> tuple[Spans, ...]:
        """The stretches in which a choice is served, each of which becomes a part."""
        return self._stretches.get(choice.turn, (choice.spans,))

    def is_whole(self, choice: Shift) -> bool:
        """Whether it is a turn, not what someone keeps or takes of one."""
        return choice.turn not in self._stretches

    @cached_property
    def _stretches(self) -> Mapping[str, tuple[Spans, ...]]:
        out: dict[str, tuple[Spans, ...]] = {}
        for relief in self.reliefs:
            out[relief.kept.turn] = around(relief.turn.spans, relief.missed)
            out |= {offer.turn: relief.missed[run.start : run.stop] for run, offer in relief.offers}
        return out

    @cached_property
    def shift(self) -> Mapping[str, Shift]:
        """Shifts of this plan by id."""
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def leaves_of(self) -> Mapping[str, tuple[Leave, ...]]:
        """Leave by person, in order of time."""
        out: dict[str, list[Leave]] = {person.id: [] for person in self.people}
        for leave in sorted(self.leaves, key=lambda leave: leave.span):
            out.setdefault(leave.person, []).append(leave)
        return {person: tuple(leaves) for person, leaves in out.items()}

    def seats(self, shift: Shift) -> int:
        """How many people this plan needs for a turn at once: the seats of its role, fewer where some are decided."""
        return self._seats.get(shift.turn, self.role[shift.role].seats)

    @cached_property
    def _seats(self) -> Mapping[str, int]:
        return Counter(shift.turn for shift in self.shifts)


def _relief(turn: Shift, person: str, missed: tuple[Spans, ...]) -> Relief:
    """A relief with every run of neighbouring stretches that one other person may take."""
    kept = tuple(span for stretch in around(turn.spans, missed) for span in stretch)
    offers = []
    for first in range(len(missed)):
        for last in range(first + 1, len(missed) + 1):
            spans = tuple(span for stretch in missed[first:last] for span in stretch)
            offers.append((range(first, last), _part_of(turn, f"for/{person}/{first + 1}-{last}", spans)))
    return Relief(turn, person, _part_of(turn, f"without/{person}", kept), missed, tuple(offers))


def _part_of(turn: Shift, name: str, spans: tuple[Span, ...]) -> Shift:
    id_ = f"{turn.turn}/{name}"
    return replace(turn, id=id_, turn=id_, spans=spans)


def _order(turn: Shift) -> tuple[datetime, str]:
    return turn.start, turn.turn


def percent_at(person: Person, day: date) -> int:
    """A person's share on a local day, in percent: 0 before joining and after leaving."""
    if (person.joined and day < person.joined) or (person.left and day > person.left):
        return 0
    percent = 100
    for step in person.shares:
        if step.since <= day:
            percent = step.percent
    return percent


def parts_tile(shift: Shift, parts: tuple[Part, ...]) -> bool:
    """Whether parts cover a shift from its start to its end without gap or overlap."""
    ordered = sorted(parts, key=lambda part: part.start)
    if not ordered or ordered[0].start != shift.start or ordered[-1].end != shift.end:
        return False
    return all(left.end == right.start for left, right in pairwise(ordered))
