"""What a stored draft or plan is worth by the inputs as they are now: everything counted again, edited or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from watchbill.assemble import Ground, answer_of, assemble, is_stale
from watchbill.domain import Part, Pin, Shift, is_guest
from watchbill.history import allowed, forgiven
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Draft, Finding, Tier
from watchbill.times import from_iso

PINNED_BY_HAND = "pinned in the draft"
HISTORICAL = "keep"


@dataclass(frozen=True)
class Audited:
    """A draft or plan as it is on disk (`stored`) and as it is when everything is recomputed (`draft`).

    `edited`: people were moved since it was made. `stale`: the inputs are not those that it was made from.
    """

    draft: Draft
    stored: Draft
    problem: Problem
    path: Path
    edited: bool
    stale: bool

    @property
    def hard(self) -> tuple[Finding, ...]:
        """Findings that make it no plan."""
        return tuple(finding for finding in self.draft.findings if finding.hard)

    @property
    def moved(self) -> tuple[tuple[Tier, Tier], ...]:
        """Tiers whose value is not the stored one: as stored, as it is."""
        known = {tier.name: tier for tier in self.stored.tiers}
        pairs = [(known[tier.name], tier) for tier in self.draft.tiers if tier.name in known]
        return tuple((old, new) for old, new in pairs if old.value != new.value)


def judge(ground: Ground, stored: Draft, path: Path) -> Audited:
    """Judges a stored draft or plan."""
    return Audited(
        draft=_recomputed(ground, stored),
        stored=stored,
        problem=ground.problem,
        path=path,
        edited=edited(stored),
        stale=is_stale(ground, stored.inputs.fingerprint),
    )


def edited(stored: Draft) -> bool:
    """Whether people were moved or pinned since it was made."""
    return answer_of(stored.shifts) != stored.inputs.answer


def hand_pins(old: Draft, problem: Problem) -> tuple[Pin, ...]:
    """Shifts that a person pinned in a draft; the inputs' own pins win."""
    taken = {*old.inputs.pins, *(pin.shift for pin in problem.pins)}
    rows = [a for a in old.shifts if a.pinned and a.person and a.shift.id in problem.shift and a.shift.id not in taken]
    return tuple(Pin(a.shift.id, str(a.person), PINNED_BY_HAND) for a in rows)


def with_pins(ground: Ground, pins: tuple[Pin, ...], near: Near | None) -> Ground:
    """The ground with more pins, near a plan or near none."""
    problem = replace(ground.problem, pins=(*ground.problem.pins, *pins), near=near)
    return replace(ground, problem=problem)


def _recomputed(ground: Ground, stored: Draft) -> Draft:
    """A stored plan with every load, sum and finding counted again from who holds what."""
    pinned = with_pins(ground, hand_pins(stored, ground.problem), None)
    parts = {a.shift.id: _known_parts(ground.problem, a.parts) for a in stored.shifts}
    fresh = assemble(pinned, parts, inputs=stored.inputs, status=stored.status, tiers=stored.tiers)
    found = forgiven(pinned, parts, fresh.findings, from_iso(stored.since)) if stored.since else fresh.findings
    found = allowed((*stored.decisions, *ground.agreed), found)
    changed = {a.shift.id: a.changed for a in stored.shifts}
    told = [f for f in stored.findings if f.rule == HISTORICAL]
    return replace(
        fresh,
        tiers=tuple(
            replace(tier, value=tier.value + sum(f.cost for f in told if f.tier == tier.name)) for tier in fresh.tiers
        ),
        shifts=tuple(replace(a, changed=changed.get(a.shift.id, 0)) for a in fresh.shifts),
        findings=(*_strangers(ground.problem, stored), *found, *told),
        revision=stored.revision,
        made=stored.made,
        since=stored.since,
        guests=stored.guests,
        decisions=stored.decisions,
    )


def _known_parts(problem: Problem, parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.person in problem.person or is_guest(part.person))


def _strangers(problem: Problem, stored: Draft) -> list[Finding]:
    """What of a stored plan the inputs do not know any more: shifts, their hours, people."""
    out = []
    for assigned in stored.shifts:
        known = problem.shift.get(assigned.shift.id)
        if known is None:
            out.append(_stranger(assigned.shift, "is no shift of the inputs any more"))
        elif known.spans != assigned.shift.spans:
            out.append(_stranger(assigned.shift, "has other hours in the inputs now"))
        strangers = {part.person for part in assigned.parts if not is_guest(part.person)} - problem.person.keys()
        for person in sorted(strangers):
            out.append(_stranger(assigned.shift, f"is held by {person}, who is not in team.yaml any more", person))
    return out


def _stranger(shift: Shift, what: str, *people: str) -> Finding:
    sentence = f"{shift.id} {what}; plan the period again"
    return Finding("inputs", sentence, hard=True, people=people, shifts=(shift.id,), day=shift.start.date())


def publishable(audited: Audited) -> Draft:
    """The recomputed draft, without what was said about the draft before it."""
    draft = audited.draft
    kept = tuple(finding for finding in draft.findings if finding.rule != HISTORICAL)
    spent = {
        t.name: sum(f.cost for f in draft.findings if f.rule == HISTORICAL and f.tier == t.name) for t in draft.tiers
    }
    return replace(
        draft,
        status="edited" if audited.edited else draft.status,
        inputs=replace(draft.inputs, answer=answer_of(draft.shifts)),
        tiers=tuple(replace(tier, value=tier.value - spent[tier.name]) for tier in draft.tiers),
        findings=kept,
    )


def told(finding: Finding) -> str:
    """A finding on one line: rule, sentence, date."""
    day = f" ({finding.day})" if finding.day else ""
    return f"{finding.rule}: {finding.sentence}{day}"
