"""Who could take what somebody would miss of a turn: every way to share it, with as few people as can be first."""

from collections.abc import Iterator, Sequence
from itertools import permutations

from watchbill.audit import relieved
from watchbill.domain import Part, Relief, Shift
from watchbill.problem import Problem
from watchbill.times import Span, common, merged

Runs = tuple[range, ...]


def relief_of(problem: Problem, shift: Shift, person: str) -> Relief | None:
    """What somebody may miss of a shift; None if they are there all the time, or may not miss so much."""
    return next((found for found in problem.reliefs_of.get(shift.turn, ()) if found.person == person), None)


def ways(problem: Problem, relief: Relief, shift: Shift) -> Iterator[tuple[Part, ...]]:
    """The parts of a shift held by whoever may miss some of it, for each choice of others who are there to take that.

    Nobody takes two runs of stretches: one who takes neighbouring ones takes them as one run.
    """
    free = {run: _free(problem, relief, run) for run, _ in relief.offers}
    for runs in sorted(_tilings(relief), key=len):
        people = dict.fromkeys(person for run in runs for person in free[run])
        for takers in permutations(people, len(runs)):
            if all(taker in free[run] for taker, run in zip(takers, runs, strict=True)):
                taken = [part for taker, run in zip(takers, runs, strict=True) for part in _parts(relief, run, taker)]
                yield relieved(Part(relief.person, shift.start, shift.end), taken)


def only_relieves(problem: Problem, shift: Shift, parts: Sequence[Part], person: str) -> bool:
    """Whether all that somebody holds of a shift are hours that another one, who holds it, may miss."""
    others = {part.person for part in parts} - {person}
    missed = [_missed(found) for found in problem.reliefs_of.get(shift.turn, ()) if found.person in others]
    own = [part.span for part in parts if part.person == person]
    return any(all(common((span,), taken) == common((span,), shift.spans) for span in own) for taken in missed)


def _free(problem: Problem, relief: Relief, run: range) -> tuple[str, ...]:
    """Who serves the layer and is not away for these stretches, in order of people."""
    spans = [span for stretch in relief.missed[run.start : run.stop] for span in stretch]
    able = (person for person in problem.servers[relief.turn.key] if person != relief.person)
    return tuple(p for p in able if not common(spans, merged(leave.span for leave in problem.leaves_of[p])))


def _parts(relief: Relief, run: range, taker: str) -> Iterator[Part]:
    return (Part(taker, stretch[0].start, stretch[-1].end) for stretch in relief.missed[run.start : run.stop])


def _missed(relief: Relief) -> list[Span]:
    return [span for stretch in relief.missed for span in stretch]


def _tilings(relief: Relief, first: int = 0) -> Iterator[Runs]:
    """The ways to cut all stretches into runs of neighbours."""
    if first == len(relief.missed):
        yield ()
    for run, _ in relief.offers:
        if run.start == first:
            for rest in _tilings(relief, run.stop):
                yield (run, *rest)
