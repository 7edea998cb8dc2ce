"""A list of people as CSV: who shall be in a new workspace. Every mistake at once, with row and column."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from watchbill import fields, timings
from watchbill.calendars import unknown_code
from watchbill.errors import InputError, Mistake, Place, did_you_mean
from watchbill.naming import unique
from watchbill.workspace import csv_rows
from watchbill.workspace.csv_rows import Cell, Row

COLUMNS = ("id", "name", "email", "timezone", "holidays", "tags", "share", "joined", "left", "roles", "pagerduty")
LISTS = ("holidays", "tags", "roles")
_OTHERWISE = {"e-mail": "email", "mail": "email", "zone": "timezone", "time zone": "timezone", "tz": "timezone"}
_OTHERWISE |= {"full name": "name", "country": "holidays", "role": "roles", "tag": "tags"}
_HEADER = "name,email,timezone,roles,tags"


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list: their id, and what else was said, by column; lists are blank-separated."""

    id: str
    said: dict[str, str] = field(default_factory=dict)

    def words(self, column: str) -> tuple[str, ...]:
        """The words of a list column."""
        return tuple(self.said.get(column, "").split())


def people(file: str, data: bytes) -> tuple[Listed, ...]:
    """The people of a list, in order. Ids are made from names where none are given. InputError with every mistake."""
    if not data.strip():
        raise InputError([Mistake(Place(file), f"the file is empty. Start with a row of columns: {_HEADER}")])
    rows, syntax = csv_rows.rows(file, data)
    found = list(syntax)
    if rows:
        columns, mistakes = _columns(rows[0])
        found += mistakes
        listed = [_cells(columns, row, found) for row in rows[1:]]
        if columns and not listed and not syntax:
            found.append(Mistake(rows[0][0].place, "nobody is listed. Write one row for each person below this one."))
        found += [mistake for cells in listed for mistake in _judged(cells)]
        found += _repeated(listed, ("id", "email", "pagerduty"))
        if not found:
            return _named(listed)
    raise InputError(dict.fromkeys(found))


def _columns(header: Row) -> tuple[tuple[str, ...], list[Mistake]]:
    """The columns that a header names, "" for those that mean nothing."""
    told: list[Mistake] = []
    out: list[str] = []
    for cell in header:
        name = cell.text.lower()
        name = _OTHERWISE.get(name, name)
        if name and name not in COLUMNS:
            told.append(Mistake(cell.place, f'unknown column "{cell.text}". {_meant(name)}'))
        elif name and name in out:
            told.append(Mistake(cell.place, f'the column "{name}" appears twice. Remove one of them.'))
        out.append(name if name in COLUMNS else "")
    if "name" not in out and "id" not in out:
        sentence = f"the first row has to name the columns, at least name. Write for example: {_HEADER}"
        return (), [Mistake(header[0].place, sentence)]
    return tuple(out), told


def _meant(name: str) -> str:
    return did_you_mean(name, COLUMNS) or f"Known: {', '.join(COLUMNS)}."


def _cells(columns: Sequence[str], row: Row, told: list[Mistake]) -> dict[str, Cell]:
    """What a row says, by column; blank cells say nothing."""
    for cell in row[len(columns) :] if columns else ():
        if cell.text:
            sentence = f'"{cell.text}" is in no column. Put lists such as "senior, db" in quotes, or remove it.'
            told.append(Mistake(cell.place, sentence))
    cells = {name: cell for name, cell in zip(columns, row, strict=False) if name and cell.text}
    if columns and "name" not in cells and "id" not in cells:
        told.append(Mistake(row[0].place, "this row names nobody. Write a name, or remove the row."))
    return cells


def _judged(cells: dict[str, Cell]) -> Iterator[Mistake]:
    for name, cell in cells.items():
        for word in _words(cell.text) if name in LISTS else (cell.text,):
            problem = _problem(name, word)
            if problem:
                yield Mistake(cell.place, problem)
    joined, left = cells.get("joined"), cells.get("left")
    if joined and left and joined.text > left.text:
        yield Mistake(left.place, f"this is before {joined.text}, the first day. Swap the two or mend the year.")


_READERS: dict[str, Callable[[str], object]] = {
    "id": fields.identity,
    "email": fields.address,
    "timezone": fields.zone_name,
    "tags": fields.identity,
    "share": fields.percent,
    "joined": timings.day,
    "left": timings.day,
    "roles": fields.identity,
    "pagerduty": fields.pagerduty_id,
}


def _problem(column: str, word: str) -> str | None:
    """What is wrong with one word of a column."""
    if column == "holidays":
        return unknown_code(word, ())
    try:
        _READERS.get(column, str)(word)
    except ValueError as error:
        return str(error)
    return None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;|]+", text) if word]


def _repeated(listed: Sequence[dict[str, Cell]], columns: Sequence[str]) -> Iterator[Mistake]:
    """Two people cannot share what tells them apart."""
    for column in columns:
        first: dict[str, Cell] = {}
        for cell in (cells[column] for cells in listed if column in cells):
            key = cell.text.casefold()
            if key in first:
                sentence = (
                    f'"{cell.text}" is in row {first[key].place.line} already. Give each person their own {column}.'
                )
                yield Mistake(cell.place, sentence)
            first.setdefault(key, cell)


def _named(listed: Sequence[dict[str, Cell]]) -> tuple[Listed, ...]:
    """People with their ids: given ones stay, the others are made from names and keep clear of them."""
    given = [cells["id"].text for cells in listed if "id" in cells]
    made = iter(
        unique([*given, *(cells["name"].text for cells in listed if "id" not in cells)], "person")[len(given) :]
    )
    ids = [cells["id"].text if "id" in cells else next(made) for cells in listed]
    return tuple(Listed(id_, _said(cells)) for id_, cells in zip(ids, listed, strict=True))


def _said(cells: dict[str, Cell]) -> dict[str, str]:
    return {n: " ".join(_words(cell.text)) if n in LISTS else cell.text for n, cell in cells.items() if n != "id"}
