from pathlib import Path

import pytest
import yaml

from watchbill.workspace import nodes
from watchbill.workspace.nodes import parse


def plain(text: str) -> object:
    root, mistakes = parse("f.yaml", text.encode())
    assert mistakes == ()
    assert root is not None
    return root.plain()


def test_every_scalar_stays_text() -> None:
    text = "no: no\non: off\n010: 0x10\na: 09:30\nb: 1_000\nc: 2027-01-04\nd: ~\ne: .inf\n"
    pairs = [("no", "no"), ("on", "off"), ("010", "0x10"), ("a", "09:30"), ("b", "1_000"), ("c", "2027-01-04")]
    assert plain(text) == dict([*pairs, ("d", "~"), ("e", ".inf")])


def test_values_and_keys_know_line_and_column() -> None:
    root, _ = parse("f.yaml", b"a:\n  - x\n  - {b: y}\n")
    assert root is not None
    found = root.at("a", 1, "b")
    assert found is not None
    assert str(found.place) == "f.yaml:3:9"
    holder = root.at("a", 1)
    assert holder is not None
    assert [(key, str(entry.place)) for key, entry in holder.items()] == [("b", "f.yaml:3:6")]


def test_columns_count_characters_not_bytes() -> None:
    root, _ = parse("f.yaml", "{ü€💩: a, b: c}".encode())
    assert root is not None
    found = root.at("b")
    assert found is not None
    assert found.place.column == 13


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    root, mistakes = parse("f.yaml", b"\xef\xbb\xbfa: 1\r\nb: [2]\r\n")
    assert mistakes == ()
    assert root is not None
    assert root.plain() == {"a": "1", "b": ["2"]}


def test_tabs_in_comments_are_fine() -> None:
    assert plain("a: 1 # one\tand more\n#\tx\n\t\nb: 2\n") == {"a": "1", "b": "2"}


def test_quoted_text_keeps_special_characters() -> None:
    assert plain("a: 'it “is”\u00a0so'\n") == {"a": "it “is”\u00a0so"}


def test_all_duplicate_keys_are_told_and_the_first_one_stays() -> None:
    root, mistakes = parse("f.yaml", b"a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")
    assert [str(mistake.place) for mistake in mistakes] == ["f.yaml:2:11", "f.yaml:3:1", "f.yaml:4:1"]
    assert root is not None
    assert root.plain() == {"a": "1", "b": {"c": "1"}}


def test_huge_nested_input_is_refused_quickly() -> None:
    for data in (b"[" * 900_000, b"a: {" * 200_000, b"- " * 400_000, b"? " * 400_000):
        root, mistakes = parse("f.yaml", data)
        assert root is None
        assert len(mistakes) == 1


@pytest.mark.parametrize(
    "text", ["a: [1\n", "a: b: c\n", 'a: "x\n', "a:\n  b: 1\n c: 2\n", "a: @\n", "a: *\n", "a: ]\n"]
)
def test_sentences_do_not_depend_on_how_the_parser_was_built(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse("f.yaml", text.encode())
    monkeypatch.setattr(nodes, "_LOADER", yaml.SafeLoader)
    assert parse("f.yaml", text.encode()) == fast


def test_sentences_about_long_files_are_no_jargon() -> None:
    padding = "# nothing\n" * 20_000
    for text in ("a: [1\n", "a: b: c\n", 'a: "x\n', "a:\n  b: 1\n c: 2\n", "a: @\n", "a: *\n", "a: ]\n"):
        _, mistakes = parse("f.yaml", (padding + text).encode())
        _, same = parse("f.yaml", text.encode())
        assert [mistake.sentence for mistake in mistakes] == [mistake.sentence for mistake in same]


def test_the_template_is_read_without_a_mistake() -> None:
    for path in (Path(nodes.__file__).parent / "template").rglob("*.yaml"):
        assert parse(path.name, path.read_bytes())[1] == ()
