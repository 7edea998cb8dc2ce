"""Shifts that people would like to hand over: read, judged against the published plans, and no fact of planning."""

from pathlib import Path

import pytest
from folders import TEAM, ana, complaints, write

from drafts import held, plan, split, week
from watchbill import workspace
from watchbill.periods import period
from watchbill.workspace import Workspace, check_offers

PLACE = "availability/ana.yaml:2:10"
Q1 = period("2027-Q1")


def offering(folder: Path, *ids: str) -> Workspace:
    return workspace.read(write(folder, ana(f"offers: [{', '.join(ids)}]\n")))


def test_offers_are_read_by_person(tmp_path: Path) -> None:
    found = offering(tmp_path, "primary/weekly/2027-01-04", "primary/weekly/2027-01-18/2")
    assert found.offers == {"ana": ("primary/weekly/2027-01-04", "primary/weekly/2027-01-18/2")}


def test_an_offer_changes_nothing_that_is_planned(tmp_path: Path) -> None:
    without = workspace.problem(workspace.read(write(tmp_path / "a", ana(""))), Q1)
    assert workspace.problem(offering(tmp_path / "b", "primary/week/2027-01-04"), Q1) == without


@pytest.mark.parametrize("id_", ["weekly/2027-01-04", "primary/weekly/04.01.2027", "next week", "a/b/2027-01-04/x"])
def test_what_is_no_id_is_a_mistake_that_says_where_ids_are(tmp_path: Path, id_: str) -> None:
    (told,) = complaints(tmp_path, ana(f"offers: [{id_}]\n"))
    assert told.startswith(f'{PLACE}  "{id_}" is no shift. Write role/layer/date')
    assert told.endswith("watchbill show --person ana --csv")


def test_an_offer_without_a_list_says_how_to_write_one(tmp_path: Path) -> None:
    (told,) = complaints(tmp_path, ana("offers: primary/weekly/2027-01-04\n"))
    assert told.endswith("Write offers: [primary/weekly/2027-01-04].")


def test_a_note_has_no_place_in_an_offer(tmp_path: Path) -> None:
    (told,) = complaints(tmp_path, ana("offers: [{shift: primary/weekly/2027-01-04, note: wedding}]\n"))
    assert told.startswith(PLACE)


def test_an_offer_that_comes_twice_is_a_warning(tmp_path: Path) -> None:
    found = offering(tmp_path, "primary/weekly/2027-01-04", "primary/weekly/2027-01-04")
    (warning,) = [str(told) for told in found.warnings]
    assert "warning: primary/weekly/2027-01-04 is offered twice (first on line 2)" in warning


def test_offers_of_ones_own_shifts_and_parts_are_fine_in_any_seat(tmp_path: Path) -> None:
    second = held("primary/weekly/2027-01-11/2", "ana", "2027-01-11T09", 168)
    whole = held("primary/weekly/2027-01-18", "bo", "2027-01-18T09", 168)
    cut = ("bo", "2027-01-18T09", "2027-01-20T09"), ("ana", "2027-01-20T09", "2027-01-25T09")
    published = plan(*week("primary", "ana bo"), second, split(whole, *cut))
    ids = (f"primary/weekly/2027-01-{day}" for day in ("04", "11", "18"))
    assert check_offers(offering(tmp_path, *ids), [published]) == ()


def test_an_offer_of_what_is_not_theirs_is_a_warning(tmp_path: Path) -> None:
    (told,) = check_offers(offering(tmp_path, "primary/weekly/2027-01-11"), [plan(*week("primary", "ana bo"))])
    assert str(told).startswith(f"{PLACE}  warning: primary/weekly/2027-01-11 is not held by ana in the published")
    assert str(told).endswith("Remove it. See what is theirs with: watchbill show --person ana --csv")


def test_an_offer_of_no_shift_of_the_plans_names_the_one_that_was_meant(tmp_path: Path) -> None:
    near, far = check_offers(
        offering(tmp_path, "primary/week/2027-01-04", "backup/night/2031-10-10"), [plan(*week("primary", "ana"))]
    )
    assert 'is in no published plan, so nobody sees the offer. Did you mean "primary/weekly/2027-01-04"?' in str(near)
    assert "Remove it or mend the id." in str(far)


def test_an_offer_is_a_warning_where_nothing_is_published(tmp_path: Path) -> None:
    (told,) = check_offers(offering(tmp_path, "primary/weekly/2027-01-04"), [])
    assert told.warning


def test_people_without_offers_have_none(tmp_path: Path) -> None:
    found = workspace.read(write(tmp_path, {"team.yaml": TEAM}))
    assert (found.offers, check_offers(found, [plan(*week("primary", "ana"))])) == ({}, ())
