"""The rules: one file each. `AnyRule` is what `rules:` in `team.yaml` may hold; `standing` are always in force."""

from typing import Annotated

from pydantic import Field

from watchbill.rules.base import Rule
from watchbill.rules.cover import Cover
from watchbill.rules.eligible import Eligible, serves
from watchbill.rules.fair import Fair
from watchbill.rules.follow import Follow
from watchbill.rules.keep import Keep
from watchbill.rules.leave import Leave
from watchbill.rules.limit import Limit
from watchbill.rules.overlap import Overlap
from watchbill.rules.pair import Pair
from watchbill.rules.pin import Pin
from watchbill.rules.rest import Rest
from watchbill.rules.space import Space
from watchbill.rules.waking import Waking
from watchbill.rules.wishes import Wishes

AnyRule = Annotated[Eligible | Rest | Limit | Space | Pair | Follow | Waking, Field(discriminator="kind")]

__all__ = [
    "AnyRule",
    "Cover",
    "Eligible",
    "Fair",
    "Follow",
    "Keep",
    "Leave",
    "Limit",
    "Overlap",
    "Pair",
    "Pin",
    "Rest",
    "Rule",
    "Space",
    "Waking",
    "Wishes",
    "serves",
    "standing",
]


def standing() -> tuple[Rule, ...]:
    """The rules that are always in force, in the order in which they are posted: those that bar come first."""
    return (Eligible(), Leave(), Pin(), Overlap(), Cover(), Fair(), Wishes(), Keep())
