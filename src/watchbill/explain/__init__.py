"""Why no plan can exist: verified, minimal sets of causes in names and dates, and ways out. "No" is an answer.

First who is left for what runs at one time, which takes no solver; then the shortest stretch of turns that the rules
make impossible, a core of causes within it, and each cause dropped in turn. Every claim is judged again before it is
made, by a model with only those causes; and that there is no plan is said only when a second solve agrees.
"""

from collections.abc import Sequence
from dataclasses import replace

from watchbill.explain.repairs import mended, whole
from watchbill.explain.search import Conflict, found, several
from watchbill.explain.steps import Case
from watchbill.explain.words import Teller
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.results import Infeasible, OutOfTime
from watchbill.rules.base import Rule
from watchbill.solve.cores import Oracle
from watchbill.solve.existence import OTHER, exists
from watchbill.solve.labelled import LabelledBoard
from watchbill.solve.limits import Progress, Watch

__all__ = ["MANY", "Conflict", "conflict", "explained", "found"]

WORK = 15.0
FEW, MANY = 3, 50
DISAGREE = (
    "one solve finds that no plan can exist, another one finds a plan, so one of them is wrong; nothing is claimed. "
    "Please report it, with the output of: watchbill check --json"
)
UNCONFIRMED = "one solve finds that no plan can exist, but no second one confirmed it within the work allowed"


def conflict(
    problem: Problem, rules: Sequence[Rule], loads: Loads, *, watch: Watch | None = None, work: float = WORK
) -> Infeasible:
    """Why a problem that has no plan has none, in sentences. `work` is deterministic work, roughly seconds.

    Stopping the watch ends with what is known so far, which may hold more causes than are needed, or none.
    """
    board = _board(problem, rules, loads)
    oracle = Oracle(board, watch or Watch(), work)
    return _told(board, rules, several(board, oracle, 1), oracle, 1)


def explained(
    problem: Problem,
    rules: Sequence[Rule],
    loads: Loads,
    *,
    watch: Watch | None = None,
    work: float = WORK,
    most: int = FEW,
) -> Infeasible | OutOfTime:
    """Up to `most` conflicts of a problem that a solve found to have no plan, with ways out of each.

    Counting people is proof by itself; else another engine must agree before anything is claimed. `OutOfTime` if it
    does not.
    """
    watch = watch or Watch()
    board = _board(problem, rules, loads)
    oracle = Oracle(board, watch, work)
    watch.report(Progress("causes", None, None))
    listed = several(board, oracle, most)
    if not any(one.counted for one in listed):
        agreed = _agreed(listed[0], oracle, problem, rules, loads, watch)
        if not agreed:
            return OutOfTime(DISAGREE if agreed is False else UNCONFIRMED)
    told = _told(board, rules, listed, oracle, most)
    return _mended(told, board, Case(problem, tuple(rules)), listed, most, watch)


def _board(problem: Problem, rules: Sequence[Rule], loads: Loads) -> LabelledBoard:
    board = LabelledBoard(problem, loads)
    board.post(rules)
    return board


def _agreed(
    one: Conflict, oracle: Oracle, problem: Problem, rules: Sequence[Rule], loads: Loads, watch: Watch
) -> bool | None:
    """Whether another engine finds the causes impossible, or else another solve the whole."""
    if one.verified and (confirmed := oracle.confirmed(one.labels)) is not None:
        return confirmed
    plan = exists(problem, rules, loads, settings=OTHER, watch=watch)
    return None if plan is None else not plan


def _told(
    board: LabelledBoard, rules: Sequence[Rule], listed: Sequence[Conflict], oracle: Oracle, most: int
) -> Infeasible:
    shown = listed[:most]
    first, *others = [_one(board, rules, one, oracle) for one in shown]
    return replace(first, others=tuple(others), unseen=len(listed) - len(shown))


def _one(board: LabelledBoard, rules: Sequence[Rule], one: Conflict, oracle: Oracle) -> Infeasible:
    if not one.verified:
        return Infeasible(minimal=False)
    teller = Teller(board, rules, one.labels, oracle.most)
    return Infeasible(teller.causes(), teller.summary(one.also), one.minimal)


def _mended(
    told: Infeasible, board: LabelledBoard, case: Case, listed: Sequence[Conflict], most: int, watch: Watch
) -> Infeasible:
    """With ways out of each conflict that is told."""
    if not listed[0].verified:
        return told
    watch.report(Progress("ways out", None, None))
    each = [mended(board, case, one, [o for o in listed if o is not one], watch) for one in listed[:most]]
    first, *others = [
        replace(one, repairs=found.repairs) for one, found in zip((told, *told.others), each, strict=True)
    ]
    ends_all = None if each[0].alone else whole(board, case, listed, each, watch)
    return replace(first, others=tuple(others), unseen=told.unseen, whole=ends_all[0] if ends_all else None)
