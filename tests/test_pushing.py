"""Pushes over real HTTP: what is shown is written, nothing else, and it arrives whatever happens on the way."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pushes import NOW, Q1, Desk, days, given, handed, publish, schedule, seed, team, user
from watchbill import pushing
from watchbill.errors import Refused
from watchbill.periods import period
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.pushed import pages
from watchbill.results import Assigned
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle

ROLES = "primary: {schedule: Payments primary}\nsecondary: {schedule: Payments secondary}"
FOREIGN = ["foreign:primary", "foreign:secondary"]
WEDNESDAY = datetime(2027, 2, 3, 9, tzinfo=UTC)


@pytest.fixture
def box() -> Iterator[Handle]:
    empty = [schedule("Payments primary", "PPRIM01"), schedule("Payments secondary", "PSECO01")]
    with running(seed(schedules=empty), now=NOW) as handle:
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    return Desk(folder, box)


@pytest.fixture
def old_desk(tmp_path: Path) -> Iterator[Desk]:
    """Two roles whose schedules have a rotation of their own."""
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    old = [schedule("Payments primary", "PPRIM01", "ana", "bo"), schedule("Payments secondary", "PSECO01", "cy")]
    with running(seed(schedules=old), now=NOW) as box:
        yield Desk(folder, box)


def part_given(assigned: Assigned) -> Assigned:
    """One day of one primary week goes to hal."""
    if assigned.shift.id == "primary/week/2027-02-01":
        return handed(assigned, "hal", WEDNESDAY, WEDNESDAY + days(1))
    return assigned


# ------------------------------------------------------------------------------------------------------------ plain


def test_a_quarter_takes_one_write_for_each_role_and_then_none(desk: Desk, tmp_path: Path) -> None:
    done = desk.push()
    assert done.after.settled
    assert done.writes == 2
    assert [(w["method"], w["path"]) for w in desk.box.writes] == [
        ("PUT", "/schedules/PPRIM01"),
        ("PUT", "/schedules/PSECO01"),
    ]
    again = desk.show()
    assert again.settled
    assert again.digest is None
    assert desk.clone(tmp_path / "clone", committed=False).show().settled


def test_a_part_takes_one_write_more(desk: Desk) -> None:
    publish(desk.folder, change=part_given)
    assert desk.push().writes == 3
    entries = desk.show().shown[0].final
    assert user("hal") in {e.user for e in entries if e.start == WEDNESDAY}


def test_nothing_is_written_without_the_digest(desk: Desk) -> None:
    desk.show()
    assert desk.box.writes == []
    with pytest.raises(Refused, match="not what was shown as 0123"):
        pushing.push_apply(desk.folder, Q1, desk.link(), "0123")
    assert desk.box.writes == []


def test_a_digest_does_not_outlive_a_change_in_pagerduty(desk: Desk) -> None:
    shown = desk.show()
    person = {"type": "user_reference", "id": user("bo")}
    override = {"start": "2027-01-05T00:00:00Z", "end": "2027-01-06T00:00:00Z", "user": person}
    desk.box.manual("POST", "/schedules/PPRIM01/overrides", {"overrides": [override]})
    with pytest.raises(Refused, match="was not applied, because of hazards"):
        pushing.push_apply(desk.folder, Q1, desk.link(), str(shown.digest))
    assert [w["path"] for w in desk.box.writes if w["method"] == "PUT"] == []


def test_schedules_are_made_where_asked(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    with running(seed(), now=NOW) as box:
        desk = Desk(folder, box)
        with pytest.raises(Refused, match=r'no schedule called "Payments primary".*--create'):
            desk.show()
        done = desk.push(create=True)
        assert done.writes == 2
        assert desk.show().settled


# ---------------------------------------------------------------------------------------------------------- hazards


def test_foreign_layers_are_named_and_stay_below(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLES)
    publish(folder)
    old = [schedule("Payments primary", "PPRIM01", "ana", "bo"), schedule("Payments secondary", "PSECO01", "cy")]
    with running(seed(schedules=old), now=NOW) as box:
        desk = Desk(folder, box)
        shown = desk.show()
        assert shown.digest is None
        assert {h.key for h in shown.withheld} == {"foreign:primary", "foreign:secondary"}
        with pytest.raises(Refused, match=r"--allow foregn:primary matches no hazard. Did you mean"):
            desk.show(allowed=["foregn:primary"])
        watched = box.watch("PPRIM01", NOW, NOW + days(100))
        assert desk.push(allowed=["foreign:primary", "foreign:secondary"]).after.settled
        assert not watched.as_json()["gaps"]


def test_who_loses_time_soon_is_named(desk: Desk) -> None:
    desk.push()
    desk.box.set_now(datetime(2027, 1, 20, tzinfo=UTC))
    publish(desk.folder, change=lambda a: given(a, "hal") if a.shift.id == "primary/week/2027-01-25" else a)
    (hazard,) = desk.show().withheld
    assert hazard.key == "notice:primary"
    assert "25 Jan" in hazard.sentence


def test_an_override_made_by_hand_stays_and_hides_what_changes(desk: Desk) -> None:
    desk.push()
    person = {"type": "user_reference", "id": user("bo")}
    override = {"start": "2027-02-03T00:00:00Z", "end": "2027-02-05T00:00:00Z", "user": person}
    desk.box.manual("POST", "/schedules/PPRIM01/overrides", {"overrides": [override]})
    assert not desk.show().shown[0].steps
    publish(desk.folder, change=part_given)
    shown = desk.show()
    assert {h.key for h in shown.withheld} == set()
    assert shown.shown[0].steps == ()  # hal's day lies below the override


def test_a_second_kind_of_schedule_is_named(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", "primary: {schedule: PV3SCHED}")
    publish(folder)
    new = {"id": "PV3SCHED", "name": "New", "time_zone": "Europe/Berlin"}
    told = r"shift-based schedule, which has no layers.*as: custom_shifts"
    with running(seed(schedules_v3=[new]), now=NOW) as box, pytest.raises(Refused, match=told):
        Desk(folder, box).show()


def test_layers_of_others_that_were_allowed_once_are_allowed_until_they_change(old_desk: Desk) -> None:
    desk = old_desk
    desk.push(allowed=FOREIGN)
    publish(desk.folder, change=revised)
    desk.box.set_now(NOW + days(1))
    shown = desk.show()
    assert [(h.key, h.known) for h in shown.hazards] == [("foreign:primary", True), ("foreign:secondary", True)]
    assert shown.digest
    desk.push(allowed=["foreign:primary"])
    publish(desk.folder, period("2027-Q2"), shift_by=1)
    assert desk.show(period("2027-Q2")).withheld == ()
    body = desk.box.manual("GET", "/schedules/PPRIM01")["schedule"]
    old = body["schedule_layers"]
    layers = [one | ({"users": one["users"][:1]} if one["name"] == "by hand" else {}) for one in old]
    desk.box.manual("PUT", "/schedules/PPRIM01", {"schedule": body | {"schedule_layers": layers[::-1]}})
    assert [h.key for h in desk.show(period("2027-Q2")).withheld] == ["foreign:primary"]


def test_an_allowance_of_what_stays_is_no_mistake_where_nothing_is_to_be_written(old_desk: Desk) -> None:
    old_desk.push(allowed=FOREIGN)
    assert old_desk.show(allowed=FOREIGN).settled
    with pytest.raises(Refused, match="--allow gap:primary matches no hazard"):
        old_desk.show(allowed=["gap:primary"])


def test_one_schedule_named_by_id_and_by_name_is_refused(desk: Desk) -> None:
    team(desk.folder, "primary: {schedule: PPRIM01}\nsecondary: {schedule: Payments primary}")
    told = '"Payments primary" is the schedule of primary and secondary, and each would undo'
    with pytest.raises(Refused, match=told):
        desk.show()
    with pytest.raises(Refused, match=told):
        desk.show(roles=["secondary"])
    assert desk.box.writes == []


def test_pages_of_schedules_are_kept_and_read_without_asking(desk: Desk) -> None:
    assert pages(desk.folder) == {}
    desk.push(roles=["primary"])
    assert pages(desk.folder) == {("primary", 1): "https://sandbox.pagerduty.com/schedules/PPRIM01"}
    (desk.folder / "plans" / "2027-Q2.push.json").write_text('{"written": [{"role": "primary", "url": "ftp://x"}, 3]}')
    (desk.folder / "plans" / "2027-Q3.push.json").write_text("no json")
    assert list(pages(desk.folder)) == [("primary", 1)]


# ------------------------------------------------------------------------------------------------------ later pushes


def test_four_quarters_in_a_row_use_the_same_layers(desk: Desk) -> None:
    counts = []
    for n, name in enumerate(("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2028-Q1")):
        of = period(name)
        if n:
            publish(desk.folder, of, shift_by=n)
        desk.box.set_now(datetime(of.first.year, of.first.month, 1, tzinfo=UTC) - days(15))
        assert desk.push(of).after.settled
        body = desk.box.manual("GET", "/schedules/PPRIM01")["schedule"]
        counts.append(len(body["schedule_layers"]))
        assert desk.show(of).settled
    assert counts == [2, 3, 3, 3, 3]


def test_a_late_push_leaves_no_gap_before_its_first_turn(desk: Desk) -> None:
    desk.push()
    of = period("2027-Q3")
    desk.box.set_now(datetime(2027, 6, 20, tzinfo=UTC))
    watched = desk.box.watch("PPRIM01", datetime(2027, 6, 20, tzinfo=UTC), datetime(2028, 1, 20, tzinfo=UTC))
    publish(desk.folder, of)
    done = desk.push(of, allowed=[h.key for h in desk.show(of).withheld])
    assert done.after.settled
    assert not watched.as_json()["gaps"]


def test_a_person_gone_from_pagerduty_does_not_matter_for_the_past(desk: Desk) -> None:
    desk.push()
    desk.box.set_now(datetime(2027, 2, 10, tzinfo=UTC))
    publish(
        desk.folder,
        change=lambda a: given(a, "hal") if a.parts[0].person == "ana" and a.shift.start > NOW + days(50) else a,
    )
    desk.box.box.world.users.pop(user("ana"))
    keys = list(dict.fromkeys(h.key for h in desk.show().withheld))
    assert desk.push(allowed=keys).after.settled


# --------------------------------------------------------------------------------------------------------- rollback


def test_rollback_pages_as_before(tmp_path: Path) -> None:
    folder = team(tmp_path / "team", ROLES)
    publish(folder, change=part_given)
    old = [schedule("Payments primary", "PPRIM01", "ana", "bo"), schedule("Payments secondary", "PSECO01", "cy")]
    with running(seed(schedules=old), now=NOW) as box:
        desk = Desk(folder, box)
        before = desk.show().shown[0].final
        desk.push(allowed=["foreign:primary", "foreign:secondary"])
        assert desk.show().shown[0].final != before
        link = desk.link()
        back = pushing.rollback(desk.folder, Q1, link)
        assert back.digest
        done = pushing.rollback_apply(desk.folder, Q1, link, back.digest)
        assert done.after.settled
        assert desk.show().shown[0].final == before
        with pytest.raises(Refused, match=r"was rolled back on 14 Dec 2026 already.*watchbill push"):
            pushing.rollback(desk.folder, Q1, link)


# ------------------------------------------------------------------------------------------------------ interruptions


def revised(assigned: Assigned) -> Assigned:
    """Other parts than before, and a week that changes hands."""
    if assigned.shift.id == "primary/week/2027-02-01":
        return handed(assigned, "gus", WEDNESDAY + days(2), WEDNESDAY + days(3))
    if assigned.shift.id == "primary/week/2027-03-01":
        return given(assigned, "hal")
    return assigned


def double_overrides(box: Handle) -> list[tuple[datetime, datetime, str]]:
    keys = [(o.start, o.end, o.user) for o in box.box.world.schedules["PPRIM01"].overrides]
    return sorted({key for key in keys if keys.count(key) > 1})


@pytest.mark.parametrize("committed", [True, False], ids=["with push file", "fresh clone"])
@pytest.mark.parametrize("told", [True, False], ids=["answered", "answer lost"])
@pytest.mark.parametrize("after", range(5))
def test_a_push_that_is_cut_off_at_any_write_ends_the_same(
    desk: Desk, tmp_path: Path, after: int, told: bool, committed: bool
) -> None:
    publish(desk.folder, change=part_given)
    desk.push()
    publish(desk.folder, change=revised)
    watched = desk.box.watch("PPRIM01", NOW + days(25), NOW + days(110))
    desk.box.kill_after(after, told=told)
    with suppress(RemoteFailed):
        desk.push()
    desk.box.heal()
    other = desk.clone(tmp_path / "clone", committed=committed)
    shown = other.show()
    if not shown.settled:
        keys = list(dict.fromkeys(h.key for h in shown.withheld))
        other.push(allowed=keys)
    assert other.show().settled
    assert double_overrides(desk.box) == []
    assert not watched.as_json()["gaps"]


def test_the_same_digest_goes_on_where_a_run_was_cut_off(desk: Desk) -> None:
    publish(desk.folder, change=part_given)
    shown = desk.show()
    desk.box.kill_after(1)
    with pytest.raises(RemoteFailed):
        pushing.push_apply(desk.folder, Q1, desk.link(), str(shown.digest))
    desk.box.heal()
    done = pushing.push_apply(desk.folder, Q1, desk.link(), str(shown.digest))
    assert done.writes == 2
    assert done.after.settled


@pytest.mark.parametrize("after", [1, 2])
def test_a_run_that_was_cut_off_is_not_gone_on_with_once_the_plan_is_another(desk: Desk, after: int) -> None:
    publish(desk.folder, change=part_given)
    digest = str(desk.show().digest)
    desk.box.kill_after(after)
    with pytest.raises(RemoteFailed):
        pushing.push_apply(desk.folder, Q1, desk.link(), digest)
    desk.box.heal()
    publish(desk.folder, change=revised)
    before = len(desk.box.writes)
    with pytest.raises(Refused, match=rf"2027-Q1 was published anew since {digest} was shown.*without --apply"):
        pushing.push_apply(desk.folder, Q1, desk.link(), digest)
    assert len(desk.box.writes) == before
    shown = desk.show()
    assert not shown.withheld
    assert pushing.push_apply(desk.folder, Q1, desk.link(), str(shown.digest)).after.settled
    assert double_overrides(desk.box) == []


def test_a_rollback_that_was_cut_off_is_shown_anew_once_the_plan_is_another(old_desk: Desk) -> None:
    desk = old_desk
    before = desk.show().shown[0].final
    desk.push(allowed=FOREIGN)
    digest = str(pushing.rollback(desk.folder, Q1, desk.link()).digest)
    desk.box.kill_after(1)
    with pytest.raises(RemoteFailed):
        pushing.rollback_apply(desk.folder, Q1, desk.link(), digest)
    desk.box.heal()
    publish(desk.folder, change=revised)
    with pytest.raises(Refused, match="was published anew"):
        pushing.rollback_apply(desk.folder, Q1, desk.link(), digest)
    back = pushing.rollback(desk.folder, Q1, desk.link())
    assert pushing.rollback_apply(desk.folder, Q1, desk.link(), str(back.digest)).after.settled
    assert desk.show(allowed=FOREIGN).shown[0].final == before


def test_the_command_that_was_cut_off_goes_on_with_the_hazards_that_it_allowed(old_desk: Desk) -> None:
    desk = old_desk
    digest = str(desk.show(allowed=FOREIGN).digest)
    desk.box.kill_after(1)
    with pytest.raises(RemoteFailed):
        pushing.push_apply(desk.folder, Q1, desk.link(), digest, allowed=FOREIGN)
    desk.box.heal()
    assert pushing.push_apply(desk.folder, Q1, desk.link(), digest, allowed=FOREIGN).writes == 1
    assert pushing.push_apply(desk.folder, Q1, desk.link(), digest, allowed=FOREIGN).writes == 0


def test_a_rollback_that_was_cut_off_goes_on_with_the_hazards_that_it_allowed(old_desk: Desk) -> None:
    desk = old_desk
    desk.push(allowed=FOREIGN)
    desk.box.set_now(datetime(2027, 1, 20, tzinfo=UTC))
    keys = [h.key for h in pushing.rollback(desk.folder, Q1, desk.link()).withheld]
    assert keys == ["notice:primary", "notice:secondary"]
    digest = str(pushing.rollback(desk.folder, Q1, desk.link(), allowed=keys).digest)
    desk.box.kill_after(1)
    with pytest.raises(RemoteFailed):
        pushing.rollback_apply(desk.folder, Q1, desk.link(), digest, allowed=keys)
    desk.box.heal()
    assert pushing.rollback_apply(desk.folder, Q1, desk.link(), digest, allowed=keys).after.settled


def test_a_lost_answer_makes_no_double(desk: Desk) -> None:
    publish(desk.folder, change=part_given)
    desk.box.fail(method="POST", path=".*/overrides", kind="drop", when="after", times=1)
    assert desk.push().after.settled
    assert double_overrides(desk.box) == []


def test_what_never_arrives_is_undone_and_told(desk: Desk) -> None:
    publish(desk.folder, change=part_given)
    desk.box.fail(method="POST", path=".*/overrides", kind="status", status=400, times=1)
    with pytest.raises(RemoteFailed, match="Payments primary was put back"):
        desk.push()
    assert desk.show().shown[0].final == ()
    replaced = replace(desk)
    assert replaced.push().after.settled


def test_users_of_one_name_are_told_apart(tmp_path: Path) -> None:
    known = seed(schedules=[schedule("Payments primary", "PPRIM01", "ana")])
    for one in known["users"][:2]:
        one["name"] = "Jo Wood"
    folder = team(tmp_path / "team", "primary: {schedule: Payments primary}")
    publish(folder)
    with running(known, now=NOW) as box:
        name = Desk(folder, box).show().scene.name
        assert [name(user(id_)) for id_ in ("ana", "bo", "cy")] == ["Jo Wood (ana)", "Jo Wood (bo)", "Cy"]
