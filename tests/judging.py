"""Judging plans in tests: findings of rules on a plan given by holders or by parts."""

from collections.abc import Mapping, Sequence

from builders import at, shift
from watchbill.audit import audit, whole
from watchbill.domain import Held, Part
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Rule


def found(facts: Problem, rule: Rule, *held_by: str) -> list[Finding]:
    """What a rule finds in a plan whose shifts, in order, are held by these people."""
    plan = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return list(audit(facts, [rule], whole(facts, plan)))


def sentences(facts: Problem, rule: Rule, *held_by: str) -> list[str]:
    return [finding.sentence for finding in found(facts, rule, *held_by)]


def found_in_parts(facts: Problem, rule: Rule, parts: Mapping[str, Sequence[Part]]) -> list[Finding]:
    """What a rule finds in a plan of parts by shift id."""
    return list(audit(facts, [rule], parts))


def part(person: str, start: str, end: str) -> Part:
    return Part(person, at(start), at(end))


def neighbour(id_: str, start: str, hours: float, *parts: Part | str) -> Held:
    """A shift of another plan, held by one person or in parts."""
    turn = shift(id_, start, hours)
    return Held(turn, tuple(Part(p, turn.start, turn.end) if isinstance(p, str) else p for p in parts))
