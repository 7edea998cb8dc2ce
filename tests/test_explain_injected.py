"""Thirty conflicts in the small scenarios: found, minimal by the other engine, and ended by the first way out."""

from collections.abc import Collection

import pytest

from conflicts import INJECTED, ended, found
from watchbill.solve.existence import solvable_by_highs
from watchbill.solve.labelled import Label, LabelledBoard
from watchbill.solve.limits import Watch

# These take more than three seconds; `python tests/bench.py conflicts` goes through all of them.
SLOW = {"one turn a quarter is not enough", "who hands over primary takes secondary, and may not"}
QUICK = [name for name in INJECTED if name not in SLOW]


def possible(posted: LabelledBoard, labels: Collection[Label]) -> bool | None:
    """Whether HiGHS finds a plan that keeps these labels and the laws of nature."""
    chosen = set(labels)
    rows = [row for n, row in enumerate(posted.model.rows) if n not in posted.labels or posted.labels[n] in chosen]
    return solvable_by_highs(rows, range(len(posted.model.lower)), Watch())


@pytest.mark.parametrize("name", INJECTED)
def test_an_injected_conflict_is_found_and_each_of_its_causes_is_real(name: str) -> None:
    case = found(INJECTED[name], 1)
    labels = case.conflicts[0].labels
    assert case.conflicts[0].minimal
    assert {label.kind for label in labels} == INJECTED[name].kinds
    assert possible(case.board, labels) is False
    for label in labels:
        assert possible(case.board, [other for other in labels if other != label]), label


@pytest.mark.parametrize("name", QUICK)
def test_the_first_way_out_makes_a_plan_possible(name: str) -> None:
    way_out = ended(found(INJECTED[name], 3))
    assert way_out.way
    assert way_out.way.solves
    assert way_out.confirmed


def test_every_kind_of_rule_is_in_some_conflict() -> None:
    seen = set().union(*(one.kinds for one in INJECTED.values()))
    assert seen >= {"cover", "eligible", "follow", "leave", "limit", "pair", "pin", "rest", "space", "waking"}
    assert len(INJECTED) >= 30
