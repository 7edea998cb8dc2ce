"""From whom and to whom a role passes at each instant, and when that was last published differently."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from watchbill.publish.feeds.duties import Duty, Times, stretches
from watchbill.results import Draft

Moment = tuple[str, datetime]
Turned = tuple[frozenset[str], frozenset[str]]
_NOBODY: Turned = (frozenset(), frozenset())


class Handovers:
    """What happens in a role when a duty begins or ends: in any of its seats, since people change seats.

    Whoever ends one duty and begins another at that instant stays, and hands nothing over.
    """

    def __init__(self, plans: Sequence[Draft], earlier: Sequence[Draft], times: Times) -> None:
        self._turned: dict[Moment, Turned] = {}
        self._stamps: dict[Moment, datetime] = {}
        for plan in plans:
            for moment, turned in _turns(plan).items():
                known = self._turned.get(moment, _NOBODY)
                self._turned[moment] = known[0] | turned[0], known[1] | turned[1]
            for moment, at in _stamps(_history(plan, earlier), times).items():
                self._stamps[moment] = max(at, self._stamps.get(moment, at))

    def givers(self, duty: Duty) -> tuple[str, ...]:
        """Who hands over to the duty's person when it begins, in order of their ids."""
        ended, begun = self._turned[duty.shift.role, duty.span.start]
        return () if duty.person in ended else tuple(sorted(ended - begun))

    def takers(self, duty: Duty) -> tuple[str, ...]:
        """Who takes over from the duty's person when it ends, in order of their ids."""
        ended, begun = self._turned[duty.shift.role, duty.span.end]
        return () if duty.person in begun else tuple(sorted(begun - ended))

    def stamp(self, duty: Duty) -> datetime:
        """When the duty's shift, or what happens at its ends, was last published differently."""
        return max(duty.made, *(self._stamps[duty.shift.role, at] for at in (duty.span.start, duty.span.end)))


def _history(plan: Draft, earlier: Sequence[Draft]) -> list[Draft]:
    """The revisions of a plan that are known, oldest first."""
    before = (old for old in earlier if old.period == plan.period and old.revision < plan.revision)
    return [*sorted(before, key=lambda old: old.revision), plan]


def _turns(plan: Draft) -> dict[Moment, Turned]:
    """Who ends and who begins in each role at each instant at which anybody does."""
    out: dict[Moment, Turned] = {}
    for assigned in plan.shifts:
        role = assigned.shift.role
        for _, person, span in stretches(assigned):
            ended, begun = out.get((role, span.end), _NOBODY)
            out[role, span.end] = ended | {person}, begun
            ended, begun = out.get((role, span.start), _NOBODY)
            out[role, span.start] = ended, begun | {person}
    return out


def _stamps(history: Sequence[Draft], times: Times) -> Mapping[Moment, datetime]:
    """When each instant was last published differently.

    The oldest revision that is known tells by the shifts that touch the instant when that was at the latest.
    """
    oldest = history[0]
    out: dict[Moment, datetime] = {}
    for moment, revision in _touched(oldest):
        at = times.at(oldest, revision)
        out[moment] = max(at, out.get(moment, at))
    for old, new in pairwise(history):
        before, after = _turns(old), _turns(new)
        for moment in (*before, *after):
            if before.get(moment, _NOBODY) != after.get(moment, _NOBODY):
                out[moment] = times.at(new, new.revision)
    return out


def _touched(plan: Draft) -> Iterator[tuple[Moment, int]]:
    """The instants at which shifts, and stretches of them, begin and end; also where nobody holds them."""
    for assigned in plan.shifts:
        held = (span for _, _, span in stretches(assigned))
        for span in (*assigned.shift.spans, *held):
            for at in (span.start, span.end):
                yield (assigned.shift.role, at), assigned.changed
