"""Exceptions: turns of some people, on some dates, that a rule does not see; and milder numbers for them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from watchbill.domain import Person, Shift
from watchbill.fields import TEXTS, Hours, Lapse, Names, reads
from watchbill.problem import Problem
from watchbill.times import DAY, Dates, Days
from watchbill.timings import dates


def _several(texts: str | Iterable[str]) -> tuple[Dates, ...]:
    return tuple(dates(text) for text in ([texts] if isinstance(texts, str) else texts))


DateRanges = Annotated[tuple[Dates, ...], reads(_several, lists=True), TEXTS]


class Excepted(BaseModel):
    """Turns of `people` and of those with one of the `tags` (everyone, without either) that are handed off on `dates`.

    The date is the one in the id of a turn: that of its handoff, on the clock of its layer. What else an exception
    holds are numbers of the rule, which are to count there in place of the rule's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    people: Names = ()
    tags: Names = ()
    dates: DateRanges

    @property
    def for_all(self) -> bool:
        """Whether it is made for everyone."""
        return not (self.people or self.tags)

    @property
    def numbers(self) -> Mapping[str, Any]:
        """What counts in place of the rule's own numbers; nothing where the rule counts not at all."""
        own = type(self).model_fields.keys() - Excepted.model_fields.keys()
        return {key: value for key in sorted(own) if (value := getattr(self, key)) is not None}

    def concerns(self, person: Person) -> bool:
        """Whether it is made for somebody."""
        return self.for_all or person.id in self.people or not set(self.tags).isdisjoint(person.tags)


class RestExcepted(Excepted):
    """An exception to `rest`."""

    at_least: Lapse | None = None
    after_night: Lapse | None = None
    max_stretch: Lapse | None = None


class SpaceExcepted(Excepted):
    """An exception to `space`."""

    at_least: Lapse | None = None


class WakingExcepted(Excepted):
    """An exception to `waking`."""

    hours: Hours | None = None


class Sight:
    """What a rule with exceptions does not see."""

    def __init__(self, exceptions: Sequence[Excepted], problem: Problem) -> None:
        self._all = [days for one in exceptions if one.for_all for days in one.dates]
        self._own = {
            person.id: [days for one in exceptions if one.concerns(person) for days in one.dates]
            for person in problem.people
            if exceptions
        }

    @property
    def whole(self) -> bool:
        """Whether everything is seen."""
        return not self._all and not any(self._own.values())

    def hides(self, person: str, turn: Shift) -> bool:
        """Whether somebody's holding of a turn is not seen."""
        listed = self._own.get(person, self._all)
        return bool(listed) and _is_on(turn, listed)

    def hides_from_all(self, turn: Shift) -> bool:
        """Whether nobody's holding of a turn is seen."""
        return bool(self._all) and _is_on(turn, self._all)


def _is_on(turn: Shift, listed: Iterable[Dates]) -> bool:
    day = day_of(turn.turn)
    return any(day in days for days in listed)


@cache
def day_of(turn: str) -> date:
    """The date in the id of a turn, or of a part of one."""
    return date.fromisoformat(turn.split("/")[2][:10])


# ------------------------------------------------------------------------------------------------------- spelling


def spelled(value: Any) -> str:
    """A value as files write it: `16h`, `7 days`, `06:00..23:00`, `[ana, bo]`, `2027-01-05..2027-01-06`."""
    if isinstance(value, timedelta):
        return _length(value)
    if isinstance(value, Dates):
        return str(value.first) if value.first == value.last else f"{value.first}..{value.last}"
    if isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        return "..".join(f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in value)
    if isinstance(value, tuple):
        listed = [spelled(item) for item in value]
        return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
    return str(value)


def _length(time: timedelta) -> str:
    if isinstance(time, Days):
        return f"{time // DAY} day{'s' * (time != DAY)}"
    hours, rest = divmod(time, timedelta(hours=1))
    return f"{time // timedelta(minutes=1)} min" if rest else f"{hours}h"
