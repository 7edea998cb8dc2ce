"""The second engine, HiGHS through MathOpt: proves bounds that CP-SAT does not reach.

MathOpt keeps incumbent and dual bound on a limit; `model_builder` would lose both. HiGHS takes no start, so what is
known already comes in as a cutoff.
"""

import math
from collections.abc import Sequence

from ortools.math_opt.python import mathopt
from ortools.util.python.solve_interrupter import SolveInterrupter

from watchbill.solve.aside import unless_deaf
from watchbill.solve.engine import Answer, checked
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row


class Highs:
    """One model, given also in a tighter form with more variables behind its own; solutions are those of the model."""

    def __init__(self, plain: Model, tighter: Model | None = None) -> None:
        self.model = plain
        self._size = len(plain.lower)
        model = tighter or plain
        self._mo = mathopt.Model()
        self._vars = [
            self._mo.add_variable(lb=low, ub=high, is_integer=n not in model.implied)
            for n, (low, high) in enumerate(zip(model.lower, model.upper, strict=True))
        ]
        for row in model.rows:
            self.freeze(row)

    def freeze(self, row: Row) -> None:
        """Adds a row."""
        self._add(row)

    def _add(self, row: Row) -> mathopt.LinearConstraint:
        constraint = self._mo.add_linear_constraint(
            lb=-math.inf if row.low is None else row.low, ub=math.inf if row.high is None else row.high
        )
        for variable, coefficient in zip(row.variables, row.coefficients, strict=True):
            constraint.set_coefficient(self._vars[variable], coefficient)
        return constraint

    def solve(self, objective: Objective, cutoff: int, effort: Effort, watch: Watch, *, gap: float) -> Answer:
        """Looks for a solution of at most `cutoff`, which also makes its bounds much better; rows stay as they are."""
        self._mo.objective.clear()
        self._mo.objective.offset = objective.constant
        for variable, coefficient in objective.terms.items():
            self._mo.objective.set_linear_coefficient(self._vars[variable], coefficient)
        row = Row(list(objective.terms), list(objective.terms.values()), None, cutoff - objective.constant, "cutoff")
        guard = self._add(row)
        interrupter = SolveInterrupter()
        forget = watch.on_stop(interrupter.interrupt)
        try:
            result = unless_deaf(lambda: self._solved(effort, gap, interrupter), watch.stopped)
        finally:
            forget()
            self._mo.delete_linear_constraint(guard)
        return self._answer(result, objective) if result else Answer()

    def _solved(self, effort: Effort, gap: float, interrupter: SolveInterrupter) -> mathopt.SolveResult:
        limit = self._limit(effort, gap)
        return mathopt.solve(self._mo, mathopt.SolverType.HIGHS, params=limit, interrupter=interrupter)

    def _answer(self, result: mathopt.SolveResult, objective: Objective) -> Answer:
        reason = result.termination.reason
        if reason in {mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED}:
            return Answer(infeasible=True)
        dual = result.best_objective_bound()
        bound = math.ceil(dual - 1e-4) if math.isfinite(dual) else None
        if not result.has_primal_feasible_solution():
            return Answer(None, bound)
        values: Sequence[int] = [round(value) for value in result.variable_values(self._vars[: self._size])]
        return checked(self.model, objective, Answer(values, bound))

    def _limit(self, effort: Effort, gap: float) -> mathopt.SolveParameters:
        return mathopt.SolveParameters(
            relative_gap_tolerance=gap,
            absolute_gap_tolerance=0.9,
            random_seed=effort.seed,
            node_limit=max(1, effort.nodes * 1000 // max(self._size, 1)),
        )
