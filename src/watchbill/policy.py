"""How a plan is weighed: which hours count, what is fair, in which order costs come. Frozen values with defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchbill.times import Span


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
