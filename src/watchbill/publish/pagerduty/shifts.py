"""What a shift-based schedule should hold, from what it holds and what a plan compiles to, and the writes to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from watchbill.publish.pagerduty.entries import Held
from watchbill.publish.pagerduty.legacy import Ours, Stretch, stretch
from watchbill.publish.pagerduty.marks import mark_of
from watchbill.publish.pagerduty.standing import event as event_standing
from watchbill.publish.pagerduty.standing import goes_on
from watchbill.publish.pagerduty.steps import AnyStep, DropRotation, DropShift, EndEvent, MakeEvent, MakeShifts
from watchbill.publish.pagerduty.terms import BATCH, CustomShift, Entry, Event, Rotation, ShiftOverride, ShiftSchedule
from watchbill.times import Span, common, merged, without

MOST_ROTATIONS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan compiles to: the custom shifts of each seat, and what rotates on when it has ended.

    `hours` are when the plan's shifts are, `elsewhere` when those of other periods are: sorted and disjoint. `begins`
    is when each layer's first shift begins: then what rotated until now makes way. `keep`: a later period was pushed,
    so that what rotates on is its own.
    """

    seats: tuple[tuple[CustomShift, ...], ...]
    hours: tuple[Span, ...] = ()
    elsewhere: tuple[Span, ...] = ()
    tails: tuple[Event, ...] = ()
    begins: Mapping[str, datetime] | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """An event of ours that is to end at an instant to come."""

    rotation: str
    event: Event
    until: datetime


@dataclass(frozen=True, slots=True)
class Goal:
    """Which custom shifts to make and to drop, which are manual; which events begin and end, which rotations go.

    `ours` are the custom shifts there that are ours.
    """

    make: tuple[CustomShift, ...] = ()
    drop: tuple[CustomShift, ...] = ()
    manual: tuple[CustomShift, ...] = ()
    begin: tuple[Event, ...] = ()
    end: tuple[Ending, ...] = ()
    remove: tuple[Rotation, ...] = ()
    ours: tuple[CustomShift, ...] = ()


def aim(live: ShiftSchedule, wanted: Wanted, ours: Ours, now: datetime) -> Goal:
    """Where a schedule should get to for a plan.

    Custom shifts made by others stay, and ours are cut around them: shifts add up, so both would be paged. What has
    begun is compared by its end and user, as PagerDuty moves starts that are past.
    """
    known = _Known(ours, now)
    left = [s for s in live.shifts if s.end > now and not known.other(s) and (known.mine(s) or _here(s, wanted))]
    whole = [s for seat in wanted.seats for s in seat]
    manual = [s for s in unmatched(whole, left, now)[1] if not known.mine(s)]
    pieces = [s for s in carved(wanted.seats, manual) if s.end > now]
    own = tuple(s for s in left if s not in manual)
    make, rest = unmatched(pieces, own, now)
    drop = tuple(s for s in rest if known.mine(s))
    return Goal(tuple(sorted(make, key=stretch)), drop, tuple(manual), *_tails(live, wanted, now), own)


def _here(shift: CustomShift, wanted: Wanted) -> bool:
    """Whether a shift is not surely another period's: that one's holders may not be known any more."""
    span = (Span(shift.start, shift.end),)
    return bool(common(span, wanted.hours)) or not common(span, wanted.elsewhere)


def steps_to(live: ShiftSchedule, goal: Goal, now: datetime, most: int = BATCH) -> tuple[AnyStep, ...]:
    """The writes: what is made first, what goes last, so that no hour is left open; some are doubly held for a moment.

    Where PagerDuty has no room for so many rotations at once, what rotates on after the plan goes before it comes anew.
    `most` is how many custom shifts one request takes.
    """
    batches = (goal.make[n : n + most] for n in range(0, len(goal.make), most))
    come: tuple[AnyStep, ...] = tuple(map(MakeEvent, goal.begin))
    go: tuple[AnyStep, ...] = (
        *(EndEvent(e.rotation, e.event, e.until) for e in goal.end),
        *map(DropRotation, goal.remove),
    )
    room = sum(_is_active(rotation, now) for rotation in live.rotations) + len(come) <= MOST_ROTATIONS
    turning = (*come, *go) if room else (*go, *come)
    return (*map(MakeShifts, batches), *turning, *map(DropShift, goal.drop))


def fits(live: ShiftSchedule, tails: Sequence[Event], now: datetime) -> bool:
    """Whether PagerDuty has room for some events, beside the rotations that are not ours."""
    foreign = [r for r in live.rotations if _is_active(r, now) and not is_ours(r, now) and r.events]
    return len(foreign) + len(tails) <= MOST_ROTATIONS


def back_to(before: ShiftSchedule, live: ShiftSchedule, made: Collection[Held], now: datetime) -> Goal:
    """Where a schedule should get to in order to page as it did `before`: only what we `made` since is taken away.

    A shift that comes back is made as it was rendered: who stood in for part of it gets that part.
    """
    ours = Ours(stretches=frozenset(map(stretch, made)))
    gone, rest = unmatched([s for s in before.shifts if s.end > now], [s for s in live.shifts if s.end > now], now)
    whole = [piece for shift in gone for piece in stood_in(shift, before.overrides)]
    again = [CustomShift(e.start, e.end, e.user) for e in whole if e.end > now]
    make, rest = unmatched(again, rest, now)
    drop = tuple(shift for shift in rest if _Known(ours, now).mine(shift))
    turned = [_resumed(event, live, now) for _, event in endless(before, now)]
    begin, going = _unlike(turned, endless(live, now), now)
    return Goal(tuple(make), drop, (), begin, (), tuple(rotation for rotation, _ in going))


def _resumed(event: Event, live: ShiftSchedule, now: datetime) -> Event:
    """An event that we ended, from then on again."""
    ends = [e.until for r in live.rotations for e in r.events if e.id == event.id and e.until and e.until > now]
    return replace(event, id=None, since=max([event.since, *ends]))


# ------------------------------------------------------------------------------------------------------------ shifts


class _Known:
    """Whose a custom shift is, by id or stretch; of one that has begun only the end and the user tell."""

    def __init__(self, ours: Ours, now: datetime) -> None:
        self._ids, self._now = ours.ids, now
        self._mine, self._others = _by_now(ours.stretches, now), _by_now(ours.others, now)

    def mine(self, shift: CustomShift) -> bool:
        return shift.id in self._ids or _key(stretch(shift), self._now) in self._mine

    def other(self, shift: CustomShift) -> bool:
        return not self.mine(shift) and _key(stretch(shift), self._now) in self._others


def _by_now(stretches: Iterable[Stretch], now: datetime) -> frozenset[Stretch]:
    return frozenset(_key(one, now) for one in stretches)


def _key(of: Stretch, now: datetime) -> Stretch:
    start, end, user = of
    return max(start, now), end, user


def unmatched(
    wanted: Iterable[CustomShift], there: Iterable[CustomShift], now: datetime
) -> tuple[list[CustomShift], list[CustomShift]]:
    """Which wanted shifts are not there, and which of those that are there nobody wants; each counts once."""
    alike: dict[Stretch, list[CustomShift]] = {}
    for shift in there:
        alike.setdefault(_key(stretch(shift), now), []).append(shift)
    missing = []
    for want in (want for want in wanted if want.end > now):
        found = alike.get(_key(stretch(want), now))
        if found:
            found.pop(0)
        else:
            missing.append(want)
    return missing, [shift for left in alike.values() for shift in left]


def carved(seats: Sequence[Sequence[CustomShift]], manual: Sequence[CustomShift]) -> list[CustomShift]:
    """The shifts of some seats with room for manual ones: each person on call by hand takes one seat.

    Of several that is the seat which the person holds anyway, else the last one. Who holds two seats has one shift.
    """
    holes: dict[CustomShift, list[Span]] = {}
    for span in _pieces([s for seat in seats for s in seat], manual):
        guests = {s.user for s in manual if _holds(s, span)}
        on = [held for seat in seats if (held := [s for s in seat if _holds(s, span)])]
        first = [held for held in on if any(s.user in guests for s in held)]
        for held in [*first, *(h for h in reversed(on) if h not in first)][: len(guests)]:
            for shift in held:
                holes.setdefault(shift, []).append(span)
    left = (
        CustomShift(span.start, span.end, shift.user)
        for seat in seats
        for shift in seat
        for span in without((Span(shift.start, shift.end),), merged(holes.get(shift, ())))
    )
    return list(dict.fromkeys(left))


def _pieces(shifts: Iterable[CustomShift], manual: Sequence[CustomShift]) -> list[Span]:
    """The time of the manual shifts, cut wherever anything begins or ends."""
    taken = merged(Span(s.start, s.end) for s in manual)
    cuts = sorted({at for s in (*shifts, *manual) for at in (s.start, s.end)})
    return [span for start, end in pairwise(cuts) for span in common((Span(start, end),), taken)]


def _holds(shift: CustomShift, span: Span) -> bool:
    return shift.start <= span.start and span.end <= shift.end


def stood_in(shift: CustomShift, overrides: Iterable[ShiftOverride]) -> tuple[Entry, ...]:
    """Who is on call in a custom shift, with those who stand in for its user."""
    own = [o for o in overrides if o.custom_shift == shift.id is not None and o.user == shift.user]
    out = [Entry(shift.start, shift.end, shift.user)]
    for override in own:
        taken = Span(override.start, override.end).common(Span(shift.start, shift.end))
        if taken:
            out = [Entry(s.start, s.end, e.user) for e in out for s in without((e.span,), (taken,))]
            out.append(Entry(taken.start, taken.end, override.instead))
    return tuple(sorted(entry for entry in out if entry.user))


# ------------------------------------------------------------------------------------------------------------- tails


def endless(live: ShiftSchedule, now: datetime) -> list[tuple[Rotation, Event]]:
    """Our events that rotate on without end, each with its rotation."""
    ours = [rotation for rotation in live.rotations if rotation.id and is_ours(rotation, now)]
    return [(rotation, event) for rotation in ours for event in rotation.events if event.until is None]


def is_ours(rotation: Rotation, now: datetime) -> bool:
    """Whether all that goes on in a rotation carries our mark."""
    marks = [mark_of(event.name) for event in rotation.events if goes_on(event, now)]
    return bool(marks) and all(mark and mark.period is None for mark in marks)


def _is_active(rotation: Rotation, now: datetime) -> bool:
    return not rotation.events or any(goes_on(event, now) for event in rotation.events)


def _tails(
    live: ShiftSchedule, wanted: Wanted, now: datetime
) -> tuple[tuple[Event, ...], tuple[Ending, ...], tuple[Rotation, ...]]:
    """Which events begin, which end where the plan begins, and which rotations go at once."""
    if wanted.keep:
        return (), (), ()
    begin, left = _unlike(wanted.tails, endless(live, now), now)
    end, remove = [], []
    begins = wanted.begins or {}
    for rotation, event in left:
        mark = mark_of(event.name)
        until = begins.get(mark.layer if mark else "") or min(begins.values(), default=now)
        if rotation.id and event.since < until > now:
            end.append(Ending(rotation.id, event, until))
        else:
            remove.append(rotation)
    return begin, tuple(end), tuple(remove)


def _unlike(
    wanted: Iterable[Event], there: Sequence[tuple[Rotation, Event]], now: datetime
) -> tuple[tuple[Event, ...], list[tuple[Rotation, Event]]]:
    """Which wanted events are not there, and which of those that are there nobody wants; each counts once."""
    missing, rest = [], list(there)
    for event in wanted:
        standing = event_standing(event, now)
        found = next((pair for pair in rest if event_standing(pair[1], now) == standing), None)
        if found is None:
            missing.append(event)
        else:
            rest.remove(found)
    return tuple(missing), rest
