"""What PagerDuty calls things: schedules of both kinds and what stands in them. Frozen values, no I/O.

Users are PagerDuty's ids. Instants are in UTC, stretches are half open. There are two kinds of schedule: layers and
overrides (v2, exactly one person on call at a time), and custom shifts and rotations (v3, which add up).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from watchbill.times import Span

DAY_SECONDS = 86_400
WEEK_SECONDS = 7 * DAY_SECONDS
BATCH = 50
"""How many overrides or custom shifts go into one request, where PagerDuty is not known to take fewer."""

Kind = Literal["schedule", "schedule_v3"]
Turns = Literal["wall", "elapsed"]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """Who is on call over `[start, end)`."""

    start: datetime
    end: datetime
    user: str

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


# ------------------------------------------------------------------------------------------------- layers (v2)


@dataclass(frozen=True, slots=True, order=True)
class Restriction:
    """Hours on call on the schedule's wall clock: `seconds` long from `start`, in seconds after midnight.

    Every day, or with `weekday` (1 is Monday, 7 Sunday) every week from that day on.
    """

    start: int
    seconds: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class PdLayer:
    """A rotation: from `virtual_start` on each of `users` in turn for `turn` seconds, seen only in `[start, end)`.

    Without restrictions it is on call all the time. `end` is None for one without end; `id` is None for one that does
    not exist yet.
    """

    name: str
    start: datetime
    end: datetime | None
    virtual_start: datetime
    turn: int
    users: tuple[str, ...]
    restrictions: tuple[Restriction, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """One person over `[start, end)` whatever the layers say; of several the last made wins."""

    start: datetime
    end: datetime
    user: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of layers. `layers`: the lowest first, a later one covers it. `overrides`: in order of making.

    `final` is what PagerDuty renders over the window that was asked for: sorted and disjoint. `policies` are the ids
    of the escalation policies that use it, `url` is its page, if PagerDuty names one.
    """

    id: str
    name: str
    zone: str
    description: str = ""
    layers: tuple[PdLayer, ...] = ()
    overrides: tuple[Override, ...] = ()
    final: tuple[Entry, ...] = ()
    policies: tuple[str, ...] = ()
    url: str | None = None
    kind: Literal["schedule"] = "schedule"


# ------------------------------------------------------------------------------------------------- shifts (v3)


@dataclass(frozen=True, slots=True)
class CustomShift:
    """One person on call over `[start, end)`; several may be on call at once."""

    start: datetime
    end: datetime
    user: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A recurring pattern of a rotation: its first occurrence is `[start, end)` on the clock of `zone`.

    `recurrence` are the lines of RFC 5545, exactly one of them a RRULE; `users` take `per_user` occurrences each, in
    turn, or all of them every occurrence where `per_user` is 0; an empty name is nobody. Effective in `[since, until)`;
    `until` None means without end.
    """

    name: str
    start: datetime
    end: datetime
    zone: str
    since: datetime
    until: datetime | None
    recurrence: tuple[str, ...]
    users: tuple[str, ...]
    per_user: int = 1
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A container of events of a shift-based schedule."""

    events: tuple[Event, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ShiftOverride:
    """Someone stands in for `user` over `[start, end)` of one custom shift or rotation."""

    start: datetime
    end: datetime
    user: str
    instead: str
    custom_shift: str | None = None
    rotation: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ShiftSchedule:
    """A schedule of custom shifts and rotations. `final` may hold several people at once; gaps are left out."""

    id: str
    name: str
    zone: str
    description: str = ""
    shifts: tuple[CustomShift, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[ShiftOverride, ...] = ()
    final: tuple[Entry, ...] = ()
    policies: tuple[str, ...] = ()
    url: str | None = None
    kind: Literal["schedule_v3"] = "schedule_v3"


AnySchedule = Schedule | ShiftSchedule


# -------------------------------------------------------------------------------------------- people and policies


@dataclass(frozen=True, slots=True)
class User:
    """Someone with a PagerDuty account. `role` is PagerDuty's word; stakeholders cannot be on call."""

    id: str
    name: str
    email: str
    zone: str
    role: str = "user"
    invited: bool = False

    @property
    def stakeholder(self) -> bool:
        """Whether the account may only read."""
        return self.role in {"read_only_user", "read_only_limited_user"}


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what one level of an escalation policy notifies: a user, or whoever a schedule has on call."""

    kind: Literal["user", "schedule", "schedule_v3"]
    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an escalation policy: who is notified at once, and after how many minutes the next level is."""

    minutes: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """An escalation policy: its levels in order, walked once and then `loops` more times while nobody answers."""

    id: str
    name: str
    levels: tuple[Level, ...]
    loops: int = 0


@dataclass(frozen=True, slots=True)
class OnCall:
    """Whom a policy's level (from 1) reaches, and by which schedule (None: named directly). No start or end: always."""

    user: str
    policy: str
    level: int
    schedule: str | None = None
    start: datetime | None = None
    end: datetime | None = None


# ------------------------------------------------------------------------------------------------------- meaning


@dataclass(frozen=True, slots=True)
class Meaning:
    """How PagerDuty reads what its documents leave open; `push --probe` finds out and records it.

    `turns`: whole-day turns keep the wall-clock handoff across a clock change (`wall`), or last as many seconds as
    they say (`elapsed`). Turns that are no whole days are always counted in elapsed seconds here, so what is compiled
    never lets one matter: see `docs/pagerduty.md`. `repeats`: a layer may name one user several times. `overrides` and
    `shifts` are how many of each one request takes.
    """

    turns: Turns = "wall"
    repeats: bool = True
    overrides: int = BATCH
    shifts: int = BATCH
