"""The best draft of a period that has no plan: with holes, each named, and why nobody can take it.

Whom each rule keeps from a hole is found by the audit: it judges the draft with them in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from watchbill.assemble import Ground, answer_of, assemble
from watchbill.audit import audit, whole
from watchbill.decisions import ALLOWABLE
from watchbill.domain import Part, Shift
from watchbill.explain.dates import Calendar, gathered
from watchbill.explain.offers import layer_name
from watchbill.judge import told
from watchbill.results import Draft, Finding, Inputs, OutOfTime
from watchbill.rules.base import names

if TYPE_CHECKING:
    from watchbill.solve import Effort, Watch

BEST_EFFORT = "best effort"
MANY = 6
KEY = "holes"


@dataclass(frozen=True, slots=True)
class Hole:
    """A shift that nobody holds, and in words why each person cannot take it as the others stand."""

    shift: str
    sentence: str


def best_effort(ground: Ground, made: Inputs, effort: "Effort", watch: "Watch | None") -> Draft | OutOfTime:
    """The draft that leaves as little as possible uncovered, and is as good as can be otherwise. Its holes are hard
    findings, so it is no plan until somebody allows them.
    """
    from watchbill.solve.lacking import lacking

    found = lacking(ground.problem, ground.rules, effort=effort, watch=watch, loads=ground.loads)
    if isinstance(found, OutOfTime):
        return found
    solved = found.solved
    known = replace(made, reproducible=solved.reproducible)
    parts = whole(ground.problem, solved.holders, solved.reliefs)
    draft = assemble(ground, parts, inputs=known, status=BEST_EFFORT, tiers=solved.tiers)
    faults = [f.sentence for f in draft.findings if f.hard and f.rule not in found.kinds and not is_hole(f, draft)]
    pairs = zip(solved.tiers, draft.tiers, strict=True)
    faults += [
        f'tier "{told.name}" costs {told.value}, not {seen.value}' for told, seen in pairs if told.value != seen.value
    ]
    if faults:
        raise AssertionError("solver and audit disagree; nothing was written: " + "; ".join(faults))
    return replace(draft, inputs=replace(known, answer=answer_of(draft.shifts)))


def is_hole(finding: Finding, draft: Draft) -> bool:
    """Whether a finding says that nobody holds a shift, from its start to its end."""
    empty = {assigned.shift.id for assigned in draft.shifts if not assigned.parts}
    return finding.rule == "cover" and bool(finding.shifts) and empty.issuperset(finding.shifts)


def refused(drafts: Sequence[Draft], allowed: Sequence[str]) -> list[str]:
    """What keeps drafts from being published, line by line: hard findings but for those that are allowed.

    A hole of a role is allowed by `holes:<role>`, what a rule finds that a lead may answer for by the rule's name. An
    allowance that nothing needs is a line too. The last line names all that are lacking.
    """
    keys = {finding: _key(finding, draft) for draft in drafts for finding in draft.findings if finding.hard}
    needed = [key for draft in drafts for key in needs(draft)]
    out = [f"  {told(finding)}" for finding, key in keys.items() if key not in allowed]
    out += [f"  nothing needs --allow {key}. Leave it out." for key in allowed if key not in needed]
    missing = dict.fromkeys(key for key in needed if key not in allowed)
    return [*out, _remedy(missing, None in keys.values())] if missing else out


def needs(draft: Draft) -> tuple[str, ...]:
    """What has to be allowed to publish a draft, each once: holes first."""
    keys = dict.fromkeys(key for f in draft.findings if f.hard and (key := _key(f, draft)))
    return tuple(sorted(keys, key=lambda key: not key.startswith(f"{KEY}:")))


def gave_way(draft: Draft) -> tuple[Finding, ...]:
    """The hard findings of a draft that are no holes: rules that cannot be kept even with holes."""
    return tuple(finding for finding in draft.findings if finding.hard and not is_hole(finding, draft))


def _key(finding: Finding, draft: Draft) -> str | None:
    """What allows a hard finding; None if nothing does."""
    if is_hole(finding, draft):
        role = next(a.shift.role for a in draft.shifts if a.shift.id in finding.shifts)
        return f"{KEY}:{role}"
    return finding.rule if finding.rule in ALLOWABLE else None


def _remedy(missing: Iterable[str], others: bool) -> str:
    holes_only = all(key.startswith(f"{KEY}:") for key in missing)
    meant = "these holes are" if holes_only else "this is"
    first = "Once the rest is mended: if" if others else "If"
    return f"{first} {meant} meant, add: {' '.join(f'--allow {key}' for key in missing)}"


def holes(ground: Ground, draft: Draft) -> tuple[Hole, ...]:
    """Every hole of a draft; why nobody takes it is told of the first few only."""
    empty = [assigned.shift for assigned in draft.shifts if not assigned.parts]
    told = [Hole(shift.id, _told(ground, draft, shift)) for shift in empty[:MANY]]
    return (*told, *(Hole(shift.id, "") for shift in empty[MANY:]))


def _told(ground: Ground, draft: Draft, shift: Shift) -> str:
    problem = ground.problem
    usual = set(_hard(ground, draft, shift, None))
    hurdles = {p.id: [f for f in _hard(ground, draft, shift, p.id) if f not in usual] for p in problem.people}
    groups = gathered(hurdles, lambda person: _rule(hurdles[person]))
    when = Calendar(problem).turns([shift])
    reasons = [_reason(rule, names(problem, people), len(people) > 1) for rule, people in sorted(groups.items())]
    return f"nobody takes {layer_name(problem, shift.key)} {when}: {'; '.join(reasons)}"


def _hard(ground: Ground, draft: Draft, shift: Shift, person: str | None) -> Sequence[Finding]:
    """What the audit has against the draft with someone in a hole; findings about the hole itself left out."""
    given = {shift.id: (Part(person, shift.start, shift.end),)} if person else {}
    found = audit(ground.problem, ground.rules, {**draft.holders, **given}, ground.loads)
    return [finding for finding in found if finding.hard and finding.rule != "cover"]


ORDER = ("eligible", "leave", "overlap")
WORDS = {
    "eligible": ("does not serve it then", "do not serve it then"),
    "leave": ("is unavailable", "are unavailable"),
    "overlap": ("is on call elsewhere then", "are on call elsewhere then"),
}


def _rule(findings: Sequence[Finding]) -> tuple[int, str]:
    """The first thing that stands in somebody's way: facts before rules."""
    kinds = [finding.rule for finding in findings]
    first = next((n for n, kind in enumerate(ORDER) if kind in kinds), len(ORDER))
    return first, (ORDER[first] if first < len(ORDER) else min(kinds, default=""))


def _reason(rule: tuple[int, str], who: str, many: bool) -> str:
    kind = rule[1]
    if kind in WORDS:
        return f"{who} {WORDS[kind][many]}"
    return f"rule `{kind}` keeps {who} from it" if kind else f"{who} could, at the price of another hole"
