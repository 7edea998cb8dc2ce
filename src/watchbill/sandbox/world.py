"""All that the sandbox remembers: users, schedules of both kinds, policies and pages. Schedules are frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class User:
    """An account. `deleted_at` is set for one that was removed."""

    id: str
    name: str
    email: str
    zone: str = "Etc/UTC"
    role: str = "user"
    invited: bool = False
    deleted_at: datetime | None = None


# ------------------------------------------------------------------------------------------------- layers (v2)


@dataclass(frozen=True, slots=True)
class Restriction:
    """Wall-clock hours of a layer: seconds after midnight, and how many; of one weekday (1 is Monday) or every day."""

    start: int
    seconds: int
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One rotation of a schedule, as it was written."""

    id: str
    name: str
    start: datetime
    end: datetime | None
    virtual_start: datetime
    turn: int
    users: tuple[str, ...]
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """One user over `[start, end)`."""

    id: str
    start: datetime
    end: datetime
    user: str


@dataclass(frozen=True, slots=True)
class Past:
    """The layers that counted before an instant: changes never touch what was."""

    until: datetime
    zone: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of layers, the lowest first; overrides in order of making; `named` counts the layers ever made."""

    id: str
    name: str
    zone: str
    description: str = ""
    teams: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    past: tuple[Past, ...] = ()
    named: int = 0


# ------------------------------------------------------------------------------------------------- shifts (v3)


@dataclass(frozen=True, slots=True)
class CustomShift:
    """One member over `[start, end)`; `user` None is an empty member."""

    id: str
    assignment: str
    start: datetime
    end: datetime
    user: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """A recurring pattern: the first occurrence is `[start, end)`, repeated on the clock of `zone`."""

    id: str
    name: str
    start: datetime
    end: datetime
    zone: str
    since: datetime
    until: datetime | None
    recurrence: tuple[str, ...]
    strategy: str
    members: tuple[str | None, ...]
    per_member: int = 1


@dataclass(frozen=True, slots=True)
class Rotation:
    """A container of events."""

    id: str
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftOverride:
    """`user` stands in for `instead` over `[start, end)` of a rotation or a custom shift."""

    id: str
    start: datetime
    end: datetime
    user: str | None
    instead: str | None
    rotation: str | None = None
    custom_shift: str | None = None


@dataclass(frozen=True, slots=True)
class ShiftSchedule:
    """A schedule of rotations and custom shifts, which add up."""

    id: str
    name: str
    zone: str
    description: str = ""
    teams: tuple[str, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    shifts: tuple[CustomShift, ...] = ()
    overrides: tuple[ShiftOverride, ...] = ()


# ------------------------------------------------------------------------------------------- policies and the whole


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a rule notifies: a `user_reference`, `schedule_reference` or `schedule_v3_reference`."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One level of a policy and the minutes until the next one."""

    id: str
    minutes: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """An escalation policy."""

    id: str
    name: str
    rules: tuple[Rule, ...]
    loops: int = 0


@dataclass(slots=True)
class World:
    """Everything there is, by id in order of making. `count` is of the ids given out; they follow from it alone."""

    users: dict[str, User] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    shift_schedules: dict[str, ShiftSchedule] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    log_entries: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def new_id(self, first: str = "P", length: int = 7) -> str:
        """The next id, with a first letter: as long as PagerDuty's for that kind of thing."""
        self.count += 1
        return made_id(str(self.count), first, length)

    def copy(self) -> "World":
        """The same world, to go another way from here."""
        return World(
            dict(self.users),
            dict(self.schedules),
            dict(self.shift_schedules),
            dict(self.policies),
            list(self.log_entries),
            list(self.incidents),
            self.count,
        )

    def policies_of(self, schedule: str) -> tuple[Policy, ...]:
        """The policies that use a schedule."""
        return tuple(
            policy
            for policy in self.policies.values()
            if any(target.id == schedule for rule in policy.rules for target in rule.targets)
        )


def made_id(seed: str, first: str = "P", length: int = 7) -> str:
    """An id that follows from a text."""
    number = int.from_bytes(sha256(seed.encode()).digest())
    letters = []
    for _ in range(length - len(first)):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return first + "".join(letters)
