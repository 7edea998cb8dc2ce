"""The imported block: everything around it stays byte for byte, a second import replaces it, damage is refused."""

import pytest
from calendars import WINDOW

from watchbill.errors import InputError
from watchbill.exports.block import Block, earlier, with_block
from watchbill.workspace.moments import Moments, moments

NAME = "availability/ana.yaml"
LEAVE = (moments("2027-03-01..2027-03-05"), moments("2027-04-01 09:00..17:00"))
OTHER = (moments("2027-05-01"),)
HAND = "person: ana # me\nleave:\n  - {date: 2027-02-01, note: 'x: y'}   \nprefer: [nights]\n"


def put(text: bytes | None, leave: tuple[Moments, ...] = LEAVE, avoid: tuple[Moments, ...] = ()) -> bytes:
    return with_block(NAME, text, "ana", Block(leave, avoid, WINDOW))


@pytest.mark.parametrize(
    "hand",
    [
        HAND.encode(),
        HAND.rstrip().encode(),
        HAND.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + HAND.encode(),
        f"{HAND}# the end".encode(),
        f"---\n{HAND}".encode(),
        b"person: ana\nleave:\n  -  2027-02-01\n\n\n",
    ],
)
def test_lines_written_by_hand_stay_byte_for_byte(hand: bytes) -> None:
    once = put(hand)
    assert once.startswith(hand)
    assert earlier(NAME, once) == (LEAVE, ())
    again = put(once, OTHER)
    assert again.startswith(hand)
    assert earlier(NAME, again) == (OTHER, ())
    assert put(once) == once


def test_lines_after_the_block_stay_too() -> None:
    made = put(HAND.encode()) + b"travel: []\n"
    again = put(made, OTHER)
    assert again.startswith(HAND.encode())
    assert again.endswith(b"# <<< imported calendar\ntravel: []\n")
    assert earlier(NAME, again) == (OTHER, ())


def test_a_file_with_windows_line_breaks_keeps_them() -> None:
    made = put(HAND.replace("\n", "\r\n").encode())
    assert made.count(b"\n") == made.count(b"\r\n")


def test_a_file_that_is_not_there_is_made() -> None:
    made = put(None, (), OTHER)
    assert made.decode().splitlines()[0] == "person: ana"
    assert earlier(NAME, made) == ((), OTHER)
    assert earlier(NAME, None) == ((), ())


def test_an_import_that_found_nothing_leaves_an_empty_block() -> None:
    assert earlier(NAME, put(put(HAND.encode()), ())) == ((), ())


BLOCK = put(b"person: ana\n").decode()
LAST = "# <<< imported calendar\n"
FIRST = BLOCK.splitlines(keepends=True)[1]
DAMAGED = {
    "without its last line": (BLOCK.replace(LAST, ""), 2, "last line .* is missing"),
    "without its first line": (BLOCK.replace(FIRST, ""), 8, "first line is missing"),
    "twice": (BLOCK + BLOCK.removeprefix("person: ana\n"), 17, "more than once"),
    "with its first line twice": (BLOCK.replace(FIRST, FIRST * 2), 10, "more than once"),
    "upside down": ("person: ana\n" + LAST + FIRST, 3, "ends before it begins"),
}


@pytest.mark.parametrize(("text", "line", "sentence"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_block_is_refused(text: str, line: int, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as refused:
        put(text.encode())
    assert refused.value.mistakes[0].place.line == line


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{person: ana}\n", "no block can be put here"),
        ("person: ana\n...\n", "no block can be put here"),
        ("  person: ana\n", "no block can be put here"),
        ("person: ana\nimported: {leave: [2027-01-01]}\n", 'the key "imported" is written by the program'),
        ("person: ana\nleve: [2027-01-01]\n", "leave"),
        ("person: ana\nleave: [2027-01-01\n", "ana.yaml:2"),
    ],
)
def test_a_file_that_cannot_take_a_block_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        put(text.encode())


def test_text_that_runs_on_does_not_swallow_the_block() -> None:
    with_note = b"person: ana\nleave:\n  - date: 2027-01-01\n    note: |\n      long\n      text\n"
    assert earlier(NAME, put(with_note)) == (LEAVE, ())
