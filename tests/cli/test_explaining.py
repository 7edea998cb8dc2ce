"""`explain` on the tiny team, every number held against an audit of the workspace."""

import json
from pathlib import Path
from typing import Any

import pytest

from tiny import PERIOD, Cli, draft_of
from watchbill import drafting
from watchbill.assemble import assemble
from watchbill.audit import audit, whole
from watchbill.cli import base
from watchbill.load import Loads
from watchbill.periods import period
from watchbill.results import Inputs
from watchbill.workspace import plans

FIRST, SECOND = "primary/week/2027-01-04", "primary/week/2027-01-11"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PIPED_WIDTH", 2000)


def holders(folder: Path) -> dict[str, str]:
    found = plans.read_draft(folder, period(PERIOD)) or plans.read_plan(folder, period(PERIOD))
    assert found is not None
    return {a.shift.id: str(a.person) for a in found.shifts}


def costs(folder: Path, held: dict[str, str]) -> dict[str, int]:
    """What each tier costs by an audit of a plan."""
    ground = drafting.ground(folder, period(PERIOD))
    found = audit(ground.problem, ground.rules, whole(ground.problem, held))
    return {tier.name: sum(f.cost for f in found if f.tier == tier.name) for tier in ground.problem.tiers}


def asked(cli: Cli, folder: Path, *words: str) -> dict[str, Any]:
    ended = cli("-C", folder, "explain", *words, "--json")
    assert ended.code == 0, ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def other(folder: Path) -> str:
    """Somebody who does not hold the first shift and is not away."""
    return next(person for person in ("bo", "cy", "dee") if person != holders(folder)[FIRST])


def test_every_exchange_costs_what_an_audit_says(drafted: Path, cli: Cli) -> None:
    held, now = holders(drafted), costs(drafted, holders(drafted))
    told = asked(cli, drafted, FIRST)
    assert told["shift"]["id"] == FIRST
    assert {one["person"] for one in told["others"]} == {"ana", "bo", "cy", "dee"} - {held[FIRST]}
    for one in told["others"]:
        then = costs(drafted, held | {FIRST: one["person"]})
        assert {row["name"]: (row["before"], row["after"]) for row in one["tiers"]} == {
            name: (now[name], then[name]) for name in now
        }


def test_distances_are_those_of_the_loads(drafted: Path, cli: Cli) -> None:
    ground, held = drafting.ground(drafted, period(PERIOD)), holders(drafted)
    loads = Loads(ground.problem)
    seen = 0
    for one in asked(cli, drafted, FIRST)["others"]:
        own = [shift for shift in ground.problem.shifts if held[shift.id] == one["person"]]
        for row in one["distances"]:
            bucket = row["bucket"]
            before = sum(loads.of(one["person"], shift)[bucket] for shift in own)
            assert row["before"] * 100 == pytest.approx(before)
            assert row["after"] * 100 == pytest.approx(
                before + loads.of(one["person"], ground.problem.shift[FIRST])[bucket]
            )
            assert row["part"] * 100 == pytest.approx(loads.reference(one["person"])[bucket])
            seen += 1
    assert seen >= 3


def test_a_shift_is_named_by_id_or_by_holder_and_date_in_one_word_or_two(drafted: Path, cli: Cli) -> None:
    who = holders(drafted)[SECOND]
    told = [
        cli("-C", drafted, "explain", *words).out
        for words in ((SECOND,), (f"{who} 2027-01-11",), (who, "2027-01-11"), (SECOND, PERIOD))
    ]
    assert len(set(told)) == 1
    assert f"holds {SECOND}, Mon 11 Jan 09:00 to Mon 18 Jan 09:00." in told[0]
    assert "not a whole new plan." in told[0]


def test_who_is_away_is_unavailable_by_dates_alone(drafted: Path, cli: Cli) -> None:
    (drafted / "availability" / "ana.yaml").write_text(
        "person: ana\nleave: [{date: 2027-01-12, note: a secret appointment}]\n", encoding="utf-8"
    )
    ended = cli("-C", drafted, "explain", SECOND)
    assert "Ana Souza: cannot; unavailable on 2027-01-12" in ended.out
    assert "secret" not in ended.out + ended.err
    assert "the inputs have changed since it was made" in ended.err


def test_why_not_shows_the_plan_that_would_come_out(drafted: Path, cli: Cli) -> None:
    who, now = other(drafted), costs(drafted, holders(drafted))
    told = asked(cli, drafted, FIRST, "--why-not", who)
    assert told["plan"][FIRST] == who
    then = costs(drafted, told["plan"])
    assert {row["name"]: (row["now"], row["then"]) for row in told["tiers"]} == {n: (now[n], then[n]) for n in now}
    held = holders(drafted)
    assert {row["shift"] for row in told["changes"]} == {id_ for id_ in held if told["plan"][id_] != held[id_]}
    assert {row["id"]: row["person"] for row in draft_of(drafted)["shifts"]} == held


def test_why_not_tells_the_difference_tier_by_tier_and_what_moves(drafted: Path, cli: Cli) -> None:
    who = other(drafted)
    ended = cli("-C", drafted, "explain", FIRST, "--why-not", who)
    assert ended.code == 0
    assert f"on {FIRST} " in ended.out
    assert "fairness: " in ended.out
    assert f"{FIRST}: " in ended.out
    assert "hands:" in ended.out


def test_why_not_of_somebody_who_is_away_ends_with_the_causes(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "explain", SECOND, "--why-not", "ana")
    assert ended.code == 3
    assert f"no plan can have Ana Souza on {SECOND}." in ended.err
    assert "Ana Souza is unavailable from 11 to 13 January" in ended.err
    assert f"Ana Souza holds {SECOND}, as asked" in ended.err
    assert "ask Ana Souza for" in ended.err
    assert "unpin" not in ended.err
    assert "uncovered" not in ended.err
    told = json.loads(cli("-C", drafted, "explain", SECOND, "--why-not", "ana", "--json").out)
    assert (told["outcome"], told["person"], told["minimal"]) == ("infeasible", "ana", True)


def test_why_not_of_the_holder_is_refused(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "explain", FIRST, "--why-not", holders(drafted)[FIRST])
    assert (ended.code, "already" in ended.err) == (1, True)


def test_a_persons_sums_are_those_of_the_plan(drafted: Path, cli: Cli) -> None:
    ground, held = drafting.ground(drafted, period(PERIOD)), holders(drafted)
    made = assemble(ground, whole(ground.problem, held), inputs=Inputs(""), status="", tiers=())
    for account in made.people:
        told = asked(cli, drafted, "--person", account.person)
        sums = told["account"]
        wanted = {
            "load": account.load,
            "reference": account.reference,
            "before": account.before,
            "after": account.after,
        }
        for what, listed in wanted.items():
            assert sums[what] == {bucket: hundredths / 100 for bucket, hundredths in listed.items()}
        assert told["shifts"] == [id_ for id_ in held if held[id_] == account.person]


def test_a_wish_against_the_plan_names_the_cheapest_alternative(drafted: Path, cli: Cli) -> None:
    who = holders(drafted)[FIRST]
    own = "leave: [2027-01-11..2027-01-13]\n" if who == "ana" else ""
    (drafted / "availability" / f"{who}.yaml").write_text(
        f"person: {who}\n{own}avoid: [{{dates: 2027-01-05..2027-01-06, weight: 2, note: choir}}]\n", encoding="utf-8"
    )
    told = asked(cli, drafted, "--person", who)
    (wish,) = told["wishes"]
    assert (wish["granted"], wish["held"], wish["hours_held"]) == (False, [FIRST], 48.0)
    (way,) = wish["ways"]
    exchanges = [one for one in asked(cli, drafted, FIRST)["others"] if one["possible"]]
    assert way["best"] == exchanges[0]
    ended = cli("-C", drafted, "explain", "--person", who)
    assert "avoid Tue 5 Jan to Wed 6 Jan 2027, 2 days: not wholly granted, 48.0 h of it held" in ended.out
    assert "choir" not in ended.out


def test_a_wish_for_somebody_elses_shift_tells_what_it_would_take(drafted: Path, cli: Cli) -> None:
    who = holders(drafted)[FIRST]
    own = "leave: [2027-01-11..2027-01-13]\n" if who == "ana" else ""
    (drafted / "availability" / f"{who}.yaml").write_text(
        f"person: {who}\n{own}prefer: [2027-01-13..2027-01-14]\n", encoding="utf-8"
    )
    ended = cli("-C", drafted, "explain", "--person", who)
    assert "prefer Wed 13 Jan to Thu 14 Jan 2027, 2 days: not granted" in ended.out
    assert f"    {SECOND}: " in ended.out


def test_leave_is_said_to_be_kept(drafted: Path, cli: Cli) -> None:
    ended = cli("-C", drafted, "explain", "--person", "ana")
    assert "leave Mon 11 Jan to Wed 13 Jan 2027, 3 days, last day off Wed 13 Jan: kept, free of 2 shifts" in ended.out


def test_the_published_plan_is_explained_unless_the_draft_is_asked_for(drafted: Path, cli: Cli) -> None:
    assert cli("-C", drafted, "publish").code == 0
    plan = json.loads((drafted / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    assert asked(cli, drafted, FIRST)["revision"] == 1
    assert asked(cli, drafted, FIRST, "--draft")["revision"] == 1
    (drafted / "drafts" / f"{PERIOD}.json").write_text(json.dumps(plan | {"revision": 0, "made": None}))
    assert asked(cli, drafted, FIRST)["revision"] == 1
    assert asked(cli, drafted, FIRST, "--draft")["revision"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a shift"),
        (("primary/week/2027-01-05",), "is no shift of"),
        (("nobody 2027-01-11",), "nobody is called"),
        ((FIRST, "2027-13"), "2027-13"),
        ((FIRST, PERIOD, "more"), "one word too many"),
        ((FIRST, "--why-not", "zoe"), "nobody is called"),
        (("--person", "zoe"), "nobody is called"),
        ((FIRST, "--why-not", "bo", "--person", "bo"), "Use one of them"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage_with_a_remedy(
    drafted: Path, cli: Cli, words: tuple[str, ...], said: str
) -> None:
    ended = cli("-C", drafted, "explain", *words)
    assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_folder_without_plans_names_the_way_on(team: Path, cli: Cli) -> None:
    ended = cli("-C", team, "explain", FIRST)
    assert (ended.code, "watchbill plan" in ended.err) == (1, True)


def test_lines_are_folded_at_eighty_columns_and_go_on_indented(
    drafted: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide_ = cli("-C", drafted, "explain", FIRST).out
    monkeypatch.setattr(base, "PIPED_WIDTH", 80)
    folded = cli("-C", drafted, "explain", FIRST).out
    assert max(map(len, wide_.splitlines())) > 80 >= max(map(len, folded.splitlines()))
    assert " ".join(folded.split()) == " ".join(wide_.split())
    assert any(line.startswith("  ") for line in folded.splitlines())
