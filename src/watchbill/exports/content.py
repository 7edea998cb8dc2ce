"""The text of a calendar export as components and properties that know their line; everything else is dropped at once.

Of the text only what is named in `KEPT` is ever held: no descriptions, places or attachments. Sizes, depths and
lengths are bounded before anything is looked at, so that no file can keep the reader busy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from watchbill.errors import Mistake, Place

MOST_BYTES = 16_000_000
MOST_LINE = 1_000_000
MOST_VALUE = 100_000
MOST_DEPTH = 8
MOST_TITLE = 300

KEPT = frozenset(
    {
        "ATTENDEE",
        "BUSYTYPE",
        "CATEGORIES",
        "DTEND",
        "DTSTART",
        "DURATION",
        "EXDATE",
        "EXRULE",
        "FREEBUSY",
        "ORGANIZER",
        "RDATE",
        "RECURRENCE-ID",
        "RRULE",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "TZID",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "UID",
        "X-MICROSOFT-CDO-ALLDAYEVENT",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT",
        "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS",
        "X-WR-TIMEZONE",
    }
)
_TEXTS = {"SUMMARY", "CATEGORIES"}
_PEOPLE = {"ATTENDEE", "ORGANIZER"}
_NAME = re.compile(r"([A-Za-z0-9-]+)(?=[;:])")
_PARAM = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)')


class Unreadable(Exception):
    """A file that is no calendar export, or not a whole one; `mistake` says where and what to do."""

    def __init__(self, mistake: Mistake) -> None:
        self.mistake = mistake
        super().__init__(str(mistake))


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its name in capitals, parameters, value and line."""

    name: str
    params: dict[str, str]
    value: str = field(repr=False)
    line: int


@dataclass(slots=True)
class Component:
    """`BEGIN` to `END`: the line of `BEGIN`, properties in the order of the file, and components within."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Property]:
        """Every property of a name."""
        return (one for one in self.properties if one.name == name)

    def first(self, name: str) -> Property | None:
        """The first property of a name, if there is one."""
        return next(self.all(name), None)

    def text(self, name: str) -> str:
        """The value of the first property of a name without outer blanks, empty if there is none."""
        found = self.first(name)
        return found.value.strip() if found else ""


def components(file: str, data: bytes) -> tuple[Component, ...]:
    """The outermost components of a file; Unreadable for what is no calendar, or is cut off."""
    text = decoded(file, data)
    root = _Tree(file).grown(text)
    if not root:
        raise Unreadable(Mistake(Place(file), f"there is no calendar in it. {_AGAIN}"))
    return tuple(root)


_AGAIN = "Export the calendar again, as an .ics file."


def decoded(file: str, data: bytes) -> str:
    """The text, with `\\n` as the only line break. Bytes that are not UTF-8 are taken for Windows-1252."""
    if sentence := _no_calendar(data):
        raise Unreadable(Mistake(Place(file), sentence))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(Mistake(Place(file, line), f"a zero byte stands here, so this is no text. {_AGAIN}"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_calendar(data: bytes) -> str:
    """Why the bytes cannot be a calendar, judging by size and beginning; empty if they can."""
    if len(data) > MOST_BYTES:
        return f"the file is larger than {MOST_BYTES // 1_000_000} MB. Export fewer years or fewer calendars."
    head = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return f"the file is empty. {_AGAIN}"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:200].count(b"\0") > len(head[:200]) // 4:
        return "the file is UTF-16. Save it as UTF-8, or export it again."
    if head[:1] == b"<":
        return "this is a web page and no calendar, such as a page to log in. Download the export while signed in."
    if head[:1] in (b"{", b"["):
        return f"this is JSON and no calendar. {_AGAIN}"
    return ""


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Content lines with the number of the line on which each begins; blank lines are passed over."""
    number, pieces = 0, [""]
    for at, line in enumerate(text.split("\n"), 1):
        if line[:1] in (" ", "\t"):
            pieces.append(line[1:])
        elif line:
            if pieces != [""]:
                yield number, "".join(pieces)
            number, pieces = at, [line]
    if pieces != [""]:
        yield number, "".join(pieces)


class _Tree:
    """Grows components from content lines."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.stack: list[Component] = []
        self.roots: list[Component] = []

    def grown(self, text: str) -> list[Component]:
        """The outermost components."""
        if len(text) > MOST_LINE and any(len(line) > MOST_LINE for line in text.split("\n")):
            number = next(n for n, line in enumerate(text.split("\n"), 1) if len(line) > MOST_LINE)
            raise self._bad(number, f"this line is longer than {MOST_LINE:,} characters. {_AGAIN}")
        for number, line in unfolded(text):
            match = _NAME.match(line)
            if match:
                self._take(number, match[1].upper(), line)
        if self.stack:
            last = self.stack[-1]
            sentence = f"{last.name} begins here and never ends: the file is cut off. Download it again."
            raise self._bad(last.line, sentence)
        return self.roots

    def _take(self, number: int, name: str, line: str) -> None:
        if name == "BEGIN":
            self._begin(number, line.partition(":")[2].strip().upper())
        elif name == "END":
            self._end(number, line.partition(":")[2].strip().upper())
        elif name in KEPT and self.stack:
            self.stack[-1].properties.append(self._property(number, name, line))

    def _begin(self, number: int, name: str) -> None:
        if len(self.stack) >= MOST_DEPTH:
            raise self._bad(number, f"components are nested more than {MOST_DEPTH} deep here. {_AGAIN}")
        if not self.stack and name not in {"VCALENDAR", "VAVAILABILITY"}:
            raise self._bad(number, f"{_word(name)} begins outside of a calendar. {_AGAIN}")
        made = Component(name, number)
        (self.stack[-1].children if self.stack else self.roots).append(made)
        self.stack.append(made)

    def _end(self, number: int, name: str) -> None:
        if not self.stack or self.stack[-1].name != name:
            open_ = f"{_word(self.stack[-1].name)} of line {self.stack[-1].line}" if self.stack else "nothing"
            raise self._bad(number, f"{_word(name)} ends here, but {open_} is open: the file is damaged. {_AGAIN}")
        self.stack.pop()

    def _property(self, number: int, name: str, line: str) -> Property:
        if name in _TEXTS | _PEOPLE:
            line = line[:MOST_VALUE]
        if len(line) > MOST_VALUE:
            raise self._bad(number, f"{name} is longer than {MOST_VALUE:,} characters here. {_AGAIN}")
        params, value = _parts(line, len(name), last=name not in _TEXTS | _PEOPLE)
        if name in _TEXTS:
            value = unescaped(value)[:MOST_TITLE]
        return Property(name, params, value, number)

    def _bad(self, line: int, sentence: str) -> Unreadable:
        return Unreadable(Mistake(Place(self.file, line), sentence))


def _word(name: str) -> str:
    """The name of a component, unless it is some other text."""
    return name if re.fullmatch(r"[A-Z-]{1,20}", name) else "something"


def _parts(line: str, at: int, *, last: bool) -> tuple[dict[str, str], str]:
    """Parameters and value. Outlook has colons in zones without quotes: dates (`last`) follow the last colon."""
    params = {}
    while match := _PARAM.match(line, at):
        params[match[1].upper()] = match[2].strip('"')
        at = match.end()
    rest = line[at:]
    if not rest and last and ":" in params.get("TZID", ""):
        # Some programs close the quote around a zone only after the date.
        params["TZID"], _, value = params["TZID"].rpartition(":")
        return params, value
    if rest.startswith(":") and not (last and ":" in rest[1:] and "TZID" in params):
        return params, rest[1:]
    head, _, value = rest.rpartition(":") if last else rest.partition(":")
    if last and "TZID" in params:
        params["TZID"] += head.partition(";")[0]
    return params, value


def unescaped(text: str) -> str:
    """Text without the backslashes of RFC 5545, breaks as blanks."""
    return re.sub(r"\\(.)", lambda m: " " if m[1] in "nN" else m[1], text)
