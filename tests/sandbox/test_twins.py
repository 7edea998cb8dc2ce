"""The sandbox asks instant by instant, the client works with intervals: both must come to the same."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from builders import at
from watchbill.publish.pagerduty import render as client
from watchbill.publish.pagerduty import terms
from watchbill.sandbox import render as sandbox
from watchbill.sandbox.world import Layer, Override, Restriction, Schedule
from watchbill.times import Span

USERS = ("A", "B", "C")
ZONES = ("Europe/Berlin", "America/New_York", "Etc/UTC", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata")
CHANGES = tuple(map(at, ("2027-03-28T01", "2027-10-31T01", "2027-03-14T07", "2027-11-07T06", "2027-09-05T04")))
HOUR, DAY = 3_600, 86_400


restrictions = st.builds(
    Restriction,
    start=st.integers(0, 47).map(lambda halves: halves * 1_800),
    seconds=st.integers(1, 47).map(lambda halves: halves * 1_800),
    weekday=st.none() | st.integers(1, 7),
)


@st.composite
def layers(draw: st.DrawFn, name: str, near: datetime) -> Layer:
    start = near + timedelta(minutes=30 * draw(st.integers(-500, 300)))
    return Layer(
        id=name,
        name=name,
        start=start,
        end=draw(st.none() | st.integers(1, 900).map(lambda halves: start + timedelta(minutes=30 * halves))),
        virtual_start=start - timedelta(minutes=30 * draw(st.integers(0, 2_000))),
        turn=draw(st.sampled_from([HOUR, 5 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY])),
        users=tuple(draw(st.lists(st.sampled_from(USERS), min_size=1, max_size=4))),
        restrictions=tuple(draw(st.lists(restrictions, max_size=3))),
    )


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, Span]:
    near = draw(st.sampled_from(CHANGES))
    stack = tuple(draw(layers(f"L{n}", near)) for n in range(draw(st.integers(1, 3))))
    starts = draw(st.lists(st.integers(-200, 200), max_size=3))
    overrides = tuple(
        Override(f"Q{n}", start := near + timedelta(minutes=30 * halves), start + timedelta(hours=7), USERS[n])
        for n, halves in enumerate(starts)
    )
    window = Span(near - timedelta(days=6), near + timedelta(days=6))
    return Schedule("P", "P", draw(st.sampled_from(ZONES)), layers=stack, overrides=overrides), window


def as_client(schedule: Schedule, window: Span, turns: str) -> list[tuple[datetime, datetime, str]]:
    drawn = [
        terms.PdLayer(
            one.name, one.start, one.end, one.virtual_start, one.turn, one.users,
            tuple(terms.Restriction(r.start, r.seconds, r.weekday) for r in one.restrictions),
        )
        for one in schedule.layers
    ]  # fmt: skip
    overrides = [terms.Override(o.start, o.end, o.user) for o in schedule.overrides]
    meaning = terms.Meaning(turns="wall" if turns == "wall" else "elapsed")
    found = client.render(drawn, overrides, schedule.zone, window, meaning)
    return [(entry.start, entry.end, entry.user) for entry in found]


@settings(max_examples=250, deadline=None, derandomize=True)
@given(schedules(), st.sampled_from(["wall", "elapsed"]))
def test_both_renderers_agree(drawn: tuple[Schedule, Span], turns: str) -> None:
    schedule, window = drawn
    found = sandbox.final(schedule, window, turns, merged=True)
    assert [(entry.start, entry.end, entry.user) for entry in found] == as_client(schedule, window, turns)
