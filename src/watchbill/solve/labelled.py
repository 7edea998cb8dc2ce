"""A model that remembers for every row why it is there, so that reasons can be taken away one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from watchbill.clocks import off_rota
from watchbill.domain import Shift, turn_of
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules import Cover, Eligible, Leave, Overlap, Pair, Pin
from watchbill.rules._held import meets_any, neighbours
from watchbill.rules.base import Curve, Linear, Rule
from watchbill.rules.leave import clashes
from watchbill.solve.board import PlanBoard
from watchbill.times import Span, merged

# That whoever misses a part of a turn is relieved in it, by one person, is what a part means.
RELIEF = "relief"


@dataclass(frozen=True, slots=True)
class Label:
    """One thing a person can change: a rule (by its number in order) for someone, a leave, a turn to cover.

    `kind` is the rule's, but for what is always in force: `serves` (with a layer), `joined`, `left`, `share` and
    `held` (a turn of a neighbouring plan). `away` is one unbroken stretch of leave. `due`: asks for something, where
    all else only forbids.
    """

    rule: int
    kind: str
    person: str | None = None
    turns: tuple[str, ...] = ()
    layer: str | None = None
    away: Span | None = None
    due: bool = False


class Costless:
    """The part of a board that hears what costs, and leaves it: only hard bounds make plans impossible."""

    def penalise(
        self,
        what: Linear,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        tier: str,
        weight: int,
        unit: int = 1,
    ) -> None:
        """Nothing that costs makes a plan impossible."""

    def penalise_worst(self, sums: Sequence[Linear], *, at_most: int, tier: str, weight: int) -> None:
        """Nothing that costs makes a plan impossible."""

    def excess(self, what: Linear, curve: Curve, *, tier: str, weight: int) -> None:
        """Nothing that costs makes a plan impossible."""

    def cost(self, what: Linear, *, tier: str) -> None:
        """Nothing that costs makes a plan impossible."""


class LabelledBoard(Costless, PlanBoard):
    """Posts what is hard, like the board that is solved; but who is barred from a turn gets a row that says so.

    `labels` holds the reason by the number of the row; rows without one are laws of nature (nobody is in two places
    at once) or say what a variable means. Every variable is 0 or 1 until a row says more.
    """

    def __init__(self, problem: Problem, loads: Loads) -> None:
        super().__init__(problem, loads)
        self.labels: dict[int, Label] = {}
        self.taken: dict[int, tuple[str, Shift]] = {}
        self._sums: dict[int, str] = {}
        self._rule: tuple[int, Rule] = (0, Cover())
        self._away = {id_: merged(leave.span for leave in leaves) for id_, leaves in problem.leaves_of.items()}
        self._near = neighbours(problem)

    def post(self, rules: Sequence[Rule]) -> None:
        """Lets every hard rule post."""
        for number, rule in enumerate(rules):
            if rule.hard:
                self._rule = number, rule
                rule.post(self)

    def bar(self, person: str, shift: Shift, rule: str) -> None:
        """One row for each reason. Others need no bar from a pinned turn: its seats and the pin say as much."""
        if rule != Pin().kind:
            for label in self._reasons(person, shift):
                self._labelled({self._choice(person, shift): 1}, None, 0, label)

    def require(self, what: Linear, *, at_least: int | None = None, at_most: int | None = None, rule: str) -> None:
        """A hard bound with its label."""
        before = len(self.model.rows)
        super().require(what, at_least=at_least, at_most=at_most, rule=rule)
        if len(self.model.rows) > before:
            due = not self.model.rows[before].holds_at_zero
            label = None if rule == RELIEF else self._label(what, due=due)
            self.labels.update({before: label} if label else {})

    @cached_property
    def bars(self) -> Mapping[tuple[str, str], Sequence[Label]]:
        """After posting: for a person and a turn, each reason that keeps them apart by itself."""
        out: dict[tuple[str, str], list[Label]] = {}
        for number, label in self.labels.items():
            row = self.model.rows[number]
            if row.high is None or label.kind == "cover" or any(c < 0 for c in row.coefficients):
                continue
            for variable, coefficient in zip(row.variables, row.coefficients, strict=True):
                if coefficient > row.high and variable in self.taken:
                    person, turn = self.taken[variable]
                    out.setdefault((person, turn.turn), []).append(label)
        return out

    def any_of(self, person: str, shifts: Iterable[Shift]) -> Linear:
        """1 if the person holds at least one of these turns, else 0."""
        what = super().any_of(person, shifts)
        self._sums.update((variable, person) for variable in what.terms if variable not in self.taken)
        return what

    # ----------------------------------------------------------------------------------------------------- labels

    def _choice(self, person: str, shift: Shift) -> int:
        variable = super()._choice(person, shift)
        self.taken[variable] = person, shift
        return variable

    def _labelled(self, terms: dict[int, int], low: int | None, high: int | None, label: Label) -> None:
        self.labels[len(self.model.rows)] = label
        self.model.row(terms, low, high, label.kind)

    def _reasons(self, person: str, shift: Shift) -> list[Label]:
        number, rule = self._rule
        if isinstance(rule, Leave):
            return [Label(number, rule.kind, person, away=run) for run in self._absences(person, shift)]
        if isinstance(rule, Overlap):
            held = (held for held in self._near[person] if any(meets_any(span, held.spans) for span in shift.spans))
            return [Label(number, "held", person, (holding.shift.turn,)) for holding in held]
        if isinstance(rule, Eligible):
            return [Label(number, rule.kind)] if rule.tags else self._facts(number, person, shift)
        return [Label(number, rule.kind, person)]

    def _absences(self, person: str, shift: Shift) -> list[Span]:
        """What bars someone by itself: each absence, or where some may be missed and only all are too much, all."""
        runs = [run for run in self._away[person] if any(meets_any(span, (run,)) for span in shift.spans)]
        may_miss = self.problem.layer[shift.key].may_miss
        if len(runs) < 2 or not may_miss or not self.problem.is_whole(shift):
            return runs
        alone = [run for run in runs if clashes(shift, (run,), may_miss)]
        return alone or [Span(runs[0].start, runs[-1].end)]

    def _facts(self, number: int, id_: str, shift: Shift) -> list[Label]:
        person = self.problem.person[id_]
        found = []
        if not self.problem.may_serve(id_, shift.key):
            found.append(Label(number, "serves", layer=shift.key))
        if day := off_rota(person, shift.spans):
            early, late = person.joined and day < person.joined, person.left and day > person.left
            found.append(Label(number, "joined" if early else "left" if late else "share", id_))
        return found

    def _label(self, what: Linear, *, due: bool) -> Label | None:
        number, rule = self._rule
        if isinstance(rule, Overlap):
            return None
        held = [self.taken[variable] for variable in what.terms if variable in self.taken]
        turns = tuple(dict.fromkeys(turn_of(turn.turn) for _, turn in held))
        if isinstance(rule, Cover | Pair):
            return Label(number, rule.kind, turns=turns, due=due)
        people = dict.fromkeys([id_ for id_, _ in held] + [self._sums[v] for v in what.terms if v in self._sums])
        person = next(iter(people)) if len(people) == 1 else None
        return Label(number, rule.kind, person, turns if isinstance(rule, Pin) else (), due=due)
