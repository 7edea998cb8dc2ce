"""What a conflict suggests to change: for each of its causes the steps that would take it away, or enough of it."""

from collections.abc import Iterator, Sequence

from watchbill.domain import Shift
from watchbill.explain import bending, steps
from watchbill.explain.dates import Calendar, gathered, listing
from watchbill.explain.looser import looser
from watchbill.explain.search import Conflict
from watchbill.explain.steps import Case, Step
from watchbill.problem import Problem
from watchbill.rules import Eligible, Rule, helpers, written
from watchbill.solve.labelled import Label, LabelledBoard

FEW_PEOPLE, FEW_TURNS = 4, 8
ON_ROTA = {"joined", "left", "share"}
FACTS = {"cover", "serves", "leave", "held", "pin", *ON_ROTA}


class Offers:
    """The steps that one conflict suggests, the cheapest first."""

    def __init__(self, board: LabelledBoard, case: Case, conflict: Conflict) -> None:
        self._board = board
        self._case = case
        self._problem = case.problem
        self._conflict = conflict
        self._calendar = Calendar(case.problem)
        wanted = set(conflict.turns)
        self.turns = [turn for turn in self._problem.turns if turn.turn in wanted] or list(self._problem.turns)

    def steps(self) -> list[Step]:
        """Every step but those that leave something uncovered; each says something of its own."""
        found = [*self._people(), *self._pins(), *self._policy(), *self._newcomer()]
        told = {step.sentence: step for step in reversed(found)}
        return sorted(told.values(), key=lambda step: (step.cost, found.index(step)))

    def holes(self) -> list[Step]:
        """One seat of one turn left uncovered, for each seat in question; in order of time."""
        covered = set(self._conflict.turns)
        turns = [turn for turn in self._problem.turns if turn.turn in covered]
        seats = (turn for turn in turns for _ in range(self._problem.seats(turn)))
        return [steps.uncover(self._layers([turn]), self._when([turn]), [turn]) for turn in seats]

    def told(self, chosen: Sequence[Step]) -> tuple[str, ...]:
        """The sentences of some steps; turns left uncovered are told together."""
        holes = [turn for step in chosen if step.kind == "uncovered" for turn in step.turns]
        by_layer = gathered((turn for turn in self._problem.turns if turn.turn in holes), lambda turn: turn.key)
        uncovered = (steps.uncover(self._layers(turns), self._when(turns), turns) for turns in by_layer.values())
        others = (step.sentence for step in chosen if step.kind != "uncovered")
        return (*others, *(step.sentence for step in uncovered))

    # ------------------------------------------------------------------------------------------------------ people

    def _of(self, *kinds: str) -> list[Label]:
        return [label for label in self._conflict.labels if label.kind in kinds]

    def _people(self) -> Iterator[Step]:
        for person in dict.fromkeys(label.person for label in self._of("leave") if label.person):
            single = [[turn] for turn in self.turns] if len(self.turns) <= FEW_TURNS else []
            for turns in (*single, self.turns):
                if step := steps.ask(self._problem, self._calendar, person, turns):
                    yield step
        for label in self._of(*ON_ROTA):
            yield steps.on_rota(self._problem, self._calendar, label, self.turns)
        for label in self._of("serves"):
            yield from self._training(label)

    def _training(self, label: Label) -> Iterator[Step]:
        key = label.layer or ""
        turns = [turn for turn in self.turns if turn.key == key]
        others = [p.id for p in self._problem.people if p.id not in self._problem.servers[key]]
        free = [id_ for id_ in others if any(self._only_barred_by(id_, turn, "serves") for turn in turns)]
        for person in free[:FEW_PEOPLE]:
            yield steps.train(self._problem, person, key, self._layers(turns))
        for person in others:
            yield from self._admitted(person, turns)

    def _admitted(self, person: str, turns: Sequence[Shift]) -> Iterator[Step]:
        """Somebody whom one rule alone keeps from serving a layer, and nothing else from one of its turns."""
        if not any(self._only_barred_by(person, turn, "serves", "eligible") for turn in turns):
            return
        listed = written(self._case.rules)
        for number, rule in enumerate(listed):
            if isinstance(rule, Eligible) and rule.tags and rule.hard and self._serves_without(person, number, turns):
                yield from self._excuse(number, [person], turns)

    def _serves_without(self, person: str, number: int, turns: Sequence[Shift]) -> bool:
        listed: list[Rule] = list(written(self._case.rules))
        days = bending.dates_of(self._problem, [turn.turn for turn in turns])
        listed[number] = bending.overlooked(listed[number], [person], days)
        found = helpers(self._problem.people, self._problem.roles, listed)
        return any(person in found.get(turn.key, ()) for turn in turns)

    def _only_barred_by(self, person: str, turn: Shift, *kinds: str) -> bool:
        return all(label.kind in kinds for label in self._board.bars.get((person, turn.turn), ()))

    def _newcomer(self) -> Iterator[Step]:
        if self._of("cover", "pair") and self._problem.people:
            like = self._problem.people[0]
            yield steps.newcomer(self._problem, self._layers(self.turns), self._when(self.turns), self.turns, like)

    # -------------------------------------------------------------------------------------------- pins, neighbours

    def _pins(self) -> Iterator[Step]:
        for label in self._of("pin"):
            yield steps.unpin(self._problem, label)
        for label in self._of("held"):
            yield steps.free_neighbour(self._problem, label)

    # ------------------------------------------------------------------------------------------------------ policy

    def _policy(self) -> Iterator[Step]:
        groups = gathered((la for la in self._conflict.labels if la.kind not in FACTS), lambda label: label.rule)
        for number, labels in groups.items():
            rule = self._case.rules[number]
            turns = self._about(labels)
            if isinstance(rule, Eligible):
                yield from self._untagged(number, rule, turns)
            else:
                yield from self._bent(number, labels, turns)
            if "should" in rule.strengths and rule.source is None:
                yield bending.soften(self._case, number)

    def _about(self, labels: Sequence[Label]) -> list[Shift]:
        """The turns that a rule looks at: those of its labels, or all in question."""
        named = {turn for label in labels for turn in label.turns}
        return [turn for turn in self._problem.turns if turn.turn in named] or self.turns

    def _untagged(self, number: int, rule: Eligible, turns: Sequence[Shift]) -> Iterator[Step]:
        lacking = [p for p in self._problem.people if set(rule.tags).isdisjoint(p.tags)]
        free = [p.id for p in lacking if any(self._only_barred_by(p.id, turn, rule.kind) for turn in turns)]
        for person in free[:FEW_PEOPLE]:
            yield from self._excuse(number, [person], turns)

    def _bent(self, number: int, labels: Sequence[Label], turns: Sequence[Shift]) -> Iterator[Step]:
        rule, people = self._case.rules[number], [label.person for label in labels if label.person]
        # What stands in for a rule where it has an exception is bent by another exception of that rule.
        own = number if rule.source is None else rule.source
        ids, when = [turn.turn for turn in turns], self._when(turns)
        for milder in looser(rule, self._problem, turns):
            bent = (bending.bend_for(self._case, own, milder, [person], ids, when) for person in dict.fromkeys(people))
            yield from (step for step in bent if step)
            if rule.source is None:
                yield bending.bend(self._case, number, milder)
        for person in dict.fromkeys(people):
            yield from self._excuse(own, [person], turns)
        if not people:
            yield from self._excuse(own, [], turns)

    def _excuse(self, number: int, people: Sequence[str], turns: Sequence[Shift]) -> Iterator[Step]:
        step = bending.excuse(self._case, number, people, [turn.turn for turn in turns], self._when(turns))
        yield from [step] if step else ()

    # ------------------------------------------------------------------------------------------------------- words

    def _layers(self, turns: Sequence[Shift]) -> str:
        return listing([layer_name(self._problem, key) for key in dict.fromkeys(turn.key for turn in turns)])

    def _when(self, turns: Sequence[Shift]) -> str:
        return self._calendar.turns(turns)


def layer_name(problem: Problem, key: str) -> str:
    """The role, if it has no other layer."""
    layer = problem.layer[key]
    return layer.role if len(problem.role[layer.role].layers) == 1 else key
