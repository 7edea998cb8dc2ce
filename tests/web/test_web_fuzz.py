"""Anything may arrive: `python tests/bench.py fuzz` sends seven times as much."""

from random import Random

import pytest

from fuzzing import STATUSES, Answer, answers, fuzz, judge, told_nothing, wires
from serving import name


def test_whatever_arrives_nothing_fails_and_nothing_gets_out() -> None:
    seen = fuzz(3_000)
    assert seen.keys() == STATUSES
    assert all(count > 20 for count in seen.values()), seen


def test_the_same_seed_makes_the_same_requests() -> None:
    assert list(wires(Random(1), 50)) == list(wires(Random(1), 50))


def test_a_wrong_answer_would_be_seen() -> None:
    (failed,) = answers(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\nno")
    with pytest.raises(AssertionError, match="status=500"):
        judge(failed)
    with pytest.raises(AssertionError, match="root:x"):
        judge(Answer(200, (), b"root:x:0:0"))
    with pytest.raises(AssertionError, match="GET"):
        told_nothing([f"GET /feeds/{name('ana')}"])
