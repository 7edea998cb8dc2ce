import pytest

from builders import days, problem, shift, span
from judging import found, found_in_parts, neighbour, part, sentences
from solving import best, holders
from twins import assert_twins
from watchbill.domain import Shift
from watchbill.results import Infeasible, Solved
from watchbill.rules.cover import Cover
from watchbill.rules.overlap import Overlap

RULES = [Overlap(), Cover()]
WINDOWS = shift(
    "primary/days/2027-01-04",
    "2027-01-04T09",
    gaps=[span("2027-01-04T09", "2027-01-04T17"), span("2027-01-05T09", "2027-01-05T17")],
)
STAGGERED = tuple(shift(f"primary/s{n}/2027-01-04", f"2027-01-04T0{n}", 4) for n in range(0, 8, 2))


@pytest.mark.parametrize(
    "shifts",
    [
        (*days("primary", 2), *days("secondary", 2)),
        STAGGERED,
        (
            WINDOWS,
            shift("secondary/x/2027-01-04", "2027-01-04T16", 20),
            shift("secondary/y/2027-01-05", "2027-01-05T12"),
        ),
        (WINDOWS, shift("secondary/x/2027-01-04", "2027-01-04T17", 16), *days("third", 2)),
        (shift("a/long/2027-01-04", "2027-01-04T00", 96), *days("b", 3)),
    ],
)
def test_model_and_check_agree(shifts: tuple[Shift, ...]) -> None:
    assert_twins(problem(shifts=shifts), RULES)


def test_model_and_check_agree_across_seams() -> None:
    before = (
        neighbour("secondary/daily/2027-01-03", "2027-01-03T12", 24, "ana"),
        neighbour("third/daily/2027-01-03", "2027-01-03T12", 24, "ana", part("bo", "2027-01-04T08", "2027-01-04T12")),
    )
    after = (neighbour("secondary/daily/2027-01-05", "2027-01-05T12", 24, "cy"),)
    assert_twins(problem(shifts=days(count=3), before=before, after=after), RULES)


def test_model_and_check_agree_with_two_seats() -> None:
    seats = tuple(shift(f"primary/daily/2027-01-04{end}", "2027-01-04T00", seat=n) for n, end in [(1, ""), (2, "/2")])
    assert_twins(problem(shifts=(*seats, *days("secondary", 2)), seats={"primary": 2}), RULES)


def test_two_roles_take_two_people() -> None:
    shifts = (*days("primary", 1), *days("secondary", 1))
    assert isinstance(best(problem(("ana",), shifts), [Cover()]), Solved)
    assert isinstance(best(problem(("ana",), shifts), RULES), Infeasible)
    assert sorted(holders(problem(("ana", "bo"), shifts), RULES)) == ["ana", "bo"]


def test_touching_turns_do_not_overlap() -> None:
    assert holders(problem(("ana",), days(count=3)), RULES) == ["ana", "ana", "ana"]


def test_a_turn_in_the_pauses_of_another_does_not_overlap() -> None:
    night = shift("secondary/night/2027-01-04", "2027-01-04T17", 16)
    assert found(problem(("ana",), (WINDOWS, night)), Overlap(), "ana", "ana") == []


def test_a_finding_names_both_shifts_and_the_time() -> None:
    facts = problem(shifts=(WINDOWS, shift("secondary/x/2027-01-04", "2027-01-04T16", 20)))
    assert sentences(facts, Overlap(), "ana", "ana") == [
        "Ana holds primary/days/2027-01-04 and secondary/x/2027-01-04 at once: Mon 2027-01-04 16:00 to 17:00"
    ]


def test_one_person_in_two_seats_of_a_turn() -> None:
    seats = tuple(shift(f"primary/daily/2027-01-04{end}", "2027-01-04T00", seat=n) for n, end in [(1, ""), (2, "/2")])
    facts = problem(shifts=seats, seats={"primary": 2})
    (finding,) = found(facts, Overlap(), "ana", "ana")
    assert finding.shifts == ("primary/daily/2027-01-04", "primary/daily/2027-01-04/2")
    assert found(facts, Overlap(), "ana", "bo") == []


def test_parts_are_judged_by_the_time_they_really_hold() -> None:
    facts = problem(shifts=(*days("primary", 1), *days("secondary", 1)))
    noon, start, end = "2027-01-04T12", "2027-01-04T00", "2027-01-05T00"
    crossed = {
        "primary/daily/2027-01-04": [part("ana", start, noon), part("bo", noon, end)],
        "secondary/daily/2027-01-04": [part("bo", start, noon), part("ana", noon, end)],
    }
    assert found_in_parts(facts, Overlap(), crossed) == []
    crossed["secondary/daily/2027-01-04"] = [part("bo", start, end)]
    assert [f.people for f in found_in_parts(facts, Overlap(), crossed)] == [("bo",)]


def test_what_neighbours_do_among_themselves_is_not_judged() -> None:
    before = tuple(neighbour(f"{role}/daily/2027-01-03", "2027-01-03T12", 24, "ana") for role in ("x", "y"))
    facts = problem(("ana", "bo"), days(count=1), before=before)
    assert found(facts, Overlap(), "bo") == []
    assert len(found(facts, Overlap(), "ana")) == 2
    assert holders(facts, RULES) == ["bo"]
