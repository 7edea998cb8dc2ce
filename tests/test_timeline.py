"""Turns are found by time exactly where they share some of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from watchbill.domain import Shift
from watchbill.timeline import Timeline
from watchbill.times import Span, merged

START = datetime(2027, 1, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(first: int, last: int) -> Span:
    return Span(START + first * HOUR, START + last * HOUR)


def turns(*pieces: Sequence[Span]) -> tuple[Shift, ...]:
    listed = sorted((tuple(spans) for spans in pieces if spans), key=lambda spans: spans[0].start)
    return tuple(Shift(f"{n}", f"{n}", "primary", "week", 1, spans[0].start, spans) for n, spans in enumerate(listed))


def found(timeline: Timeline, *spans: Span) -> list[str]:
    return [turn.id for turn in timeline.sharing(spans)]


def test_turns_that_touch_a_span_share_no_time_with_it() -> None:
    timeline = Timeline(turns([hours(0, 8)], [hours(8, 16)], [hours(16, 24)]))
    assert found(timeline, hours(8, 16)) == ["1"]
    assert found(timeline, hours(7, 9)) == ["0", "1"]


def test_a_turn_is_found_although_shorter_ones_begin_after_it() -> None:
    timeline = Timeline(turns([hours(0, 100)], [hours(1, 2)], [hours(3, 4)], [hours(5, 6)]))
    assert found(timeline, hours(90, 91)) == ["0"]


def test_a_break_inside_a_turn_is_none_of_its_time() -> None:
    timeline = Timeline(turns([hours(0, 8), hours(24, 32)], [hours(8, 9)]))
    assert found(timeline, hours(9, 24)) == []
    assert found(timeline, hours(9, 25)) == ["0"]


def test_each_turn_is_told_once_and_in_order() -> None:
    timeline = Timeline(turns([hours(0, 24)], [hours(24, 48)]))
    assert found(timeline, hours(30, 31), hours(2, 3), hours(4, 5)) == ["0", "1"]


def test_without_turns_nothing_is_found() -> None:
    assert found(Timeline(()), hours(0, 1)) == []


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=4).map(
    lambda pairs: merged(hours(first, first + length) for first, length in pairs)
)


@given(pieces=st.lists(SPANS, max_size=8), asked=SPANS)
def test_what_is_found_is_what_a_look_at_every_turn_finds(pieces: list[Sequence[Span]], asked: Sequence[Span]) -> None:
    listed = turns(*pieces)
    shared = [turn.id for turn in listed if any(one.meets(other) for one in turn.spans for other in asked)]
    assert found(Timeline(listed), *asked) == shared
