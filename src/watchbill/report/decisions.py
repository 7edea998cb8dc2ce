"""What decisions change: who gives and takes what, what rules and wishes say of it, and whose load moves."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from watchbill.domain import BUCKETS
from watchbill.report.tables import table, titled
from watchbill.report.words import People, literal, moment, name, until
from watchbill.results import Account, Decision, Draft, Finding
from watchbill.texts import hours, printable
from watchbill.times import iso

POINT = 1000


def moves(decisions: Iterable[Decision], people: People, zone_name: str) -> list[str]:
    """`Bo Lindqvist takes primary/week/2027-02-08 from Ana Souza, Mon 08 Feb 09:00 to Mon 15 Feb 09:00`."""
    out = []
    for row in decisions:
        when = f"{moment(row.start, zone_name)} to {until(row.end, row.start, zone_name)}"
        giver = f"from {name(row.giver, people)}" if row.giver else "which nobody held"
        out.append(f"{name(row.taker, people)} takes {row.shift} {giver}, {when}")
    return out


def judgements(come: Sequence[Finding], gone: Sequence[Finding]) -> list[str]:
    """What rules and wishes say of it: what costs now, then what is over. Hard breaks are refused elsewhere."""
    return [
        *(f"new: {_said(finding)}" for finding in come if not finding.hard and not _only_beside(finding)),
        *(f"no more: {_said(finding)}" for finding in gone if not _only_beside(finding)),
    ]


def _only_beside(finding: Finding) -> bool:
    """Whether it is about a shift that no wish names: what that is worth is in the sum of the person's wishes."""
    return finding.rule == "wishes" and "beside other wishes" in finding.sentence


def _said(finding: Finding) -> str:
    cost = f" (cost {finding.cost})" if finding.tier == "should" else ""
    return f"{finding.rule}: {finding.sentence}{cost}"


# ---------------------------------------------------------------------------------------------------------- people


def loads(before: Draft, after: Draft, chosen: Sequence[str], people: People) -> RenderableType:
    """For each person and bucket in which anything moves: the load before and after, and the balance after the plan."""
    made = table()
    made.add_column("person", overflow="fold", max_width=26)
    made.add_column("bucket")
    for head in ("load", "becomes", "balance", "becomes"):
        made.add_column(head, justify="right", no_wrap=True)
    for was, is_ in _accounts(before, after, chosen):
        _rows(made, was, is_, name(is_.person, people))
    return Group(titled("Load in hours, and the balance that the next plan starts from", made), Text())


def _rows(made: Table, was: Account, is_: Account, label: str) -> None:
    for bucket in _moved(was, is_):
        sums = (was.load, is_.load, was.after, is_.after)
        amounts = [found.get(bucket, 0) for found in sums]
        cells = [hours(amount, sign=n > 1) for n, amount in enumerate(amounts)]
        made.add_row(literal(label), bucket, *cells)
        label = ""


def _moved(was: Account, is_: Account) -> list[str]:
    return [bucket for bucket in BUCKETS if was.load.get(bucket, 0) != is_.load.get(bucket, 0)]


def _accounts(before: Draft, after: Draft, chosen: Sequence[str]) -> list[tuple[Account, Account]]:
    """The accounts of some people, in their order; guests have none."""
    old, new = ({account.person: account for account in draft.people} for draft in (before, after))
    return [(old[person], new[person]) for person in chosen if person in old and person in new]


def wishes(costs: Sequence[tuple[str, int, int]], people: People) -> list[str]:
    """`Ana Souza: own wishes cost 1.20 points, then gain 0.40: better off`, for those whose wishes are touched."""
    return [
        f"{name(person, people)}: own wishes {worth(was, is_)} points, then {worth(is_, was)}: {_off(was, is_)}"
        for person, was, is_ in costs
        if was != is_
    ]


def _off(was: int, is_: int) -> str:
    return "worse off" if is_ > was else "better off"


def worth(thousandths: int, beside: int = 0) -> str:
    """`cost 1.20` or `gain 0.40`, from thousandths of a point of cost, with as many digits as what stands beside it."""
    return f"{'gain' if thousandths < 0 else 'cost'} {points(abs(thousandths), beside)}"


def points(thousandths: int, beside: int = 0) -> str:
    """`1.20` or `0.075`, from thousandths of a point, exact, with as many digits as what stands beside it."""
    whole, rest = divmod(thousandths, POINT)
    return f"{whole}.{rest:03}" if rest % 10 or beside % 10 else f"{whole}.{rest // 10:02}"


def reasons(decisions: Iterable[Decision]) -> list[str]:
    """The reasons that were given, each once."""
    return list(dict.fromkeys(printable(row.reason) for row in decisions if row.reason))


# ------------------------------------------------------------------------------------------------------------ json


def rows(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """Decisions as JSON values."""
    return [
        {
            "shift": row.shift,
            "start": iso(row.start),
            "end": iso(row.end),
            "gives": row.giver,
            "takes": row.taker,
            "reason": row.reason,
        }
        for row in decisions
    ]


def findings(listed: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON values."""
    return [
        {"rule": f.rule, "sentence": f.sentence, "hard": f.hard, "tier": f.tier, "cost": f.cost, "people": [*f.people]}
        for f in listed
    ]


def tiers(before: Draft, after: Draft) -> list[dict[str, Any]]:
    """Each tier's value before and after."""
    pairs = zip(before.tiers, after.tiers, strict=True)
    return [{"name": old.name, "before": old.value, "after": new.value} for old, new in pairs]


def accounts(before: Draft, after: Draft, costs: Sequence[tuple[str, int, int]]) -> list[dict[str, Any]]:
    """For each person: load and balance by bucket in hours, and the points of their wishes, before and after."""
    wished = {person: (was, is_) for person, was, is_ in costs}
    return [
        {
            "person": was.person,
            "load": _pairs(was.load, is_.load),
            "balance": _pairs(was.after, is_.after),
            "wishes": dict(zip(("before", "after"), (cost / POINT for cost in wished[was.person]), strict=True)),
        }
        for was, is_ in _accounts(before, after, list(wished))
    ]


def _pairs(was: Any, is_: Any) -> dict[str, dict[str, float]]:
    return {b: {"before": was.get(b, 0) / 100, "after": is_.get(b, 0) / 100} for b in BUCKETS}
