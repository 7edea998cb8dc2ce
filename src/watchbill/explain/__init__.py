"""Why no plan can exist: a verified, minimal set of causes in names and dates. "No" is an answer.

First who is left for what runs at one time, which takes no solver; then the shortest stretch of turns that the rules
make impossible, a core of causes within it, and each cause dropped in turn. Every claim is judged again before it is
made, by a model with only those causes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from watchbill.domain import Problem
from watchbill.explain.crowd import Crowd
from watchbill.explain.minimal import minimal, stretch
from watchbill.explain.words import Teller
from watchbill.load import Loads
from watchbill.results import Infeasible
from watchbill.rules.base import Rule
from watchbill.solve.cores import Oracle
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch

WORK = 12.0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Labels that cannot all hold; `verified`: shown to be enough. `minimal`: without any one of them a plan exists."""

    labels: tuple[Label, ...]
    verified: bool = True
    minimal: bool = True


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
    return Infeasible(teller.causes(), teller.summary(), answer.minimal)


def found(board: LabelledBoard, oracle: Oracle) -> Conflict:
    """The causes themselves, of a board that has no plan."""
    crowd = Crowd(board)
    if labels := crowd.labels():
        least, _ = minimal(labels, crowd.impossible)
        return Conflict(tuple(least))
    return _searched(board, oracle)


def _searched(board: LabelledBoard, oracle: Oracle) -> Conflict:
    every = dict.fromkeys(board.labels.values())
    located = [label for label in every if label.due and label.turns]
    everywhere = [label for label in every if not (label.due and label.turns)]
    turns = [turn.turn for turn in board.problem.turns]
    # What is due to somebody wherever it falls makes every question a large one: first without.
    for others in ([label for label in everywhere if not label.due], everywhere):
        if oracle.impossible(others):
            return _least(others, oracle)
        window = stretch(turns, located, others, oracle.impossible)
        if window is not None:
            return _least([*window, *others], oracle)
    return Conflict((), verified=False, minimal=False)


def _least(labels: Sequence[Label], oracle: Oracle) -> Conflict:
    least, sure = minimal(oracle.core(labels), oracle.impossible)
    return Conflict(tuple(least), minimal=sure)
