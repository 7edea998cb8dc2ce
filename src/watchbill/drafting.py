"""From a folder to the ground of a plan, and from the ground to an audited draft."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from watchbill import workspace
from watchbill.assemble import Ground, answer_of, assemble, fingerprint_of
from watchbill.audit import whole
from watchbill.errors import InputError, Mistake, Refused, WatchbillError
from watchbill.judge import edited, hand_pins, with_pins
from watchbill.load import Loads
from watchbill.locking import Seen, one_writer, silently
from watchbill.opening import opening
from watchbill.periods import Period
from watchbill.policy import Near
from watchbill.results import Draft, Infeasible, Inputs, OutOfTime, Solved, Tier
from watchbill.shelf import draft_path
from watchbill.versions import versions
from watchbill.workspace import past, plans
from watchbill.workspace.folder import TEAM
from watchbill.workspace.overlay import NOTHING, Overlay
from watchbill.workspace.plan_text import encode

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch


def ground(folder: Path, period: Period, over: Overlay = NOTHING, *, instead: Sequence[Draft] = ()) -> Ground:
    """What a plan of the period stands on, with the published plans around it, and with what is supposed over it.

    `instead`: drafts or plans that take the place of what is published of their periods.
    """
    read = workspace.read(folder, over)
    _insist_sound(workspace.check_period(read, period))
    published = _replaced(plans.read_plans(folder), instead)
    before, after = plans.neighbours(published, period)
    problem, rules = workspace.problem(
        read,
        period,
        before=before,
        after=after,
        balances=plans.balances(published, period),
        head=plans.head(published, period),
    )
    if all(plan.period.first >= period.first for plan in published):
        problem = replace(problem, balances=opening(problem, past.read_duties(folder), period.first))
    agreed = tuple(row for plan in published if plan.period != period for row in plan.decisions if row.allowed)
    return Ground(problem, tuple(rules), Loads(problem), agreed)


def _replaced(published: Sequence[Draft], instead: Sequence[Draft]) -> tuple[Draft, ...]:
    """The plans, in order of time, with others in the place of some."""
    found = {plan.period: plan for plan in (*published, *instead)}
    return tuple(sorted(found.values(), key=lambda plan: plan.period.dates))


def _insist_sound(mistakes: Sequence[Mistake]) -> None:
    errors = [mistake for mistake in mistakes if not mistake.warning]
    if errors:
        raise InputError(errors)


def inputs(ground: Ground, effort: "Effort") -> Inputs:
    """What a draft on this ground is made from and with."""
    return Inputs(
        fingerprint=fingerprint_of(ground.problem, ground.rules),
        versions=versions(),
        seed=effort.seed,
        effort=f"work {effort.work:g}, nodes {effort.nodes}, gap {effort.gap:g}" + (", race" if effort.race else ""),
        pins=tuple(sorted(pin.shift for pin in ground.problem.pins)),
    )


def answers(old: Draft, made_from: Inputs) -> bool:
    """Whether a draft is what these inputs would give again."""
    return not edited(old) and old.inputs == replace(made_from, answer=old.inputs.answer)


def around_draft(ground: Ground, old: Draft, made_from: Inputs) -> tuple[Ground, bool]:
    """The ground with what was pinned by hand in a draft; near the draft if news came or someone edited it."""
    near = edited(old) or old.inputs.fingerprint != made_from.fingerprint
    held = {assigned.shift.id: assigned.person for assigned in old.shifts if assigned.person}
    return with_pins(ground, hand_pins(old, ground.problem), Near(held) if near else None), near


def solved(ground: Ground, made: Inputs, effort: "Effort", watch: "Watch | None") -> Draft | Infeasible | OutOfTime:
    """The best draft on this ground, audited; or why there is none."""
    from watchbill.solve import solve

    if watch is not None and watch.stopped.is_set():
        return OutOfTime()
    match solve(ground.problem, ground.rules, effort=effort, watch=watch, loads=ground.loads):
        case Solved(holders, tiers, reproducible, reliefs):
            parts = whole(ground.problem, holders, reliefs)
            known = replace(made, reproducible=reproducible)
            draft = assemble(ground, parts, inputs=known, status="solved", tiers=tiers)
            insist(draft, tiers)
            return replace(draft, inputs=replace(known, answer=answer_of(draft.shifts)))
        case no_plan:
            return no_plan


def insist(draft: Draft, tiers: Sequence[Tier]) -> None:
    """What the solver built must pass the audit and cost, tier by tier, exactly what it told: else it is our bug."""
    faults = [finding.sentence for finding in draft.findings if finding.hard]
    faults += [
        f'tier "{told.name}" costs {told.value} by the solver, {seen.value} by the audit'
        for told, seen in zip(tiers, draft.tiers, strict=True)
        if seen.value != told.value
    ]
    if faults:
        raise AssertionError("solver and audit disagree; nothing was written: " + "; ".join(faults))


def write(folder: Path, draft: Draft, watch: "Watch | None", before: Seen) -> Path:
    """Writes what was planned and returns its path.

    Refused if meanwhile the folder is no workspace any more, or a file is not as it was `before`: somebody decided
    otherwise. Inputs may have changed: see `moved_on`.
    """
    _insist_team(folder)
    with one_writer(folder, watch.told if watch else silently):
        if watch is not None:
            watch.settle()
        _insist_team(folder)
        before.insist({draft_path(folder, draft.period): encode(draft)})
        return plans.write_draft(folder, draft)


def _insist_team(folder: Path) -> None:
    if not (folder / TEAM).is_file():
        raise Refused(f"{folder / TEAM} went away meanwhile; nothing was written. Bring it back, and plan again.")


def moved_on(folder: Path, period: Period, fingerprint: str, instead: Sequence[Draft] = ()) -> bool:
    """Whether the inputs are others by now than those that a plan stands on."""
    try:
        there = ground(folder, period, instead=instead)
    except WatchbillError:
        return True
    return fingerprint_of(there.problem, there.rules) != fingerprint
