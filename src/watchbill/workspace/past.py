"""`history/*.csv`: who was on call before there were plans, and how often people were paged. Plain rows, in UTC."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TypeVar

from watchbill.errors import InputError, Mistake, Place, Refused
from watchbill.files import write_atomically
from watchbill.times import Span, from_iso, iso

ONCALL, PAGES = "history/oncall.csv", "history/pages.csv"
_COLUMNS = {ONCALL: ("role", "person", "start", "end"), PAGES: ("hour", "person", "pages")}
_MOST_BYTES = 50_000_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Duty:
    """A stretch `[start, end)` in which somebody was on call in a role."""

    role: str
    start: datetime
    end: datetime
    person: str

    @property
    def span(self) -> Span:
        """The stretch."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True, order=True)
class Paged:
    """How many pages somebody got in the hour that begins at an instant."""

    hour: datetime
    person: str
    pages: int


def read_duties(folder: Path) -> tuple[Duty, ...]:
    """Who was on call, in order of role and time; none where there is no such file. InputError with every mistake."""
    return tuple(sorted(_read(folder, ONCALL, _duty)))


def read_pages(folder: Path) -> tuple[Paged, ...]:
    """Pages by hour and person, in order; none where there is no such file. InputError with every mistake."""
    return tuple(sorted(_read(folder, PAGES, _paged)))


def insist_sound(folder: Path) -> None:
    """InputError with every mistake in the history's files, if there is any."""
    read_duties(folder)
    read_pages(folder)


def duties_text(duties: Iterable[Duty]) -> bytes:
    """The file of who was on call."""
    return _text(ONCALL, ((d.role, d.person, iso(d.start), iso(d.end)) for d in sorted(duties)))


def add_pages(folder: Path, found: Mapping[tuple[datetime, str], int]) -> tuple[Paged, ...]:
    """Adds pages by hour and person, and returns what is new: what the file says of an hour and person stays.

    So the same import twice is the same as once.
    """
    known = read_pages(folder)
    there = {(row.hour, row.person) for row in known}
    new = tuple(sorted(Paged(hour, person, n) for (hour, person), n in found.items() if (hour, person) not in there))
    if new:
        rows = ((iso(row.hour), row.person, str(row.pages)) for row in (*known, *new))
        write_atomically(folder / PAGES, _text(PAGES, rows))
    return new


# ------------------------------------------------------------------------------------------------------------ rows


def _read(folder: Path, name: str, of: Callable[[Mapping[str, str]], T]) -> Iterator[T]:
    path = folder / name
    if not path.is_file():
        return
    mistakes: list[Mistake] = []
    for line, row in _rows(path, name):
        try:
            yield of(row)
        except ValueError as error:
            mistakes.append(Mistake(Place(name, line), str(error)))
    if mistakes:
        raise InputError(mistakes)


def _rows(path: Path, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows with their lines. InputError for a file that is no table with these columns."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Refused(f"{name} is larger than {_MOST_BYTES // 1_000_000} MB. Keep the last years only.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError([Mistake(Place(name), f"the file cannot be read: {reason}. Mend that.")]) from None
    reader = csv.reader(StringIO(text, newline=""))
    wanted = _COLUMNS[name]
    for row in reader:
        if reader.line_num == 1:
            if tuple(cell.strip() for cell in row) != wanted:
                raise InputError([Mistake(Place(name), f"the first line is not {','.join(wanted)}. Restore it.")])
        elif row:
            yield reader.line_num, dict(zip(wanted, (*row, *[""] * len(wanted)), strict=False))


def _duty(row: Mapping[str, str]) -> Duty:
    start, end = _instant(row["start"]), _instant(row["end"])
    if end <= start:
        raise ValueError(f"the end {row['end']} is not after the start {row['start']}. Mend one of the two.")
    return Duty(_word(row, "role"), start, end, _word(row, "person"))


def _paged(row: Mapping[str, str]) -> Paged:
    hour = _instant(row["hour"])
    if hour != hour.replace(minute=0, second=0):
        raise ValueError(f'"{row["hour"]}" is no full hour. Write it as 2027-01-04T08:00Z.')
    if not row["pages"].isdecimal():
        raise ValueError(f'"{row["pages"]}" is no number of pages. Write digits only.')
    return Paged(hour, _word(row, "person"), int(row["pages"]))


def _word(row: Mapping[str, str], column: str) -> str:
    if not row[column].strip():
        raise ValueError(f"{column} is empty. Write an id.")
    return row[column].strip()


def _instant(text: str) -> datetime:
    try:
        return from_iso(text.strip())
    except ValueError:
        raise ValueError(f'"{text}" is no instant. Write it in UTC, such as 2027-01-04T08:00Z.') from None


def _text(name: str, rows: Iterable[tuple[str, ...]]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([_COLUMNS[name], *rows])
    return out.getvalue().encode()
