"""Makes bounds tight where turns are few and heavy: what one person may hold, counted in whole turns.

A convex cost of a person's load has a poor linear relaxation: half a turn for everybody is perfectly fair. With few
turns the counts that a person can hold (so many primary weeks, so many with a holiday) can be listed. For each such
pattern the least cost of every tier is known; choosing exactly one pattern for each person and charging at least its
cost cuts the half turns off. The solutions stay the same. It is the idea of Dantzig and Wolfe's decomposition,
"Decomposition principle for linear programs", 1960, with patterns of counts in place of whole rotas.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from watchbill.solve.model import Bend, Model

MOST_ITEMS = 64
MOST_VISITS = 60_000
ALIKE = 0.02

Pattern = tuple[tuple[int, ...], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Group:
    """Turns of one person that weigh nearly the same in every quantity: variables, and running sums of weights.

    `least[n][q]` and `most[n][q]` are the least and greatest sum of quantity `q` over any `n` of them; `bars` are
    the numbers of earlier groups of which nothing can be held together with any of these.
    """

    variables: tuple[int, ...]
    least: tuple[tuple[int, ...], ...]
    most: tuple[tuple[int, ...], ...]
    bars: tuple[int, ...] = ()


def strengthened(model: Model, allowed: Mapping[str, int], most: int) -> Model | None:
    """The model with patterns for every person, or None if someone has more than `most`.

    `allowed` is the most that each tier may cost: the less it is, the fewer patterns there are.
    """
    bends: dict[int, list[Bend]] = {}
    for bend in model.bends:
        bends.setdefault(model.owner[next(iter(bend.quantity))], []).append(bend)
    cliques = _cliques(model)
    people: list[tuple[list[Bend], list[Group], list[Pattern]]] = []
    for owner, own in bends.items():
        quantities = _quantities(own)
        items = sorted({v for quantity in quantities for v in quantity})
        if len(items) > MOST_ITEMS:
            return None
        groups = _groups(items, quantities, cliques.get(owner, []))
        listed = Listing(groups, [(bend, quantities.index(bend.quantity)) for bend in own], allowed, most).patterns()
        if listed is None:
            return None
        people.append((own, groups, listed))
    return _extended(model, people)


def _quantities(bends: Sequence[Bend]) -> list[Mapping[int, int]]:
    return list({tuple(sorted(bend.quantity.items())): bend.quantity for bend in bends}.values())


def _extended(model: Model, people: Sequence[tuple[list[Bend], list[Group], list[Pattern]]]) -> Model:
    out = Model(list(model.lower), list(model.upper), set(model.implied), list(model.rows), model.tiers)
    for bends, groups, listed in people:
        _add(out, bends, groups, listed)
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


def _add(model: Model, bends: Sequence[Bend], groups: Sequence[Group], listed: Sequence[Pattern]) -> None:
    """One person's patterns: exactly one is chosen, it counts what is held, and each tier pays at least its cost."""
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
    clusters.sort(key=lambda cluster: (-max(weights[cluster[0]]), cluster))
    barred = _barred(clusters, cliques)
    return [_group(cluster, weights, cliques, barred[n]) for n, cluster in enumerate(clusters)]


def _barred(clusters: Sequence[Sequence[int]], cliques: Sequence[frozenset[int]]) -> list[tuple[int, ...]]:
    """For each cluster the earlier ones that exclude it wholly: every pair stands in some row of at most one."""
    pairs = {(a, b) for clique in cliques for a in clique for b in clique}
    return [
        tuple(m for m in range(n) if all((a, b) in pairs for a in clusters[m] for b in cluster))
        for n, cluster in enumerate(clusters)
    ]


def _group(
    cluster: Sequence[int],
    weights: Mapping[int, tuple[int, ...]],
    cliques: Sequence[frozenset[int]],
    bars: tuple[int, ...],
) -> Group:
    columns = list(zip(*(weights[item] for item in cluster), strict=True))
    cap = _cap(cluster, cliques)
    least = list(zip(*(accumulate(sorted(column), initial=0) for column in columns), strict=True))[: cap + 1]
    most = list(zip(*(accumulate(sorted(column, reverse=True), initial=0) for column in columns), strict=True))
    return Group(tuple(cluster), tuple(least), tuple(most[: cap + 1]), bars)


def _cap(cluster: Sequence[int], cliques: Sequence[frozenset[int]]) -> int:
    """At most how many of these one person can hold: as many as cliques are needed to cover them, found greedily."""
    left, cap = set(cluster), 0
    while left:
        best = max((clique & left for clique in cliques), key=lambda c: (len(c), sorted(c)), default=frozenset())
        left -= best or {min(left)}
        cap += 1
    return cap


class Listing:
    """Walks through the count vectors of one person, heavy groups first, and leaves what costs too much."""

    def __init__(
        self, groups: Sequence[Group], bends: Sequence[tuple[Bend, int]], allowed: Mapping[str, int], most: int
    ) -> None:
        self.groups = groups
        self.bends = bends
        self.allowed = allowed
        self.limit = most
        self.tiers = tuple(dict.fromkeys(bend.tier for bend, _ in bends))
        self._visits = 0
        self._found: list[Pattern] = []

    def patterns(self) -> list[Pattern] | None:
        """Every count vector that no tier forbids with its least cost by tier; None if they are too many."""
        zeros = (0,) * len(self.groups[0].least[0]) if self.groups else ()
        return self._found if self._walk((), zeros, zeros) else None

    def _walk(self, counts: tuple[int, ...], least: tuple[int, ...], most: tuple[int, ...]) -> bool:
        """Extends a count vector by the next group; False as soon as the limits are reached."""
        self._visits += 1
        if self._visits > MOST_VISITS or len(self._found) > self.limit:
            return False
        final = len(counts) == len(self.groups)
        cost = self._cost(least, most if final else None)
        if any(cost[tier] > self.allowed.get(tier, cost[tier]) for tier in self.tiers):
            return True
        if final:
            self._found.append((counts, cost))
            return True
        group = self.groups[len(counts)]
        cap = 0 if any(counts[m] for m in group.bars) else len(group.least) - 1
        return all(
            self._walk((*counts, n), _sum(least, group.least[n]), _sum(most, group.most[n])) for n in range(cap + 1)
        )

    def _cost(self, least: Sequence[int], most: Sequence[int] | None) -> dict[str, int]:
        """The least cost by tier of loads in these bounds; without `most`, of at least so much."""
        out = dict.fromkeys(self.tiers, 0)
        for bend, q in self.bends:
            if bend.sign > 0:
                out[bend.tier] += bend.weight * bend.curve.cost(least[q] + bend.constant)
            elif most is not None:
                out[bend.tier] += bend.weight * bend.curve.cost(bend.constant - most[q])
        return out


def _sum(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(left, right, strict=True))
