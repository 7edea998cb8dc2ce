"""Splits a model into parts that share no row: each is solved alone, and their optima add up to the whole's.

A follow-the-sun team is three small problems rather than a large one, because every tier is a sum over people.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from watchbill.solve.model import Bend, Model, Objective, Row


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A part of a model, and which of the whole's variables its own variables are, in order."""

    model: Model
    variables: tuple[int, ...]


def parts(model: Model) -> tuple[ModelPart, ...]:
    """The independent parts over variables that are not fixed, in order of their first variable.

    Rows without a free variable go to the first part, and so do the constants of the objectives.
    """
    root = _roots(model)
    if len(set(root)) == 1 and all(low < high for low, high in zip(model.lower, model.upper, strict=True)):
        return (ModelPart(model, tuple(range(len(root)))),)
    members: dict[int, list[int]] = {}
    for variable in range(len(root)):
        if _free(model, variable):
            members.setdefault(root[variable], []).append(variable)
    first = next(iter(members), -1)
    rows: dict[int, list[Row]] = {key: [] for key in members or [first]}
    for row in model.rows:
        free = next((v for v in row.variables if _free(model, v)), None)
        rows[first if free is None else root[free]].append(row)
    found = [_part(model, members.get(key, []), rows[key]) for key in rows]
    for tier, objective in model.tiers.items():
        fixed = sum(c * model.lower[v] for v, c in objective.terms.items() if not _free(model, v))
        found[0].model.objective(tier).constant += objective.constant + fixed
    return tuple(found)


def restricted(
    model: Model, values: Sequence[int], free: Collection[int], rows: Sequence[Row], goals: Mapping[str, Objective]
) -> ModelPart:
    """The model over some free variables while all others keep their values, with the given rows and objectives."""
    variables = sorted(free)
    own = {variable: n for n, variable in enumerate(variables)}
    part = Model([model.lower[v] for v in variables], [model.upper[v] for v in variables])
    part.rows = [_without_fixed(row, own, values) for row in rows]
    for tier, objective in goals.items():
        fixed = sum(c * values[v] for v, c in objective.terms.items() if v not in own)
        terms = {own[v]: c for v, c in objective.terms.items() if v in own}
        part.tiers[tier] = Objective(terms, objective.constant + fixed)
    return ModelPart(part, tuple(variables))


def _free(model: Model, variable: int) -> bool:
    return model.lower[variable] < model.upper[variable]


def _roots(model: Model) -> list[int]:
    """For each variable the least one that rows connect it with, through free variables (union-find)."""
    parent = list(range(len(model.lower)))

    def find(variable: int) -> int:
        while parent[variable] != variable:
            parent[variable] = parent[parent[variable]]
            variable = parent[variable]
        return variable

    free = [low < high for low, high in zip(model.lower, model.upper, strict=True)]
    for row in model.rows:
        home = -1
        for variable in row.variables:
            if free[variable] and (home < 0 or parent[variable] != home):
                home = variable if home < 0 else home
                one, two = sorted((find(home), find(variable)))
                parent[two] = home = one
    return [find(variable) for variable in range(len(parent))]


def _part(model: Model, variables: Sequence[int], rows: Sequence[Row]) -> ModelPart:
    own = {variable: n for n, variable in enumerate(variables)}
    part = Model([model.lower[v] for v in variables], [model.upper[v] for v in variables])
    part.implied = {own[v] for v in variables if v in model.implied}
    part.owner = {own[v]: model.owner[v] for v in variables if v in model.owner}
    part.bends = [_own(bend, model, own) for bend in model.bends if any(v in own for v in bend.quantity)]
    part.rows = [_without_fixed(row, own, model.lower) for row in rows]
    for tier, objective in model.tiers.items():
        part.tiers[tier] = Objective({own[v]: c for v, c in objective.terms.items() if v in own})
    return ModelPart(part, tuple(variables))


def _without_fixed(row: Row, own: Mapping[int, int], values: Sequence[int]) -> Row:
    """The row over a part's own variables; what the fixed ones add moves into the bounds."""
    free = [(own[v], c) for v, c in zip(row.variables, row.coefficients, strict=True) if v in own]
    fixed = sum(c * values[v] for v, c in zip(row.variables, row.coefficients, strict=True) if v not in own)
    low = None if row.low is None else row.low - fixed
    high = None if row.high is None else row.high - fixed
    return Row([v for v, _ in free], [c for _, c in free], low, high, row.rule)


def _own(bend: Bend, model: Model, own: dict[int, int]) -> Bend:
    """The convex cost over a part's own variables; what the fixed ones add moves into its constant."""
    fixed = sum(c * model.lower[v] for v, c in bend.quantity.items() if v not in own)
    return replace(
        bend,
        quantity={own[v]: c for v, c in bend.quantity.items() if v in own},
        constant=bend.constant + bend.sign * fixed,
        pieces=tuple((own[v], slope) for v, slope in bend.pieces if v in own),
    )
