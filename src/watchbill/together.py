"""Drafts that belong together: halves of swaps across periods are judged beside each other and published as one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchbill import drafting
from watchbill.decisions import still
from watchbill.errors import Refused
from watchbill.judge import Audited, judge
from watchbill.periods import Period
from watchbill.results import Decision, Draft
from watchbill.shelf import draft_path, plan_path, shelf
from watchbill.workspace import plans


def judged(folder: Path, period: Period) -> tuple[Audited, ...]:
    """The draft of a period, or its plan, judged by the inputs as they are now: in order of time, with the drafts that
    hold the other halves of its swaps. Refused where there is neither.
    """
    ground = drafting.ground(folder, period)
    stored = plans.read_draft(folder, period, people=ground.problem.person)
    if stored is None:
        plan = plans.read_plan(folder, period)
        if plan is None:
            raise shelf(folder).missing(period)
        return (judge(ground, plan, plan_path(folder, period)),)
    found = {draft.period: draft for draft in _group(folder, stored)}
    if len(found) == 1:
        return (judge(ground, stored, draft_path(folder, period)),)
    out = []
    for each, draft in found.items():
        beside = [other for other in found.values() if other.period != each]
        audited = judge(drafting.ground(folder, each, instead=beside), draft, draft_path(folder, each))
        found[each] = audited.draft
        out.append(audited)
    return tuple(out)


def others(folder: Path, period: Period) -> tuple[Draft, ...]:
    """The drafts that hold the other halves of the swaps in a period's draft, in order of time."""
    draft = plans.read_draft(folder, period)
    return tuple(other for other in _group(folder, draft) if other.period != period) if draft else ()


def insist_whole(folder: Path, drafts: Sequence[Draft]) -> None:
    """Refused where a draft is half of a swap whose other half is neither beside it nor published."""
    for draft in drafts:
        for row in _open(folder, draft):
            known = [*drafts, *(plan for plan in plans.read_plans(folder) if plan.period != draft.period)]
            missing = [id_ for id_ in row.beside if not any(_answers(other, row, id_) for other in known)]
            if missing:
                raise Refused(
                    f"in drafts/{draft.period}.json {row.taker} takes {row.shift} in a swap with {missing[0]}, and "
                    f"that half is gone. Take it back with: watchbill assign {row.shift} {row.giver or 'SOMEBODY'}"
                )


def _group(folder: Path, draft: Draft) -> tuple[Draft, ...]:
    """A draft and those with the other halves of its swaps, and of theirs, in order of time."""
    found, left = {draft.period: draft}, [draft]
    while left:
        new = [other for other in _halves(folder, left.pop()) if other.period not in found]
        found |= {other.period: other for other in new}
        left += new
    return tuple(sorted(found.values(), key=lambda one: one.period.dates))


def _halves(folder: Path, draft: Draft) -> Iterator[Draft]:
    rows = list(_open(folder, draft))
    periods = (period for period in shelf(folder).drafts if rows and period != draft.period)
    drafts = (other for period in periods if (other := plans.read_draft(folder, period)))
    yield from (other for other in drafts if any(_answers(other, row, id_) for row in rows for id_ in row.beside))


def _open(folder: Path, draft: Draft) -> Iterator[Decision]:
    """Halves of swaps that a draft keeps and that are not in its plan already."""
    rows = [row for row in still(draft.decisions, draft.holders) if row.beside]
    plan = plans.read_plan(folder, draft.period) if rows else None
    return (row for row in rows if plan is None or row not in plan.decisions)


def _answers(other: Draft, row: Decision, id_: str) -> bool:
    """Whether a draft or plan holds that other half of a swap."""
    return any(half.shift == id_ and row.shift in half.beside for half in other.decisions)
