"""The history's files: every mistake with its line, and rows that are there already stay."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchbill.errors import InputError
from watchbill.workspace.past import Duty, Paged, add_pages, duties_text, read_duties, read_pages

HOUR = datetime(2026, 12, 1, 8, tzinfo=UTC)


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "history").mkdir(exist_ok=True)
    (folder / "history" / name).write_text(text, encoding="utf-8")
    return folder


def test_without_files_there_is_no_history(tmp_path: Path) -> None:
    assert read_duties(tmp_path) == ()
    assert read_pages(tmp_path) == ()


def test_duties_are_read_as_they_are_written(tmp_path: Path) -> None:
    duties = (Duty("primary", HOUR, HOUR.replace(day=2), "ana"), Duty("a,b", HOUR, HOUR.replace(day=3), 'b"o'))
    write(tmp_path, "oncall.csv", duties_text(duties).decode())
    assert read_duties(tmp_path) == tuple(sorted(duties))


def test_every_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    rows = [
        "role,person,start,end",
        "primary,ana,2026-12-01T08:00Z,2026-12-01T07:00Z",
        "primary,,2026-12-01T08:00Z,2026-12-02T07:00Z",
        "",
        "primary,ana,2026-12-01T08:00,2026-12-02T07:00Z",
    ]
    with pytest.raises(InputError) as told:
        read_duties(write(tmp_path, "oncall.csv", "\n".join(rows)))
    assert str(told.value).splitlines() == [
        "history/oncall.csv:2:1  the end 2026-12-01T07:00Z is not after the start 2026-12-01T08:00Z. "
        "Mend one of the two.",
        "history/oncall.csv:3:1  person is empty. Write an id.",
        'history/oncall.csv:5:1  "2026-12-01T08:00" is no instant. Write it in UTC, such as 2027-01-04T08:00Z.',
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-12-01T08:30Z,ana,1", "is no full hour"),
        ("2026-12-01T08:00Z,ana,many", "is no number of pages"),
        ("2026-12-01T08:00Z,,1", "person is empty"),
    ],
)
def test_pages_are_whole_hours_and_numbers(tmp_path: Path, row: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_pages(write(tmp_path, "pages.csv", f"hour,person,pages\n{row}\n"))


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the first line is not hour,person,pages"):
        read_pages(write(tmp_path, "pages.csv", "hour,pages\n"))


def test_what_is_there_of_an_hour_and_person_stays(tmp_path: Path) -> None:
    assert add_pages(tmp_path, {(HOUR, "ana"): 2}) == (Paged(HOUR, "ana", 2),)
    assert add_pages(tmp_path, {(HOUR, "ana"): 5, (HOUR, "bo"): 1}) == (Paged(HOUR, "bo", 1),)
    assert [row.pages for row in read_pages(tmp_path)] == [2, 1]
