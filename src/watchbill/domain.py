"""The facts that problems are made of: frozen values without I/O. Policy is in `policy`, decisions in `results`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from watchbill.missed import Spans
from watchbill.times import Dates, Span

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


def percent_at(person: Person, day: date) -> int:
    """A person's share on a local day, in percent: 0 before joining and after leaving."""
    if (person.joined and day < person.joined) or (person.left and day > person.left):
        return 0
    percent = 100
    for step in person.shares:
        if step.since <= day:
            percent = step.percent
    return percent
