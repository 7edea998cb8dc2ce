"""CSV text to rows of cells that know where they stand; mistakes of quoting and encoding are told there.

Python's reader loses places, and reads on to the end of the file after a quote that is never closed.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbill.errors import Mistake, Place
from watchbill.texts import MERGE, merge_mark
from watchbill.workspace.nodes import MOST_BYTES, ODD_SPACE, UNPRINTABLE, place_in

MOST_ROWS = 10_000
_SAVE = 'Save it as "CSV UTF-8".'
_QUOTED = re.compile(r'"((?:[^"]|"")*+)(")?')
_SEPARATOR = re.compile(r"\"?sep=([,;\t])\"?[ ,;\t]*\r?(?:\n|$)", re.IGNORECASE)
_SEPARATORS = (",", ";", "\t")
_OPEN = {"“": "”", "„": "“", "«": "»", "‘": "’"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One value without its quotes and outer blanks, and where it begins."""

    place: Place
    text: str


Row = tuple[Cell, ...]


def rows(file: str, data: bytes) -> tuple[tuple[Row, ...], tuple[Mistake, ...]]:
    """The rows that say something, the header first, and every mistake of syntax."""
    text, mistake = _decoded(file, data)
    if mistake:
        return (), (mistake,)
    reader = _Reader(file, text)
    found = tuple(row for row in reader.rows() if any(cell.text for cell in row))
    if not found and not reader.mistakes:
        sentence = f"the file is empty. Name the columns in a first row ({HEADER}), or remove the file."
        return (), (Mistake(Place(file), sentence),)
    return found, tuple(dict.fromkeys(reader.mistakes))


HEADER = "kind,from,to,weight,note"


def _decoded(file: str, data: bytes) -> tuple[str, Mistake | None]:
    if len(data) > MOST_BYTES:
        return "", Mistake(Place(file), f"the file is too large ({len(data)} bytes). Write at most 1 MB.")
    if data[:2] == b"PK":
        return "", Mistake(Place(file), f"this is a spreadsheet, not CSV. {_SAVE}")
    wide = data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    if not wide and b"\0" in data[:4]:
        return "", Mistake(Place(file), f"this looks like UTF-16. {_SAVE}")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-16" if wide else "utf-8-sig", "replace")
        sentence = f"this is not UTF-8, as older spreadsheets write it. {_SAVE}"
        return "", Mistake(place_in(file, before, len(before)), sentence)
    if (at := merge_mark(text)) is not None:
        return "", Mistake(place_in(file, text, at), MERGE)
    if match := UNPRINTABLE.search(text):
        sentence = f"a control character (U+{ord(match[0]):04X}) stands here. Remove it."
        return "", Mistake(place_in(file, text, match.start()), sentence)
    # As the columns of a file count: a line ends at any of the three ends that systems have.
    return text.replace("\r\n", "\n").replace("\r", "\n"), None


class _Reader:
    """One run over a text: `at` is how far it came, `line` counts from 1 and begins at `origin`."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.mistakes: list[Mistake] = []
        self.at = self.origin = 0
        self.line = 1
        self.separator = self._separator()

    def complain(self, at: int, sentence: str) -> None:
        self.mistakes.append(Mistake(self._place(at), sentence))

    def rows(self) -> Iterator[Row]:
        """Every row but comments."""
        count = 0
        while self.at < len(self.text):
            if self.text.startswith("#", self._blanks(self.at)):
                self._next_line()
                continue
            count += 1
            if count > MOST_ROWS:
                self.complain(self.at, f"the file has more than {MOST_ROWS} rows. Cut it into several files.")
                return
            yield tuple(self._cells())

    def _separator(self) -> str:
        """What a first line `sep=;` says, or else what separates most in the first line that says something."""
        if match := _SEPARATOR.match(self.text):
            self._next_line()
            return match[1]
        lines = (line for line in self.text.split("\n") if line.strip(" ,;\t") and not line.lstrip().startswith("#"))
        header = next(lines, self.text)
        return max(_SEPARATORS, key=header.count)

    def _place(self, at: int) -> Place:
        return Place(self.file, self.line, at - self.origin + 1)

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return end if end >= 0 else len(self.text)

    def _next_line(self) -> None:
        self.at = self.origin = self._line_end(self.at) + 1
        self.line += 1

    def _blanks(self, at: int) -> int:
        """The first character from here on that is no blank."""
        while at < len(self.text) and self.text[at] in " \t\xa0" and self.text[at] != self.separator:
            at += 1
        return at

    def _cells(self) -> Iterator[Cell]:
        """The cells of a row; then `at` is on the next one."""
        while True:
            begin = self._blanks(self.at)
            yield self._quoted(begin) if self.text.startswith('"', begin) else self._bare(begin)
            if not self.text.startswith(self.separator, self.at):
                break
            self.at += 1
        self._next_line()

    def _stop(self, at: int) -> int:
        """Where the cell around a place ends, if it has no quotes."""
        end = self._line_end(at)
        stop = self.text.find(self.separator, at, end)
        return stop if stop >= 0 else end

    def _bare(self, begin: int) -> Cell:
        self.at = self._stop(begin)
        text = self.text[begin : self.at].strip()
        if text[:1] in _OPEN and _OPEN[text[0]] not in text[1:]:
            self.complain(begin, f'a typographic quote {text[0]} stands here. Type ".')
        return _cell(self._place(begin), text)

    def _quoted(self, begin: int) -> Cell:
        place = self._place(begin)
        match = _QUOTED.match(self.text, begin)
        inner, closed = (match[1], bool(match[2])) if match else ("", False)
        after = self._blanks(match.end() if match else begin)
        ended = after >= len(self.text) or self.text[after] in (self.separator, "\n")
        if not closed or (not ended and "\n" in inner):
            self.complain(begin, 'this quote " is never closed. Add the closing ", and write " inside quotes twice.')
            self.at = self._line_end(begin)
            return Cell(place, "")
        if "\n" in inner:
            self.line += inner.count("\n")
            self.origin = self.text.rfind("\n", 0, after) + 1
        if not ended:
            self.complain(after, 'text stands after a closing quote. Write a " inside quotes twice: "".')
        self.at = after if ended else self._stop(after)
        return _cell(place, inner.replace('""', '"'))


def _cell(place: Place, text: str) -> Cell:
    """A cell on one line, with ordinary blanks: those that only look like blanks would keep a date from being read."""
    return Cell(place, " ".join(ODD_SPACE.sub(" ", text).split()))
