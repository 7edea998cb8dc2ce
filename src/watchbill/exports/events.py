"""Events of calendars as values: times that are read, and the marks that policy judges."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.errors import Place
from watchbill.exports.content import Property
from watchbill.times import instant

Wall = date | datetime


@dataclass(frozen=True, slots=True)
class At:
    """A wall time: a date, or a naive datetime on the clock of `zone`; None is that of whoever's calendar it is."""

    wall: Wall
    zone: ZoneInfo | None = None

    def on(self, clock: ZoneInfo | None) -> Wall:
        """The same on another clock; dates and floating times are the same on all."""
        if not isinstance(self.wall, datetime) or self.zone is None or clock is None or clock is self.zone:
            return self.wall
        return instant(self.wall, self.zone).astimezone(clock).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT, FREEBUSY period or VAVAILABILITY: times, marks, and properties that only matter if it counts.

    `end` is a wall time on the clock of the start; `exact` is set if the length is in real hours instead. `guests` are
    e-mail addresses with their PARTSTAT, or "ORGANIZER". Neither titles nor guests are ever written anywhere.
    """

    file: str
    line: int
    calendar: int
    uid: str
    start: At
    end: Wall
    exact: timedelta | None = None
    kind: str = "event"
    status: str = ""
    transparent: bool = False
    busy: str = ""
    title: str = field(default="", repr=False)
    guests: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sequence: int = 0
    replaces: At | None = None
    onward: bool = False
    rule: Property | None = None
    dates: tuple[At, ...] = ()
    but: tuple[At, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether it stands for more than itself."""
        return self.rule is not None or bool(self.dates)

    @property
    def all_day(self) -> bool:
        """Whether it is of whole days."""
        return not isinstance(self.start.wall, datetime)

    @property
    def length(self) -> timedelta:
        """How long it lasts on the wall clock."""
        return self.exact if self.exact is not None else full(self.end) - full(self.start.wall)

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.line)


def full(at: Wall) -> datetime:
    """A date as its midnight."""
    return at if isinstance(at, datetime) else datetime.combine(at, time())
