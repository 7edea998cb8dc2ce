"""Imports over real HTTP: a workspace from what a team has in PagerDuty, and pages by hour and person."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pushes import NOW, Desk, seed, user
from watchbill import checking, drafting, importing, paging, workspace
from watchbill.cli import run
from watchbill.domain import Layer, Stretch, TurnLength, Window
from watchbill.errors import InputError, Refused
from watchbill.expand import expand
from watchbill.periods import period
from watchbill.publish.pagerduty import keys
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle
from watchbill.times import WEEKDAYS, from_iso
from watchbill.workspace.past import read_duties, read_pages

Q1 = period("2027-Q1")
MON_FRI = tuple(range(5))


def layer(
    name: str, *people: str, turn: int = 604800, begins: str = "2026-01-05T08:00:00Z", **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "start": "2026-01-05T08:00:00Z",
        "end": None,
        "rotation_virtual_start": begins,
        "rotation_turn_length_seconds": turn,
        "users": [{"user": {"id": user(p), "type": "user_reference"}} for p in people],
        "restrictions": [],
        **more,
    }


def daily(start: str, hours: float) -> dict[str, Any]:
    return {"type": "daily_restriction", "start_time_of_day": f"{start}:00", "duration_seconds": int(hours * 3600)}


def weekly(day: str, start: str, hours: float) -> dict[str, Any]:
    weekday = WEEKDAYS.index(day) + 1
    return {**daily(start, hours), "type": "weekly_restriction", "start_day_of_week": weekday}


def schedule(*layers: dict[str, Any], name: str = "Payments Primary", id_: str = "PPRIM01") -> dict[str, Any]:
    return {"id": id_, "name": name, "time_zone": "Europe/Berlin", "schedule_layers": list(layers)}


@pytest.fixture
def box() -> Iterator[Handle]:
    with running(seed(), now=NOW) as handle:
        yield handle


@pytest.fixture
def desk(tmp_path: Path, box: Handle) -> Desk:
    return Desk(tmp_path / "rota", box)


def take(desk: Desk, *schedules: dict[str, Any], **options: Any) -> workspace.Workspace:
    """The workspace that comes out; it is sound for a quarter."""
    world = seed(schedules=list(schedules))
    desk.box.reset({**world, **options.pop("world", {})})
    made = importing.pagerduty(desk.link(), [s["id"] for s in schedules] or ["PSHIFT1"], team="payments", **options)
    importing.write(desk.folder, made)
    checked = checking.check(desk.folder, Q1)
    assert [str(mistake) for mistake in checked.mistakes if not mistake.warning] == []
    return workspace.read(desk.folder)


def layers(team: workspace.Workspace, role: str = "payments-primary") -> dict[str, Layer]:
    return {one.id: one for r in team.roles if r.id == role for one in r.layers}


# ---------------------------------------------------------------------------------------------------------- people


def test_people_come_with_names_addresses_zones_and_ids(desk: Desk) -> None:
    people = [
        {"id": "PANA000", "name": "Ana Souza", "email": "ana@example.com", "time_zone": "America/Sao_Paulo"},
        {"id": "PANA001", "name": 'Ana Díaz: "#1"', "email": "ana2@example.com", "time_zone": "Europe/Berlin"},
        {"id": "PBO0000", "name": "Bo Lindqvist", "email": "bo@example.com", "time_zone": "Eastern Time (US & Canada)"},
        {"id": "PSTAKE0", "name": "Read Only", "email": "ro@example.com", "role": "read_only_user"},
    ]
    users = [{"user": {"id": p["id"], "type": "user_reference"}} for p in people]
    team = take(desk, schedule({**layer("week"), "users": users}), world={"users": people})
    assert [(p.id, p.name, p.email, p.zone, p.pagerduty) for p in team.people] == [
        ("ana-souza", "Ana Souza", "ana@example.com", "America/Sao_Paulo", "PANA000"),
        ("ana-diaz-1", 'Ana Díaz: "#1"', "ana2@example.com", "Europe/Berlin", "PANA001"),
        ("bo", "Bo Lindqvist", "bo@example.com", "Europe/Berlin", "PBO0000"),
    ]
    assert sorted(path.name for path in (desk.folder / "availability").iterdir()) == [
        "ana-diaz-1.yaml",
        "ana-souza.yaml",
        "bo.yaml",
    ]


def test_roles_publish_to_where_they_came_from(desk: Desk) -> None:
    second = schedule(layer("week", "cy", "di"), name="Payments Secondary", id_="PSECO01")
    team = take(desk, schedule(layer("week", "ana", "bo")), second)
    assert [(role.id, role.name) for role in team.roles] == [
        ("payments-primary", "Payments Primary"),
        ("payments-secondary", "Payments Secondary"),
    ]
    assert {role: (p.schedule, p.form) for role, p in team.publish.items()} == {
        "payments-primary": (("PPRIM01",), "layers"),
        "payments-secondary": (("PSECO01",), "layers"),
    }


# ---------------------------------------------------------------------------------------------------------- layers


def test_a_weekly_rotation_keeps_its_handoff_on_the_schedules_clock(desk: Desk) -> None:
    found = layers(take(desk, schedule(layer("Week", "ana", "bo", "ana"))))["week"]
    assert (found.turn, found.weekday, found.handoff, found.who) == (TurnLength(1, "week"), 0, 9 * 60, ("ana", "bo"))
    assert (found.windows, found.stretches, found.zone) == ((), (), "Europe/Berlin")


def test_turns_of_several_weeks_days_and_hours_keep_where_they_begin(desk: Desk) -> None:
    fortnight = layer("fortnight", "ana", turn=1209600, restrictions=[weekly("mon", "09:00", 8)])
    three = layer("three days", "bo", turn=3 * 86400, restrictions=[weekly("tue", "09:00", 8)])
    half = layer("half", "cy", turn=43200, restrictions=[weekly("wed", "09:00", 8)])
    found = layers(take(desk, schedule(fortnight, three, half)))
    assert (found["fortnight"].turn, str(found["fortnight"].anchor)) == (TurnLength(2, "week"), "2026-01-05")
    assert (found["three-days"].turn, str(found["three-days"].anchor)) == (TurnLength(3, "day"), "2026-01-05")
    assert (found["half"].turn, found["half"].handoff) == (TurnLength(12, "hour"), 9 * 60)


def test_restrictions_become_days_and_hours_or_stretches(desk: Desk) -> None:
    week = [weekly(day, "09:00", 8) for day in WEEKDAYS[:5]]
    nights = [weekly(day, "17:00", 16) for day in WEEKDAYS[:4]]
    end = [weekly("fri", "17:00", 64)]
    found = layers(
        take(
            desk,
            schedule(
                layer("days", "ana", restrictions=week),
                layer("nights", "bo", restrictions=nights),
                layer("weekend", "cy", restrictions=end),
            ),
        )
    )
    assert found["days"].windows == (Window(MON_FRI, 540, 1020),)
    assert found["nights"].windows == (Window((0, 1, 2, 3), 1020, 1980),)
    assert found["weekend"].stretches == (Stretch(4 * 1440 + 1020, 7 * 1440 + 540),)


def test_daily_restrictions_are_for_every_day_and_several_of_them_are_a_list(desk: Desk) -> None:
    found = layers(take(desk, schedule(layer("d", "ana", restrictions=[daily("08:00", 4), daily("22:00", 8)]))))
    assert found["d"].windows == (
        Window(tuple(range(7)), 480, 720),
        Window(tuple(range(7)), 1320, 1800),
    )


def test_a_higher_layer_lies_over_those_it_meets(desk: Desk) -> None:
    base = layer("base", "ana", "bo")
    days = layer("days", "cy", restrictions=[weekly(day, "09:00", 8) for day in WEEKDAYS[:5]])
    found = layers(take(desk, schedule(base, days)))
    assert found["days"].over == ("base",)
    assert found["base"].over == ()


@pytest.mark.parametrize(
    ("layers_", "why"),
    [
        ([layer("low", "ana"), layer("high", "bo")], '"low" was left out: other layers lie over it at all hours'),
        ([layer("odd", "ana", turn=5 * 3600), layer("ok", "bo", restrictions=[daily("09:00", 1)])], "18000 seconds"),
        ([layer("late", "ana", start="2027-05-01T00:00:00Z"), layer("ok", "bo")], "it begins on 2027-05-01"),
    ],
)
def test_what_cannot_be_said_is_a_comment_that_says_why(desk: Desk, layers_: list[dict[str, Any]], why: str) -> None:
    desk.box.reset(seed(schedules=[schedule(*layers_)]))
    made = importing.pagerduty(desk.link(), ["PPRIM01"], team="payments")
    assert len(made.unsaid) == 1
    assert why in made.unsaid[0]
    text = made.files["team.yaml"].decode()
    assert "is not taken over" in text
    importing.write(desk.folder, made)
    assert checking.check(desk.folder, Q1).errors == 0


def test_a_schedule_without_anything_that_can_be_said_is_refused_if_it_is_the_only_one(desk: Desk) -> None:
    odd = schedule(layer("odd", "ana", turn=5 * 3600))
    desk.box.reset(seed(schedules=[odd]))
    with pytest.raises(Refused, match="none of these schedules can be a role"):
        importing.pagerduty(desk.link(), ["PPRIM01"], team="payments")
    team = take(desk, odd, schedule(layer("week", "bo"), name="Other", id_="POTHER1"))
    assert [role.id for role in team.roles] == ["other"]


def test_what_was_imported_is_on_call_when_the_schedule_is(desk: Desk) -> None:
    week = [weekly(day, "09:00", 8) for day in WEEKDAYS[:5]]
    found = take(desk, schedule(layer("base", "ana", "bo"), layer("days", "cy", "di", restrictions=week)))
    spans = {
        s.layer: s.spans for s in expand(found.roles, Q1, head=False) if s.handoff.date().isoformat() == "2027-01-04"
    }
    assert spans["days"][0].start == from_iso("2027-01-04T08:00Z")
    assert len(spans["days"]) == 5
    assert spans["base"][0].start == from_iso("2027-01-04T16:00Z")


def test_an_unknown_schedule_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match='PagerDuty has no schedule "nothing"'):
        importing.pagerduty(desk.link(), ["nothing"], team="payments")


def test_a_folder_that_holds_something_is_left_alone(desk: Desk) -> None:
    desk.box.reset(seed(schedules=[schedule(layer("week", "ana"))]))
    made = importing.pagerduty(desk.link(), ["PPRIM01"], team="payments")
    desk.folder.mkdir()
    (desk.folder / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(Refused, match="exists already and is not an empty folder"):
        importing.write(desk.folder, made)


# ---------------------------------------------------------------------------------------------------- shift-based


def shifts(*events: dict[str, Any]) -> dict[str, Any]:
    rotations = [{"events": [event]} for event in events]
    return {"id": "PSHIFT1", "name": "Shifts", "time_zone": "Europe/Berlin", "rotations": rotations}


def event(name: str, rule: str, start: str, end: str, *people: str, each: int = 1) -> dict[str, Any]:
    return {
        "name": name,
        "start_time": {"date_time": start, "time_zone": "Europe/Berlin"},
        "end_time": {"date_time": end, "time_zone": "Europe/Berlin"},
        "effective_since": "2026-01-05T00:00:00Z",
        "effective_until": None,
        "recurrence": [rule],
        "assignment_strategy": {
            "type": "rotating_member_assignment_strategy",
            "shifts_per_member": each,
            "members": [{"type": "user_member", "user_id": user(p)} for p in people],
        },
    }


def test_rotations_with_simple_recurrences_become_layers(desk: Desk) -> None:
    days = event(
        "Days",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "2026-01-05T09:00:00+01:00",
        "2026-01-05T17:00:00+01:00",
        "ana",
        "bo",
        each=5,
    )
    end = event("End", "RRULE:FREQ=WEEKLY", "2026-01-09T17:00:00+01:00", "2026-01-12T09:00:00+01:00", "cy")
    team = take(desk, world={"schedules_v3": [shifts(days, end)]})
    found = layers(team, "shifts")
    assert (found["days"].turn, found["days"].windows) == (TurnLength(1, "week"), (Window(MON_FRI, 540, 1020),))
    assert found["end"].stretches == (Stretch(4 * 1440 + 1020, 7 * 1440 + 540),)
    assert team.publish["shifts"].form == "custom_shifts"


def test_rotations_beside_each_other_and_odd_recurrences_are_left_out(desk: Desk) -> None:
    daily_ = event("A", "RRULE:FREQ=DAILY", "2026-01-05T09:00:00+01:00", "2026-01-06T09:00:00+01:00", "ana")
    beside = event("B", "RRULE:FREQ=DAILY", "2026-01-05T12:00:00+01:00", "2026-01-05T13:00:00+01:00", "bo")
    odd = event("C", "RRULE:FREQ=WEEKLY;INTERVAL=2", "2026-01-05T09:00:00+01:00", "2026-01-05T10:00:00+01:00", "cy")
    desk.box.reset(seed(schedules_v3=[shifts(daily_, beside, odd)]))
    made = importing.pagerduty(desk.link(), ["PSHIFT1"], team="payments")
    assert [why.split(": ", 1)[1] for why in made.unsaid] == [
        '"B" was left out: it is on call at the same time as another rotation: make it a role of its own.',
        '"C" was left out: there are no words for RRULE:FREQ=WEEKLY;INTERVAL=2 here.',
    ]


# --------------------------------------------------------------------------------------------------------- history


def test_who_was_on_call_is_history_and_opens_the_balances(desk: Desk) -> None:
    swapped = {"start": "2026-11-02T08:00:00Z", "end": "2026-11-09T08:00:00Z", "user": user("ana")}
    take(desk, {**schedule(layer("week", "ana", "bo")), "overrides": [swapped]}, months=3)
    duties = read_duties(desk.folder)
    assert duties[-1].end == NOW
    assert duties[0].start == NOW - timedelta(days=91, hours=12)
    assert {duty.person for duty in duties} == {"ana", "bo"}
    balances = drafting.ground(desk.folder, Q1).problem.balances
    assert balances["ana"]["all"] > 0
    assert balances["ana"]["all"] + balances["bo"]["all"] == 0


def test_people_who_only_stood_in_are_of_the_team_and_deleted_ones_are_of_the_past(desk: Desk) -> None:
    gone = {"id": "PGONE00", "name": "Gone", "email": "gone@example.com", "deleted_at": "2026-11-20T00:00:00Z"}
    overrides = [
        {"start": "2026-11-02T08:00:00Z", "end": "2026-11-03T08:00:00Z", "user": user("hal")},
        {"start": "2026-11-03T08:00:00Z", "end": "2026-11-04T08:00:00Z", "user": "PGONE00"},
    ]
    users = [*seed()["users"], gone]
    team = take(desk, {**schedule(layer("week", "ana", "bo")), "overrides": overrides}, world={"users": users})
    assert [person.id for person in team.people] == ["ana", "bo", "hal"]
    assert {duty.person for duty in read_duties(desk.folder)} == {"ana", "bo", "hal", "pgone00"}


# ----------------------------------------------------------------------------------------------------------- pages


def message(person: str, at: str, incident: str, **more: str) -> dict[str, Any]:
    return {
        "type": "notify_log_entry",
        "created_at": at,
        "user": {"id": user(person), "type": "user_reference"},
        "incident": {"id": incident, "type": "incident_reference", "summary": "a secret title"},
        **more,
    }


@pytest.fixture
def paged(desk: Desk) -> Desk:
    """A team of two, and a log."""
    take(desk, schedule(layer("week", "ana", "bo")))
    log = [
        message("ana", "2026-12-01T08:05:00Z", "Q1"),
        message("ana", "2026-12-01T08:07:00Z", "Q1"),
        message("ana", "2026-12-01T08:59:59Z", "Q2"),
        message("bo", "2026-12-01T09:00:00Z", "Q2"),
        message("hal", "2026-12-01T09:01:00Z", "Q2"),
        message("ana", "2026-12-14T10:00:00Z", "Q3"),
        {**message("ana", "2026-12-02T08:05:00Z", "Q4"), "type": "assign_log_entry"},
    ]
    desk.box.reset(seed(log_entries=log))
    return desk


SINCE = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def test_messages_of_one_incident_in_an_hour_are_one_page(paged: Desk) -> None:
    found = paging.from_pagerduty(paged.folder, paged.link(), SINCE)
    assert (found.pages, found.known, found.unknown) == (3, 0, 1)
    assert (paged.folder / "history" / "pages.csv").read_text(encoding="utf-8") == (
        "hour,person,pages\n2026-12-01T08:00Z,ana,2\n2026-12-01T09:00Z,bo,1\n"
    )


def test_the_same_import_again_changes_nothing_and_later_hours_are_added(paged: Desk) -> None:
    paging.from_pagerduty(paged.folder, paged.link(), SINCE)
    before = (paged.folder / "history" / "pages.csv").read_bytes()
    again = paging.from_pagerduty(paged.folder, paged.link(), SINCE)
    assert (again.pages, again.known) == (0, 2)
    assert (paged.folder / "history" / "pages.csv").read_bytes() == before
    paged.box.set_now(NOW + timedelta(hours=1))
    assert paging.from_pagerduty(paged.folder, paged.link(), SINCE).pages == 1


def test_a_list_that_does_not_end_is_read_in_halves(paged: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchbill.publish.pagerduty.calls.PAGE", 1)
    monkeypatch.setattr("watchbill.publish.pagerduty.calls.FARTHEST", 2)
    assert paging.from_pagerduty(paged.folder, paged.link(), SINCE).pages == 3


def test_a_file_of_incidents_counts_each_for_those_it_was_assigned_to(paged: Desk, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text(
        "id,description,created_on,assigned_to_user_ids,assigned_to_user_names\n"
        f'Q1,"secret, title",2026-12-01T09:05:00+01:00,{user("ana")},Somebody Else\n'
        'Q2,x,2026-12-01 08:10:00 UTC,"PX, PY","Ana, Bo"\n'
        "Q3,x,2026-12-01 11:10:00 +0200,,Nobody Known\n",
        encoding="utf-8",
    )
    found = paging.from_file(paged.folder, path)
    assert (found.pages, found.unknown) == (3, 1)
    assert [(row.person, row.pages) for row in read_pages(paged.folder)] == [("ana", 2), ("bo", 1)]
    assert "secret" not in (paged.folder / "history" / "pages.csv").read_text(encoding="utf-8")


def test_times_without_an_offset_ask_for_the_clock(paged: Desk, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text("created_on,assigned_to_user_names\n2026-12-01 09:05:00,Ana\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'incidents\.csv:2:1  "2026-12-01 09:05:00" has no offset'):
        paging.from_file(paged.folder, path)
    paging.from_file(paged.folder, path, "Europe/Berlin")
    assert [row.hour for row in read_pages(paged.folder)] == [datetime(2026, 12, 1, 8, tzinfo=UTC)]


def test_a_file_without_the_columns_is_refused(paged: Desk, tmp_path: Path) -> None:
    path = tmp_path / "incidents.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="the file needs the columns created_on and assigned_to_user_names"):
        paging.from_file(paged.folder, path)


# ------------------------------------------------------------------------------------------------------------- cli


def cli(desk: Desk, monkeypatch: pytest.MonkeyPatch, *words: str, folder: Path | None = None) -> int:
    monkeypatch.setenv(keys.KEY, desk.box.key)
    monkeypatch.setenv(keys.URL, desk.box.url)
    with pytest.raises(SystemExit) as ended:
        run(["-C", str(folder or desk.folder), *words])
    return int(ended.value.code or 0)


def test_the_commands_import_a_workspace_and_pages(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = [message("ana", "2026-12-01T08:05:00Z", "Q1")]
    desk.box.reset(seed(schedules=[schedule(layer("low", "ana"), layer("week", "ana", "bo"))], log_entries=log))
    words = ("import", "pagerduty", "Payments Primary", "--into", "new", "--months", "1")
    assert cli(desk, monkeypatch, *words, folder=tmp_path) == 0
    said = capsys.readouterr()
    assert "2 people, 1 role" in said.out
    assert '"low" was left out' in said.err
    assert cli(desk, monkeypatch, *words, folder=tmp_path) == 1
    assert "is not an empty folder" in capsys.readouterr().err
    assert cli(desk, monkeypatch, "check", "2027-Q1", folder=tmp_path / "new") == 0
    capsys.readouterr()
    since = ("import", "incidents", "--since", "2026-12-01", "--json")
    assert cli(desk, monkeypatch, *since, folder=tmp_path / "new") == 0
    assert json.loads(capsys.readouterr().out) == {"pages": 1, "rows": 1, "known": 0, "people_left_out": 0}
    assert cli(desk, monkeypatch, "import", "incidents", "--since", "1.12.2026", folder=tmp_path / "new") == 2
