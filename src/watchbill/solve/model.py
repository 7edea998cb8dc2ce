"""A neutral integer linear model: what rules posted, in a form that both engines read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watchbill.rules.base import Curve


@dataclass(slots=True)
class Row:
    """`low <= sum(coefficients * variables) <= high`; `rule` says who asked for it."""

    variables: list[int]
    coefficients: list[int]
    low: int | None
    high: int | None
    rule: str

    def activity(self, values: Sequence[int]) -> int:
        """The sum for given values."""
        return sum(c * values[v] for v, c in zip(self.variables, self.coefficients, strict=True))

    def holds(self, values: Sequence[int]) -> bool:
        """Whether given values keep the bounds."""
        sum_ = self.activity(values)
        return (self.low is None or self.low <= sum_) and (self.high is None or sum_ <= self.high)

    @property
    def holds_at_zero(self) -> bool:
        """Whether the bounds are kept if every variable is 0."""
        return (self.low is None or self.low <= 0) and (self.high is None or self.high >= 0)

    @property
    def is_cap(self) -> bool:
        """Whether it says no more than that a sum without negative coefficients is not too great."""
        return self.low is None and self.holds_at_zero and all(c >= 0 for c in self.coefficients)


@dataclass(slots=True)
class Objective:
    """A linear cost: coefficient by variable, and a constant."""

    terms: dict[int, int] = field(default_factory=dict)
    constant: int = 0

    def value(self, values: Sequence[int]) -> int:
        """The cost of given values."""
        return self.constant + sum(c * values[v] for v, c in self.terms.items())


@dataclass(frozen=True, slots=True)
class Bend:
    """A convex cost in a tier: `weight * curve(sign * quantity + constant)`, paid by `pieces` (variable, slope)."""

    tier: str
    weight: int
    curve: Curve
    quantity: dict[int, int]
    sign: int
    constant: int
    pieces: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Model:
    """Integer variables with bounds, rows, and one objective for each tier.

    An `implied` variable is an integer in every optimum without being told so, and may be continuous in an engine.
    `owner` says of a choice whose it is (the number of the person); `bends` are the convex costs, which rows and
    pieces express already. `units` count how far a soft bound is broken; they stand last in their rows.
    """

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    implied: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    tiers: dict[str, Objective] = field(default_factory=dict)
    bends: list[Bend] = field(default_factory=list)
    owner: dict[int, int] = field(default_factory=dict)
    units: set[int] = field(default_factory=set)

    def variable(self, lower: int, upper: int, *, implied: bool = False) -> int:
        """A new variable's index."""
        self.lower.append(lower)
        self.upper.append(upper)
        if implied:
            self.implied.add(len(self.lower) - 1)
        return len(self.lower) - 1

    def objective(self, tier: str) -> Objective:
        """The objective of a tier, made on first use."""
        return self.tiers.setdefault(tier, Objective())

    def row(self, terms: Mapping[int, int], low: int | None, high: int | None, rule: str) -> None:
        """Adds a row, without zero coefficients."""
        kept = {v: c for v, c in terms.items() if c}
        self.rows.append(Row(list(kept), list(kept.values()), low, high, rule))

    def range_of(self, terms: Mapping[int, int]) -> tuple[int, int]:
        """The least and the greatest sum that the variables' bounds admit."""
        low = sum(c * (self.lower[v] if c > 0 else self.upper[v]) for v, c in terms.items())
        high = sum(c * (self.upper[v] if c > 0 else self.lower[v]) for v, c in terms.items())
        return low, high

    def least(self, objective: Objective) -> int:
        """A cost below which no plan gets: every turn by those whom it costs least, everything else at its best."""
        out, left = objective.constant, dict(objective.terms)
        for row in self.rows:
            if row.rule == "cover" and row.low is not None and any(v in left for v in row.variables):
                costs = sorted(left.pop(v, 0) for v in row.variables if self.upper[v])
                out += sum(costs[: row.low])
        return out + self.range_of(left)[0]

    def tightened(self, values: Sequence[int]) -> list[int]:
        """The same choices with every helper that only costs at its least: what an engine left loose is taken in."""
        out = list(values)
        for bend in self.bends:
            left = bend.sign * sum(c * out[v] for v, c in bend.quantity.items()) + bend.constant - bend.curve.points[0]
            for piece, _ in bend.pieces:
                out[piece] = max(0, min(left, self.upper[piece]))
                left -= out[piece]
        for unit in self.units:
            out[unit] = 0
        for row in self.rows:
            unit = row.variables[-1] if row.variables else -1
            if unit in self.units and row.high is not None:
                over = row.activity(out) - row.high
                out[unit] += max(0, -(over // row.coefficients[-1]))
        return out

    def valid(self, values: Sequence[int]) -> bool:
        """Whether values keep every bound and row: the recheck in integers of what an engine returns."""
        inside = all(low <= value <= high for low, value, high in zip(self.lower, values, self.upper, strict=True))
        return inside and all(row.holds(values) for row in self.rows)
