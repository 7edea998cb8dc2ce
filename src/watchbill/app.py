"""One function per verb: takes values, returns values. Prints nothing and reads no clock; writes only what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import drafting, publishing, together, workspace
from watchbill.clocks import minute
from watchbill.decisions import still
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.judge import Audited, edited
from watchbill.locking import Told, one_writer, seen, silently
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.references import pair
from watchbill.results import Decision, Draft, Finding, Infeasible, OutOfTime
from watchbill.shelf import draft_path, plan_path, shelf
from watchbill.workspace import plans

if TYPE_CHECKING:
    from watchbill.holes import Hole
    from watchbill.replan import Move
    from watchbill.solve import Effort, Watch


# ----------------------------------------------------------------------------------------------------------- plan


@dataclass(frozen=True)
class Planned:
    """A draft and where it is. `kept`: it was there already and answers the same inputs. `near`: it stays near one.

    `stale`: the inputs changed while it was planned. `holes`: what nobody holds, of a draft made with `best_effort`
    where there is no plan. `dropped`: what was decided by hand in the draft before it, and is not kept.
    """

    draft: Draft
    problem: Problem
    path: Path
    kept: bool = False
    near: bool = False
    stale: bool = False
    holes: tuple["Hole", ...] = ()
    dropped: tuple[Decision, ...] = ()


def plan(
    folder: Path,
    period: Period,
    *,
    effort: "Effort | None" = None,
    watch: "Watch | None" = None,
    fresh: bool = False,
    best_effort: bool = False,
    conflicts: int = 3,
) -> Planned | Infeasible | OutOfTime:
    """Solves a period, audits the answer and writes the draft; or says why there is none and writes nothing.

    An existing draft that answers the same inputs, unedited, is kept. Otherwise the new one stays near it and keeps
    what was pinned in it; `fresh` ignores it. Refused for a period that is published, or overlaps one that is, and
    where the draft changed meanwhile.
    `best_effort`: where there is no plan, the draft with as few holes as can be. `conflicts`: how many are explained.
    """
    from watchbill import holes, keeping
    from watchbill.solve import Effort

    effort = effort or Effort()
    before = seen((draft_path(folder, period), plan_path(folder, period)))
    _refuse_published(folder, period)
    beside = () if fresh else together.others(folder, period)
    ground = drafting.ground(folder, period, instead=beside)
    inputs = drafting.inputs(ground, effort)
    old = None if fresh else plans.read_draft(folder, period, people=ground.problem.person)
    if old and drafting.answers(old, inputs) and (best_effort or old.status != holes.BEST_EFFORT):
        found = holes.holes(ground, old)
        return Planned(old, ground.problem, draft_path(folder, period), kept=True, holes=found)
    ground, near = drafting.around_draft(ground, old, inputs) if old else (ground, False)
    made = keeping.solved(ground, old, inputs, effort, watch)
    if isinstance(made, Infeasible) and not best_effort:
        from watchbill import explain

        return explain.explained(ground.problem, ground.rules, ground.loads, watch=watch, most=conflicts)
    if isinstance(made, Infeasible):
        made = holes.best_effort(ground, inputs, effort, watch)
    if not isinstance(made, Draft):
        return made
    dropped = _dropped(old, made) if old else ()
    found = holes.holes(ground, made)
    path = drafting.write(folder, made, watch, before)
    stale = drafting.moved_on(folder, period, inputs.fingerprint, beside)
    return Planned(made, ground.problem, path, near=near, stale=stale, holes=found, dropped=dropped)


def _dropped(old: Draft, made: Draft) -> tuple[Decision, ...]:
    """What was decided by hand in a draft, and the new one does not keep."""
    return tuple(row for row in still(old.decisions, old.holders) if row not in still(old.decisions, made.holders))


def _refuse_published(folder: Path, period: Period) -> None:
    for other in shelf(folder).plans:
        if other == period:
            raise Refused(
                f"{period} is published, and planning it anew would move everybody's shifts. To change as few as news "
                f"asks for, run: watchbill replan {period} --from now"
            )
        if other.dates.meets(period.dates):
            raise Refused(f"{period} overlaps {other}, which is published. Plan a period that does not.")


# --------------------------------------------------------------------------------------------------------- replan


@dataclass(frozen=True)
class Replanned:
    """What changes in a published plan after news. `path` is where the draft is; None: nothing has to change.

    `also`: other published periods in which somebody can no longer serve what they hold from that instant on.
    `stale`: the inputs changed while it was planned.
    """

    draft: Draft
    previous: Draft
    problem: Problem
    moves: tuple["Move", ...]
    path: Path | None
    also: tuple[Period, ...] = ()
    stale: bool = False

    @property
    def history(self) -> tuple[Finding, ...]:
        """What rules have against the time before: it stays as it was."""
        return tuple(f for f in self.draft.findings if not f.hard and f.tier is None)


def replan(
    folder: Path,
    period: Period,
    at: datetime,
    *,
    effort: "Effort | None" = None,
    watch: "Watch | None" = None,
) -> Replanned | Infeasible | OutOfTime:
    """Changes a published plan as little as the inputs ask for, from an instant on, and writes the result as a draft.

    What its holders can no longer serve goes to others; what was before the instant never changes. Refused for a
    period that is not published, is over by then, or has a draft that was edited by hand, and where one of them changed
    meanwhile.
    """
    from watchbill.replan import smallest_change
    from watchbill.solve import Effort

    before = seen((draft_path(folder, period), plan_path(folder, period)))
    previous = _published(folder, period, at)
    ground = drafting.ground(folder, period)
    old = plans.read_draft(folder, period)
    if old and edited(old):
        raise Refused(f"drafts/{period}.json was edited by hand, and would be lost. Publish it or remove it first.")
    effort = effort or Effort()
    notice = workspace.read(folder).notice
    inputs = drafting.inputs(ground, effort)
    made = smallest_change(ground, previous, at, notice=notice, inputs=inputs, effort=effort, watch=watch)
    if isinstance(made, Infeasible | OutOfTime):
        return made
    path = drafting.write(folder, made.draft, watch, before) if made.moves else None
    also = _also(folder, period, at)
    stale = drafting.moved_on(folder, period, inputs.fingerprint)
    return Replanned(made.draft, previous, ground.problem, made.moves, path, also, stale)


def _published(folder: Path, period: Period, at: datetime) -> Draft:
    plan, zone_name = plans.read_plan(folder, period), workspace.read(folder).zone
    if plan is None:
        raise Refused(f"{period} is not published, so plan takes up any news. Run: watchbill plan {period}")
    if all(assigned.shift.end <= at for assigned in plan.shifts):
        raise Refused(f"{period} is over by {minute(at, zone_name)}, so nothing of it can change. Name a later period.")
    return plan


def _also(folder: Path, period: Period, at: datetime) -> tuple[Period, ...]:
    """Other published periods with shifts that their holders can no longer serve."""
    from watchbill.remaining import pieces

    others = [p for p in plans.read_plans(folder) if p.period != period and p.shifts and p.shifts[-1].shift.end > at]
    grounds = ((plan, drafting.ground(folder, plan.period)) for plan in others)
    return tuple(p.period for p, on in grounds if any(piece.free for piece in pieces(on.problem, p, at)))


# ---------------------------------------------------------------------------------------------------------- audit


def audit(folder: Path, period: Period) -> Audited:
    """Judges the draft of a period, or its plan if there is no draft, against the inputs as they are now."""
    return next(audited for audited in together.judged(folder, period) if audited.draft.period == period)


# -------------------------------------------------------------------------------------------------------- publish


def publish(
    folder: Path, period: Period, now: datetime, allowed: Sequence[str] = (), told: Told = silently
) -> publishing.Published:
    """Makes an audited draft the next revision of its period's plan, and removes the draft.

    Drafts that hold the other halves of its swaps are published with it, all or none. Refused, with every hard finding,
    if the audit finds any; then nothing is written. A draft that changes nothing makes no revision. Shifts that nobody
    holds are allowed by `holes:<role>`, what a rule of `decisions.ALLOWABLE` finds by its name; one without need
    is refused. `told` hears if another one writes here.
    """
    _insist_draft(folder, period)
    with one_writer(folder, told):
        _insist_draft(folder, period)
        return publishing.published(folder, period, now, allowed)


def _insist_draft(folder: Path, period: Period) -> None:
    if draft_path(folder, period).is_file():
        return
    if not plan_path(folder, period).is_file():
        raise Refused(f"{period} has no draft. Make one with: watchbill plan {period}")
    raise Refused(
        f"{period} has no draft to publish: plans/{period}.json is published already. After news, change it with: "
        f"watchbill replan {period} --from now"
    )


# ------------------------------------------------------------------------------------------------------ show, diff


@dataclass(frozen=True)
class Shown:
    """A draft or plan to look at, with what is known of the team."""

    draft: Draft
    people: Mapping[str, Person]
    zone: str

    @property
    def holders(self) -> Mapping[str, Person]:
        """Everyone with an account or a shift, in order; who has left the team has an id and the team's zone only."""
        ids = dict.fromkeys([account.person for account in self.draft.people])
        ids.update(dict.fromkeys(part.person for assigned in self.draft.shifts for part in assigned.parts))
        return {id_: self.people.get(id_) or Person(id_, id_, self.zone) for id_ in ids}


def show(folder: Path, period: Period) -> Shown:
    """The draft of a period, or its plan. A draft that was edited by hand is counted again."""
    team = workspace.read(folder)
    draft = plans.read_draft(folder, period)
    if draft and edited(draft):
        draft = audit(folder, period).draft
    found = draft or plans.read_plan(folder, period)
    if found is None:
        raise shelf(folder).missing(period)
    return Shown(found, _known(team, found), team.zone)


def only(draft: Draft, person: str | None) -> Draft:
    """The draft with the parts of one person only; all of it for None."""
    if person is None:
        return draft
    own = ((a, tuple(part for part in a.parts if part.person == person)) for a in draft.shifts)
    return replace(draft, shifts=tuple(replace(assigned, parts=parts) for assigned, parts in own if parts))


@dataclass(frozen=True)
class Compared:
    """Two plans to compare, and what is known of the team."""

    old: Draft
    new: Draft
    people: Mapping[str, Person]
    zone: str


def diff(folder: Path, a: str | None = None, b: str | None = None) -> Compared:
    """The plans `a` and `b`, each a period, `draft`, `plan`, `r1` or a file; see `references.pair`."""
    old, new = pair(folder, a, b)
    team = workspace.read(folder)
    return Compared(old, new, _known(team, old, new), team.zone)


def _known(team: workspace.Workspace, *drafts: Draft) -> dict[str, Person]:
    """The team, and the guests of some plans."""
    guests = {id_: guest for draft in drafts for id_, guest in draft.guests_on(team.zone).items()}
    return guests | {person.id: person for person in team.people}
