"""A first plan for large models: turn by turn the person whom it burdens least, never breaking a hard row.

It reads nothing but the model, so every hard rule counts. Where rules are tight a turn takes somebody who gives another
turn away; what stays empty even so is filled by the engine together with the turns around it.
"""

from collections.abc import Iterable

from watchbill.solve.limits import Watch
from watchbill.solve.model import Model

MADE = ("cover", "any")


class Greedy:
    """A growing plan: the choices so far, what each row of choices has and may still get, what each person carries."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.values = list(model.lower)
        self.turns = [(row.variables, row.low or 0) for row in model.rows if row.rule == "cover"]
        self._any = _any_helpers(model)
        known = model.owner.keys() | {helper for helpers in self._any.values() for helper in helpers}
        rows = [n for n, row in enumerate(model.rows) if row.rule not in MADE and known.issuperset(row.variables)]
        self._highs = _by_variable(model, [n for n in rows if model.rows[n].high is not None])
        self._lows = _by_variable(model, [n for n in rows if model.rows[n].low is not None])
        self._potentials = [self._potential(variables, seats) for variables, seats in self.turns]
        self._turn_of = {v: number for number, (variables, _) in enumerate(self.turns) for v in variables}
        self._uses = {helper: 0 for helpers in self._any.values() for helper in helpers}
        self._activity = [0] * len(model.rows)
        self._reach = [0] * len(model.rows)
        self._bends: dict[int, list[tuple[int, int]]] = {}
        self._held = [0] * len(model.bends)
        for n, bend in enumerate(model.bends):
            if bend.sign > 0 and bend.tier == "fairness":
                for variable, coefficient in bend.quantity.items():
                    self._bends.setdefault(variable, []).append((n, coefficient))

    def plan(self, watch: Watch) -> tuple[list[int], list[int]]:
        """Values of choices and of what they switch on, and the numbers of the turns that stay empty.

        Once the watch is stopped every turn stays empty.
        """
        for potential in self._potentials:
            for n, most in potential.items():
                self._reach[n] += most
        empty = []
        for number, (variables, seats) in enumerate(self.turns):
            while sum(self.values[v] for v in variables) < seats:
                if watch.stopped.is_set() or not (self._seat(number) or self._make_room(number)):
                    empty.append(number)
                    break
        return self.values, empty

    def _seat(self, number: int) -> bool:
        """Gives a seat of a turn to the person whom it burdens least; whether anybody fits."""
        able = [v for v in self.turns[number][0] if self._fits(v, number)]
        if able:
            self._take(min(able, key=lambda v: (self._burden(v), v)), number)
        return bool(able)

    def _make_room(self, number: int) -> bool:
        """Gives a seat to somebody who is in the way of themselves, and the turn that is to somebody else."""
        for variable in sorted(self.turns[number][0], key=lambda v: (self._burden(v), v)):
            for held in self._in_the_way(variable):
                other = self._turn_of[held]
                self._take(held, other, -1)
                if self._fits(variable, number):
                    self._take(variable, number)
                    if self._seat(other):
                        return True
                    self._take(variable, number, -1)
                self._take(held, other)
        return False

    def _in_the_way(self, variable: int) -> list[int]:
        """Choices of turns already given that stand in rows which another choice would break."""
        found: set[int] = set()
        if not self.values[variable] and self.model.upper[variable]:
            for n, more in self._adds(variable).items():
                row = self.model.rows[n]
                if row.high is not None and self._activity[n] + more > row.high:
                    found.update(v for v in row.variables if self.values[v] and v in self._turn_of)
        return sorted(found)

    def _potential(self, variables: list[int], seats: int) -> dict[int, int]:
        """The most that a turn can add to each row with a lower bound."""
        out: dict[int, int] = {}
        for variable in variables:
            for n, coefficient in self._lows.get(variable, ()):
                out[n] = max(out.get(n, 0), coefficient * seats)
        return out

    def _fits(self, variable: int, number: int) -> bool:
        if self.values[variable] or self.model.upper[variable] == 0:
            return False
        rows = self.model.rows
        for n, more in self._adds(variable).items():
            high = rows[n].high
            if high is not None and more > 0 and self._activity[n] + more > high:
                return False
        own = dict(self._lows.get(variable, ()))
        seats = self.turns[number][1]
        for n, most in self._potentials[number].items():
            low = rows[n].low
            if low is not None and self._reach[n] - most // seats + own.get(n, 0) < low:
                return False
        return True

    def _switched(self, variable: int) -> Iterable[int]:
        """The choice itself and the helpers that it alone switches on."""
        others = (helper for helper in self._any.get(variable, ()) if self._uses[helper] == self.values[variable])
        return (variable, *others)

    def _adds(self, variable: int) -> dict[int, int]:
        """What a choice adds to each row with an upper bound."""
        out: dict[int, int] = {}
        for switched in self._switched(variable):
            for n, coefficient in self._highs.get(switched, ()):
                out[n] = out.get(n, 0) + coefficient
        return out

    def _take(self, variable: int, number: int, sign: int = 1) -> None:
        """Takes a choice, or (-1) takes it back."""
        for n, more in self._adds(variable).items():
            self._activity[n] += sign * more
        for switched in self._switched(variable):
            self.values[switched] = int(sign > 0)
        for helper in self._any.get(variable, ()):
            self._uses[helper] += sign
        own = dict(self._lows.get(variable, ()))
        seats = self.turns[number][1]
        for n, most in self._potentials[number].items():
            self._reach[n] += sign * (own.get(n, 0) - most // seats)
        for n, coefficient in self._bends.get(variable, ()):
            self._held[n] += sign * coefficient

    def _burden(self, variable: int) -> int:
        """How much a choice adds to the sum of squared loads, each relative to its person's part."""
        total = 0
        for n, load in self._bends.get(variable, ()):
            bend = self.model.bends[n]
            total += bend.weight * load * (2 * self._held[n] + load) * 1000 // max(-bend.constant, load, 1)
        return total


def _any_helpers(model: Model) -> dict[int, list[int]]:
    """For each choice the helper variables that it switches on: rows `helper - choice >= 0`."""
    out: dict[int, list[int]] = {}
    for row in model.rows:
        if row.rule == "any" and row.low == 0 and len(row.variables) == 2:
            helper, choice = row.variables
            if row.coefficients == [1, -1] and choice in model.owner:
                out.setdefault(choice, []).append(helper)
    return out


def _by_variable(model: Model, rows: list[int]) -> dict[int, list[tuple[int, int]]]:
    out: dict[int, list[tuple[int, int]]] = {}
    for n in rows:
        for variable, coefficient in zip(model.rows[n].variables, model.rows[n].coefficients, strict=True):
            out.setdefault(variable, []).append((n, coefficient))
    return out
