import pytest

from builders import at, days, person, problem, shift, span
from solving import holders
from twins import assert_twins
from watchbill.audit import PlanRoster, audit, whole
from watchbill.domain import Held, Part
from watchbill.load import Loads
from watchbill.policy import Near
from watchbill.problem import Problem
from watchbill.results import Finding
from watchbill.rules.cover import Cover
from watchbill.rules.keep import Keep
from watchbill.rules.overlap import Overlap
from watchbill.rules.pair import Pair, together

ANA = person("ana", tags=("senior", "db"))
BO = person("bo", tags=("junior",))
CY = person("cy", tags=("junior", "db"))
DEE = person("dee", tags=("senior",))
SEAT = "primary/daily/2027-01-04"
TEAM = (ANA, BO, CY, DEE)
TWO_ROLES = (*days("primary", 2), *days("secondary", 2))


def judged(facts: Problem, rule: Pair, *held_by: str) -> list[Finding]:
    plan = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return list(audit(facts, [rule], whole(facts, plan)))


def neighbour(id_: str, start: str, holder: str, hours: float = 24) -> Held:
    turn = shift(id_, start, hours)
    return Held(turn, (Part(holder, turn.start, turn.end),))


@pytest.mark.parametrize("strength", ["must", "should"])
@pytest.mark.parametrize(
    "options",
    [
        {"at_least_one": ("senior",)},
        {"never_two": ("junior",)},
        {"never_two": ("junior", "db"), "weight": 3},
        {"apart": ("ana", "bo")},
        {"at_least_one": ("senior", "db"), "never_two": ("junior",)},
    ],
)
def test_model_and_check_agree(strength: str, options: dict[str, object]) -> None:
    assert_twins(problem(TEAM[:3], TWO_ROLES), [Pair(strength=strength, **options)])


@pytest.mark.parametrize("strength", ["must", "should"])
def test_model_and_check_agree_where_turns_overlap_by_halves(strength: str) -> None:
    shifts = (*days("primary", 2), shift("secondary/odd/2027-01-04", "2027-01-04T12"))
    rule = Pair(never_two=("junior",), at_least_one=("senior",), strength=strength)
    assert_twins(problem(TEAM[:3], shifts), [rule])


@pytest.mark.parametrize("strength", ["must", "should"])
def test_model_and_check_agree_with_several_seats(strength: str) -> None:
    shifts = tuple(
        shift(f"primary/daily/2027-01-04{seat}", "2027-01-04T00", seat=n) for n, seat in [(1, ""), (2, "/2")]
    )
    shifts += days("secondary", 1)
    facts = problem(TEAM, shifts, seats={"primary": 2})
    assert_twins(facts, [Pair(never_two=("junior",), strength=strength)])
    assert_twins(facts, [Pair(roles=("primary",), at_least_one=("senior",), strength=strength)])


@pytest.mark.parametrize("strength", ["must", "should"])
def test_model_and_check_agree_across_both_seams(strength: str) -> None:
    facts = problem(
        TEAM[:3],
        days("primary", 2),
        before=(neighbour("secondary/weekly/2027-01-03", "2027-01-03T00", "bo", 36),),
        after=(neighbour("secondary/weekly/2027-01-05", "2027-01-05T12", "ana", 36),),
    )
    assert_twins(facts, [Pair(never_two=("junior",), at_least_one=("db",), strength=strength)])
    assert_twins(facts, [Pair(apart=("ana", "cy"), strength=strength)])


def test_a_pair_of_juniors_is_broken_up_at_the_least_change() -> None:
    near = Near({"primary/daily/2027-01-04": "bo", "secondary/daily/2027-01-04": "cy"})
    facts = problem((ANA, BO, CY), TWO_ROLES[::2], near=near)
    rules = [Cover(), Overlap(), Keep()]
    assert holders(facts, rules) == ["bo", "cy"]
    assert sorted(holders(facts, [*rules, Pair(at_least_one=("senior",))]))[0] == "ana"
    assert sorted(holders(facts, [*rules, Pair(never_two=("junior",))]))[0] == "ana"
    assert sorted(holders(facts, [*rules, Pair(apart=("bo", "cy"))]))[0] == "ana"
    assert holders(facts, [*rules, Pair(apart=("ana", "bo"))]) == ["bo", "cy"]


def test_one_person_with_the_tag_is_enough() -> None:
    facts = problem(TEAM, TWO_ROLES[::2])
    assert not judged(facts, Pair(at_least_one=("senior",)), "ana", "bo")
    (found,) = judged(facts, Pair(at_least_one=("senior",)), "bo", "cy")
    assert found.hard
    assert found.people == ("bo", "cy")
    assert found.sentence.startswith('nobody with the tag "senior" is on call in')


def test_roles_that_are_not_named_do_not_count() -> None:
    facts = problem(TEAM, (*TWO_ROLES[::2], *days("shadow", 1)))
    rule = Pair(roles=("primary", "secondary"), at_least_one=("senior",))
    (found,) = judged(facts, rule, "bo", "cy", "ana")
    assert "shadow" not in found.sentence


def test_layers_narrow_the_turns_that_count() -> None:
    shifts = (
        shift("primary/days/2027-01-04", "2027-01-04T09", 8),
        shift("secondary/days/2027-01-04", "2027-01-04T09", 8),
    )
    rule = Pair(layers=("primary/days",), never_two=("junior",))
    assert not judged(problem(TEAM, shifts), rule, "bo", "cy")
    assert judged(problem(TEAM, shifts), Pair(never_two=("junior",)), "bo", "cy")


def test_a_needed_tag_is_not_asked_for_while_only_one_of_two_roles_runs() -> None:
    shifts = (shift("primary/daily/2027-01-04", "2027-01-04T00"), shift("secondary/late/2027-01-04", "2027-01-05T00"))
    assert not judged(problem(TEAM, shifts), Pair(at_least_one=("senior",)), "bo", "cy")


def test_a_needed_tag_is_asked_of_one_role_that_is_named_alone() -> None:
    facts = problem(TEAM, TWO_ROLES[::2])
    assert judged(facts, Pair(roles=("primary",), at_least_one=("senior",)), "bo", "ana")


def test_turns_that_touch_are_not_together() -> None:
    facts = problem(TEAM, days("primary", 2))
    assert not judged(facts, Pair(apart=("ana", "bo")), "ana", "bo")


def test_three_together_cost_twice_as_much_as_two() -> None:
    facts = problem((*TEAM, person("eve", tags=("junior",))), (*TWO_ROLES[::2], *days("shadow", 1)))
    rule = Pair(never_two=("junior",), strength="should", weight=5)
    assert [f.cost for f in judged(facts, rule, "bo", "cy", "ana")] == [5]
    assert [f.cost for f in judged(facts, rule, "bo", "cy", "eve")] == [10]


def test_a_set_of_turns_that_meets_every_day_counts_once() -> None:
    office = [span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in (4, 5, 6)]
    shifts = (
        shift("primary/week/2027-01-04", "2027-01-04T09", gaps=office),
        shift("secondary/week/2027-01-04", "2027-01-04T09", gaps=office),
    )
    assert len(together(shifts)) == 1
    assert len(judged(problem(TEAM, shifts), Pair(never_two=("junior",)), "bo", "cy")) == 1


def test_what_two_neighbouring_turns_decided_is_not_held_against_this_plan() -> None:
    facts = problem(
        TEAM,
        days("primary", 1),
        before=(
            neighbour("secondary/weekly/2027-01-03", "2027-01-03T00", "bo", 48),
            neighbour("shadow/weekly/2027-01-03", "2027-01-03T00", "cy", 48),
        ),
    )
    rule = Pair(never_two=("junior",))
    assert not judged(facts, rule, "ana")
    (found,) = judged(facts, rule, "bo")
    assert found.shifts[0] == "primary/daily/2027-01-04"
    assert holders(facts, [Cover(), rule])[0] in {"ana", "dee"}


def test_who_really_holds_a_part_is_judged() -> None:
    facts = problem(TEAM, TWO_ROLES[::2])
    noon, (first, second) = at("2027-01-04T12"), facts.shifts
    parts = {
        first.id: (Part("ana", first.start, noon), Part("bo", noon, first.end)),
        second.id: (Part("cy", second.start, second.end),),
    }
    found = list(Pair(never_two=("junior",)).check(PlanRoster(facts, Loads(facts), parts)))
    assert [f.people for f in found] == [("bo", "cy")]


def test_a_rule_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="pair asks for nothing"):
        Pair()
    with pytest.raises(ValueError, match='apart names only "ana"'):
        Pair(apart=("ana",))


def test_options_are_read_from_text() -> None:
    rule = Pair.model_validate({"kind": "pair", "never_two": "junior", "roles": ["primary"], "weight": "4"})
    assert rule == Pair(never_two=("junior",), roles=("primary",), weight=4)
