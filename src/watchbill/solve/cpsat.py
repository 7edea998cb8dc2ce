"""The first engine, CP-SAT: finds good plans fast."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil

from ortools.sat.python import cp_model

from watchbill.solve.engine import Answer, checked
from watchbill.solve.limits import Effort, Watch
from watchbill.solve.model import Model, Objective, Row

Seen = Callable[[int | None, int | None], None]


class CpSat:
    """One model, built once; rows are added as tiers freeze, the objective changes from tier to tier."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._cp = cp_model.CpModel()
        self._vars = [self._cp.new_int_var(low, high, "") for low, high in zip(model.lower, model.upper, strict=True)]
        for row in model.rows:
            self.freeze(row)

    def freeze(self, row: Row) -> None:
        """Adds a row."""
        low = cp_model.INT_MIN if row.low is None else row.low
        high = cp_model.INT_MAX if row.high is None else row.high
        expression = cp_model.LinearExpr.weighted_sum([self._vars[v] for v in row.variables], row.coefficients)
        self._cp.add_linear_expression_in_domain(expression, cp_model.Domain(low, high))

    def solve(
        self,
        objective: Objective,
        start: Sequence[int] | None,
        effort: Effort,
        watch: Watch,
        *,
        work: float,
        seen: Seen | None = None,
        relaxed: bool = False,
    ) -> Answer:
        """Minimises from a complete start, within so much deterministic work.

        `relaxed`: linear relaxations of everything guide the search, which pays where they are small enough.
        """
        if watch.stopped.is_set():
            return Answer()
        self._aim(objective, start)
        solver = cp_model.CpSolver()
        _limit(solver.parameters, effort, work)
        if relaxed:
            solver.parameters.linearization_level = 2
        if seen is not None:
            solver.best_bound_callback = lambda bound: seen(None, ceil(bound - 1e-6))
        forget = watch.on_stop(solver.stop_search)
        try:
            status = solver.solve(self._cp, _Sight(seen) if seen and objective.terms else None)
        finally:
            forget()
        return self._answer(status, solver, objective)

    def complete(self, choices: Mapping[int, int], effort: Effort, watch: Watch) -> Answer:
        """A whole solution in which the given variables have the given values, if there is one."""
        self._aim(Objective(), None)
        for variable, value in choices.items():
            self._cp.add_hint(self._vars[variable], value)
        solver = cp_model.CpSolver()
        _limit(solver.parameters, effort, effort.work)
        solver.parameters.fix_variables_to_their_hinted_value = True
        forget = watch.on_stop(solver.stop_search)
        try:
            status = solver.solve(self._cp)
        finally:
            forget()
        return self._answer(status, solver, Objective())

    def _aim(self, objective: Objective, start: Sequence[int] | None) -> None:
        self._cp.clear_objective()
        self._cp.clear_hints()
        if objective.terms:
            variables = [self._vars[v] for v in objective.terms]
            self._cp.minimize(
                cp_model.LinearExpr.weighted_sum(variables, list(objective.terms.values())) + objective.constant
            )
        if start is not None:
            for variable, value in zip(self._vars, start, strict=True):
                self._cp.add_hint(variable, value)

    def _answer(self, status: cp_model.CpSolverStatus, solver: cp_model.CpSolver, objective: Objective) -> Answer:
        if status == cp_model.INFEASIBLE:
            return Answer(infeasible=True)
        if status == cp_model.MODEL_INVALID:
            raise AssertionError(self._cp.validate())
        if status == cp_model.UNKNOWN:
            # What stands in the bound before the search has set it is 0, which may be far too high.
            return Answer()
        bound = ceil(solver.best_objective_bound - 1e-6) if objective.terms else objective.constant
        values = [solver.value(variable) for variable in self._vars]
        return checked(self.model, objective, Answer(values, bound))


class _Sight(cp_model.CpSolverSolutionCallback):
    """Passes each better value and its bound on."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen = seen

    def on_solution_callback(self) -> None:
        """Called by the solver."""
        self._seen(round(self.objective_value), ceil(self.best_objective_bound - 1e-6))


def _limit(parameters: object, effort: Effort, work: float) -> None:
    settings: dict[str, object] = {
        "random_seed": effort.seed,
        "num_workers": 0 if effort.race else 1,
        "max_deterministic_time": work,
        "catch_sigint_signal": False,
        "cp_model_probing_level": 1,
    }
    for name, value in settings.items():
        setattr(parameters, name, value)
