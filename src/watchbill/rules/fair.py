"""`fair`: nobody far above their part of the load; the whole small; then nobody far below either."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from watchbill.domain import BUCKETS, Shift
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.base import Board, Curve, Roster, Rule
from watchbill.texts import hours


class Fair(Rule):
    """The tiers fairness (what lies above), burden (the whole) and evenness (what lies above or below).

    Loads are hundredths of an hour on the holder's clock. What a person starts from is the carried balance less the
    reference, so that only the distance from the own part counts. Neighbouring plans are inside the balance.
    """

    kind: Literal["fair"] = "fair"
    strengths: ClassVar[tuple[str, ...]] = ("should",)
    strength: Literal["should"] = "should"

    def post(self, board: Board) -> None:
        """Prices each person's distance by bucket, and the whole."""
        for person in board.problem.people:
            self._post_person(board, person.id)

    def _post_person(self, board: Board, person: str) -> None:
        turns = [turn for turn in board.open_to(person) if not board.is_fixed(turn)]
        loads = [(turn, _load(board, person, turn)) for turn in turns]
        board.cost(board.weigh(person, ((turn, load["all"]) for turn, load in loads)), tier="burden")
        for bucket, weight in _buckets(board.problem, board.loads, person):
            away = board.weigh(person, ((turn, load[bucket]) for turn, load in loads if load[bucket]))
            away.constant += _start(board.problem, board.loads, person, bucket)
            curve = Curve(*board.loads.thresholds(person, bucket))
            board.excess(away, curve, tier="fairness", weight=weight)
            board.excess(away, curve, tier="evenness", weight=weight)
            board.excess(away * -1, curve, tier="evenness", weight=weight)

    def check(self, roster: Roster) -> Iterator[Finding]:
        """For each person: one finding for the load, and for each bucket one in each tier where the distance costs."""
        for person in roster.problem.people:
            carried = _carried(roster, person.id)
            if carried["all"]:
                sentence = f"{person.name} carries {hours(carried['all'])} h of load"
                yield _finding("burden", sentence, carried["all"], person.id)
            for bucket, weight in _buckets(roster.problem, roster.loads, person.id):
                away = carried[bucket] + _start(roster.problem, roster.loads, person.id, bucket)
                curve = Curve(*roster.loads.thresholds(person.id, bucket))
                what = "load" if bucket == "all" else f"{bucket} load"
                side = "above" if away > 0 else "below"
                sentence = f"{person.name} carries {hours(abs(away))} h of {what} {side} their part"
                for tier, cost in (("fairness", curve.cost(away)), ("evenness", curve.cost(abs(away)))):
                    if cost:
                        yield _finding(tier, sentence, weight * cost, person.id)


def _load(board: Board, person: str, turn: Shift) -> Mapping[str, int]:
    """What a turn weighs for a person, or what they are given of one: each part rounded by itself, as in `check`."""
    parts = board.problem.stretches(turn)
    if parts == (turn.spans,):
        return board.loads.of(person, turn)
    each = [board.loads.of_spans(person, turn.role, spans) for spans in parts]
    return {bucket: sum(load[bucket] for load in each) for bucket in BUCKETS}


def _carried(roster: Roster, person: str) -> dict[str, int]:
    """The load of what a person really holds in this plan, by bucket."""
    out = dict.fromkeys(BUCKETS, 0)
    for stint in roster.stints(person):
        if not stint.fixed:
            for bucket, load in roster.loads.of_spans(person, stint.shift.role, stint.spans).items():
                out[bucket] += load
    return out


def _buckets(problem: Problem, loads: Loads, person: str) -> list[tuple[str, int]]:
    """The buckets that count and in which the person has a part, with their weights."""
    reference = loads.reference(person)
    return [(bucket, problem.fairness.buckets[bucket]) for bucket in loads.buckets() if reference[bucket]]


def _start(problem: Problem, loads: Loads, person: str, bucket: str) -> int:
    """How far from the own part a person is before holding anything."""
    return problem.balances.get(person, {}).get(bucket, 0) - loads.reference(person)[bucket]


def _finding(tier: str, sentence: str, cost: int, person: str) -> Finding:
    return Finding(rule="fair", sentence=sentence, tier=tier, cost=cost, people=(person,))
