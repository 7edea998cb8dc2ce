"""What `staffing` finds out: how many people each site takes, and how it fares as leave grows. Frozen values."""

from dataclasses import dataclass, field
from datetime import timedelta

from watchbill.periods import Period

RULES, LEAVE, AT_MOST = "rules", "leave", "at most"
OPEN, STOPPED = "open", "stopped"
RATES = (5, 10, 15, 20, 25, 30, 35, 40)


@dataclass(frozen=True, slots=True)
class Site:
    """Layers, by `role/layer`, that share people, and these. `away` is how much of the period they are, in percent."""

    name: str
    layers: tuple[str, ...]
    people: tuple[str, ...]
    away: float


@dataclass(frozen=True, slots=True)
class Need:
    """How many people one question takes. `people` is None where no number was found; fewer than `least` never do.

    `bound` says how fewer are ruled out, and `why` says it in words: by counting what runs together, hours or turns,
    or by solving. "too long": no number is enough. "open": sizes between `least` and `people` are not settled.
    "stopped": nor is anything but `least`, since the search was ended; `why` says how far it was.
    """

    question: str
    people: int | None
    least: int
    bound: str
    why: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month as leave grows. `breaks`: for each simulated team, the first rate, in percent, that leaves no plan.

    None: it has one even at the highest rate.
    """

    name: str
    breaks: tuple[int | None, ...]

    def broken(self, rate: int) -> int:
        """How many of the simulated teams have no plan at a rate."""
        return sum(first is not None and first <= rate for first in self.breaks)


@dataclass(frozen=True, slots=True)
class Staffed:
    """What is known of one site. `unasked`: months about which the search was ended."""

    site: Site
    needs: tuple[Need, ...]
    months: tuple[Month, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def first(self) -> Month | None:
        """The month that breaks at the lowest rate, and of those the one that breaks most often; None if none does."""
        broken = [month for month in self.months if any(month.breaks)]
        return min(broken, key=_fragility, default=None)


def _fragility(month: Month) -> tuple[int, int]:
    rates = [rate for rate in month.breaks if rate is not None]
    return min(rates), sum(rate or 100 for rate in month.breaks)


@dataclass(frozen=True, slots=True)
class Begun:
    """Shifts that run already when a period starts, by id, and their hours on call in it."""

    shifts: tuple[str, ...] = ()
    hours: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Staffing:
    """What is known of each site of a team; not `complete` if it was stopped. `begun` is not counted in it."""

    period: Period
    at_most: int
    sites: tuple[Staffed, ...]
    complete: bool
    begun: Begun = field(default_factory=Begun)
