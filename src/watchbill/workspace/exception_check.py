"""Exceptions to rules that match no turn of a period: a date was probably meant on which one is handed off."""

from collections.abc import Iterator

from watchbill.domain import Shift
from watchbill.errors import Mistake
from watchbill.expand import expand
from watchbill.periods import Period
from watchbill.rules import Follow, Rule
from watchbill.rules._exceptions import Excepted, day_of, spelled
from watchbill.rules.base import in_scope
from watchbill.workspace.folder import Workspace


def idle_exceptions(workspace: Workspace, period: Period) -> Iterator[Mistake]:
    """A warning for each exception in `team.yaml` for dates of the period on which none of its turns is handed off."""
    turns = expand(workspace.roles, period, head=False)
    for n, rule in enumerate(workspace.rules):
        if workspace.finder.root.at("rules", n) is None:
            return  # What follows are limits from people's own files.
        own = [turn for turn in turns if in_scope(turn, _scope(rule))]
        for number, one in enumerate(rule.exceptions):
            if _inside(one, period) and not any(_matches(one, turn) for turn in own):
                place = workspace.finder.value("rules", n, "except", number, "dates")
                yield Mistake(place, _sentence(one, own), warning=True)


def _sentence(one: Excepted, own: list[Shift]) -> str:
    first = min(days.first for days in one.dates)
    before = max((day_of(turn.turn) for turn in own if day_of(turn.turn) < first), default=None)
    remedy = f"Write {before}, if the turn is meant that runs then." if before else "Mend the dates, or remove it."
    return f"no turn that the rule looks at is handed off on {spelled(one.dates)}, so this excepts nothing. {remedy}"


def _scope(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, Follow):
        return rule.first, rule.then
    return (*getattr(rule, "roles", ()), *getattr(rule, "layers", ()))


def _inside(one: Excepted, period: Period) -> bool:
    """Whether it is for this period alone."""
    return all(days.first in period.dates and days.last in period.dates for days in one.dates)


def _matches(one: Excepted, turn: Shift) -> bool:
    return any(day_of(turn.turn) in days for days in one.dates)
