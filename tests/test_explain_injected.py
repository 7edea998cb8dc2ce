"""Thirty conflicts in the small scenarios: found, minimal by the other engine, and ended by the first way out."""

from collections.abc import Collection
from dataclasses import dataclass

import pytest

from conflicts import INJECTED, made
from watchbill.explain.repairs import mended, whole
from watchbill.explain.search import Conflict, several
from watchbill.explain.steps import Case
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules import Rule
from watchbill.solve import board
from watchbill.solve.cores import Oracle
from watchbill.solve.existence import solvable_by_highs
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch

# The others are slower, and `python tests/bench.py conflicts` goes through all of them.
QUICK = (
    "a week in which one is left for two roles",
    "no senior is there for a week",
    "primary is pinned to someone away",
    "two turns in a row are pinned to one",
    "two who never work together are all that is left",
    "who is left is busy in the plan before",
    "more hours than a fortnight allows",
    "one is left for a day and its night",
    "a longer rest than two people can have",
    "a week in which four of six ski",
)


@dataclass(frozen=True)
class Found:
    """What was found in one case: the board and all conflicts."""

    problem: Problem
    rules: tuple[Rule, ...]
    board: LabelledBoard
    conflicts: list[Conflict]


def found(name: str, most: int) -> Found:
    problem, rules = made(INJECTED[name])
    posted = LabelledBoard(problem, Loads(problem))
    posted.post(rules)
    return Found(problem, rules, posted, list(several(posted, Oracle(posted, Watch(), 15.0), most)))


def possible(posted: LabelledBoard, labels: Collection[Label]) -> bool | None:
    """Whether HiGHS finds a plan that keeps these labels and the laws of nature."""
    chosen = set(labels)
    rows = [row for n, row in enumerate(posted.model.rows) if n not in posted.labels or posted.labels[n] in chosen]
    return solvable_by_highs(rows, range(len(posted.model.lower)), Watch())


@pytest.mark.parametrize("name", INJECTED)
def test_an_injected_conflict_is_found_and_each_of_its_causes_is_real(name: str) -> None:
    case = found(name, 1)
    labels = case.conflicts[0].labels
    assert case.conflicts[0].minimal
    assert {label.kind for label in labels} == INJECTED[name].kinds
    assert possible(case.board, labels) is False
    for label in labels:
        assert possible(case.board, [other for other in labels if other != label]), label


@pytest.mark.parametrize("name", QUICK)
def test_the_first_way_out_makes_a_plan_possible(name: str) -> None:
    found_ = found(name, 3)
    case, listed, watch = Case(found_.problem, found_.rules), found_.conflicts, Watch()
    each = [mended(found_.board, case, one, [o for o in listed if o is not one], watch) for one in listed[:3]]
    assert all(one.repairs for one in each)
    if each[0].alone:
        assert each[0].repairs[0].solves
        chosen = each[0].ways[0]
    else:
        ends_all = whole(found_.board, case, listed, each, watch)
        assert ends_all
        chosen = ends_all[1]
    for step in chosen:
        case = step.change(case)
    hard = [rule for rule in case.rules if rule.hard]
    model = board(case.problem, hard, Loads(case.problem)).model
    rows = [row for row in model.rows if row.variables or not row.holds_at_zero]
    free = [v for v in range(len(model.lower)) if model.upper[v]]
    assert solvable_by_highs(rows, free, watch)


def test_every_kind_of_rule_is_in_some_conflict() -> None:
    seen = set().union(*(one.kinds for one in INJECTED.values()))
    assert seen >= {"cover", "eligible", "follow", "leave", "limit", "pair", "pin", "rest", "space", "waking"}
    assert len(INJECTED) >= 30
