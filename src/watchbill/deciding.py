"""Decisions by hand: who takes over which shifts, or a part of one; what that changes is counted before it is written.

A decision goes on from the draft of its period, so that earlier ones are not lost, else from the published plan. What
was before its instant never changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from watchbill import drafting, workspace
from watchbill.assemble import Ground
from watchbill.decisions import ALLOWABLE, TERMS, Effect, Handing, Terms, decisions, effect, from_now, known, refusal
from watchbill.errors import Refused, WrongUsage, did_you_mean
from watchbill.finding import Found, find, find_person
from watchbill.periods import Period
from watchbill.results import Assigned, Draft
from watchbill.shelf import draft_path, plan_path
from watchbill.times import Span, common, instant, iso, zone
from watchbill.workspace import plans
from watchbill.workspace.moments import moments

# ---------------------------------------------------------------------------------------------------------- decide


def assign(
    folder: Path, pairs: Sequence[tuple[str, str]], at: datetime, *, terms: Terms = TERMS, pin: bool = False
) -> Effect:
    """What it changes if people take shifts, each given as texts: all at once, so that several can be a swap.

    A shift named by its holder goes as far as they hold it, one named by its id whole; what was before `at` stays.
    Nothing is written. WrongUsage for unknown shifts and people, Refused for what is over or held by them already.
    """
    desk = _desk(folder)
    found = [desk.found(shift) for shift, _ in pairs]
    takers = [desk.taker(person) for _, person in pairs]
    start = _one_plan(found)
    handings = [
        Handing(one.assigned, left(one.assigned, at), taker, one.holder)
        for one, taker in zip(found, takers, strict=True)
    ]
    return _effect(desk, start, handings, at, terms, pin=pin)


def relieve(folder: Path, shift: str, stretch: str, person: str, at: datetime, *, terms: Terms = TERMS) -> Effect:
    """What it changes if someone takes a stretch of a shift, such as `2027-02-08 18:00..22:00` on the team's clock.

    Ranges of dates include both ends. Nothing is written; errors as for `assign`.
    """
    desk = _desk(folder)
    found = desk.found(shift)
    span = _within(found.assigned, left(found.assigned, at), desk.span(stretch), stretch)
    handing = Handing(found.assigned, span, desk.taker(person), found.holder)
    return _effect(desk, found.plan, [handing], at, terms, pin=False)


def write(folder: Path, made: Effect) -> Path:
    """Writes the draft after a decision. Refused, with the sentences, if it breaks a hard rule."""
    if made.broken:
        raise refusal(made)
    shifts = tuple(replace(assigned, changed=0) for assigned in made.after.shifts)
    return plans.write_draft(folder, replace(made.after, shifts=shifts))


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


def left(assigned: Assigned, at: datetime) -> Span:
    """What of a shift is still to come at an instant; Refused if it is over."""
    shift = assigned.shift
    if shift.end <= at:
        raise Refused(
            f"{shift.id} is over by {iso(at)}, and what was does not change. To set down what really was: --from"
        )
    return Span(max(shift.start, at), shift.end)


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


def _one_plan(found: Sequence[Found]) -> Draft:
    """The plan of all these shifts, each named once."""
    ids = [one.assigned.shift.id for one in found]
    if twice := next((id_ for id_ in ids if ids.count(id_) > 1), None):
        raise WrongUsage(f"{twice} is named twice. Name each shift once, with the one person who takes it.")
    first, *others = dict.fromkeys(one.plan.period for one in found)
    if others:
        raise WrongUsage(f"these shifts are of {first} and of {others[0]}. Decide on each period by itself.")
    return found[0].plan


def _within(assigned: Assigned, left: Span, span: Span, text: str) -> Span:
    """What of a stretch is still to come of a shift."""
    both = left.common(span)
    if both is None or not common(assigned.shift.spans, (both,)):
        ends = f"{iso(left.start)} to {iso(left.end)}"
        raise WrongUsage(f'"{text}" holds no hours of {assigned.shift.id} that are left: {ends}.')
    return both


# ---------------------------------------------------------------------------------------------------------- effect


def _effect(desk: _Desk, start: Draft, handings: Sequence[Handing], at: datetime, terms: Terms, *, pin: bool) -> Effect:
    published = plan_path(desk.folder, start.period).is_file()
    ground = drafting.ground(desk.folder, start.period)
    _insist_allowable(ground, terms.allowed)
    _insist_on_change(start, handings, pin=pin and not published)
    before = known(ground, from_now(start, at) if published else start)
    return effect(ground, before, handings, terms, pin=pin, goes_on=has_draft(desk.folder, start.period))


def has_draft(folder: Path, period: Period) -> bool:
    """Whether decisions go on from a draft."""
    return draft_path(folder, period).is_file()


def _insist_on_change(start: Draft, handings: Sequence[Handing], *, pin: bool) -> None:
    """Refused where somebody is to take what they hold; to pin that is a change in a draft only."""
    for handing in handings:
        shift = handing.assigned.shift
        if not any(decisions(handing)) and not (pin and not handing.assigned.pinned):
            raise Refused(f"{handing.taker} holds {shift.id} already in {start.period}, so there is nothing to decide.")
