"""The first plan of a large problem where nobody could hold a turn whole."""

import pytest

from builders import leave, problem, shift
from relieving import lax
from watchbill.load import Loads
from watchbill.rules import standing
from watchbill.solve import Effort, board, neighbours
from watchbill.solve.limits import Watch
from watchbill.solve.neighbours import Neighbours

PAIR = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))


def test_an_empty_turn_is_shared_before_anybody_elses_turns_are_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "FILLERS", ())
    away = tuple(
        leave(who, f"2027-01-04T{hour:02}", f"2027-01-04T{hour + 2:02}") for who, hour in (("ana", 2), ("bo", 8))
    )
    facts = lax(problem(("ana", "bo"), PAIR, leaves=away), 6)
    posted = board(facts, standing(), Loads(facts))
    found = Neighbours(posted.model).first(Effort(work=5), Watch())
    assert found is not None
    assert posted.model.valid(found)
    assert list(posted.relieved(found)) == [PAIR[0].id]
