"""Feeds, read back with another program's eyes: icalendar's parser and plain bytes."""

import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from builders import at, person, shift, span
from drafts import draft, held, holding, plan, split, week
from icslint import lint
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.publish.feeds import SWAPS, TEAM, Feed, build
from watchbill.results import Assigned, Draft

PEOPLE = {id_: person(id_) for id_ in ("ana", "bo", "cy")}
ANA, BO = Feed("person", "ana"), Feed("person", "bo")
PRIMARY = Feed("role", "primary")
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


def of(*plans: Draft) -> dict[Feed, bytes]:
    return build(plans, PEOPLE)


# ---------------------------------------------------------------------------------------------------------- events


def test_there_is_a_feed_for_each_person_each_role_and_the_team() -> None:
    made = build([plan(*week("primary", "ana"))], PEOPLE, roles=["primary", "shadow"])
    assert list(made) == [
        TEAM, PRIMARY, Feed("role", "shadow"), ANA, BO, Feed("person", "cy"), SWAPS,
    ]  # fmt: skip
    assert events(made[BO]) == set()


def test_a_whole_shift_is_one_event_and_the_same_one_in_every_feed() -> None:
    made = of(plan(*week("primary", "ana bo")))
    assert times(made[ANA]) == [(at("2027-01-04T09"), at("2027-01-11T09"))]
    assert events(made[TEAM]) == events(made[PRIMARY])
    assert events(made[TEAM]) == events(made[ANA]) | events(made[BO])


def test_every_unbroken_stretch_of_a_shift_is_an_event() -> None:
    hours = [span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in range(4, 9)]
    office = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "ana")
    assert times(of(plan(office))[ANA]) == [(hour.start, hour.end) for hour in hours]


def test_parts_are_events_of_those_who_hold_them() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("bo", "2027-01-04T18", "2027-01-05T00"))
    made = of(plan(cut))
    assert times(made[ANA]) == [(at("2027-01-04T00"), at("2027-01-04T18"))]
    assert times(made[BO]) == [(at("2027-01-04T18"), at("2027-01-05T00"))]
    assert len(events(made[TEAM])) == 2


def test_touching_parts_of_one_person_are_one_event() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("ana", "2027-01-04T18", "2027-01-05T00"))
    assert events(of(plan(cut))[TEAM]) == events(of(plan(whole))[TEAM])


def test_a_hole_is_no_event() -> None:
    assert events(of(plan(held("primary/daily/2027-01-04", None, "2027-01-04T00")))[TEAM]) == set()


def test_an_event_keeps_its_uid_when_it_changes_hands_or_its_end() -> None:
    (old,) = events(of(plan(held("primary/daily/2027-01-04", "ana", "2027-01-04T00")))[TEAM])
    (new,) = events(of(plan(held("primary/daily/2027-01-04", "bo", "2027-01-04T00", 12)))[TEAM])
    assert old[0] == new[0]
    assert old[0].endswith("@watchbill")


def test_a_relief_leaves_the_uids_of_what_begins_where_it_did() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    uids = {}
    for hours in ("00 08 16", "00 04 08 16", "00 16"):
        cuts = [f"2027-01-04T{hour}" for hour in hours.split()] + ["2027-01-05T00"]
        parts = [(who, *cut) for who, cut in zip(("ana", "bo", "cy", "bo"), pairwise(cuts), strict=False)]
        uids[hours] = {start.hour: uid for uid, start, _ in events(of(plan(split(whole, *parts)))[TEAM])}
    assert {uids[hours][0] for hours in uids} == {events(of(plan(whole))[TEAM]).pop()[0]}
    assert uids["00 08 16"].items() <= uids["00 04 08 16"].items()
    assert uids["00 16"].items() <= uids["00 08 16"].items()


def test_a_span_keeps_its_uid_when_another_is_added_before_it() -> None:
    days = [span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in range(4, 9)]
    fewer = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=days[2:]), "ana")
    more = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=days), "ana")
    assert events(of(plan(fewer))[TEAM]) < events(of(plan(more))[TEAM])


def test_uids_of_other_shifts_spans_and_teams_differ() -> None:
    hours = [span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17")]
    shifts = (
        holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "ana"),
        *week("primary", "ana"),
        held("primary/weekly/2027-01-04/2", "bo", "2027-01-04T09", 168),
    )
    one, other = plan(*shifts), plan(*shifts, team="checkout")
    assert len({uid for found in (one, other) for uid, *_ in events(of(found)[TEAM])}) == 8


def test_an_event_says_team_role_and_person_and_does_not_make_busy() -> None:
    found = only(of(plan(*week("primary", "ana")))[ANA])
    assert found["SUMMARY"] == "On call: payments (primary) – Ana"
    assert found["TRANSP"] == "TRANSPARENT"
    assert found["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"
    assert found["CATEGORIES"] == "on-call,primary"


def described(content: bytes) -> dict[str, list[str]]:
    """The lines of each event's description that speak of handovers, by person and day of start."""
    found = Calendar.from_ical(content).walk("VEVENT")
    return {
        f"{event['SUMMARY'].rpartition(' ')[2]} {event['DTSTART'].dt.day}": str(event["DESCRIPTION"]).split("\n")[1:-1]
        for event in found
    }


def test_the_description_says_role_layer_and_shift() -> None:
    lines = only(of(plan(*week("primary", "ana")))[ANA])["DESCRIPTION"]
    assert lines == r"Role primary\, layer weekly\nShift primary/weekly/2027-01-04"


def test_the_description_names_those_who_hand_over_and_take_over() -> None:
    made = of(plan(*week("primary", "ana bo cy"), *week("secondary", "cy ana ana")))
    assert described(made[PRIMARY]) == {
        "Ana 4": ["Hands over to Bo"],
        "Bo 11": ["Takes over from Ana", "Hands over to Cy"],
        "Cy 18": ["Takes over from Bo"],
    }


def test_who_goes_on_hands_nothing_over() -> None:
    made = of(plan(*week("primary", "ana ana bo")))
    assert described(made[PRIMARY]) == {"Ana 4": [], "Ana 11": ["Hands over to Bo"], "Bo 18": ["Takes over from Ana"]}


def test_several_seats_are_handed_over_together_and_who_changes_seats_stays() -> None:
    def seat(number: int, who: str, day: str) -> Assigned:
        return held(f"primary/weekly/{day}" + f"/{number}" * (number > 1), who, f"{day}T09", 168)

    first = [seat(1, "ana", "2027-01-04"), seat(2, "bo", "2027-01-04")]
    then = [seat(1, "bo", "2027-01-11"), seat(2, "cy", "2027-01-11")]
    last = [seat(1, "ana", "2027-01-18"), seat(2, "di", "2027-01-18")]
    assert described(of(plan(*first, *then, *last))[PRIMARY]) == {
        "Ana 4": ["Hands over to Cy"],
        "Bo 4": [],
        "Bo 11": ["Hands over to Ana and di"],
        "Cy 11": ["Takes over from Ana", "Hands over to Ana and di"],
        "Ana 18": ["Takes over from Bo and Cy"],
        "di 18": ["Takes over from Bo and Cy"],
    }


def test_handovers_reach_over_periods_and_over_what_is_left_out() -> None:
    one, two = plan(*week("primary", "ana")), plan(*week("primary", "bo", "2027-01-11"), when="2027-02")
    made = build([one, two], PEOPLE, since=at("2027-01-11T09"))
    assert described(made[TEAM]) == {"Bo 11": ["Takes over from Ana"]}


def test_the_description_links_to_the_schedule_of_the_role_or_the_seat() -> None:
    second = held("primary/weekly/2027-01-04/2", "bo", "2027-01-04T09", 168)
    found = plan(*week("primary", "ana"), second)
    by_role = build([found], PEOPLE, pages={"primary": "https://pd.example/schedules/P1"})
    by_seat = build([found], PEOPLE, pages={("primary", 2): "https://pd.example/schedules/P2"})
    assert described(by_role[TEAM])["Ana 4"] == ["PagerDuty: https://pd.example/schedules/P1"]
    assert described(by_seat[TEAM]) == {"Ana 4": [], "Bo 4": ["PagerDuty: https://pd.example/schedules/P2"]}


def test_people_who_left_the_team_go_by_their_id_and_guests_by_their_name_but_have_no_feed() -> None:
    shifts = (held("primary/daily/2027-01-04", "zoe", "2027-01-04T00"), *week("primary", "guest:P1"))
    made = of(plan(*shifts, guests={"guest:P1": "Gil"}))
    assert {str(event["SUMMARY"])[-5:] for event in Calendar.from_ical(made[TEAM]).walk("VEVENT")} == {"– zoe", "– Gil"}
    assert {feed.id for feed in made if feed.kind == "person"} == set(PEOPLE)


# -------------------------------------------------------------------------------------------------------- revisions


def test_sequence_and_stamp_tell_of_the_last_change_of_the_shift() -> None:
    old = replace(held("primary/daily/2027-01-04", "ana", "2027-01-04T00"), changed=1)
    new = replace(held("primary/daily/2027-01-09", "bo", "2027-01-09T00"), changed=3)
    current = plan(old, new, revision=3, made="2027-01-02T08:30Z")
    made = build([current], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"})
    ana, bo = only(made[ANA]), only(made[BO])
    assert (ana["SEQUENCE"], ana["DTSTAMP"], ana["LAST-MODIFIED"]) == ("1", "20261201T120000Z", "20261201T120000Z")
    assert (bo["SEQUENCE"], bo["DTSTAMP"], bo["LAST-MODIFIED"]) == ("3", "20270102T083000Z", "20270102T083000Z")


def test_an_event_whose_neighbour_changed_is_stamped_anew() -> None:
    first, second = week("primary", "ana bo")
    current = plan(replace(first, changed=1), replace(second, changed=2), revision=2, made="2027-01-02T08:30Z")
    found = only(build([current], PEOPLE, made={("2027-01", 1): "2026-12-01T12:00Z"})[ANA])
    assert (found["SEQUENCE"], found["DTSTAMP"]) == ("1", "20270102T083000Z")


HISTORY = {("2027-01", 1): "2026-12-01T12:00Z"}


def test_an_event_whose_neighbour_became_a_hole_is_stamped_anew() -> None:
    first, second = week("primary", "ana bo")
    hole = replace(second, person=None, parts=(), changed=2)
    current = plan(replace(first, changed=1), hole, revision=2, made="2027-01-02T08:30Z")
    for known in ({"made": HISTORY}, {"earlier": [plan(first, second)]}):
        found = only(build([current], PEOPLE, **known)[ANA])
        assert (found["SEQUENCE"], found["DTSTAMP"]) == ("1", "20270102T083000Z")


def test_an_event_whose_neighbour_is_no_shift_any_more_is_stamped_anew() -> None:
    first, second = week("primary", "ana bo")
    current = plan(replace(first, changed=1), revision=2, made="2027-01-02T08:30Z")
    found = only(build([current], PEOPLE, earlier=[plan(first, second)])[ANA])
    assert (found["SEQUENCE"], found["DTSTAMP"]) == ("1", "20270102T083000Z")
    assert "Hands over" not in found["DESCRIPTION"]


def test_the_last_event_of_a_period_is_stamped_anew_when_the_next_period_is_published() -> None:
    one = plan(*week("primary", "ana bo"))
    two = plan(*week("primary", "cy", "2027-01-18"), when="2027-02", made="2027-01-10T10:00Z")
    found = Calendar.from_ical(of(one, two)[TEAM]).walk("VEVENT")
    stamps = {event["SUMMARY"][-2:]: event["DTSTAMP"].dt for event in found}
    assert stamps == {"na": at("2026-12-01T12"), "Bo": at("2027-01-10T10"), "Cy": at("2027-01-10T10")}


def test_a_change_elsewhere_in_a_neighbour_leaves_an_event_as_it_is() -> None:
    first, second = week("primary", "ana bo")
    cut = ("bo", "2027-01-11T09", "2027-01-15T09"), ("cy", "2027-01-15T09", "2027-01-18T09")
    relieved = replace(split(second, *cut), changed=2)
    after = plan(replace(first, changed=1), relieved, revision=2, made="2027-01-02T08:30Z")
    assert build([after], PEOPLE, earlier=[plan(first, second)])[ANA] == of(plan(first, second))[ANA]


def test_a_revision_that_nobody_kept_counts_as_the_next_that_is_known() -> None:
    old, new = replace(week("primary", "ana")[0], changed=1), replace(week("primary", "bo", "2027-01-18")[0], changed=4)
    current = plan(old, new, revision=4, made="2027-01-09T08:30Z")
    found = only(build([current], PEOPLE, made={("2027-01", 2): "2027-01-02T08:30Z"})[ANA])
    assert (found["SEQUENCE"], found["DTSTAMP"]) == ("1", "20270102T083000Z")


def test_several_plans_share_their_feeds() -> None:
    made = of(plan(*week("primary", "ana")), plan(*week("primary", "ana", "2027-02-01"), when="2027-02"))
    assert len(events(made[ANA])) == 2


def test_duties_that_ended_before_are_left_out() -> None:
    made = build([plan(*week("primary", "ana bo"))], PEOPLE, since=at("2027-01-11T09"))
    assert [start for start, _ in times(made[TEAM])] == [at("2027-01-11T09")]


def test_drafts_have_no_feeds() -> None:
    with pytest.raises(Refused, match="2027-01 is a draft"):
        of(draft(*week("primary", "ana")))


# ------------------------------------------------------------------------------------------------------------ bytes


def test_the_calendar_follows_the_profile() -> None:
    lines = of(plan(*week("primary", "ana")))[ANA].decode().split("\r\n")
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


def nasty(name: str) -> dict[Feed, bytes]:
    team, role = f"T,{name}", "on;call"
    called: dict[str, Person] = {"ana": replace(person("ana"), name=name), "bo": replace(person("bo"), name=name)}
    return build([plan(*week(role, "ana bo"), team=team)], called)


def test_nasty_names_come_back_as_they_were() -> None:
    made = nasty(NASTY)
    for content in made.values():
        assert lint(content) == []
    calendar = Calendar.from_ical(made[ANA])
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == f"On call: T,{NASTY} (on;call) – {NASTY}"
    assert re.sub(r"\\(.)", r"\1", str(calendar["X-WR-CALNAME"])) == f"On call: T,{NASTY} – {NASTY}"
    assert event["CATEGORIES"].to_ical().decode() == r"on-call,on\;call"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=120))
def test_no_name_breaks_a_feed(name: str) -> None:
    for content in nasty(name).values():
        assert lint(content) == []
    assert len(events(nasty(name)[TEAM])) == 2


@pytest.mark.parametrize("offset", range(12))
def test_folds_never_cut_an_escape_or_a_letter(offset: int) -> None:
    for letters in (",;é😀", "\\"):
        for content in nasty("x" * offset + letters * 40).values():
            assert lint(content) == []


def test_control_characters_are_stripped() -> None:
    made = nasty("a\x00b\x07c\r\nBEGIN:VEVENT\u2028d")
    assert b"\x00" not in made[ANA]
    assert only(made[ANA])["SUMMARY"].endswith("– abc  BEGIN:VEVENT d")
