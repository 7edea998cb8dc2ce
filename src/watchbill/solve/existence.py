"""Whether any plan exists at all, asked with settings other than those of the solve: tiers do not matter here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules.base import Rule
from watchbill.solve.board import PlanBoard
from watchbill.solve.engine import Answer
from watchbill.solve.highs import Highs
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row

ANSWERS = {cp_model.INFEASIBLE: False, cp_model.OPTIMAL: True, cp_model.FEASIBLE: True}


@dataclass(frozen=True, slots=True)
class Settings:
    """How CP-SAT looks for a plan; `work` is deterministic work, roughly seconds."""

    seed: int = 1
    presolve: bool = True
    work: float = 20.0


USUAL, OTHER = Settings(), Settings(seed=7, presolve=False, work=60.0)


def exists(
    problem: Problem,
    rules: Sequence[Rule],
    loads: Loads,
    *,
    settings: Settings = USUAL,
    watch: Watch | None = None,
) -> bool | None:
    """Whether some plan keeps every hard rule; None if the work allowed does not settle it."""
    board = PlanBoard(problem, loads)
    for rule in rules:
        if rule.hard:
            rule.post(board)
    return solvable(board.model, settings, watch or Watch())


def solvable(model: Model, settings: Settings, watch: Watch) -> bool | None:
    """Whether some values keep every row of a model; None if the work allowed does not settle it."""
    if any(not row.variables and not row.holds_at_zero for row in model.rows):
        return False
    if watch.stopped.is_set():
        return None
    built = _built(model)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = settings.seed
    solver.parameters.cp_model_presolve = settings.presolve
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_deterministic_time = settings.work
    solver.parameters.catch_sigint_signal = False
    forget = watch.on_stop(solver.stop_search)
    try:
        return ANSWERS.get(solver.solve(built))
    finally:
        forget()


def solvable_by_highs(rows: Sequence[Row], variables: Sequence[int], watch: Watch) -> bool | None:
    """Whether some of these choices (0 or 1, all others 0) keep some rows, by the other engine."""
    own = {variable: n for n, variable in enumerate(variables)}
    model = Model([0] * len(own), [1] * len(own), rows=[_within(row, own) for row in rows])
    if any(not row.variables and not row.holds_at_zero for row in model.rows):
        return False
    if watch.stopped.is_set():
        return None
    model.rows = [row for row in model.rows if row.variables]
    answer: Answer = Highs(model).solve(Objective(), 0, Effort(nodes=1000), watch, gap=0.0)
    return False if answer.infeasible else True if answer.values is not None else None


def _within(row: Row, own: Mapping[int, int]) -> Row:
    terms = {own[v]: c for v, c in zip(row.variables, row.coefficients, strict=True) if v in own}
    return Row(list(terms), list(terms.values()), row.low, row.high, row.rule)


def _built(model: Model) -> cp_model.CpModel:
    built = cp_model.CpModel()
    variables = [built.new_int_var(low, high, "") for low, high in zip(model.lower, model.upper, strict=True)]
    for row in model.rows:
        low = cp_model.INT_MIN if row.low is None else row.low
        high = cp_model.INT_MAX if row.high is None else row.high
        expression = cp_model.LinearExpr.weighted_sum([variables[v] for v in row.variables], row.coefficients)
        built.add_linear_expression_in_domain(expression, cp_model.Domain(low, high))
    return built
