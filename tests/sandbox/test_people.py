"""Users, escalation policies, who is on call and pages: what is only read."""

from typing import Any

import pytest
from talking import ANA, BO, CY, EVE, SEED, Talk, layer, schedule

from watchbill.sandbox import Handle


def rule(minutes: int, *targets: tuple[str, str]) -> dict[str, Any]:
    return {"escalation_delay_in_minutes": minutes, "targets": [{"id": id_, "type": type_} for id_, type_ in targets]}


@pytest.fixture
def policied(box: Handle) -> Handle:
    """A sandbox with one schedule of each kind, used by one policy."""
    seed: dict[str, Any] = dict(SEED)
    seed["schedules"] = [schedule(layer(ANA, BO, start="2026-01-05T00:00:00Z"))["schedule"] | {"id": "PLAYERS"}]
    shift = {
        "type": "custom_shift",
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2028-01-01T00:00:00Z",
        "assignments": [{"type": "shift_assignment", "member": {"type": "user_member", "user_id": CY}}],
    }
    seed["schedules_v3"] = [{"id": "PSHIFTS", "name": "S", "time_zone": "Etc/UTC", "custom_shifts": [shift]}]
    rules = [
        rule(5, ("PLAYERS", "schedule_reference")),
        rule(10, ("PSHIFTS", "schedule_v3_reference"), (BO, "user_reference")),
    ]
    seed["escalation_policies"] = [{"id": "PPOLICY", "name": "Payments", "num_loops": 2, "escalation_rules": rules}]
    seed["log_entries"] = [
        {"created_at": f"2027-01-0{day}T03:00:00Z", "user": {"id": ANA, "type": "user_reference"}} for day in (1, 2, 3)
    ]
    seed["incidents"] = [{"created_at": "2027-01-02T03:00:00Z", "title": "down"}]
    box.reset(seed)
    return box


# --------------------------------------------------------------------------------------------------------- users


@pytest.mark.parametrize(("query", "found"), [("BO", [BO]), ("ana@", [ANA]), ("", [ANA, BO, CY, EVE]), ("gone", [])])
def test_users_are_found_by_part_of_name_or_e_mail_unless_removed(talk: Talk, query: str, found: list[str]) -> None:
    assert [user["id"] for user in talk.get("/users", query=query).body["users"]] == found


def test_a_user_tells_zone_role_and_invitation(talk: Talk) -> None:
    user = talk.get(f"/users/{ANA}").body["user"]
    assert (user["time_zone"], user["role"], user["invitation_sent"]) == ("America/Sao_Paulo", "user", False)
    assert talk.get(f"/users/{CY}").body["user"]["invitation_sent"] is True
    assert talk.get(f"/users/{EVE}").body["user"]["role"] == "read_only_user"


def test_a_removed_user_is_not_found_and_stays_in_layers_without_a_page(box: Handle, talk: Talk) -> None:
    old = schedule(layer("PGONE01"))["schedule"] | {"id": "PLAYERS"}
    box.reset({**SEED, "schedules": [old]})
    assert talk.get("/users/PGONE01").status == 404
    (shown,) = talk.get("/schedules/PLAYERS").body["schedule"]["schedule_layers"]
    assert shown["users"][0]["user"]["self"] is None
    assert shown["users"][0]["user"]["deleted_at"] == "2026-01-01T00:00Z"


def test_pages_end_when_there_is_no_more(talk: Talk) -> None:
    first = talk.get("/users", limit=3).body
    last = talk.get("/users", limit=3, offset=3).body
    assert [(len(page["users"]), page["more"], page["total"]) for page in (first, last)] == [
        (3, True, None), (1, False, None),
    ]  # fmt: skip
    assert talk.get("/users", limit="many").status == 400


# ------------------------------------------------------------------------------------------------------ policies


def test_a_policy_tells_levels_delays_and_repeats(policied: Handle, talk: Talk) -> None:
    (listed,) = talk.get("/escalation_policies", query="pay").body["escalation_policies"]
    policy = talk.get("/escalation_policies/PPOLICY").body["escalation_policy"]
    assert listed == policy
    assert policy["num_loops"] == 2
    assert [
        (one["escalation_delay_in_minutes"], [(t["type"], t["id"]) for t in one["targets"]])
        for one in policy["escalation_rules"]
    ] == [
        (5, [("schedule_reference", "PLAYERS")]),
        (10, [("schedule_v3_reference", "PSHIFTS"), ("user_reference", BO)]),
    ]
    assert talk.get("/escalation_policies/PNOTHIN").status == 404


def test_a_schedule_names_the_policies_that_use_it(policied: Handle, talk: Talk) -> None:
    for path in ("/schedules/PLAYERS", "/v3/schedules/PSHIFTS"):
        (policy,) = talk.get(path).body["schedule"]["escalation_policies"]
        assert (policy["id"], policy["summary"]) == ("PPOLICY", "Payments")


# ------------------------------------------------------------------------------------------------------- on call


def on_call(talk: Talk, **params: Any) -> list[tuple[int, str, str | None]]:
    """Level, user and day of start."""
    found = talk.get("/oncalls", **params).body["oncalls"]
    return [(o["escalation_level"], o["user"]["id"], o["start"] and o["start"][:10]) for o in found]


def test_who_is_on_call_is_told_by_level_now_unless_asked(policied: Handle, talk: Talk) -> None:
    assert on_call(talk) == [(1, BO, "2026-12-28"), (2, CY, "2026-01-01"), (2, BO, None)]


def test_who_is_on_call_can_be_narrowed_to_schedules_and_a_window(policied: Handle, talk: Talk) -> None:
    window = {"since": "2027-01-01T00:00:00Z", "until": "2027-01-06T00:00:00Z"}
    assert on_call(talk, **{"schedule_ids[]": "PLAYERS"}, **window) == [(1, BO, "2026-12-28"), (1, ANA, "2027-01-04")]
    assert on_call(talk, **{"user_ids[]": CY}) == [(2, CY, "2026-01-01")]
    assert on_call(talk, earliest="true", **{"schedule_ids[]": ["PLAYERS"]}, **window)[0] == (1, BO, "2026-12-28")


def test_no_one_is_told_more_than_ninety_days_ahead(policied: Handle, talk: Talk) -> None:
    window = {"since": "2027-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}
    starts = [str(day) for *_, day in on_call(talk, limit=100, **{"schedule_ids[]": "PLAYERS"}, **window)]
    assert max(starts) == "2027-03-29"
    assert talk.get("/oncalls", since="2027-06-01T00:00:00Z", until="2027-06-02T00:00:00Z").status == 400


# --------------------------------------------------------------------------------------------------------- pages


def test_log_entries_come_newest_first_within_a_window(policied: Handle, talk: Talk) -> None:
    found = talk.get("/log_entries", until="2027-01-03T00:00:00Z", limit=1).body
    assert (found["log_entries"][0]["created_at"], found["more"]) == ("2027-01-02T03:00:00Z", True)
    assert {entry["type"] for entry in found["log_entries"]} == {"notify_log_entry"}
    assert len(talk.get("/log_entries", since="2027-01-02T00:00:00Z").body["log_entries"]) == 2
    assert [incident["title"] for incident in talk.get("/incidents").body["incidents"]] == ["down"]
