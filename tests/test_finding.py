"""Which shift somebody means: by id or as `ana 2027-02-08`; what is not found is answered with what was meant."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from builders import at, person, problem, shift
from watchbill.assemble import Ground, assemble
from watchbill.audit import whole
from watchbill.domain import Part, Shift
from watchbill.errors import Refused, WrongUsage
from watchbill.finding import find, find_person, find_shift
from watchbill.load import Loads
from watchbill.periods import Period, period
from watchbill.results import Draft, Inputs
from watchbill.rules import standing
from watchbill.workspace import plans

PEOPLE = (person("ana", name="Ana Souza"), person("bo", name="Bo Lindqvist"), person("bea", name="Bea Ana"))
BY_ID = {one.id: one for one in PEOPLE}
WEEK = tuple(shift(f"primary/week/2027-01-{day:02}", f"2027-01-{day:02}T08", 168) for day in (4, 11, 18))
DAYS = tuple(shift(f"second/day/2027-01-04T{hour:02}:00", f"2027-01-04T{hour:02}", 4) for hour in (6, 12))


def plan(holders: str, *shifts: Shift, parts: Mapping[str, tuple[Part, ...]] | None = None) -> Draft:
    facts = problem(PEOPLE, shifts or WEEK)
    held = whole(facts, dict(zip((s.id for s in facts.shifts), holders.split(), strict=True)))
    on = Ground(facts, standing(), Loads(facts))
    return assemble(on, {**held, **(parts or {})}, inputs=Inputs(""), status="solved", tiers=())


OURS = plan("ana bo ana")


def test_on_a_day_that_somebody_else_takes_it_is_the_shift_of_who_holds_most_of_it() -> None:
    off, back = at("2027-01-06T00"), at("2027-01-07T00")
    cut = (Part("ana", WEEK[0].start, off), Part("bo", off, back), Part("ana", back, WEEK[0].end))
    ours = plan("ana bo ana", parts={WEEK[0].id: cut})
    assert find_shift(ours, "ana 2027-01-06", BY_ID).shift == WEEK[0]
    assert find_shift(ours, "bo 2027-01-06", BY_ID).shift == WEEK[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (WEEK[1].id, 1),
        (f" {WEEK[1].id} ", 1),
        ("ana 2027-01-04", 0),
        ("ana 2027-01-18", 2),
        ("Ana Souza 2027-01-20", 2),
        ("ANA 2027-01-20", 2),
        ("bo  2027-01-12 09:00", 1),
        ("bo 2027-01-12T09:00", 1),
    ],
)
def test_a_shift_is_meant_by_its_id_or_by_its_holder_and_a_date(text: str, found: int) -> None:
    assert find_shift(OURS, text, BY_ID).shift == WEEK[found]


def test_a_date_means_what_begins_on_it_before_what_ends_on_it() -> None:
    assert find_shift(plan("ana ana bo"), "ana 2027-01-11", BY_ID).shift == WEEK[1]


def test_a_date_is_on_the_clock_of_the_zone() -> None:
    late = shift("primary/week/2027-01-04", "2027-01-04T08", 39)
    assert find_shift(plan("ana", late), "ana 2027-01-06", BY_ID, "Asia/Tokyo").shift == late
    with pytest.raises(WrongUsage, match="names no shift"):
        find_shift(plan("ana", late), "ana 2027-01-06", BY_ID)


def test_who_holds_a_part_holds_it_in_those_hours_only() -> None:
    cut = (Part("ana", WEEK[0].start, at("2027-01-07T00")), Part("bea", at("2027-01-07T00"), WEEK[0].end))
    ours = plan("ana bo ana", parts={WEEK[0].id: cut})
    assert find_shift(ours, "bea 2027-01-08", BY_ID).shift == WEEK[0]
    theirs = r"names no shift of .* Theirs are: primary/week/2027-01-04, primary/week/2027-01-18\."
    with pytest.raises(WrongUsage, match=theirs):
        find_shift(ours, "ana 2027-01-08", BY_ID)


def test_several_shifts_of_a_date_are_told_apart_by_the_time_or_the_id() -> None:
    ours = plan("ana ana", *DAYS)
    with pytest.raises(WrongUsage, match=r"may be any of these; name one by id: second/day/2027-01-04T06:00, second"):
        find_shift(ours, "ana 2027-01-04", BY_ID)
    assert find_shift(ours, "ana 2027-01-04 13:30", BY_ID).shift == DAYS[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("primary/weak/2027-01-04", 'is no shift of .* Did you mean "primary/week/2027-01-04"'),
        ("x/y", "is no shift of .* See what there is with: watchbill show"),
        ("ana", "names no shift. Name it by id, such as"),
        ("2027-01-04", "names no shift. Name it by id, such as"),
        ("", "names no shift"),
        ("ana 2027-02-31", '"2027-02-31" is no date'),
        ("ana 2027-01-04 25:00", '"25:00" is no time of day'),
        ("anna 2027-01-04", 'nobody is called "anna". Did you mean "ana"'),
        ("bea 2027-01-04", r"They hold nothing in"),
        ("ana 2027-01-12", r"Theirs are: primary/week/2027-01-04, primary/week/2027-01-18\."),
    ],
)
def test_what_is_no_shift_is_answered_with_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        find_shift(OURS, text, BY_ID)


def test_who_left_the_team_and_guests_are_known_by_what_they_hold() -> None:
    guest = plan("ana bo guest:PX1")
    named = replace(guest, guests={"guest:PX1": "Zed Zola"})
    assert find_shift(named, "zed zola 2027-01-18", BY_ID).shift == WEEK[2]
    assert find_shift(named, "bo 2027-01-11", {}).shift == WEEK[1]


def test_people_are_found_by_id_and_name() -> None:
    assert find_person(BY_ID, "ana") == "ana"
    assert find_person(BY_ID, "bo  lindqvist") == "bo"
    with pytest.raises(WrongUsage, match=r'nobody is called "Lindqist"\. Known: ana, bea, bo\.'):
        find_person(BY_ID, "Lindqist")
    two = {"x": person("x", name="Kim"), "y": person("y", name="kim")}
    with pytest.raises(WrongUsage, match=r'"Kim" may be x or y\. Name the one by id\.'):
        find_person(two, "Kim")


def test_the_period_that_holds_the_date_is_looked_at_first(tmp_path: Path) -> None:
    early = replace(OURS, period=period("2027-01-01..2027-01-17"))
    late = replace(plan("bo ana bo"), period=period("2027-01-18..2027-02-28"))
    for one in (early, late):
        plans.write_draft(tmp_path, one)

    def read(wanted: Period) -> Draft | None:
        return early if wanted == early.period else late

    assert find(tmp_path, "bo 2027-01-19", read, BY_ID).plan is late
    assert find(tmp_path, "ana 2027-01-19", read, BY_ID).plan is early
    with pytest.raises(WrongUsage, match=rf"is no shift of {late.period}"):
        find(tmp_path, "primary/week/2027-01-25", read, BY_ID)


def test_where_nothing_is_planned_the_way_on_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no shift is planned here yet"):
        find(tmp_path, "ana 2027-01-04", lambda wanted: None, BY_ID)


def test_a_shared_name_is_answered_with_both_ids() -> None:
    two = {id_: person(id_, name=f"Jo Wood ({id_})") for id_ in ("jo", "jo-2")}
    with pytest.raises(WrongUsage, match='"jo wood" may be jo or jo-2'):
        find_person(two, "jo wood")
