"""Somebody falls ill in a published plan: what `replan` changes, and the fewest changes that any plan gets by with.

The minimum is computed apart from `replan` and `remaining`: of the hard rules on what is left, by HiGHS.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ortools.math_opt.python import mathopt

from watchbill import drafting, workspace
from watchbill.assemble import Ground
from watchbill.domain import Held, Part, Shift
from watchbill.judge import judge
from watchbill.load import Loads
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.report.diff import diff
from watchbill.results import Draft
from watchbill.solve import board
from watchbill.solve.board import PlanBoard
from watchbill.times import EPOCH, MINUTE, Span, common, iso, merged, wall, without, zone
from watchbill.workspace import plans

FAR = EPOCH.replace(year=2200)


def measure(home: Path, wanted: Period, run: Callable[..., object], say: Callable[[str], None]) -> None:
    """A row for each patient: `replan` in a process of its own, and its changes beside the fewest there can be."""
    plan = plans.read_plan(home, wanted)
    assert plan is not None
    clock = workspace.read(home).zone
    for sick in patients(plan):
        work = Path(shutil.copytree(home, home.parent / sick.person))
        fall_ill(work, sick, clock)
        done = run("-C", str(work), "replan", wanted.name, "--from", iso(sick.at))
        say(f"replan, {sick.person:8} ill at {iso(sick.at)}: {done}")
        say(f"    {_told(work, plan, sick)}")


def _told(work: Path, plan: Draft, sick: "Sick") -> str:
    ground, draft = drafting.ground(work, plan.period), plans.read_draft(work, plan.period)
    least, free = fewest(ground, plan, sick), len(freed(ground, plan, sick))
    if draft is None:
        return f"{free} freed, minimum {least}: no draft"
    changed, hard = len(diff(plan, draft)), judge(ground, draft, work).hard
    ratio = f"{changed / least:.2f}" if least else "-"
    cover = f"{uncovered(draft, sick.at)} uncovered from then on, {len(hard)} hard findings"
    return f"{free} freed, {changed} changed, minimum {least}, ratio {ratio}; {cover}"


@dataclass(frozen=True)
class Sick:
    """Somebody is ill for some days: news at an instant, leave on whole days of their own clock."""

    person: str
    at: datetime
    days: int

    def lines(self, zone_name: str) -> str:
        """The leave as dates, the day of the news first."""
        first = wall(self.at, zone(zone_name)).date()
        return f"{first}..{first + timedelta(days=self.days)}"


def patients(plan: Draft, count: int = 5, days: int = 14) -> tuple[Sick, ...]:
    """People who fall ill at different times: the first in the middle of a shift of theirs, others as theirs begin."""
    first, last = plan.shifts[0].shift.start, plan.shifts[-1].shift.end
    out: list[Sick] = []
    for n in range(count):
        about = first + (last - first) * (n + 1) / (count + 2)
        known = {one.person for one in out}
        own = next(a for a in plan.shifts if a.shift.start >= about and a.person and a.person not in known)
        middle = (own.shift.end - own.shift.start) / 2 // MINUTE * MINUTE if n == 0 else timedelta()
        out.append(Sick(str(own.person), own.shift.start + middle, days))
    return tuple(out)


def fall_ill(folder: Path, sick: Sick, zone_name: str) -> None:
    """One line of leave in the person's file."""
    path = folder / "availability" / f"{sick.person}.yaml"
    text = path.read_text(encoding="utf-8") if path.is_file() else f"person: {sick.person}\n"
    dates = sick.lines(zone_name)
    if "\nleave: [" in text:
        text = text.replace("\nleave: [", f"\nleave: [{dates}, ")
    elif "\nleave:\n" in text:
        text = text.replace("\nleave:\n", f"\nleave:\n  - {dates}\n")
    else:
        text = f"{text}leave: [{dates}]\n"
    path.write_text(text, encoding="utf-8")


def freed(ground: Ground, plan: Draft, sick: Sick) -> list[Shift]:
    """The shifts of which the person holds hours that they can no longer serve."""
    away = common(merged(leave.span for leave in ground.problem.leaves_of[sick.person]), (Span(sick.at, FAR),))
    held = ((a.shift, [part.span for part in a.parts if part.person == sick.person]) for a in plan.shifts)
    return [shift for shift, own in held if common(common(shift.spans, own), away)]


def uncovered(draft: Draft, at: datetime) -> int:
    """How many shifts have hours after an instant that nobody holds."""
    after = (Span(at, FAR),)
    return sum(bool(without(common(a.shift.spans, after), merged(p.span for p in a.parts))) for a in draft.shifts)


# -------------------------------------------------------------------------------------------------------- minimum


def fewest(ground: Ground, plan: Draft, sick: Sick) -> int | None:
    """How many shifts change holders at least, whatever is done; None if no plan keeps the rules.

    Of shifts that run already only what was is looked at, and who takes what their holder may miss does not count: so
    this is never too many.
    """
    facts = _left(ground.problem, plan, sick.at)
    posted = board(facts, [rule for rule in ground.rules if rule.hard], Loads(facts))
    held = [(str(a.person), a.shift.turn) for a in plan.shifts if a.shift.start >= sick.at]
    staying = [(person, choice) for person, turn in held for choice in (turn, f"{turn}/without/{person}")]
    kept = [posted.choices[choice] for choice in staying if choice in posted.choices]
    most = _most(posted, kept)
    running = [shift for shift in freed(ground, plan, sick) if shift.start < sick.at]
    return None if most is None else len(running) + len(facts.shifts) - most


def _left(problem: Problem, plan: Draft, at: datetime) -> Problem:
    """The problem of all that has not begun at an instant; what was held until then is a neighbouring plan."""
    return replace(
        problem,
        shifts=tuple(shift for shift in problem.shifts if shift.start >= at),
        before=(*problem.before, *_held(plan, (Span(EPOCH, at),))),
        pins=(),
        near=None,
    )


def _held(plan: Draft, before: tuple[Span, ...]) -> Iterator[Held]:
    for assigned in plan.shifts:
        parts = [(part.person, part.span.common(before[0])) for part in assigned.parts]
        held = tuple(Part(person, span.start, span.end) for person, span in parts if span)
        if held and (spans := common(assigned.shift.spans, before)):
            id_ = f"{assigned.shift.id} before"
            yield Held(replace(assigned.shift, id=id_, turn=id_, seat=1, spans=spans), held)


def _most(posted: PlanBoard, kept: Sequence[int]) -> int | None:
    """How many of some choices can be kept at most, proven."""
    made = mathopt.Model()
    bounds = zip(posted.model.lower, posted.model.upper, strict=True)
    variables = [made.add_integer_variable(lb=low, ub=high) for low, high in bounds]
    for row in posted.model.rows:
        terms = zip(row.coefficients, row.variables, strict=True)
        made.add_linear_constraint(
            lb=float("-inf") if row.low is None else row.low,
            ub=float("inf") if row.high is None else row.high,
            expr=mathopt.fast_sum([c * variables[v] for c, v in terms]),
        )
    made.maximize(mathopt.fast_sum([variables[v] for v in kept]))
    result = mathopt.solve(made, mathopt.SolverType.HIGHS)
    match result.termination.reason:
        case mathopt.TerminationReason.OPTIMAL:
            return round(result.objective_value())
        case mathopt.TerminationReason.INFEASIBLE | mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED:
            return None
        case other:
            raise AssertionError(f"no minimum was proven: {other}")
