import pytest

from watchbill.texts import hours, merge_mark, printable


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.0"), (16800, "168.0"), (1245, "12.5"), (1244, "12.4"), (-1245, "-12.5"), (-4, "0.0"), (5, "0.1")],
)
def test_hours_have_one_decimal_rounded_away_from_zero(amount: int, text: str) -> None:
    assert hours(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(0, "0.0"), (4, "0.0"), (100, "+1.0"), (-100, "-1.0")])
def test_signed_hours_show_a_plus_unless_they_are_nothing(amount: int, text: str) -> None:
    assert hours(amount, sign=True) == text


def test_control_characters_go_and_breaks_become_spaces() -> None:
    assert printable("a\x1b[31mb\x07\r\nc\u2028d\u0085e\ud800f") == "a[31mb  c d ef"


def test_letters_of_every_script_stay() -> None:
    assert printable("Zoë 李 😀 ,;\\") == "Zoë 李 😀 ,;\\"


def test_the_first_mark_of_a_merge_conflict_is_found() -> None:
    assert merge_mark("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n") == 5
    assert merge_mark("note: <<<<<<< no\n=======\n<<<<<<<<\n") is None
