"""Which events are an absence, and whose they are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from calendars import ANA, WINDOW, absences, calendar, days, event, times

from watchbill.exports import reading
from watchbill.exports.events import Event
from watchbill.exports.policy import LEAVE_WORDS, OTHER_WORDS, Policy, plain
from watchbill.exports.whose import whose

LONG = times("20270301T090000", "20270301T130000")
SHORT = times("20270301T090000", "20270301T100000")
ALL_DAY = days("20270301")
BUSY = "x_microsoft_cdo_busystatus"

VERDICTS = [
    (ALL_DAY, {}, "leave: all day"),
    (LONG, {}, "leave: lasts 4 h"),
    (SHORT, {}, ": a short meeting"),
    (SHORT, {"summary": "Out of Office"}, "leave: a leave word in the title"),
    (SHORT, {"summary": "Congés"}, "leave: a leave word in the title"),
    (SHORT, {"summary": "夏季休暇"}, "leave: a leave word in the title"),
    (SHORT, {"summary": "Urlaubsplanung"}, ": a short meeting"),
    (SHORT, {"categories": "Vacation"}, "leave: a leave word in the title"),
    (ALL_DAY, {"transp": "TRANSPARENT"}, ": does not block time"),
    (ALL_DAY, {"transp": "TRANSPARENT", "summary": "Vacation"}, "leave: a leave word in the title"),
    (ALL_DAY, {"transp": "TRANSPARENT", BUSY: "OOF"}, "leave: marked out of office"),
    (ALL_DAY, {"transp": "TRANSPARENT", BUSY: "BUSY"}, "leave: all day"),
    (ALL_DAY, {"transp": "OPAQUE", BUSY: "FREE", "summary": "Vacation"}, ": marked free"),
    (ALL_DAY, {BUSY: "WORKINGELSEWHERE"}, ": marked working elsewhere"),
    (SHORT, {BUSY: "OOF"}, "leave: marked out of office"),
    (SHORT, {"x_microsoft_msncalendar_busystatus": "OOF"}, "leave: marked out of office"),
    (ALL_DAY, {BUSY: "TENTATIVE"}, "avoid: tentative, all day"),
    (SHORT, {BUSY: "TENTATIVE"}, ": a short meeting"),
    (ALL_DAY, {"status": "TENTATIVE"}, "avoid: tentative, all day"),
    (ALL_DAY, {"status": "TENTATIVE", BUSY: "BUSY"}, "leave: all day"),
    (ALL_DAY, {"status": "CANCELLED", BUSY: "OOF"}, ": cancelled"),
    (ALL_DAY, {"attendee;partstat=declined": "mailto:Ana@Example.com"}, ": declined"),
    (ALL_DAY, {"attendee;partstat=declined": "mailto:bo@example.com"}, "leave: all day"),
    (ALL_DAY, {"attendee;partstat=tentative": "mailto:ana@example.com"}, "avoid: tentative, all day"),
    (ALL_DAY, {"summary": "Home Office"}, ": a word in the title that means no leave"),
    (ALL_DAY, {"summary": "Birthday leave"}, "leave: a leave word in the title"),
    (LONG, {"summary": "On call: primary"}, ": a word in the title that means no leave"),
]


@pytest.mark.parametrize(("lines", "marks", "expected"), VERDICTS)
def test_the_usual_policy(lines: tuple[str, ...], marks: dict[str, str], expected: str) -> None:
    [one] = absences(calendar(event(*lines, **marks))).judged
    assert f"{one.verdict.kind}: {one.verdict.why}" == expected


@pytest.mark.parametrize(
    ("lines", "marks", "policy", "kind"),
    [
        (SHORT, {}, Policy(at_least=timedelta(hours=1)), "leave"),
        (ALL_DAY, {}, Policy(all_day="words"), ""),
        (ALL_DAY, {"summary": "PTO"}, Policy(all_day="words"), "leave"),
        (ALL_DAY, {"status": "TENTATIVE"}, Policy(tentative="leave"), "leave"),
        (ALL_DAY, {"status": "TENTATIVE"}, Policy(tentative="ignore"), ""),
        (SHORT, {"summary": "ana: Kur (Bad Ems)"}, Policy(words=("Kur",)), "leave"),
        (ALL_DAY, {"summary": "Hack week"}, Policy(not_leave=("hack week",)), ""),
    ],
)
def test_a_team_has_its_own_policy(lines: tuple[str, ...], marks: dict[str, str], policy: Policy, kind: str) -> None:
    [one] = absences(calendar(event(*lines, **marks)), policy=policy).judged
    assert one.verdict.kind == kind


def test_no_word_means_leave_and_no_leave() -> None:
    words = [plain(word) for word in (*LEAVE_WORDS, *OTHER_WORDS)]
    assert len(words) == len(set(words))
    assert all(words)


# --------------------------------------------------------------------------------------------------------- whose

BO = replace(ANA, id="bo", name="Bo", email="bo@example.com")
BOB = replace(ANA, id="bob", name="Bo Berg", email="")
PEOPLE = whose([ANA, BO, BOB], {"bob": ("b.berg@hr.example", "Berg, B.")})


def one(**marks: str) -> list[Event]:
    return list(reading.events("a.ics", calendar(event(*ALL_DAY, **marks)), {}, WINDOW).events)


@pytest.mark.parametrize(
    ("marks", "people"),
    [
        ({"attendee": "mailto:ANA@example.com"}, ("ana",)),
        ({"attendee;cn=Bo": "mailto:b.berg@hr.example"}, ("bob",)),
        ({"attendee": "mailto:ana@example.com", "organizer": "mailto:bo@example.com"}, ("ana",)),
        ({"attendee": "mailto:hr@example.com", "organizer": "mailto:bo@example.com"}, ("bo",)),
        ({"summary": "Ana Souza: vacation"}, ("ana",)),
        ({"summary": "Bo Berg (PTO)"}, ("bob",)),
        ({"summary": "Bo (PTO)"}, ("bo",)),
        ({"summary": "PTO Berg\\, B."}, ("bob",)),
        ({"summary": "Bobby (PTO)"}, ()),
        ({"summary": "Ana Souza and Bo"}, ("ana", "bo")),
        ({"attendee": "mailto:zed@example.com"}, ()),
    ],
)
def test_an_event_says_whose_it_is(marks: dict[str, str], people: tuple[str, ...]) -> None:
    assert PEOPLE.people(one(**marks)) == people
