"""Measures `explain` of shifts and `--why-not` of a fixed sample, each in a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Protocol

from watchbill import drafting
from watchbill.domain import turn_of
from watchbill.periods import Period
from watchbill.results import Draft
from watchbill.workspace import plans

SHIFTS, QUESTIONS = 24, 12


class Run(Protocol):
    """How a process ended, and what it took in seconds."""

    @property
    def cpu(self) -> float: ...

    @property
    def wall(self) -> float: ...

    @property
    def code(self) -> int: ...


def measure(home: Path, wanted: Period, run: Callable[..., Run], say: Callable[[str], None]) -> None:
    """For each of both the median and the worst, in seconds of work and on the clock, and how the answers ended."""
    plan = plans.read_plan(home, wanted)
    assert plan is not None
    ids = [assigned.shift.id for assigned in plan.shifts][:: -(-len(plan.shifts) // SHIFTS)]
    told(say, f"explain, {home.name}", [(id_, run("-C", str(home), "explain", id_)) for id_ in ids])
    asked = [(id_, "--why-not", who, "--quiet") for id_, who in questions(home, plan)]
    told(say, f"why not, {home.name}", [(" ".join(q), run("-C", str(home), "explain", *q)) for q in asked])


def questions(home: Path, plan: Draft) -> Iterator[tuple[str, str]]:
    """Some shifts over the whole plan, each with somebody who may serve it and does not hold it."""
    problem = drafting.ground(home, plan.period).problem
    for n, assigned in enumerate(plan.shifts[:: -(-len(plan.shifts) // QUESTIONS)]):
        turn = assigned.shift.turn
        held = {part.person for other in plan.shifts if turn_of(other.shift.id) == turn for part in other.parts}
        others = [person for person in problem.servers[assigned.shift.key] if person not in held]
        yield assigned.shift.id, others[7 * n % len(others)]


def told(say: Callable[[str], None], title: str, runs: Sequence[tuple[str, Run]]) -> None:
    """A row: how many, the medians, and the worst by work."""
    name, worst = max(runs, key=lambda row: row[1].cpu)
    codes = ", ".join(f"{[r.code for _, r in runs].count(c)} exit {c}" for c in sorted({r.code for _, r in runs}))
    cpu, wall = median(r.cpu for _, r in runs), median(r.wall for _, r in runs)
    say(
        f"{title:22} median {cpu:5.1f} s cpu {wall:5.1f} s wall; worst {worst.cpu:5.1f} s cpu {worst.wall:5.1f} s wall "
        f"({name}); {codes}"
    )
