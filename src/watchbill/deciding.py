"""Decisions by hand: who takes over which shifts, or a part of one; what that changes is counted before it is written.

A decision goes on from the draft of its period, so that earlier ones are not lost, else from the published plan. What
was before its instant never changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from watchbill import drafting, workspace
from watchbill.assemble import Ground, fingerprint_of
from watchbill.clocks import minute
from watchbill.decisions import (
    ALLOWABLE,
    TERMS,
    Effect,
    Handing,
    Terms,
    counted,
    decided,
    decisions,
    from_now,
    known,
    refusal,
)
from watchbill.errors import Refused, WrongUsage, did_you_mean
from watchbill.finding import Found, find, find_person
from watchbill.locking import Told, one_writer, silently
from watchbill.periods import Period
from watchbill.results import Assigned, Decision, Draft
from watchbill.shelf import draft_path, plan_path
from watchbill.times import Span, common, instant, zone
from watchbill.workspace import plans
from watchbill.workspace.moments import moments
from watchbill.workspace.plan_text import encode

# ---------------------------------------------------------------------------------------------------------- decide


def assign(
    folder: Path, pairs: Sequence[tuple[str, str]], at: datetime, *, terms: Terms = TERMS, pin: bool = False
) -> Effect:
    """What it changes if people take shifts, each given as texts: all at once, so that several can be a swap.

    A shift named by its holder goes as far as they hold it, one named by its id whole; what was before `at` stays.
    Shifts of several periods are one swap: the effect is on the first period, with those on others `beside` it.
    Nothing is written. WrongUsage for unknown shifts and people, Refused for what is over or held by them already.
    """
    desk = _desk(folder)
    found = [desk.found(shift) for shift, _ in pairs]
    takers = [desk.taker(person) for _, person in pairs]
    _insist_once(found)
    handings = [
        (one.plan, Handing(one.assigned, _open(one.assigned, at, desk.team.zone), taker, one.holder))
        for one, taker in zip(found, takers, strict=True)
    ]
    return _effect(desk, handings, at, terms, pin=pin)


def relieve(folder: Path, shift: str, stretch: str, person: str, at: datetime, *, terms: Terms = TERMS) -> Effect:
    """What it changes if someone takes a stretch of a shift, such as `2027-02-08 18:00..22:00` on the team's clock.

    Ranges of dates include both ends. Nothing is written; errors as for `assign`.
    """
    desk = _desk(folder)
    found = desk.found(shift)
    still = _open(found.assigned, at, desk.team.zone)
    span = _within(found.assigned, still, desk.span(stretch), stretch, desk.team.zone)
    handing = Handing(found.assigned, span, desk.taker(person), found.holder)
    return _effect(desk, [(found.plan, handing)], at, terms, pin=False)


def write(folder: Path, made: Effect, told: Told = silently) -> Path:
    """Writes the drafts after a decision, all or none, and returns the path of the first.

    Refused, with the sentences, if it breaks a hard rule, or if what it rests on is not as it was when it was shown.
    """
    if any(one.broken for one in made.each):
        raise refusal(made)
    with one_writer(folder, told):
        for one in made.each:
            if _seen(drafting.ground(folder, one.period), starting(folder, one.period)) != one.seen:
                what = "the inputs, the draft or the plan changed since this was shown"
                raise Refused(f"{what}; nothing was written. Run the same again.")
        first, *_ = plans.write_drafts(folder, [_unmarked(one.after) for one in made.each])
        return first


def _unmarked(draft: Draft) -> Draft:
    return replace(draft, shifts=tuple(replace(assigned, changed=0) for assigned in draft.shifts))


def _seen(ground: Ground, start: Draft | None) -> str:
    """The fingerprint of inputs, neighbouring plans, and what a decision goes on from."""
    known = sha256(encode(start)).hexdigest() if start else ""
    return f"{fingerprint_of(ground.problem, ground.rules)} {known}"


def _insist_allowable(ground: Ground, kinds: Sequence[str]) -> None:
    there = [rule.kind for rule in ground.rules if rule.hard and rule.kind in ALLOWABLE]
    for kind in kinds:
        if kind not in there:
            remedy = did_you_mean(kind, there) or "This team has no hard rule that can be allowed."
            raise WrongUsage(f'"{kind}" is no hard rule of this team that a decision may break. {remedy}')


def starting(folder: Path, period: Period) -> Draft | None:
    """What a decision goes on from: the draft of a period, else its plan."""
    return plans.read_draft(folder, period) or plans.read_plan(folder, period)


def named(folder: Path, team: workspace.Workspace, text: str) -> Found:
    """The shift that a text names, in what a decision would go on from."""
    people = {person.id: person for person in team.people}
    return find(folder, text, lambda period: starting(folder, period), people, team.zone)


def left(assigned: Assigned, at: datetime) -> Span | None:
    """What of a shift is still to come at an instant; None if it is over."""
    shift = assigned.shift
    return Span(max(shift.start, at), shift.end) if shift.end > at else None


def _open(assigned: Assigned, at: datetime, zone_name: str) -> Span:
    """What of a shift is still to come; Refused, in the team's time, if it is over."""
    span = left(assigned, at)
    if span is None:
        over = f"{assigned.shift.id} is over by {minute(at, zone_name)}, and what was does not change"
        raise Refused(f"{over}. To set down what really was: --from")
    return span


# ------------------------------------------------------------------------------------------------------------ read


@dataclass(frozen=True)
class _Desk:
    folder: Path
    team: workspace.Workspace

    def found(self, text: str) -> Found:
        return named(self.folder, self.team, text)

    def taker(self, text: str) -> str:
        return find_person({person.id: person for person in self.team.people}, text)

    def span(self, text: str) -> Span:
        """A stretch on the team's clock."""
        try:
            read = moments(text)
        except ValueError as error:
            raise WrongUsage(f"{error} A stretch is written as 2027-02-08 18:00..22:00.") from None
        clock = zone(self.team.zone)
        return Span(instant(read.start, clock), instant(read.end, clock))


def _desk(folder: Path) -> _Desk:
    return _Desk(folder, workspace.read(folder))


def _insist_once(found: Sequence[Found]) -> None:
    ids = [one.assigned.shift.id for one in found]
    if twice := next((id_ for id_ in ids if ids.count(id_) > 1), None):
        raise WrongUsage(f"{twice} is named twice. Name each shift once, with the one person who takes it.")


def _within(assigned: Assigned, left: Span, span: Span, text: str, zone_name: str) -> Span:
    """What of a stretch is still to come of a shift."""
    both = left.common(span)
    if both is None or not common(assigned.shift.spans, (both,)):
        ends = f"{minute(left.start, zone_name)} to {minute(left.end, zone_name)}"
        raise WrongUsage(f'"{text}" holds no hours of {assigned.shift.id} that are left: {ends}.')
    return both


# ---------------------------------------------------------------------------------------------------------- effect


def _effect(desk: _Desk, wanted: Sequence[tuple[Draft, Handing]], at: datetime, terms: Terms, *, pin: bool) -> Effect:
    """The effect on each period, in order of time: each is judged beside what the others become."""
    starts = {plan.period: plan for plan, _ in sorted(wanted, key=lambda row: row[0].period.dates)}
    tasks = [
        _Task(desk.folder, start, tuple(handing for plan, handing in wanted if plan.period == period), at, pin)
        for period, start in starts.items()
    ]
    first, *others = _effects(tasks, terms)
    return replace(first, beside=tuple(others))


def _effects(tasks: Sequence["_Task"], terms: Terms) -> Iterator[Effect]:
    plain = {task.period: task.ground({}) for task in tasks}
    for task in tasks:
        _insist_allowable(plain[task.period], terms.allowed)
        task.insist_on_change()
    was: dict[Period, Draft] = {task.period: task.start for task in tasks}
    made = {task.period: tuple(task.decisions(terms, tasks)) for task in tasks}
    then = {task.period: task.decided(task.start, made[task.period]) for task in tasks}
    for task in tasks:
        usual, new = (task.ground(drafts) if len(tasks) > 1 else plain[task.period] for drafts in (was, then))
        before = was[task.period] = known(usual, task.from_now())
        after = then[task.period] = counted(new, task.decided(before, made[task.period]))
        goes_on = has_draft(task.folder, task.period)
        seen = _seen(plain[task.period], task.start)
        yield Effect(before, after, made[task.period], new.problem, goes_on, seen)


@dataclass(frozen=True)
class _Task:
    """What is to change hands in one period, from an instant on; `start` is its draft, else its plan."""

    folder: Path
    start: Draft
    handings: tuple[Handing, ...]
    at: datetime
    pin: bool

    @property
    def period(self) -> Period:
        return self.start.period

    @property
    def published(self) -> bool:
        return plan_path(self.folder, self.period).is_file()

    def ground(self, drafts: Mapping[Period, Draft]) -> Ground:
        """What it is judged on, with the drafts of other periods in the place of their plans."""
        others = [draft for period, draft in drafts.items() if period != self.period]
        return drafting.ground(self.folder, self.period, instead=others)

    def from_now(self) -> Draft:
        return from_now(self.start, self.at) if self.published else self.start

    def decisions(self, terms: Terms, tasks: Sequence["_Task"]) -> Iterator[Decision]:
        """What changes hands, with the shifts of other periods that are decided beside it."""
        others = (task for task in tasks if task.period != self.period)
        beside = tuple(handing.assigned.shift.id for task in others for handing in task.handings)
        for handing in self.handings:
            yield from (replace(row, beside=beside) for row in decisions(handing, terms))

    def decided(self, draft: Draft, made: Sequence[Decision]) -> Draft:
        """The draft with the decisions. Half of a swap stays where it is when its period is planned again."""
        pin = self.pin or (not self.published and any(row.beside for row in made))
        return decided(draft, self.handings, made, pin=pin)

    def insist_on_change(self) -> None:
        """Refused where somebody is to take what they hold; to pin that is a change in a draft only."""
        for handing in self.handings:
            shift, pinned = handing.assigned.shift, handing.assigned.pinned
            if not any(decisions(handing)) and not (self.pin and not self.published and not pinned):
                raise Refused(
                    f"{handing.taker} holds {shift.id} already in {self.period}, so there is nothing to decide."
                )


def has_draft(folder: Path, period: Period) -> bool:
    """Whether decisions go on from a draft."""
    return draft_path(folder, period).is_file()
