"""Ids from names."""

import pytest

from watchbill.fields import identity
from watchbill.naming import own_name, told_apart, unique


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


def test_only_those_who_share_a_name_have_their_id_in_it() -> None:
    names = {"ana": "Ana", "jo": "Jo Wood", "jo-2": "JO WOOD"}
    told = told_apart(names)
    assert told == {"ana": "Ana", "jo": "Jo Wood (jo)", "jo-2": "JO WOOD (jo-2)"}
    assert {id_: own_name(id_, name) for id_, name in told.items()} == names
