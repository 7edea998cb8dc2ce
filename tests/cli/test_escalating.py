"""`who` and `drill`, over HTTP against the sandbox."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from builders import at
from pushes import NOW, Q1, Desk, days, given, handed, publish, schedule, seed, team, user
from tiny import Cli
from watchbill.periods import period
from watchbill.publish.pagerduty.keys import KEY, URL
from watchbill.results import Assigned
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle

ROLES = "primary: {schedule: PPRIM01}\nsecondary: {schedule: Payments secondary}"
TUESDAY = "2027-01-05T14:00"
BOSS = {"id": "PBOSS01", "name": "Max Boss", "email": "max@example.com", "time_zone": "America/New_York"}


def policy(*levels: tuple[int, str], loops: int = 0, name: str = "Payments on call", id_: str = "PPOLI01") -> Any:
    """Levels of minutes and ids; those of users begin with PU or PB."""
    rules = [{"escalation_delay_in_minutes": m, "targets": [_target(id_) for id_ in ids.split()]} for m, ids in levels]
    return {"id": id_, "name": name, "num_loops": loops, "escalation_rules": rules}


def _target(id_: str) -> dict[str, str]:
    kind = "user_reference" if id_.startswith(("PU", "PB")) else "schedule_reference"
    return {"id": id_, "type": "schedule_v3_reference" if id_.startswith("PV3") else kind}


def account(*policies: Any, **more: Any) -> dict[str, Any]:
    """Both schedules still rotate by hand: gus as primary and hal as secondary, every week."""
    own = [schedule("Payments primary", "PPRIM01", "gus"), schedule("Payments secondary", "PSECO01", "hal")]
    found = seed(schedules=[*own, *more.pop("schedules", ())], escalation_policies=list(policies), **more)
    return {**found, "users": [*found["users"], BOSS]}


@pytest.fixture(scope="module")
def box() -> Iterator[Handle]:
    with running(now=NOW) as handle:
        yield handle


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A quarter is published: bo is primary and eva secondary from 4 January on. bo lives in Tokyo. No key is set."""
    monkeypatch.delenv(KEY, raising=False)
    made = team(tmp_path / "team", ROLES)
    text = (made / "team.yaml").read_text(encoding="utf-8")
    (made / "team.yaml").write_text(text.replace("bo: {name: Bo,", "bo: {name: Bo, timezone: Asia/Tokyo,"))
    publish(made)
    return made


@pytest.fixture
def live(folder: Path, box: Handle, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with a key for the sandbox: primary, then secondary, then the boss, and all again once more."""
    monkeypatch.setenv(KEY, box.key)
    monkeypatch.setenv(URL, box.url)
    box.reset(account(policy((15, "PPRIM01"), (20, "PSECO01"), (30, "PBOSS01"), loops=1)))
    return folder


def push(folder: Path, box: Handle) -> None:
    Desk(folder, box).push(allowed=["foreign:primary", "foreign:secondary"])


def findings(told: str) -> list[tuple[Any, ...]]:
    return [(f["kind"], f["level"], f["people"]) for f in json.loads(told)["findings"]]


# --------------------------------------------------------------------------------------------------- who, by the plan


def test_who_names_everyone_on_call_without_a_key(folder: Path, cli: Cli) -> None:
    ended = cli("-C", folder, "who", TUESDAY)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "payments · Tue 05 Jan 14:00 · times in Europe/Berlin"
    primary = next(n for n, line in enumerate(lines) if line.startswith("primary"))
    assert re.split(r"\s{2,}", lines[primary]) == ["primary", "Bo", "Tue 22:00", "Mon 04 Jan 09:00", "Mon 11 Jan 09:00"]
    assert lines[primary + 1].split() == ["→", "Cy"]
    assert "WATCHBILL_PAGERDUTY_KEY" in ended.err
    assert max(len(line) for line in lines) <= 80


def test_who_as_json_has_instants_and_own_clocks(folder: Path, cli: Cli) -> None:
    told = json.loads(cli("-C", folder, "who", TUESDAY, "--json").out)
    assert told["at"] == "2027-01-05T13:00Z"
    assert told["policies"] is None
    assert told["duties"][0] == {
        "role": "primary",
        "seat": 1,
        "person": {"id": "bo", "name": "Bo", "clock": "2027-01-05T22:00", "zone": "Asia/Tokyo"},
        "since": "2027-01-04T08:00Z",
        "until": "2027-01-11T08:00Z",
        "then": "cy",
        "resumes": "2027-01-11T08:00Z",
    }


@pytest.mark.parametrize("text", ["2027-01-05T13:00Z", "2027-01-05T15:00+02:00", "2027-01-05 14:00"])
def test_an_instant_can_be_written_in_several_ways(folder: Path, cli: Cli, text: str) -> None:
    assert json.loads(cli("-C", folder, "who", text, "--json").out)["at"] == "2027-01-05T13:00Z"


def test_without_a_time_it_is_now(tmp_path: Path, cli: Cli) -> None:
    today = datetime.now(UTC)
    folder = team(tmp_path / "team", ROLES)
    publish(folder, period(f"{(today - days(7)).date()}..{(today + days(7)).date()}"))
    told = json.loads(cli("-C", folder, "who", "--planned", "--json").out)
    assert abs(at(told["at"].removesuffix("Z")) - today) < days(0.1)
    assert [duty["person"] is None for duty in told["duties"]] == [False, False]


@pytest.mark.parametrize("text", ["tomorrow", "2027-13-01", "0001-01-01", "14:00", "2027-01-05T14:00:30"])
def test_what_is_no_time_is_wrong_usage(folder: Path, cli: Cli, text: str) -> None:
    ended = cli("-C", folder, "who", text)
    assert ended.code == 2
    assert f'"{text}" is no time. Write now,' in ended.err


def test_a_handed_over_part_counts_and_so_does_its_end(folder: Path, cli: Cli) -> None:
    def part(assigned: Assigned) -> Assigned:
        own = assigned.shift.id == "primary/week/2027-01-04"
        return handed(assigned, "hal", at("2027-01-05T08"), at("2027-01-06T08")) if own else assigned

    publish(folder, change=part)
    told = json.loads(cli("-C", folder, "who", TUESDAY, "--json").out)["duties"][0]
    assert (told["person"]["id"], told["since"], told["until"], told["then"]) == (
        "hal",
        "2027-01-05T08:00Z",
        "2027-01-06T08:00Z",
        "bo",
    )


def test_hours_without_anybody_say_when_the_next_person_begins(tmp_path: Path, cli: Cli) -> None:
    hours = {"primary": "days: {turn: 1 week, handoff: mon 09:00, days: mon..fri, hours: 09:00..17:00}"}
    folder = team(tmp_path / "team", "primary: {schedule: PPRIM01}", hours)
    publish(folder)
    night = cli("-C", folder, "who", "2027-01-05T20:00", "--planned")
    assert night.code == 0
    assert "nobody" in night.out
    assert "Wed 06 Jan 09:00" in night.out
    day = cli("-C", folder, "who", "2027-01-05T10:00", "--planned").out
    assert "nobody until Wed 06 Jan 09:00" in day


def test_a_time_that_no_plan_reaches_says_what_is_published(folder: Path, cli: Cli) -> None:
    ended = cli("-C", folder, "who", "2028-01-05")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "no published plan reaches Wed 05 Jan 00:00 2028. Published: 2027-Q1.\n"


def test_without_plans_who_says_where_to_start(tmp_path: Path, cli: Cli) -> None:
    ended = cli("-C", team(tmp_path / "team", ROLES), "who")
    assert ended.code == 1
    assert "watchbill publish" in ended.err


# ---------------------------------------------------------------------------------------------------------- who, live


def test_who_shows_planned_beside_live_people_and_where_they_differ(live: Path, cli: Cli) -> None:
    ended = cli("-C", live, "who", TUESDAY)
    assert ended.code == 0
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["0", "min", "1", "Bo", "Gus", "Tue", "14:00", "differs"] in rows
    assert ["15", "min", "2", "Eva", "Hal", "Tue", "14:15", "differs"] in rows
    assert ["35", "min", "3", "Max", "Boss", "Max", "Boss", "Tue", "08:35"] in rows
    assert "It starts over, 1 more round: the last page goes out after 100 min." in ended.out
    assert "primary: PagerDuty has Gus on call, the plan has Bo." in ended.out
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert ended.err == ""


def test_after_a_push_nothing_differs(live: Path, box: Handle, cli: Cli) -> None:
    push(live, box)
    ended = cli("-C", live, "who", TUESDAY)
    assert "differs" not in ended.out
    assert "the plan has" not in ended.out
    assert ["0", "min", "1", "Bo", "Bo", "Tue", "22:00"] in [line.split() for line in ended.out.splitlines()]


def test_who_live_as_json_walks_every_round_on_everybodys_clock(live: Path, cli: Cli) -> None:
    told = json.loads(cli("-C", live, "who", TUESDAY, "--live", "--json").out)
    (found,) = told["policies"]
    assert (found["id"], found["repeats"], found["differs"]) == ("PPOLI01", 1, True)
    steps = [(s["round"], s["level"], s["minutes"], [p["id"] for p in s["people"]]) for s in found["planned"]]
    boss = ["guest:PBOSS01"]
    assert steps == [
        (1, 1, 0, ["bo"]),
        (1, 2, 15, ["eva"]),
        (1, 3, 35, boss),
        (2, 1, 65, ["bo"]),
        (2, 2, 80, ["eva"]),
        (2, 3, 100, boss),
    ]
    assert found["live"][2]["people"] == [
        {"id": boss[0], "name": "Max Boss", "clock": "2027-01-05T08:35", "zone": "America/New_York"}
    ]


def test_a_repeat_after_a_handoff_shows_who_is_new(live: Path, cli: Cli) -> None:
    ended = cli("-C", live, "who", "2027-01-11T08:30")
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["65", "min", "1", "Cy", "Gus", "Mon", "09:35", "differs"] in rows
    assert [row[:2] for row in rows if row[1:2] == ["min"]] == [[f"{n}", "min"] for n in (0, 15, 35, 65, 80)]


def test_schedules_of_others_and_several_targets_are_shown_live(live: Path, box: Handle, cli: Cli) -> None:
    shifts = {
        "id": "PV3OPS1",
        "name": "Ops",
        "time_zone": "Europe/London",
        "custom_shifts": [
            {
                "type": "custom_shift",
                "start_time": "2027-01-05T00:00:00Z",
                "end_time": "2027-01-06T00:00:00Z",
                "assignments": [
                    {"type": "shift_assignment", "member": {"type": "user_member", "user_id": user("fay")}}
                ],
            }
        ],
    }
    box.reset(account(policy((15, "PPRIM01 PV3OPS1"), (20, "POTHER1")), schedules=[OTHER], schedules_v3=[shifts]))
    (found,) = json.loads(cli("-C", live, "who", TUESDAY, "--json").out)["policies"]
    assert [[p["id"] for p in step["people"]] for step in found["planned"]] == [["bo", "fay"], ["di"]]


OTHER = schedule("Somebody else's", "POTHER1", "di")


def test_a_level_with_nobody_is_passed_over_at_once(live: Path, box: Handle, cli: Cli) -> None:
    empty = {**schedule("Empty", "PEMPTY1"), "schedule_layers": []}
    box.reset(account(policy((15, "PPRIM01"), (20, "PEMPTY1"), (30, "PBOSS01")), schedules=[empty]))
    rows = [line.split() for line in cli("-C", live, "who", TUESDAY).out.splitlines()]
    assert ["15", "min", "2", "nobody", "nobody"] in rows
    assert ["15", "min", "3", "Max", "Boss", "Max", "Boss", "Tue", "08:15"] in rows


def test_a_schedule_that_no_policy_uses_and_one_that_is_not_there_are_said(live: Path, box: Handle, cli: Cli) -> None:
    box.reset(account(policy((15, "PPRIM01"), (30, "PBOSS01"))))
    assert 'secondary: no escalation policy uses "Payments secondary"' in cli("-C", live, "who", TUESDAY).out
    del box.state.schedules["PSECO01"]
    ended = cli("-C", live, "who", TUESDAY)
    assert ended.code == 0
    assert 'secondary: PagerDuty has no schedule "Payments secondary"' in ended.out


def test_a_person_without_an_email_is_told_to_be_unknown_in_pagerduty(live: Path, cli: Cli) -> None:
    text = (live / "team.yaml").read_text(encoding="utf-8")
    (live / "team.yaml").write_text(text.replace(", email: bo@example.com", ""), encoding="utf-8")
    assert "note: bo has no e-mail in team.yaml" in cli("-C", live, "who", TUESDAY).err


def test_asking_for_live_without_a_key_says_where_keys_come_from(folder: Path, cli: Cli) -> None:
    ended = cli("-C", folder, "who", TUESDAY, "--live")
    assert ended.code == 1
    assert "There is no PagerDuty key." in ended.err


def test_the_plan_is_shown_even_where_pagerduty_fails(live: Path, box: Handle, cli: Cli) -> None:
    box.fail(kind="status", status=403)
    ended = cli("-C", live, "who", TUESDAY)
    box.heal()
    assert ended.code == 4
    assert "Bo" in ended.out
    assert box.key not in ended.out + ended.err


def test_planned_asks_pagerduty_for_nothing(live: Path, box: Handle, cli: Cli) -> None:
    assert cli("-C", live, "who", TUESDAY, "--planned").code == 0
    assert box.box.requests == 0


@pytest.mark.parametrize("command", ["who", "drill"])
def test_live_and_planned_exclude_each_other(folder: Path, cli: Cli, command: str) -> None:
    ended = cli("-C", folder, command, "--live", "--planned")
    assert ended.code == 2
    assert "exclude each other" in ended.err


# -------------------------------------------------------------------------------------------------------------- drill


def test_a_sound_quarter_has_nothing_to_fix(live: Path, cli: Cli) -> None:
    ended = cli("-C", live, "drill", "2027-Q1")
    assert ended.code == 0
    assert "by the plan" in ended.out
    assert "Every page reaches at least two people" in ended.out


def test_a_drill_counts_from_now_on_only(live: Path, box: Handle, cli: Cli) -> None:
    box.set_now(at("2027-02-10T12"))
    told = json.loads(cli("-C", live, "drill", "2027-Q1", "--json").out)
    box.set_now(at("2027-06-01"))
    over = cli("-C", live, "drill", "2027-Q1")
    box.set_now(NOW)
    assert (told["from"], told["until"]) == ("2027-02-10T12:00Z", "2027-04-05T07:00Z")
    assert over.code == 1
    assert "2027-Q1 is over" in over.err


def test_the_same_person_twice_and_alone_is_to_fix(live: Path, box: Handle, cli: Cli) -> None:
    box.reset(account(policy((15, "PPRIM01"), (20, "PSECO01"))))

    def both(assigned: Assigned) -> Assigned:
        return given(assigned, "hal") if assigned.shift.id.endswith(("2027-02-01", "2027-03-01")) else assigned

    publish(live, change=both)
    ended = cli("-C", live, "drill", "2027-Q1")
    assert ended.code == 1
    assert re.search(r"^to fix +reach one person only: Hal +Mon 01 Feb 09:00 +2 +335\.5$", ended.out, re.MULTILINE)
    assert ended.out.count("to fix ") >= 2
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    told = cli("-C", live, "drill", "2027-Q1", "--json").out
    assert ("twice", 1, ["hal"]) in findings(told)
    assert ("alone", None, ["hal"]) in findings(told)


def test_a_level_with_nobody_is_one_row_for_the_whole_quarter(live: Path, box: Handle, cli: Cli) -> None:
    layers = schedule("Office", "POFFIC1", "di")
    daily = {"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 28800}
    layers["schedule_layers"][0]["restrictions"] = [daily]
    box.reset(account(policy((15, "PPRIM01"), (20, "POFFIC1"), (20, "PSECO01")), schedules=[layers]))
    told = json.loads(cli("-C", live, "drill", "2027-Q1", "--json").out)
    (gap,) = [f for f in told["findings"] if f["kind"] == "gap"]
    assert (gap["level"], gap["policy"], gap["hard"]) == (2, "PPOLI01", True)
    assert gap["count"] == 95
    assert gap["spots"][1] == {"from": "2027-01-01T15:45Z", "until": "2027-01-02T07:45Z", "people": []}


def test_schedules_that_no_page_reaches_are_to_fix(live: Path, box: Handle, cli: Cli) -> None:
    box.reset(account(policy((15, "PPRIM01"), (30, "PBOSS01"))))
    ended = cli("-C", live, "drill", "2027-Q1")
    assert ended.code == 1
    assert "no escalation policy" in " ".join(ended.out.split())
    del box.state.schedules["PSECO01"]
    assert [f[0] for f in findings(cli("-C", live, "drill", "2027-Q1", "--json").out)] == ["absent", "night"]


def test_nights_of_everybody_are_told_and_are_no_fault(live: Path, box: Handle, cli: Cli) -> None:
    box.reset(account(policy((15, "PPRIM01"), (20, "PSECO01"))))
    ended = cli("-C", live, "drill", "2027-Q1", "--json")
    assert ended.code == 0
    told = json.loads(ended.out)
    assert [f["kind"] for f in told["findings"]] == ["night"]
    with_bo = [(spot["from"], spot["until"]) for spot in told["findings"][0]["spots"] if "bo" in spot["people"]]
    assert with_bo[:7] == [(f"2027-01-{day:02}T20:45Z", f"2027-01-{day:02}T22:00Z") for day in range(4, 11)]


def test_live_is_what_pagerduty_has_and_the_default_once_it_was_pushed(live: Path, box: Handle, cli: Cli) -> None:
    assert json.loads(cli("-C", live, "drill", "2027-Q1", "--json").out)["live"] is False
    gus = json.loads(cli("-C", live, "drill", "2027-Q1", "--live", "--json").out)
    assert gus["live"] is True
    push(live, box)
    box.manual("POST", "/schedules/PPRIM01/overrides", {"overrides": [_override("eva")]})
    after = cli("-C", live, "drill", "2027-Q1", "--json")
    assert ("twice", 1, ["eva"]) in findings(after.out)
    assert ("twice", 1, ["eva"]) not in findings(cli("-C", live, "drill", "2027-Q1", "--planned", "--json").out)


def _override(person: str) -> dict[str, Any]:
    who = {"id": user(person), "type": "user_reference"}
    return {"start": "2027-01-05T12:00:00Z", "end": "2027-01-05T18:00:00Z", "user": who}


def test_the_end_of_the_last_plan_is_no_gap(live: Path, cli: Cli) -> None:
    told = json.loads(cli("-C", live, "drill", "2027-Q1", "--json").out)
    assert told["until"] == "2027-04-05T07:00Z"
    assert [f for f in told["findings"] if f["hard"]] == []


def test_a_period_that_is_not_published_can_be_drilled_live_only(live: Path, cli: Cli) -> None:
    ended = cli("-C", live, "drill", "2027-Q2")
    assert ended.code == 1
    assert ended.err == (
        "2027-Q2 is not published. Publish it first: watchbill publish 2027-Q2. "
        "Or drill what PagerDuty has: watchbill drill 2027-Q2 --live\n"
    )
    assert cli("-C", live, "drill", "2027-Q2", "--live").code == 0


def test_a_drill_without_a_key_says_where_keys_come_from(folder: Path, cli: Cli) -> None:
    ended = cli("-C", folder, "drill", "2027-Q1")
    assert ended.code == 1
    assert "There is no PagerDuty key." in ended.err


def test_pagerduty_that_does_not_answer_is_exit_code_4(live: Path, box: Handle, cli: Cli) -> None:
    box.fail(kind="status", status=401)
    ended = cli("-C", live, "drill", "2027-Q1")
    box.heal()
    assert ended.code == 4
    assert box.key not in ended.out + ended.err


def test_a_quarter_of_half_days_is_drilled_in_a_moment(tmp_path: Path, box: Handle) -> None:
    from watchbill import drilling

    halves = "day: {turn: 12 hours, handoff: 07:00}"
    folder = team(tmp_path / "team", ROLES, {"primary": halves, "secondary": halves})
    publish(folder)
    box.reset(account(policy((15, "PPRIM01"), (20, "PSECO01"), (30, "PBOSS01"), loops=2)))
    begun = perf_counter()
    done = drilling.drill(folder, Q1, Desk(folder, box).link())
    assert done.ways > 180
    assert perf_counter() - begun < 5
