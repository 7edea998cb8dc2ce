"""The lint that judges feeds finds what it says it finds: each fault planted in a sound feed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from builders import person
from drafts import plan, week
from icslint import lint
from watchbill.publish.feeds import TEAM, Options, build

SOUND = build(
    [plan(*week("primary", "ana bo"))],
    {"ana": person("ana"), "bo": person("bo")},
    options=Options(reminders=(timedelta(hours=1),)),
)[TEAM]


def instead(old: str, new: str, count: int = 1) -> Callable[[], bytes]:
    def broken() -> bytes:
        assert old.encode() in SOUND, old
        return SOUND.replace(old.encode(), new.encode(), count)

    return broken


def test_a_sound_feed_has_no_faults() -> None:
    assert lint(SOUND) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (lambda: b"\xef\xbb\xbf" + SOUND, "byte order mark"),
        (lambda: SOUND.replace(b"\r\n", b"\n"), "a CR or LF stands alone"),
        (lambda: SOUND[:-2], "does not end with CRLF"),
        (lambda: SOUND + b"\r\n", "an empty line"),
        (lambda: SOUND + SOUND, "not exactly one VCALENDAR"),
        (lambda: SOUND.removesuffix(b"END:VCALENDAR\r\n"), "VCALENDAR does not end"),
        (instead("Role primary", "Role\x07primary"), "control character b'\\x07'"),
        (instead("Role primary", "Role " + "x" * 60), "octets"),
        (lambda: SOUND.replace("–".encode(), b"\xe2\r\n \x80\x93", 1), "a fold cuts a character"),
        (lambda: SOUND.replace("–".encode(), b"\xe2", 1), "not UTF-8"),
        (instead("\\,", "\\\r\n ,"), "a fold cuts an escape"),
        (instead("VERSION:2.0", "VERSION:2.0\r\n "), "an empty continuation"),
        (instead("VERSION:2.0\r\n", ""), "no VERSION:2.0"),
        (instead("CALSCALE:GREGORIAN\r\n", ""), "no CALSCALE"),
        (instead("PRODID:-//watchbill//on-call feeds//EN\r\n", ""), "not exactly one PRODID"),
        (instead("X-WR-CALNAME:On", "X-WR-CALNAME:Off"), "NAME and X-WR-CALNAME differ"),
        (instead("VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH"), "VCALENDAR has METHOD"),
        (instead("VERSION:2.0", "VERSION:2.0\r\nUID:1@x"), "VCALENDAR has UID"),
        (instead(";VALUE=DURATION", ""), "not marked VALUE=DURATION"),
        (instead("X-PUBLISHED-TTL:PT1H", "X-PUBLISHED-TTL:1H"), "X-PUBLISHED-TTL is no duration"),
        (instead("BEGIN:VEVENT", "BEGIN:VTODO"), "END:VEVENT closes nothing"),
        (instead("SUMMARY:On call", "SUMMARY On call"), "no content line"),
        (instead("SUMMARY:", "X-TITLE:"), "SUMMARY is missing"),
        (instead("SUMMARY:On call: ", "SUMMARY:a;b, "), "SUMMARY is not escaped"),
        (instead("DESCRIPTION:Role", "DESCRIPTION:\\r"), "DESCRIPTION is not escaped"),
        (instead("CATEGORIES:on-call", "CATEGORIES:on;call"), "CATEGORIES is not escaped"),
        (instead("SEQUENCE:1", "SEQUENCE:one"), "SEQUENCE is no number"),
        (instead("SEQUENCE:1", "SEQUENCE:1\r\nSEQUENCE:1"), "SEQUENCE stands 2 times"),
        (instead("SEQUENCE:1", "SEQUENCE:1\r\nORGANIZER:mailto:a@b"), "ORGANIZER has no place"),
        (instead("SEQUENCE:1", "SEQUENCE:1\r\nDURATION:PT24H"), "DURATION has no place"),
        (instead("DTSTART:20270104T090000Z", "DTSTART:20270104T090000"), "DTSTART is no time in UTC"),
        (instead("DTSTART:20270104T090000Z", "DTSTART:20270231T090000Z"), "DTSTART is no time in UTC"),
        (instead("DTSTART:", "DTSTART;TZID=Europe/Berlin:"), "DTSTART is no time in UTC"),
        (instead("DTEND:20270111", "DTEND:20270104"), "DTEND is not after DTSTART"),
        (instead("TRANSP:TRANSPARENT", "TRANSP:OPAQUE"), "disagree"),
        (lambda: SOUND.replace(*_second_uid()), "stands 2 times"),
        (instead("ACTION:DISPLAY", "ACTION:EMAIL"), "does not display"),
        (instead("TRIGGER:-PT1H", "TRIGGER:-P1H"), "not exactly one TRIGGER"),
        (instead("TRIGGER:-PT1H", "TRIGGER:PT"), "not exactly one TRIGGER"),
        (instead("VALARM", "VTODO", 2), "VEVENT holds VTODO"),
        (instead("VEVENT", "VTODO", 2), "VCALENDAR holds VTODO"),
    ],
)  # fmt: skip
def test_each_fault_is_named(broken: Callable[[], bytes], fault: str) -> None:
    assert fault in "\n".join(lint(broken()))


def _second_uid() -> tuple[bytes, bytes]:
    first, second = (line for line in SOUND.split(b"\r\n") if line.startswith(b"UID:"))
    return second, first
