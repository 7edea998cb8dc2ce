"""Parts that were decided by hand in a draft, kept when its period is planned again.

The solver sees what was taken as held already, by its taker, and the rest of the shift as its holder's; the parts are
put together afterwards, and the whole is judged.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from watchbill import drafting
from watchbill.assemble import Ground, assemble
from watchbill.decisions import still
from watchbill.domain import Held, Part, Pin
from watchbill.history import allowed
from watchbill.judge import PINNED_BY_HAND, with_pins
from watchbill.results import Assigned, Draft, Infeasible, Inputs, OutOfTime
from watchbill.times import common

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch


def solved(
    ground: Ground, old: Draft | None, made_from: Inputs, effort: "Effort", watch: "Watch | None"
) -> Draft | Infeasible | OutOfTime:
    """The best draft on this ground with the parts that were decided by hand in an old one, as far as rules let them.

    The draft looks edited where it holds any, so that the next plan keeps them again.
    """
    shared = _shared(ground, old) if old else ()
    made = drafting.solved(_reserved(ground, shared), made_from, effort, watch)
    if isinstance(made, Infeasible) and shared:
        shared = ()
        made = drafting.solved(ground, made_from, effort, watch)
    if old is None or not isinstance(made, Draft):
        return made
    made = replace(made, decisions=still(old.decisions, made.holders))
    for assigned in shared:
        made = _with_parts(ground, made, old, assigned)
    return made


def _shared(ground: Ground, old: Draft) -> tuple[Assigned, ...]:
    """Shifts in parts, some of which were decided by hand, of whom the inputs know everything still."""
    rows = {row.shift for row in still(old.decisions, old.holders)}
    shifts, people = ground.problem.shift, ground.problem.person
    known = (a for a in old.shifts if a.shift.id in rows and shifts.get(a.shift.id) == a.shift)
    return tuple(a for a in known if len(a.parts) > 1 and {part.person for part in a.parts} <= people.keys())


def _reserved(ground: Ground, shared: Sequence[Assigned]) -> Ground:
    """The ground on which those shifts stay with who holds most of them, and others hold their parts already."""
    taken = {pin.shift for pin in ground.problem.pins}
    pins = (Pin(a.shift.id, a.person, PINNED_BY_HAND) for a in shared if a.person and a.shift.id not in taken)
    pinned = with_pins(ground, tuple(pins), ground.problem.near)
    held = tuple(one for assigned in shared for one in _held(assigned))
    return replace(pinned, problem=replace(pinned.problem, before=(*pinned.problem.before, *held)))


def _held(assigned: Assigned) -> Iterator[Held]:
    """What others than its main holder have of a shift, as shifts of their own."""
    for n, part in enumerate(assigned.parts, 1):
        spans = common(assigned.shift.spans, (part.span,))
        if spans and part.person != assigned.person:
            id_ = f"{assigned.shift.id} part {n}"
            yield Held(replace(assigned.shift, id=id_, turn=id_, seat=1, spans=spans), (part,))


def _with_parts(ground: Ground, made: Draft, old: Draft, assigned: Assigned) -> Draft:
    """The draft with the parts of one shift as they were; the draft as it is if a hard rule is against that."""
    id_ = assigned.shift.id
    if [part.person for part in made.holders[id_]] != [assigned.person]:
        return made
    parts: dict[str, tuple[Part, ...]] = {**made.holders, id_: assigned.parts}
    fresh = assemble(ground, parts, inputs=made.inputs, status=made.status, tiers=made.tiers)
    decisions = still(old.decisions, parts)
    findings = allowed((*decisions, *ground.agreed), fresh.findings)
    if any(finding.hard for finding in findings):
        return made
    return replace(fresh, findings=findings, decisions=decisions)
