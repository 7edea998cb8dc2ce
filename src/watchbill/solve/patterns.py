"""Makes bounds tight where turns are few and heavy: what one person may hold, counted in whole turns.

A convex cost of a person's load has a poor linear relaxation: half a turn for everybody is perfectly fair. With few
turns the counts that a person can hold (so many primary weeks, so many with a holiday) can be listed. For each such
pattern the least cost of every tier is known; choosing exactly one pattern for each person and charging at least its
cost cuts the half turns off. The solutions stay the same. It is the idea of Dantzig and Wolfe's decomposition,
"Decomposition principle for linear programs", 1960, with patterns of counts in place of whole rotas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from watchbill.solve.model import Bend, Model

MOST_ITEMS = 64
MOST_PATTERNS = 600
MOST_VISITS = 30_000
ALIKE = 0.02


@dataclass(frozen=True, slots=True)
class Group:
    """Turns of one person that weigh nearly the same in every quantity: variables, and running sums of weights.

    `least[q][n]` and `most[q][n]` are the least and greatest sum of quantity `q` over any `n` of them.
    """

    variables: tuple[int, ...]
    least: tuple[tuple[int, ...], ...]
    most: tuple[tuple[int, ...], ...]
    cap: int


def strengthened(model: Model, allowed: Mapping[str, int]) -> Model:
    """The model with patterns for everyone whose patterns are few; `allowed` is the most each tier may cost."""
    out = Model(
        list(model.lower),
        list(model.upper),
        set(model.implied),
        list(model.rows),
        model.tiers,
        model.bends,
        model.owner,
    )
    bends: dict[int, list[Bend]] = {}
    for bend in model.bends:
        bends.setdefault(model.owner[next(iter(bend.quantity))], []).append(bend)
    conflicts = _cliques(model)
    for owner, own in bends.items():
        _add(out, own, conflicts.get(owner, []), allowed)
    return out


def _cliques(model: Model) -> dict[int, list[frozenset[int]]]:
    """By owner, the sets of variables of which a row admits one at most."""
    out: dict[int, list[frozenset[int]]] = {}
    for row in model.rows:
        owners = {model.owner.get(v) for v in row.variables}
        if row.high == 1 and len(owners) == 1 and all(c == 1 for c in row.coefficients):
            owner = next(iter(owners))
            if owner is not None:
                out.setdefault(owner, []).append(frozenset(row.variables))
    return out


def _add(model: Model, bends: Sequence[Bend], cliques: Sequence[frozenset[int]], allowed: Mapping[str, int]) -> None:
    quantities = list({tuple(sorted(bend.quantity.items())): bend.quantity for bend in bends}.values())
    items = sorted({v for quantity in quantities for v in quantity})
    if len(items) > MOST_ITEMS:
        return
    groups = _groups(items, quantities, cliques)
    listed = _patterns(groups, [(bend, quantities.index(bend.quantity)) for bend in bends], allowed)
    if listed is None:
        return
    chosen = [model.variable(0, 1) for _ in listed]
    model.row(dict.fromkeys(chosen, 1), 1, 1, "patterns")
    for n, group in enumerate(groups):
        counts = {variable: -counted[n] for variable, (counted, _) in zip(chosen, listed, strict=True)}
        model.row({**dict.fromkeys(group.variables, 1), **counts}, 0, 0, "patterns")
    for tier in dict.fromkeys(bend.tier for bend in bends):
        paid = {v: bend.weight * s for bend in bends if bend.tier == tier for v, s in bend.pieces}
        costs = {variable: -cost[tier] for variable, (_, cost) in zip(chosen, listed, strict=True)}
        model.row({**paid, **costs}, 0, None, "patterns")


def _groups(
    items: Sequence[int], quantities: Sequence[Mapping[int, int]], cliques: Sequence[frozenset[int]]
) -> list[Group]:
    weights = {item: tuple(quantity.get(item, 0) for quantity in quantities) for item in items}
    tolerance = [ALIKE * max(quantity.values(), default=0) for quantity in quantities]
    clusters: list[list[int]] = []
    for item in sorted(items, key=lambda item: weights[item]):
        for cluster in clusters:
            first = weights[cluster[0]]
            if all(abs(a - b) <= t for a, b, t in zip(first, weights[item], tolerance, strict=True)):
                cluster.append(item)
                break
        else:
            clusters.append([item])
    return [_group(cluster, weights, len(quantities), cliques) for cluster in clusters]


def _group(
    cluster: Sequence[int], weights: Mapping[int, tuple[int, ...]], count: int, cliques: Sequence[frozenset[int]]
) -> Group:
    least, most = [], []
    for q in range(count):
        rising = sorted(weights[item][q] for item in cluster)
        least.append(tuple(accumulate(rising, initial=0)))
        most.append(tuple(accumulate(reversed(rising), initial=0)))
    return Group(tuple(cluster), tuple(least), tuple(most), _cap(cluster, cliques))


def _cap(cluster: Sequence[int], cliques: Sequence[frozenset[int]]) -> int:
    """At most how many of these one person can hold: as many as cliques are needed to cover them, found greedily."""
    left, cap = set(cluster), 0
    while left:
        best = max((clique & left for clique in cliques), key=lambda c: (len(c), sorted(c)), default=frozenset())
        left -= best or {min(left)}
        cap += 1
    return cap


def _patterns(
    groups: Sequence[Group], bends: Sequence[tuple[Bend, int]], allowed: Mapping[str, int]
) -> list[tuple[tuple[int, ...], dict[str, int]]] | None:
    """Every count vector that no tier forbids with its least cost by tier; None if they are too many."""
    listed: list[tuple[tuple[int, ...], dict[str, int]]] = []
    for counts in _counts(groups, bends, allowed):
        if counts is None or len(listed) > MOST_PATTERNS:
            return None
        cost = _costs(groups, counts, bends, final=True)
        if all(cost[tier] <= allowed.get(tier, cost[tier]) for tier in cost):
            listed.append((counts, cost))
    return listed


def _counts(
    groups: Sequence[Group], bends: Sequence[tuple[Bend, int]], allowed: Mapping[str, int]
) -> Iterator[tuple[int, ...] | None]:
    """Count vectors, cut as soon as what is held costs too much already; ends with None after too many visits."""
    visits = 0
    stack: list[tuple[int, ...]] = [()]
    while stack:
        counts = stack.pop()
        visits += 1
        if visits > MOST_VISITS:
            yield None
            return
        cost = _costs(groups, counts, bends, final=False)
        if any(cost[tier] > allowed.get(tier, cost[tier]) for tier in cost):
            continue
        if len(counts) == len(groups):
            yield counts
        else:
            stack.extend((*counts, n) for n in range(groups[len(counts)].cap, -1, -1))


def _costs(
    groups: Sequence[Group], counts: Sequence[int], bends: Sequence[tuple[Bend, int]], *, final: bool
) -> dict[str, int]:
    """The least cost by tier of holding so many of each group, or (not `final`) at least so many."""
    out: dict[str, int] = {}
    for bend, q in bends:
        if bend.sign > 0:
            amount = sum(group.least[q][n] for group, n in zip(groups, counts, strict=False))
        elif final:
            amount = -sum(group.most[q][n] for group, n in zip(groups, counts, strict=False))
        else:
            continue
        out[bend.tier] = out.get(bend.tier, 0) + bend.weight * bend.curve.cost(amount + bend.constant)
    return out
