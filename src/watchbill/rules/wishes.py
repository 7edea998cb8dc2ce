"""`wishes`: what people would rather avoid or gladly hold, each within a budget and against their own mean."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import compress
from typing import ClassVar, Literal

from watchbill.clocks import off_rota
from watchbill.domain import Person, Shift, Wish
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Board, Roster, Rule, Stint
from watchbill.timeline import Timeline
from watchbill.times import Span, common, total, zone

TIER = "wishes"
SECOND = timedelta(seconds=1)
POINT = 1000
LEVEL = Fraction(1, 20)


class Wishes(Rule):
    """Holding hours that a wish names costs (`avoid`) or gains (`prefer`) thousandths of a point.

    Every turn is measured against the mean of the turns that the person could hold, so that who avoids everything
    alike gains nothing.
    """

    kind: Literal["wishes"] = "wishes"
    strengths: ClassVar[tuple[str, ...]] = ("should",)
    strength: Literal["should"] = "should"

    def post(self, board: Board) -> None:
        """Prices each turn for each person who wishes anything."""
        for person, stake in stakes(board.problem, board.loads).items():
            turns = [turn for turn in board.open_to(person) if not board.is_fixed(turn)]
            costs = [(turn, _cost(board.problem, stake, turn)) for turn in turns]
            board.cost(board.weigh(person, [(turn, cost) for turn, cost in costs if cost]), tier=TIER)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """One finding for each stint that costs or gains anything, by the hours really held."""
        for person, stake in stakes(roster.problem, roster.loads).items():
            for stint in roster.stints(person):
                cost = 0 if stint.fixed else stake.cost_of_spans(stint.spans)
                if cost:
                    yield _finding(stake, stint, cost)


def _cost(problem: Problem, stake: "Stake", turn: Shift) -> int:
    """What a turn costs, or what someone is given of one: each part rounded by itself, as in `check`."""
    parts = problem.stretches(turn)
    return stake.cost_of_turn(turn) if turn.turn in stake.named else sum(stake.cost_of_spans(spans) for spans in parts)


def _finding(stake: "Stake", stint: Stint, cost: int) -> Finding:
    touched = any(claim.seconds(stint.spans) for claim in stake.claims)
    how = "beside other wishes" if not touched else "as wished" if cost < 0 else "against a wish"
    points = f"{'costs' if cost > 0 else 'gains'} {abs(cost) / POINT:.{2 if abs(cost) >= 5 else 3}f} points"
    return Finding(
        rule="wishes",
        sentence=f"{stake.person.name} holds {stint.shift.turn} {how}, which {points}",
        tier=TIER,
        cost=cost,
        people=(stake.person.id,),
        shifts=(stint.shift.id,),
        day=stint.spans[0].start.date(),
    )


# ---------------------------------------------------------------------------------------------------------- facts


class Claim:
    """One wish and the time that it names: its spans, and in them only the hours of its kind if it names one.

    A wish without spans is for the whole plan.
    """

    def __init__(self, wish: Wish, loads: Loads) -> None:
        self.wish = wish
        self._loads = loads
        self._starts: list[datetime] = [span.start for span in wish.spans]
        self._ends: list[datetime] = [span.end for span in wish.spans]

    def seconds(self, spans: Sequence[Span]) -> int:
        """How much of some sorted spans the wish names."""
        named = common(spans, self._near(spans)) if self.wish.spans else spans
        if self.wish.hours is not None:
            return 60 * self._loads.minutes(self.wish.person, named, self.wish.hours) if named else 0
        return total(named) // SECOND

    def _near(self, spans: Sequence[Span]) -> Sequence[Span]:
        # Only what may reach into these spans: a wish for every Friday of two years has a hundred spans.
        return self.wish.spans[bisect_right(self._ends, spans[0].start) : bisect_left(self._starts, spans[-1].end)]


@dataclass(frozen=True, slots=True)
class Stake:
    """What a person's wishes make of time, in exact thousandths of a point.

    Each second that a claim names is worth the claim's `rate` (below zero for `prefer`), and each second held at all
    costs `drift` less: the mean over the turns that the person could hold. `named` holds seconds by turn and claim.
    """

    person: Person
    claims: tuple[Claim, ...]
    rates: tuple[Fraction, ...]
    drift: Fraction
    named: Mapping[str, tuple[int, ...]]

    def cost_of_turn(self, turn: Shift) -> int:
        """The cost of a whole turn."""
        seconds = self.named[turn.turn]
        worth = sum((rate * n for rate, n in zip(self.rates, seconds, strict=True) if n), Fraction(0))
        return round(worth - self.drift * (total(turn.spans) // SECOND))

    def cost_of_spans(self, spans: Sequence[Span]) -> int:
        """The cost of some hours."""
        cost = -self.drift * (total(spans) // SECOND)
        for claim, rate in zip(self.claims, self.rates, strict=True):
            cost += rate * claim.seconds(spans)
        return round(cost)


def stakes(problem: Problem, loads: Loads) -> dict[str, Stake]:
    """The stakes of everyone whose wishes touch turns that they could hold, in order of people."""
    wishers = {wish.person for wish in problem.wishes}
    found = (_stake(problem, loads, person) for person in problem.people if person.id in wishers)
    return {stake.person.id: stake for stake in found if stake.claims}


def weights(problem: Problem, loads: Loads) -> tuple[Fraction, ...]:
    """What each wish of the problem weighs within its person's budget; 0 if it touches no turn they could hold."""
    claims: dict[str, list[Claim]] = {}
    for wish in problem.wishes:
        claims.setdefault(wish.person, []).append(Claim(wish, loads))
    weighed: dict[int, Fraction] = {}
    turns = Timeline(problem.turns)
    for id_, own in claims.items():
        person = problem.person[id_]
        live = [
            claim
            for claim in own
            if any(
                _could_hold(problem, person, turn) and claim.seconds(turn.spans)
                for turn in (turns.sharing(claim.wish.spans) if claim.wish.spans else problem.turns)
            )
        ]
        scale = _scale(problem, live)
        weighed |= {id(claim.wish): claim.wish.weight * scale for claim in live}
    return tuple(weighed.get(id(wish), Fraction(0)) for wish in problem.wishes)


def _stake(problem: Problem, loads: Loads, person: Person) -> Stake:
    own = [_could_hold(problem, person, turn) for turn in problem.turns]
    every = [Claim(wish, loads) for wish in problem.wishes if wish.person == person.id]
    tables = [[claim.seconds(turn.spans) for turn in problem.turns] for claim in every]
    touched = [sum(compress(table, own)) for table in tables]
    # A wish that touches none of the person's turns costs nothing, so it shall not use up the budget either.
    live = [n for n, seconds in enumerate(touched) if seconds]
    claims = tuple(every[n] for n in live)
    rates = _rates(problem, claims)
    worth = sum((rate * touched[n] for rate, n in zip(rates, live, strict=True)), Fraction(0))
    held = sum(total(turn.spans) // SECOND for turn in compress(problem.turns, own))
    named = {turn.turn: tuple(tables[n][k] for n in live) for k, turn in enumerate(problem.turns)}
    stake = Stake(person, claims, rates, worth / held if held else Fraction(0), named)
    if not _is_level(stake, problem, tuple(compress(problem.turns, own))):
        return stake
    return replace(stake, rates=tuple(Fraction(0) for _ in rates), drift=Fraction(0))


def _is_level(stake: Stake, problem: Problem, turns: Sequence[Shift]) -> bool:
    """Whether wishes weigh an hour of every turn alike: by their rates up to a twentieth, or by lines of one weight.

    A month that is named day by day weighs an hour of a day of 23 hours a little more, a fifth Monday makes Mondays
    weigh less, and the turn that runs on after the period seems free; none of it is meant. So only hours within the
    period are looked at.
    """
    table = _within(stake, problem.period.dates.on(zone(stake.person.zone)), turns)
    alike = len({(claim.wish.kind, claim.wish.weight) for claim in stake.claims}) == 1
    return _is_even(table, stake.rates, LEVEL) or (alike and _is_even(table, [Fraction(1)] * len(stake.rates)))


def _within(stake: Stake, within: Span, turns: Sequence[Shift]) -> list[tuple[int, tuple[int, ...]]]:
    """For each turn that meets a span, the seconds of it inside, and those that each claim names."""
    out = []
    for turn in turns:
        whole = turn.start >= within.start and turn.end <= within.end
        spans = turn.spans if whole else common(turn.spans, (within,))
        if spans:
            named = stake.named[turn.turn] if whole else tuple(claim.seconds(spans) for claim in stake.claims)
            out.append((total(spans) // SECOND, named))
    return out


def _is_even(
    table: Sequence[tuple[int, tuple[int, ...]]], rates: Sequence[Fraction], slack: Fraction = Fraction(0)
) -> bool:
    """Whether each turn's worth of an hour is the mean of all turns, up to a part of it."""
    worths = [sum((r * n for r, n in zip(rates, named, strict=True) if n), Fraction(0)) / all_ for all_, named in table]
    mean = sum(worths, Fraction(0)) / len(worths) if worths else Fraction(0)
    return all(abs(worth - mean) <= abs(mean) * slack for worth in worths)


def _rates(problem: Problem, claims: Sequence[Claim]) -> tuple[Fraction, ...]:
    """Thousandths of a point for each second that a claim names: its weight spread over the hours wished.

    Together the claims weigh no more than the wish budget.
    """
    horizon = (Span(problem.shifts[0].start, max(shift.end for shift in problem.shifts)),) if claims else ()
    scale = _scale(problem, claims)
    signs = {"avoid": 1, "prefer": -1}
    return tuple(
        signs[claim.wish.kind] * POINT * claim.wish.weight * scale / claim.seconds(horizon) for claim in claims
    )


def _scale(problem: Problem, claims: Sequence[Claim]) -> Fraction:
    """What is left of each weight, so that together they stay within the budget."""
    weight = sum(claim.wish.weight for claim in claims)
    return min(Fraction(1), Fraction(problem.wish_budget, weight)) if weight else Fraction(0)


def _could_hold(problem: Problem, person: Person, turn: Shift) -> bool:
    """Whether someone may serve a turn's layer and is on the rota all through it; leave does not matter."""
    return person.id in problem.servers.get(turn.key, ()) and off_rota(person, turn.spans) is None
