from dataclasses import replace
from datetime import timedelta

import pytest

from builders import days, leave, person, problem, shift, span, wish
from judging import found_in_parts, neighbour, part
from relieving import assert_relief_twins, lax
from watchbill.domain import Leave, Near, Pin as Pinned, Problem
from watchbill.rules import Follow, Limit, Pair, Rest, Rule, Space, Waking, standing
from watchbill.rules.cover import Cover
from watchbill.rules.leave import clashes

H = timedelta(hours=1)
PAIR = tuple(shift(f"primary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 48) for day in (4, 6))
OFF = (leave("ana", "2027-01-04T10", "2027-01-04T20"), leave("ana", "2027-01-05T06", "2027-01-05T09"))
BOTH = (*PAIR[:1], *(shift(f"secondary/day/2027-01-{day:02}", f"2027-01-{day:02}T00", 24) for day in (4, 5)))


def two(*leaves: Leave, **facts: object) -> Problem:
    return lax(problem(shifts=PAIR, leaves=(*OFF, *leaves), **facts), 14)


CASES: dict[str, tuple[Problem, tuple[Rule, ...]]] = {
    "standing": (two(), ()),
    "reliever away": (two(leave("bo", "2027-01-05T08", "2027-01-05T10")), ()),
    "wishes": (two(wishes=(wish("bo", "avoid", "2027-01-04T00", "2027-01-05T00"), wish("ana", "prefer", "2027-01-04T07", "2027-01-06T00"))), ()),
    "kept": (two(near=Near({turn.id: "bo" for turn in PAIR})), ()),
    "overlap": (lax(problem(shifts=BOTH, leaves=OFF), 14), ()),
    "rest": (lax(problem(shifts=BOTH, leaves=OFF), 14), (Rest(at_least=5 * H),)),
    "soft rest": (lax(problem(shifts=BOTH, leaves=OFF), 14), (Rest(at_least=5 * H, max_stretch=20 * H, strength="should"),)),
    "shifts": (two(), (Limit(count="shifts", at_most=1, per=2 * 24 * H),)),
    "soft shifts": (two(), (Limit(count="shifts", at_most=1, per=2 * 24 * H, strength="should"),)),
    "hours": (two(), (Limit(count="hours", at_most=50 * H),)),
    "least": (two(), (Limit(count="hours", at_least=5 * H, strength="should"),)),
    "nights": (two(), (Limit(count="nights", at_most=1, strength="should"),)),
    "space": (two(), (Space(at_least=20 * H),)),
    "soft space": (two(), (Space(at_least=20 * H, ideally=30 * H, strength="should"),)),
    "senior": (lax(problem((person("ana", tags=("s",)), "bo", person("cy", tags=("s",))), BOTH, leaves=OFF), 14), (Pair(at_least_one=("s",)),)),
    "soft senior": (lax(problem((person("ana", tags=("s",)), "bo", person("cy", tags=("s",))), BOTH, leaves=OFF), 14), (Pair(at_least_one=("s",), strength="should"),)),
    "never two": (lax(problem((person("ana", tags=("s",)), "bo", person("cy", tags=("s",))), BOTH, leaves=OFF), 14), (Pair(never_two=("s",), strength="should"),)),
    "follow": (lax(problem(shifts=PAIR, leaves=OFF), 14), (Follow(first="primary", then="primary", person="other"),)),
    "same": (lax(problem(shifts=(*BOTH[1:], PAIR[1]), leaves=(leave("ana", "2027-01-06T10", "2027-01-06T20"),)), 14), (Follow(first="secondary", then="primary", strength="should"),)),
    "waking": (two(), (Waking(hours=(0, 15 * 60), handoffs=True, spans=False, strength="should"),)),
    "waking hard": (lax(problem(("ana", person("bo", "Europe/Athens"), "cy"), PAIR, leaves=OFF), 14), (Waking(hours=(0, 20 * 60), spans=False),)),
    "two seats": (lax(problem(("ana", "bo", "cy", "dee"), (PAIR[0], replace(PAIR[0], id=f"{PAIR[0].id}/2", seat=2)), seats={"primary": 2}, leaves=(*OFF, leave("bo", "2027-01-05T08", "2027-01-05T12"))), 14), (Limit(count="shifts", at_most=0, people=("dee",), strength="should"),)),
    "neighbours": (two(before=(neighbour("primary/day/2027-01-03", "2027-01-03T00", 24, "bo"),)), (Space(at_least=12 * H, strength="should"),)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_model_and_check_agree_where_others_take_what_a_holder_misses(name: str) -> None:
    facts, rules = CASES[name]
    assert_relief_twins(facts, (*standing(), *rules))
