"""Ids from names."""

import pytest

from watchbill.fields import identity
from watchbill.naming import unique


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Payments Primary", "payments-primary"),
        ("Inês Łukasz Groß", "ines-lukasz-gross"),
        ("  --  ", "role"),
        ("日本", "role"),
        ("24x7 (EU)", "24x7-eu"),
    ],
)
def test_names_become_small_latin_letters(name: str, id_: str) -> None:
    assert unique([name], "role") == [id_]
    assert identity(id_) == id_


def test_ids_are_all_different_and_short_enough() -> None:
    made = unique(["x" * 60] * 12, "role")
    assert len(set(made)) == 12
    assert {identity(id_) for id_ in made} == set(made)
