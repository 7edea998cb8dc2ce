"""What makes a hard finding no fault: what had happened when a plan was made again, and what a decision allows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watchbill.assemble import Ground, Parts
from watchbill.audit import audit
from watchbill.domain import Part, Shift, turn_of
from watchbill.load import Loads
from watchbill.results import Decision, Finding
from watchbill.times import EPOCH, Span, common, wall, zone

Key = tuple[str, tuple[str, ...], tuple[str, ...]]


def forgiven(ground: Ground, parts: Parts, findings: Sequence[Finding], since: datetime) -> tuple[Finding, ...]:
    """The findings, where those that are hard because of what people held before `since` are hard no more.

    Such a finding is about shifts that have ended by then; or it is found in what was held before, and not in what
    is held from then on.
    """
    hard = [finding for finding in findings if finding.hard]
    if not hard:
        return tuple(findings)
    told = _told(ground, parts, hard, since)
    judged = [_as_history(ground, f, since) if f.hard and _key(f) in told else f for f in findings]
    return tuple(sorted(judged, key=lambda finding: not finding.hard))


def allowed(decisions: Sequence[Decision], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, where those are hard no more that a decision allows: of a rule, about its taker in its shift."""
    if not any(decision.allowed for decision in decisions):
        return tuple(findings)
    judged = [_as_allowed(finding) if _allows(decisions, finding) else finding for finding in findings]
    return tuple(sorted(judged, key=lambda finding: not finding.hard))


def _allows(decisions: Sequence[Decision], finding: Finding) -> bool:
    turns = {turn_of(id_) for id_ in finding.shifts}
    return finding.hard and any(
        finding.rule in d.allowed and d.taker in finding.people and turn_of(d.shift) in turns for d in decisions
    )


def _as_allowed(finding: Finding) -> Finding:
    return replace(finding, hard=False, sentence=f"{finding.sentence}; that was allowed when it was decided")


def _told(ground: Ground, parts: Parts, hard: Sequence[Finding], since: datetime) -> set[Key]:
    """What of some hard findings is history alone."""
    over = {shift.id for shift in ground.problem.shifts if shift.end <= since}
    told = {_key(finding) for finding in hard if finding.shifts and over.issuperset(finding.shifts)}
    if all(_key(finding) in told for finding in hard):
        return told
    return told | (
        _keys(ground, _clipped(parts, _until(since))) - _keys(_later(ground, since), _clipped(parts, _from(since)))
    )


def _keys(ground: Ground, parts: Parts) -> set[Key]:
    known = {shift.id: parts.get(shift.id, ()) for shift in ground.problem.shifts}
    return {_key(f) for f in audit(ground.problem, ground.rules, known, ground.loads) if f.hard}


def _later(ground: Ground, since: datetime) -> Ground:
    """The ground of what is left from an instant on, as if nothing had been before."""
    left = ((shift, common(shift.spans, (_from(since),))) for shift in ground.problem.shifts)
    shifts = (replace(shift, spans=spans) for shift, spans in left if spans)
    problem = replace(ground.problem, shifts=tuple(sorted(shifts, key=_start)), before=())
    return Ground(problem, ground.rules, Loads(problem))


def _clipped(parts: Parts, within: Span) -> dict[str, tuple[Part, ...]]:
    return {id_: clipped(listed, within) for id_, listed in parts.items()}


def clipped(parts: Iterable[Part], within: Span) -> tuple[Part, ...]:
    """What of some parts lies in a span."""
    both = ((part, part.span.common(within)) for part in parts)
    return tuple(Part(part.person, span.start, span.end) for part, span in both if span)


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts in order of time, without cuts between the same person's."""
    out: list[Part] = []
    for part in sorted(parts, key=lambda part: part.start):
        if out and (out[-1].person, out[-1].end) == (part.person, part.start):
            out[-1] = replace(out[-1], end=part.end)
        else:
            out.append(part)
    return tuple(out)


def _as_history(ground: Ground, finding: Finding, since: datetime) -> Finding:
    clock = wall(since, zone(ground.problem.zone))
    return replace(finding, hard=False, sentence=f"{finding.sentence}; that was before {clock:%Y-%m-%d %H:%M}")


def _key(finding: Finding) -> Key:
    return finding.rule, finding.people, finding.shifts


def _until(since: datetime) -> Span:
    return Span(EPOCH, since)


def _from(since: datetime) -> Span:
    return Span(since, datetime.max.replace(tzinfo=since.tzinfo))


def _start(shift: Shift) -> datetime:
    return shift.start
