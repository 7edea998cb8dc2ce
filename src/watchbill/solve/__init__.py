"""From a problem and its rules to a plan: `solve` is the one door, and this the only folder that knows OR-Tools."""

from collections.abc import Sequence

from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Infeasible, Outcome, OutOfTime, Solved, Tier
from watchbill.rules.base import Rule
from watchbill.solve.board import PlanBoard
from watchbill.solve.large import Large
from watchbill.solve.limits import Effort, Progress, Watch
from watchbill.solve.model import Model
from watchbill.solve.parts import ModelPart, parts
from watchbill.solve.proving import Proving
from watchbill.solve.tiers import Climbed, Ladder, Seen

WHOLE_VARIABLES = 12_000

__all__ = ["Effort", "Progress", "Watch", "board", "climbed", "solve"]


def solve(
    problem: Problem,
    rules: Sequence[Rule],
    *,
    effort: Effort | None = None,
    watch: Watch | None = None,
    loads: Loads | None = None,
) -> Outcome:
    """The best plan by the problem's tiers, or why there is none. Stopping the watch ends with the best so far."""
    effort, watch = effort or Effort(), watch or Watch()
    posted = PlanBoard(problem, loads or Loads(problem))
    for rule in rules:
        if watch.stopped.is_set():
            return OutOfTime()
        rule.post(posted)
    return OutOfTime() if watch.stopped.is_set() else climbed(problem, posted, effort, watch)


def climbed(problem: Problem, posted: PlanBoard, effort: Effort, watch: Watch) -> Outcome:
    """The best plan of what was posted, part by part and tier by tier."""
    pieces = parts(posted.model)
    ladders = [_ladder(piece.model, effort, watch) for piece in pieces]
    starts = []
    for n, ladder in enumerate(ladders, 1):
        watch.report(Progress("first plan", None, None, n, len(ladders)))
        answer = ladder.start(problem.tiers)
        if answer.infeasible:
            return Infeasible()
        if answer.values is None:
            return OutOfTime()
        starts.append(answer.values)
    done = [
        ladder.climb(start, problem.tiers, _reporter(watch, n, len(ladders)))
        for n, (ladder, start) in enumerate(zip(ladders, starts, strict=True), 1)
    ]
    values = posted.model.tightened(_whole(posted.model.lower, pieces, done))
    reproducible = not effort.race and not watch.stopped.is_set()
    tiers = _tiers(problem, posted, values, done)
    return Solved(posted.holders(values), tiers, reproducible, posted.relieved(values))


def board(problem: Problem, rules: Sequence[Rule], loads: Loads) -> PlanBoard:
    """The board after every rule has posted."""
    posted = PlanBoard(problem, loads)
    for rule in rules:
        rule.post(posted)
    return posted


def _ladder(model: Model, effort: Effort, watch: Watch) -> Ladder:
    """The way to climb that suits the size of a part."""
    return (Proving if len(model.lower) <= WHOLE_VARIABLES else Large)(model, effort, watch)


def _reporter(watch: Watch, part: int, count: int) -> Seen:
    return lambda tier, value, bound: watch.report(Progress(tier, value, bound, part, count))


def _whole(lower: Sequence[int], pieces: Sequence[ModelPart], climbed: Sequence[Climbed]) -> list[int]:
    values = list(lower)
    for piece, done in zip(pieces, climbed, strict=True):
        for variable, value in zip(piece.variables, done.values, strict=True):
            values[variable] = value
    return values


def _tiers(problem: Problem, posted: PlanBoard, values: Sequence[int], climbed: Sequence[Climbed]) -> tuple[Tier, ...]:
    out = []
    for n, spec in enumerate(problem.tiers):
        steps = [done.steps[n] for done in climbed]
        value = posted.model.objective(spec.name).value(values)
        out.append(Tier(spec.name, value, sum(s.best for s in steps), sum(s.bound for s in steps), spec.slack))
    return tuple(out)
