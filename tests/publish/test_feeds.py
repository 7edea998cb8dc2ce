"""Feeds, read back with another program's eyes: icalendar's parser and plain bytes."""

import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from builders import at, person, shift, span
from drafts import draft, held, holding, plan, split, week
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.publish.feeds import feeds, write
from watchbill.results import Draft

PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy")}
NASTY = 'Jo "," ; \\ \\n, 😀 [bold] END:VCALENDAR ' + "ü" * 160


def events(content: bytes) -> set[tuple[str, datetime, datetime]]:
    """UID, start and end of every event."""
    found = Calendar.from_ical(content).walk("VEVENT")
    return {(str(event["UID"]), event["DTSTART"].dt, event["DTEND"].dt) for event in found}


def times(content: bytes) -> list[tuple[datetime, datetime]]:
    return sorted((start, end) for _, start, end in events(content))


def only(content: bytes) -> dict[str, str]:
    """The one event's properties as text."""
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return {key: event[key].to_ical().decode() for key in event}


def of(*plans: Draft) -> dict[str, bytes]:
    return feeds(plans, PEOPLE)


# ---------------------------------------------------------------------------------------------------------- events


def test_there_is_a_feed_for_each_person_each_role_and_the_team() -> None:
    made = feeds([plan(*week("primary", "ana"))], PEOPLE, roles=["primary", "shadow"])
    assert list(made) == [
        "team.ics", "roles/primary.ics", "roles/shadow.ics", "people/ana.ics", "people/bo.ics", "people/cy.ics",
    ]  # fmt: skip
    assert events(made["people/bo.ics"]) == set()


def test_a_whole_shift_is_one_event_and_the_same_one_in_every_feed() -> None:
    made = of(plan(*week("primary", "ana bo")))
    assert times(made["people/ana.ics"]) == [(at("2027-01-04T09"), at("2027-01-11T09"))]
    assert events(made["team.ics"]) == events(made["roles/primary.ics"])
    assert events(made["team.ics"]) == events(made["people/ana.ics"]) | events(made["people/bo.ics"])


def test_every_unbroken_stretch_of_a_shift_is_an_event() -> None:
    hours = [span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in range(4, 9)]
    office = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "ana")
    assert times(of(plan(office))["people/ana.ics"]) == [(hour.start, hour.end) for hour in hours]


def test_parts_are_events_of_those_who_hold_them() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("bo", "2027-01-04T18", "2027-01-05T00"))
    made = of(plan(cut))
    assert times(made["people/ana.ics"]) == [(at("2027-01-04T00"), at("2027-01-04T18"))]
    assert times(made["people/bo.ics"]) == [(at("2027-01-04T18"), at("2027-01-05T00"))]
    assert len(events(made["team.ics"])) == 2


def test_touching_parts_of_one_person_are_one_event() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("ana", "2027-01-04T18", "2027-01-05T00"))
    assert events(of(plan(cut))["team.ics"]) == events(of(plan(whole))["team.ics"])


def test_a_hole_is_no_event() -> None:
    assert events(of(plan(held("primary/daily/2027-01-04", None, "2027-01-04T00")))["team.ics"]) == set()


def test_an_event_keeps_its_uid_when_it_changes_hands_or_hours() -> None:
    (old,) = events(of(plan(held("primary/daily/2027-01-04", "ana", "2027-01-04T00")))["team.ics"])
    (new,) = events(of(plan(held("primary/daily/2027-01-04", "bo", "2027-01-04T01")))["team.ics"])
    assert old[0] == new[0]
    assert old[0].endswith("@watchbill")


def test_uids_of_other_shifts_spans_and_teams_differ() -> None:
    hours = [span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17")]
    shifts = (
        holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "ana"),
        *week("primary", "ana"),
        held("primary/weekly/2027-01-04/2", "bo", "2027-01-04T09", 168),
    )
    one, other = plan(*shifts), plan(*shifts, team="checkout")
    assert len({uid for found in (one, other) for uid, *_ in events(of(found)["team.ics"])}) == 8


def test_an_event_says_team_role_and_person_and_does_not_make_busy() -> None:
    found = only(of(plan(*week("primary", "ana")))["people/ana.ics"])
    assert found["SUMMARY"] == "On call: payments (primary) – Ana"
    assert found["TRANSP"] == "TRANSPARENT"
    assert found["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"
    assert found["CATEGORIES"] == "on-call,primary"


def test_the_description_names_those_who_hand_over_and_take_over() -> None:
    made = of(plan(*week("primary", "ana bo cy"), *week("secondary", "cy ana ana")))
    described = {
        str(event["DTSTART"].dt.date()): str(event["DESCRIPTION"])
        for event in Calendar.from_ical(made["roles/primary.ics"]).walk("VEVENT")
    }
    assert described["2027-01-04"] == "Layer weekly. Hands over to Bo."
    assert described["2027-01-11"] == "Layer weekly. Takes over from Ana. Hands over to Cy."
    assert described["2027-01-18"] == "Layer weekly. Takes over from Bo."


def test_people_who_left_the_team_go_by_their_id() -> None:
    made = of(plan(held("primary/daily/2027-01-04", "zoe", "2027-01-04T00")))
    assert only(made["people/zoe.ics"])["SUMMARY"].endswith("– zoe")


# -------------------------------------------------------------------------------------------------------- revisions


def test_sequence_and_stamp_tell_of_the_last_change_of_the_shift() -> None:
    old = replace(held("primary/daily/2027-01-04", "ana", "2027-01-04T00"), changed=1)
    new = replace(held("primary/daily/2027-01-09", "bo", "2027-01-09T00"), changed=3)
    current = plan(old, new, revision=3, made="2027-01-02T08:30Z")
    made = feeds([current], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"})
    ana, bo = only(made["people/ana.ics"]), only(made["people/bo.ics"])
    assert (ana["SEQUENCE"], ana["DTSTAMP"], ana["LAST-MODIFIED"]) == ("1", "20261201T120000Z", "20261201T120000Z")
    assert (bo["SEQUENCE"], bo["DTSTAMP"], bo["LAST-MODIFIED"]) == ("3", "20270102T083000Z", "20270102T083000Z")


def test_an_event_whose_neighbour_changed_is_stamped_anew() -> None:
    first, second = week("primary", "ana bo")
    current = plan(replace(first, changed=1), replace(second, changed=2), revision=2, made="2027-01-02T08:30Z")
    found = only(feeds([current], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"})["people/ana.ics"])
    assert (found["SEQUENCE"], found["DTSTAMP"]) == ("1", "20270102T083000Z")


def test_several_plans_share_their_feeds() -> None:
    made = of(plan(*week("primary", "ana")), plan(*week("primary", "ana", "2027-02-01"), when="2027-02"))
    assert len(events(made["people/ana.ics"])) == 2


def test_duties_that_ended_before_are_left_out() -> None:
    made = feeds([plan(*week("primary", "ana bo"))], PEOPLE, since=at("2027-01-11T09"))
    assert [start for start, _ in times(made["team.ics"])] == [at("2027-01-11T09")]


def test_drafts_have_no_feeds() -> None:
    with pytest.raises(Refused, match="2027-01 is a draft"):
        of(draft(*week("primary", "ana")))


# ------------------------------------------------------------------------------------------------------------ bytes


def test_the_calendar_follows_the_profile() -> None:
    lines = of(plan(*week("primary", "ana")))["people/ana.ics"].decode().split("\r\n")
    head = lines[: lines.index("BEGIN:VEVENT")]
    assert head == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//watchbill//on-call feeds//EN",
        "CALSCALE:GREGORIAN",
        "NAME:On call: payments – Ana",
        "X-WR-CALNAME:On call: payments – Ana",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    assert lines[-3:] == ["END:VEVENT", "END:VCALENDAR", ""]
    assert not [line for line in lines if line.startswith(("METHOD", "BEGIN:VTIMEZONE", "BEGIN:VALARM", "ATTENDEE"))]
    assert "DTSTART:20270104T090000Z" in lines


def test_equal_plans_give_equal_bytes() -> None:
    found = plan(*week("primary", "ana bo cy"))
    assert of(found) == of(replace(found, findings=()))


def nasty(name: str) -> dict[str, bytes]:
    team, role = f"T,{name}", "on;call"
    called: dict[str, Person] = {"ana": replace(person("ana"), name=name), "bo": replace(person("bo"), name=name)}
    return feeds([plan(*week(role, "ana bo"), team=team)], called)


def assert_well_formed(content: bytes) -> None:
    content.decode()
    assert content.endswith(b"\r\n")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(byte < 32 and byte not in b"\r\n" for byte in content)
    assert content.count(b"\n") == content.count(b"\r") == len(lines)
    for line in lines:
        assert line.decode()
        assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0, "a fold cuts an escape"


def test_nasty_names_come_back_as_they_were() -> None:
    made = nasty(NASTY)
    for content in made.values():
        assert_well_formed(content)
    calendar = Calendar.from_ical(made["people/ana.ics"])
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == f"On call: T,{NASTY} (on;call) – {NASTY}"
    assert re.sub(r"\\(.)", r"\1", str(calendar["X-WR-CALNAME"])) == f"On call: T,{NASTY} – {NASTY}"
    assert event["CATEGORIES"].to_ical().decode() == r"on-call,on\;call"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120))
def test_no_name_breaks_a_feed(name: str) -> None:
    for content in nasty(name).values():
        assert_well_formed(content)
    assert len(events(nasty(name)["team.ics"])) == 2


@pytest.mark.parametrize("offset", range(12))
def test_folds_never_cut_an_escape_or_a_letter(offset: int) -> None:
    for letters in (",;é😀", "\\"):
        for content in nasty("x" * offset + letters * 40).values():
            assert_well_formed(content)


def test_control_characters_are_stripped() -> None:
    made = nasty("a\x00b\x07c\r\nBEGIN:VEVENT\u2028d")
    assert b"\x00" not in made["people/ana.ics"]
    assert only(made["people/ana.ics"])["SUMMARY"].endswith("– abc  BEGIN:VEVENT d")


# ------------------------------------------------------------------------------------------------------------ files


def test_feeds_are_written_once_and_left_alone_after(tmp_path: Path) -> None:
    made = of(plan(*week("primary", "ana")))
    assert write(tmp_path, made) == tuple(sorted(made))
    os.utime(tmp_path / "team.ics", (1, 1))
    assert write(tmp_path, made) == ()
    assert (tmp_path / "team.ics").stat().st_mtime == 1
    assert (tmp_path / "people" / "ana.ics").read_bytes() == made["people/ana.ics"]


def test_a_swap_changes_the_feeds_it_touches_only(tmp_path: Path) -> None:
    shifts = week("primary", "ana bo")
    write(tmp_path, feeds([plan(*shifts)], PEOPLE))
    swapped = (shifts[0], replace(week("primary", "ana ana")[1], changed=2))
    after = plan(*swapped, revision=2)
    changed = write(tmp_path, feeds([after], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"}))
    assert changed == ("people/ana.ics", "people/bo.ics", "roles/primary.ics", "team.ics")


def test_feeds_of_people_and_roles_that_are_gone_disappear_and_foreign_files_stay(tmp_path: Path) -> None:
    write(tmp_path, of(plan(*week("shadow", "ana"))))
    foreign = tmp_path / "people" / "zoe.ics"
    foreign.write_bytes(b"BEGIN:VCALENDAR\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n")
    (tmp_path / "index.html").write_text("mine")
    changed = write(tmp_path, feeds([plan(*week("primary", "bo"))], {"bo": PEOPLE["bo"]}))
    assert "people/ana.ics" in changed
    assert "roles/shadow.ics" in changed
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["index.html", "people/bo.ics", "people/zoe.ics", "roles/primary.ics", "team.ics"]


@pytest.mark.parametrize("name", ["../bo", "a/b", "..", ""])
def test_ids_that_lead_out_of_the_folder_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="cannot be a file name"):
        feeds([], {name: person("bo")})
