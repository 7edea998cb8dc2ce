"""What a rule asks, and of whom, in words: for causes that are not told by how many turns they leave to somebody."""

from collections.abc import Sequence
from datetime import timedelta

from watchbill.explain.dates import listing
from watchbill.rules import Eligible, Follow, Limit, Pair, Rest, Rule, Space, Waking
from watchbill.rules._words import length

EVERYONE = "everyone"


def demand(rule: Rule, who: str = EVERYONE, *, due: bool = False) -> str:
    """What a rule asks of somebody: `keeps the turns of Ana 7 days apart`. `due`: what it wants rather than forbids.

    For `pair` they are those whom it keeps apart.
    """
    match rule:
        case Rest():
            return _rest(rule, who)
        case Space(at_least=timedelta() as apart):
            return f"keeps the turns of {who} {length(apart)} apart"
        case Limit():
            return _limit(rule, who, due)
        case Follow(person="same"):
            return f"lets {who} hold {rule.then} right after {rule.first} only as the holder of that"
        case Follow():
            return f"does not let {who} hold {rule.then} right after {rule.first}"
        case Waking():
            return f"wants {who} on call between {clock(rule.hours)} of their own clock only"
        case Eligible():
            return f"lets only people with {tagged(rule.tags)} hold {_scope((*rule.roles, *rule.layers))}"
        case Pair():
            return f"wants {_crew(rule, who, due)} on call"
    return f"binds {who}"


def clock(hours: tuple[int, int]) -> str:
    """Minutes after midnight as `07:00..22:00`."""
    return "..".join(f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in hours)


def tagged(tags: Sequence[str]) -> str:
    """`the tag senior`; of several tags any one."""
    return f"the tag {' or '.join(tags)}"


def _rest(rule: Rest, who: str) -> str:
    asked = [f"{length(rule.at_least)} between shifts"] * bool(rule.at_least)
    asked += [f"{length(rule.after_night)} after a night shift"] * bool(rule.after_night)
    rest = f"asks {who} to rest for {listing(asked)}" if asked else ""
    longest = (
        f"lets {who} be on call for at most {length(rule.max_stretch)} without a break" if rule.max_stretch else ""
    )
    return " and ".join(part for part in (rest, longest) if part)


def _limit(rule: Limit, who: str, due: bool) -> str:
    within = (
        f" within {length(rule.per)}" if rule.per else " in the whole plan" if rule.count != "consecutive_days" else ""
    )
    together = " together" if rule.each == "all" else ""
    if due and rule.at_least is not None:
        return f"wants {who}{together} to have at least {rule.in_words(rule.at_least)}{within}"
    most = rule.in_words(rule.at_most) if rule.at_most is not None else "any number"
    return f"lets {who}{together} have at most {most}{within}"


def _crew(rule: Pair, apart: str, due: bool) -> str:
    if due:
        return f"somebody with {listing([f'the tag {tag}' for tag in rule.at_least_one])}"
    groups = [f"no two with the tag {tag}" for tag in rule.never_two]
    return listing([*groups, f"no two of {apart}"] if rule.apart else groups)


def _scope(scope: Sequence[str]) -> str:
    return listing(scope) if scope else "turns"
