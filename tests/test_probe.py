"""The probe over real HTTP: however an account differs is found out, recorded and used, and no trace is left."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anyplans import USERS, any_plan, on_call, planned, seeded
from builders import at
from pushes import NOW, Desk, days, given, publish, schedule, seed, team, user
from watchbill import probing, pushing
from watchbill.errors import InputError, Refused
from watchbill.periods import period
from watchbill.publish.pagerduty import answers
from watchbill.publish.pagerduty.answers import BY_KEY, QUESTIONS, Answer, Answers, decode, encode
from watchbill.publish.pagerduty.bench import Unknown as NotTold
from watchbill.publish.pagerduty.bench import name_of
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.publish.pagerduty.compile import as_layers
from watchbill.publish.pagerduty.port import Params, RemoteFailed, Reply
from watchbill.publish.pagerduty.probe_layers import counted, next_change
from watchbill.publish.pagerduty.steps import MakeOverrides, MakeShifts, PutLayers
from watchbill.publish.pagerduty.terms import Entry, Meaning
from watchbill.results import Assigned
from watchbill.sandbox import Quirks, running
from watchbill.sandbox.server import Handle

ROLES = "primary: {schedule: PPRIM01}"
USUAL = {
    "layer_order": "reversed",
    "omitted_layers": "ended",
    "past_layer_start": "now",
    "duplicate_users": "allowed",
    "day_turns": "wall",
    "week_turns": "wall",
    "hour_turns": "elapsed",
    "mixed_restrictions": "both",
    "past_override": "clamped",
    "override_years": 5,
    "overrides_per_request": 100,
    "limit_v2": 960,
    "rotations_key": "ignored",
    "shift_batch": "whole",
    "past_shift": "clamped",
    "shift_years": 2,
    "shifts_per_request": 100,
    "limit_v3": 960,
}
OF_SHIFTS = {"rotations_key", "shift_batch", "past_shift", "shift_years", "shifts_per_request", "limit_v3"}
SPRING = period("2027-02-15..2027-05-30")  # the clock changes on 28 March
KEY = "u-never-to-be-seen-4711"


@pytest.fixture(scope="module")
def server() -> Iterator[Handle]:
    with running(seed(), now=NOW, key=KEY) as handle:
        yield handle


@pytest.fixture
def box(server: Handle) -> Handle:
    """A sandbox as new, with one schedule that is none of the probe's business."""
    server.box.quirks = Quirks()
    server.heal()
    server.set_now(NOW)
    server.reset(seed(schedules=[schedule("Payments primary", "PPRIM01")]))
    return server


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    return Desk(team(tmp_path / "team", ROLES), box)


def probed(desk: Desk, link: pushing.Link | None = None) -> Answers:
    found = probing.run(probing.prepare(desk.folder, link or desk.link()))
    assert left_behind(desk.box) == []
    assert answers.kept(desk.folder) == found
    return found


def values(found: Answers) -> dict[str, str | int | None]:
    return {one.question: one.answer for one in found.found}


def left_behind(box: Handle) -> list[str]:
    """Schedules that were not there before."""
    return [id_ for id_ in (*box.state.schedules, *box.state.shift_schedules) if id_ != "PPRIM01"]


def record(desk: Desk, **found: str | int) -> None:
    """Puts answers into the team's folder as a probe would."""
    path = desk.folder / answers.NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode(Answers(NOW, tuple(Answer(key, value) for key, value in found.items()))))


# ---------------------------------------------------------------------------------------------------------- finding


def test_every_question_is_answered_for_the_usual_account(desk: Desk) -> None:
    found = probed(desk)
    assert values(found) == USUAL
    assert [one.question for one in found.found] == [question.key for question in QUESTIONS]


@pytest.mark.parametrize(
    ("quirks", "told"),
    [
        ({"turns": "elapsed"}, {"day_turns": "elapsed", "week_turns": "elapsed"}),
        ({"omitted_layers": "drop", "reversed": False}, {"omitted_layers": "dropped", "layer_order": "as_written"}),
        ({"duplicate_users": False, "bulk": "object"}, {"duplicate_users": "refused"}),
        ({"past_overrides": "keep"}, {"past_override": "kept", "past_shift": "kept"}),
        ({"past_overrides": "refuse"}, {"past_override": "refused", "past_shift": "refused"}),
        (
            {"most_overrides": 30, "most_custom_shifts": 1},
            # A batch of three is then refused as it stands, whatever is in it.
            {"overrides_per_request": 25, "shifts_per_request": 1},
        ),
        (
            {"most_overrides": 500, "most_custom_shifts": 500, "custom_shifts_months": 11},
            {"overrides_per_request": 500, "shifts_per_request": 500, "shift_years": 0},
        ),
        ({"rotations_key": "required", "rate_limit": 5000}, {"rotations_key": "required", "limit_v2": 5000}),
        ({"rotations_key": "refused", "merged": False, "gaps": False}, {"rotations_key": "refused"}),
    ],
    ids=lambda value: "-".join(value),
)
def test_a_quirk_is_found_out_and_nothing_else_changes(
    desk: Desk, quirks: dict[str, Any], told: dict[str, str | int]
) -> None:
    desk.box.set_quirks(**quirks)
    also = {"limit_v3": told["limit_v2"]} if "limit_v2" in told else {}
    assert values(probed(desk)) == USUAL | told | also


@pytest.mark.parametrize(
    "when", [at("2026-10-20T10"), at("2027-03-10T10"), datetime(2027, 7, 1, 23, 59, 31, tzinfo=UTC)]
)
def test_the_time_of_the_year_changes_no_answer(desk: Desk, when: datetime) -> None:
    desk.box.set_now(when)
    desk.box.set_quirks(turns="elapsed")
    assert values(probed(desk)) == USUAL | {"day_turns": "elapsed", "week_turns": "elapsed"}


class Other(PdpyrasPort):
    """An account that differs in ways that the sandbox has no quirk for."""

    def get(self, path: str, params: Params | None = None) -> Reply:
        return self._changed(super().get(path, params))

    def post(self, path: str, body: Any, params: Params | None = None) -> Reply:
        layers = body.get("schedule", {}).get("schedule_layers", [])
        if any(len({rule["type"] for rule in layer["restrictions"]}) > 1 for layer in layers):
            return Reply(400, {}, {"error": {"message": "Invalid Schedule", "code": 3001}})
        shifts = body.get("custom_shifts", [])
        if len(shifts) == 3:  # the batch with the bad one: each by itself
            made = [super(Other, self).post(path, {"custom_shifts": [shift]}, params) for shift in shifts]
            return Reply(201, {}, {"custom_shifts": [s for m in made if m.ok for s in m.body["custom_shifts"]]})
        if any(item["start"] > "2028-12" for item in body.get("overrides", [])):
            return Reply(201, {}, [{"status": 400, "errors": ["Too far"], "override": body["overrides"][0]}])
        return self._changed(super().post(path, body, params))

    def put(self, path: str, body: Any) -> Reply:
        if any(layer["start"] < "2026-12-14" for layer in body["schedule"]["schedule_layers"]):
            return Reply(400, {}, {"error": {"message": "Start is past", "code": 2001}})
        return self._changed(super().put(path, body))

    def _changed(self, reply: Reply) -> Reply:
        kept = {name: value for name, value in reply.headers.items() if not name.startswith("ratelimit")}
        return replace(reply, headers=kept)


class OnlyLayers(PdpyrasPort):
    """An account without shift-based schedules."""

    def get(self, path: str, params: Params | None = None) -> Reply:
        return Reply(403, {}, {"error": {"code": 2010}}) if path.startswith("/v3") else super().get(path, params)

    def post(self, path: str, body: Any, params: Params | None = None) -> Reply:
        return Reply(403, {}, {"error": {"code": 2010}}) if path.startswith("/v3") else super().post(path, body, params)


def through(port: type[PdpyrasPort], box: Handle) -> pushing.Link:
    def sleep(seconds: float) -> None:
        assert seconds >= 0

    return pushing.Link(Calls(port(box.key, box.url), sleep=sleep, clock=time.monotonic), sleep)


def test_refusals_item_by_item_and_answers_without_limits_are_told(desk: Desk) -> None:
    assert values(probed(desk, through(Other, desk.box))) == USUAL | {
        "past_layer_start": "refused",
        "mixed_restrictions": "refused",
        "shift_batch": "item",
        "override_years": 1,
        "limit_v2": "none",
        "limit_v3": "none",
    }


def test_an_account_without_shift_based_schedules_leaves_those_questions_open(desk: Desk) -> None:
    found = probed(desk, through(OnlyLayers, desk.box))
    assert values(found) == USUAL | dict.fromkeys(OF_SHIFTS)
    whys = {one.why for one in found.found if one.answer is None}
    assert whys == {"there are no shift-based schedules here: PagerDuty answered with status 403, code 2010"}


# A turn of 8 hours that began at 09:00 in Berlin; the clock goes forward on 28 March.
FIRST = at("2027-03-26T08")
CHANGE = at("2027-03-28T01")


@pytest.mark.parametrize(
    ("hours", "way"), [((7, 15, 23), "wall"), ((8, 16), "elapsed"), ((7, 8), None), ((), None)], ids=str
)
def test_handoffs_after_the_change_tell_how_turns_are_counted(hours: tuple[int, ...], way: str | None) -> None:
    entries = [Entry(FIRST + n * timedelta(hours=8), FIRST, "P") for n in range(4)]
    entries += [Entry(at(f"2027-03-28T{hour:02}"), FIRST, "P") for hour in hours]
    if way:
        assert counted(entries, FIRST, timedelta(hours=8), CHANGE, at("2027-03-30T00")) == way
    else:
        with pytest.raises(NotTold, match="handoff"):
            counted(entries, FIRST, timedelta(hours=8), CHANGE, at("2027-03-30T00"))


def test_the_next_clock_change_is_that_of_the_zone() -> None:
    assert next_change(at("2027-01-01T00")) == CHANGE
    assert next_change(CHANGE + timedelta(minutes=1)) == at("2027-10-31T01")


# ------------------------------------------------------------------------------------------------------------ traces


def test_only_schedules_of_its_own_are_written_and_no_policy_uses_them(desk: Desk) -> None:
    probed(desk)
    before = "watchbill probe 2026-12-14T10:00:00Z"
    names = [w["body"]["schedule"]["name"] for w in desk.box.writes if w["path"] in ("/schedules", "/v3/schedules")]
    assert names == [f"{before} (delete me)", f"{before} 2 (delete me)", f"{before} 3 (delete me)"]
    assert not [w for w in desk.box.writes if "PPRIM01" in w["path"]]
    assert desk.box.state.schedules["PPRIM01"].overrides == ()


def test_the_record_names_nobody_and_holds_no_key(desk: Desk) -> None:
    probed(desk, through(OnlyLayers, desk.box))
    text = (desk.folder / answers.NAME).read_text(encoding="utf-8")
    for word in (KEY, "Ana", user("ana"), user("bo"), "example.com", "http"):
        assert word not in text


def test_an_interruption_deletes_what_was_made_and_records_nothing(desk: Desk) -> None:
    def interrupt(answer: Answer) -> None:
        assert left_behind(desk.box)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        probing.run(probing.prepare(desk.folder, desk.link()), interrupt)
    assert left_behind(desk.box) == []
    assert answers.kept(desk.folder) is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_first_schedule_whose_making_was_never_answered_goes_too(desk: Desk, when: str) -> None:
    desk.box.fail(kind="drop", method="POST", path="^/schedules$", times=1, when=when)
    with pytest.raises(RemoteFailed, match="may have done POST /schedules or not"):
        probing.run(probing.prepare(desk.folder, desk.link()))
    assert [w["path"] for w in desk.box.writes].count("/schedules") == (when == "after")
    assert left_behind(desk.box) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_shift_based_one_whose_making_was_never_answered_goes_too(desk: Desk, skip: int, when: str) -> None:
    desk.box.fail(kind="drop", method="POST", path="^/v3/schedules$", skip=skip, times=1, when=when)
    found = probed(desk)
    assert {one.question for one in found.found if one.answer is None} == OF_SHIFTS
    assert [w["path"] for w in desk.box.writes].count("/v3/schedules") == skip + (when == "after")


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("kind", ["drop", "status", "stale"])
def test_faults_in_between_leave_nothing_behind_and_no_wrong_answer(desk: Desk, method: str, kind: str) -> None:
    for n in range(4):
        desk.box.heal()
        desk.box.set_now(NOW + n * timedelta(minutes=1))
        more: dict[str, Any] = {"method": "GET", "reads": 2} if kind == "stale" else {"method": method, "status": 503}
        desk.box.fail(kind=kind, path="schedules", probability=0.15, seed=n, when=("before", "after")[n % 2], **more)
        with suppress(RemoteFailed):
            found = values(probing.run(probing.prepare(desk.folder, desk.link())))
            # A lost request of a big batch only makes it look as if fewer were taken.
            sized = {"overrides_per_request", "shifts_per_request", "override_years", "shift_years"}
            assert {key for key, answer in found.items() if answer not in (None, USUAL[key])} <= sized
            assert all(found[key] != 0 for key in sized)
        assert left_behind(desk.box) == []


@pytest.mark.parametrize("status", [500, 400])
def test_a_failure_is_no_refusal(desk: Desk, status: int) -> None:
    desk.box.fail(kind="status", status=status, method="POST", path="/(overrides|custom_shifts)$", times=20)
    found = values(probed(desk))
    assert {found["override_years"], found["shift_years"]} == {0 if status == 400 else None}


def test_reads_that_lag_behind_writes_change_no_answer(desk: Desk) -> None:
    desk.box.fail(kind="stale", path="/schedules/", reads=3)
    assert values(probed(desk)) == USUAL


@pytest.mark.parametrize("writes", [1, 2, 20])
def test_what_could_not_be_deleted_is_named_and_the_next_probe_deletes_it(desk: Desk, writes: int) -> None:
    plan = probing.prepare(desk.folder, desk.link())
    desk.box.kill_after(writes)
    with pytest.raises(RemoteFailed, match="could not be deleted") as failed:
        probing.run(plan)
    left = left_behind(desk.box)
    assert left
    assert all(id_ in str(failed.value) for id_ in left)
    assert name_of(NOW) in str(failed.value)
    desk.box.heal()
    desk.box.set_now(NOW + timedelta(hours=2))
    assert values(probed(desk)) == USUAL


def test_a_probe_that_someone_else_runs_now_is_left_alone(desk: Desk) -> None:
    theirs = schedule(name_of(NOW - timedelta(minutes=5)), "PTHEIRS")
    like = schedule("watchbill probe (delete me)", "PLIKEIT")
    old = schedule(name_of(NOW - timedelta(days=5), 2), "POLDONE")
    desk.box.reset(seed(schedules=[theirs, like, old]))
    probing.run(probing.prepare(desk.folder, desk.link()))
    assert sorted(desk.box.state.schedules) == ["PLIKEIT", "PTHEIRS"]


def test_a_key_that_may_only_read_ends_it_with_the_remedy(desk: Desk) -> None:
    reader = replace(desk, box=replace(desk.box, key=desk.box.read_key))
    with pytest.raises(RemoteFailed, match="may read and write schedules"):
        probing.run(probing.prepare(desk.folder, reader.link()))
    assert answers.kept(desk.folder) is None


def test_two_people_with_users_are_needed(desk: Desk) -> None:
    desk.box.reset(seed(people=["ana"]))
    with pytest.raises(Refused, match=r"needs two people .* found 1\. Mend their e-mails"):
        probing.prepare(desk.folder, desk.link())


# ------------------------------------------------------------------------------------------------------------- using


def test_what_is_not_known_stays_as_usual() -> None:
    assert Answers(NOW, ()).meaning() == Meaning()
    parted = Answers(NOW, (Answer("day_turns", "elapsed"), Answer("week_turns", "wall")))
    assert parted.meaning().turns == "wall"
    assert Answers(NOW, (Answer("day_turns", None, "?"), Answer("week_turns", "elapsed"))).meaning().turns == "elapsed"


def test_turns_by_elapsed_time_are_compiled_as_such(desk: Desk) -> None:
    desk.box.set_quirks(turns="elapsed")
    publish(desk.folder, SPRING)
    guessed = desk.show(SPRING).shown[0]
    assert any("overrides make up for it" in note for note in guessed.notes)
    probing.run(probing.prepare(desk.folder, desk.link()))
    done = desk.push(SPRING)
    assert done.after.settled
    assert done.after.shown[0].notes == ()
    assert desk.box.state.schedules["PPRIM01"].overrides == ()
    assert desk.show(SPRING).settled


def test_an_account_that_takes_nobody_twice_gets_more_layers(desk: Desk) -> None:
    publish(desk.folder, change=lambda a: a if a.shift.start < NOW + days(60) else mixed(a))
    twice = [step for step in desk.show().shown[0].steps if isinstance(step, PutLayers)]
    assert any(len(set(layer.users)) < len(layer.users) for layer in twice[0].layers)
    desk.box.set_quirks(duplicate_users=False)
    with pytest.raises(RemoteFailed, match="Users must be unique"):
        desk.show()
    record(desk, duplicate_users="refused")
    done = desk.push()
    assert done.after.settled
    assert desk.box.state.schedules["PPRIM01"].overrides == ()


def mixed(assigned: Assigned) -> Assigned:
    """The same shift, held by the one of three whom its week names: no longer in the order of before."""
    return given(assigned, ("hal", "ana", "fay")[assigned.shift.start.isocalendar().week % 3])


def test_random_plans_are_exact_where_nobody_may_be_in_a_layer_twice() -> None:
    checked = 0
    for n in range(60):
        sample = any_plan(seeded(f"once {n}"))
        meaning = Meaning(repeats=False)
        made = as_layers(sample.plan, sample.role, sample.seat, USERS, sample.zone, meaning=meaning)
        for layer in (*made.layers, *made.tails):
            assert len(set(layer.users)) == len(layer.users)
        for one in sample.plan.shifts:
            for when in (one.shift.start, one.shift.end - timedelta(minutes=1)):
                shown = on_call(made.layers, made.overrides, sample.zone, when, "wall", "elapsed")
                assert shown == planned(sample.plan, sample.seat, when), f"plan {n} at {when}"
                checked += 1
    assert checked > 500


def test_no_request_takes_more_than_was_found_to_work(desk: Desk) -> None:
    team(desk.folder, "primary: {schedule: PPRIM01, as: overrides}")
    publish(desk.folder)
    desk.box.set_quirks(most_overrides=5)
    record(desk, overrides_per_request=5)
    sizes = [len(s.overrides) for s in desk.show().shown[0].steps if isinstance(s, MakeOverrides)]
    assert sizes == [5, 5, 4]
    assert desk.push().after.settled


def test_no_request_makes_more_custom_shifts_than_was_found_to_work(desk: Desk) -> None:
    desk.box.reset(seed(schedules_v3=[{"id": "PSHIFTS", "name": "Shifts", "time_zone": "Europe/Berlin"}]))
    team(desk.folder, "primary: {schedule: PSHIFTS, as: custom_shifts}")
    publish(desk.folder)
    desk.box.set_quirks(most_custom_shifts=6)
    record(desk, shifts_per_request=6)
    sizes = [len(s.shifts) for s in desk.show().shown[0].steps if isinstance(s, MakeShifts)]
    assert sizes == [6, 6, 2]
    assert desk.push().after.settled


# -------------------------------------------------------------------------------------------------------------- file


def test_answers_survive_their_file() -> None:
    known = [Answer(q.key, q.words[0] if q.words else q.least) for q in QUESTIONS[1:]]
    found = Answers(NOW, (Answer(QUESTIONS[0].key, None, "nobody knows"), *known))
    assert decode(encode(found)) == found


def test_every_mistake_of_the_file_is_told_at_once_with_its_line() -> None:
    content = b"""{"schema": 2,
 "at": "yesterday",
 "answers": {
  "day_turn": {"answer": "wall"},
  "week_turns": {"answer": "sometimes"},
  "overrides_per_request": {"answer": 0},
  "shift_batch": {"answer": true},
  "past_shift": {"answer": null, "why": 7},
  "limit_v2": {"reply": 960}
 }, "by": "Ana"}"""
    with pytest.raises(InputError, match="watchbill push --probe") as error:
        decode(content)
    told = [str(mistake).split("  ")[0] for mistake in error.value.mistakes]
    assert told == [
        f"{answers.NAME}:{place}" for place in ("1:2", "2:2", "4:3", "5:3", "6:3", "7:3", "8:3", "9:3", "10:5")
    ]
    assert 'Did you mean "day_turns"?' in str(error.value)
    assert "not wall, elapsed, or null where it is not known" in str(error.value)
    assert "not a whole number from 1 on" in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"schema": 1, "at": "2027-01-04T08:00Z"}', b"[" * 9999]
)
def test_a_file_that_is_none_is_refused_with_the_remedy(content: bytes) -> None:
    with pytest.raises(InputError, match=r"pagerduty-probe\.json:1:\d+ .*Make the file anew with"):
        decode(content)


def test_a_spoiled_file_stops_a_push(desk: Desk) -> None:
    publish(desk.folder)
    record(desk)
    (desk.folder / answers.NAME).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match='"schema" is not 1'):
        desk.show()


def test_every_answer_can_be_read_aloud() -> None:
    for question in QUESTIONS:
        assert len(question.asks) <= 70
        assert Answer(question.key, None, "lost").words == "unknown: lost"
    assert Answer("overrides_per_request", 500).words == "at least 500 overrides"
    assert Answer("overrides_per_request", 100).words == "100 overrides"
    assert Answer("shift_years", 0).words == "less than 1 year"
    assert Answer("layer_order", "as_written").words == "as written"
    assert set(BY_KEY) == set(USUAL)
