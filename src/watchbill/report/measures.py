"""How even loads are, in numbers that do not depend on who has which load."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from watchbill.results import Account


def spread(values: Sequence[Fraction | int]) -> Fraction:
    """The greatest less the least; 0 of nothing."""
    return Fraction(max(values) - min(values)) if values else Fraction(0)


def gini(values: Sequence[Fraction | int]) -> Fraction:
    """The Gini coefficient: 0 if all are equal, towards 1 if one has everything. Values are 0 or more.

    Mean absolute difference of all pairs over twice the mean (Gini 1912), in its sorted form.
    """
    ordered = sorted(values)
    count, whole = len(ordered), sum(ordered)
    if not whole:
        return Fraction(0)
    ranked = sum((2 * rank - count - 1) * value for rank, value in enumerate(ordered, 1))
    return Fraction(ranked) / (count * whole)


def evened(accounts: Iterable[Account], bucket: str) -> tuple[Fraction, ...]:
    """What each person's load would be if all references were the mean one, in hundredths of an hour.

    People without a reference in the bucket are left out: no load would be their part.
    """
    counted = [account for account in accounts if account.reference.get(bucket, 0) > 0]
    mean = Fraction(sum(account.reference[bucket] for account in counted), max(len(counted), 1))
    return tuple(Fraction(account.load.get(bucket, 0)) * mean / account.reference[bucket] for account in counted)
