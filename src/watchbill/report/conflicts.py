"""Why no plan can exist, and the ways out, as lines of text and as JSON."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from watchbill.results import Infeasible, Repair


def lines(answer: Infeasible) -> Iterator[str]:
    """What a terminal shows: each conflict with its causes and the ways out of it."""
    yield "no plan can exist; nothing was written."
    if not answer.causes:
        yield "Its causes were not found within the work that is allowed for it."
        return
    for n, one in enumerate((answer, *answer.others)):
        yield f"Another conflict: {one.summary}" if n else one.summary
        sure = "" if one.minimal else " Some of them may not be needed for that; the work allowed was used up."
        yield f"These cannot all hold:{sure}"
        yield from (f"  {cause.sentence}" for cause in one.causes)
        yield from _ways_out(one)
    if answer.unseen:
        yield "There is one more conflict." if answer.unseen == 1 else f"There are {answer.unseen} more conflicts."
    if answer.whole:
        yield f"With this a plan exists: {told(answer.whole)}"
        yield from edits(answer.whole)
    elif not all(repair.solves for repair in answer.repairs):
        yield "There may be more conflicts than these; mend one and plan again."


def _ways_out(one: Infeasible) -> Iterator[str]:
    if one.repairs:
        alone = all(repair.solves for repair in one.repairs)
        yield f"Ways out{'' if alone else ' of this conflict'}, checked by solving, the cheapest first:"
        for repair in one.repairs:
            yield f"  {told(repair)}"
            yield from edits(repair)


def told(repair: Repair) -> str:
    """`ask Ana for 28 December (2 points)`; several steps on one line."""
    return f"{'; and '.join(repair.steps)} ({repair.cost} point{'s' * (repair.cost != 1)})"


def edits(repair: Repair) -> Iterator[str]:
    """What to write, below the repair; what is broken over several lines is still one value in YAML."""
    for line in repair.edit:
        yield from wrap(line, 80, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False)


def as_json(answer: Infeasible) -> dict[str, Any]:
    """The same for programs."""
    first = _one(answer)
    others = [_one(other) for other in answer.others]
    whole = _repair(answer.whole) if answer.whole else None
    return {"outcome": "infeasible", **first, "others": others, "unseen": answer.unseen, "whole": whole}


def _one(answer: Infeasible) -> dict[str, Any]:
    return {
        "summary": answer.summary,
        "causes": [cause.sentence for cause in answer.causes],
        "minimal": answer.minimal,
        "repairs": [_repair(repair) for repair in answer.repairs],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "steps": list(repair.steps),
        "kinds": list(repair.kinds),
        "cost": repair.cost,
        "solves": repair.solves,
        "edit": list(repair.edit),
    }
