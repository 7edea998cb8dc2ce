"""Decisions by hand: what they change is counted by the audit first, and balances settle what was given and taken."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import at, leave, problem, shift, wish
from tiny import NEXT, PERIOD, write_team
from watchbill import app, deciding, drafting, feeding
from watchbill.assemble import Ground, answer_of, assemble
from watchbill.audit import audit, whole
from watchbill.deciding import Terms
from watchbill.decisions import TERMS, Effect, Handing, effect, from_now, known, still
from watchbill.domain import BUCKETS, Part, Pin
from watchbill.errors import Refused, WatchbillError, WrongUsage
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.results import Assigned, Decision, Draft, Inputs
from watchbill.rules import Rule, Space, standing
from watchbill.times import Span, iso
from watchbill.workspace import plans

WEEK = tuple(shift(f"primary/week/2027-01-{day:02}", f"2027-01-{day:02}T00", 168) for day in (4, 11, 18, 25))
IDS = [turn.id for turn in WEEK]
EARLY = datetime(2026, 12, 1, tzinfo=UTC)


def ground(facts: Problem, *rules: Rule) -> Ground:
    return Ground(facts, (*standing(), *rules), Loads(facts))


def plan(facts: Problem, holders: str, parts: Mapping[str, Sequence[Part]] | None = None) -> Draft:
    listed = whole(facts, dict(zip((s.id for s in facts.shifts), holders.split(), strict=True)))
    held = {**listed, **{id_: tuple(given) for id_, given in (parts or {}).items()}}
    made = assemble(ground(facts), held, inputs=Inputs(""), status="solved", tiers=())
    return replace(made, inputs=Inputs("", answer=answer_of(made.shifts)), revision=1, made="2026-12-01T12:00Z")


def hand(old: Draft, n: int, taker: str, span: Span | None = None, giver: str | None = None) -> Handing:
    assigned = old.shifts[n]
    return Handing(assigned, span or Span(assigned.shift.start, assigned.shift.end), taker, giver)


def done(facts: Problem, old: Draft, *handings: Handing, rules: Sequence[Rule] = (), terms: Terms = TERMS) -> Effect:
    on = ground(facts, *rules)
    return effect(on, known(on, old), handings, terms)


def weeks(**facts: Any) -> Problem:
    return problem(("ana", "bo", "cy"), WEEK, **facts)


# ----------------------------------------------------------------------------------------------------- what changes


def test_a_shift_goes_to_its_taker_and_everything_else_stays() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana")
    made = done(facts, old, hand(old, 0, "bo"))
    assert [assigned.person for assigned in made.after.shifts] == ["bo", "bo", "cy", "ana"]
    assert made.decisions == (Decision(IDS[0], WEEK[0].start, WEEK[0].end, "ana", "bo"),)
    assert made.after.decisions == made.decisions
    assert made.people == ("ana", "bo")


def test_several_at_once_are_a_swap() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana")
    rule = Space(at_least=timedelta(days=1))
    alone = done(facts, old, hand(old, 0, "bo"), rules=[rule])
    assert [finding.rule for finding in alone.broken] == ["space"]
    swap = done(facts, old, hand(old, 0, "bo"), hand(old, 1, "ana"), rules=[rule])
    assert swap.broken == ()
    assert [assigned.person for assigned in swap.after.shifts] == ["bo", "ana", "cy", "ana"]


def test_a_stretch_becomes_a_part_of_its_own() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana")
    made = done(facts, old, hand(old, 0, "cy", Span(at("2027-01-06T18"), at("2027-01-06T22"))))
    first, second, third = made.after.shifts[0].parts
    assert [part.person for part in (first, second, third)] == ["ana", "cy", "ana"]
    assert (second.start, second.end) == (at("2027-01-06T18"), at("2027-01-06T22"))
    assert made.after.shifts[0].person == "ana"


def test_who_is_named_gives_their_part_only_and_parts_of_one_person_join() -> None:
    facts = weeks()
    cut = (Part("ana", WEEK[0].start, at("2027-01-06T00")), Part("bo", at("2027-01-06T00"), WEEK[0].end))
    old = plan(facts, "ana bo cy ana", {IDS[0]: cut})
    theirs = done(facts, old, hand(old, 0, "cy", giver="bo"))
    assert [part.person for part in theirs.after.shifts[0].parts] == ["ana", "cy"]
    joined = done(facts, old, hand(old, 0, "bo"))
    assert joined.after.shifts[0].parts == (Part("bo", WEEK[0].start, WEEK[0].end),)
    assert [(row.giver, row.end) for row in joined.decisions] == [("ana", at("2027-01-06T00"))]


def test_a_hole_is_taken_from_nobody() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana", {IDS[0]: (Part("ana", WEEK[0].start, at("2027-01-06T00")),)})
    made = done(facts, old, hand(old, 0, "cy"))
    assert [(row.giver, row.start) for row in made.decisions] == [("ana", WEEK[0].start), (None, at("2027-01-06T00"))]
    assert [finding.rule for finding in made.gone if finding.hard] == ["cover"]


# ------------------------------------------------------------------------------------------------------------ rules


def test_what_was_broken_before_does_not_stop_a_decision_on_something_else() -> None:
    facts = weeks(leaves=(leave("cy", "2027-01-19T00", "2027-01-20T00"),))
    old = plan(facts, "ana bo cy ana")
    made = done(facts, old, hand(old, 0, "bo"))
    assert made.broken == ()
    assert [finding.rule for finding in made.after.findings if finding.hard] == ["leave"]
    mended = done(facts, old, hand(old, 2, "bo"))
    assert [finding.rule for finding in mended.gone if finding.hard] == ["leave"]


def test_a_rule_that_is_allowed_to_be_broken_is_told_and_stops_nobody() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana")
    rule = Space(at_least=timedelta(days=1))
    made = done(facts, old, hand(old, 0, "bo"), rules=[rule], terms=Terms("Ana travels", ("space",)))
    assert made.broken == ()
    (told,) = [finding for finding in made.come if finding.rule == "space"]
    assert told.sentence.endswith("; that was allowed when it was decided")
    assert made.unused == ()


def test_an_allowance_is_for_its_taker_in_its_shift_only() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy cy")
    rule = Space(at_least=timedelta(days=1))
    made = done(facts, old, hand(old, 0, "bo"), rules=[rule], terms=Terms("", ("space",)))
    assert [(f.rule, f.people) for f in made.after.findings if f.hard] == [("space", ("cy",))]


def test_an_allowance_that_is_not_needed_is_told() -> None:
    facts = weeks()
    old = plan(facts, "ana bo cy ana")
    made = done(facts, old, hand(old, 0, "cy"), terms=Terms("", ("space",)))
    assert made.unused == ("space",)


def test_a_pin_of_the_inputs_is_not_overruled() -> None:
    facts = weeks(pins=(Pin(IDS[0], "ana"),))
    old = plan(facts, "ana bo cy ana")
    assert [finding.rule for finding in done(facts, old, hand(old, 0, "bo")).broken] == ["pin"]


def test_inputs_that_have_moved_away_are_refused() -> None:
    old = plan(weeks(), "ana bo cy ana")
    with pytest.raises(Refused, match=r"do not fit .* Run watchbill replan first:\n  inputs: primary/week/2027-01-04"):
        known(ground(problem(("ana", "bo", "cy"), WEEK[1:])), old)


def test_what_has_begun_makes_history_from_then_on() -> None:
    old = plan(weeks(), "ana bo cy ana")
    assert from_now(old, at("2027-01-01T00")).since is None
    assert from_now(old, at("2027-01-12T00")).since == "2027-01-12T00:00Z"
    later = replace(old, since="2027-01-20T00:00Z")
    assert from_now(later, at("2027-01-12T00")).since == "2027-01-20T00:00Z"


# ---------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("n", range(4))
@pytest.mark.parametrize("taker", ["ana", "bo", "cy"])
def test_every_number_is_what_the_audit_and_the_loads_count(n: int, taker: str) -> None:
    away, glad = ("2027-01-05T00", "2027-01-06T00"), ("2027-01-19T00", "2027-01-26T00")
    facts = weeks(wishes=(wish("ana", "avoid", *away), wish("bo", "prefer", *glad)))
    old = plan(facts, "ana bo cy ana")
    made = done(facts, old, hand(old, n, taker))
    on = ground(facts)
    for draft, holders in ((made.before, old.holders), (made.after, made.after.holders)):
        found = audit(facts, on.rules, holders, on.loads)
        for person, *costs in made.costs:
            counted = sum(f.cost for f in found if f.tier == "wishes" and f.people == (person,))
            assert counted == costs[draft is made.after]
        for account in draft.people:
            loads = [on.loads.of(account.person, a.shift) for a in draft.shifts if a.person == account.person]
            assert account.load == {bucket: sum(load[bucket] for load in loads) for bucket in BUCKETS}
    if taker != old.shifts[n].person:
        assert len(made.costs) == 2


def test_decisions_that_somebody_undid_are_not_kept() -> None:
    row = Decision(IDS[0], WEEK[0].start, at("2027-01-06T00"), "ana", "bo")
    held = (Part("bo", WEEK[0].start, at("2027-01-08T00")), Part("ana", at("2027-01-08T00"), WEEK[0].end))
    assert still([row], {IDS[0]: held}) == (row,)
    assert still([row], {IDS[0]: (Part("ana", WEEK[0].start, WEEK[0].end),)}) == ()
    assert still([row], {}) == ()


# ---------------------------------------------------------------------------------------------------------- folders


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people whose weeks are known: dee runs into the period, then come ana, bo, cy and dee."""
    folder = write_team(tmp_path_factory.mktemp("made") / "team")
    (folder / "availability" / "ana.yaml").unlink()
    planned = app.plan(folder, period(PERIOD))
    assert isinstance(planned, app.Planned)
    turns = zip(planned.draft.shifts, ("dee", "ana", "bo", "cy", "dee"), strict=True)
    held = {assigned.shift.id: [Part(who, assigned.shift.start, assigned.shift.end)] for assigned, who in turns}
    on = drafting.ground(folder, period(PERIOD))
    draft = planned.draft
    known_ = assemble(on, held, inputs=draft.inputs, status=draft.status, tiers=draft.tiers)
    plans.write_draft(folder, replace(known_, inputs=replace(draft.inputs, answer=answer_of(known_.shifts))))
    return folder


@pytest.fixture
def drafted(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "team"))


@pytest.fixture
def team(drafted: Path) -> Path:
    """A tiny team with a published plan."""
    app.publish(drafted, period(PERIOD), EARLY)
    return drafted


def of(draft: Draft, n: int) -> Assigned:
    return next(assigned for assigned in draft.shifts if assigned.shift.id == IDS[n])


def holder(folder: Path, n: int) -> str:
    found = plans.read_draft(folder, period(PERIOD)) or plans.read_plan(folder, period(PERIOD))
    assert found is not None
    return str(of(found, n).person)


def swapped(folder: Path, n: int, m: int) -> Effect:
    """Two shifts far enough apart change hands."""
    return deciding.assign(folder, [(IDS[n], holder(folder, m)), (IDS[m], holder(folder, n))], EARLY)


def test_a_decision_is_written_as_a_draft_that_publish_makes_the_next_revision(team: Path) -> None:
    giver, taker = holder(team, 0), holder(team, 2)
    made = swapped(team, 0, 2)
    deciding.write(team, made)
    found = plans.read_draft(team, period(PERIOD))
    assert found is not None
    assert (of(found, 0).person, found.revision, found.made) == (taker, 0, None)
    done_ = app.publish(team, period(PERIOD), EARLY).plan
    assert (done_.revision, of(done_, 0).person, of(done_, 2).person) == (2, taker, giver)
    assert [assigned.changed for assigned in done_.shifts] == [1, 2, 1, 2, 1]
    assert [(row.giver, row.taker) for row in done_.decisions] == [(giver, taker), (taker, giver)]


def test_a_second_decision_goes_on_from_the_draft_of_the_first(team: Path) -> None:
    deciding.write(team, swapped(team, 0, 2))
    both = swapped(team, 1, 3)
    assert both.goes_on
    deciding.write(team, both)
    assert len(app.publish(team, period(PERIOD), EARLY).plan.decisions) == 4


def test_replan_does_not_overwrite_a_decision_that_is_not_published(team: Path) -> None:
    deciding.write(team, swapped(team, 0, 2))
    with pytest.raises(Refused, match="was edited by hand"):
        app.replan(team, period(PERIOD), EARLY)


def test_replan_keeps_what_was_decided_and_the_rules_that_were_allowed_to_be_broken(team: Path) -> None:
    next_ = holder(team, 1)
    made = deciding.assign(team, [(IDS[0], next_)], EARLY, terms=Terms("agreed", ("space",)))
    assert made.broken == ()
    deciding.write(team, made)
    assert of(app.publish(team, period(PERIOD), EARLY).plan, 0).person == next_
    again = app.replan(team, period(PERIOD), EARLY)
    assert isinstance(again, app.Replanned)
    assert (again.moves, len(again.draft.decisions)) == ((), 1)


def test_a_pinned_decision_survives_the_next_plan_of_a_draft(drafted: Path) -> None:
    giver, taker = holder(drafted, 0), holder(drafted, 2)
    pairs = [(IDS[0], taker), (IDS[2], giver)]
    deciding.write(drafted, deciding.assign(drafted, pairs, EARLY, pin=True, terms=Terms("they agreed")))
    again = app.plan(drafted, period(PERIOD))
    assert isinstance(again, app.Planned)
    assert (of(again.draft, 0).person, of(again.draft, 2).person) == (taker, giver)
    assert [row.reason for row in again.draft.decisions] == ["they agreed", "they agreed"]


def parted(folder: Path, stretch: str = "2027-01-06 09:00..17:00", n: int = 0) -> Effect:
    """Somebody who is free takes some hours of a shift in the draft."""
    taker = holder(folder, (n + 2) % 4)
    return deciding.relieve(folder, IDS[n], stretch, taker, EARLY, terms=Terms("the dentist", ("space",)))


def test_a_part_that_was_decided_in_a_draft_survives_its_next_plan(drafted: Path) -> None:
    made = parted(drafted)
    deciding.write(drafted, made)
    (drafted / "availability" / "ana.yaml").write_text("person: ana\nleave: [2027-01-20]\n", encoding="utf-8")
    again = app.plan(drafted, period(PERIOD))
    assert isinstance(again, app.Planned)
    assert of(again.draft, 0).parts == of(made.after, 0).parts
    assert ([row.reason for row in again.draft.decisions], again.dropped) == (["the dentist"], ())
    assert app.audit(drafted, period(PERIOD)).hard == ()
    third = app.plan(drafted, period(PERIOD))
    assert isinstance(third, app.Planned)
    assert of(third.draft, 0).parts == of(made.after, 0).parts


def test_the_next_plan_of_a_draft_works_around_a_part_that_was_taken_by_hand(drafted: Path) -> None:
    made = deciding.relieve(drafted, IDS[0], "2027-01-06", holder(drafted, 2), EARLY)
    taker = made.decisions[0].taker
    deciding.write(drafted, made)
    text = (drafted / "team.yaml").read_text(encoding="utf-8")
    (drafted / "team.yaml").write_text(text.replace("at_least: 1 week", "at_least: 8 days"), encoding="utf-8")
    again = app.plan(drafted, period(PERIOD))
    assert isinstance(again, app.Planned)
    assert [part.person for part in of(again.draft, 0).parts][1] == taker
    assert of(again.draft, 2).person != taker or of(again.draft, 2).shift.start >= at("2027-01-15T00")
    assert app.audit(drafted, period(PERIOD)).hard == ()


@pytest.mark.parametrize("whole_", [False, True])
def test_a_plan_says_what_it_does_not_keep_of_what_was_decided(drafted: Path, whole_: bool) -> None:
    taker = holder(drafted, 2)
    made = (
        deciding.assign(drafted, [(IDS[0], taker), (IDS[2], holder(drafted, 0))], EARLY) if whole_ else parted(drafted)
    )
    deciding.write(drafted, made)
    path = drafted / "availability" / f"{taker}.yaml"
    path.write_text(f"person: {taker}\nleave: [2027-01-05..2027-01-07]\n", encoding="utf-8")
    again = app.plan(drafted, period(PERIOD))
    assert isinstance(again, app.Planned)
    assert made.decisions[0] in again.dropped
    assert set(again.dropped).isdisjoint(again.draft.decisions)


def test_what_its_holder_keeps_can_be_pinned_in_a_draft_only(drafted: Path) -> None:
    made = deciding.assign(drafted, [(IDS[0], holder(drafted, 0))], EARLY, pin=True)
    deciding.write(drafted, made)
    found = plans.read_draft(drafted, period(PERIOD))
    assert found is not None
    assert [assigned.pinned for assigned in found.shifts] == [False, True, False, False, False]
    app.publish(drafted, period(PERIOD), EARLY)
    with pytest.raises(Refused, match="so there is nothing to decide"):
        deciding.assign(drafted, [(IDS[0], holder(drafted, 0))], EARLY, pin=True)


def test_what_was_does_not_change(team: Path) -> None:
    noon = datetime(2027, 1, 6, 11, tzinfo=UTC)
    first = holder(team, 0)
    taker = holder(team, 2)
    made = deciding.assign(team, [(IDS[0], taker)], noon, terms=Terms("", ("space",)))
    parts = of(made.after, 0).parts
    assert [(part.person, iso(part.start)) for part in parts] == [(first, "2027-01-04T08:00Z"), (taker, iso(noon))]
    assert made.after.since == iso(noon)
    with pytest.raises(Refused, match=r"2027-01-04 is over by 2027-01-11 09:00"):
        deciding.assign(team, [(IDS[0], taker)], datetime(2027, 1, 11, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("stretch", "first", "last"),
    [
        ("2027-01-05 18:00..22:00", "2027-01-05T17:00Z", "2027-01-05T21:00Z"),
        ("2027-01-05 22:00..06:00", "2027-01-05T21:00Z", "2027-01-06T05:00Z"),
        ("2027-01-05..2027-01-06", "2027-01-04T23:00Z", "2027-01-06T23:00Z"),
        ("2027-01-01..2027-01-05", "2027-01-04T08:00Z", "2027-01-05T23:00Z"),
    ],
)
def test_a_part_is_on_the_teams_clock_and_inside_the_shift(team: Path, stretch: str, first: str, last: str) -> None:
    made = deciding.relieve(team, IDS[0], stretch, holder(team, 2), EARLY, terms=Terms("", ("space",)))
    assert [(iso(row.start), iso(row.end)) for row in made.decisions] == [(first, last)]


@pytest.mark.parametrize(
    ("stretch", "said"),
    [
        ("2027-01-12..2027-01-13", "holds no hours of primary/week/2027-01-04 that are left: 2027-01-04 09:00 to"),
        ("2027-01-05", None),
        ("2027-01-05 18:00", "has a start and no end"),
        ("tomorrow", "A stretch is written as 2027-02-08 18:00..22:00"),
    ],
)
def test_a_stretch_that_cannot_be_is_told(team: Path, stretch: str, said: str | None) -> None:
    if said is None:
        assert deciding.relieve(team, IDS[0], stretch, holder(team, 2), EARLY).decisions
        return
    with pytest.raises(WrongUsage, match=said):
        deciding.relieve(team, IDS[0], stretch, holder(team, 2), EARLY)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(IDS[0], "nobody")], 'nobody is called "nobody"'),
        ([("primary/week/2027-01-05", "ana")], "is no shift of"),
        ([(IDS[0], "ana"), (IDS[0], "bo")], "is named twice"),
    ],
)
def test_what_is_unknown_is_wrong_usage(team: Path, pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        deciding.assign(team, pairs, EARLY)


def test_only_hard_rules_of_the_team_can_be_allowed_to_be_broken(team: Path) -> None:
    with pytest.raises(WrongUsage, match=r'"leave" is no hard rule .* may break. Known: space\.'):
        deciding.assign(team, [(IDS[0], holder(team, 2))], EARLY, terms=Terms("", ("leave",)))


def test_a_decision_against_a_hard_rule_is_refused_with_the_way_on(team: Path) -> None:
    made = deciding.assign(team, [(IDS[0], holder(team, 1))], EARLY)
    said = r"watchbill swap primary/week/2027-01-04, or allow it: --allow space\n  space: Bo"
    with pytest.raises(Refused, match=said):
        deciding.write(team, made)
    assert plans.read_draft(team, period(PERIOD)) is None


@pytest.fixture(scope="module")
def _both(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(made, tmp_path_factory.mktemp("both") / "team"))
    app.publish(folder, period(PERIOD), EARLY)
    assert isinstance(app.plan(folder, LATER), app.Planned)
    return folder


@pytest.fixture
def both(_both: Path, tmp_path: Path) -> Path:
    """January is published, February is a draft."""
    return Path(shutil.copytree(_both, tmp_path / "both"))


LATER = period(NEXT)


def across(folder: Path, terms: Terms = TERMS) -> Effect:
    """The last week of January and the second one of February change hands: too near for each half alone."""
    return deciding.assign(folder, _halves(folder), EARLY, terms=terms)


def _halves(folder: Path) -> list[tuple[str, str]]:
    (last, giver), (later, taker) = _ends(folder)
    return [(later, giver), (last, taker)]


def _ends(folder: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    """The last shift of January and the first of February, each with its holder."""
    drafts = [deciding.starting(folder, when) for when in (period(PERIOD), LATER)]
    one, two = (draft.shifts[n] for draft, n in zip(drafts, (-1, 0), strict=True) if draft)
    return (one.shift.id, str(one.person)), (two.shift.id, str(two.person))


def test_a_swap_across_periods_is_counted_for_both_and_each_beside_the_other(both: Path) -> None:
    (last, giver), (first, taker) = _ends(both)
    made = across(both)
    assert [one.period.name for one in made.each] == [PERIOD, NEXT]
    assert [one.decisions[0].beside for one in made.each] == [(first,), (last,)]
    assert [one.broken for one in made.each] == [(), ()]
    now, later = (one.after for one in made.each)
    assert (now.shifts[-1].person, later.shifts[0].person) == (taker, giver)
    carried = [{account.person: account for account in draft.people} for draft in (now, later)]
    assert {who: account.before for who, account in carried[1].items()} == {
        who: account.after for who, account in carried[0].items()
    }


def test_a_shift_of_a_time_that_is_not_planned_yet_is_told_with_what_is(team: Path) -> None:
    said = rf'"primary/week/2027-02-08" is on 2027-02-08, which is not planned: there is {PERIOD}\. Plan it with'
    with pytest.raises(WrongUsage, match=said):
        deciding.assign(team, [(IDS[0], "bo"), ("primary/week/2027-02-08", "cy")], EARLY)


def test_half_of_that_swap_alone_is_too_near(both: Path) -> None:
    app.publish(both, LATER, EARLY)
    for pair in _halves(both):
        assert "space" in {finding.rule for finding in deciding.assign(both, [pair], EARLY).broken}


def test_both_halves_are_published_as_one_whichever_is_named(both: Path, tmp_path: Path) -> None:
    deciding.write(both, across(both))
    other = Path(shutil.copytree(both, tmp_path / "other"))
    for folder, when in ((both, LATER), (other, period(PERIOD))):
        done_ = app.publish(folder, when, EARLY)
        assert [done_.plan.period, *(one.plan.period for one in done_.beside)][0] == when
        found = plans.read_plans(folder)
        assert [(plan.period.name, plan.revision) for plan in found] == [(PERIOD, 2), (NEXT, 1)]
        assert not list((folder / "drafts").glob("*.json"))
        assert all(app.audit(folder, plan.period).hard == () for plan in found)
    assert (both / "plans" / f"{NEXT}.json").read_bytes() == (other / "plans" / f"{NEXT}.json").read_bytes()


def test_a_swap_across_two_published_plans_becomes_a_revision_of_each(both: Path) -> None:
    app.publish(both, LATER, EARLY)
    deciding.write(both, across(both))
    app.publish(both, LATER, EARLY)
    assert [plan.revision for plan in plans.read_plans(both)] == [2, 2]
    assert [len(plan.decisions) for plan in plans.read_plans(both)] == [1, 1]


def test_where_one_plan_cannot_be_written_the_other_is_not_either(both: Path) -> None:
    app.publish(both, LATER, EARLY)
    deciding.write(both, across(both))
    before = [path.read_bytes() for path in sorted((both / "plans").glob("*.json"))]
    (both / "plans" / "history" / f"{NEXT}.r1.json").mkdir(parents=True)
    with pytest.raises(Refused, match="cannot be written"):
        app.publish(both, period(PERIOD), EARLY)
    assert [path.read_bytes() for path in sorted((both / "plans").glob("*.json"))] == before
    (both / "plans" / "history" / f"{NEXT}.r1.json").rmdir()
    app.publish(both, period(PERIOD), EARLY)
    assert [plan.revision for plan in plans.read_plans(both)] == [2, 2]


def test_what_a_crash_left_half_published_is_finished_by_the_other_half(both: Path) -> None:
    app.publish(both, LATER, EARLY)
    deciding.write(both, across(both))
    drafts = {path: path.read_bytes() for path in (both / "drafts").glob("*.json")}
    old = (both / "plans" / f"{NEXT}.json").read_bytes()
    app.publish(both, LATER, EARLY)
    (both / "plans" / f"{NEXT}.json").write_bytes(old)
    left = both / "drafts" / f"{NEXT}.json"
    left.write_bytes(drafts[left])
    app.publish(both, LATER, EARLY)
    assert [plan.revision for plan in plans.read_plans(both)] == [2, 2]


def test_half_of_a_swap_whose_other_half_is_gone_is_not_published(both: Path) -> None:
    deciding.write(both, across(both, Terms("", ("space",))))
    (both / "drafts" / f"{PERIOD}.json").unlink()
    (later, giver), (last, _) = _halves(both)
    with pytest.raises(Refused, match=rf"{giver} takes {later} in a swap with {last}.* Take it back with: watchbill"):
        app.publish(both, LATER, EARLY)
    half = plans.read_draft(both, LATER)
    assert half is not None
    taker = next(row.giver for row in half.decisions)
    deciding.write(both, deciding.assign(both, [(later, str(taker))], EARLY))
    app.publish(both, LATER, EARLY)


def test_half_of_a_swap_in_a_draft_stays_when_it_is_planned_again(both: Path) -> None:
    (later, giver), _ = _halves(both)
    deciding.write(both, across(both))
    (both / "availability" / "dee.yaml").write_text("person: dee\nleave: [2027-02-24]\n", encoding="utf-8")
    again = app.plan(both, LATER)
    assert isinstance(again, app.Planned)
    assert next(a.person for a in again.draft.shifts if a.shift.id == later) == giver


def test_what_was_allowed_in_one_period_is_allowed_where_the_next_one_sees_it(both: Path) -> None:
    app.publish(both, LATER, EARLY)
    (last, _), (_, taker) = _ends(both)
    deciding.write(both, deciding.assign(both, [(last, taker)], EARLY, terms=Terms("agreed", ("space",))))
    app.publish(both, period(PERIOD), EARLY)
    assert app.audit(both, LATER).hard == ()


def test_what_changed_since_it_was_shown_is_not_written(team: Path) -> None:
    made = swapped(team, 0, 2)
    (team / "availability" / "cy.yaml").write_text("person: cy\nleave: [2027-01-25]\n", encoding="utf-8")
    with pytest.raises(Refused, match="changed since this was shown; nothing was written"):
        deciding.write(team, made)
    (team / "availability" / "cy.yaml").unlink()
    deciding.write(team, made)
    with pytest.raises(Refused, match="changed since this was shown"):
        deciding.write(team, made)


def test_a_team_that_went_away_gets_no_draft(team: Path) -> None:
    made = swapped(team, 0, 2)
    (team / "team.yaml").unlink()
    with pytest.raises(WatchbillError, match=r"team\.yaml"):
        deciding.write(team, made)
    assert not list((team / "drafts").glob("*.json"))


def test_reasons_stay_in_the_plan_and_reach_no_feed(team: Path, tmp_path: Path) -> None:
    pairs = [(IDS[0], holder(team, 2)), (IDS[2], holder(team, 0))]
    deciding.write(team, deciding.assign(team, pairs, EARLY, terms=Terms("a wedding in Porto")))
    app.publish(team, period(PERIOD), EARLY)
    assert "a wedding in Porto" in (team / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8")
    feeding.write(team, b"x" * 32, now=EARLY)
    written = [path.read_text(encoding="utf-8") for path in (team / "feeds").rglob("*.ics")]
    assert written
    assert not any("wedding" in text.replace("\r\n ", "") for text in written)


# --------------------------------------------------------------------------------------------------------- balances


def test_who_gave_is_owed_and_who_took_is_paid_back_in_the_next_plan(team: Path) -> None:
    """The same next month is planned twice: after a plan as it was, and after one in which a shift changed hands."""
    giver = holder(team, 0)
    taker = next(who for who in ("ana", "bo", "cy", "dee") if who not in {giver, holder(team, 1)})
    other = Path(shutil.copytree(team, team.parent / "other"))
    made = deciding.assign(other, [(IDS[0], taker)], EARLY, terms=Terms("", ("space",)))
    deciding.write(other, made)
    app.publish(other, period(PERIOD), EARLY)
    weight = of(made.before, 0).load["all"], of(made.after, 0).load["all"]
    later = period("2027-02-01..2027-02-28")
    usual, paid = (app.plan(folder, later) for folder in (team, other))
    assert isinstance(usual, app.Planned)
    assert isinstance(paid, app.Planned)
    was, is_ = ({account.person: account for account in found.draft.people} for found in (usual, paid))
    assert is_[giver].before["all"] < was[giver].before["all"] - weight[0] // 2
    assert is_[taker].before["all"] > was[taker].before["all"] + weight[1] // 2
    carried = [audited_load(folder, found.draft) for folder, found in ((team, usual), (other, paid))]
    assert carried[1][giver] >= carried[0][giver]
    assert carried[1][taker] <= carried[0][taker]
    assert carried[1][giver] - carried[0][giver] + carried[0][taker] - carried[1][taker] > 0


def audited_load(folder: Path, draft: Draft) -> Mapping[str, int]:
    """Loads counted again from who holds what."""
    loads = drafting.ground(folder, draft.period).loads
    people = [account.person for account in draft.people]
    return {
        who: sum(loads.of(who, assigned.shift)["all"] for assigned in draft.shifts if assigned.person == who)
        for who in people
    }
