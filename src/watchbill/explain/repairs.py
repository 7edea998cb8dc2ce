"""Ways out of a conflict, the cheapest first: each is one step or few, and solving shows that it works.

Steps are tried alone, then two at a time, then as many as it takes, of which none can be spared. What is tried is
judged on the turns around the conflict first, then on the whole problem, with the other conflicts set aside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from watchbill.domain import Pin, Problem, Shift
from watchbill.explain.excused import Excused
from watchbill.explain.offers import Offers
from watchbill.explain.search import Conflict
from watchbill.explain.steps import Case, Step
from watchbill.load import Loads
from watchbill.results import Repair
from watchbill.rules import Rule
from watchbill.solve.existence import Settings, exists
from watchbill.solve.labelled import LabelledBoard
from watchbill.solve.limits import Watch

FEW = 4
TRIES = 120
MARGIN = timedelta(days=8)
NEAR, WHOLE = Settings(work=1.0), Settings(work=8.0)

Steps = tuple[Step, ...]


def repairs(
    board: LabelledBoard, case: Case, conflict: Conflict, others: Sequence[Conflict], watch: Watch
) -> tuple[tuple[Repair, Steps], ...]:
    """The cheapest ways out of one conflict with the steps that they are; the last one leaves something uncovered."""
    offers = Offers(board, case, conflict)
    judge = _Judge(case, conflict, others, offers.turns, watch)
    found = [steps for steps in _ways(offers.steps(), judge) if judge.works(steps)][:FEW]
    holes = _fewest(offers.holes(), judge)
    if holes and judge.works(holes):
        found.append(holes)
    ranked = sorted(found, key=lambda steps: sum(step.cost for step in steps))
    return tuple((_repair(steps, solves=not others), steps) for steps in ranked)


def together(case: Case, steps: Sequence[Step], watch: Watch) -> bool:
    """Whether all of these steps together are known to make a plan possible."""
    return bool(_exists(_changed(case, steps), WHOLE, watch))


def _repair(steps: Steps, *, solves: bool) -> Repair:
    return Repair(
        steps=tuple(step.sentence for step in steps),
        kinds=tuple(step.kind for step in steps),
        cost=sum(step.cost for step in steps),
        solves=solves,
        people=tuple(dict.fromkeys(person for step in steps for person in step.people)),
        turns=tuple(dict.fromkeys(turn for step in steps for turn in step.turns)),
    )


def _ways(steps: Sequence[Step], judge: "_Judge") -> Iterator[Steps]:
    """Steps that work near the conflict: alone; if none does, in pairs; if none do, as many as it takes."""
    topics: set[str] = set()
    for step in steps:
        if step.topic not in topics and judge.near((step,)):
            topics.add(step.topic)
            yield (step,)
    if topics:
        return
    pairs = (pair for pair in combinations(steps, 2) if pair[0].topic != pair[1].topic)
    for pair in sorted(pairs, key=lambda pair: pair[0].cost + pair[1].cost):
        if not topics.issuperset(step.topic for step in pair) and judge.near(pair):
            topics.update(step.topic for step in pair)
            yield pair
    if not topics and (several := _fewest(steps, judge)):
        yield several


def _fewest(steps: Sequence[Step], judge: "_Judge") -> Steps:
    """Steps in order until they work, without those that can be spared, the dearest first; empty if all are too few."""
    if not steps or not judge.near(tuple(steps)):
        return ()
    low, high = 1, len(steps)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if judge.near(tuple(steps[:middle])) else (middle + 1, high)
    kept = list(steps[:high])
    for step in sorted(kept, key=lambda step: -step.cost):
        rest = tuple(other for other in kept if other is not step)
        if rest and judge.near(rest):
            kept = list(rest)
    return tuple(kept)


class _Judge:
    """Whether steps end a conflict: near it, which is quick, and in the whole."""

    def __init__(
        self, case: Case, conflict: Conflict, others: Sequence[Conflict], turns: Sequence[Shift], watch: Watch
    ) -> None:
        self._case = case
        self._own = {label.rule for label in conflict.labels}
        self._others = others
        self._watch = watch
        self._left = TRIES
        low, high = min(turn.start for turn in turns) - MARGIN, max(turn.end for turn in turns) + MARGIN
        near = {turn.turn for turn in case.problem.turns if turn.start < high and turn.end > low}
        # What is due to somebody wherever it falls cannot be judged on a few turns.
        local = not any(label.due and not label.turns for label in conflict.labels)
        self._near = near if local and self._impossible_within(near) else None

    def near(self, steps: Steps) -> bool:
        """Whether a plan exists for the turns around the conflict; False where that is not settled."""
        self._left -= 1
        if self._left < 0:
            return False
        changed = self._aside(_changed(self._case, steps))
        return bool(_exists(_within(changed, self._near), NEAR, self._watch))

    def works(self, steps: Steps) -> bool:
        """Whether a plan exists for the whole, with the other conflicts set aside; False where that is not settled."""
        return bool(_exists(self._aside(_changed(self._case, steps)), WHOLE, self._watch))

    def _impossible_within(self, near: set[str]) -> bool:
        return _exists(_within(self._aside(self._case), near), NEAR, self._watch) is False

    def _aside(self, case: Case) -> Case:
        """Without what the other conflicts ask for."""
        gone = {turn for other in self._others for turn in _covered(other)}
        pinned = {(la.person, turn) for o in self._others for la in o.due if la.kind == "pin" for turn in la.turns}
        shift = case.problem.shift
        pins = tuple(pin for pin in case.problem.pins if (pin.person, shift[pin.shift].turn) not in pinned)
        left = {turn.turn for turn in case.problem.turns} - gone
        case = _within(Case(_replaced_pins(case.problem, pins), case.rules), left if gone else None)
        return Case(case.problem, tuple(self._rules(case)))

    def _rules(self, case: Case) -> list[Rule]:
        rules = list(case.rules)
        everyone = tuple(person.id for person in case.problem.people)
        for label in (label for other in self._others for label in other.due if label.kind not in {"cover", "pin"}):
            if label.turns:
                rules[label.rule] = Excused(rule=rules[label.rule], people=everyone, turns=label.turns)
            elif label.rule not in self._own:
                rules[label.rule] = rules[label.rule].model_copy(update={"strength": "should"})
        return rules


def _covered(conflict: Conflict) -> tuple[str, ...]:
    return (*(turn for label in conflict.labels if label.kind == "cover" for turn in label.turns), *conflict.also)


def _changed(case: Case, steps: Sequence[Step]) -> Case:
    for step in steps:
        case = step.change(case)
    return case


def _within(case: Case, turns: set[str] | None) -> Case:
    """Some turns only, with the pins on them; all of them for None."""
    if turns is None:
        return case
    shifts = tuple(shift for shift in case.problem.shifts if shift.turn in turns)
    left = {shift.id for shift in shifts}
    pins = tuple(pin for pin in case.problem.pins if pin.shift in left)
    return Case(replace(case.problem, shifts=shifts, pins=pins), case.rules)


def _replaced_pins(problem: Problem, pins: tuple[Pin, ...]) -> Problem:
    return problem if pins == problem.pins else replace(problem, pins=pins)


def _exists(case: Case, settings: Settings, watch: Watch) -> bool | None:
    return exists(case.problem, case.rules, Loads(case.problem), settings=settings, watch=watch)
