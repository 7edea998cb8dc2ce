from collections.abc import Sequence
from datetime import date

import pytest

from builders import at, days, person, problem, shift
from solving import best, holders
from twins import assert_twins
from watchbill.audit import audit, whole
from watchbill.domain import Held, Part, Role, ShareStep
from watchbill.load import Loads
from watchbill.policy import FairnessPolicy, Near, TierSpec
from watchbill.problem import Problem
from watchbill.results import Finding, Infeasible
from watchbill.rules.cover import Cover
from watchbill.rules.fair import Fair
from watchbill.rules.keep import Keep
from watchbill.rules.overlap import Overlap

DAY = 3750  # 24 h on call of which 9 h are night, at 150 % extra
BAND = DAY // 2  # half of the lightest turn


def judged(facts: Problem, *held_by: str) -> list[Finding]:
    plan = dict(zip((s.id for s in facts.shifts), held_by, strict=True))
    return list(audit(facts, [Fair()], whole(facts, plan)))


def costs(findings: Sequence[Finding], tier: str) -> dict[str, int]:
    """Sums by person."""
    out: dict[str, int] = {}
    for finding in findings:
        if finding.tier == tier:
            out[finding.people[0]] = out.get(finding.people[0], 0) + finding.cost
    return out


def spread(facts: Problem, *rules: Cover | Keep | Fair) -> dict[str, int]:
    """How many turns each person holds in the best plan."""
    held = holders(facts, [Cover(), Keep(), *rules])
    return {person.id: held.count(person.id) for person in facts.people}


def test_model_and_check_agree() -> None:
    people = ("ana", person("bo", "Asia/Tokyo"), person("cy", shares=(ShareStep(date(2027, 1, 1), 50),)))
    facts = problem(people, days(count=3, first="2027-01-08"), fairness=FairnessPolicy({"all": 2, "weekend": 1}))
    assert_twins(facts, [Fair()])


def test_model_and_check_agree_with_balances_roles_and_two_seats() -> None:
    second = (shift("primary/daily/2027-01-08/2", "2027-01-08T00", seat=2), *days("secondary", 1, "2027-01-08", 13))
    facts = problem(
        ("ana", "bo", "cy"),
        (*days("primary", 1, "2027-01-08"), *second),
        seats={"primary": 2},
        balances={"ana": {"all": 5000, "night": -900}, "cy": {"all": -3100, "weekend": 777}},
        fairness=FairnessPolicy({"all": 3, "night": 0, "weekend": 2}, band=0),
    )
    assert_twins(facts, [Fair()])


def test_model_and_check_agree_beside_neighbouring_plans() -> None:
    eve = shift("primary/daily/2027-01-03", "2027-01-03T00")
    facts = problem(("ana", "bo"), days(count=3), before=(Held(eve, (Part("ana", eve.start, eve.end),)),))
    assert_twins(facts, [Fair()])


def test_load_goes_round() -> None:
    shifts = days(count=4)
    facts = problem(("ana", "bo"), shifts, near=Near({s.id: "ana" for s in shifts}))
    assert spread(facts) == {"ana": 4, "bo": 0}
    assert spread(facts, Fair()) == {"ana": 2, "bo": 2}


def test_half_a_share_carries_half_as_much() -> None:
    shifts = days(count=3)
    half = person("ana", shares=(ShareStep(date(2026, 1, 1), 50),))
    facts = problem((half, "bo"), shifts, near=Near({s.id: "ana" for s in shifts}))
    assert spread(facts, Fair()) == {"ana": 1, "bo": 2}


def test_who_carried_more_before_holds_less_now() -> None:
    shifts = days(count=4)
    facts = problem(("ana", "bo"), shifts, near=Near({s.id: "ana" for s in shifts}), balances={"ana": {"all": 2 * DAY}})
    assert spread(facts, Fair()) == {"ana": 1, "bo": 3}


def test_distance_inside_the_band_is_free() -> None:
    facts = problem(("ana", "bo"), days(count=1), fairness=FairnessPolicy({"all": 1}))
    loads = Loads(facts)
    assert loads.reference("ana")["all"] == BAND
    assert {finding.tier for finding in judged(facts, "ana")} == {"burden"}


def test_the_cost_rises_faster_the_farther_above() -> None:
    facts = problem(("ana", "bo"), days(count=4), fairness=FairnessPolicy({"all": 2}))
    (points, slopes) = Loads(facts).thresholds("ana", "all")
    assert points[:2] == (BAND, 2 * BAND)
    one_above, two_above = judged(facts, "ana", "ana", "ana", "bo"), judged(facts, "ana", "ana", "ana", "ana")
    assert costs(one_above, "fairness") == {"ana": 2 * slopes[0] * BAND}
    assert costs(two_above, "fairness")["ana"] > 2 * costs(one_above, "fairness")["ana"]


def test_only_evenness_counts_what_lies_below() -> None:
    facts = problem(("ana", "bo"), days(count=4), fairness=FairnessPolicy({"all": 1}))
    findings = judged(facts, "ana", "ana", "ana", "bo")
    assert set(costs(findings, "fairness")) == {"ana"}
    assert costs(findings, "evenness")["ana"] == costs(findings, "evenness")["bo"] == costs(findings, "fairness")["ana"]
    sentences = [finding.sentence for finding in findings if finding.tier == "evenness"]
    assert sentences == [
        "Ana carries 37.5 h of load above their part",
        "Bo carries 37.5 h of load below their part",
    ]


def test_evenness_gives_work_to_who_lies_far_below() -> None:
    shifts = days(count=2)
    facts = problem(
        ("ana", "bo"),
        shifts,
        near=Near({shifts[0].id: "ana", shifts[1].id: "bo"}),
        balances={"bo": {"all": -2 * DAY}},
        fairness=FairnessPolicy({"all": 1}),
        tiers=(TierSpec("fairness"), TierSpec("burden"), TierSpec("stability")),
    )
    # Bo is so far below that either plan leaves nobody above: only evenness tells them apart.
    settled = [Cover(), Keep()]
    assert holders(facts, settled) == ["ana", "bo"]
    even = problem(
        ("ana", "bo"),
        shifts,
        near=facts.near,
        balances=facts.balances,
        fairness=facts.fairness,
        tiers=(TierSpec("fairness"), TierSpec("burden"), TierSpec("evenness"), TierSpec("stability")),
    )
    assert holders(even, [*settled, Fair()]) == ["bo", "bo"]


def test_the_burden_is_the_load_of_everyone() -> None:
    facts = problem(("ana", "bo", "cy"), days(count=3))
    findings = judged(facts, "ana", "ana", "bo")
    assert costs(findings, "burden") == {"ana": 2 * DAY, "bo": DAY}
    assert {f.sentence for f in findings if f.tier == "burden"} == {
        "Ana carries 75.0 h of load",
        "Bo carries 37.5 h of load",
    }


def test_nights_go_where_it_is_day_rather_than_round() -> None:
    people = [
        person(id_, zone) for zone in ("Europe/Berlin", "Asia/Singapore") for id_ in (f"{zone[7:8]}1", f"{zone[7:8]}2")
    ]
    dates = [f"2027-01-{day:02}" for day in range(4, 8)]
    shifts = [shift(f"primary/day/{day}", f"{day}T06", 12) for day in dates]
    shifts += [shift(f"primary/night/{day}", f"{day}T18", 12) for day in dates]
    facts = problem(people, shifts)
    solved = best(facts, [Cover(), Overlap(), Fair()])
    assert not isinstance(solved, Infeasible)
    loads = Loads(facts)
    nights = sum(loads.minutes(solved.holders[turn.id], turn.spans, "night") for turn in facts.shifts)
    assert nights == 4 * 5 * 60  # what Singapore sleeps of 18:00 to 06:00 UTC; Berlin sleeps none of the rest


def test_a_bucket_without_weight_is_no_matter() -> None:
    facts = problem(("ana", "bo"), days(count=4), fairness=FairnessPolicy({"all": 0, "night": 1}))
    findings = judged(facts, "ana", "ana", "ana", "ana")
    assert {f.sentence.split(" h of ")[1] for f in findings if f.tier == "fairness"} == {"night load above their part"}


def test_someone_without_a_part_in_a_bucket_is_not_measured_in_it() -> None:
    facts = problem(("ana", "bo"), days(count=2), servers={"primary/daily": ["ana"]})
    findings = judged(facts, "bo", "bo")
    assert costs(findings, "burden") == {"bo": 2 * DAY}
    assert costs(findings, "evenness").keys() == {"ana"}


def test_parts_carry_what_they_hold() -> None:
    facts = problem(("ana", "bo"), days(count=1))
    (turn,) = facts.shifts
    noon = at("2027-01-04T12")
    parts = {turn.id: (Part("ana", turn.start, noon), Part("bo", noon, turn.end))}
    assert costs(audit(facts, [Fair()], parts), "burden") == {"ana": 1200 + 1050, "bo": 1200 + 300}


def test_a_role_of_half_weight_is_half_a_load() -> None:
    facts = problem(("ana", "bo"), days(count=2))
    (role,) = facts.roles
    light = problem(("ana", "bo"), days(count=2), roles=(Role(role.id, role.layers, weight=50),))
    assert costs(judged(light, "ana", "ana"), "burden") == {"ana": DAY}


@pytest.mark.parametrize("tier", ["fairness", "burden", "evenness"])
def test_no_finding_is_hard(tier: str) -> None:
    findings = [f for f in judged(problem(("ana", "bo"), days(count=4)), *["ana"] * 4) if f.tier == tier]
    assert findings
    assert not any(finding.hard for finding in findings)
