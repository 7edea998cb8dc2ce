"""Schedules of layers, over real HTTP: what PagerDuty accepts, changes and refuses."""

from typing import Any

import pytest
from talking import ANA, BO, CY, DAY, EVE, WEEK, Talk, daily, entries, layer, override, schedule, weekly

from builders import at
from watchbill.sandbox import Handle
from watchbill.sandbox.codec import to_json

JANUARY = ("2027-01-04T00:00:00Z", "2027-01-25T00:00:00Z")


# ------------------------------------------------------------------------------------------------- what is quirky


def test_layers_are_read_in_the_opposite_order_to_the_one_they_are_written_in(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, name="low"), layer(BO, name="high"))
    shown = talk.get(f"/schedules/{id_}").body["schedule"]["schedule_layers"]
    assert [one["name"] for one in shown] == ["high", "low"]
    assert talk.final(id_, *JANUARY) == [(*JANUARY, BO)]


def test_sending_layers_back_as_they_were_read_turns_precedence_around(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, name="low"), layer(BO, name="high"))
    read = talk.get(f"/schedules/{id_}").body
    assert talk.put(f"/schedules/{id_}", read).status == 200
    assert talk.final(id_, *JANUARY) == [(*JANUARY, ANA)]


def test_the_order_can_be_told_to_stay(box: Handle, talk: Talk) -> None:
    box.set_quirks(reversed=False)
    id_ = talk.make(layer(ANA, name="low"), layer(BO, name="high"))
    shown = talk.get(f"/schedules/{id_}").body["schedule"]["schedule_layers"]
    assert [one["name"] for one in shown] == ["low", "high"]


def test_a_start_in_the_past_becomes_now_and_the_rotation_keeps_its_phase(talk: Talk) -> None:
    body = schedule(layer(ANA, BO, start="2026-12-01T09:00:00Z"))
    (made,) = talk.post("/schedules", body).body["schedule"]["schedule_layers"]
    assert (made["start"], made["rotation_virtual_start"]) == ("2027-01-01T00:00:00Z", "2026-12-01T09:00:00Z")


def test_every_put_moves_past_starts_again_and_leaves_what_was_as_it_was(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA, start="2026-12-01T00:00:00Z"))
    box.set_now(at("2027-01-05T12:00:30"))
    shown = talk.get(f"/schedules/{id_}").body["schedule"]
    shown["schedule_layers"][0]["users"] = [{"user": {"id": BO, "type": "user_reference"}}]
    (changed,) = talk.put(f"/schedules/{id_}", {"schedule": shown}).body["schedule"]["schedule_layers"]
    assert changed["start"] == "2027-01-05T12:00:30Z"
    assert talk.final(id_, *JANUARY) == [
        (JANUARY[0], "2027-01-05T12:00:30Z", ANA), ("2027-01-05T12:00:30Z", JANUARY[1], BO),
    ]  # fmt: skip


def test_a_layer_that_is_left_out_is_ended_now_and_put_on_top(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA, name="old"))
    box.set_now(at("2027-01-11T00"))
    body = schedule(layer(BO, name="new", start="2027-01-11T00:00:00Z"))
    new, old = reversed(talk.put(f"/schedules/{id_}", body).body["schedule"]["schedule_layers"])
    assert (new["name"], old["name"], old["end"]) == ("new", "old", "2027-01-11T00:00:00Z")
    assert [user for *_, user in talk.final(id_, *JANUARY)] == [ANA, BO]


def test_a_layer_that_is_left_out_can_be_told_to_go(box: Handle, talk: Talk) -> None:
    box.set_quirks(omitted_layers="drop")
    id_ = talk.make(layer(ANA))
    shown = talk.put(f"/schedules/{id_}", schedule(layer(BO, name="new"))).body["schedule"]
    assert [one["name"] for one in shown["schedule_layers"]] == ["new"]


def test_layers_are_never_deleted_however_often_they_are_left_out(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    for day in ("02", "03", "04"):
        box.set_now(at(f"2027-01-{day}T00"))
        talk.put(f"/schedules/{id_}", schedule(layer(BO)))
    shown = talk.get(f"/schedules/{id_}").body["schedule"]["schedule_layers"]
    assert sorted(one["end"] or "open" for one in shown) == [*(f"2027-01-0{d}T00:00:00Z" for d in (2, 3, 4)), "open"]


def end_of(talk: Talk, id_: str, **change: Any) -> Any:
    """The end of the one layer after a PUT that changes it."""
    shown = talk.get(f"/schedules/{id_}").body["schedule"]["schedule_layers"][0]
    body = {key: value for key, value in shown.items() if key != "end"} | change
    return talk.put(f"/schedules/{id_}", schedule(body)).body["schedule"]["schedule_layers"][0]["end"]


def test_an_end_goes_only_if_null_is_sent(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, end="2027-02-01T00:00:00Z"))
    assert end_of(talk, id_) == "2027-02-01T00:00:00Z"
    assert end_of(talk, id_, end=None) is None


def test_an_end_before_the_start_is_taken_without_a_word(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, end="2026-02-01T00:00:00Z"))
    assert talk.final(id_, *JANUARY) == []


def test_layers_without_a_name_are_numbered_after_the_overrides(talk: Talk) -> None:
    made = talk.post("/schedules", schedule(layer(ANA), layer(BO))).body["schedule"]["schedule_layers"]
    assert [one["name"] for one in made] == ["Schedule Layer 3", "Schedule Layer 2"]


def test_instants_come_back_with_the_offset_of_the_zone(talk: Talk) -> None:
    body = schedule(layer(ANA, start="2027-04-04T22:00:00Z"), zone="Europe/Berlin")
    (made,) = talk.post("/schedules", body).body["schedule"]["schedule_layers"]
    assert made["start"] == "2027-04-05T00:00:00+02:00"


def test_utc_comes_back_under_another_name(talk: Talk) -> None:
    assert talk.post("/schedules", schedule(layer(ANA), zone="UTC")).body["schedule"]["time_zone"] == "Etc/UTC"


def test_seconds_of_the_rotation_start_are_zeroed(talk: Talk) -> None:
    body = schedule(layer(ANA, rotation_virtual_start="2027-01-04T00:00:31Z"))
    (made,) = talk.post("/schedules", body).body["schedule"]["schedule_layers"]
    assert made["rotation_virtual_start"] == "2027-01-04T00:00:00Z"


def test_what_can_only_be_read_is_ignored_in_bodies(talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    shown = talk.shown(id_, *JANUARY)
    shown |= {"users": [{"id": "nobody"}], "final_schedule": {"name": "x"}, "html_url": 7, "id": "PWRONG1"}
    assert talk.put(f"/schedules/{id_}", {"schedule": shown}).body["schedule"]["id"] == id_


def test_fields_that_are_left_out_of_a_put_stay(talk: Talk) -> None:
    id_ = talk.make(layer(ANA), name="Kept")
    changed = talk.put(f"/schedules/{id_}", {"schedule": {"description": "new"}}).body["schedule"]
    assert (changed["name"], changed["description"], len(changed["schedule_layers"])) == ("Kept", "new", 1)


def test_an_answer_to_a_write_has_the_etag_of_the_read_after_it(talk: Talk) -> None:
    made = talk.post("/schedules", schedule(layer(ANA)))
    read = talk.get(f"/schedules/{made.body['schedule']['id']}")
    assert made.headers["etag"] == read.headers["etag"]
    assert made.headers["x-request-id"] != read.headers["x-request-id"]


# -------------------------------------------------------------------------------------------------- what is shown


def test_without_a_window_nothing_is_rendered_and_cover_is_unknown(talk: Talk) -> None:
    shown = talk.get(f"/schedules/{talk.make(layer(ANA))}").body["schedule"]
    parts = [shown["final_schedule"], shown["overrides_subschedule"], *shown["schedule_layers"]]
    assert [(entries(part), part["rendered_coverage_percentage"]) for part in parts] == [([], None)] * 3


@pytest.mark.parametrize("given", ["since", "until"])
def test_one_end_of_a_window_puts_the_other_two_weeks_away(talk: Talk, given: str) -> None:
    id_ = talk.make(layer(ANA, start="2027-01-01T00:00:00Z"))
    shown = talk.get(f"/schedules/{id_}", **{given: "2027-02-01T00:00:00Z"}).body["schedule"]
    ((start, end, _),) = entries(shown["final_schedule"])
    assert (start, end) == {
        "since": ("2027-02-01T00:00:00Z", "2027-02-15T00:00:00Z"),
        "until": ("2027-01-18T00:00:00Z", "2027-02-01T00:00:00Z"),
    }[given]


def test_entries_are_cut_at_the_window_unless_they_may_overflow(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO))
    window = ("2027-01-13T00:00:00Z", "2027-01-14T00:00:00Z")
    assert talk.final(id_, *window) == [(*window, BO)]
    assert talk.final(id_, *window, overflow="true") == [("2027-01-11T00:00:00Z", "2027-01-18T00:00:00Z", BO)]


def test_a_window_of_no_length_shows_who_is_on_call_then(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO))
    assert [user for *_, user in talk.final(id_, "2027-01-13T00:00:00Z", "2027-01-13T00:00:00Z")] == [BO]


def test_cover_is_told_in_percent(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, turn=DAY, restrictions=[daily("08:00:00", 9)]))
    shown = talk.shown(id_, "2027-01-04T00:00:00Z", "2027-01-05T00:00:00Z")
    assert shown["final_schedule"]["rendered_coverage_percentage"] == 37.5
    assert shown["overrides_subschedule"]["rendered_coverage_percentage"] == 0.0


def test_results_can_be_asked_for_in_another_zone(talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    ((start, *_),) = talk.final(id_, *JANUARY, time_zone="Asia/Tokyo")
    assert start == "2027-01-04T09:00:00+09:00"


def test_a_list_holds_what_is_asked_for_and_can_be_searched(talk: Talk) -> None:
    talk.make(layer(ANA), name="Primary")
    talk.make(layer(BO), name="Secondary")
    (found,) = talk.get("/schedules", query="second").body["schedules"]
    assert "schedule_layers" not in found
    params = {"include[]": ["schedule_layers", "final_schedule"], "since": JANUARY[0], "until": JANUARY[1]}
    (found,) = talk.get("/schedules", query="second", **params).body["schedules"]
    assert len(found["schedule_layers"]) == 1
    assert entries(found["final_schedule"]) == [(*JANUARY, BO)]


def test_lists_come_in_pages_without_a_total_unless_asked(talk: Talk) -> None:
    for number in range(3):
        talk.make(layer(ANA), name=f"S{number}")
    first = talk.get("/schedules", limit=2).body
    assert ([s["name"] for s in first["schedules"]], first["more"], first["total"]) == (["S0", "S1"], True, None)
    last = talk.get("/schedules", limit=2, offset=2, total="true").body
    assert ([s["name"] for s in last["schedules"]], last["more"], last["total"]) == (["S2"], False, 3)
    assert talk.get("/schedules", limit=100, offset=9_901).status == 400


def test_a_preview_shows_what_a_write_would_and_keeps_nothing(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    talk.override(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", CY)
    wanted = schedule(layer(BO, start="2026-01-01T00:00:00Z"))
    wanted["schedule"]["id"] = id_
    before = to_json(box.state)
    shown = talk.post("/schedules/preview", wanted, since=JANUARY[0], until=JANUARY[1])
    assert shown.status == 200
    assert {user for *_, user in entries(shown.body["schedule"]["final_schedule"])} == {BO, CY}
    assert shown.body["schedule"]["schedule_layers"][-1]["start"] == "2027-01-01T00:00:00Z"
    assert to_json(box.state) == before
    assert [write["method"] for write in box.writes] == ["POST", "POST"]


def test_a_schedule_in_use_cannot_be_deleted(box: Handle, talk: Talk) -> None:
    rule = {"targets": [{"id": "PUSED01", "type": "schedule_reference"}]}
    schedules = [schedule(layer(ANA), name=id_)["schedule"] | {"id": id_} for id_ in ("PUSED01", "PFREE01")]
    policy = {"name": "P", "escalation_rules": [rule]}
    box.reset({"users": [{"id": ANA, "name": "Ana"}], "schedules": schedules, "escalation_policies": [policy]})
    refused = talk.delete("/schedules/PUSED01")
    assert (refused.status, refused.error["code"]) == (400, 2001)
    assert refused.error["errors"] == ["Schedule can't be deleted if it's being used by escalation policies"]
    assert talk.delete("/schedules/PFREE01").status == 204
    assert talk.get("/schedules/PFREE01").status == 404


# ------------------------------------------------------------------------------------------------- what is refused

BAD_LAYERS: dict[str, tuple[dict[str, Any], int]] = {
    "no user": ({"users": []}, 2001),
    "unknown user": ({"users": [{"user": {"id": "PNOBODY"}}]}, 2001),
    "removed user": ({"users": [{"user": {"id": "PGONE01"}}]}, 2001),
    "stakeholder": ({"users": [{"user": {"id": EVE}}]}, 2001),
    "no start": ({"start": None}, 2001),
    "a start that is none": ({"start": "soon"}, 2001),
    "a turn too short": ({"rotation_turn_length_seconds": 3_599}, 3001),
    "a turn too long": ({"rotation_turn_length_seconds": 31_536_001}, 3001),
    "a whole day": ({"restrictions": [daily("00:00:00", 24)]}, 3001),
    "a whole week": ({"restrictions": [weekly(1, "00:00:00", 168)]}, 3001),
    "no weekday": ({"restrictions": [{**daily("00:00:00", 1), "type": "weekly_restriction"}]}, 2001),
    "a weekday too many": ({"restrictions": [{**daily("00:00:00", 1), "start_day_of_week": 1}]}, 2001),
    "an eighth weekday": ({"restrictions": [weekly(8, "00:00:00", 1)]}, 2001),
    "hours that are none": ({"restrictions": [daily("24:00:00", 1)]}, 2001),
    "hours without seconds": ({"restrictions": [daily("09:00", 1)]}, 2001),
    "an unknown layer": ({"id": "PNOLAYR"}, 2001),
}


@pytest.mark.parametrize("case", BAD_LAYERS)
def test_a_layer_that_cannot_be_is_refused_and_nothing_changes(box: Handle, talk: Talk, case: str) -> None:
    change, code = BAD_LAYERS[case]
    refused = talk.post("/schedules", schedule(layer(ANA), layer(BO) | change))
    assert (refused.status, refused.error["code"]) == (400, code)
    assert isinstance(refused.error["errors"], dict if code == 3001 else list)
    assert not box.state.schedules


def test_what_lasts_a_whole_day_is_refused_as_it_really_is(talk: Talk) -> None:
    weeks = talk.post("/schedules", schedule(layer(ANA, restrictions=[weekly(1, "00:00:00", 168)]))).error
    assert weeks == {
        "message": "Invalid Schedule",
        "code": 3001,
        "errors": {
            "rotation_layers.weekly_restrictions.duration_seconds": [
                "Please use a shorter duration or just turn the recurrence off."
            ]
        },
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "x" * 256}, "Name is too long (maximum is 255 characters)"),
        ({"name": ""}, "Name can't be blank"),
        ({"description": "x" * 1025}, "Description is too long (maximum is 1024 characters)"),
        ({"time_zone": "Europe/Kyiv"}, "Time zone is not included in the list"),
        ({"time_zone": None}, "Time zone can't be blank"),
        ({"schedule_layers": 7}, "Schedule layers must be a list"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(talk: Talk, change: dict[str, Any], sentence: str) -> None:
    body = schedule(layer(ANA))
    body["schedule"] |= change
    assert talk.post("/schedules", body).error["errors"] == [sentence]


def test_the_longest_hours_and_turns_are_taken(talk: Talk) -> None:
    limits = [daily("00:00:00", 86_399 / 3600), weekly(7, "23:59:59", 604_799 / 3600)]
    talk.make(layer(ANA, turn=31_536_000, restrictions=limits), layer(BO, turn=3_600))


def test_one_user_several_times_can_be_told_to_be_refused(box: Handle, talk: Talk) -> None:
    talk.make(layer(ANA, BO, ANA))
    box.set_quirks(duplicate_users=False)
    assert talk.post("/schedules", schedule(layer(ANA, BO, ANA))).status == 400


def test_every_zone_can_be_told_to_be_taken(box: Handle, talk: Talk) -> None:
    box.set_quirks(zones="any")
    talk.make(layer(ANA), zone="Australia/Lord_Howe")


def test_a_body_that_is_none_is_refused(talk: Talk) -> None:
    assert talk.post("/schedules", {"schedules": []}).status == 400
    assert talk.post("/schedules", [1]).status == 400


def test_a_schedule_or_path_that_is_not_there_is_not_found(talk: Talk) -> None:
    for reply in (talk.get("/schedules/PNOTHIN"), talk.get("/nothing"), talk.delete("/schedules")):
        assert (reply.status, reply.error["code"]) == (404, 2100)


# ------------------------------------------------------------------------------------------------------- overrides


def test_each_override_of_many_succeeds_or_fails_alone(talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    good, day = override("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", BO), "2027-01-07T00:00:00Z"
    done = talk.post(f"/schedules/{id_}/overrides", {"overrides": [good, override(day, day, BO), good | {"user": 7}]})
    assert done.status == 201
    assert [item["status"] for item in done.body] == [201, 400, 400]
    assert done.body[1]["errors"] == ["Override must end after its start"]
    assert "id" not in done.body[1]["override"]
    window = {"since": JANUARY[0], "until": JANUARY[1]}
    (kept,) = talk.get(f"/schedules/{id_}/overrides", **window).body["overrides"]
    assert kept["id"] == done.body[0]["override"]["id"]


def test_the_answer_to_many_overrides_can_be_told_to_be_an_object(box: Handle, talk: Talk) -> None:
    box.set_quirks(bulk="object")
    id_ = talk.make(layer(ANA))
    body = {"overrides": [override("2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", BO)]}
    (item,) = talk.post(f"/schedules/{id_}/overrides", body).body["overrides"]
    assert item["status"] == 201


def test_a_single_override_still_works(talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    done = talk.post(f"/schedules/{id_}/overrides", {"override": override(*JANUARY, BO)})
    assert (done.status, done.body["override"]["user"]["id"]) == (201, BO)
    assert talk.post(f"/schedules/{id_}/overrides", {"override": override(*JANUARY[::-1], BO)}).status == 400


def test_of_overlapping_overrides_the_last_made_wins(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, restrictions=[daily("09:00:00", 1)]))
    talk.override(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", BO)
    talk.override(id_, "2027-01-05T06:00:00Z", "2027-01-05T08:00:00Z", CY)
    assert talk.final(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z") == [
        ("2027-01-05T00:00:00Z", "2027-01-05T06:00:00Z", BO),
        ("2027-01-05T06:00:00Z", "2027-01-05T08:00:00Z", CY),
        ("2027-01-05T08:00:00Z", "2027-01-06T00:00:00Z", BO),
    ]


def test_more_overrides_than_one_request_may_make_are_refused_together(box: Handle, talk: Talk) -> None:
    box.set_quirks(most_overrides=2)
    id_ = talk.make(layer(ANA))
    assert talk.post(f"/schedules/{id_}/overrides", {"overrides": [override(*JANUARY, BO)] * 3}).status == 400
    assert not box.state.schedules[id_].overrides


def test_overrides_are_listed_for_a_window_that_must_be_given_and_cut_to_it(talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    talk.override(id_, "2027-01-05T00:00:00Z", "2027-01-08T00:00:00Z", BO)
    assert talk.get(f"/schedules/{id_}/overrides", since=JANUARY[0]).error["errors"] == ["Until can't be blank"]
    window = {"since": "2027-01-06T00:00:00Z", "until": "2027-01-07T00:00:00Z"}
    (cut,) = talk.get(f"/schedules/{id_}/overrides", **window).body["overrides"]
    assert (cut["start"], cut["end"]) == tuple(window.values())
    (whole,) = talk.get(f"/schedules/{id_}/overrides", overflow="true", **window).body["overrides"]
    assert (whole["start"], whole["end"]) == ("2027-01-05T00:00:00Z", "2027-01-08T00:00:00Z")


def test_an_override_to_come_is_deleted_a_running_one_ends_now_and_a_past_one_stays(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    ids = [talk.override(id_, f"2027-01-0{day}T00:00:00Z", f"2027-01-0{day + 1}T00:00:00Z", BO) for day in (4, 5, 6)]
    box.set_now(at("2027-01-05T12"))
    assert [talk.delete(f"/schedules/{id_}/overrides/{one}").status for one in ids] == [400, 200, 204]
    window = {"since": JANUARY[0], "until": JANUARY[1]}
    left = talk.get(f"/schedules/{id_}/overrides", **window).body["overrides"]
    assert [one["end"] for one in left] == ["2027-01-05T00:00:00Z", "2027-01-05T12:00:00Z"]
    assert talk.get(f"/schedules/{id_}/overrides", editable="true", **window).body["overrides"] == []
    assert talk.delete(f"/schedules/{id_}/overrides/{ids[2]}").error["code"] == 4004


@pytest.mark.parametrize(
    ("quirk", "starts"),
    [("clamp", [400, "2027-01-01T00:00:00Z"]), ("keep", ["2026-12-01T00:00:00Z"] * 2), ("refuse", [400, 400])],
)
def test_what_becomes_of_overrides_that_start_in_the_past_can_be_told(
    box: Handle, talk: Talk, quirk: str, starts: list[Any]
) -> None:
    box.set_quirks(past_overrides=quirk)
    id_ = talk.make(layer(ANA))
    past = [override("2026-12-01T00:00:00Z", end, BO) for end in ("2026-12-02T00:00:00Z", JANUARY[1])]
    items = talk.post(f"/schedules/{id_}/overrides", {"overrides": past}).body
    assert [item["override"]["start"] if item["status"] == 201 else 400 for item in items] == starts


def test_who_is_on_call_in_a_window_can_be_asked_for(talk: Talk) -> None:
    id_ = talk.make(layer(ANA, BO, turn=WEEK))
    found = talk.get(f"/schedules/{id_}/users", since=JANUARY[0], until="2027-01-18T00:00:00Z").body["users"]
    assert [user["id"] for user in found] == [ANA, BO]
