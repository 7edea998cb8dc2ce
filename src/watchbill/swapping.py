"""Who can take a shift, in exchange for what: takers, swaps of two and round swaps of three, best first.

The search is complete over shifts that somebody holds alone, that have not begun and that are not pinned. Whatever
passes person by person is judged by the audit of the whole plan, and every number that is told is that audit's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from watchbill import drafting, workspace
from watchbill.assemble import Ground
from watchbill.clocks import minute
from watchbill.deciding import left, named
from watchbill.decisions import Effect, Handing, effect, from_now, known
from watchbill.domain import Person
from watchbill.errors import Refused, WatchbillError, WrongUsage
from watchbill.exchanging import Costs, Lot, Table, takers_of
from watchbill.finding import find_person
from watchbill.results import Assigned, Draft
from watchbill.shelf import plan_path
from watchbill.times import Span

MOST = 3
# How many more than are shown are counted by the audit: the order in which they come rests on estimates.
SPARE = 2


@dataclass(frozen=True)
class Exchange:
    """One way to hand over a shift, and what it changes.

    Each lot goes to the holder of the next one, and the last one back to the holder of the first; a single lot goes
    to `taker`.
    """

    lots: tuple[Lot, ...]
    taker: str
    effect: Effect

    @property
    def takers(self) -> tuple[str, ...]:
        """Who takes each lot."""
        return takers_of(self.lots, self.taker)

    @property
    def words(self) -> tuple[str, ...]:
        """Shifts and who takes them, as `assign` wants them: by holder where only their part of one is meant."""
        return tuple(word for lot, to in zip(self.lots, self.takers, strict=True) for word in (lot.name, to))

    @property
    def worse(self) -> tuple[str, ...]:
        """Who ends worse off by their own wishes."""
        return tuple(person for person, was, is_ in self.effect.costs if is_ > was)

    @property
    def tiers(self) -> Costs:
        """What it costs in each tier, in their order; below zero where the plan gets better."""
        pairs = zip(self.effect.before.tiers, self.effect.after.tiers, strict=True)
        return tuple(new.value - old.value for old, new in pairs)


@dataclass(frozen=True)
class Swaps:
    """What can be done with a shift: who may just take it, swaps of two, round swaps of three; each best first.

    Of round swaps only those in which nobody ends worse off by their own wishes.
    """

    lot: Lot
    people: Mapping[str, Person]
    zone: str
    gives: tuple[Exchange, ...]
    pairs: tuple[Exchange, ...]
    rounds: tuple[Exchange, ...]

    @property
    def every(self) -> tuple[Exchange, ...]:
        """All of them, in this order."""
        return (*self.gives, *self.pairs, *self.rounds)


@dataclass(frozen=True)
class Offered:
    """A shift that somebody offers, and what can be done with it; or why that cannot be said."""

    person: str
    shift: str
    swaps: Swaps | None
    problem: str = ""


# ---------------------------------------------------------------------------------------------------------- search


def swaps(folder: Path, text: str, at: datetime, *, person: str | None = None, most: int = MOST) -> Swaps:
    """The best ways to hand over a shift, or what is left of it at an instant; with `person`, those with them in it.

    Goes on from the draft of the period if there is one, as decisions do. Nothing is written. WrongUsage for unknown
    shifts and people, Refused for what is over.
    """
    team = workspace.read(folder)
    found = named(folder, team, text)
    with_ = find_person({one.id: one for one in team.people}, person) if person else None
    lot = _lot(found.assigned, found.holder, at, team.zone)
    ground = drafting.ground(folder, found.plan.period)
    plan = from_now(found.plan, at) if plan_path(folder, found.plan.period).is_file() else found.plan
    return search(ground, known(ground, plan), lot, at, person=with_, most=most)


def search(
    ground: Ground, plan: Draft, lot: Lot, at: datetime, *, person: str | None = None, most: int = MOST
) -> Swaps:
    """The best ways to hand over a lot in a draft that is counted already."""
    table = Table(ground, plan)
    judge = _Judge(ground, plan)
    lots = tuple(_open(ground, plan, lot, at))

    def best(found: Iterator[tuple[Costs, tuple[Lot, ...], str]]) -> tuple[Exchange, ...]:
        chosen = [row for row in found if person in {None, *(one.holder for one in row[1]), row[2]}]
        return judge.best(sorted(chosen, key=_order), most)

    gives = best(_gives(table, lot))
    people = {**plan.guests_on(ground.problem.zone), **ground.problem.person}
    return Swaps(
        lot, people, ground.problem.zone, gives, best(_pairs(table, lot, lots)), best(_rounds(table, lot, lots))
    )


def offers(folder: Path, at: datetime, *, person: str | None = None, most: int = MOST) -> tuple[Offered, ...]:
    """What can be done with each shift that people offer in their availability files; in order of people."""
    team = workspace.read(folder)
    with_ = find_person({one.id: one for one in team.people}, person) if person else None
    return tuple(
        _offered(folder, who, shift, at, with_, most) for who, listed in team.offers.items() for shift in listed
    )


def _offered(folder: Path, who: str, shift: str, at: datetime, person: str | None, most: int) -> Offered:
    try:
        found = swaps(folder, shift, at, person=None if person == who else person, most=most)
    except WatchbillError as error:
        return Offered(who, shift, None, str(error))
    if found.lot.holder != who:
        return Offered(who, shift, None, f"{shift} is not theirs any more. Remove the offer.")
    return Offered(who, shift, found)


def _lot(assigned: Assigned, holder: str | None, at: datetime, zone_name: str) -> Lot:
    span = left(assigned, at)
    if span is None:
        raise Refused(f"{assigned.shift.id} is over by {minute(at, zone_name)}. Name one that is still to come.")
    holders = list(dict.fromkeys(part.person for part in assigned.parts if part.span.meets(span)))
    if holder is None and len(holders) != 1:
        who = f"is held by {' and '.join(holders)}" if holders else "is held by nobody"
        day = assigned.shift.turn.split("/")[2][:10]
        raise WrongUsage(
            f"{assigned.shift.id} {who}. Name whose part is meant, such as: {(holders or ['ana'])[0]} {day}"
        )
    own = [part for part in assigned.parts if part.person == (holder or holders[0]) and part.span.meets(span)]
    if not own:
        raise Refused(f"what {holder} holds of {assigned.shift.id} is over by {minute(at, zone_name)}.")
    theirs = Span(max(span.start, own[0].start), min(span.end, own[-1].end))
    return Lot(assigned, theirs, own[0].person)


def _open(ground: Ground, plan: Draft, lot: Lot, at: datetime) -> Iterator[Lot]:
    """What others hold alone, has not begun and is not pinned."""
    people = ground.problem.person
    for assigned in plan.shifts:
        shift, holders = assigned.shift, {part.person for part in assigned.parts}
        alone = len(holders) == 1 and holders <= people.keys() and lot.holder not in holders
        if alone and shift.start >= at and not assigned.pinned and shift.turn != lot.shift.turn:
            yield Lot(assigned, Span(shift.start, shift.end), *holders)


# ------------------------------------------------------------------------------------------------------ candidates

Row = tuple[Costs, tuple[Lot, ...], str]


def _gives(table: Table, lot: Lot) -> Iterator[Row]:
    """Everyone who may take a lot, for nothing in return."""
    if table.fits(lot.holder, None, lot):
        for person in table.people:
            if person != lot.holder and table.fits(person, lot, None):
                yield table.costs([(lot.holder, None, lot), (person, lot, None)]), (lot,), person


def _pairs(table: Table, lot: Lot, lots: Sequence[Lot]) -> Iterator[Row]:
    """Lots of one other person in exchange."""
    giver = lot.holder
    for other in lots if giver in table.people else ():
        if table.fits(other.holder, lot, other) and table.fits(giver, other, lot):
            yield table.costs([(giver, other, lot), (other.holder, lot, other)]), (lot, other), giver


def _rounds(table: Table, lot: Lot, lots: Sequence[Lot]) -> Iterator[Row]:
    """The lot goes to a second person, who gives one to a third, who gives one to the first: nobody for the worse."""
    giver = lot.holder
    if giver not in table.people:
        return
    firsts = [one for one in lots if table.gladly(one.holder, lot, one)]
    lasts = [one for one in lots if table.gladly(giver, one, lot)]
    for first in firsts:
        for last in lasts:
            if first.holder != last.holder and table.gladly(last.holder, first, last):
                moves = [(giver, last, lot), (first.holder, lot, first), (last.holder, first, last)]
                yield table.costs(moves), (lot, first, last), giver


def _order(row: Row) -> tuple[Costs, tuple[str, ...], str]:
    return row[0], tuple(lot.shift.id for lot in row[1]), row[2]


# ----------------------------------------------------------------------------------------------------------- judge


class _Judge:
    """Counts whole plans: drops what rules that look at several people together forbid."""

    def __init__(self, ground: Ground, plan: Draft) -> None:
        self._ground = ground
        self._plan = plan

    def best(self, rows: Sequence[Row], most: int) -> tuple[Exchange, ...]:
        """The best of some candidates, which come in order of their estimates, in order of what the audit counts."""
        sound = (made for row in rows if (made := self._exchange(row)))
        counted = list(islice(sound, most + SPARE))
        return tuple(sorted(counted, key=lambda made: made.tiers)[:most])

    def _exchange(self, row: Row) -> Exchange | None:
        _, lots, taker = row
        handings = [
            Handing(lot.assigned, lot.span, to, lot.holder)
            for lot, to in zip(lots, takers_of(lots, taker), strict=True)
        ]
        made = Exchange(lots, taker, effect(self._ground, self._plan, handings))
        several = len(lots) > 2 and made.worse
        return None if made.effect.broken or several else made
