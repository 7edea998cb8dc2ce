"""Who can take a shift, in words: what each one gives and gets, what it does to loads and wishes, and the command."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watchbill.report.decisions import accounts, findings, rows, tiers, worth
from watchbill.report.words import People, moment, name
from watchbill.results import Account, Decision, Draft, Finding
from watchbill.texts import hours


@dataclass(frozen=True)
class Choice:
    """One way to hand over a shift: what changes hands, the plan before and after, each one's wishes, what is new."""

    decisions: tuple[Decision, ...]
    before: Draft
    after: Draft
    costs: tuple[tuple[str, int, int], ...]
    come: tuple[Finding, ...]
    command: str


def command(words: Sequence[str], since: str | None) -> str:
    """The command line that decides it: `watchbill assign SHIFT PERSON …`."""
    return shlex.join(["watchbill", "assign", *words, *(["--from", since] if since else [])])


def lines(choice: Choice, people: People, zone_name: str) -> list[str]:
    """One choice: a line for each shift that changes hands, then loads, wishes, broken wants, and the command."""
    out = [_hand(row, people, zone_name) for row in choice.decisions]
    out += _under("load", _loads(choice, people))
    changed = [cost for cost in choice.costs if cost[1] != cost[2]]
    out += _under("own wishes", [_wish(person, is_ - was, people) for person, was, is_ in changed])
    out += [
        f"  {finding.rule}: {finding.sentence} (cost {finding.cost})"
        for finding in choice.come
        if finding.tier == "should"
    ]
    return [*out, f"  {choice.command}"]


def _hand(row: Decision, people: People, zone_name: str) -> str:
    return (
        f"{name(row.taker, people)} takes {row.shift} ({moment(row.start, zone_name)}) from {name(row.giver, people)}"
    )


def _under(title: str, lines: Sequence[str]) -> list[str]:
    """Lines one under the other, the first one behind a title."""
    gap = " " * (len(title) + 2)
    return [f"  {gap if n else f'{title}: '}{line}" for n, line in enumerate(lines)]


def _wish(person: str, change: int, people: People) -> str:
    """`Ana Souza worse off by 0.4`, from thousandths of a point."""
    side = "worse" if change > 0 else "better"
    return f"{name(person, people)} {side} off by {worth(abs(change)).removeprefix('cost ')}"


def _loads(choice: Choice, people: People) -> list[str]:
    """`Ana Souza 910.2 to 599.7 h (-310.5)` for each, of the bucket of all hours."""
    old, new = (_all(draft) for draft in (choice.before, choice.after))
    named = [person for person, _, _ in choice.costs if person in new]
    return [
        f"{name(p, people)} {hours(old[p])} to {hours(new[p])} h ({hours(new[p] - old[p], sign=True)})" for p in named
    ]


def _all(draft: Draft) -> Mapping[str, int]:
    return {account.person: _whole(account) for account in draft.people}


def _whole(account: Account) -> int:
    return account.load.get("all", 0)


def as_json(choice: Choice) -> dict[str, Any]:
    """A choice as JSON values."""
    return {
        "decisions": rows(choice.decisions),
        "tiers": tiers(choice.before, choice.after),
        "people": accounts(choice.before, choice.after, choice.costs),
        "findings": findings(finding for finding in choice.come if finding.tier == "should"),
        "command": choice.command,
    }
