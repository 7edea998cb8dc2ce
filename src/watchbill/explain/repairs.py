"""Ways out of a conflict, the cheapest first: each is one step or few, and solving shows that it works.

Steps are tried alone, then two at a time, then as many as it takes, of which none can be spared. What is tried is
judged on the turns around the conflict first, then on the whole problem, with the other conflicts set aside.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, islice

from watchbill.domain import Pin, Shift
from watchbill.explain.bending import in_effect, softened
from watchbill.explain.offers import Offers
from watchbill.explain.search import Conflict
from watchbill.explain.steps import Case, Step, spared
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Repair
from watchbill.rules import Pair, Rule, written
from watchbill.solve.existence import Settings, exists
from watchbill.solve.labelled import LabelledBoard
from watchbill.solve.limits import Watch

FEW, ALIKE = 5, 3
TRIES, SINGLES, PAIRS = 150, 40, 60
MARGIN = timedelta(days=8)
NEAR, WHOLE = Settings(work=1.0), Settings(work=8.0)

Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Mended:
    """Ways out of one conflict, and the steps that each is made of. `alone`: it is the only conflict there is."""

    repairs: tuple[Repair, ...]
    ways: tuple[Steps, ...]
    alone: bool


def mended(board: LabelledBoard, case: Case, conflict: Conflict, others: Sequence[Conflict], watch: Watch) -> Mended:
    """The cheapest ways out of one conflict; the last one leaves something uncovered."""
    offers = Offers(board, case, conflict)
    judge = _Judge(case, conflict, others, offers.turns, watch)
    working = (steps for steps in _ways(offers.steps(), judge) if judge.works(steps))
    found = list(islice(working, FEW))
    holes = _fewest(offers.holes(), judge.near)
    if holes and judge.works(holes):
        found.append(holes)
    ranked = sorted(found, key=lambda steps: sum(step.cost for step in steps))
    alone = judge.only and not others
    told = tuple(_repair(steps, offers.told(steps), solves=alone) for steps in ranked)
    return Mended(told, tuple(ranked), alone)


def whole(
    board: LabelledBoard, case: Case, listed: Sequence[Conflict], each: Sequence[Mended], watch: Watch
) -> tuple[Repair, Steps] | None:
    """The fewest steps that end all conflicts: of those that end single ones, else of all that these suggest.

    Then one or two in their place, if these are cheaper. None if nothing is known to end them.
    """

    def works(some: Steps) -> bool:
        return bool(_exists(_changed(case, some), WHOLE, watch))

    def fewest(steps: Iterable[Step]) -> Steps:
        return _fewest(_ranked(steps), works)

    ways = [step for one in each for way in one.ways for step in way]
    # Conflicts that nobody has looked for may be left: what one step more would do for one of these may end them, too.
    chosen = fewest(ways) or fewest([*ways, *(step for one in listed for step in Offers(board, case, one).steps())])
    if not chosen:
        return None
    every = _together(listed)
    all_ = Offers(board, case, every)
    more = (step for one in (every, *listed) for step in Offers(board, case, one).steps())
    chosen = _cheaper(chosen, _ranked(more), _Near(case, all_.turns, watch), works)
    return _repair(chosen, all_.told(chosen), solves=True), chosen


def _together(listed: Sequence[Conflict]) -> Conflict:
    """Several conflicts as one: a step may be about the turns of all of them."""
    labels = tuple(dict.fromkeys(label for one in listed for label in one.labels))
    return replace(listed[0], labels=labels, also=tuple(dict.fromkeys(turn for one in listed for turn in one.turns)))


def _ranked(steps: Iterable[Step]) -> list[Step]:
    """Steps that say something of their own, the cheapest first."""
    return sorted({step.sentence: step for step in steps}.values(), key=lambda step: step.cost)


def _cheaper(chosen: Steps, steps: Sequence[Step], near: "_Near", works: Callable[[Steps], bool]) -> Steps:
    """The cheapest one or two steps that work, of those that are tried first; what was chosen if none is cheaper."""
    singles = [(step,) for step in steps]
    pairs = (pair for pair in combinations(steps, 2) if pair[0].topic != pair[1].topic)
    tried = [*singles[:SINGLES], *islice(sorted(pairs, key=_worth), PAIRS)]
    better = sorted((some for some in tried if _worth(some) < _worth(chosen)), key=_worth)
    return next((some for some in better if near.works(some) and works(some)), chosen)


def _worth(steps: Steps) -> tuple[int, int]:
    """The points, and how many steps they are for."""
    return sum(step.cost for step in steps), len(steps)


def _repair(steps: Steps, told: tuple[str, ...], *, solves: bool) -> Repair:
    return Repair(
        steps=told,
        kinds=tuple(step.kind for step in steps),
        cost=sum(step.cost for step in steps),
        solves=solves,
        people=tuple(dict.fromkeys(person for step in steps for person in step.people)),
        turns=tuple(dict.fromkeys(turn for step in steps for turn in step.turns)),
        edit=tuple(dict.fromkeys(line for step in steps for line in step.edit)),
    )


def _ways(steps: Sequence[Step], judge: "_Judge") -> Iterator[Steps]:
    """Steps that work near the conflict: alone, or two that cost less than any one; else as many as it takes."""
    singles = list(_singles(steps, judge))
    pairs = list(_pairs(steps, judge, singles[0].cost if singles else None))
    yield from pairs
    yield from ((step,) for step in singles)
    if not singles and not pairs and (several := _fewest(steps, judge.near)):
        yield several


def _singles(steps: Sequence[Step], judge: "_Judge") -> Iterator[Step]:
    topics: set[str] = set()
    kinds: Counter[str] = Counter()
    for step in steps:
        if step.topic not in topics and kinds[_sort(step)] < ALIKE and judge.near((step,)):
            topics.add(step.topic)
            kinds[_sort(step)] += 1
            yield step


def _pairs(steps: Sequence[Step], judge: "_Judge", below: int | None) -> Iterator[Steps]:
    topics: set[str] = set()
    pairs = [pair for pair in combinations(steps, 2) if pair[0].topic != pair[1].topic]
    ranked = sorted(pairs, key=lambda pair: pair[0].cost + pair[1].cost)
    for pair in ranked[:PAIRS]:
        cheap = below is None or pair[0].cost + pair[1].cost < below
        if cheap and not topics.issuperset(step.topic for step in pair) and judge.near(pair):
            topics.update(step.topic for step in pair)
            yield pair


def _sort(step: Step) -> str:
    """What kind of answer a step is, so that not all of them are of one: excusing somebody is bending a rule, too."""
    return "bend" if step.kind == "excuse" else step.kind


def _fewest(steps: Sequence[Step], works: Callable[[Steps], bool]) -> Steps:
    """Steps in order until they work, without those that can be spared, the dearest first; empty if all are too few."""
    if not steps or not works(tuple(steps)):
        return ()
    low, high = 1, len(steps)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if works(tuple(steps[:middle])) else (middle + 1, high)
    kept = list(steps[:high])
    for step in sorted(kept, key=lambda step: -step.cost):
        rest = tuple(other for other in kept if other is not step)
        if rest and works(rest):
            kept = list(rest)
    return tuple(kept)


class _Near:
    """Whether steps leave a plan for the turns around some conflicts, which is quick to see; if not, there is none."""

    def __init__(self, case: Case, turns: Sequence[Shift], watch: Watch) -> None:
        self._case = case
        self._near = _around(case.problem, turns)
        self._watch = watch

    def works(self, steps: Steps) -> bool:
        """False where that is not settled."""
        return bool(_exists(_within(_changed(self._case, steps), self._near), NEAR, self._watch))


def _around(problem: Problem, turns: Sequence[Shift]) -> set[str]:
    low, high = min(turn.start for turn in turns) - MARGIN, max(turn.end for turn in turns) + MARGIN
    return {turn.turn for turn in problem.turns if turn.start < high and turn.end > low}


class _Judge:
    """Whether steps end a conflict: near it, which is quick, and in the whole."""

    def __init__(
        self, case: Case, conflict: Conflict, others: Sequence[Conflict], turns: Sequence[Shift], watch: Watch
    ) -> None:
        self._case = case
        self._own = {label.rule for label in conflict.labels}
        self._turns = set(conflict.turns)
        self._others = others
        self._watch = watch
        self._left = TRIES
        self.only = bool(self._possible_without(turns))
        self._near = self._around(conflict, turns)

    def _around(self, conflict: Conflict, turns: Sequence[Shift]) -> set[str] | None:
        """Turns to judge steps on: those near the conflict; its own, if there are others in trouble; None for all."""
        # What is due to somebody wherever it falls cannot be judged on a few turns.
        if any(label.due and not label.turns for label in conflict.labels):
            return None
        near = _around(self._case.problem, turns)
        own = {turn.turn for turn in turns}
        for some in (near, own) if self.only else (own,):
            if _exists(_within(self._aside(self._case), some), NEAR, self._watch) is False:
                return some
        return None

    def _possible_without(self, turns: Sequence[Shift]) -> bool | None:
        """Whether a plan exists once this conflict is set aside, like the others."""
        case = self._aside(self._case)
        left = {turn.turn for turn in case.problem.turns} - {turn.turn for turn in turns}
        return _exists(_within(case, left), WHOLE, self._watch)

    def near(self, steps: Steps) -> bool:
        """Whether a plan exists for the turns around the conflict; False where that is not settled."""
        self._left -= 1
        if self._left < 0:
            return False
        changed = self._aside(_changed(self._case, steps))
        return bool(_exists(_within(changed, self._near), NEAR, self._watch))

    def works(self, steps: Steps) -> bool:
        """Whether a plan exists for the whole, with the other conflicts set aside; False where that is not settled.

        Where conflicts are left that nobody has looked for, the whole has none: then what is near has to do.
        """
        return not self.only or bool(_exists(self._aside(_changed(self._case, steps)), WHOLE, self._watch))

    def _aside(self, case: Case) -> Case:
        """Without what the other conflicts ask for."""
        asked = {turn for other in self._others for turn in _covered(other)}
        gone = asked - self._turns
        pinned = {(la.person, turn) for o in self._others for la in o.due if la.kind == "pin" for turn in la.turns}
        shift = case.problem.shift
        pins = tuple(pin for pin in case.problem.pins if (pin.person, shift[pin.shift].turn) not in pinned)
        left = {turn.turn for turn in case.problem.turns} - gone
        case = _within(Case(_replaced_pins(case.problem, pins), case.rules), left if gone else None)
        # What this conflict is about is there for its rules, though others ask for somebody to cover it, too.
        case = spared(case, [shift.turn for shift in case.problem.shifts if shift.turn in asked])
        return in_effect(case, self._rules(case)) if self._others else case

    def _rules(self, case: Case) -> list[Rule]:
        rules = list(written(case.rules))
        for label in (label for other in self._others for label in other.due if label.kind not in {"cover", "pin"}):
            rule = rules[label.rule]
            if isinstance(rule, Pair):
                rules[label.rule] = rule.not_asking(label.turns)
            elif label.rule not in self._own:
                rules[label.rule] = softened(rule)
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
