from fractions import Fraction
from itertools import product

import pytest

from drafts import account
from watchbill.report.measures import evened, gini, spread


def test_spread_is_the_greatest_less_the_least() -> None:
    assert spread([3, 9, 5]) == 6
    assert spread([]) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], 0),
        ([0, 0], 0),
        ([5, 5, 5], 0),
        ([0, 1], Fraction(1, 2)),
        ([0, 0, 8], Fraction(2, 3)),
        ([1, 3], Fraction(1, 4)),
    ],
)
def test_gini_of_known_cases(values: list[int], expected: Fraction) -> None:
    assert gini(values) == expected


def test_gini_is_half_the_mean_difference_of_all_pairs_over_the_mean() -> None:
    values = [3, 1, 4, 1, 5, 9, 2, 6]
    pairs = sum(abs(a - b) for a, b in product(values, values))
    assert gini(values) == Fraction(pairs, 2 * len(values) * sum(values))


def test_loads_are_compared_at_equal_references() -> None:
    half, full = account("bo", load=5000, reference=5000), account("ana", load=10000, reference=10000)
    assert evened([full, half], "all") == (7500, 7500)
    assert spread(evened([full, account("bo", load=10000, reference=5000)], "all")) == 7500


def test_people_without_a_reference_do_not_count() -> None:
    assert evened([account("ana"), account("bo", load=0, reference=0)], "all") == (16800,)
    assert evened([account("ana")], "night") == ()
