"""`availability/*.csv` to the same trees that YAML gives, so that a row means what the same line means there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from watchbill import timings, tongues
from watchbill.errors import Mistake, Place, did_you_mean
from watchbill.times import WEEKDAYS
from watchbill.workspace.csv_rows import HEADER, Cell, Row, rows
from watchbill.workspace.moments import between, dated, moment, moments
from watchbill.workspace.nodes import Entry, Node
from watchbill.workspace.person_file import WORDS

COLUMNS = ("person", "kind", "from", "to", "weight", "note", "approved")
KINDS = ("leave", "avoid", "prefer", "answered_through")
_ONLY_IN = {"weight": ("avoid", "prefer"), "approved": ("leave",)}
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Team:
    """Whom rows may speak of: ids (None: not known), and names and addresses with the ids behind them."""

    people: tuple[str, ...] | None = None
    others: Mapping[str, str] = field(default_factory=dict)


def team(root: Node | None) -> Team:
    """The people of a team file."""
    people = root.at("people") if root is not None else None
    if people is None or not isinstance(people.value, dict):
        return Team()
    spelled = (
        (node.text, id_)
        for id_, entry in people.items()
        for node in (entry.node.at("name"), entry.node.at("email"))
        if node is not None and node.text
    )
    return Team(people.keys(), {tongues.plain(text): id_ for text, id_ in spelled})


def read(file: str, data: bytes, stem: str, known: Team) -> tuple[dict[str, Node], tuple[Mistake, ...]]:
    """A tree for each person that a file speaks of, in order, and every mistake. `stem` is the name of the file."""
    found, mistakes = rows(file, data)
    table = _Table(file, stem, known, list(mistakes))
    if found and table.take_header(found[0]):
        for row in found[1:]:
            table.take(row)
    return table.trees(), tuple(table.mistakes)


def joined(trees: Sequence[Node]) -> Node:
    """One tree of several sound ones about one person: lists add up, and the latest `answered_through` counts."""
    out: dict[str, Entry] = {}
    for key, entry in (pair for tree in trees for pair in tree.items()):
        value, known = entry.node.value, out.get(key)
        if known is None:
            out[key] = Entry(entry.place, Node(entry.node.place, list(value) if isinstance(value, list) else value))
        elif isinstance(known.node.value, list) and isinstance(value, list):
            known.node.value.extend(value)
        elif key == "answered_through" and entry.node.text > known.node.text:
            out[key] = entry
    return Node(trees[0].place, out, pruned=set().union(*(tree.pruned for tree in trees)))


class _Table:
    """One file: the columns that its header names, what was understood of each person, and every mistake."""

    def __init__(self, file: str, stem: str, known: Team, mistakes: list[Mistake]) -> None:
        self.file = file
        self.stem = stem
        self.known = known
        self.mistakes = mistakes
        self.columns: dict[str, int] = {}
        self.width = 0
        self.lines: dict[str, dict[str, list[Node]]] = {}
        self.answers: dict[str, Entry] = {}

    def complain(self, place: Place, sentence: str) -> None:
        self.mistakes.append(Mistake(place, sentence))

    # -------------------------------------------------------------------------------------------------- header

    def take_header(self, header: Row) -> bool:
        """Learns the columns; False if the rows cannot be read without knowing better."""
        words = [cell.text.lower().replace(" ", "_") for cell in header]
        if not any(word in COLUMNS or tongues.plain(word) in tongues.COLUMNS for word in words):
            self.complain(header[0].place, _no_header(header))
            return False
        self.width = len(header)
        for index, (word, cell) in enumerate(zip(words, header, strict=True)):
            self._column(index, word, cell)
        for word in ("kind", "from"):
            if word not in self.columns:
                self.complain(header[0].place, f'the column "{word}" is missing. Add it: {HEADER}')
        return {"kind", "from"} <= set(self.columns) and self._knows_whose(header)

    def _column(self, index: int, word: str, cell: Cell) -> None:
        ours = word if word in COLUMNS else tongues.COLUMNS.get(tongues.plain(cell.text), "")
        if not cell.text:
            return
        if word in {"timezone", "time_zone", "tz", "zone"}:
            sentence = "times are on the person's own clock. Remove the column; write journeys as travel in YAML."
            self.complain(cell.place, f'there is no column "{cell.text}": {sentence}')
        elif ours != word:
            hint = f'Write "{ours}".' if ours else did_you_mean(word, COLUMNS)
            self.complain(cell.place, f'unknown column "{cell.text}". {hint}')
        elif ours in self.columns:
            self.complain(cell.place, f'the column "{ours}" appears twice. Remove one of them.')
        if ours:
            self.columns.setdefault(ours, index)

    def _knows_whose(self, header: Row) -> bool:
        """Whether it is known of whom the rows are."""
        people = self.known.people
        if "person" in self.columns or people is None or self.stem in people:
            return True
        sentence = f'nobody is called "{self.stem}". {did_you_mean(self.stem, people)} A file of many people'
        self.complain(header[0].place, f'{sentence} needs a column "person".')
        return False

    # ---------------------------------------------------------------------------------------------------- rows

    def take(self, row: Row) -> None:
        """Reads one row; a row with a mistake counts for nothing."""
        told = len(self.mistakes)
        if self._shape(row):
            return
        person, kind = self._person(row), self._kind(row)
        line = self._line(row, kind)
        if len(self.mistakes) > told or line is None:
            return
        if kind == "answered_through":
            self._answer(person, row, line)
        else:
            self.lines.setdefault(person, {}).setdefault(kind, []).append(line)

    def _shape(self, row: Row) -> bool:
        """Whether the row cannot be cut as the header is."""
        extra = [cell for cell in row[self.width :] if cell.text]
        if extra:
            sentence = f"this row has more values than the header has columns ({self.width})."
            self.complain(extra[0].place, f"{sentence} Put text with a separator in it into quotes.")
        elif len(row) == 1 and self.width > 1 and any(mark in row[0].text for mark in _SEPARATORS):
            used = max(_SEPARATORS, key=row[0].text.count)
            sentence = f"this row is cut by {_SEPARATORS[used]} or stands in quotes as a whole"
            self.complain(row[0].place, f"{sentence}, and the header is not. Write it like the header.")
        else:
            return False
        return True

    def _cell(self, row: Row, column: str) -> Cell:
        """The cell of a column, empty where the row is too short or there is no such column."""
        index = self.columns.get(column, len(row))
        return row[index] if index < len(row) else Cell(row[0].place, "")

    def _person(self, row: Row) -> str:
        cell, people = self._cell(row, "person"), self.known.people
        own = people is None or self.stem in people
        if not cell.text:
            if not own or (people is None and "person" in self.columns):
                self.complain(cell.place, "nobody is named in this row. Write the id of a person of team.yaml.")
            return self.stem
        if people is not None and cell.text not in people:
            self.complain(cell.place, self._stranger(cell.text, people))
        elif people is not None and own and cell.text != self.stem:
            sentence = f'this file is named after "{self.stem}", but the row is about "{cell.text}".'
            self.complain(cell.place, f"{sentence} Move the row, or mend the name.")
        return cell.text

    def _stranger(self, word: str, people: Sequence[str]) -> str:
        id_ = self.known.others.get(tongues.plain(word))
        hint = f'Write the id: "{id_}".' if id_ else did_you_mean(word, people)
        return f'unknown person "{word}". {hint or "Add it to team.yaml, or mend the name."}'

    def _kind(self, row: Row) -> str:
        cell = self._cell(row, "kind")
        word = cell.text.lower()
        if word in KINDS:
            return word
        if not word:
            self.complain(cell.place, "the kind is missing. Write leave, avoid or prefer.")
        elif word == "never":
            self.complain(
                cell.place, f'"{cell.text}" is for weekdays. Write them in YAML: never: [sat]. Or write leave.'
            )
        else:
            ours = tongues.KINDS.get(tongues.plain(word))
            hint = f'Did you mean "{ours}"?' if ours else did_you_mean(word, KINDS)
            self.complain(cell.place, f'"{cell.text}" is no kind. {hint}')
        return ""

    def _line(self, row: Row, kind: str) -> Node | None:
        """The row as the mapping that YAML would hold."""
        cells = self._dates(row, kind)
        for column, kinds in _ONLY_IN.items():
            cell = self._cell(row, column)
            if cell.text and kind and kind not in kinds:
                self.complain(cell.place, f'"{column}" is for {" and ".join(kinds)} only. Leave it empty here.')
            elif cell.text and column == "weight" and (sentence := _no_weight(cell.text)):
                self.complain(cell.place, sentence)
            cells[column] = cell
        cells["note"] = self._cell(row, "note")
        entries = {key: Entry(cell.place, Node(cell.place, cell.text)) for key, cell in cells.items() if cell.text}
        return Node(row[0].place, dict(entries)) if "from" in entries or "date" in entries else None

    def _dates(self, row: Row, kind: str) -> dict[str, Cell]:
        """`from` and `to`, or `date` where the row has but one of them."""
        first, last = self._cell(row, "from"), self._cell(row, "to")
        if not first.text:
            self.complain(first.place, 'the date is missing. Write it in "from", such as 2027-03-08.')
            return {}
        if kind == "answered_through":
            self._reads(first, timings.day)
            if last.text:
                self.complain(last.place, '"answered_through" is one date. Write it in "from" alone.')
        elif ".." in first.text and last.text:
            self.complain(
                last.place, f'"{first.text}" is a range already. Leave this empty, or write one date in each.'
            )
        elif not last.text:
            self._reads(first, _alone)
            return {"date": first}
        else:
            start, end = self._reads(first, dated), self._reads(last, moment)
            if start and end:
                self._reads(last, lambda _: between(start, end))
        return {"from": first, "to": last}

    def _reads(self, cell: Cell, reader: Callable[[str], T]) -> T | None:
        try:
            return reader(cell.text)
        except ValueError as error:
            self.complain(cell.place, _recurring(cell.text) or str(error))
            return None

    def _answer(self, person: str, row: Row, line: Node) -> None:
        node = line.at("from")
        if node is None:
            return
        if person in self.answers:
            first = self.answers[person].place.line
            self.complain(row[0].place, f"{person} has answered_through on line {first} already. Keep one of them.")
        self.answers.setdefault(person, Entry(row[0].place, node))

    def trees(self) -> dict[str, Node]:
        """What was understood, as trees of files."""
        out = {}
        for person in dict.fromkeys((*self.lines, *self.answers)):
            place = Place(self.file)
            tree = {"person": Entry(place, Node(place, person))}
            for kind, lines in self.lines.get(person, {}).items():
                tree[kind] = Entry(lines[0].place, Node(lines[0].place, list(lines)))
            if person in self.answers:
                tree["answered_through"] = self.answers[person]
            out[person] = Node(place, tree)
        return out


def _no_header(header: Row) -> str:
    if len(header) == 1 and any(mark in header[0].text for mark in _SEPARATORS):
        return "each row is one text in quotes. Remove the outer quotes, or save the file again as CSV."
    return f"the first row does not name the columns. Add it: {HEADER}"


def _alone(text: str) -> object:
    if ".." not in text and dated(text)[1] is not None:
        raise ValueError(f'"{text}" has a time of day, and "to" is empty. Write the end there, such as 18:00.')
    return moments(text)


def _recurring(text: str) -> str:
    """The sentence for what is for every week, if it is that."""
    word = tongues.plain(text)
    if word in WORDS or word in tongues.WEEKDAYS or (word[:3] in WEEKDAYS and word.isalpha()):
        return f'"{text}" is for every week, and rows are for dates. Write it in YAML: avoid: [fri, nights].'
    return ""


def _no_weight(text: str) -> str:
    """The sentence for a weight with decimals, as spreadsheets write them."""
    whole, mark, rest = text.replace(",", ".").partition(".")
    if not (mark and whole.isdecimal() and rest.isdecimal()):
        return ""
    below = max(int(whole[:9]), 1)
    choice = f"{below} or {below + 1}" if rest.strip("0") else f"{below}"
    return f'"{text}" is no whole number. Write {choice}.'
