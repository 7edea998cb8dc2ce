"""The operations against the sandbox, over HTTP; and in which order its layers are, whatever it says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from builders import at, person, span
from scripted import Answer, serving
from watchbill.errors import Refused
from watchbill.publish.pagerduty import account, bodies, changing, remote
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.publish.pagerduty.port import RemoteFailed, Unsure
from watchbill.publish.pagerduty.render import render
from watchbill.publish.pagerduty.terms import (
    CustomShift,
    Entry,
    Event,
    Override,
    PdLayer,
    Schedule,
    ShiftOverride,
    ShiftSchedule,
)
from watchbill.sandbox import Handle, running

NOW = at("2027-01-01T12")
WINDOW = span("2027-01-04T00", "2027-01-11T00")
DAY, WEEK = 86_400, 604_800


def layer(name: str, users: str, start: str = "2027-01-02T00", **facts: Any) -> PdLayer:
    begin = at(start)
    return replace(PdLayer(name, begin, None, begin, DAY, tuple(users.split())), **facts)


def seed(**more: Any) -> dict[str, Any]:
    users = [
        {"id": "PANA", "name": "Ana Souza", "email": "Ana@example.com", "time_zone": "America/Sao_Paulo"},
        {"id": "PBO", "name": "Bo Lindqvist", "email": "bo@example.com"},
        {"id": "PCY", "name": "Cy Tan", "email": "cy@example.com", "role": "read_only_user"},
        {"id": "PGONE", "name": "Gone", "email": "gone@example.com", "deleted_at": "2026-01-01T00:00:00Z"},
    ]
    low, high = layer("low", "PANA"), layer("high", "PBO", start="2027-01-06T00")
    layered = bodies.schedule("Primary", "Europe/Berlin", "ours", [low, high])["schedule"]
    held = [{"start": "2027-01-03T22:00:00Z", "end": "2027-01-04T02:00:00Z", "user": {"id": "PBO"}}]
    return {
        "users": users,
        "schedules": [{**layered, "id": "PLAYERED", "overrides": held}],
        "schedules_v3": [{"id": "PSHIFTS", "name": "Secondary", "time_zone": "Etc/UTC"}],
        **more,
    }


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Handle]:
    with running(seed(), now=NOW) as handle:
        yield handle


@pytest.fixture
def box(sandbox: Handle) -> Iterator[Handle]:
    """The sandbox as it was in the beginning."""
    sandbox.heal()
    sandbox.reset(seed())
    sandbox.set_now(NOW)
    quirks = sandbox.box.quirks
    yield sandbox
    sandbox.box.quirks = quirks


@pytest.fixture
def calls(box: Handle) -> Iterator[Calls]:
    port = PdpyrasPort(box.key, box.url, timeout=5.0)
    yield Calls(port, sleep=lambda seconds: None, clock=lambda: 0.0)
    port.close()


def layered(calls: Calls) -> Schedule:
    found = remote.read(calls, "PLAYERED", "schedule", WINDOW)
    assert isinstance(found, Schedule)
    return found


def shifts(calls: Calls) -> ShiftSchedule:
    found = remote.read(calls, "PSHIFTS", "schedule_v3", WINDOW)
    assert isinstance(found, ShiftSchedule)
    return found


# -------------------------------------------------------------------------------------------------------- finding


def test_a_schedule_is_found_by_id_and_by_exact_name(calls: Calls) -> None:
    for word in ("PLAYERED", "Primary"):
        assert remote.find(calls, word) == ("PLAYERED", "schedule")
    for word in ("PSHIFTS", "Secondary"):
        assert remote.find(calls, word) == ("PSHIFTS", "schedule_v3")
    for word in ("PNOWHERE", "primary", "Prim", "no/such?id"):
        assert remote.find(calls, word) is None


def test_a_name_that_looks_like_an_id_is_still_found(calls: Calls) -> None:
    id_ = changing.make_schedule(calls, "schedule_v3", "PRIMARY2", "Etc/UTC", "")
    assert remote.find(calls, "PRIMARY2") == (id_, "schedule_v3")


def test_a_name_that_two_schedules_have_is_refused(calls: Calls) -> None:
    id_ = changing.make_schedule(calls, "schedule_v3", "Primary", "Etc/UTC", "")
    with pytest.raises(Refused, match=f'2 schedules of the name "Primary": PLAYERED, {id_}. Write the id'):
        remote.find(calls, "Primary")


def test_the_kind_is_looked_up_every_time(calls: Calls) -> None:
    assert remote.kind_of(calls, "PLAYERED") == "schedule"
    assert remote.kind_of(calls, "PSHIFTS") == "schedule_v3"
    assert remote.kind_of(calls, "PNOWHERE") is None


def test_a_wrong_key_is_no_missing_schedule(box: Handle) -> None:
    port = PdpyrasPort("wrong", box.url)
    with pytest.raises(RemoteFailed, match=r"401.*Make a new one"):
        remote.find(Calls(port, sleep=lambda s: None, clock=lambda: 0.0), "PLAYERED")
    port.close()


def test_reading_as_the_wrong_kind_says_which_it_is(calls: Calls) -> None:
    with pytest.raises(RemoteFailed, match="as: custom_shifts"):
        remote.read(calls, "PSHIFTS", "schedule", WINDOW)
    with pytest.raises(RemoteFailed, match="as: layers"):
        remote.read(calls, "PLAYERED", "schedule_v3", WINDOW)


@pytest.mark.parametrize("id_", ["", "a/b", "..", "PÄ", "a?b=c", "a b"])
def test_an_id_that_would_lead_elsewhere_is_refused(calls: Calls, id_: str) -> None:
    with pytest.raises(Refused, match="no id of PagerDuty's"):
        remote.read(calls, id_, "schedule", WINDOW)


# ---------------------------------------------------------------------------------------------------------- layers


def test_layers_overrides_and_final_are_read_over_a_window(calls: Calls) -> None:
    found = layered(calls)
    assert [layer.name for layer in found.layers] == ["low", "high"]
    assert (found.name, found.zone, found.description) == ("Primary", "Europe/Berlin", "ours")
    assert [(o.start, o.end, o.user) for o in found.overrides] == [(at("2027-01-03T22"), at("2027-01-04T02"), "PBO")]
    assert found.final == (
        Entry(at("2027-01-04T00"), at("2027-01-04T02"), "PBO"),
        Entry(at("2027-01-04T02"), at("2027-01-06T00"), "PANA"),
        Entry(at("2027-01-06T00"), at("2027-01-11T00"), "PBO"),
    )


def test_what_is_read_and_put_back_changes_nothing(calls: Calls) -> None:
    before = layered(calls)
    put = changing.put_layers(calls, before, before.layers)
    assert put.layers == before.layers
    assert replace(layered(calls), overrides=()) == replace(before, overrides=())


def test_a_new_layer_covers_the_ones_below_and_gets_an_id(calls: Calls) -> None:
    before = layered(calls)
    put = changing.put_layers(calls, before, [*before.layers, layer("top", "PANA PBO PANA")])
    assert [(layer.name, layer.users) for layer in put.layers][2] == ("top", ("PANA", "PBO", "PANA"))
    assert all(layer.id for layer in put.layers)


def test_an_end_is_set_and_taken_back(calls: Calls) -> None:
    low, high = layered(calls).layers
    changing.put_layers(calls, layered(calls), [low, replace(high, end=at("2027-01-08T00"))])
    assert [layer.end for layer in layered(calls).layers] == [None, at("2027-01-08T00")]
    changing.put_layers(calls, layered(calls), [low, high])
    assert [layer.end for layer in layered(calls).layers] == [None, None]


def test_putting_a_new_layer_is_not_repeated_when_the_answer_is_lost(box: Handle, calls: Calls) -> None:
    before = layered(calls)
    box.fail(kind="drop", method="PUT", when="after", times=1)
    with pytest.raises(Unsure, match="may have done PUT /schedules/PLAYERED"):
        changing.put_layers(calls, before, [*before.layers, layer("top", "PANA")])
    assert [layer.name for layer in layered(calls).layers] == ["low", "high", "top"]


def test_putting_known_layers_is_repeated_when_the_answer_is_lost(box: Handle, calls: Calls) -> None:
    before = layered(calls)
    box.fail(kind="drop", method="PUT", when="after", times=1)
    assert changing.put_layers(calls, before, before.layers).layers == before.layers
    assert [write["method"] for write in box.writes] == ["PUT", "PUT"]


def test_a_preview_shows_layers_and_saves_nothing(box: Handle, calls: Calls) -> None:
    before = layered(calls)
    new = layer("only", "PBO", start="2027-01-05T00", end=at("2027-01-07T00"))
    assert remote.preview(calls, before, [new], WINDOW) == (Entry(at("2027-01-05T00"), at("2027-01-07T00"), "PBO"),)
    assert remote.preview(calls, replace(before, id="", zone="UTC"), [new], WINDOW)
    assert layered(calls) == before
    assert box.writes == []


def test_a_preview_is_asked_for_again_when_the_answer_is_lost(box: Handle, calls: Calls) -> None:
    box.fail(kind="drop", path="preview", times=2)
    assert remote.preview(calls, layered(calls), [layer("only", "PBO")], WINDOW)


# ------------------------------------------------------------------------------------------------------- overrides


def override(start: str, end: str, user: str = "PANA") -> Override:
    return Override(at(start), at(end), user)


@pytest.mark.parametrize("bulk", ["array", "object"])
def test_overrides_are_made_read_and_dropped(box: Handle, calls: Calls, bulk: str) -> None:
    box.set_quirks(bulk=bulk)
    wanted = [override("2027-01-05T08", "2027-01-05T09"), override("2027-01-06T08", "2027-01-06T09", "PBO")]
    made = changing.make_overrides(calls, "PLAYERED", wanted)
    assert [replace(item, id=None) for item in made if isinstance(item, Override)] == wanted
    assert set(made) <= set(layered(calls).overrides)
    for item in made:
        assert isinstance(item, Override)
        changing.drop_override(calls, "PLAYERED", item)
        changing.drop_override(calls, "PLAYERED", item)
    assert not set(made) & set(layered(calls).overrides)


def test_every_override_that_was_not_made_is_told(calls: Calls) -> None:
    good, bad = override("2027-01-05T08", "2027-01-05T09"), override("2027-01-06T09", "2027-01-06T08")
    first, second, third = changing.make_overrides(calls, "PLAYERED", [good, bad, good])
    assert isinstance(first, Override)
    assert isinstance(third, Override)
    stretch = "from 2027-01-06T09:00:00Z to 2027-01-06T08:00:00Z"
    assert second == f"The override {stretch} was not made: Override must end after its start."


def test_many_overrides_go_in_batches(box: Handle, calls: Calls) -> None:
    hours = [f"2027-01-{day:02}T{hour:02}" for day in range(4, 10) for hour in range(24)][:121]
    wanted = [override(start, end) for start, end in pairwise(hours)]
    made = changing.make_overrides(calls, "PLAYERED", wanted)
    assert len({item.id for item in made if isinstance(item, Override)}) == 120
    assert [len(write["body"]["overrides"]) for write in box.writes] == [50, 50, 20]


def test_overrides_are_not_made_twice_when_the_answer_is_lost(box: Handle, calls: Calls) -> None:
    box.fail(kind="drop", method="POST", when="after", times=1)
    with pytest.raises(Unsure, match="overrides or not"):
        changing.make_overrides(calls, "PLAYERED", [override("2027-01-05T08", "2027-01-05T09")])
    assert len(box.writes) == 1


def test_a_shorter_answer_is_matched_by_what_was_made() -> None:
    one, two = override("2027-01-05T08", "2027-01-05T09"), override("2027-01-06T08", "2027-01-06T09")
    told = tuple(changing._told([one, two], (replace(two, id="Q2"),)))
    assert told[1] == replace(two, id="Q2")
    assert isinstance(told[0], str)
    assert "it is not in the answer" in told[0]


# ----------------------------------------------------------------------------------------------------- schedules


def test_a_schedule_of_layers_is_made_in_the_zone_that_pagerduty_knows(calls: Calls) -> None:
    id_ = changing.make_schedule(calls, "schedule", "New", "Europe/Oslo", "by watchbill", [layer("a", "PANA")])
    found = remote.read(calls, id_, "schedule", WINDOW)
    assert (found.id, found.name, found.zone, found.description) == (id_, "New", "Europe/Berlin", "by watchbill")


@pytest.mark.parametrize("quirk", ["refused", "required", "ignored"])
def test_a_schedule_of_shifts_is_made_whatever_is_wanted_of_rotations(box: Handle, calls: Calls, quirk: str) -> None:
    box.set_quirks(rotations_key=quirk)
    id_ = changing.make_schedule(calls, "schedule_v3", "New", "UTC", "")
    assert remote.read(calls, id_, "schedule_v3", WINDOW).zone == "Etc/UTC"


# ---------------------------------------------------------------------------------------------------------- shifts


def shift(start: str, end: str, user: str = "PANA") -> CustomShift:
    return CustomShift(at(start), at(end), user)


def test_custom_shifts_are_made_read_and_dropped(calls: Calls) -> None:
    wanted = [shift("2027-01-03T08", "2027-01-05T08"), shift("2027-01-04T20", "2027-01-05T20", "PBO")]
    made = changing.make_shifts(calls, "PSHIFTS", wanted)
    assert [replace(item, id=None) for item in made] == wanted
    found = shifts(calls)
    assert sorted(found.shifts, key=lambda s: s.start) == list(made)
    assert found.final == (
        Entry(at("2027-01-04T00"), at("2027-01-05T08"), "PANA"),
        Entry(at("2027-01-04T20"), at("2027-01-05T20"), "PBO"),
    )
    changing.drop_shift(calls, "PSHIFTS", made[0])
    changing.drop_shift(calls, "PSHIFTS", made[0])
    assert shifts(calls).shifts == (made[1],)


def test_many_custom_shifts_are_made_in_batches_and_read_in_pages(box: Handle, calls: Calls) -> None:
    hours = [f"2027-01-{day:02}T{hour:02}" for day in range(4, 10) for hour in range(24)][:121]
    wanted = [shift(start, end) for start, end in pairwise(hours)]
    assert len(changing.make_shifts(calls, "PSHIFTS", wanted)) == 120
    assert [len(write["body"]["custom_shifts"]) for write in box.writes] == [50, 50, 20]
    found = shifts(calls)
    assert sorted((s.start, s.end) for s in found.shifts) == [(s.start, s.end) for s in wanted]
    assert found.final == (Entry(wanted[0].start, wanted[-1].end, "PANA"),)


def test_a_rotation_with_an_event_is_made_ended_and_dropped(calls: Calls) -> None:
    rotation = changing.make_rotation(calls, "PSHIFTS")
    assert rotation.id
    event = Event(
        name="watchbill after",
        start=at("2027-01-05T08"),
        end=at("2027-01-06T08"),
        zone="Europe/Berlin",
        since=at("2027-01-05T08"),
        until=None,
        recurrence=("RRULE:FREQ=DAILY",),
        users=("PANA", "PBO"),
    )
    made = changing.make_event(calls, "PSHIFTS", rotation.id, event)
    (found,) = shifts(calls).rotations
    assert found.events == (made,)
    assert replace(made, id=None) == event
    assert shifts(calls).final[:2] == (
        Entry(at("2027-01-05T08"), at("2027-01-06T08"), "PANA"),
        Entry(at("2027-01-06T08"), at("2027-01-07T08"), "PBO"),
    )
    changing.end_event(calls, "PSHIFTS", rotation.id, made, at("2027-01-07T08"))
    assert shifts(calls).rotations[0].events[0].until == at("2027-01-07T08")
    changing.drop_rotation(calls, "PSHIFTS", rotation)
    assert not any(rotation.events for rotation in shifts(calls).rotations)


def test_an_override_that_somebody_made_of_a_shift_is_read(calls: Calls) -> None:
    (made,) = changing.make_shifts(calls, "PSHIFTS", [shift("2027-01-05T08", "2027-01-06T08")])
    by_hand = {
        "type": "override_shift",
        "custom_shift_id": made.id,
        "start_time": "2027-01-05T10:00:00Z",
        "end_time": "2027-01-05T12:00:00Z",
        "overridden_member": bodies.member("PANA"),
        "overriding_member": bodies.member("PBO"),
    }
    calls.post("/v3/schedules/PSHIFTS/overrides", {"overrides": [by_hand]})
    (over,) = shifts(calls).overrides
    wanted = ShiftOverride(at("2027-01-05T10"), at("2027-01-05T12"), "PANA", "PBO", custom_shift=made.id)
    assert replace(over, id=None) == wanted
    assert [entry.user for entry in shifts(calls).final] == ["PANA", "PBO", "PANA"]


# ----------------------------------------------------------------------------------------------------------- order


@pytest.mark.parametrize("quirk", [True, False])
def test_the_order_of_layers_is_found_by_what_they_show(box: Handle, calls: Calls, quirk: bool) -> None:
    box.set_quirks(reversed=quirk)
    found = layered(calls)
    found = remote.in_order(found, lambda layers: render(layers, found.overrides, found.zone, WINDOW))
    assert [layer.name for layer in found.layers] == ["low", "high"]


def test_where_no_order_shows_the_same_the_lowest_stays_first(calls: Calls) -> None:
    found = layered(calls)
    assert remote.in_order(found, lambda layers: ()) == found


# ------------------------------------------------------------------------------------------- people and policies


def test_people_are_found_by_e_mail_whatever_its_case_and_by_id(calls: Calls) -> None:
    people = [person("ana", email="ana@EXAMPLE.com"), person("bob", email="other@example.com", pagerduty="PBO")]
    found = account.resolve(Accounts(calls), people)
    assert {id_: user.id for id_, user in found.items()} == {"ana": "PANA", "bob": "PBO"}
    assert found["ana"].zone == "America/Sao_Paulo"


def test_everyone_who_cannot_be_on_call_is_refused_by_name_at_once(calls: Calls) -> None:
    people = [
        person("ana", email="ana@example.com"),
        person("annie", email="ANA@example.com"),
        person("none"),
        person("unknown", email="na@example.com"),
        person("lost", pagerduty="PNOWHERE"),
        person("gone", email="gone@example.com"),
        person("cy", email="cy@example.com"),
    ]
    with pytest.raises(Refused, match=r"^none has no e-mail\.") as refused:
        account.resolve(Accounts(calls), people)
    lines = str(refused.value).splitlines()
    assert [line.split(". ")[0] for line in lines] == [
        "none has no e-mail",
        "unknown (na@example.com) is no user in PagerDuty",
        "lost (PNOWHERE) is no user in PagerDuty",
        "gone (gone@example.com) is no user in PagerDuty",
        "cy (cy@example.com) is a stakeholder in PagerDuty, who cannot be on call",
        "ana and annie are one user in PagerDuty (PANA)",
    ]


def test_someone_whose_account_was_deleted_is_refused_where_pagerduty_still_shows_it() -> None:
    gone = {"id": "PGONE", "name": "Gone", "email": "gone@example.com", "deleted_at": "2026-01-01T00:00:00Z"}
    with serving(Answer(body={"user": gone, "users": [gone], "more": False})) as server:
        port = PdpyrasPort("k", server.url)
        calls = Calls(port, sleep=lambda seconds: None, clock=lambda: 0.0)
        for who in (person("ana", email="gone@example.com"), person("ana", pagerduty="PGONE")):
            with pytest.raises(Refused, match=r"ana \(.*\) was deleted in PagerDuty"):
                account.resolve(Accounts(calls), [who])
        port.close()


def test_a_policy_and_who_is_on_call_by_it_are_read(box: Handle, calls: Calls) -> None:
    rules = [{"escalation_delay_in_minutes": 15, "targets": [{"id": "PLAYERED", "type": "schedule_reference"}]}]
    policies = [{"id": "PPOLICY", "name": "Payments", "escalation_rules": rules, "num_loops": 1}]
    box.reset(seed(escalation_policies=policies))
    found = account.policy(calls, "PPOLICY")
    assert (found.name, found.loops, found.levels[0].minutes, found.levels[0].targets[0].id) == (
        "Payments", 1, 15, "PLAYERED",
    )  # fmt: skip
    assert layered(calls).policies == ("PPOLICY",)
    on = remote.on_calls(calls, ["PLAYERED"], WINDOW)
    assert {(one.user, one.policy, one.level, one.schedule) for one in on} == {
        ("PANA", "PPOLICY", 1, "PLAYERED"), ("PBO", "PPOLICY", 1, "PLAYERED"),
    }  # fmt: skip


def test_no_request_is_too_odd_for_json(calls: Calls) -> None:
    name = 'Prim "ary" 😀 \\ \u2028'
    id_ = changing.make_schedule(calls, "schedule_v3", name, "Etc/UTC", "")
    assert remote.find(calls, name) == (id_, "schedule_v3")
    assert json.loads(json.dumps(name)) == name
