"""Pushes to shift-based schedules over real HTTP: custom shifts arrive, without doubles, and no hour is left open."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from described import DOCUMENT, faults
from pushes import NOW, PEOPLE, Q1, Desk, days, given, handed, publish, seed, team, user
from watchbill import pushing
from watchbill.errors import Refused, WatchbillError
from watchbill.periods import Period, period
from watchbill.publish.pagerduty.entries import moves
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.results import Assigned, Draft
from watchbill.sandbox import running, shift_render
from watchbill.sandbox.server import Handle
from watchbill.times import Span, iso, merged
from watchbill.workspace import plans

ID = "PSHIFT1"
ROLE = "primary: {schedule: Payments primary, as: custom_shifts}"
WEEK = "week: {turn: 1 week, handoff: mon 09:00}"
TWO_SEATS = f"{WEEK}\n    seats: 2"
WEDNESDAY = datetime(2027, 2, 3, 9, tzinfo=UTC)
PATH = f"/v3/schedules/{ID}"


def account(**more: Any) -> dict[str, Any]:
    return seed(schedules_v3=[{"id": ID, "name": "Payments primary", "time_zone": "Europe/Berlin", **more}])


@pytest.fixture
def box() -> Iterator[Handle]:
    with running(account(), now=NOW) as handle:
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    folder = team(tmp_path / "team", ROLE, {"primary": WEEK})
    publish(folder)
    return Desk(folder, box)


def part_given(assigned: Assigned) -> Assigned:
    """One day of one week goes to hal."""
    if assigned.shift.id == "primary/week/2027-02-01":
        return handed(assigned, "hal", WEDNESDAY, WEDNESDAY + days(1))
    return assigned


def revised(assigned: Assigned) -> Assigned:
    """Other parts than before, and a week that changes hands."""
    if assigned.shift.id == "primary/week/2027-02-01":
        return handed(assigned, "gus", WEDNESDAY + days(2), WEDNESDAY + days(3))
    if assigned.shift.id == "primary/week/2027-03-01":
        return given(assigned, "hal")
    return assigned


def planned(plan: Draft, since: datetime) -> dict[str, tuple[Span, ...]]:
    """Who is on call when by the plan from an instant on, from its parts alone."""
    return by_user([(user(p.person), p.start, p.end) for a in plan.shifts for p in a.parts], since)


def live(box: Handle, since: datetime) -> dict[str, tuple[Span, ...]]:
    """Who is on call when by the custom shifts that PagerDuty holds."""
    shifts = box.state.shift_schedules[ID].shifts
    return by_user([(str(s.user), s.start, s.end) for s in shifts], since)


def by_user(held: list[tuple[str, datetime, datetime]], since: datetime) -> dict[str, tuple[Span, ...]]:
    found: dict[str, list[Span]] = {}
    for who, start, end in held:
        if end > since:
            found.setdefault(who, []).append(Span(max(start, since), end))
    return {who: merged(spans) for who, spans in sorted(found.items())}


def doubles(box: Handle, now: datetime = NOW) -> list[str]:
    """Custom shifts that are there twice, and endless events of which there is more than one of a name."""
    found = box.state.shift_schedules[ID]
    keys: list[tuple[object, ...]] = [(max(s.start, now), s.end, s.user) for s in found.shifts if s.end > now]
    keys += [(e.name,) for r in found.rotations for e in r.events if e.until is None]
    return sorted({str(key) for key in keys if keys.count(key) > 1})


def active(box: Handle, now: datetime) -> int:
    rotations = box.state.shift_schedules[ID].rotations
    return sum(not r.events or any(e.until is None or e.until > now for e in r.events) for r in rotations)


def plan_of(desk: Desk, of: Period = Q1) -> Draft:
    return next(plan for plan in plans.read_plans(desk.folder) if plan.period == of)


def keys(desk: Desk, of: Period = Q1) -> list[str]:
    return list(dict.fromkeys(h.key for h in desk.show(of).withheld))


def pushed_as_shown(desk: Desk, of: Period) -> None:
    """Shows and applies; who is on call afterwards is who was shown to be."""
    found = keys(desk, of)
    (shown,) = desk.show(of, allowed=found).shown
    assert shown.moves
    (after,) = desk.push(of, allowed=found).after.shown
    assert moves(shown.expected, after.final, shown.judged) == ()


def by_hand(box: Handle, who: str, start: datetime, end: datetime) -> None:
    member = {"type": "user_member", "user_id": user(who)}
    shift = {
        "type": "custom_shift",
        "start_time": iso(start),
        "end_time": iso(end),
        "assignments": [{"type": "shift_assignment", "member": member}],
    }
    box.manual("POST", f"{PATH}/custom_shifts", {"custom_shifts": [shift]})


def stand_in(box: Handle, shift: str, who: str, instead: str, start: datetime, end: datetime) -> None:
    """What a human does in PagerDuty to take over a part of a shift."""
    override = {
        "type": "override_shift",
        "custom_shift_id": shift,
        "start_time": iso(start),
        "end_time": iso(end),
        "overridden_member": {"type": "user_member", "user_id": user(who)},
        "overriding_member": {"type": "user_member", "user_id": user(instead)},
    }
    box.manual("POST", f"{PATH}/overrides", {"overrides": [override]})


def shift_at(box: Handle, at: datetime) -> Any:
    return next(s for s in box.state.shift_schedules[ID].shifts if s.start <= at < s.end)


# ------------------------------------------------------------------------------------------------------------ plain


def test_a_quarter_arrives_and_then_nothing_is_to_be_written(desk: Desk, tmp_path: Path) -> None:
    publish(desk.folder, change=part_given)
    done = desk.push()
    assert done.after.settled
    assert live(desk.box, NOW) == planned(plan_of(desk), NOW)
    assert [w["method"] for w in desk.box.writes] == ["POST", "POST", "POST"]
    assert desk.show().settled
    assert desk.show().shown[0].cover is None
    assert desk.clone(tmp_path / "clone", committed=False).show().settled


@pytest.mark.skipif(not DOCUMENT.exists(), reason="needs PagerDuty's description of its API")
def test_all_that_is_sent_is_as_pagerduty_describes_it(desk: Desk) -> None:
    desk.push()
    publish(desk.folder, change=revised)
    desk.push()
    publish(desk.folder, period("2027-Q3"))
    desk.box.set_now(datetime(2027, 6, 1, tzinfo=UTC))
    desk.push(period("2027-Q3"), allowed=keys(desk, period("2027-Q3")))
    seen = {
        (w["method"], w["path"].rsplit("/", 2)[-2 if w["method"] in {"PUT", "DELETE"} else -1]) for w in desk.box.writes
    }
    assert seen >= {("POST", "custom_shifts"), ("POST", "rotations"), ("POST", "events"), ("PUT", "events")}
    assert ("DELETE", "custom_shifts") in seen
    for write in desk.box.writes:
        assert faults(write["method"], write["path"], write["body"]) == []


def test_a_schedule_is_made_where_asked(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": WEEK})
    publish(folder)
    with running(seed(), now=NOW) as box:
        desk = Desk(folder, box)
        with pytest.raises(Refused, match=r'no schedule called "Payments primary".*--create'):
            desk.show()
        assert desk.push(create=True).after.settled
        assert desk.show().settled
        assert [s.name for s in box.state.shift_schedules.values()] == ["Payments primary"]


def test_a_week_that_changes_hands_is_made_before_it_is_dropped(desk: Desk) -> None:
    publish(desk.folder, change=part_given)
    desk.push()
    watched = desk.box.watch(ID, NOW + days(25), NOW + days(100))
    publish(desk.folder, change=revised)
    shown = desk.show().shown[0]
    assert [step.kind for step in shown.steps] == ["make_shifts", "make_event", "drop_rotation", *["drop_shift"] * 4]
    assert "until the last write is made both are on call: " in shown.notes[0]
    assert desk.push().after.settled
    assert live(desk.box, NOW) == planned(plan_of(desk), NOW)
    assert not watched.as_json()["gaps"]


def test_a_running_shift_is_taken_over_from_now_on(desk: Desk) -> None:
    desk.push()
    now = datetime(2027, 2, 3, 12, 34, 56, tzinfo=UTC)
    desk.box.set_now(now)
    minute = now.replace(second=0)
    watched = desk.box.watch(ID, now, now + days(40))
    publish(
        desk.folder,
        change=lambda a: handed(a, "hal", minute, minute + days(2)) if a.shift.start <= now < a.shift.end else a,
    )
    shown = desk.show()
    assert [h.key for h in shown.withheld] == ["notice:primary"]
    assert desk.push(allowed=["notice:primary"]).after.settled
    assert live(desk.box, now)[user("hal")][0].start == now
    assert live(desk.box, now) == planned(plan_of(desk), now)
    assert not watched.as_json()["gaps"]
    assert not watched.records[-1]["doubles"]


def test_the_notes_name_who_is_on_call_twice_for_a_moment(desk: Desk) -> None:
    desk.push()
    publish(desk.folder, change=lambda a: given(a, "hal") if a.shift.id == "primary/week/2027-03-01" else a)
    before = shift_at(desk.box, datetime(2027, 3, 2, tzinfo=UTC)).user
    name = next(p.title() for p in PEOPLE if user(p) == before)
    assert desk.show().shown[0].notes == (
        f"until the last write is made both are on call: {name} and Hal 1 Mar 09:00 to 8 Mar 09:00",
    )


# ------------------------------------------------------------------------------------------------------------ seats


def test_two_seats_share_a_schedule(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": TWO_SEATS})
    publish(folder)
    desk = Desk(folder, box)
    assert desk.push().after.settled
    assert live(box, NOW) == planned(plan_of(desk), NOW)
    watched = box.watch(ID, NOW + days(25), NOW + days(200), seats=2)
    assert not watched.as_json()["doubles"]
    assert not watched.as_json()["gaps"]
    later = {e.user for e in at(box, datetime(2027, 5, 5, tzinfo=UTC))}
    assert len(later) == 2
    publish(folder, change=lambda a: given(a, "hal") if a.shift.id == "primary/week/2027-03-01/2" else a)
    assert desk.push().after.settled
    assert live(box, NOW) == planned(plan_of(desk), NOW)
    assert desk.clone(tmp_path / "clone", committed=False).show().settled


def at(box: Handle, when: datetime) -> list[Any]:
    window = Span(when, when + timedelta(minutes=1))
    return [a for a in shift_render.final(box.state.shift_schedules[ID], window, gaps=False) if a.user]


def test_who_comes_by_hand_takes_one_seat_of_two(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": TWO_SEATS})
    publish(folder)
    desk = Desk(folder, box)
    desk.push()
    first = {a.user for a in at(box, WEDNESDAY)}
    plan = plan_of(desk)
    seat_1 = next(a for a in plan.shifts if a.shift.seat == 1 and a.shift.start <= WEDNESDAY < a.shift.end)
    by_hand(box, "hal", WEDNESDAY, WEDNESDAY + days(1))
    assert desk.push().after.settled
    assert {a.user for a in at(box, WEDNESDAY)} == {user(str(seat_1.person)), user("hal")}
    assert {a.user for a in at(box, WEDNESDAY + days(1))} == first


# ---------------------------------------------------------------------------------------------------------- by hand


def test_a_shift_made_by_hand_stays_and_ours_is_cut_around_it(desk: Desk, tmp_path: Path) -> None:
    by_hand(desk.box, "hal", WEDNESDAY, WEDNESDAY + days(1))
    watched = desk.box.watch(ID, NOW + days(25), NOW + days(100))
    shown = desk.show().shown[0]
    assert [entry.user for entry in shown.manual] == [user("hal")]
    assert desk.push().after.settled
    assert [a.user for a in at(desk.box, WEDNESDAY)] == [user("hal")]
    assert not watched.records[-1]["doubles"]
    assert desk.show().settled
    assert desk.clone(tmp_path / "clone", committed=False).show().settled


def test_a_shift_made_by_hand_over_one_of_ours_takes_its_place(desk: Desk) -> None:
    desk.push()
    by_hand(desk.box, "hal", WEDNESDAY, WEDNESDAY + days(1))
    assert desk.push().after.settled
    assert [a.user for a in at(desk.box, WEDNESDAY)] == [user("hal")]
    assert len(at(desk.box, WEDNESDAY + days(1))) == 1


def test_without_a_push_file_what_may_be_ours_is_named(desk: Desk, tmp_path: Path) -> None:
    by_hand(desk.box, "hal", WEDNESDAY, WEDNESDAY + days(1))
    desk.push()
    publish(desk.folder, change=revised)
    clone = desk.clone(tmp_path / "clone", committed=False)
    (hazard,) = clone.show().withheld
    assert hazard.key == "unknown:primary"
    assert "these custom shifts cannot be told from shifts made by hand" in hazard.sentence
    assert "Hal 3 Feb 10:00 to 4 Feb 10:00" in hazard.sentence


def test_who_stands_in_for_somebody_stays_as_long_as_the_shift_does(desk: Desk) -> None:
    desk.push()
    shift = shift_at(desk.box, WEDNESDAY)
    who = next(p for p in PEOPLE if user(p) == shift.user)
    stand_in(desk.box, shift.id, who, "hal", WEDNESDAY, WEDNESDAY + days(1))
    assert not desk.show().shown[0].steps
    assert desk.show().settled
    publish(desk.folder, change=revised)
    shown = desk.show()
    (hazard,) = shown.withheld
    assert hazard.key == "covered:primary"
    assert "lost with the shifts that they are in: Hal 3 Feb 10:00 to 4 Feb 10:00" in hazard.sentence
    assert desk.push(allowed=["covered:primary"]).after.settled
    assert live(desk.box, NOW) == planned(plan_of(desk), NOW)


def rotation(*users: str, name: str = "by hand") -> dict[str, Any]:
    clock = "Europe/Berlin"
    return {
        "events": [
            {
                "name": name,
                "start_time": {"date_time": "2026-01-05T09:00:00+01:00", "time_zone": clock},
                "end_time": {"date_time": "2026-01-12T09:00:00+01:00", "time_zone": clock},
                "effective_since": "2026-01-05T08:00:00Z",
                "effective_until": None,
                "recurrence": ["RRULE:FREQ=WEEKLY"],
                "assignment_strategy": {
                    "type": "rotating_member_assignment_strategy",
                    "shifts_per_member": 1,
                    "members": [{"type": "user_member", "user_id": user(u)} for u in users],
                },
            }
        ]
    }


def test_a_rotation_of_others_is_named_and_stays(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": WEEK})
    publish(folder)
    with running(account(rotations=[rotation("ana", "bo")]), now=NOW) as box:
        desk = Desk(folder, box)
        (hazard,) = desk.show().withheld
        assert hazard.key == "foreign:primary"
        assert "rotations that watchbill did not write stay, and page beside ours: by hand" in hazard.sentence
        assert desk.push(allowed=["foreign:primary"]).after.settled
        assert desk.show().settled
        assert [r.events[0].until for r in box.state.shift_schedules[ID].rotations[:1]] == [None]


def test_where_there_is_no_room_nothing_rotates_on(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": WEEK})
    publish(folder)
    full = [rotation("ana", name=f"by hand {n}") for n in range(10)]
    with running(account(rotations=full), now=NOW) as box:
        desk = Desk(folder, box)
        assert "nothing rotates on after the plan's end: there is no room for 1 rotation" in desk.show().shown[0].notes
        assert desk.push(allowed=["foreign:primary"]).after.settled


# ------------------------------------------------------------------------------------------------------ later pushes


QUARTERS = ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2028-Q1")
MONTHS = ("2027-01", "2027-02", "2027-03", "2027-04")
OFFICE = 'office: {turn: 1 day, handoff: "09:00", days: mon..fri, hours: 09:00..17:00, over: week}'
REST = "week: {turn: 1 week, handoff: fri 17:00}"
HALF_DAYS = 'half: {turn: 12 hours, handoff: "08:00"}'


@pytest.mark.parametrize(("layers", "periods"), [(WEEK, QUARTERS), (HALF_DAYS, MONTHS), (TWO_SEATS, QUARTERS)])
def test_one_period_after_another_keeps_as_many_rotations(
    tmp_path: Path, box: Handle, layers: str, periods: tuple[str, ...]
) -> None:
    desk = Desk(team(tmp_path / "team", ROLE, {"primary": layers}), box)
    seats = 2 if "seats" in layers else 1
    counts, alive = [], []
    for n, name in enumerate(periods):
        of = period(name)
        publish(desk.folder, of, shift_by=n)
        now = datetime(of.first.year, of.first.month, 1, tzinfo=UTC) - days(15)
        box.set_now(now)
        box.box.watches.clear()
        watched = box.watch(ID, max(now, NOW + days(25)), now + days(125), seats=seats)
        assert desk.push(of).after.settled
        assert n == 0 or not watched.as_json()["gaps"]
        assert not watched.records[-1]["doubles"]
        counts.append(len(box.state.shift_schedules[ID].rotations))
        alive.append(active(box, now))
        assert desk.show(of).settled
    assert len(set(counts)) == len(set(alive)) == 1


def test_a_late_push_ends_what_rotates_when_the_new_shifts_begin(desk: Desk) -> None:
    desk.push()
    of = period("2027-Q2")
    now = datetime(2027, 4, 21, 10, 20, 30, tzinfo=UTC)
    desk.box.set_now(now)
    publish(desk.folder, of)
    watched = desk.box.watch(ID, now, datetime(2027, 9, 1, tzinfo=UTC))
    pushed_as_shown(desk, of)
    assert not watched.as_json()["gaps"]
    assert not watched.records[-1]["doubles"]
    assert desk.show(of).settled
    assert active(desk.box, now) == 1


def test_a_quarter_that_was_left_out_is_bridged(desk: Desk) -> None:
    desk.push()
    of = period("2027-Q3")
    now = datetime(2027, 4, 21, tzinfo=UTC)
    desk.box.set_now(now)
    publish(desk.folder, of)
    watched = desk.box.watch(ID, now, datetime(2027, 12, 1, tzinfo=UTC))
    pushed_as_shown(desk, of)
    assert not watched.as_json()["gaps"]
    assert not watched.records[-1]["doubles"]
    assert desk.show(of).settled


def test_what_begins_to_rotate_before_the_last_shift_has_ended_is_shown(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", ROLE, {"primary": f"{OFFICE}\n      {REST}"})
    publish(folder)
    desk = Desk(folder, box)
    pushed_as_shown(desk, Q1)
    watched = box.watch(ID, NOW + days(25), NOW + days(200))
    assert not watched.as_json()["gaps"]
    assert not watched.as_json()["doubles"]


def test_an_earlier_plan_leaves_what_rotates_after_a_later_one(desk: Desk) -> None:
    desk.push()
    of = period("2027-Q2")
    publish(desk.folder, of)
    desk.push(of)
    watched = desk.box.watch(ID, NOW + days(25), datetime(2027, 9, 1, tzinfo=UTC))
    publish(desk.folder, change=part_given)
    assert desk.push().after.settled
    assert not watched.records[-1]["doubles"]
    assert not watched.as_json()["gaps"]
    assert desk.show(of).settled


def test_nothing_rotates_on_where_that_is_not_wanted(tmp_path: Path, desk: Desk) -> None:
    desk.push()
    team(desk.folder, ROLE.replace("shifts}", "shifts, after_end: none}"), {"primary": WEEK})
    shown = desk.show().shown[0]
    assert [step.kind for step in shown.steps] == ["drop_rotation"]
    assert shown.cover == max(a.shift.end for a in plan_of(desk).shifts)
    assert desk.push().after.settled
    assert active(desk.box, NOW) == 0


def test_no_event_begins_more_than_a_year_ahead(desk: Desk) -> None:
    desk.box.set_now(NOW - days(300))
    shown = desk.show().shown[0]
    assert shown.notes == ("nothing rotates on after the plan's end: PagerDuty takes events at most 12 months ahead",)
    assert desk.push().after.settled


# ------------------------------------------------------------------------------------------------------ interruptions


def cut_off_and_run_again(desk: Desk, to: Path, of: Period, after: int, *, told: bool, committed: bool) -> int:
    """A push that is cut off after some writes, and is run again from a clone; how many writes it took in all."""
    before = len(desk.box.writes)
    desk.box.kill_after(after, told=told)
    with suppress(RemoteFailed):
        desk.push(of, allowed=keys_unkilled(desk, of))
    desk.box.heal()
    other = desk.clone(to, committed=committed)
    if not other.show(of).settled:
        other.push(of, allowed=keys(other, of))
    assert other.show(of).settled
    return len(desk.box.writes) - before


def keys_unkilled(desk: Desk, of: Period) -> list[str]:
    kill, desk.box.box.kill = desk.box.box.kill, None
    found = keys(desk, of)
    desk.box.box.kill = kill
    return found


@pytest.mark.parametrize(("told", "committed"), [(True, True), (False, False)])
@pytest.mark.parametrize("after", range(8))
def test_a_push_that_is_cut_off_at_any_write_ends_the_same(
    desk: Desk, tmp_path: Path, after: int, told: bool, committed: bool
) -> None:
    publish(desk.folder, change=part_given)
    desk.push()
    publish(desk.folder, change=revised)
    watched = desk.box.watch(ID, NOW + days(25), NOW + days(150))
    writes = cut_off_and_run_again(desk, tmp_path / "clone", Q1, after, told=told, committed=committed)
    assert writes == 8
    assert live(desk.box, NOW) == planned(plan_of(desk), NOW)
    assert doubles(desk.box) == []
    assert not watched.as_json()["gaps"]


@pytest.mark.parametrize(("told", "committed"), [(True, False), (False, True)])
@pytest.mark.parametrize("after", range(4))
def test_what_rotates_on_moves_whole_wherever_the_push_is_cut_off(
    desk: Desk, tmp_path: Path, after: int, told: bool, committed: bool
) -> None:
    desk.push()
    of, now = period("2027-Q2"), datetime(2027, 4, 21, tzinfo=UTC)
    desk.box.set_now(now)
    publish(desk.folder, of)
    watched = desk.box.watch(ID, now, now + days(200))
    writes = cut_off_and_run_again(desk, tmp_path / "clone", of, after, told=told, committed=committed)
    assert writes == 4
    assert live(desk.box, now) == planned(plan_of(desk, of), now)
    assert doubles(desk.box, now) == []
    assert active(desk.box, now) == 1
    assert not watched.as_json()["gaps"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("path", [".*/custom_shifts", ".*/rotations$", ".*/events"])
def test_a_lost_answer_makes_no_double(desk: Desk, path: str, when: str) -> None:
    desk.box.fail(method="POST", path=path, kind="drop", when=when, times=1)
    assert desk.push().after.settled
    assert doubles(desk.box) == []
    assert active(desk.box, NOW) == 1
    assert live(desk.box, NOW) == planned(plan_of(desk), NOW)


def test_what_arrives_after_it_was_given_up_is_taken_away_again(desk: Desk) -> None:
    team(desk.folder, ROLE.replace("shifts}", "shifts, after_end: none}"), {"primary": WEEK})
    desk.box.fail(method="POST", path=".*/custom_shifts", kind="drop", when="after", times=1)
    desk.box.fail(method="GET", path="/custom_shifts", kind="stale", reads=6, times=6)
    assert desk.push().after.settled
    made = [w for w in desk.box.writes if w["method"] == "POST" and w["path"].endswith("/custom_shifts")]
    assert len(made) == 2
    assert doubles(desk.box) == []


def test_doubles_of_ours_are_dropped(desk: Desk) -> None:
    desk.push()
    shift = shift_at(desk.box, WEDNESDAY)
    by_hand(desk.box, next(p for p in PEOPLE if user(p) == shift.user), shift.start, shift.end)
    assert doubles(desk.box)
    assert desk.push().after.settled
    assert doubles(desk.box) == []


def test_what_never_arrives_is_undone_and_told(desk: Desk) -> None:
    desk.push()
    publish(desk.folder, change=revised)
    before = live(desk.box, NOW)
    desk.box.fail(method="DELETE", path=".*", kind="status", status=400, times=1)
    with pytest.raises(RemoteFailed, match="Payments primary was put back"):
        desk.push()
    assert live(desk.box, NOW) == before
    assert desk.push().after.settled


def test_rollback_pages_as_before(desk: Desk) -> None:
    desk.push()
    now = datetime(2027, 4, 21, tzinfo=UTC)
    desk.box.set_now(now)
    of = period("2027-Q2")
    publish(desk.folder, of)
    window = (now, now + days(100))
    before = rendered(desk.box, *window)
    desk.push(of, allowed=keys(desk, of))
    assert rendered(desk.box, *window) != before
    link = desk.link()
    watched = desk.box.watch(ID, *window)
    held = [h.key for h in pushing.rollback(desk.folder, of, link).withheld]
    assert held == ["notice:primary"]
    back = pushing.rollback(desk.folder, of, link, allowed=held)
    assert [m.after for m in back.shown[0].moves if m.span.start == now]
    assert pushing.rollback_apply(desk.folder, of, link, str(back.digest), allowed=held).after.settled
    assert rendered(desk.box, *window) == before
    assert not watched.as_json()["gaps"]


def test_rolling_back_to_nothing_says_that_nobody_is_on_call(desk: Desk) -> None:
    desk.push()
    (shown,) = pushing.rollback(desk.folder, Q1, desk.link()).shown
    assert [h.key for h in shown.hazards] == ["gap:primary"]
    assert shown.cover == NOW


def test_rollback_goes_on_with_what_bridged_a_quarter(desk: Desk) -> None:
    desk.push()
    of, now = period("2027-Q3"), datetime(2027, 4, 21, tzinfo=UTC)
    desk.box.set_now(now)
    publish(desk.folder, of)
    window = (now, now + days(150))
    before = rendered(desk.box, *window)
    desk.push(of, allowed=keys(desk, of))
    watched = desk.box.watch(ID, *window)
    link = desk.link()
    back = pushing.rollback(desk.folder, of, link)
    assert pushing.rollback_apply(desk.folder, of, link, str(back.digest)).after.settled
    assert rendered(desk.box, *window) == before
    assert not watched.as_json()["gaps"]
    assert not watched.records[-1]["doubles"]


def test_rollback_brings_back_who_stood_in(desk: Desk) -> None:
    desk.push()
    shift = shift_at(desk.box, WEDNESDAY)
    who = next(p for p in PEOPLE if user(p) == shift.user)
    stand_in(desk.box, shift.id, who, "hal", WEDNESDAY, WEDNESDAY + days(1))
    before = rendered(desk.box, NOW, NOW + days(100))
    publish(desk.folder, change=revised)
    desk.push(allowed=["covered:primary"])
    link = desk.link()
    back = pushing.rollback(desk.folder, Q1, link)
    pushing.rollback_apply(desk.folder, Q1, link, str(back.digest))
    assert rendered(desk.box, NOW, NOW + days(100)) == before


def rendered(box: Handle, start: datetime, end: datetime) -> dict[str, tuple[Span, ...]]:
    found = shift_render.final(box.state.shift_schedules[ID], Span(start, end), gaps=False)
    return by_user([(a.user, a.start, a.end) for a in found if a.user], start)


# ------------------------------------------------------------------------------------------------------ fresh clones


def test_what_a_clone_found_to_be_ours_is_remembered(desk: Desk, tmp_path: Path) -> None:
    desk.push()
    clone = desk.clone(tmp_path / "clone", committed=False)
    publish(clone.folder, change=lambda a: given(a, "hal") if a.shift.id == "primary/week/2027-03-01" else a)
    assert clone.push().after.settled
    publish(clone.folder, shift_by=1)
    assert clone.show().withheld == ()
    assert clone.push().after.settled
    assert live(desk.box, NOW) == planned(plan_of(clone), NOW)


def test_who_holds_nothing_any_more_is_still_known(desk: Desk, tmp_path: Path) -> None:
    desk.push()
    clone = desk.clone(tmp_path / "clone", committed=False)
    publish(clone.folder, change=lambda a: given(a, "bo") if a.person == "ana" else a)
    assert clone.show().withheld == ()
    assert clone.push().after.settled
    assert user("ana") not in live(desk.box, NOW)


# ------------------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize("chunk", range(4))
def test_whatever_fails_what_is_reported_as_right_is_right(desk: Desk, chunk: int) -> None:
    rng = random.Random(chunk)
    of = period("2027-01")
    (desk.folder / "plans" / "2027-Q1.json").unlink()
    desk.box.set_quirks(rate_limit=1_000_000)
    for _ in range(5):
        publish(desk.folder, of, change=changes(rng.randint(0, 10**9)))
        fail_at_random(desk.box, rng)
        desk.box.box.watches.clear()
        watched = desk.box.watch(ID, NOW + days(25), NOW + days(40))
        covered = not watched.as_json()["gaps"]
        with suppress(WatchbillError):
            found = keys(desk, of)
            digest = desk.show(of, allowed=found).digest
            if digest:
                pushing.push_apply(desk.folder, of, desk.link(), digest, allowed=found)
                assert live(desk.box, NOW) == planned(plan_of(desk, of), NOW)
        desk.box.heal()
        if not desk.show(of).settled:
            desk.push(of, allowed=keys(desk, of))
        assert live(desk.box, NOW) == planned(plan_of(desk, of), NOW)
        assert doubles(desk.box) == []
        assert not (covered and watched.as_json()["gaps"])


def changes(seed_: int) -> Callable[[Assigned], Assigned]:
    """Some changes of a plan: who gets a whole shift, or a day of it."""
    rng = random.Random(seed_)

    def change(assigned: Assigned) -> Assigned:
        lot, other = rng.random(), rng.choice(PEOPLE)
        if lot < 0.3:
            return given(assigned, other)
        if lot < 0.6 and assigned.shift.spans[0].hours > 120:
            start = assigned.shift.start + days(rng.randint(0, 3))
            return handed(assigned, other, start, start + days(1))
        return assigned

    return change


def fail_at_random(box: Handle, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        wanted = {"kind": rng.choice(["status", "drop", "stale"]), "probability": 0.3, "seed": rng.randint(0, 9999)}
        if wanted["kind"] == "stale":
            box.fail(**wanted, method="GET", path="schedules/", reads=rng.randint(1, 4))
        else:
            box.fail(**wanted, method=rng.choice(["POST", "DELETE", ".*"]), when=rng.choice(["before", "after"]))
