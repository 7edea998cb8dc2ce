"""What feeds hold besides duties: offers, reminders, busy times; what they never hold; and how fast they are made."""

import time
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from builders import person
from drafts import held, plan, split, week
from icslint import lint
from watchbill import workspace
from watchbill.domain import Person
from watchbill.publish.feeds import SWAPS, TEAM, Feed, Options, build
from watchbill.results import Draft, Finding

PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy")}
PLANTED = "planted"
ELSEWHERE = ("@example", "mailto", "tokyo", "sao_paulo", "asia", "leave", "20270308")


def summaries(content: bytes) -> list[str]:
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(content).walk("VEVENT")]


def unfolded(content: bytes) -> str:
    return content.decode().replace("\r\n ", "")


# ------------------------------------------------------------------------------------------------------------ swaps


def offered(found: Draft, **offers: list[str]) -> bytes:
    return build([found], PEOPLE, offers=offers)[SWAPS]


def test_the_swaps_hold_what_is_offered_and_say_so() -> None:
    found = plan(*week("primary", "ana bo"))
    made = build([found], PEOPLE, offers={"bo": ["primary/weekly/2027-01-11"]})
    assert summaries(made[SWAPS]) == ["Open to swap: payments (primary) – Bo"]
    assert "X-WR-CALNAME:Open to swap: payments" in unfolded(made[SWAPS])
    assert lint(made[SWAPS]) == []


def test_an_offer_is_the_same_event_but_for_its_summary_and_changes_no_other_feed() -> None:
    found = plan(*week("primary", "ana"))
    without = build([found], PEOPLE)
    made = build([found], PEOPLE, offers={"ana": ["primary/weekly/2027-01-04"]})
    swap, duty = (unfolded(made[feed]).split("BEGIN:VEVENT")[1] for feed in (SWAPS, TEAM))
    assert swap == duty.replace("On call", "Open to swap")
    assert {feed: content for feed, content in made.items() if feed != SWAPS} == {
        feed: content for feed, content in without.items() if feed != SWAPS
    }


def test_an_offer_ends_when_the_shift_is_somebody_elses() -> None:
    assert summaries(offered(plan(*week("primary", "bo")), ana=["primary/weekly/2027-01-04"])) == []


def test_of_a_shift_in_parts_the_offer_is_of_ones_own() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("bo", "2027-01-04T18", "2027-01-05T00"))
    found = offered(plan(cut), ana=["primary/daily/2027-01-04"])
    assert [event["DTEND"].dt.hour for event in Calendar.from_ical(found).walk("VEVENT")] == [18]


def test_an_offer_follows_its_person_to_another_seat() -> None:
    found = plan(
        held("primary/weekly/2027-01-04", "bo", "2027-01-04T09"),
        held("primary/weekly/2027-01-04/2", "ana", "2027-01-04T09"),
    )
    for id_ in ("primary/weekly/2027-01-04", "primary/weekly/2027-01-04/2"):
        assert summaries(offered(found, ana=[id_])) == ["Open to swap: payments (primary) – Ana"]


def test_without_plans_every_feed_is_there_and_empty() -> None:
    made = build([], PEOPLE, roles=["primary"], team="payments")
    assert list(made) == [TEAM, Feed("role", "primary"), *(Feed("person", id_) for id_ in PEOPLE), SWAPS]
    assert [lint(content) for content in made.values()] == [[]] * 6
    assert "NAME:On call: payments (primary)" in unfolded(made[Feed("role", "primary")])


# ---------------------------------------------------------------------------------------------------------- options


def test_busy_times_are_marked_for_every_kind_of_reader() -> None:
    made = build([plan(*week("primary", "ana"))], PEOPLE, options=Options(busy=True))[TEAM]
    assert {"TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"} <= set(made.decode().split("\r\n"))
    assert lint(made) == []


def test_reminders_ring_before_the_start_with_words_of_their_own() -> None:
    several = tuple(timedelta(minutes=minutes) for minutes in (2880, 90, 0, 90))
    made = build([plan(*week("primary", "ana"))], PEOPLE, options=Options(reminders=several))[TEAM]
    alarms = unfolded(made).split("BEGIN:VALARM\r\n")[1:]
    assert [alarm.split("TRIGGER:")[1].split("\r\n")[0] for alarm in alarms] == ["-P2D", "-PT1H30M", "P0D"]
    assert all("ACTION:DISPLAY\r\n" in alarm and "DESCRIPTION:On call: payments" in alarm for alarm in alarms)
    assert lint(made) == []


def test_options_leave_uids_sequences_and_stamps_alone() -> None:
    found = plan(*week("primary", "ana bo"))
    busy = build([found], PEOPLE, options=Options(True, (timedelta(hours=1),)))[TEAM]
    kept = ("UID:", "SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:")
    lines = [[line for line in content.decode().split("\r\n") if line.startswith(kept)] for content in (
        busy, build([found], PEOPLE)[TEAM],
    )]  # fmt: skip
    assert lines[0] == lines[1]


# ----------------------------------------------------------------------------------------------------------- privacy

SECRETS = """\
team: payments
timezone: Europe/Berlin
people:
  ana: {name: Ana Souza, email: planted@example.com, timezone: America/Sao_Paulo, tags: [planted-tag],
        pagerduty: PLANTED, excused: [2027-02-01..2027-02-02]}
  bo: {name: Bo Lindqvist, email: bo-planted@example.com}
roles:
  primary:
    layers:
      weekly: {turn: 1 week, handoff: mon 09:00}
pins: [{shift: primary/weekly/2027-01-04, person: ana, reason: planted reason}]
"""
OWN = """\
person: ana
leave: [{date: 2027-03-08, note: planted surgery}]
avoid: [{date: 2027-02-14, note: planted date}]
never: [{days: [sat], note: planted school}]
travel: [{dates: 2027-03-03..2027-03-04, timezone: Asia/Tokyo, note: planted trip}]
offers: [primary/weekly/2027-01-04]
"""


def test_nothing_of_people_but_names_and_duties_reaches_a_feed(tmp_path: Path) -> None:
    (tmp_path / "availability").mkdir()
    (tmp_path / "team.yaml").write_text(SECRETS, encoding="utf-8")
    (tmp_path / "availability" / "ana.yaml").write_text(OWN, encoding="utf-8")
    team = workspace.read(tmp_path)
    told = Finding("wishes", "planted finding", people=("ana",))
    found = plan(*week("primary", "ana bo ana"), findings=(told,))
    options = Options(reminders=(timedelta(hours=1),))
    made = build([found], {p.id: p for p in team.people}, offers=team.offers, options=options)
    for content in made.values():
        text = unfolded(content).lower()
        assert PLANTED not in text
        assert not [
            word for word in ("@example", "mailto", "tokyo", "sao_paulo", "asia", "leave", "20270308") if word in text
        ]
    assert "– Ana Souza" in unfolded(made[SWAPS])


def test_every_text_of_a_person_but_the_name_stays_out() -> None:
    planted: dict[str, Any] = {
        f.name: f"{PLANTED} {f.name}" for f in fields(Person) if f.type is str or f.type == "str"
    }
    assert {"email", "pagerduty", "zone"} <= planted.keys()
    ana = replace(Person(**planted), id="ana", name="Ana", tags=(PLANTED,), holidays=(PLANTED,), roles=(PLANTED,))
    made = build([plan(*week("primary", "ana"))], {"ana": ana})
    assert not [feed for feed, content in made.items() if PLANTED in unfolded(content)]


# ------------------------------------------------------------------------------------------------------------- speed


def test_a_year_of_two_roles_and_two_hundred_people_takes_a_moment() -> None:
    people = {f"p{n}": person(f"p{n}") for n in range(200)}
    year = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    shifts = [
        held(f"{role}/daily/{day}", f"p{(7 * n + seat) % 200}", f"{day}T09")
        for n, day in enumerate(year)
        for seat, role in enumerate(("primary", "secondary"))
    ]
    begun = time.process_time()
    made = build([plan(*shifts, when="2027")], people)
    assert time.process_time() - begun < 3
    assert made[TEAM].count(b"BEGIN:VEVENT") == 730


@pytest.mark.parametrize(
    "name", ["שלום \u200fאבג", "علي\u200e", "👩\u200d🚒 Zoë", "Ｆｕｌｌ", "a\u0301" * 100, "；，＼"]
)
def test_names_in_any_script_keep_their_letters_and_marks(name: str) -> None:
    made = build([plan(*week("primary", "ana"))], {"ana": replace(person("ana"), name=name)})
    for content in made.values():
        assert lint(content) == []
    assert summaries(made[TEAM]) == [f"On call: payments (primary) – {name}"]
