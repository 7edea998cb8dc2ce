"""Names of our layers: written, read back, never mistaken."""

import pytest

from watchbill.errors import Refused
from watchbill.publish.pagerduty.marks import Mark, layer_name, mark_of, tail_name

ODD = ("week", "week #2", "after", "2027-Q1", "a b", "100%", "%20", "ü-✓", "x\ty", " ", "#", "week%20", "a" * 200)


def test_names_say_period_layer_and_piece() -> None:
    assert layer_name("2027-Q1", "week") == "watchbill 2027-Q1 week"
    assert layer_name("2027-Q1", "week", 2) == "watchbill 2027-Q1 week #2"
    assert tail_name("week") == "watchbill after week"


@pytest.mark.parametrize("layer", ODD)
@pytest.mark.parametrize("number", [1, 2, 17])
@pytest.mark.parametrize("of", ["2027", "2027-02", "2027-Q1", "2027-01-04..2027-04-04"])
def test_names_are_read_back_even_for_odd_layers(of: str, layer: str, number: int) -> None:
    assert mark_of(layer_name(of, layer, number)) == Mark(of, layer, number)
    assert mark_of(tail_name(layer, number)) == Mark(None, layer, number)


def test_names_of_different_things_differ() -> None:
    names = [layer_name("2027-Q1", layer, n) for layer in ODD for n in (1, 2)]
    names += [tail_name(layer, n) for layer in ODD for n in (1, 2)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "name",
    [
        "", "Layer 1", "Schedule Layer 2", "watchbill", "watchbill week", "watchbill weekdays primary",
        "Watchbill 2027-Q1 week",
        "watchbill 2027-Q5 week", "watchbill 2027-q1 week", "watchbill 2027-Q1 week day", "watchbill 2027-Q1 week #1",
        "watchbill 2027-Q1 week #02", "watchbill 2027-Q1 week#2", "watchbill 2027-Q1  week", "watchbill 2027-Q1 week ",
        "my watchbill 2027-Q1 week", "watchbill 2027-Q1 100%", "watchbill after", "watchbill after the storm",
        "watchbill 2027-Q1 %41", "watchbill 2027-13 week", "watchbill 2027-Q1 week\n",
    ],
)  # fmt: skip
def test_names_that_people_give_are_not_ours(name: str) -> None:
    assert mark_of(name) is None


def test_a_name_that_pagerduty_does_not_take_is_refused() -> None:
    assert len(layer_name("2027-Q1", "x" * 237)) == 255
    with pytest.raises(Refused, match="256 characters in PagerDuty, which takes 255"):
        layer_name("2027-Q1", "x" * 238)
