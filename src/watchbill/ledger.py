"""Double-entry balances across plans, as `docs/design.md` defines them: whole hundredths of an hour that sum to zero.

Works on plain values, so that it can run from what a published plan froze. Every total is split by largest remainders,
so no hundredth is lost, whatever the order in which people come.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from watchbill.domain import BUCKETS, Part, is_guest
from watchbill.load import Loads
from watchbill.times import common

Carried = dict[str, dict[str, dict[str, int]]]
_PRECISION = 10**9


def carried(loads: Loads, parts: Mapping[str, Sequence[Part]]) -> Carried:
    """What each person really holds, by `role/layer`, person and bucket, for parts by shift id; not guests."""
    out: Carried = {key: {} for key in loads.problem.layer}
    for shift in loads.problem.shifts:
        for part in parts.get(shift.id, ()):
            if is_guest(part.person):
                continue
            spans = common(shift.spans, (part.span,))
            sums = out[shift.key].setdefault(part.person, dict.fromkeys(BUCKETS, 0))
            for bucket, load in loads.of_spans(part.person, shift.role, spans).items():
                sums[bucket] += load
    return out


def settle(
    carried: Mapping[str, Mapping[str, Mapping[str, int]]],
    presence: Mapping[str, Mapping[str, Fraction]],
    before: Mapping[str, Mapping[str, int]],
    days: int,
    half_life: int,
) -> dict[str, dict[str, int]]:
    """Balances after a period by person and bucket: what was carried over, decayed, plus load less one's part of it.

    `carried` is by layer, person and bucket, `presence` by person and layer, `days` and `half_life` are the period's
    length and the days in which a balance halves. A layer's load is split over its people by presence. Whoever has no
    presence at all waits: their balance does not decay, and those present make up for it, so that balances which
    summed to zero still do.
    """
    people = sorted({*before, *presence, *(person for layer in carried.values() for person in layer)})
    kept = _kept(days, half_life)
    overall = {person: sum(presence.get(person, {}).values(), Fraction(0)) for person in people}
    out: dict[str, dict[str, int]] = {person: {} for person in people}
    for bucket in BUCKETS:
        balances = {person: before.get(person, {}).get(bucket, 0) for person in people}
        sums = _decayed(balances, overall, kept)
        for key, layer in carried.items():
            for person, change in _change(key, layer, presence, bucket).items():
                sums[person] += change
        for person in people:
            out[person][bucket] = sums[person]
    return out


def faded(balance: int, days: int, half_life: int) -> int:
    """What is left of a balance, in hundredths of an hour, after so many days; those who wait keep all of theirs."""
    return round(_kept(days, half_life) * balance)


def _kept(days: int, half_life: int) -> Fraction:
    """The part of a balance that is left after so many days; all of it without a half-life.

    Rounded to nine digits: powers of floats differ in the last place between machines.
    """
    return Fraction(round(0.5 ** (days / half_life) * _PRECISION), _PRECISION) if half_life > 0 else Fraction(1)


def _decayed(balances: Mapping[str, int], overall: Mapping[str, Fraction], kept: Fraction) -> dict[str, int]:
    """Balances after decay. What those without presence hold back is spread over the others by presence."""
    present = [person for person in balances if overall[person] > 0]
    if not present:
        return dict(balances)
    waiting = sum(balance for person, balance in balances.items() if overall[person] == 0)
    everyone = sum(overall[person] for person in present)
    ideal = {person: kept * balances[person] - (1 - kept) * waiting * overall[person] / everyone for person in present}
    total = round(kept * sum(balances.values())) - waiting
    return {**balances, **_apportion(ideal, total)}


def _change(
    key: str, layer: Mapping[str, Mapping[str, int]], presence: Mapping[str, Mapping[str, Fraction]], bucket: str
) -> dict[str, int]:
    """What one layer changes: load really carried less one's part of the whole, by presence. Sums to zero."""
    loads = {person: sums.get(bucket, 0) for person, sums in layer.items()}
    there = {person: by_layer[key] for person, by_layer in presence.items() if by_layer.get(key, 0) > 0}
    whole, everyone = sum(loads.values()), sum(there.values())
    if not everyone:
        return {}
    parts = _apportion({person: whole * part / everyone for person, part in there.items()}, whole)
    return {person: loads.get(person, 0) - parts.get(person, 0) for person in {**loads, **parts}}


def _apportion(ideal: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Whole numbers that sum to a total, each next to its ideal; the largest remainders are rounded up first."""
    out = {person: number.numerator // number.denominator for person, number in ideal.items()}
    up_first = sorted(ideal, key=lambda person: (out[person] - ideal[person], person))
    for person in up_first[: total - sum(out.values())]:
        out[person] += 1
    return out
