"""What is no calendar, or would keep a reader busy, is refused at once and with a remedy."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from calendars import calendar, complaints, days, event, leave

from watchbill.errors import InputError, Refused
from watchbill.exports import sources as where
from watchbill.exports.sources import sources

SOUND = calendar(event(*days("20270301"), summary="Ferien, München"))

NO_CALENDAR = {
    "nothing": (b"", 1, "the file is empty"),
    "blanks": (b"\xef\xbb\xbf \n", 1, "the file is empty"),
    "a page to log in": (b"<!DOCTYPE html><html>", 1, "web page"),
    "JSON": (b'{"error": 1}', 1, "JSON"),
    "UTF-16": (SOUND.decode().encode("utf-16"), 1, "UTF-16"),
    "UTF-16 without a mark": (SOUND.decode().encode("utf-16-le"), 1, "UTF-16"),
    "a zero byte": (SOUND.replace(b"DTSTART", b"\0DTSTART"), 4, "zero byte"),
    "other text": (b"hello\nworld\n", 1, "no calendar in it"),
    "a bare event": (event(*days("20270301")).encode(), 1, "outside of a calendar"),
    "a file that is cut off": (SOUND[: SOUND.index(b"END:VCAL")], 1, "cut off"),
    "an event that is cut off": (SOUND[: SOUND.index(b"SUMMARY")], 3, "cut off"),
    "a wrong end": (SOUND.replace(b"END:VEVENT", b"END:VTODO"), 6, "VEVENT of line 3 is open"),
    "an end too many": (SOUND + b"END:VCALENDAR\n", 8, "nothing is open"),
    "deep nesting": (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 100_000, 9, "nested more than"),
    "a giant line": (b"BEGIN:VCALENDAR\nX-A:" + b"x" * 2_000_000, 2, "longer than"),
    "a giant list": (
        calendar(event(*days("20270301"), "RDATE:" + ",\n ".join(["20270301T000000"] * 20_000))),
        5,
        "longer than",
    ),
    "too many dates": (
        calendar(event(*days("20270301"), *["RDATE;VALUE=DATE:20270301"] * 4_000)),
        3005,
        "more than 3,000 dates",
    ),
    "far too much": (b"BEGIN:VCALENDAR\n" + b"X-A:1\n" * 9_000_000, 1, "larger than 16 MB"),
}


@pytest.mark.parametrize(("data", "line", "sentence"), NO_CALENDAR.values(), ids=NO_CALENDAR.keys())
def test_what_is_no_calendar_is_refused_within_a_second(data: bytes, line: int, sentence: str) -> None:
    began = time.process_time()
    [told] = complaints(data)
    assert time.process_time() - began < 1
    assert told.startswith(f"0.ics:{line}:1  ")
    assert sentence in told


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + SOUND,
        SOUND.replace(b"\n", b"\r\n"),
        SOUND.replace(b"\n", b"\r"),
        SOUND.decode().encode("latin-1"),
        SOUND.lower().replace(b"dtstart;value=date", b"dtstart;Value=date"),
        SOUND.replace(b"DTSTART;VALUE=DATE:20270301", b"DTSTART;VALUE=DATE:2027\n 0301"),
        SOUND.replace(b"DTSTART;VALUE=DATE:20270301", b"DTSTART\n\n ;VALUE=DATE\n :20270301"),
        SOUND.replace(b"SUMMARY", b"DESCRIPTION:first\nsecond line without a blank\nSUMMARY"),
        SOUND.replace(b"END:VEVENT", b"BEGIN:VALARM\nTRIGGER:P0D\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT"),
        SOUND + b"\n\n",
    ],
)
def test_odd_but_readable_text_is_read(data: bytes) -> None:
    assert leave(data) == ["2027-03-01"]


def test_a_large_calendar_is_read_in_reasonable_time() -> None:
    data = calendar(*(event(*days(f"2027{n % 12 + 1:02}{n % 28 + 1:02}"), uid=f"{n}") for n in range(5_000)))
    began = time.process_time()
    assert leave(data)[0] == "2027-01-01"
    assert time.process_time() - began < 3


# ------------------------------------------------------------------------------------------------------- sources


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_file_is_read_as_the_calendars_in_it(tmp_path: Path) -> None:
    path = tmp_path / "takeout.zip"
    path.write_bytes(zipped({"Takeout/b.ics": b"2", "Takeout/a.ics": b"1", "Takeout/page.html": b"x"}))
    assert [(one.file, one.stem, one.data) for one in sources(path)] == [
        (f"{path}/Takeout/a.ics", "a", b"1"),
        (f"{path}/Takeout/b.ics", "b", b"2"),
    ]


def test_a_folder_is_read_as_the_calendars_in_it(tmp_path: Path) -> None:
    for name in ("bo.ics", "ana.ICS", "notes.txt"):
        (tmp_path / name).write_bytes(b"1")
    assert [one.stem for one in sources(tmp_path)] == ["ana", "bo"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (zipped({"a.txt": b""}), "no .ics file in this zip"),
        (zipped({"a.ics": SOUND})[:60], "damaged or locked"),
        (b"PK\x03\x04", "damaged or locked"),
    ],
    ids=["no calendar", "cut short", "four bytes"],
)
def test_a_zip_file_without_calendars_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=sentence):
        sources(tmp_path / "a.zip")


def test_a_zip_file_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "MOST_IN_ALL", 100_000)
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.ics": b"0" * 60_000 for n in range(3)}))
    with pytest.raises(InputError, match="together"):
        sources(tmp_path / "a.zip")


def test_an_empty_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"no \.ics file"):
        sources(tmp_path)
    with pytest.raises(Refused, match="cannot be read: no such file"):
        sources(tmp_path / "a.ics")
