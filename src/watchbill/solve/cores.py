"""Asks CP-SAT which reasons alone leave no plan. What it cannot settle within the work allowed stays open.

A question about a few days should not drag the whole plan in. So it is asked over the turns in question first: with
everybody free elsewhere (a plan for that is a plan), and with what reaches beyond them left out (where even that is
impossible, so is the whole). Only while neither tells are more turns taken in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from watchbill.domain import turn_of
from watchbill.solve.existence import solvable_by_highs
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch
from watchbill.solve.model import Row

WORK_OF_ITEM = 5e-5
SHARE, HINT_SHARE = 0.2, 0.02
LAW = -1
ANSWERS = {cp_model.INFEASIBLE: True, cp_model.OPTIMAL: False, cp_model.FEASIBLE: False}


@dataclass(frozen=True, slots=True)
class Extract:
    """Some variables, the rows that lie inside them (caps are cut to them), and those that reach beyond."""

    variables: tuple[int, ...]
    inside: tuple[int, ...]
    beyond: tuple[int, ...]


class Oracle:
    """Judges sets of labels over one board within so much deterministic work, all questions together."""

    def __init__(self, board: LabelledBoard, watch: Watch, work: float) -> None:
        self._board = board
        self._watch = watch
        self._work = work
        self._whole = work
        self._rows = board.model.rows
        self._caps = [row.is_cap for row in self._rows]
        self._demands = [n for n, row in enumerate(self._rows) if not row.holds_at_zero]
        self._rows_of: dict[int, list[int]] = {}
        self._number = {label: n for n, label in enumerate(dict.fromkeys(board.labels.values()))}
        self._reason = [self._number[board.labels[n]] if n in board.labels else LAW for n in range(len(self._rows))]
        self._bars: dict[int, list[int]] = {}
        for n, row in enumerate(self._rows):
            for variable in row.variables:
                self._rows_of.setdefault(variable, []).append(n)
            if self._caps[n] and len(row.variables) == 1:
                self._bars.setdefault(row.variables[0], []).append(self._reason[n])

    def impossible(self, labels: Collection[Label]) -> bool | None:
        """Whether no plan keeps all of these; None if that could not be settled."""
        return self._judged(self._numbers(labels))[0]

    def confirmed(self, labels: Collection[Label]) -> bool | None:
        """Whether the other engine, too, finds that no plan keeps all of these; None if that could not be settled."""
        answer, extract = self._judged(self._numbers(labels))
        if not answer:
            return answer
        found = solvable_by_highs([self._rows[n] for n in extract.inside], extract.variables, self._watch)
        return None if found is None else not found

    def core(self, labels: Sequence[Label]) -> Sequence[Label]:
        """Some of these labels that are impossible alone, not yet minimal; all of them if the engine names no less.

        The engine's word is a hint: what it names is judged again before it is believed.
        """
        chosen = self._numbers(labels)
        answer, extract = self._judged(chosen)
        reached = (v for n in extract.inside if not self._caps[n] for v in self._rows[n].variables)
        extract = self._extract([*self._demanded(chosen), *extract.variables, *reached], chosen, barred=True)
        built = _Built(self._rows, extract, extract.inside)
        guards = built.guard(self._board.labels)
        status, solver = self._solved(built, presolve=False, share=HINT_SHARE)
        touched = [label for label in labels if label in guards] if answer else labels
        if status != cp_model.INFEASIBLE:
            return touched
        named = set(solver.sufficient_assumptions_for_infeasibility())
        hint = [label for label in touched if guards[label] in named]
        return hint if self.impossible(hint) else touched

    def most(self, label: Label | None, person: str, turns: Collection[str]) -> int | None:
        """More of some turns than this one person cannot hold with this label alone in force; None if not settled.

        A turn of which somebody holds a part counts once: nobody has two parts of one turn.
        """
        if self._spent:
            return None
        chosen = self._numbers([label] if label else [])
        own = [v for v, (id_, part) in self._board.taken.items() if id_ == person and turn_of(part.turn) in turns]
        near = self._extract(own, chosen)
        extract = self._extract(self._reach(near), chosen)
        built = _Built(self._rows, extract, extract.inside)
        built.maximise(own)
        status, solver = self._solved(built)
        return round(solver.objective_value) if status == cp_model.OPTIMAL else None

    # ------------------------------------------------------------------------------------------------------ judging

    def _judged(self, chosen: frozenset[int]) -> tuple[bool | None, Extract]:
        if self._spent:
            return None, Extract((), (), ())
        extract = self._extract(self._demanded(chosen), chosen)
        while True:
            narrow = self._answer(extract, (*extract.inside, *extract.beyond))
            if not narrow or not extract.beyond:
                return narrow, extract
            wide = self._answer(extract, extract.inside)
            if wide is not False:
                return wide, extract
            extract = self._extract(self._reach(extract), chosen)

    def _demanded(self, chosen: frozenset[int]) -> Iterable[int]:
        demands = (n for n in self._demands if self._in_force(n, chosen))
        return dict.fromkeys(v for n in demands for v in self._rows[n].variables)

    def _extract(self, wanted: Iterable[int], chosen: frozenset[int], *, barred: bool = False) -> Extract:
        """Without `barred` ones: variables that a row of their own keeps at 0 are left out, and so is that row."""
        variables = dict.fromkeys(v for v in wanted if barred or not self._is_barred(v, chosen))
        rows = {n for v in variables for n in self._rows_of.get(v, ())}.union(self._demands)
        inside: list[int] = []
        beyond: list[int] = []
        for n in sorted(rows):
            if self._in_force(n, chosen):
                known = self._caps[n] or all(
                    v in variables or self._is_barred(v, chosen) for v in self._rows[n].variables
                )
                (inside if known else beyond).append(n)
        return Extract(tuple(sorted(variables)), tuple(inside), tuple(beyond))

    def _is_barred(self, variable: int, chosen: frozenset[int]) -> bool:
        return not chosen.isdisjoint(self._bars.get(variable, ()))

    def _reach(self, extract: Extract) -> Iterable[int]:
        return dict.fromkeys([*extract.variables, *(v for n in extract.beyond for v in self._rows[n].variables)])

    @property
    def _spent(self) -> bool:
        return self._work <= 0 or self._watch.stopped.is_set()

    def _in_force(self, row: int, chosen: frozenset[int]) -> bool:
        return self._reason[row] in chosen

    def _numbers(self, labels: Iterable[Label]) -> frozenset[int]:
        return frozenset([LAW, *(self._number[label] for label in labels)])

    def _answer(self, extract: Extract, rows: Sequence[int]) -> bool | None:
        return ANSWERS.get(self._solved(_Built(self._rows, extract, rows))[0])

    def _solved(
        self, built: "_Built", *, presolve: bool = True, share: float = SHARE
    ) -> tuple[cp_model.CpSolverStatus, cp_model.CpSolver]:
        solver = cp_model.CpSolver()
        if self._spent:
            return cp_model.UNKNOWN, solver
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.cp_model_presolve = presolve
        # Too many turns for too few people is a sum: the linear relaxation sees at once what search never ends.
        solver.parameters.linearization_level = 2
        solver.parameters.symmetry_level = 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_deterministic_time = min(share * self._whole, self._work)
        solver.parameters.catch_sigint_signal = False
        forget = self._watch.on_stop(solver.stop_search)
        try:
            status = solver.solve(built.model)
        finally:
            forget()
        self._work -= WORK_OF_ITEM * built.size + solver.deterministic_time
        return status, solver


class _Built:
    """An extract as the engine reads it; variables that are not in it are 0."""

    def __init__(self, rows: Sequence[Row], extract: Extract, chosen: Sequence[int]) -> None:
        self.model = cp_model.CpModel()
        self.size = len(extract.variables) + len(chosen)
        self._vars = {v: self.model.new_bool_var("") for v in extract.variables}
        self._constraints: dict[int, cp_model.Constraint] = {}
        for n in chosen:
            self._add(n, rows[n])

    def _add(self, number: int, row: Row) -> None:
        terms = [(self._vars[v], c) for v, c in zip(row.variables, row.coefficients, strict=True) if v in self._vars]
        if row.low is None and row.high is not None and sum(max(c, 0) for _, c in terms) <= row.high:
            return
        low = cp_model.INT_MIN if row.low is None else row.low
        high = cp_model.INT_MAX if row.high is None else row.high
        expression = cp_model.LinearExpr.weighted_sum([v for v, _ in terms], [c for _, c in terms])
        domain = cp_model.Domain(low, high)
        self._constraints[number] = self.model.add_linear_expression_in_domain(expression, domain)

    def guard(self, labels: Mapping[int, Label]) -> dict[Label, int]:
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
        self.model.maximize(cp_model.LinearExpr.sum([self._vars[v] for v in variables if v in self._vars]))
