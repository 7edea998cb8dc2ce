"""Decisions by hand as values: what changes hands, on which terms, and what that changes, counted before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from watchbill.assemble import Ground, main_holder
from watchbill.domain import Part, Person
from watchbill.errors import Refused
from watchbill.history import joined
from watchbill.judge import HISTORICAL, judge, told
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.results import Assigned, Decision, Draft, Finding
from watchbill.times import Span, common, from_iso, iso, without

MANY = 5
# What a lead may answer for. Leave, roles, overlaps, holes and pins are mended in their files instead.
ALLOWABLE = frozenset({"rest", "limit", "space", "pair", "follow", "waking"})


@dataclass(frozen=True, slots=True)
class Handing:
    """A stretch of a shift that somebody is to take; `giver` if only what they hold of it is meant."""

    assigned: Assigned
    span: Span
    taker: str
    giver: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Why it is decided, in the words of who decides, and the rules, by kind, that it may break."""

    reason: str = ""
    allowed: tuple[str, ...] = ()


TERMS = Terms()


@dataclass(frozen=True)
class Effect:
    """What decisions change: the draft or plan `before` and the draft `after` them, both counted alike.

    `decisions` are the new ones. `goes_on`: they go on from a draft that is there, with what was decided in it.
    `seen` is the fingerprint of all that it rests on. `beside`: what the same decisions change in later periods.
    """

    before: Draft
    after: Draft
    decisions: tuple[Decision, ...]
    problem: Problem
    goes_on: bool = False
    seen: str = ""
    beside: tuple["Effect", ...] = ()

    @property
    def period(self) -> Period:
        """What the draft is for."""
        return self.after.period

    @property
    def each(self) -> tuple["Effect", ...]:
        """The effect on each period, in order of time."""
        return (self, *self.beside)

    @property
    def people(self) -> tuple[str, ...]:
        """Who gives or takes anything, in order of people; guests last."""
        named = {person for decision in self.decisions for person in (decision.giver, decision.taker) if person}
        known = [person for person in self.problem.person if person in named]
        return (*known, *sorted(named - set(known)))

    @cached_property
    def come(self) -> tuple[Finding, ...]:
        """What rules and wishes say of it that they did not say before; sums of load are not among them."""
        return _beyond(self.after, self.before)

    @cached_property
    def gone(self) -> tuple[Finding, ...]:
        """What they said before and say no more."""
        return _beyond(self.before, self.after)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Hard findings that were not there before."""
        return tuple(finding for finding in self.come if finding.hard)

    @property
    def unused(self) -> tuple[str, ...]:
        """Rules that were allowed to be broken and are not, in any period."""
        named = {rule: None for decision in self.decisions for rule in decision.allowed}
        come = (finding for one in self.each for finding in one.come)
        broken = {finding.rule for finding in come if not finding.hard and finding.tier is None}
        return tuple(rule for rule in named if rule not in broken)

    @property
    def everyone(self) -> Mapping[str, Person]:
        """The team, and the guests of the plan."""
        return {**self.before.guests_on(self.problem.zone), **self.problem.person}

    @property
    def costs(self) -> tuple[tuple[str, int, int], ...]:
        """What each one's own wishes cost before and after, in thousandths of a point; less is better."""
        return tuple((person, _wishes(self.before, person), _wishes(self.after, person)) for person in self.people)


def _beyond(one: Draft, other: Draft) -> tuple[Finding, ...]:
    known = {(finding.rule, finding.sentence) for finding in other.findings}
    own = (finding for finding in one.findings if finding.rule not in {"fair", HISTORICAL})
    return tuple(finding for finding in own if (finding.rule, finding.sentence) not in known)


def _wishes(draft: Draft, person: str) -> int:
    return sum(f.cost for f in draft.findings if f.tier == "wishes" and f.people == (person,))


# ---------------------------------------------------------------------------------------------------------- effect


def effect(ground: Ground, before: Draft, handings: Sequence[Handing], terms: Terms = TERMS) -> Effect:
    """What handing over stretches of shifts changes in a draft that is counted already."""
    made = tuple(row for handing in handings for row in decisions(handing, terms))
    after = counted(ground, decided(before, handings, made))
    return Effect(before, after, made, ground.problem)


def known(ground: Ground, draft: Draft) -> Draft:
    """A draft or plan counted again. Refused where the inputs have moved away from it: decisions would lose shifts."""
    found = counted(ground, draft)
    lost = [finding for finding in found.findings if finding.hard and finding.rule == "inputs"]
    if lost:
        head = f"the inputs do not fit {draft.period} any more; nothing was written. Run watchbill replan first:"
        raise Refused("\n".join([head, *(f"  {told(finding)}" for finding in lost[:MANY])]))
    return found


def refusal(made: Effect) -> Refused:
    """Why a decision cannot be: the hard findings that it makes, and which of them can be allowed."""
    broken = [finding for one in made.each for finding in one.broken]
    shown = list(dict.fromkeys(f"  {told(finding)}" for finding in broken))
    more = [f"  and {len(shown) - MANY} more"] if len(shown) > MANY else []
    which = next((decision.shift for decision in made.decisions), "")
    kinds = list(dict.fromkeys(finding.rule for finding in broken))
    allow = " ".join(f"--allow {kind}" for kind in kinds)
    rest = f", or allow it: {allow}" if ALLOWABLE.issuperset(kinds) else ""
    head = f"this breaks hard rules; nothing was written. See who can take it with: watchbill swap {which}{rest}"
    return Refused("\n".join([head, *shown[:MANY], *more]))


def from_now(plan: Draft, at: datetime) -> Draft:
    """A published plan as it is decided on anew at an instant: if it has begun by then, what was is history."""
    if all(assigned.shift.start >= at for assigned in plan.shifts):
        return plan
    return replace(plan, since=iso(max(at, from_iso(plan.since))) if plan.since else iso(at))


def counted(ground: Ground, draft: Draft) -> Draft:
    """A draft or plan as a draft, with everything counted again by the inputs as they are."""
    return replace(judge(ground, draft, Path()).draft, revision=0, made=None)


def decisions(handing: Handing, terms: Terms = TERMS) -> Iterator[Decision]:
    """What changes hands: nothing where the taker holds it already."""
    shift = handing.assigned.shift
    held = [part for part in handing.assigned.parts if part.span.meets(handing.span)]
    known: list[tuple[Span, str | None]] = [(part.span, part.person) for part in held]
    if handing.giver is None:
        known += [(hole, None) for hole in without((handing.span,), [part.span for part in held])]
    for span, giver in sorted(known, key=lambda row: row[0]):
        both = span.common(handing.span)
        if both and giver != handing.taker and handing.giver in {None, giver} and common(shift.spans, (both,)):
            yield Decision(shift.id, both.start, both.end, giver, handing.taker, terms.reason, terms.allowed)


def decided(start: Draft, handings: Sequence[Handing], made: Sequence[Decision], *, pin: bool = False) -> Draft:
    """The draft with the decisions; its sums and findings are those from before. A decision beats the inputs' pins."""
    ids = {handing.assigned.shift.id for handing in handings}
    rows = {id_: [row for row in made if row.shift == id_] for id_ in ids}
    shifts = tuple(_taken(a, rows[a.shift.id], pin=pin) if a.shift.id in ids else a for a in start.shifts)
    inputs = replace(start.inputs, pins=tuple(id_ for id_ in start.inputs.pins if id_ not in ids))
    return replace(start, shifts=shifts, inputs=inputs, decisions=(*start.decisions, *made))


def _taken(assigned: Assigned, made: Sequence[Decision], *, pin: bool) -> Assigned:
    taken = [Span(row.start, row.end) for row in made]
    kept = (Part(p.person, s.start, s.end) for p in assigned.parts for s in without((p.span,), taken))
    parts = joined([*kept, *(Part(row.taker, row.start, row.end) for row in made)])
    person = main_holder(assigned.shift, parts)
    return replace(assigned, parts=parts, person=person, pinned=assigned.pinned or pin)


def still(decided_: Sequence[Decision], held: Mapping[str, Sequence[Part]]) -> tuple[Decision, ...]:
    """Those of some decisions that a plan still keeps: whoever took something holds it all."""
    return tuple(d for d in decided_ if not without((Span(d.start, d.end),), _spans(held.get(d.shift, ()), d.taker)))


def _spans(parts: Sequence[Part], person: str) -> list[Span]:
    return [part.span for part in parts if part.person == person]
