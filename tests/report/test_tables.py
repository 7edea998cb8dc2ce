"""Tables as they print to a pipe: what they say, and that they fit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console, RenderableType

from builders import at, person, span
from drafts import account, draft, held, holding, shift, split, week
from watchbill.report import decisions, sums, tables
from watchbill.report.words import plain
from watchbill.results import Assigned, Draft, Finding, Tier

LONG = "Maximiliane von der Heide-Schulz zu Hohenlohe"
PEOPLE = {
    "ana": person("ana", "America/Sao_Paulo", name="Ana Souza"),
    "bo": person("bo", "Europe/Stockholm", name="Bo [bold]x[/bold] \x1b[31mred"),
    "cy": person("cy", "Asia/Singapore", name="Cy Tan"),
    "max": person("max", name=LONG),
}


def lines(what: RenderableType) -> list[str]:
    shown = plain(what).splitlines()
    assert max(map(len, shown)) <= 80, shown
    assert "\x1b" not in "".join(shown)
    return shown


def row(what: RenderableType, start: str) -> list[str]:
    """The cells of the row that starts so."""
    (found,) = [line for line in lines(what) if line.startswith(start)]
    return [cell.strip() for cell in found.split("   ") if cell.strip()]


def week_table(*shifts: Assigned, zone: str = "UTC") -> RenderableType:
    return tables.by_week(draft(*shifts), PEOPLE, zone)


def sun(days: int = 14) -> Draft:
    """Two roles, three sites, shifts of eight hours."""
    ids = ("weiling", "hafiz", "deepa", "jiahui", "kenji", "haruka", "ethan", "paolo", "johanna", "milan", "ola", "bo")
    out = []
    for n in range(days):
        for r, role in enumerate(("primary", "secondary")):
            for s, site in enumerate(("apac", "emea", "amer")):
                start = at("2027-03-08T00") + timedelta(days=n, hours=8 * s)
                who = ids[(n * 3 + s + r) % 12]
                out.append(held(f"{role}/{site}/{start.date()}", who, start.strftime("%Y-%m-%dT%H"), 8))
    return draft(*out, when="2027-Q1")


# ---------------------------------------------------------------------------------------------------------- by week


def test_weekly_turns_have_a_row_for_each_week_and_a_column_for_each_layer() -> None:
    shown = week_table(*week("primary", "ana cy"), *week("secondary", "cy ana"))
    assert lines(shown)[0] == "payments · 2027-01 · draft · times in UTC"
    assert row(shown, "Mon 04 Jan") == ["Mon 04 Jan", "Ana Souza", "Cy Tan"]
    assert row(shown, "Mon 11 Jan") == ["Mon 11 Jan", "Cy Tan", "Ana Souza"]
    assert row(shown, "week of") == ["week of", "Mon 09:00", "Mon 09:00"]


def test_daily_turns_have_a_row_for_each_day() -> None:
    shown = week_table(*(held(f"primary/daily/2027-01-0{n}", "ana", f"2027-01-0{n}T09") for n in (4, 5)))
    assert row(shown, "day") == ["day", "09:00"]
    assert row(shown, "Tue 05 Jan") == ["Tue 05 Jan", "Ana Souza"]


def test_two_roles_at_three_sites_fit_into_80_columns() -> None:
    shown = tables.by_week(sun(), {}, "Europe/Berlin")
    assert row(shown, "day") == ["day", "01:00", "09:00", "17:00", "01:00", "09:00", "17:00"]
    assert row(shown, "Tue 09 Mar")[1:] == ["jiahui", "kenji", "haruka", "kenji", "haruka", "ethan"]


def test_more_than_six_layers_go_into_several_tables() -> None:
    shown = lines(week_table(*(held(f"r{n}/weekly/2027-01-04", "ana", "2027-01-04T09", 168) for n in range(8))))
    assert len([line for line in shown if line.startswith("Mon 04 Jan")]) == 2


def test_times_are_on_the_clock_asked_for_and_unusual_ones_are_said() -> None:
    shown = week_table(
        *week("primary", "ana cy ana", "2027-03-15"), held("primary/weekly/2027-04-05", "cy", "2027-04-05T08", 168),
        zone="Europe/Berlin",
    )  # fmt: skip
    assert row(shown, "week of") == ["week of", "Mon 10:00"]
    assert row(shown, "Mon 22 Mar") == ["Mon 22 Mar", "Cy Tan"]
    assert row(shown, "Mon 29 Mar") == ["Mon 29 Mar", "Ana Souza Mon 11:00"]


def test_holes_pins_and_parts_show() -> None:
    first, second, third = week("primary", "ana cy ana")
    shown = week_table(
        replace(first, pinned=True),
        replace(second, person=None, parts=()),
        split(third, ("ana", "2027-01-18T09", "2027-01-21T18"), ("cy", "2027-01-21T18", "2027-01-25T09")),
    )
    assert row(shown, "Mon 04 Jan") == ["Mon 04 Jan", "Ana Souza*"]
    assert row(shown, "Mon 11 Jan") == ["Mon 11 Jan", "nobody"]
    assert any("→ Cy Tan Thu 18:00" in line for line in lines(shown))
    assert "* pinned" in lines(shown)


def test_both_seats_of_a_turn_show() -> None:
    second = held("primary/weekly/2027-01-04/2", "cy", "2027-01-04T09", 168)
    shown = "\n".join(lines(week_table(*week("primary", "ana"), second)))
    assert "Ana Souza" in shown
    assert "Cy Tan" in shown


def test_long_names_give_way_to_ids() -> None:
    roles = ("primary", "secondary", "shadow")
    shown = week_table(*(held(f"{role}/weekly/2027-01-04", "max", "2027-01-04T09", 168) for role in roles))
    assert row(shown, "Mon 04 Jan") == ["Mon 04 Jan", "max", "max", "max"]


def test_markup_in_names_prints_as_it_stands() -> None:
    assert any("Bo [bold]x[/bold] [31mred" in line for line in lines(week_table(*week("primary", "bo"))))


def test_an_empty_draft_says_so() -> None:
    assert lines(week_table()) == ["payments · 2027-01 · draft · times in UTC: no shifts."]


def test_tables_are_plain_in_a_pipe_and_say_so_little_of_boxes(capsys: pytest.CaptureFixture[str]) -> None:
    Console().print(week_table(*week("primary", "ana")))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert not set(shown) & set("│┃┌┐└┘|+")


# ------------------------------------------------------------------------------------------------ by person, by role


def test_a_person_sees_their_shifts_on_their_own_clock() -> None:
    found = draft(*week("primary", "ana cy"), *week("secondary", "cy ana"))
    shown = tables.by_person(found, PEOPLE["ana"])
    assert lines(shown)[0] == "payments · 2027-01 · draft · Ana Souza · times in America/Sao_Paulo"
    assert row(shown, "Mon 04 Jan") == ["Mon 04 Jan 06:00", "Mon 11 Jan 06:00", "primary weekly", "168.0", "168.0"]
    assert row(shown, "Mon 11 Jan")[2] == "secondary weekly"
    assert row(shown, "2 shifts") == ["2 shifts", "336.0", "168.0"]


def test_hours_of_a_person_are_those_on_call() -> None:
    hours = [span(f"2027-01-0{day}T09", f"2027-01-0{day}T17") for day in range(4, 9)]
    office = holding(shift("primary/days/2027-01-04", "2027-01-04T09", gaps=hours), "max")
    cells = row(tables.by_person(draft(office), PEOPLE["max"]), "Mon 04 Jan")
    assert cells == ["Mon 04 Jan 09:00", "Fri 08 Jan 17:00", "primary days", "40.0", "40.0"]


def test_a_person_sees_only_their_part_of_a_shift() -> None:
    whole = held("primary/daily/2027-01-04", "ana", "2027-01-04T00")
    cut = split(whole, ("ana", "2027-01-04T00", "2027-01-04T18"), ("max", "2027-01-04T18", "2027-01-05T00"))
    cells = row(tables.by_person(draft(cut), PEOPLE["max"]), "Mon 04 Jan")
    assert cells == ["Mon 04 Jan 18:00", "Tue 05 Jan 00:00", "primary daily", "6.0"]


def test_buckets_that_weigh_something_have_a_column_and_all_four_fit() -> None:
    load = {"all": 123456, "night": 12345, "weekend": 12345, "holiday": 12345}
    (one,) = week("secondary-escalation", "ana")
    shown = tables.by_person(draft(replace(one, load=load)), PEOPLE["ana"])
    assert "123.5" in "\n".join(lines(shown))
    assert {"night", "weekend", "holiday"} <= set(" ".join(lines(shown)).split())


def test_a_person_without_shifts_reads_so() -> None:
    assert lines(tables.by_person(draft(), PEOPLE["cy"]))[0].endswith("Asia/Singapore: no shifts.")


def test_a_role_lists_parts_and_holes() -> None:
    first, second = week("primary", "ana cy")
    cut = split(first, ("ana", "2027-01-04T09", "2027-01-04T18"), ("cy", "2027-01-04T18", "2027-01-11T09"))
    found = draft(cut, replace(second, person=None, parts=()), *week("secondary", "ana"))
    shown = tables.by_role(found, "primary", PEOPLE, "UTC")
    cells = [line.split("   ") for line in lines(shown)[3:]]
    assert [[cell.strip() for cell in row_ if cell.strip()] for row_ in cells] == [
        ["Mon 04 Jan 09:00", "18:00", "weekly", "Ana Souza", "9.0"],
        ["Mon 04 Jan 18:00", "Mon 11 Jan 09:00", "weekly", "Cy Tan", "159.0"],
        ["Mon 11 Jan 09:00", "Mon 18 Jan 09:00", "weekly", "nobody", "168.0"],
    ]


# ------------------------------------------------------------------------------------------------------------- sums


def test_loads_show_differences_balances_totals_and_measures() -> None:
    found = draft(people=(account("ana", 17800, 16800, -500), account("max", 15800, 16800)))
    shown = sums.loads(found, PEOPLE)
    assert row(shown, "Ana Souza") == ["Ana Souza", "178.0", "168.0", "+10.0", "-5.0", "+5.0"]
    assert row(shown, "total") == ["total", "336.0", "336.0", "0.0", "-5.0", "-5.0"]
    assert "spread 20.0 h, Gini 0.030, at equal references" in lines(shown)


def test_buckets_without_any_weight_are_left_out() -> None:
    shown = "\n".join(lines(sums.loads(draft(people=(account("ana"),)), PEOPLE)))
    assert "bucket all" in shown
    assert "night" not in shown
    assert lines(sums.loads(draft(), PEOPLE)) == ["payments · 2027-01 · draft · no loads"]


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (Tier("a", 7, 7, 7), "proven best"),
        (Tier("a", 9, 7, 7, 2), "best 7 is proven; +2 for later tiers"),
        (Tier("a", 100, 100, 75), "at most 25.0% better is possible"),
        (Tier("a", -30, -30, -100), "at most 70 better is possible"),
        (Tier("a", 102, 100, 75), "at most 25.0% better is possible; +2 for later tiers"),
    ],
)
def test_tiers_say_in_words_what_is_proven(tier: Tier, words: str) -> None:
    assert sums.proof(tier) == words
    assert row(sums.tiers(draft(tiers=(tier,))), "a ")[-1] == words


def judged(*findings: Finding) -> Sequence[str]:
    return lines(sums.findings(draft(findings=findings)))


def test_hard_findings_come_first_and_burden_is_left_out() -> None:
    shown = judged(
        Finding("wishes", "Ana wished it away.", tier="wishes", cost=3),
        Finding("fair", "Weighs 12 hours.", tier="burden", cost=1200),
        Finding("leave", "Ana is [away].", hard=True, day=at("2027-01-04").date()),
    )
    assert shown == [
        "1 to fix",
        "Mon 04 Jan  leave  Ana is [away].",
        "1 with a cost",
        "  wishes  Ana wished it away. (cost 3)",
    ]
    assert judged(Finding("fair", "", tier="burden", cost=1)) == ["No findings."]


def test_only_the_costliest_soft_findings_are_listed_in_their_order() -> None:
    shown = judged(*(Finding("space", f"Number {n}.", tier="stability", cost=n) for n in range(25)))
    assert shown[0] == "25 with a cost"
    assert [line.split()[2] for line in shown[1:-1]] == [f"{n}." for n in range(5, 25)]
    assert shown[-1] == "… and 5 more that cost less or as much."


def test_lines_that_say_the_same_name_their_tiers() -> None:
    shown = judged(*(Finding("fair", "Ana carries 5 h.", tier=tier, cost=2) for tier in ("fairness", "evenness")))
    assert [line.partition("(")[2] for line in shown[1:]] == ["cost 2 in fairness)", "cost 2 in evenness)"]


def test_points_that_stand_together_have_as_many_digits() -> None:
    assert decisions.wishes([("ana", -19, -20)], PEOPLE)[0].endswith("gain 0.019 points, then gain 0.020: better off")


@pytest.mark.parametrize(("best", "bound", "told"), [(100, 50, True), (100, 95, False), (100, 100, False)])
def test_what_ends_far_from_proven_says_what_to_do_next(best: int, bound: int, told: bool) -> None:
    shown = " ".join(lines(sums.tiers(draft(tiers=(Tier("fairness", best, best, bound),)))))
    assert ("Far from proven: fairness. " in shown) is told


@pytest.mark.parametrize("layers", range(1, 9))
def test_a_grid_of_any_number_of_layers_fits_80_columns(layers: int) -> None:
    long = "Ann Bo Cy Di Eve Fay Gus Hal Ida Jo Kim"
    shifts = [held(f"role-{n}/a-long-layer/2027-01-04", "ana", "2027-01-04T08", 168) for n in range(layers)]
    for length in range(3, len(long)):
        people = {"ana": person("ana", name=long[:length].strip())}
        shown = plain(tables.by_week(draft(*shifts), people, "UTC"), 200).splitlines()
        assert max(map(len, shown)) <= 80
