"""The rules: one file each. `AnyRule` is what `rules:` in `team.yaml` may hold; `standing` are always in force."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field

from watchbill.domain import Person
from watchbill.rules.base import Rule
from watchbill.rules.cover import Cover
from watchbill.rules.eligible import Eligible, helpers, serves
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
    "helpers",
    "in_force",
    "serves",
    "standing",
    "written",
]


def standing() -> tuple[Rule, ...]:
    """The rules that are always in force, in the order in which they are posted: those that bar come first."""
    return (Eligible(), Leave(), Pin(), Overlap(), Cover(), Fair(), Wishes(), Keep())


def in_force(rules: Iterable[Rule], people: Iterable[Person]) -> tuple[Rule, ...]:
    """Rules as they are posted and judged: as written, and after them the milder ones that exceptions ask for."""
    own, listed = written(rules), tuple(people)
    return (*own, *(milder for number, rule in enumerate(own) for milder in rule.derived(listed, number)))


def written(rules: Iterable[Rule]) -> Sequence[Rule]:
    """The rules without those that stand there for exceptions of others."""
    return [rule for rule in rules if rule.source is None]
