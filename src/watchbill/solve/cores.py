"""Asks CP-SAT which reasons alone leave no plan. What it cannot settle within the work allowed stays open."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch
from watchbill.solve.model import Row

WORK_OF_ITEM = 2e-5
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Extract:
    """The rows that some reasons bring into play, over the variables that they cannot do without."""

    variables: tuple[int, ...]
    rows: tuple[int, ...]


class Oracle:
    """Judges sets of labels over one board within so much deterministic work, all questions together."""

    def __init__(self, board: LabelledBoard, watch: Watch, work: float) -> None:
        self._board = board
        self._watch = watch
        self._work = work
        self._share = SHARE * work
        self._rows = board.model.rows
        self._caps = [row.is_cap for row in self._rows]
        self._demands = [n for n, row in enumerate(self._rows) if not row.holds_at_zero]
        self._rows_of: dict[int, list[int]] = {}
        for n, row in enumerate(self._rows):
            for variable in row.variables:
                self._rows_of.setdefault(variable, []).append(n)

    def impossible(self, labels: Collection[Label]) -> bool | None:
        """Whether no plan keeps all of these; None if that could not be settled."""
        chosen = frozenset(labels)
        extract = self._extract(chosen)
        status = self._solved(_Built(self._rows, extract))[0]
        return {cp_model.INFEASIBLE: True, cp_model.OPTIMAL: False, cp_model.FEASIBLE: False}.get(status)

    def core(self, labels: Sequence[Label]) -> Sequence[Label]:
        """Some of these labels that are impossible alone, not yet minimal; all of them if the engine names no less.

        The engine's word is a hint: what it names is judged again before it is believed.
        """
        built = _Built(self._rows, self._extract(frozenset(labels)))
        guards = built.guard(self._board.labels)
        status, solver = self._solved(built, presolve=False)
        if status != cp_model.INFEASIBLE:
            return labels
        named = set(solver.sufficient_assumptions_for_infeasibility())
        hint = [label for label in labels if label in guards and guards[label] in named]
        return hint if self.impossible(hint) else labels

    def most(self, label: Label | None, person: str, turns: Collection[str]) -> int | None:
        """How many of some turns one person can hold with this label alone in force; None if not settled."""
        own = [v for v, (id_, turn) in self._board.taken.items() if id_ == person and turn.turn in turns]
        chosen = frozenset([label] if label else [])
        built = _Built(self._rows, self._extract(chosen, own))
        built.maximise(own)
        status, solver = self._solved(built)
        return round(solver.objective_value) if status == cp_model.OPTIMAL else None

    def _extract(self, chosen: Collection[Label], wanted: Iterable[int] = ()) -> Extract:
        """Rows that only cap a sum bring no variables in: those that nobody else asks for may as well be 0."""
        variables: dict[int, None] = dict.fromkeys(wanted)
        rows: dict[int, None] = {n: None for n in self._demands if self._in_force(n, chosen)}
        for n in rows:
            variables.update(dict.fromkeys(self._rows[n].variables))
        queue = list(variables)
        while queue:
            for n in self._rows_of.get(queue.pop(), ()):
                if n not in rows and self._in_force(n, chosen):
                    rows[n] = None
                    new = [] if self._caps[n] else [v for v in self._rows[n].variables if v not in variables]
                    variables.update(dict.fromkeys(new))
                    queue.extend(new)
        return Extract(tuple(sorted(variables)), tuple(sorted(rows)))

    def _in_force(self, row: int, chosen: Collection[Label]) -> bool:
        label = self._board.labels.get(row)
        return label is None or label in chosen

    def _solved(self, built: "_Built", *, presolve: bool = True) -> tuple[cp_model.CpSolverStatus, cp_model.CpSolver]:
        solver = cp_model.CpSolver()
        if self._work <= 0 or self._watch.stopped.is_set():
            return cp_model.UNKNOWN, solver
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.cp_model_presolve = presolve
        solver.parameters.max_deterministic_time = min(self._share, self._work)
        solver.parameters.catch_sigint_signal = False
        forget = self._watch.on_stop(solver.stop_search)
        try:
            status = solver.solve(built.model)
        finally:
            forget()
        self._work -= WORK_OF_ITEM * built.size + solver.deterministic_time
        return status, solver


class _Built:
    """An extract as the engine reads it."""

    def __init__(self, rows: Sequence[Row], extract: Extract) -> None:
        self.model = cp_model.CpModel()
        self._vars = {v: self.model.new_bool_var("") for v in extract.variables}
        self._constraints: dict[int, cp_model.Constraint] = {}
        for n in extract.rows:
            self._add(n, rows[n])

        self.size = len(extract.variables) + len(extract.rows)

    def _add(self, number: int, row: Row) -> None:
        terms = [(self._vars[v], c) for v, c in zip(row.variables, row.coefficients, strict=True) if v in self._vars]
        low = cp_model.INT_MIN if row.low is None else row.low
        high = cp_model.INT_MAX if row.high is None else row.high
        if row.low is None and row.high is not None and sum(max(c, 0) for _, c in terms) <= row.high:
            return
        expression = cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [c for _, c in terms])
        domain = cp_model.Domain(low, high)
        self._constraints[number] = self.model.add_linear_expression_in_domain(expression, domain)

    def guard(self, labels: dict[int, Label]) -> dict[Label, int]:
        """Puts each label's rows under an assumption; the index of its literal by label."""
        literals: dict[Label, cp_model.IntVar] = {}
        for number, constraint in self._constraints.items():
            if label := labels.get(number):
                if label not in literals:
                    literals[label] = self.model.new_bool_var("")
                constraint.only_enforce_if(literals[label])
        self.model.add_assumptions(list(literals.values()))
        return {label: literal.index for label, literal in literals.items()}

    def maximise(self, variables: Iterable[int]) -> None:
        """Asks for as many of these as possible."""
        self.model.maximize(cp_model.LinearExpr.sum([self._vars[v] for v in variables]))
