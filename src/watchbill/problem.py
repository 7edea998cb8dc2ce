"""A planning problem: all the facts that a plan is made from, frozen, with what follows from them at a glance."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from watchbill.domain import Held, Layer, Leave, Person, Pin, Relief, Role, Shift, Wish
from watchbill.missed import Spans, around, may_hold, stretches
from watchbill.periods import Period
from watchbill.policy import TIERS, FairnessPolicy, LoadPolicy, Near, TierSpec
from watchbill.times import Span, merged, without


@dataclass(frozen=True)
class Problem:
    """Everything a plan is made from, except the rules.

    `shifts` are in order of start, role, layer, seat; `servers` says for each `role/layer` who may serve it (by
    roles, tags and `who`; employment is looked at shift by shift); `balances` are carried hundredths of an hour by
    person and bucket; `lists` are the team's own calendars: name to dates. `wholes` are, by turn, the hours of the
    whole turn where only a piece of it is to be decided. `helpers` say for a `role/layer` who may serve it only where
    a rule makes an exception: nothing of the layer is their part.
    """

    team: str
    zone: str
    period: Period
    people: tuple[Person, ...]
    roles: tuple[Role, ...]
    shifts: tuple[Shift, ...]
    servers: Mapping[str, tuple[str, ...]]
    leaves: tuple[Leave, ...] = ()
    wishes: tuple[Wish, ...] = ()
    pins: tuple[Pin, ...] = ()
    before: tuple[Held, ...] = ()
    after: tuple[Held, ...] = ()
    balances: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lists: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    load: LoadPolicy = field(default_factory=LoadPolicy)
    fairness: FairnessPolicy = field(default_factory=FairnessPolicy)
    tiers: tuple[TierSpec, ...] = TIERS
    wish_budget: int = 10
    near: Near | None = None
    wholes: Mapping[str, tuple[Span, ...]] = field(default_factory=dict, repr=False)
    helpers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def may_serve(self, person: str, key: str) -> bool:
        """Whether someone may serve a `role/layer`, be it only by an exception."""
        return person in self.servers[key] or person in self.helpers.get(key, ())

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """People by id."""
        return {person.id: person for person in self.people}

    @cached_property
    def role(self) -> Mapping[str, Role]:
        """Roles by id."""
        return {role.id: role for role in self.roles}

    @cached_property
    def layer(self) -> Mapping[str, Layer]:
        """Layers by `role/layer`."""
        return {layer.key: layer for role in self.roles for layer in role.layers}

    @cached_property
    def turns(self) -> tuple[Shift, ...]:
        """One shift for each turn, standing for all its seats."""
        return tuple(shift for shift in self.shifts if shift.seat == 1)

    @cached_property
    def all_turns(self) -> tuple[Shift, ...]:
        """One shift for each turn of this plan and of the plans before and after, in order of start."""
        neighbours = {held.shift.turn: held.shift for held in (*self.before, *self.after)}
        return tuple(sorted((*self.turns, *neighbours.values()), key=lambda turn: (turn.start, turn.turn)))

    @cached_property
    def reliefs(self) -> tuple[Relief, ...]:
        """Who may hold which turns although they are away for some hours, in order of people and turns."""
        lax = [turn for turn in self.turns if self.layer[turn.key].may_miss]
        return tuple(found for person in self.people for found in self._reliefs(person.id, lax)) if lax else ()

    def _reliefs(self, person: str, turns: list[Shift]) -> Iterator[Relief]:
        away = merged(leave.span for leave in self.leaves_of.get(person, ()))
        ends = [span.end for span in away]
        for turn in turns:
            near = away[bisect_left(ends, turn.start) : bisect_left(ends, turn.end) + 1]
            missed = stretches(turn.spans, near)
            keeps = bool(missed) and bool(without(turn.spans, near))
            if keeps and person in self.servers[turn.key] and self._may_miss(turn, away):
                yield _relief(turn, person, missed)

    def _may_miss(self, turn: Shift, away: tuple[Span, ...]) -> bool:
        return may_hold(self.wholes.get(turn.turn, turn.spans), away, self.layer[turn.key].may_miss)

    @cached_property
    def choices_of(self) -> Mapping[str, tuple[Shift, ...]]:
        """By person, all that they may be given, in order of start: turns, what they keep of one, what others miss."""
        if not self.reliefs:
            return dict.fromkeys((person.id for person in self.people), self.turns)
        return {
            person.id: tuple(sorted((c for turn in self.turns for c in self.choices(person.id, turn)), key=_order))
            for person in self.people
        }

    def choices(self, person: str, turn: Shift) -> tuple[Shift, ...]:
        """All that someone may be given of a turn: the whole, what they keep of it, what others miss of it."""
        found = [turn]
        for relief in self.reliefs_of.get(turn.turn, ()):
            found += [relief.kept] if relief.person == person else [offer for _, offer in relief.offers]
        return tuple(found)

    @cached_property
    def all_choices(self) -> tuple[Shift, ...]:
        """All turns of this plan and of its neighbours, and what may be given of them, in order of start."""
        parts = [part for relief in self.reliefs for part in (relief.kept, *(offer for _, offer in relief.offers))]
        return tuple(sorted((*self.all_turns, *parts), key=_order)) if parts else self.all_turns

    @cached_property
    def reliefs_of(self) -> Mapping[str, tuple[Relief, ...]]:
        """Reliefs by turn."""
        out: dict[str, list[Relief]] = {}
        for relief in self.reliefs:
            out.setdefault(relief.turn.turn, []).append(relief)
        return {turn: tuple(listed) for turn, listed in out.items()}

    def may_take(self, person: str, choice: Shift) -> bool:
        """Whether a choice is for someone: what is kept of a turn is for one person, what they miss for others."""
        mine, whose = self._whose.get(choice.turn, (True, person))
        return mine is (whose == person)

    @cached_property
    def _whose(self) -> Mapping[str, tuple[bool, str]]:
        kept = {relief.kept.turn: (True, relief.person) for relief in self.reliefs}
        return kept | {offer.turn: (False, relief.person) for relief in self.reliefs for _, offer in relief.offers}

    def stretches(self, choice: Shift) -> tuple[Spans, ...]:
        """The stretches in which a choice is served, each of which becomes a part."""
        return self._stretches.get(choice.turn, (choice.spans,))

    def is_whole(self, choice: Shift) -> bool:
        """Whether it is a turn, not what someone keeps or takes of one."""
        return choice.turn not in self._stretches

    @cached_property
    def _stretches(self) -> Mapping[str, tuple[Spans, ...]]:
        out: dict[str, tuple[Spans, ...]] = {}
        for relief in self.reliefs:
            out[relief.kept.turn] = around(relief.turn.spans, relief.missed)
            out |= {offer.turn: relief.missed[run.start : run.stop] for run, offer in relief.offers}
        return out

    @cached_property
    def shift(self) -> Mapping[str, Shift]:
        """Shifts of this plan by id."""
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def leaves_of(self) -> Mapping[str, tuple[Leave, ...]]:
        """Leave by person, in order of time."""
        out: dict[str, list[Leave]] = {person.id: [] for person in self.people}
        for leave in sorted(self.leaves, key=lambda leave: leave.span):
            out.setdefault(leave.person, []).append(leave)
        return {person: tuple(leaves) for person, leaves in out.items()}

    def seats(self, shift: Shift) -> int:
        """How many people this plan needs for a turn at once: the seats of its role, fewer where some are decided."""
        return self._seats.get(shift.turn, self.role[shift.role].seats)

    @cached_property
    def _seats(self) -> Mapping[str, int]:
        return Counter(shift.turn for shift in self.shifts)


def _relief(turn: Shift, person: str, missed: tuple[Spans, ...]) -> Relief:
    """A relief with every run of neighbouring stretches that one other person may take."""
    kept = tuple(span for stretch in around(turn.spans, missed) for span in stretch)
    offers = []
    for first in range(len(missed)):
        for last in range(first + 1, len(missed) + 1):
            spans = tuple(span for stretch in missed[first:last] for span in stretch)
            offers.append((range(first, last), _part_of(turn, f"for/{person}/{first + 1}-{last}", spans)))
    return Relief(turn, person, _part_of(turn, f"without/{person}", kept), missed, tuple(offers))


def _part_of(turn: Shift, name: str, spans: tuple[Span, ...]) -> Shift:
    id_ = f"{turn.turn}/{name}"
    return replace(turn, id=id_, turn=id_, spans=spans)


def _order(turn: Shift) -> tuple[datetime, str]:
    return turn.start, turn.turn
