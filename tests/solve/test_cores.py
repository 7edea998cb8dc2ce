"""What one person can hold with one cause in force, counted by the engine."""

from collections.abc import Sequence

from builders import leave, problem, shift
from relieving import lax
from watchbill.load import Loads
from watchbill.problem import Problem
from watchbill.rules import Limit, Rule, standing
from watchbill.solve.cores import Oracle
from watchbill.solve.labelled import LabelledBoard
from watchbill.solve.limits import Watch

PAIR = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))
TURNS = tuple(turn.turn for turn in PAIR)
OFF = leave("ana", "2027-01-04T10", "2027-01-04T20")


def most(
    facts: Problem, kind: str | None, person: str, rules: Sequence[Rule] = (), turns: Sequence[str] = TURNS
) -> int:
    """How many of some turns a person can hold with the one cause of a kind that is theirs in force."""
    board = LabelledBoard(facts, Loads(facts))
    board.post((*standing(), *rules))
    mine = [label for label in board.labels.values() if label.kind == kind and label.person == person]
    found = Oracle(board, Watch(), 5.0).most(mine[0] if kind else None, person, turns)
    assert found is not None
    return found


def test_leave_takes_away_the_turns_that_it_touches() -> None:
    facts = problem(("ana", "bo"), PAIR, leaves=(OFF,))
    assert most(facts, None, "ana") == 2
    assert most(facts, "leave", "ana") == 1
    assert most(facts, "leave", "ana", turns=TURNS[:1]) == 0


def test_what_somebody_keeps_of_a_turn_is_a_turn_held() -> None:
    facts = lax(problem(("ana", "bo"), PAIR, leaves=(OFF,)), 14)
    assert most(facts, "leave", "ana", turns=TURNS[:1]) == 1
    assert most(facts, "leave", "ana") == 2


def test_a_turn_counts_once_however_many_choices_of_it_there_are() -> None:
    facts = lax(problem(("ana", "bo"), PAIR, leaves=(OFF,)), 14)
    assert most(facts, None, "ana", turns=TURNS[:1]) == 1
    assert most(facts, None, "bo", turns=TURNS[:1]) == 1
    assert most(facts, None, "bo") == 2


def test_a_part_taken_from_somebody_counts_against_a_limit_like_a_turn() -> None:
    facts = lax(problem(("ana", "bo"), PAIR, leaves=(OFF,)), 14)
    assert most(facts, "limit", "bo", (Limit(kind="limit", count="shifts", at_most=1),)) == 1
