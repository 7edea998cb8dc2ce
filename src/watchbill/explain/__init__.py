"""Why no plan can exist: a verified, minimal set of causes in names and dates. "No" is an answer.

First who is left for what runs at one time, which takes no solver; then the shortest stretch of turns that the rules
make impossible, a core of causes within it, and each cause dropped in turn. Every claim is judged again before it is
made, by a model with only those causes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from watchbill.domain import Problem
from watchbill.explain.crowd import Crowd
from watchbill.explain.minimal import Impossible, Window, coarse, minimal
from watchbill.explain.words import Teller
from watchbill.load import Loads
from watchbill.results import Infeasible
from watchbill.rules.base import Rule
from watchbill.solve.cores import Oracle
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch

WORK = 15.0
FIRST_STRETCH = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """Labels that cannot all hold. `verified`: shown to be enough; `minimal`: without any one of them they could.

    `also`: turns, by id, that by themselves have too few people too.
    """

    labels: tuple[Label, ...]
    verified: bool = True
    minimal: bool = True
    also: tuple[str, ...] = ()


def conflict(
    problem: Problem, rules: Sequence[Rule], loads: Loads, *, watch: Watch | None = None, work: float = WORK
) -> Infeasible:
    """Why a problem that has no plan has none, in sentences. `work` is deterministic work, roughly seconds.

    Stopping the watch ends with what is known so far, which may hold more causes than are needed, or none.
    """
    board = LabelledBoard(problem, loads)
    board.post(rules)
    oracle = Oracle(board, watch or Watch(), work)
    answer = found(board, oracle)
    teller = Teller(board, rules, answer.labels, oracle.most)
    if not answer.verified:
        return Infeasible(minimal=False)
    return Infeasible(teller.causes(), teller.summary(answer.also), answer.minimal)


def found(board: LabelledBoard, oracle: Oracle) -> Conflict:
    """The causes themselves, of a board that has no plan."""
    crowd = Crowd(board)
    if short := crowd.short():
        first, *others = short
        least, _ = minimal(crowd.causes(first), lambda labels: crowd.missing(first, labels) > 0)
        return Conflict(tuple(least), also=tuple(turn.turn for turns in others for turn in turns))
    return _searched(board, oracle)


def _searched(board: LabelledBoard, oracle: Oracle) -> Conflict:
    every = dict.fromkeys(board.labels.values())
    window = Window(
        [turn.turn for turn in board.problem.turns], [label for label in every if label.due and label.turns]
    )
    anywhere = [label for label in every if not (label.due and label.turns)]
    # What is due to somebody wherever it falls makes every question a large one: first without, in short stretches.
    for size, others in ((FIRST_STRETCH, [label for label in anywhere if not label.due]), (len(every), anywhere)):
        part = () if oracle.impossible(others) else window.found(_beside(others, oracle), size)
        if part is not None:
            needed = coarse(others, _beside(window.causes(part), oracle))
            part = window.shrunk(part, _beside(needed, oracle)) if part else part
            return _least([*window.causes(part), *needed], oracle)
    return Conflict((), verified=False, minimal=False)


def _beside(given: Sequence[Label], oracle: Oracle) -> Impossible:
    return lambda labels: oracle.impossible([*given, *labels])


def _least(labels: Sequence[Label], oracle: Oracle) -> Conflict:
    least, sure = minimal(oracle.core(labels), oracle.impossible)
    return Conflict(tuple(least), minimal=sure)
