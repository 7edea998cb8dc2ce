"""The best plan of a problem that has none: what is due is let go where it must be, and as little of it as can be.

First hard rules are kept, then seats are covered, the weightiest hours first; only then do the tiers count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchbill.domain import Shift, turn_of
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import OutOfTime, Solved
from watchbill.rules.base import Rule
from watchbill.solve import board, climbed
from watchbill.solve.board import PlanBoard
from watchbill.solve.cpsat import CpSat
from watchbill.solve.limits import Effort, Progress, Watch
from watchbill.solve.model import Model, Objective, Row

COVER = "cover"
WORK = 20


@dataclass(frozen=True, slots=True)
class Lacking:
    """A plan with holes, the kinds of rules that could not all be kept, and whether no plan has less of a lack."""

    solved: Solved
    kinds: tuple[str, ...]
    proven: bool


def lacking(
    problem: Problem,
    rules: Sequence[Rule],
    *,
    effort: Effort | None = None,
    watch: Watch | None = None,
    loads: Loads | None = None,
) -> Lacking | OutOfTime:
    """The best plan that leaves as little as possible uncovered; by weight of the role and hours, seat by seat."""
    effort, watch = effort or Effort(), watch or Watch()
    posted = board(problem, rules, loads or Loads(problem))
    watch.report(Progress("holes", None, None))
    relaxed, slack = _relaxed(problem, posted)
    answer = CpSat(relaxed).solve(relaxed.objective("holes"), None, effort, watch, work=WORK * effort.work)
    if answer.values is None:
        return OutOfTime()
    rows = posted.model.rows
    missed = {n: answer.values[variable] for n, variable in slack.items() if answer.values[variable]}
    for n, missing in missed.items():
        _ease(rows[n], missing)
    made = climbed(problem, posted, effort, watch)
    if not isinstance(made, Solved):
        return OutOfTime()
    value = relaxed.objective("holes").value(answer.values)
    return Lacking(made, tuple(sorted({rows[n].rule for n in missed})), answer.bound == value)


def _relaxed(problem: Problem, posted: PlanBoard) -> tuple[Model, Mapping[int, int]]:
    """The model in which everything due may be missed at a price, and what says how much of each row is."""
    model = posted.model
    out = Model(list(model.lower), list(model.upper), implied=set(model.implied))
    prices = _prices(problem, posted)
    most = sum(prices.values()) + 1
    slack: dict[int, int] = {}
    objective: Objective = out.objective("holes")
    for n, row in enumerate(model.rows):
        if row.holds_at_zero or not _lack(row):
            out.rows.append(row)
            continue
        slack[n] = out.variable(0, _lack(row))
        objective.terms[slack[n]] = prices.get(n, most)
        sign = 1 if _is_least(row) else -1
        out.rows.append(Row([*row.variables, slack[n]], [*row.coefficients, sign], row.low, row.high, row.rule))
    return out, slack


def _is_least(row: Row) -> bool:
    """Whether a row asks for so much at least, and not for less than nothing of what counts below zero."""
    return row.low is not None and row.low > 0


def _lack(row: Row) -> int:
    """How much is missing of what a row asks for if nobody holds anything."""
    return max(0, row.low or 0, -(row.high or 0))


def _ease(row: Row, missing: int) -> None:
    if _is_least(row):
        row.low = (row.low or 0) - missing
    else:
        row.high = (row.high or 0) + missing


def _prices(problem: Problem, posted: PlanBoard) -> dict[int, int]:
    """What one empty seat of each turn costs, by the number of its row; turns that nobody can take have empty rows."""
    turns_of = {variable: turn_of(choice) for (_, choice), variable in posted.choices.items()}
    covers = [n for n, row in enumerate(posted.model.rows) if row.rule == COVER and (row.low or 0) > 0]
    known = {n: turns_of[v] for n in covers if (v := next(iter(posted.model.rows[n].variables), -1)) in turns_of}
    left = iter(turn.turn for turn in problem.turns if turn.turn not in set(known.values()))
    turns = {turn.turn: turn for turn in problem.turns}
    named = {n: known.get(n) or next(left, None) for n in covers}
    return {n: _price(problem, turns[id_]) for n, id_ in named.items() if id_ is not None}


def _price(problem: Problem, turn: Shift) -> int:
    hours = sum(span.hours for span in turn.spans)
    return max(1, round(hours * max(1, problem.role[turn.role].weight)))
