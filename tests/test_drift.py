"""Drift over real HTTP: what others changed in PagerDuty is told with its reason, and taken into the plan."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pushes import NOW, PEOPLE, Q1, Desk, days, given, handed, publish, schedule, seed, team, user
from watchbill import adopting, app, drifting, pushing, workspace
from watchbill.cli import run
from watchbill.domain import BUCKETS
from watchbill.errors import Refused
from watchbill.publish import feeds
from watchbill.publish.pagerduty import keys
from watchbill.publish.pagerduty.terms import Meaning, Schedule
from watchbill.results import Assigned, Draft
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle
from watchbill.times import Span, total
from watchbill.workspace import plans

ROLES = "primary: {schedule: PPRIM01}\nsecondary: {schedule: PSECO01, as: overrides}"
SHIFTS = "primary: {schedule: PSHIFT1, as: custom_shifts}"
GUEST = {"id": "PGUEST1", "name": "Greta Gast", "email": "greta@example.com"}
WEDNESDAY = datetime(2027, 2, 3, 9, tzinfo=UTC)
MONDAY = datetime(2027, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def box() -> Iterator[Handle]:
    there = [schedule("Payments primary", "PPRIM01"), schedule("Payments secondary", "PSECO01", "ana", "bo")]
    shifts = [{"id": "PSHIFT1", "name": "Payments shifts", "time_zone": "Europe/Berlin"}]
    known = seed(schedules=there, schedules_v3=shifts)
    with running(known | {"users": [*known["users"], GUEST]}, now=NOW) as handle:
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    """A quarter that is published and pushed."""
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    desk = Desk(folder, box)
    desk.push()
    return desk


def by_hand(desk: Desk, user_id: str, start: datetime, end: datetime, where: str = "PPRIM01") -> None:
    """Somebody makes an override in PagerDuty."""
    body = {"start": start.isoformat(), "end": end.isoformat(), "user": {"id": user_id, "type": "user_reference"}}
    desk.box.manual("POST", f"/schedules/{where}/overrides", {"overrides": [body]})


def drift(desk: Desk) -> drifting.Drift:
    return drifting.drift(desk.folder, desk.link())


def rows(found: drifting.Drift) -> list[tuple[Any, ...]]:
    return [(d.role, d.span.start, d.span.end, d.planned, d.live, d.why) for d in found.differences]


def adopt(desk: Desk) -> tuple[adopting.Adopted, ...]:
    return adopting.adopt(desk.folder, desk.link()).done


def published(desk: Desk) -> Draft:
    found = plans.read_plan(desk.folder, Q1)
    assert found is not None
    return found


def parts(plan: Draft, shift: str) -> list[tuple[str, datetime, datetime]]:
    held = next(assigned for assigned in plan.shifts if assigned.shift.id == shift)
    return [(part.person, part.start, part.end) for part in held.parts]


# ------------------------------------------------------------------------------------------------------------ drift


def test_what_was_pushed_has_not_drifted(desk: Desk) -> None:
    found = drift(desk)
    assert rows(found) == []
    assert [(cover.role, cover.until, cover.open) for cover in found.cover] == [
        ("primary", None, ()),
        ("secondary", None, ()),
    ]


def test_overrides_made_by_hand_are_drift_by_team_people_and_guests(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    by_hand(desk, "PGUEST1", WEDNESDAY + days(1), WEDNESDAY + days(2))
    found = drift(desk)
    assert rows(found) == [
        ("primary", WEDNESDAY, WEDNESDAY + days(1), ("fay",), ("hal",), "override made by hand"),
        ("primary", WEDNESDAY + days(1), WEDNESDAY + days(2), ("fay",), ("guest:PGUEST1",), "override made by hand"),
    ]
    assert found.guests == {"guest:PGUEST1": "Greta Gast"}


def test_a_new_revision_that_nobody_pushed_is_told_as_such(desk: Desk) -> None:
    def change(a: Assigned) -> Assigned:
        return handed(a, "hal", WEDNESDAY, WEDNESDAY + days(1)) if a.shift.id == "primary/week/2027-02-01" else a

    publish(desk.folder, change=change)
    assert [(d.planned, d.live, d.why) for d in drift(desk).differences] == [(("hal",), ("fay",), "not pushed yet")]


def test_without_the_push_file_overrides_of_an_older_revision_are_still_ours(desk: Desk) -> None:
    publish(desk.folder, shift_by=1)
    (desk.folder / "plans" / "2027-Q1.push.json").unlink()
    whys = {(d.role, d.why) for d in drift(desk).differences}
    assert whys == {("primary", "not pushed yet"), ("secondary", "not pushed yet")}


def test_a_layer_of_somebody_else_is_named(desk: Desk) -> None:
    shown = desk.box.manual("GET", "/schedules/PPRIM01")["schedule"]
    layer = {**schedule("x", "PXXXXX1", "gus")["schedule_layers"][0], "name": "holiday cover"}
    layer |= {"start": "2027-02-03T09:00:00Z", "end": "2027-02-04T09:00:00Z"}
    layers = [*reversed(shown["schedule_layers"]), layer]
    desk.box.manual("PUT", "/schedules/PPRIM01", {"schedule": {**shown, "schedule_layers": layers}})
    assert rows(drift(desk)) == [
        ("primary", WEDNESDAY, WEDNESDAY + days(1), ("fay",), ("gus",), 'layer "holiday cover" is not ours')
    ]


def test_where_nobody_is_on_call_the_hours_are_counted(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", "primary: {schedule: PPRIM01, after_end: none}")
    publish(folder)
    desk = Desk(folder, box)
    first = drift(desk)
    assert {(d.live, d.why) for d in first.differences} == {((), "not pushed yet")}
    assert first.cover[0].until == NOW
    desk.push()
    assert drift(desk).cover[0].until == datetime(2027, 4, 5, 7, tzinfo=UTC)
    shown = box.manual("GET", "/schedules/PPRIM01")["schedule"]
    ended = [{**layer, "end": "2027-02-03T09:00:00Z"} for layer in reversed(shown["schedule_layers"])]
    box.manual("PUT", "/schedules/PPRIM01", {"schedule": {**shown, "schedule_layers": ended}})
    found = drift(desk)
    assert {(d.live, d.why) for d in found.differences} == {((), "nobody is on call")}
    end = datetime(2027, 4, 5, 7, tzinfo=UTC)
    assert total(found.cover[0].open) == end - WEDNESDAY


def test_a_schedule_that_is_not_there_is_drift(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", "primary: {schedule: no such thing}")
    publish(folder)
    assert {d.why for d in drift(Desk(folder, box)).differences} == {"there is no such schedule"}


def test_schedules_are_read_by_what_the_probe_found_out(desk: Desk) -> None:
    body = schedule("Two layers", "PTWOLA1", "ana", "bo")
    layer = body["schedule_layers"][0]
    above = {"users": [{"user": {"id": user("cy"), "type": "user_reference"}}], "name": "above"}
    above |= {
        "restrictions": [{"type": "daily_restriction", "start_time_of_day": "18:00:00", "duration_seconds": 7200}]
    }
    desk.box.manual("POST", "/schedules", {"schedule": body | {"schedule_layers": [layer, layer | above]}})
    desk.box.set_quirks(turns="elapsed", reversed=False)
    probed = '{"schema": 1, "at": "2026-12-14T10:00Z", "answers": {"week_turns": {"answer": "elapsed"}}}'
    (desk.folder / "history").mkdir(exist_ok=True)
    (desk.folder / "history" / "pagerduty-probe.json").write_text(probed)
    outlet = replace(pushing.outlets(workspace.read(desk.folder))[0], schedule="Two layers")
    window = Span(datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC))
    found = drifting.live(desk.link(), outlet, window, pushing.meaning(desk.folder))
    assert isinstance(found, Schedule)
    assert [one.name for one in found.layers] == ["by hand", "above"]
    wall = drifting.live(desk.link(), outlet, window, Meaning())
    assert isinstance(wall, Schedule)
    assert [one.name for one in wall.layers] == ["above", "by hand"]


def test_custom_shifts_made_by_hand_are_drift_beside_ours(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", SHIFTS)
    publish(folder)
    desk = Desk(folder, box)
    for assigned in published(desk).shifts:
        if assigned.shift.role == "primary":
            custom_shift(desk, user(assigned.parts[0].person), assigned.shift.start, assigned.shift.end)
    assert rows(drift(desk)) == []
    custom_shift(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    found = drift(desk)
    assert rows(found) == [
        ("primary", WEDNESDAY, WEDNESDAY + days(1), ("fay",), ("fay", "hal"), "custom shift made by hand")
    ]


def custom_shift(desk: Desk, user_id: str, start: datetime, end: datetime) -> None:
    member = {"type": "shift_assignment", "member": {"type": "user_member", "user_id": user_id}}
    shift = {"type": "custom_shift", "start_time": start.isoformat(), "end_time": end.isoformat()}
    body = {"custom_shifts": [{**shift, "assignments": [member]}]}
    desk.box.manual("POST", "/v3/schedules/PSHIFT1/custom_shifts", body)


def test_a_plan_that_is_not_published_or_over_is_refused(desk: Desk) -> None:
    desk.box.set_now(datetime(2027, 6, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="no published plan reaches 2027-06-01"):
        drift(desk)
    with pytest.raises(Refused, match="2027-Q1 is over"):
        drifting.drift(desk.folder, desk.link(), Q1)


# ------------------------------------------------------------------------------------------------------------ adopt


def test_swaps_and_guests_become_parts_and_a_push_has_nothing_to_write(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    by_hand(desk, "PGUEST1", WEDNESDAY + days(1), WEDNESDAY + days(2))
    by_hand(desk, user("ana"), MONDAY + days(7), MONDAY + days(14))
    by_hand(desk, user("ana"), WEDNESDAY, WEDNESDAY + days(1), where="PSECO01")
    (done,) = adopt(desk)
    assert done.plan.revision == 2
    assert parts(done.plan, "primary/week/2027-02-01") == [
        ("fay", MONDAY, WEDNESDAY),
        ("hal", WEDNESDAY, WEDNESDAY + days(1)),
        ("guest:PGUEST1", WEDNESDAY + days(1), WEDNESDAY + days(2)),
        ("fay", WEDNESDAY + days(2), MONDAY + days(7)),
    ]
    assert parts(done.plan, "primary/week/2027-02-08") == [("ana", MONDAY + days(7), MONDAY + days(14))]
    assert drift(desk).differences == ()
    assert adopt(desk) == ()
    shown = desk.show()
    assert [one.steps for one in shown.shown] == [(), ()]
    assert shown.settled


def test_a_change_below_an_override_that_says_something_else_is_still_written(desk: Desk) -> None:
    by_hand(desk, user("hal"), MONDAY, MONDAY + days(7))

    def change(a: Assigned) -> Assigned:
        return given(a, "ana") if a.shift.id == "primary/week/2027-02-01" else a

    publish(desk.folder, change=change)
    shown = desk.show().shown[0]
    assert len(shown.steps) == 1
    assert [hazard.key for hazard in shown.hazards] == ["covered:primary"]


def test_stand_ins_in_custom_shifts_become_parts_and_a_push_has_nothing_to_write(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", SHIFTS)
    publish(folder)
    desk = Desk(folder, box)
    desk.push()
    stand_in(desk, "fay", "hal", WEDNESDAY, WEDNESDAY + days(1))
    assert [(d.planned, d.live, d.why) for d in drift(desk).differences] == [
        (("fay",), ("hal",), "override made by hand")
    ]
    (done,) = adopt(desk)
    assert [person for person, _, _ in parts(done.plan, "primary/week/2027-02-01")] == ["fay", "hal", "fay"]
    assert drift(desk).differences == ()
    assert desk.show().settled


def stand_in(desk: Desk, giver: str, taker: str, start: datetime, end: datetime) -> None:
    """Somebody stands in for part of the custom shift that runs then."""
    asked = {"since": start.isoformat(), "until": end.isoformat()}
    (found,) = desk.link().calls.pages("/v3/schedules/PSHIFT1/custom_shifts", "custom_shifts", asked)
    override = {
        "type": "override_shift",
        "custom_shift_id": found["id"],
        "start_time": start.isoformat(),
        "end_time": end.isoformat(),
        "overridden_member": {"type": "user_member", "user_id": user(giver)},
        "overriding_member": {"type": "user_member", "user_id": user(taker)},
    }
    desk.box.manual("POST", "/v3/schedules/PSHIFT1/overrides", {"overrides": [override]})


def test_balances_follow_who_was_really_on_call_and_guests_carry_nothing(desk: Desk) -> None:
    by_hand(desk, "PGUEST1", MONDAY, MONDAY + days(7))
    by_hand(desk, user("hal"), MONDAY + days(7), MONDAY + days(14))
    (done,) = adopt(desk)
    assert [finding for finding in done.hard if finding.rule in ("inputs", "cover", "eligible")] == []
    accounts = {account.person: account for account in done.plan.people}
    assert set(accounts) == set(PEOPLE)
    assert sum(account.after["all"] for account in accounts.values()) == 0
    assert accounts["hal"].after["all"] > 0 > accounts["fay"].after["all"]
    shift = next(a for a in done.plan.shifts if a.shift.id == "primary/week/2027-02-01")
    assert (shift.person, dict(shift.load)) == ("guest:PGUEST1", dict.fromkeys(BUCKETS, 0))
    judged = app.audit(desk.folder, Q1)
    assert [finding.rule for finding in judged.hard if "PGUEST1" in finding.sentence] == []


def test_what_was_before_now_is_adopted_too_but_never_that_nobody_was(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    desk.box.set_now(datetime(2027, 2, 10, 12, tzinfo=UTC))
    assert drift(desk).differences == ()
    (done,) = adopt(desk)
    assert [person for person, _, _ in parts(done.plan, "primary/week/2027-02-01")] == ["fay", "hal", "fay"]
    holes = [assigned.shift.id for assigned in done.plan.shifts if not assigned.parts]
    assert holes == []


def test_hours_without_anybody_are_named_and_stay_as_planned(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", "primary: {schedule: PPRIM01}")
    publish(folder)
    desk = Desk(folder, box)
    desk.push()
    shown = box.manual("GET", "/schedules/PPRIM01")["schedule"]
    ended = [{**layer, "end": "2027-02-03T09:00:00Z"} for layer in reversed(shown["schedule_layers"])]
    box.manual("PUT", "/schedules/PPRIM01", {"schedule": {**shown, "schedule_layers": ended}})
    found = adopting.adopt(folder, desk.link())
    assert found.done == ()
    assert found.left is not None
    assert {d.live for d in found.left.differences} == {()}


def test_what_a_schedule_had_before_the_first_push_is_not_adopted(tmp_path: Path, box: Handle) -> None:
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    desk = Desk(folder, box)
    found = adopting.adopt(folder, desk.link())
    assert (found.done, found.left_out) == ((), ((Q1, "primary"), (Q1, "secondary")))
    desk.push(roles=["primary"])
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    found = adopting.adopt(folder, desk.link())
    assert list(found.left_out) == [(Q1, "secondary")]
    assert [person for person, _, _ in parts(found.done[0].plan, "primary/week/2027-02-01")] == ["fay", "hal", "fay"]
    assert {a.changed for a in found.done[0].plan.shifts if a.shift.role == "secondary"} == {1}


def test_what_a_schedule_has_after_a_rollback_is_not_adopted(desk: Desk) -> None:
    link = desk.link()
    keys = ["gap:primary"]
    digest = str(pushing.rollback(desk.folder, Q1, link, allowed=keys).digest)
    pushing.rollback_apply(desk.folder, Q1, link, digest, allowed=keys)
    found = adopting.adopt(desk.folder, link)
    assert (found.done, found.left_out) == ((), ((Q1, "primary"), (Q1, "secondary")))
    desk.push()
    assert adopting.adopt(desk.folder, link).left_out == ()


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_a_fresh_clone_knows_what_was_pushed_without_its_file(desk: Desk, role: str) -> None:
    (desk.folder / "plans" / "2027-Q1.push.json").unlink()
    assert (Q1, role) not in adopting.adopt(desk.folder, desk.link()).left_out


def test_guests_have_names_in_tables_and_feeds_but_no_feed_of_their_own(desk: Desk) -> None:
    by_hand(desk, "PGUEST1", WEDNESDAY, WEDNESDAY + days(1))
    (done,) = adopt(desk)
    assert done.plan.guests == {"guest:PGUEST1": "Greta Gast"}
    assert app.show(desk.folder, Q1).people["guest:PGUEST1"].name == "Greta Gast"
    made = feeds.build([done.plan], {})
    assert b"Greta Gast" in made[feeds.TEAM]
    assert [feed for feed in made if "PGUEST1" in feed.id] == []


def test_a_draft_that_would_undo_it_refuses_adoption(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    plans.write_draft(desk.folder, replace(published(desk), revision=0, made=None))
    with pytest.raises(Refused, match=r"drafts/2027-Q1\.json was made from the plan before"):
        adopt(desk)


def test_inputs_that_lost_a_holder_refuse_adoption(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    path = desk.folder / "team.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("  gus:")]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"2027-Q1 has shifts held by gus, who is not in team\.yaml"):
        adopt(desk)
    assert published(desk).revision == 1


def test_layers_that_moved_since_refuse_adoption(desk: Desk) -> None:
    by_hand(desk, user("hal"), WEDNESDAY, WEDNESDAY + days(1))
    path = desk.folder / "team.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("mon 09:00", "mon 10:00"), encoding="utf-8")
    with pytest.raises(Refused, match="the inputs do not fit 2027-Q1 any more"):
        adopt(desk)
    assert published(desk).revision == 1


# -------------------------------------------------------------------------------------------------------------- cli


def cli(desk: Desk, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setenv(keys.KEY, desk.box.key)
    monkeypatch.setenv(keys.URL, desk.box.url)
    with pytest.raises(SystemExit) as ended:
        run(["-C", str(desk.folder), *words])
    return int(ended.value.code or 0)


def test_the_command_ends_with_1_on_drift_and_with_0_once_it_is_adopted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(desk, monkeypatch, "drift") == 0
    assert "PagerDuty has on call whom the plans say: 2027-Q1." in capsys.readouterr().out
    by_hand(desk, "PGUEST1", WEDNESDAY, WEDNESDAY + days(1))
    assert cli(desk, monkeypatch, "drift", "2027-Q1") == 1
    shown = capsys.readouterr().out
    assert "Wed 03 Feb 10:00" in shown
    assert "Greta Gast" in shown
    assert "somebody is on call without end" in shown
    assert cli(desk, monkeypatch, "drift", "--json") == 1
    row = json.loads(capsys.readouterr().out)["differences"][0]
    assert (row["plan"], row["pagerduty"], row["why"]) == (["fay"], ["guest:PGUEST1"], "override made by hand")
    assert cli(desk, monkeypatch, "drift", "--adopt") == 0
    shown = capsys.readouterr().out
    assert "→ Greta Gast Wed 10:00" in shown
    assert "is revision 2 of 2027-Q1" in shown
    assert cli(desk, monkeypatch, "drift") == 0


def test_a_key_that_pagerduty_refuses_ends_with_4(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.KEY, "wrong")
    monkeypatch.setenv(keys.URL, desk.box.url)
    with pytest.raises(SystemExit) as ended:
        run(["-C", str(desk.folder), "drift"])
    assert ended.value.code == 4
