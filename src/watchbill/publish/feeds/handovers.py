"""From whom and to whom a role passes when a duty begins or ends, and since when that is published so.

A role passes at a moment in any of its seats at once, since people change seats. Whoever ends one duty and begins
another at that moment stays, and hands nothing over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from watchbill.publish.feeds.duties import Duty, Times, stretches
from watchbill.results import Draft

Moment = tuple[str, datetime]
Turns = tuple[frozenset[str], frozenset[str]]
_NOBODY: Turns = (frozenset(), frozenset())


class Handovers:
    """What every duty's description says of others, found by going through the revisions in order of publication."""

    def __init__(self, plans: Sequence[Draft], earlier: Sequence[Draft], times: Times) -> None:
        self._times = times
        self._told: dict[str, Mapping[Moment, Turns]] = {}
        self._stamps: dict[tuple[str, Moment, str], datetime] = {}
        for revision in _in_order(plans, earlier, times):
            self._publish(revision)

    def givers(self, duty: Duty) -> tuple[str, ...]:
        """Who hands over to the duty's person when it begins, in order of their ids."""
        return _givers(self._turns((duty.shift.role, duty.span.start)), duty.person)

    def takers(self, duty: Duty) -> tuple[str, ...]:
        """Who takes over from the duty's person when it ends, in order of their ids."""
        return _takers(self._turns((duty.shift.role, duty.span.end)), duty.person)

    def stamp(self, duty: Duty) -> datetime:
        """When the duty's shift, its givers or its takers were last published differently."""
        begun = self._stamps["begin", (duty.shift.role, duty.span.start), duty.person]
        ended = self._stamps["end", (duty.shift.role, duty.span.end), duty.person]
        return max(duty.made, begun, ended)

    def _turns(self, moment: Moment) -> Turns:
        return _union(told[moment] for told in self._told.values() if moment in told)

    def _publish(self, revision: Draft) -> None:
        name = revision.period.name
        changed = self._changed(revision)
        before, after = self._told.get(name, {}), _turns(revision)
        moments = [at for at in {**before, **after} if before.get(at) != after.get(at)]
        old = {moment: self._turns(moment) for moment in moments}
        self._told[name] = after
        for moment in moments:
            self._stamp(moment, old[moment], changed.get(moment, self._times.at(revision, revision.revision)))

    def _stamp(self, moment: Moment, old: Turns, at: datetime) -> None:
        """Notes for whom something else is said at a moment from now on."""
        new = self._turns(moment)
        for person in new[1]:
            if person not in old[1] or _givers(old, person) != _givers(new, person):
                self._stamps["begin", moment, person] = at
        for person in new[0]:
            if person not in old[0] or _takers(old, person) != _takers(new, person):
                self._stamps["end", moment, person] = at

    def _changed(self, revision: Draft) -> Mapping[Moment, datetime]:
        """Of the first revision that is known of a period: when the shifts that touch a moment last changed."""
        if revision.period.name in self._told:
            return {}
        out: dict[Moment, datetime] = {}
        for moment, changed in _touched(revision):
            at = self._times.at(revision, changed)
            out[moment] = max(at, out.get(moment, at))
        return out


def _in_order(plans: Sequence[Draft], earlier: Sequence[Draft], times: Times) -> list[Draft]:
    """The revisions of some plans that are known, in order of publication."""
    newest = {plan.period.name: plan.revision for plan in plans}
    before = [old for old in earlier if old.revision < newest.get(old.period.name, 0)]
    return sorted((*before, *plans), key=lambda r: (times.at(r, r.revision), r.period.dates, r.revision))


def _givers(turns: Turns, person: str) -> tuple[str, ...]:
    ended, begun = turns
    return () if person in ended else tuple(sorted(ended - begun))


def _takers(turns: Turns, person: str) -> tuple[str, ...]:
    ended, begun = turns
    return () if person in begun else tuple(sorted(begun - ended))


def _union(several: Iterable[Turns]) -> Turns:
    out = _NOBODY
    for ended, begun in several:
        out = out[0] | ended, out[1] | begun
    return out


def _turns(plan: Draft) -> dict[Moment, Turns]:
    """Who ends and who begins in each role at each instant at which anybody does."""
    out: dict[Moment, Turns] = {}
    for assigned in plan.shifts:
        for _, person, span in stretches(assigned):
            begin, end = (assigned.shift.role, span.start), (assigned.shift.role, span.end)
            out[begin] = _union((out.get(begin, _NOBODY), (frozenset(), frozenset({person}))))
            out[end] = _union((out.get(end, _NOBODY), (frozenset({person}), frozenset())))
    return out


def _touched(plan: Draft) -> Iterator[tuple[Moment, int]]:
    """The instants at which shifts, and stretches of them, begin and end; also where nobody holds them."""
    for assigned in plan.shifts:
        held = (span for _, _, span in stretches(assigned))
        for span in (*assigned.shift.spans, *held):
            for at in (span.start, span.end):
                yield (assigned.shift.role, at), assigned.changed
