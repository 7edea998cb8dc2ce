"""What a YAML parser says, in our words and at the place that has to be mended."""

import re
from collections.abc import Callable

import yaml

from watchbill.errors import Mistake, Place

_KEY_WITHOUT_SPACE = re.compile(r"^(\s*(?:- +)*)([A-Za-z_][\w.-]*):([^\s/].*)$")
_CLOSERS = {"sequence": ("[", "]"), "mapping": ("{", "}")}
Spot = tuple[int, int]


def translated(file: str, text: str, error: yaml.YAMLError) -> Mistake:
    """The mistake behind a parser's error."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Mistake(Place(file), "the file does not read as YAML. Compare it with the example in the documentation.")
    story = _Story(text.split("\n"), error)
    for words, tell in _TELLERS:
        if words in story.problem or words in story.context:
            (line, column), sentence = tell(story)
            return Mistake(Place(file, line + 1, column + 1), sentence)
    (line, column), sentence = _unknown(story)
    return Mistake(Place(file, line + 1, column + 1), sentence)


class _Story:
    """A parser's error with the lines around it; lines and columns count from 0."""

    def __init__(self, lines: list[str], error: yaml.MarkedYAMLError) -> None:
        self.lines = lines
        self.problem = error.problem or ""
        self.context = error.context or ""
        mark = error.problem_mark or error.context_mark
        self.spot: Spot = (mark.line, mark.column) if mark else (0, 0)
        self.origin: Spot = (error.context_mark.line, error.context_mark.column) if error.context_mark else self.spot

    def line(self, number: int) -> str:
        """A line, empty past the end."""
        return self.lines[number].rstrip("\r") if 0 <= number < len(self.lines) else ""

    def previous(self, number: int) -> int:
        """The nearest line before that says something, or -1."""
        number -= 1
        while number >= 0 and (not self.line(number).strip() or self.line(number).lstrip().startswith("#")):
            number -= 1
        return number

    def odd_character(self) -> tuple[Spot, str] | None:
        """A no-break space or a typographic quote at or just before the error: likelier the cause than what is told."""
        for number in dict.fromkeys((self.spot[0], self.origin[0], self.previous(self.spot[0]))):
            text = re.split(r"(?:^|\s)#", self.line(number), maxsplit=1)[0]
            if match := re.search("[\xa0\u2000-\u200b\u202f\u205f\u2060\u3000]", text):
                sentence = f"a special space (U+{ord(match[0]):04X}) stands here. Type an ordinary space."
                return (number, match.start()), sentence
            if match := re.search("(?:^|[\\s:,\\[{-])([\u2018-\u201f\u00ab])", text):
                return (number, match.start(1)), f"a typographic quote {match[1]} stands here. Type \" or '."
        return None


def _colon(story: _Story) -> tuple[Spot, str]:
    """`mapping values are not allowed here`: one of five mistakes."""
    if odd := story.odd_character():
        return odd
    number, column = story.spot
    line, before = story.line(number), story.line(number)[:column]
    if re.search(r"[\w\"')\]}]:\s+\S", before):
        return story.spot, 'a ":" inside text needs quotes. Write the whole text in quotes: "…".'
    number_before = story.previous(number)
    if match := _KEY_WITHOUT_SPACE.match(story.line(number_before)):
        spot = (number_before, len(match[1]) + len(match[2]))
        return spot, f'a space is missing after the ":". Write {match[2]}: {match[3]}'
    if number_before >= 0 and _indent(line) > _indent(story.line(number_before)):
        return (number, _indent(line)), _INDENT
    if number_before >= 0 and _indent(line) == _indent(story.line(number_before)):
        spot = (number_before, _indent(story.line(number_before)))
        return spot, 'this line lacks a ":" after its key. Write it as key: value.'
    return story.spot, 'a ":" stands where none is expected. Quote the text, or mend the indentation.'


_INDENT = "this line is not indented like its neighbours. Give lines of one mapping or list the same indentation."


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _no_colon(story: _Story) -> tuple[Spot, str]:
    return story.odd_character() or (story.origin, 'this line lacks a ":" after its key. Write it as key: value.')


def _unclosed_quote(story: _Story) -> tuple[Spot, str]:
    spot = _first_open_quote(story.lines) or story.origin
    mark = story.line(spot[0])[spot[1] : spot[1] + 1] or '"'
    return spot, f"this quote {mark} is never closed. Add the closing {mark}."


def _first_open_quote(lines: list[str]) -> Spot | None:
    """The first quote that opens a text and is not closed on its own line."""
    for number, line in enumerate(lines):
        position = 0
        while match := re.compile(r"(?:^|(?<=[\s\[{,]))(?:(#)|([\"'])((?:\\.|(?!\2).)*)(\2?))").search(line, position):
            if match[1]:
                break
            if not match[4]:
                return number, match.start(2)
            position = match.end()
    return None


def _block_end(story: _Story) -> tuple[Spot, str]:
    """`expected <block end>, but found …`: indentation, or something after a closed quote or bracket."""
    if odd := story.odd_character():
        return odd
    open_quote = _first_open_quote(story.lines[: story.spot[0] + 1])
    if open_quote and open_quote[0] < story.spot[0]:
        return _unclosed_quote(story)
    number, column = story.spot
    before = story.line(number)[:column].rstrip()
    if before.endswith(("'", '"')):
        if before.endswith("'") and not story.line(number)[column - 1 : column].isspace():
            return story.spot, "a ' inside '…' is written twice (''). Or put the text in double quotes."
        return story.spot, "text stands after a closing quote. Put all of it inside the quotes."
    if before.endswith(("]", "}")) or story.line(number)[column : column + 1] in ("]", "}"):
        return story.spot, "something stands after a closing bracket. Check that brackets come in pairs."
    if "'-'" in story.problem or "sequence" in story.problem or "'?'" in story.problem:
        return story.spot, 'lines with "- " and "key: " lines are mixed here. Indent the list below its key.'
    return story.spot, _INDENT


def _flow(story: _Story) -> tuple[Spot, str]:
    """A list or mapping in brackets that is not closed, or lacks a comma."""
    if odd := story.odd_character():
        return odd
    opening, closing = _CLOSERS["sequence" if "sequence" in story.context else "mapping"]
    if story.spot[0] != story.origin[0]:
        return story.origin, f'this "{opening}" is never closed. Add the closing "{closing}".'
    return story.spot, f'a "," or "{closing}" is missing before this.'


def _first_character(story: _Story) -> tuple[Spot, str]:
    number, column = story.spot
    character = story.line(number)[column : column + 1]
    if character == "\t":
        return story.spot, "a tab is used for indentation. Use spaces."
    return story.spot, f'text cannot start with "{character}" unless it is in quotes. Write "{character}…" in quotes.'


def _sign(story: _Story) -> tuple[Spot, str]:
    number, column = story.origin
    character = story.line(number)[column : column + 1]
    return story.origin, f'text cannot start with "{character}" unless it is in quotes. Write "{character}…" in quotes.'


def _dash(story: _Story) -> tuple[Spot, str]:
    return story.spot, 'a list with "- " starts on a line of its own. Or write it in brackets: [a, b].'


def _escape(story: _Story) -> tuple[Spot, str]:
    number, column = story.spot
    slash = story.line(number).rfind("\\", 0, column)
    return (number, max(slash, 0)), "a \\ inside double quotes has a special meaning. Use single quotes: '…'."


def _tag(story: _Story) -> tuple[Spot, str]:
    return story.origin, 'text cannot start with "!" unless it is in quotes. Write "!…" in quotes.'


def _content(story: _Story) -> tuple[Spot, str]:
    character = story.line(story.spot[0])[story.spot[1] : story.spot[1] + 1]
    if not character:
        spot = _open_bracket(story.lines) or story.spot
        opening = story.line(spot[0])[spot[1] : spot[1] + 1]
        return spot, f'this "{opening}" is never closed. Add the closing one.'
    return story.spot, f'a value is missing before this "{character}". Write one, or remove the "{character}".'


def _open_bracket(lines: list[str]) -> Spot | None:
    """The outermost bracket that is still open at the end, quotes and comments left out."""
    stack: list[Spot] = []
    for number, line in enumerate(lines):
        for match in re.finditer(r"(?:(?<=\s)|^)#.*|\"(?:\\.|[^\"\\])*\"|'[^']*'|([\[{])|([\]}])", line):
            if match[1]:
                stack.append((number, match.start()))
            elif match[2] and stack:
                stack.pop()
    return stack[0] if stack else None


def _document(story: _Story) -> tuple[Spot, str]:
    if story.line(0).startswith("%"):
        return (0, 0), 'a line that starts with "%" has a special meaning. Remove it.'
    return story.spot, "something stands after the end of the document. Remove it, or mend the indentation."


def _unknown(story: _Story) -> tuple[Spot, str]:
    return story.odd_character() or (story.spot, "this does not read as YAML. Check quotes, colons and indentation.")


_TELLERS: tuple[tuple[str, Callable[[_Story], tuple[Spot, str]]], ...] = (
    ("mapping values are not allowed", _colon),
    ("could not find expected ':'", _no_colon),
    ("while scanning a quoted scalar", _unclosed_quote),
    ("escape", _escape),
    ("while scanning a double-quoted scalar", _escape),
    ("while parsing a flow sequence", _flow),
    ("while parsing a flow mapping", _flow),
    ("expected <block end>", _block_end),
    ("did not find expected key", _block_end),
    ("'-' indicator", _block_end),
    ("cannot start any token", _first_character),
    ("while scanning an alias", _sign),
    ("while scanning an anchor", _sign),
    ("while scanning a block scalar", _sign),
    ("while scanning a directive", _sign),
    ("sequence entries are not allowed", _dash),
    ("while scanning a tag", _tag),
    ("undefined tag handle", _tag),
    ("node content", _content),
    ("<document start>", _document),
)
