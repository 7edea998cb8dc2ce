from dataclasses import replace

from builders import at, person
from drafts import draft, held, split, week
from watchbill.report.diff import Sum, as_json, diff, lines, sums, tables
from watchbill.report.words import plain

PEOPLE = {"ana": person("ana", name="Ana [bold]"), "bo": person("bo"), "cy": person("cy")}
OLD = draft(*week("primary", "ana bo cy"))


def test_equal_plans_do_not_differ() -> None:
    assert diff(OLD, replace(OLD, status="other", revision=2)) == ()
    assert plain(tables((), PEOPLE, "UTC")) == "Nothing changes.\n"


def test_a_change_names_the_shift_and_both_holders() -> None:
    (change,) = diff(OLD, draft(*week("primary", "ana cy cy")))
    assert (change.id, change.start) == ("primary/weekly/2027-01-11", at("2027-01-11T09"))
    assert [part.person for part in change.before] == ["bo"]
    assert [part.person for part in change.after] == ["cy"]


def test_everything_is_new_without_an_old_plan() -> None:
    changes = diff(None, OLD)
    assert [change.before for change in changes] == [(), (), ()]
    assert "no shift -> Ana [bold]" in lines(changes, PEOPLE, "UTC")


def test_shifts_that_come_and_go_are_changes_in_order_of_time() -> None:
    new = draft(*week("secondary", "ana"), *week("primary", "ana bo"))
    assert [(change.id, bool(change.old), bool(change.new)) for change in diff(OLD, new)] == [
        ("secondary/weekly/2027-01-04", False, True),
        ("primary/weekly/2027-01-18", True, False),
    ]


def test_a_shift_that_moves_shows_its_hours() -> None:
    old = draft(held("primary/daily/2027-01-04", "bo", "2027-01-04T09"))
    new = draft(held("primary/daily/2027-01-04", "bo", "2027-01-04T10"))
    assert lines(diff(old, new), PEOPLE, "UTC") == (
        "Mon 04 Jan 10:00  primary/daily/2027-01-04: "
        "Bo, Mon 04 Jan 09:00 to Tue 05 Jan 09:00 -> Bo, Mon 04 Jan 10:00 to Tue 05 Jan 10:00\n"
    )


def test_parts_and_holes_are_told_in_words_on_the_clock_asked_for() -> None:
    first, *others = OLD.shifts
    cut = split(first, ("ana", "2027-01-04T09", "2027-01-09T17"), ("bo", "2027-01-09T17", "2027-01-11T09"))
    new = replace(OLD, shifts=(cut, replace(others[0], person=None, parts=()), others[1]))
    assert lines(diff(OLD, new), PEOPLE, "Europe/Berlin").splitlines() == [
        "Mon 04 Jan 10:00  primary/weekly/2027-01-04: Ana [bold] -> Ana [bold], Bo from Sat 09 Jan 18:00",
        "Mon 11 Jan 10:00  primary/weekly/2027-01-11: Bo -> nobody",
    ]


def test_sums_count_shifts_and_hours_for_each_person() -> None:
    first, second, third = OLD.shifts
    cut = split(first, ("ana", "2027-01-04T09", "2027-01-10T09"), ("cy", "2027-01-10T09", "2027-01-11T09"))
    swapped = week("primary", "ana cy cy")[1]
    assert sums(diff(OLD, replace(OLD, shifts=(cut, swapped, third)))) == (
        Sum("ana", 0, 0, -2400),
        Sum("bo", 0, 1, -16800),
        Sum("cy", 2, 0, 19200),
    )
    assert second.person == "bo"


def test_the_table_fits_and_prints_markup_as_it_stands() -> None:
    shown = plain(tables(diff(OLD, draft(*week("primary", "bo ana cy"))), PEOPLE, "UTC"))
    assert "2 shifts change · times in UTC" in shown
    assert "Mon 04 Jan 09:00   primary weekly   Ana [bold]   Bo" in shown
    assert "Ana [bold]       1       1     0.0" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_changes_go_to_json() -> None:
    (found,) = as_json(diff(OLD, draft(*week("primary", "ana cy cy"))))
    assert found["shift"] == "primary/weekly/2027-01-11"
    assert found["after"] == [{"person": "cy", "start": "2027-01-11T09:00Z", "end": "2027-01-18T09:00Z"}]


def test_parts_on_both_sides_fit_into_80_columns_by_the_names_that_do() -> None:
    people = {id_: person(id_, name=f"{id_.title()} van den Heuvel-Lindqvist") for id_ in ("ana", "bo", "cy")}
    first, *others = OLD.shifts
    cuts = ("2027-01-04T09", "2027-01-06T09", "2027-01-08T17", "2027-01-11T09")
    was, is_ = (
        split(first, *((who, cuts[n], cuts[n + 1]) for n, who in enumerate(names)))
        for names in (("ana", "bo", "ana"), ("ana", "cy", "ana"))
    )
    changes = diff(replace(OLD, shifts=(was, *others)), replace(OLD, shifts=(is_, *others)))
    shown = plain(tables(changes, people, "UTC"), 80).splitlines()
    assert shown[3].split() == ["Mon", "04", "Jan", "09:00", "primary", "weekly", "ana", "ana"]
    assert [cell.strip() for cell in shown[4].split("→ ")[1:]] == ["bo Wed 09:00", "cy Wed 09:00"]
    assert max(map(len, shown)) <= 80


def test_a_part_of_a_turn_longer_than_a_week_is_told_with_its_date() -> None:
    month = held("primary/monthly/2027-01-04", "bo", "2027-01-04T09", 28 * 24)
    cut = split(month, ("bo", "2027-01-04T09", "2027-01-20T14"), ("cy", "2027-01-20T14", "2027-02-01T09"))
    shown = plain(tables(diff(draft(month), draft(cut)), PEOPLE, "UTC"), 80)
    assert "→ Cy Wed 20 Jan 14:00" in shown
