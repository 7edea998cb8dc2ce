"""After news: the smallest change of a published plan, judged by the audit of the whole plan with its parts."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

import sick
from builders import at, days, leave, person, problem, shift
from solving import first_plan
from tiny import PERIOD, fall_ill, write_team
from watchbill import app, drafting
from watchbill.assemble import Ground, answer_of, assemble
from watchbill.audit import audit, whole
from watchbill.domain import Leave, Part, Person, Pin, Shift
from watchbill.errors import Refused
from watchbill.history import forgiven
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.problem import Problem
from watchbill.remaining import pieces
from watchbill.replan import Move, Smallest, smallest_change, unbroken
from watchbill.report.diff import diff
from watchbill.results import Draft, Infeasible, Inputs
from watchbill.rules import Follow, Limit, Rest, Rule, Space, standing
from watchbill.solve import Effort
from watchbill.times import Span
from watchbill.workspace import plans

SCENARIOS = Path(__file__).parents[1] / "scenarios"
WEEK = tuple(shift(f"primary/week/2027-01-{day:02}", f"2027-01-{day:02}T00", 168) for day in (4, 11, 18, 25))
IDS = [turn.id for turn in WEEK]
NOON = "2027-01-06T12"
TEAM = ("ana", "bo", "cy")


def ground(facts: Problem, *rules: Rule) -> Ground:
    return Ground(facts, (*standing(), *rules), Loads(facts))


def plan(
    facts: Problem, holders: str, parts: Mapping[str, Sequence[Part]] | None = None, since: str | None = None
) -> Draft:
    """A published plan: holders of the shifts in order, and for some shifts the parts."""
    listed = whole(facts, dict(zip((s.id for s in facts.shifts), holders.split(), strict=True)))
    held = {**listed, **{id_: tuple(given) for id_, given in (parts or {}).items()}}
    made = assemble(ground(facts), held, inputs=Inputs(""), status="solved", tiers=())
    known = replace(made, inputs=Inputs("", answer=answer_of(made.shifts)), findings=(), revision=1)
    return replace(known, made="2026-12-01T12:00Z", since=since)


def change(facts: Problem, old: Draft, when: str, *rules: Rule, days_: int = 14) -> Smallest | Infeasible:
    made = smallest_change(
        ground(facts, *rules), old, at(when), notice=timedelta(days=days_), inputs=Inputs(""), effort=Effort(work=2)
    )
    assert isinstance(made, Smallest | Infeasible), made
    return made


def changed(facts: Problem, old: Draft, when: str, *rules: Rule, days_: int = 14) -> Smallest:
    """The smallest change, checked: nothing hard is left, and nothing before the instant is touched."""
    made = change(facts, old, when, *rules, days_=days_)
    assert isinstance(made, Smallest), made
    assert [finding.sentence for finding in made.draft.findings if finding.hard] == []
    for id_, parts in old.holders.items():
        assert until(made.draft.holders[id_], at(when)) == until(parts, at(when))
    return made


def until(parts: Sequence[Part], when: datetime) -> list[tuple[str, datetime, datetime]]:
    return [(part.person, part.start, min(part.end, when)) for part in parts if part.start < when]


def held(made: Smallest) -> list[str]:
    """Who holds each shift, parts with `+`."""
    return ["+".join(part.person for part in assigned.parts) for assigned in made.draft.shifts]


def weeks(
    *leaves: Leave, people: Sequence[Person | str] = ("ana", "bo", "cy"), shifts: Sequence[Shift] = WEEK
) -> Problem:
    return problem(people, shifts, leaves=tuple(leaves))


# ------------------------------------------------------------------------------------------------------- who is freed


def test_a_running_shift_is_cut_at_that_instant_and_the_rest_goes_to_somebody_else() -> None:
    facts = weeks(leave("ana", "2027-01-06T00", "2027-01-20T00"))
    made = changed(facts, plan(facts, "ana bo cy ana"), NOON)
    (first, *others) = made.draft.shifts
    taker = first.parts[1].person
    assert first.parts == (Part("ana", WEEK[0].start, at(NOON)), Part(taker, at(NOON), WEEK[0].end))
    assert taker != "ana"
    assert [other.person for other in others] == ["bo", "cy", "ana"]
    assert made.moves == (Move(IDS[0], at(NOON), "ana", taker, "leave"),)


def test_shifts_to_come_go_whole_where_leave_touches_them() -> None:
    facts = weeks(leave("cy", "2027-01-20T00", "2027-01-21T00"))
    made = changed(facts, plan(facts, "ana bo cy ana"), NOON)
    assert [(move.shift, move.giver, move.reason) for move in made.moves] == [(IDS[2], "cy", "leave")]
    assert made.draft.shifts[2].parts == (Part(made.moves[0].taker, WEEK[2].start, WEEK[2].end),)


def test_leave_that_is_over_by_then_frees_nothing() -> None:
    facts = weeks(leave("ana", "2027-01-04T12", NOON))
    made = changed(facts, plan(facts, "ana bo cy ana"), NOON)
    assert made.moves == ()
    assert [f.sentence for f in made.draft.findings if f.rule == "leave"] == [
        f"Ana holds {IDS[0]}, but is unavailable on 2027-01-04; that was before 2027-01-06 12:00"
    ]


def test_who_is_then_on_call_for_long_without_a_break_is_known_with_the_time() -> None:
    facts = problem(("ana", "bo", "cy"), days(count=14))
    was = plan(facts, "ana " * 9 + "bo " * 5)
    then = plan(facts, "ana " * 11 + "cy " * 3)
    assert unbroken(was, then) == (("ana", Span(facts.shifts[0].start, facts.shifts[10].end)),)
    assert unbroken(then, then) == ()
    assert unbroken(then, was) == ()


def test_without_news_nothing_changes() -> None:
    facts = weeks()
    old = plan(facts, "ana ana ana bo")
    made = changed(facts, old, NOON)
    assert made.moves == ()
    assert made.draft.holders == old.holders


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (weeks(people=(person("ana", left=date(2027, 1, 15)), "bo", "cy")), "left"),
        (replace(weeks(), servers={"primary/week": ("bo", "cy")}), "roles"),
        (replace(weeks(), pins=(Pin(IDS[3], "bo"),)), "pinned to somebody else"),
    ],
)
def test_leavers_changed_roles_and_pins_free_what_is_to_come(facts: Problem, reason: str) -> None:
    made = changed(facts, plan(weeks(), "bo cy bo ana"), "2027-01-08T00")
    assert [(move.shift, move.giver, move.reason) for move in made.moves] == [(IDS[3], "ana", reason)]


def test_who_is_no_longer_in_the_team_gives_what_is_to_come() -> None:
    facts = weeks(people=("bo", "cy"))
    made = changed(facts, plan(weeks(), "bo cy bo ana"), NOON)
    assert [(move.giver, move.reason) for move in made.moves] == [("ana", "left")]


def test_a_shift_that_is_new_in_the_inputs_finds_a_holder() -> None:
    facts = weeks()
    old = plan(weeks(shifts=WEEK[:3]), "ana bo cy")
    made = changed(facts, old, NOON)
    assert [(move.shift, move.giver) for move in made.moves] == [(IDS[3], None)]
    assert held(made)[:3] == ["ana", "bo", "cy"]


# ----------------------------------------------------------------------------------------------------------- smallest


def test_somebody_makes_room_only_where_nobody_else_can_take_it() -> None:
    facts = weeks(leave("ana", "2027-01-18T00", "2027-01-20T00"), leave("bo", "2027-01-18T00", "2027-01-19T00"))
    old = plan(facts, "bo ana ana cy")
    made = changed(facts, old, NOON, Space(at_least=timedelta(days=1)))
    assert held(made)[2] == "cy"
    assert {(move.shift, move.giver, move.reason) for move in made.moves} == {
        (IDS[2], "ana", "leave"),
        (IDS[3], "cy", "to keep the rules"),
    }
    assert [(tier.name, tier.value) for tier in made.draft.tiers][:2] == [("notice", 0), ("changes", 10)]


def test_others_keep_what_is_near_even_if_more_has_to_move_further_away() -> None:
    two = shift("secondary/week/2027-01-11", "2027-01-11T00", 168)
    far = tuple(shift(f"tertiary/days/2027-02-0{day}", f"2027-02-0{day}T00", 42) for day in (1, 3, 5, 7))
    serve = {"primary/week": ("ana", "bo", "dee"), "secondary/week": ("bo", "cy"), "tertiary/days": ("dee", "eva")}
    away = leave("ana", "2027-01-11T00", "2027-01-12T00")
    facts = problem(("ana", "bo", "cy", "dee", "eva"), (WEEK[1], two, *far), servers=serve, leaves=(away,))
    old = plan(facts, "ana bo dee dee dee dee")
    full = Limit(count="hours", at_most=timedelta(hours=168), people=("dee",))
    near = changed(facts, old, NOON, full, days_=14)
    assert held(near) == ["dee", "bo", "eva", "eva", "eva", "eva"]
    later = changed(facts, old, NOON, full, days_=0)
    assert held(later) == ["bo", "cy", "dee", "dee", "dee", "dee"]


def test_a_running_shift_moves_only_if_nothing_else_helps() -> None:
    one, two = (shift(f"{role}/week/2027-01-04", "2027-01-04T00", 168) for role in ("primary", "secondary"))
    servers = {"primary/week": ("ana", "bo"), "secondary/week": ("bo", "cy")}
    facts = problem(shifts=(one, two), servers=servers, leaves=(leave("ana", NOON, "2027-01-08T00"),))
    made = changed(facts, plan(facts, "ana bo"), NOON)
    assert held(made) == ["ana+bo", "bo+cy"]
    assert [move.reason for move in made.moves] == ["leave", "to keep the rules"]


@pytest.mark.parametrize("nth", range(0, 90, 11))
@pytest.mark.parametrize("gap", [1, 13])
def test_the_fewest_changes_of_all_are_found(gap: int, nth: int) -> None:
    facts = problem(TEAM, days(count=5))
    rules = (Space(at_least=timedelta(hours=gap)),)
    every = [held_by for held_by in product(TEAM, repeat=5) if sound(facts, rules, held_by)]
    old = every[nth % len(every)]
    start = 4 + nth % 4
    gone = leave(TEAM[nth % 3], f"2027-01-0{start}T00", f"2027-01-0{start + 2}T00")
    news = replace(facts, leaves=(gone,))
    made = change(news, plan(facts, " ".join(old)), "2027-01-05T00", *rules, days_=0)
    least = fewest(news, rules, old)
    assert (None if isinstance(made, Infeasible) else len(made.moves)) == least
    on = ground(news, *rules)
    assert sick.fewest(on, plan(facts, " ".join(old)), sick.Sick(TEAM[nth % 3], at("2027-01-05T00"), 2)) == least


def sound(facts: Problem, rules: Sequence[Rule], held_by: Sequence[str]) -> bool:
    on = ground(facts, *rules)
    parts = whole(facts, dict(zip((s.id for s in facts.shifts), held_by, strict=True)))
    return not any(finding.hard for finding in audit(facts, on.rules, parts, on.loads))


def fewest(facts: Problem, rules: Sequence[Rule], old: Sequence[str]) -> int | None:
    """Over every plan whose first day stays: how many shifts change hands at least; leave on that day is history."""
    facts = replace(facts, leaves=tuple(replace(away, span=after(away.span)) for away in facts.leaves))
    plans_ = (new for new in product(TEAM, repeat=5) if new[0] == old[0] and sound(facts, rules, new))
    return min((sum(a != b for a, b in zip(old, new, strict=True)) for new in plans_), default=None)


def after(span: Span) -> Span:
    return Span(max(span.start, at("2027-01-05T00")), span.end)


# ----------------------------------------------------------------------------------------------- parts, seats, history


def test_parts_that_are_there_stay_and_only_the_one_that_is_free_is_given_away() -> None:
    facts = weeks(leave("bo", "2027-01-14T00", "2027-01-15T00"))
    parts = (
        Part("ana", at("2027-01-11T00"), at("2027-01-12T00")),
        Part("bo", at("2027-01-12T00"), at("2027-01-15T00")),
        Part("cy", at("2027-01-15T00"), at("2027-01-18T00")),
    )
    old = plan(facts, "cy ana bo ana", {IDS[1]: parts})
    made = changed(facts, old, NOON)
    assert [move.shift for move in made.moves] == [IDS[1]]
    first, *_, last = made.draft.shifts[1].parts
    assert (first.person, last.person, last.end) == ("ana", "cy", parts[2].end)
    assert "bo" not in [part.person for part in made.draft.shifts[1].parts]


def test_a_second_illness_in_a_shift_that_was_cut_before_makes_a_third_part() -> None:
    later = "2027-01-08T00"
    facts = weeks(leave("ana", "2027-01-06T00", "2027-01-20T00"), leave("bo", later, "2027-01-10T00"))
    parts = (Part("ana", WEEK[0].start, at(NOON)), Part("bo", at(NOON), WEEK[0].end))
    old = plan(facts, "ana bo cy bo", {IDS[0]: parts}, since="2027-01-06T12:00Z")
    made = changed(facts, old, later)
    assert held(made) == ["ana+bo+cy", "bo", "cy", "bo"]
    assert made.draft.since == "2027-01-08T00:00Z"


def test_in_a_turn_of_two_seats_the_other_one_keeps_theirs() -> None:
    seats = (WEEK[0], shift(f"{IDS[0]}/2", "2027-01-04T00", 168, seat=2))
    facts = problem(("ana", "bo", "cy"), seats, seats={"primary": 2}, leaves=(leave("ana", NOON, "2027-01-08T00"),))
    made = changed(facts, plan(facts, "bo ana"), NOON)
    assert held(made) == ["bo", "ana+cy"]


def test_a_limit_on_the_whole_plan_counts_what_was_held_before() -> None:
    short = tuple(shift(f"primary/days/2027-01-0{day}", f"2027-01-0{day}T00", 24) for day in (2, 3))
    facts = weeks(leave("ana", "2027-01-25T00", "2027-01-26T00"), shifts=(*short, WEEK[0], WEEK[3]))
    old = plan(facts, "bo bo cy ana")
    assert held(changed(facts, old, "2027-01-19T00"))[3] == "bo"
    assert held(changed(facts, old, "2027-01-19T00", Limit(count="shifts", at_most=2)))[3] == "cy"
    assert held(changed(facts, old, "2027-01-19T00", Limit(count="hours", at_most=timedelta(hours=220))))[3] == "bo"


def test_a_rule_that_history_has_decided_against_is_named_and_nothing_is_made_up() -> None:
    two = tuple(shift(f"secondary/week/2027-01-{day:02}", f"2027-01-{day:02}T00", 168) for day in (4, 11))
    facts = problem(TEAM, (*WEEK[:2], *two), leaves=(leave("ana", "2027-01-13T00", "2027-01-20T00"),))
    rule = Follow(first="secondary", then="primary")
    old = plan(facts, "bo ana ana cy")
    with pytest.raises(Refused, match=r"(?s)beside it these rules cannot be kept.*follow: .*primary/week/2027-01-11"):
        change(facts, old, "2027-01-13T00", rule)


def test_a_limit_that_was_broken_before_does_not_block() -> None:
    facts = weeks(leave("ana", "2027-01-25T00", "2027-01-26T00"))
    made = changed(facts, plan(facts, "bo bo bo ana"), "2027-01-25T00", Limit(count="shifts", at_most=2))
    assert held(made) == ["bo", "bo", "bo", "cy"]
    (told,) = [finding for finding in made.draft.findings if finding.rule == "limit"]
    assert (told.hard, told.cost) == (False, 0)
    assert told.sentence.endswith("; that was before 2027-01-25 00:00")


def test_rest_is_due_between_what_was_held_and_what_is_taken_over() -> None:
    days_ = days(count=4, hours=12)
    facts = problem(shifts=days_, leaves=(leave("ana", "2027-01-05T06", "2027-01-06T00"),))
    made = changed(facts, plan(facts, "bo ana cy bo"), "2027-01-05T06", Rest(at_least=timedelta(hours=17)))
    assert held(made) == ["bo", "ana+bo", "cy", "bo"]


def test_who_stays_in_a_turn_keeps_their_seat_when_another_one_moves() -> None:
    seats = [shift(f"{IDS[n]}/2", f"{IDS[n][-10:]}T00", 168, seat=2) for n in (1, 2)]
    away = [leave(who, "2027-01-18T00", "2027-01-20T00") for who in ("bo", "eve")]
    away.append(leave("ana", "2027-01-11T00", "2027-01-20T00"))
    facts = problem(("ana", "bo", "cy", "dee", "eve"), (*WEEK[1:3], *seats), seats={"primary": 2}, leaves=tuple(away))
    made = changed(facts, plan(facts, "cy bo ana dee"), NOON, Space(at_least=timedelta(days=1)))
    assert held(made) == ["eve", "bo", "cy", "dee"]


def test_a_pin_is_kept_by_what_its_person_held_before() -> None:
    facts = replace(weeks(leave("ana", NOON, "2027-01-20T00")), pins=(Pin(IDS[0], "ana"),))
    made = changed(facts, plan(facts, "ana bo cy bo"), NOON)
    assert held(made)[0].startswith("ana+")


def test_a_guest_keeps_what_was_agreed_even_where_others_have_to_move() -> None:
    facts = weeks(leave("ana", "2027-01-18T00", "2027-01-20T00"), leave("bo", "2027-01-18T00", "2027-01-19T00"))
    guest = Part("guest:PX1", WEEK[1].start, WEEK[1].end)
    old = replace(plan(facts, "bo ana ana cy", {IDS[1]: (guest,)}), guests={"guest:PX1": "Zed"})
    made = changed(facts, old, NOON, Space(at_least=timedelta(days=1)))
    assert held(made)[1:3] == ["guest:PX1", "cy"]
    assert made.draft.guests == {"guest:PX1": "Zed"}


def test_what_stays_where_it_cannot_is_still_hard() -> None:
    facts = weeks(leave("ana", "2027-01-05T00", "2027-01-20T00"))
    old = plan(facts, "ana bo cy bo")
    same = pieces(facts, old, at(NOON))
    assert (same[0].holder, same[0].reason) == ("ana", "leave")
    on = ground(facts)
    found = audit(facts, on.rules, old.holders, on.loads)
    judged = forgiven(on, old.holders, found, at(NOON))
    assert [finding.rule for finding in judged if finding.hard] == ["leave"]


def test_history_that_the_inputs_do_not_know_any_more_is_refused() -> None:
    facts = weeks(people=("bo", "cy"))
    with pytest.raises(Refused, match=r"primary/week/2027-01-04 was held by ana.*with left: DATE"):
        change(facts, plan(weeks(), "ana bo cy bo"), NOON)
    with pytest.raises(Refused, match=r"primary/week/2027-01-04 is no shift of the inputs any more"):
        change(weeks(shifts=WEEK[1:]), plan(weeks(), "ana bo cy bo"), NOON)


def test_what_was_pinned_by_hand_stays_unless_it_is_free() -> None:
    facts = weeks(leave("ana", "2027-01-11T00", "2027-01-12T00"))
    old = plan(facts, "bo ana cy bo")
    pinned = replace(old, shifts=tuple(replace(assigned, pinned=True) for assigned in old.shifts))
    made = changed(facts, pinned, NOON)
    assert [assigned.pinned for assigned in made.draft.shifts] == [True, False, True, True]


# -------------------------------------------------------------------------------------------------------- no, and again


def test_where_nobody_is_left_the_conflict_is_told() -> None:
    away = [leave(who, "2027-01-12T00", "2027-01-13T00") for who in ("ana", "bo", "cy")]
    facts = weeks(*away)
    made = change(facts, plan(facts, "ana bo cy ana"), NOON)
    assert isinstance(made, Infeasible)
    assert "11 January" in made.summary
    assert made.causes


def test_the_same_news_gives_the_same_draft() -> None:
    facts = weeks(leave("ana", "2027-01-06T00", "2027-01-28T00"), people=("ana", "bo", "cy", "dee"))
    old = plan(facts, "ana bo cy ana")
    assert changed(facts, old, NOON) == changed(facts, old, NOON)


def test_fairness_decides_among_takers() -> None:
    facts = weeks(leave("ana", "2027-01-25T00", "2027-01-26T00"))
    assert held(changed(facts, plan(facts, "bo bo cy ana"), NOON))[3] == "cy"
    assert held(changed(facts, plan(facts, "cy cy bo ana"), NOON))[3] == "bo"


# ------------------------------------------------------------------------------------------------------------ folders


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A tiny team with a published plan."""
    folder = write_team(tmp_path / "team")
    assert isinstance(app.plan(folder, period(PERIOD)), app.Planned)
    app.publish(folder, period(PERIOD), datetime(2026, 12, 1, tzinfo=UTC))
    return folder


def test_the_draft_is_published_as_the_next_revision_with_its_marks(team: Path) -> None:
    when = datetime(2027, 1, 6, 13, tzinfo=UTC)
    before = plans.read_plan(team, period(PERIOD))
    assert before is not None
    running = next(assigned for assigned in before.shifts if assigned.shift.end > when)
    fall_ill(team, str(running.person), "2027-01-05..2027-01-31")
    made = app.replan(team, period(PERIOD), when)
    assert isinstance(made, app.Replanned)
    assert made.path is not None
    assert [finding.rule for finding in made.history] == ["leave"]
    assert app.audit(team, period(PERIOD)).hard == ()
    done = app.publish(team, period(PERIOD), when)
    assert (done.plan.revision, done.plan.since) == (2, "2027-01-06T13:00Z")
    moved = {move.shift for move in made.moves}
    assert {a.shift.id: a.changed for a in done.plan.shifts} == {
        a.shift.id: 2 if a.shift.id in moved else 1 for a in done.plan.shifts
    }
    assert app.audit(team, period(PERIOD)).hard == ()
    again = app.replan(team, period(PERIOD), when)
    assert isinstance(again, app.Replanned)
    assert (again.moves, again.path) == ((), None)


def test_illness_over_the_seam_names_the_other_period(team: Path) -> None:
    following = period("2027-02-01..2027-02-28")
    assert isinstance(app.plan(team, following), app.Planned)
    done = app.publish(team, following, datetime(2026, 12, 1, tzinfo=UTC))
    fall_ill(team, str(done.plan.shifts[0].person), "2027-01-31..2027-02-06")
    made = app.replan(team, period(PERIOD), datetime(2027, 1, 20, tzinfo=UTC))
    assert isinstance(made, app.Replanned)
    assert made.also == (following,)


def test_a_draft_that_was_edited_by_hand_is_not_overwritten(team: Path) -> None:
    old = plans.read_plan(team, period(PERIOD))
    assert old is not None
    first = replace(old.shifts[0], pinned=True)
    plans.write_draft(team, replace(old, shifts=(first, *old.shifts[1:]), revision=0, made=None))
    with pytest.raises(Refused, match=r"was edited by hand.*Publish it or remove it"):
        app.replan(team, period(PERIOD), datetime(2027, 1, 6, tzinfo=UTC))


def test_two_weeks_of_illness_in_a_large_rota(tmp_path: Path) -> None:
    """The bar: covered from that hour on, at most 1.5 times as many changes as any plan needs."""
    folder = Path(shutil.copytree(SCENARIOS / "day-night-12", tmp_path / "team"))
    quarter, when = period("2027-01-04..2027-04-04"), datetime(2027, 2, 10, 13, tzinfo=UTC)
    assert isinstance(app.plan(folder, quarter, watch=first_plan()), app.Planned)
    plan_ = app.publish(folder, quarter, datetime(2026, 12, 1, tzinfo=UTC)).plan
    on = drafting.ground(folder, quarter)
    ill = next(a.person for a in plan_.shifts if a.shift.start <= when < a.shift.end)
    news = Leave(str(ill), Span(when - timedelta(hours=14), when + timedelta(days=14)))
    facts = replace(on.problem, leaves=(*on.problem.leaves, news))
    ill_ground = Ground(facts, on.rules, Loads(facts))
    least = sick.fewest(ill_ground, plan_, sick.Sick(str(ill), when, 14))
    made = smallest_change(
        ill_ground,
        plan_,
        when,
        notice=timedelta(days=14),
        inputs=Inputs(""),
        effort=Effort(),
    )
    assert isinstance(made, Smallest)
    assert least
    assert least <= len(diff(plan_, made.draft)) <= 1.5 * least
    assert sick.uncovered(made.draft, when) == 0
    assert not any(finding.hard for finding in made.draft.findings)
    after_ = (part for a in made.draft.shifts for part in a.parts if part.person == ill and part.end > when)
    assert not any(part.span.meets(Span(when, news.span.end)) for part in after_)
