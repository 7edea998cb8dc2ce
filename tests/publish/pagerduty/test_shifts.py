"""Custom shifts as values: what is made and dropped, what gives way to hands, and what rotates on after a plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from anyplans import PEOPLE, USERS, any_layer
from builders import at
from drafts import draft, holding
from watchbill.domain import Layer, Role, Stretch, TurnLength, Window
from watchbill.expand import expand
from watchbill.periods import Period, period
from watchbill.publish.pagerduty.legacy import Ours, stretch
from watchbill.publish.pagerduty.shift_tails import shown, tails
from watchbill.publish.pagerduty.shifts import Wanted, aim, back_to, carved, steps_to, stood_in
from watchbill.publish.pagerduty.standing import standing
from watchbill.publish.pagerduty.steps import DropRotation, DropShift, EndEvent, MakeEvent, MakeShifts, after
from watchbill.publish.pagerduty.terms import CustomShift, Entry, Event, Rotation, ShiftOverride, ShiftSchedule
from watchbill.results import Draft
from watchbill.sandbox import shift_render
from watchbill.sandbox.world import Event as SandboxEvent
from watchbill.sandbox.world import Rotation as SandboxRotation
from watchbill.sandbox.world import ShiftSchedule as SandboxSchedule
from watchbill.times import Dates, Span, merged

NOW = at("2027-01-06T12")
WEEK = Layer("primary", "week", "Europe/Berlin", TurnLength(1, "week"), 9 * 60, 0)


def shift(user: str, start: str, end: str, id_: str | None = None) -> CustomShift:
    return CustomShift(at(start), at(end), user, id_)


def schedule(*shifts: CustomShift, rotations: Sequence[Rotation] = (), **more: Any) -> ShiftSchedule:
    return replace(ShiftSchedule("PS", "S", "Europe/Berlin", "", tuple(shifts), tuple(rotations)), **more)


def known(*shifts: CustomShift) -> Ours:
    return Ours(stretches=frozenset(map(stretch, shifts)))


def of(*shifts: CustomShift) -> Wanted:
    return Wanted((tuple(shifts),))


# ------------------------------------------------------------------------------------------------------------ shifts


def test_what_stands_is_neither_made_nor_dropped() -> None:
    ana, bo = shift("PA", "2027-01-07T00", "2027-01-08T00"), shift("PB", "2027-01-08T00", "2027-01-09T00")
    goal = aim(schedule(replace(ana, id="S1")), of(ana, bo), known(ana, bo), NOW)
    assert (goal.make, goal.drop, goal.manual) == ((bo,), (), ())


def test_of_a_shift_that_has_begun_only_the_end_and_the_user_count() -> None:
    running = shift("PA", "2027-01-06T11", "2027-01-08T00", "S1")
    whole = shift("PA", "2027-01-04T00", "2027-01-08T00")
    goal = aim(schedule(running), of(whole), known(whole), NOW)
    assert (goal.make, goal.drop, goal.manual) == ((), (), ())
    other = replace(whole, end=at("2027-01-07T00"))
    goal = aim(schedule(running), of(other), known(whole), NOW)
    assert (goal.make, goal.drop) == ((other,), (running,))


def test_a_double_of_ours_goes_and_one_stays() -> None:
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00")
    one, two = replace(ana, id="S1"), replace(ana, id="S2")
    goal = aim(schedule(one, two), of(ana), known(ana), NOW)
    assert (goal.make, goal.drop) == ((), (two,))


def test_what_others_made_is_never_dropped() -> None:
    theirs = shift("PX", "2027-01-07T06", "2027-01-07T12", "S9")
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00")
    goal = aim(schedule(theirs), of(ana), known(ana), NOW)
    assert goal.drop == ()
    assert goal.manual == (theirs,)
    assert goal.make == (
        shift("PA", "2027-01-07T00", "2027-01-07T06"),
        shift("PA", "2027-01-07T12", "2027-01-08T00"),
    )


def test_what_another_period_wrote_is_neither_ours_nor_made_by_hand() -> None:
    before = shift("PX", "2027-01-01T00", "2027-01-07T00", "S9")
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00")
    hours, elsewhere = (Span(ana.start, ana.end),), (Span(before.start, before.end),)
    wanted = replace(of(ana), hours=hours, elsewhere=elsewhere)
    assert aim(schedule(before), wanted, known(ana), NOW).manual == ()
    assert aim(schedule(before), replace(wanted, elsewhere=()), known(ana), NOW).manual == (before,)


@pytest.mark.parametrize(
    ("guest", "left"),
    [("PX", ["PA"]), ("PA", ["PB"]), ("PB", ["PA"])],
    ids=["somebody else takes the last seat", "ana takes her own seat", "bo takes his own seat"],
)
def test_who_comes_by_hand_takes_one_seat(guest: str, left: list[str]) -> None:
    seats = [[shift(user, "2027-01-07T00", "2027-01-08T00")] for user in ("PA", "PB")]
    manual = shift(guest, "2027-01-07T06", "2027-01-07T12")
    pieces = carved(seats, [manual])
    assert [p.user for p in pieces if p.start <= at("2027-01-07T09") < p.end] == left
    assert sorted(p.user for p in pieces if p.start <= at("2027-01-07T05") < p.end) == ["PA", "PB"]
    assert sorted(p.user for p in pieces if p.start <= at("2027-01-07T12") < p.end) == ["PA", "PB"]


def test_two_by_hand_at_once_take_two_seats() -> None:
    seats = [[shift(user, "2027-01-07T00", "2027-01-08T00")] for user in ("PA", "PB", "PC")]
    manual = [shift("PX", "2027-01-07T00", "2027-01-07T12"), shift("PY", "2027-01-07T06", "2027-01-08T00")]
    pieces = carved(seats, manual)
    count = [sum(p.start <= hour < p.end for p in pieces) for hour in (at("2027-01-07T03"), at("2027-01-07T09"))]
    assert count == [2, 1]


def test_who_holds_two_seats_has_one_shift() -> None:
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00")
    assert carved([[ana], [ana]], []) == [ana]


def test_where_rotations_are_full_the_old_one_goes_first() -> None:
    theirs = [Rotation((event(f"by hand {n}"),), f"R{n}") for n in range(9)]
    old = Rotation((event(),), "R9")
    wanted = replace(of(), tails=(event(since="2027-04-05T07", id=None),))
    for foreign, kinds in ((theirs, ["drop_rotation", "make_event"]), (theirs[1:], ["make_event", "drop_rotation"])):
        live = schedule(rotations=[*foreign, old])
        steps = steps_to(live, aim(live, wanted, known(), NOW), NOW)
        assert [step.kind for step in steps] == kinds


def test_who_stands_in_gets_that_part_of_a_shift() -> None:
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00", "S1")
    override = ShiftOverride(at("2027-01-07T06"), at("2027-01-07T12"), "PA", "PX", custom_shift="S1")
    assert stood_in(ana, [override, replace(override, custom_shift="S2")]) == (
        Entry(at("2027-01-07T00"), at("2027-01-07T06"), "PA"),
        Entry(at("2027-01-07T06"), at("2027-01-07T12"), "PX"),
        Entry(at("2027-01-07T12"), at("2027-01-08T00"), "PA"),
    )


# ---------------------------------------------------------------------------------------------------------- standing


def event(name: str = "watchbill after week", since: str = "2027-01-11T08", **more: Any) -> Event:
    base = Event(
        name, at("2027-01-11T08"), at("2027-01-18T08"), "Europe/Berlin", at(since), None, ("RRULE:FREQ=WEEKLY",),
        ("PA", "PB"), 1, "E1",
    )  # fmt: skip
    return replace(base, **more)


def test_a_rule_counts_by_what_it_says_not_by_how_it_is_written() -> None:
    def told(rule: str) -> object:
        return standing(schedule(rotations=[Rotation((event(recurrence=(rule,)),), "R1")]), NOW)

    assert told("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU") == told("RRULE:BYDAY=TU,MO;FREQ=WEEKLY;WKST=MO")
    assert told("RRULE:FREQ=WEEKLY;BYDAY=MO") != told("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")


def test_empty_and_ended_rotations_do_not_count() -> None:
    over = Rotation((event(since="2027-01-01T00", until=at("2027-01-05T00")),), "R2")
    assert standing(schedule(rotations=[Rotation((), "R1"), over]), NOW) == standing(schedule(), NOW)


def test_an_override_goes_with_its_shift() -> None:
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00", "S1")
    override = ShiftOverride(ana.start, ana.end, "PA", "PX", custom_shift="S1")
    stays = schedule(ana, overrides=(override,))
    assert standing(stays, NOW) != standing(schedule(ana), NOW)
    assert standing(after(stays, DropShift(ana)), NOW) == standing(schedule(), NOW)


def test_each_step_leaves_what_a_read_shows_then() -> None:
    rotation = Rotation((event(),), "R1")
    state = schedule(rotations=[rotation])
    ended = replace(rotation, events=(event(until=at("2027-02-01T08")),))
    new = event("watchbill after night", id=None)
    ana = shift("PA", "2027-01-07T00", "2027-01-08T00")
    cases: list[tuple[Any, ShiftSchedule]] = [
        (MakeShifts((ana,)), schedule(replace(ana, id="S1"), rotations=[rotation])),
        (MakeEvent(new), schedule(rotations=[rotation, Rotation((replace(new, id="E7"),), "R7")])),
        (EndEvent("R1", event(), at("2027-02-01T08")), schedule(rotations=[ended])),
        (DropRotation(rotation), schedule()),
    ]
    for step, read in cases:
        assert standing(after(state, step), NOW) == standing(read, NOW) != standing(state, NOW), step.kind


def test_undoing_takes_away_what_was_made_and_brings_back_what_was_dropped() -> None:
    old, new = shift("PA", "2027-01-07T00", "2027-01-08T00", "S1"), shift("PB", "2027-01-07T00", "2027-01-08T00", "S2")
    by_hand = shift("PX", "2027-01-09T00", "2027-01-10T00", "S3")
    turned, fresh = Rotation((event(),), "R1"), Rotation((event(since="2027-04-05T07"),), "R2")
    before = schedule(old, rotations=[turned])
    live = schedule(new, by_hand, rotations=[fresh])
    goal = back_to(before, live, (replace(new, id=None),), NOW)
    assert (goal.make, goal.drop) == ((replace(old, id=None),), (new,))
    assert [e.since for e in goal.begin] == [at("2027-01-11T08")]
    assert goal.remove == (fresh,)


# ------------------------------------------------------------------------------------------------------------- tails


def rotated(rng: Random, layers: Sequence[Layer], when: Period, seats: int = 1) -> tuple[Draft, Role]:
    role = Role("primary", tuple(layers), seats=seats)
    people = rng.sample(PEOPLE, rng.randint(max(2, seats), len(PEOPLE)))
    shifts = expand([role], when, head=False)
    return draft(*(holding(s, people[(n + s.seat) % len(people)]) for n, s in enumerate(shifts)), when=when), role


def sandbox(events: Sequence[Event], window: Span) -> list[Entry]:
    """What events show by a renderer that is not ours."""
    strategy = "rotating_member_assignment_strategy"
    made = [
        SandboxEvent(
            e.name, e.name, e.start, e.end, e.zone, e.since, e.until, e.recurrence, strategy, e.users, e.per_user
        )
        for e in events
    ]
    rotations = tuple(SandboxRotation(e.name, (e,)) for e in made)
    found = shift_render.final(SandboxSchedule("PS", "S", "Etc/UTC", rotations=rotations), window, gaps=False)
    return [Entry(a.start, a.end, str(a.user)) for a in found]


@pytest.mark.parametrize("chunk", range(4))
def test_what_rotates_on_covers_exactly_the_hours_of_its_layer(chunk: int) -> None:
    for n in range(25):
        rng = Random(f"tails {chunk} {n}")
        first = date(2027, rng.randint(1, 12), rng.randint(1, 28))
        when = Period("test", Dates(first, first + timedelta(days=40)))
        base = any_layer(rng, "layer", "Europe/Berlin", when.dates)
        layer = replace(
            base,
            zone="Europe/Berlin",
            turn=rng.choice(
                [
                    TurnLength(1, "day"),
                    TurnLength(12, "hour"),
                    TurnLength(1, "week"),
                    TurnLength(8, "hour"),
                    TurnLength(2, "week"),
                ]
            ),
            weekday=None,
        )
        if layer.turn == TurnLength(1, "week"):
            layer = replace(layer, weekday=rng.randrange(7))
        plan, role = rotated(rng, [layer], when)
        if not plan.shifts:
            continue
        events = tails(plan, role, (1,), USERS, "Europe/Berlin", ())
        since = events[0].since
        window = Span(since, since + timedelta(days=30))
        later = expand([role], Period("later", Dates(first, first + timedelta(days=90))), head=False)
        wanted = merged(span for s in later for span in s.spans)
        got = sandbox(events, window)
        assert merged(e.span for e in got) == clip(wanted, window), (chunk, n, layer)
        assert len(merged(e.span for e in got)) <= len(got)
        assert sum((e.span.length for e in got), timedelta()) == sum(
            (s.length for s in clip(wanted, window)), timedelta()
        )
        assert sorted(e for one in events for e in shown(one, window)) == sorted(got)


def clip(spans: Sequence[Span], window: Span) -> tuple[Span, ...]:
    return tuple(both for span in spans if (both := span.common(window)))


@pytest.mark.parametrize(
    "layer",
    [
        WEEK,
        replace(WEEK, turn=TurnLength(2, "week"), anchor=date(2027, 1, 4), weekday=None),
        replace(WEEK, windows=(Window((0, 1, 2, 3, 4), 9 * 60, 17 * 60),)),
        replace(WEEK, windows=(Window((0, 1, 2, 3), 17 * 60, 33 * 60),), weekday=0, handoff=17 * 60),
        replace(WEEK, stretches=(Stretch(4 * 1440 + 17 * 60, 7 * 1440 + 9 * 60),), weekday=4, handoff=17 * 60),
        replace(WEEK, turn=TurnLength(1, "day"), weekday=None),
        replace(WEEK, turn=TurnLength(3, "day"), weekday=None, anchor=date(2027, 1, 4)),
        replace(WEEK, turn=TurnLength(12, "hour"), weekday=None, handoff=8 * 60),
        replace(WEEK, turn=TurnLength(8, "hour"), weekday=None, handoff=0),
    ],
    ids=["week", "fortnight", "office hours", "nights", "weekend", "day", "three days", "half days", "thirds"],
)  # fmt: skip
def test_a_turn_keeps_its_person_and_the_next_one_is_next_in_line(layer: Layer) -> None:
    when = period("2027-Q1")
    plan, role = rotated(Random(1), [layer], when)
    events = tails(plan, role, (1,), USERS, "Europe/Berlin", ())
    window = Span(events[0].since, events[0].since + timedelta(days=60))
    later = expand([role], Period("later", Dates(when.last, when.last + timedelta(days=70))), head=False)
    last: list[str] = [USERS[str(a.person)] for a in plan.shifts]
    line = sorted(set(last), key=lambda user: max(n for n, u in enumerate(last) if u == user))
    found = sandbox(events, window)
    turns = [s for s in later if s.start >= window.start and s.end <= window.end]
    for n, turn in enumerate(turns):
        assert {e.user for e in found if e.start < turn.end and turn.start < e.end} == {line[n % len(line)]}
    assert len(turns) > 3


def test_a_day_over_a_week_takes_its_hours() -> None:
    office = replace(WEEK, id="office", windows=(Window((0, 1, 2, 3, 4), 9 * 60, 17 * 60),), over=("week",))
    plan, role = rotated(Random(2), [WEEK, office], period("2027-Q1"))
    events = tails(plan, role, (1,), USERS, "Europe/Berlin", ())
    window = Span(events[0].since, events[0].since + timedelta(days=28))
    found = sandbox(events, window)
    assert merged(e.span for e in found) == (window,)
    assert sum((e.span.length for e in found), timedelta()) == window.length


def test_zones_that_part_leave_no_hole_and_no_double() -> None:
    layers = [
        replace(WEEK, id="east", windows=(Window(tuple(range(7)), 8 * 60, 20 * 60),)),
        replace(
            WEEK,
            id="west",
            zone="America/New_York",
            handoff=3 * 60,
            windows=(Window(tuple(range(7)), 14 * 60, 26 * 60),),
        ),
    ]
    plan, role = rotated(Random(3), layers, period("2027-Q1"))
    events = tails(plan, role, (1,), USERS, "Europe/London", ())
    assert {event.zone for event in events} == {"Europe/London"}
    assert {event.zone for event in tails(plan, replace(role, layers=(layers[1],)), (1,), USERS, "Etc/UTC", ())} == {
        "America/New_York"
    }
    window = Span(max(e.since for e in events), at("2027-12-01T00"))
    found = sandbox(events, window)
    assert merged(e.span for e in found) == (window,)
    assert sum((e.span.length for e in found), timedelta()) == window.length


def test_seats_begin_with_the_next_in_line() -> None:
    plan, role = rotated(Random(4), [WEEK], period("2027-Q1"), seats=2)
    first, second = tails(plan, role, (1, 2), USERS, "Europe/Berlin", ())
    assert second.users == (*first.users[1:], first.users[0])
    assert (first.name, second.name) == ("watchbill after week", "watchbill after week #101")


def test_who_has_left_and_guests_are_not_in_line() -> None:
    plan, role = rotated(Random(5), [WEEK], period("2027-Q1"))
    holders = sorted({str(a.person) for a in plan.shifts})
    users = {**USERS, "guest:PG": "PG"}
    (whole,) = tails(plan, role, (1,), users, "Europe/Berlin", ())
    (less,) = tails(plan, role, (1,), users, "Europe/Berlin", {holders[0]})
    assert set(whole.users) - set(less.users) == {USERS[holders[0]]}
    guest = replace(plan.shifts[-1], person="guest:PG", parts=(replace(plan.shifts[-1].parts[0], person="guest:PG"),))
    (still,) = tails(replace(plan, shifts=(*plan.shifts[:-1], guest)), role, (1,), users, "Europe/Berlin", ())
    assert "PG" not in still.users


def test_at_most_twenty_take_turns() -> None:
    people = [f"p{n:02}" for n in range(26)]
    users = {person: f"P{person.upper()}" for person in people}
    role = Role("primary", (replace(WEEK, turn=TurnLength(1, "day"), weekday=None),))
    shifts = expand([role], period("2027-01"), head=False)
    plan = draft(*(holding(s, people[n % 26]) for n, s in enumerate(shifts)))
    (one,) = tails(plan, role, (1,), users, "Europe/Berlin", ())
    assert len(one.users) == 20


def test_a_handoff_that_the_clock_skips_keeps_its_hour_later() -> None:
    layer = replace(WEEK, handoff=2 * 60 + 30, weekday=6)
    when = Period("2027-03-01..2027-03-27", Dates(date(2027, 3, 1), date(2027, 3, 27)))
    plan, role = rotated(Random(6), [layer], when)
    (one,) = tails(plan, role, (1,), USERS, "Europe/Berlin", ())
    assert one.since == at("2027-03-28T01:00")
    found = sandbox([one], Span(one.since, one.since + timedelta(days=20)))
    assert [e.start for e in found] == [at("2027-03-28T01:00"), at("2027-04-04T00:30"), at("2027-04-11T00:30")]
    assert [e.user for e in found] == list(one.users * 2)[:3]
