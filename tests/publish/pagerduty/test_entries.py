"""Sums over who is on call when, held against looking at every minute."""

import random
from datetime import datetime, timedelta

import pytest

from builders import at
from watchbill.publish.pagerduty.entries import Move, clipped, moves, painted
from watchbill.publish.pagerduty.terms import Entry
from watchbill.times import Span, merged

START = at("2027-01-04T00")


def minute(n: int) -> datetime:
    return START + timedelta(minutes=n)


def some(rng: random.Random) -> list[Entry]:
    starts = [rng.randint(0, 40) for _ in range(rng.randint(0, 6))]
    return [Entry(minute(n), minute(n + rng.randint(1, 15)), rng.choice("ABC")) for n in starts]


def on(entries: list[Entry], n: int) -> tuple[str, ...]:
    return tuple(sorted({e.user for e in entries if e.start <= minute(n) < e.end}))


@pytest.mark.parametrize("seed", range(60))
def test_moves_are_what_a_look_at_every_minute_finds(seed: int) -> None:
    rng = random.Random(seed)
    before, after = some(rng), some(rng)
    within = merged(Span(minute(n), minute(n + rng.randint(5, 30))) for n in (rng.randint(0, 30), rng.randint(0, 30)))
    inside = [n for n in range(60) if any(span.start <= minute(n) < span.end for span in within)]
    found = moves(before, after, within)
    told = {n: (m.before, m.after) for m in found for n in range(60) if m.span.start <= minute(n) < m.span.end}
    assert told == {n: (on(before, n), on(after, n)) for n in inside if on(before, n) != on(after, n)}
    assert list(found) == sorted(found, key=lambda move: move.span)


def test_alike_neighbours_are_one_move() -> None:
    before = [Entry(minute(0), minute(5), "A"), Entry(minute(5), minute(9), "A")]
    (move,) = moves(before, [], (Span(minute(0), minute(60)),))
    assert move == Move(Span(minute(0), minute(9)), ("A",), ())


def test_what_is_painted_later_covers_what_was_painted_before() -> None:
    below = [Entry(minute(0), minute(10), "A")]
    above = [Entry(minute(2), minute(6), "B"), Entry(minute(4), minute(8), "C")]
    assert [(e.user, e.start, e.end) for e in painted(below, above)] == [
        ("A", minute(0), minute(2)),
        ("B", minute(2), minute(4)),
        ("C", minute(4), minute(8)),
        ("A", minute(8), minute(10)),
    ]


def test_what_is_clipped_lies_within() -> None:
    spans = (Span(minute(2), minute(4)), Span(minute(8), minute(20)))
    held = [Entry(minute(0), minute(10), "A")]
    assert [(e.start, e.end) for e in clipped(held, spans)] == [(minute(2), minute(4)), (minute(8), minute(10))]
