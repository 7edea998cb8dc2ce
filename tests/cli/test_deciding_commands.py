import json
from pathlib import Path

import pytest

from tiny import NEXT, PERIOD, Cli, draft_of

FIRST, THIRD = "primary/week/2027-01-04", "primary/week/2027-01-18"
START = "2026-12-01"


def holders(folder: Path) -> dict[str, str]:
    content = json.loads((folder / "plans" / f"{PERIOD}.json").read_text(encoding="utf-8"))
    return {shift["id"]: shift["person"] for shift in content["shifts"]}


def choice(cli: Cli, folder: Path) -> list[str]:
    """The words of the first exchange that `swap` finds."""
    found = json.loads(cli("-C", folder, "swap", THIRD, "--from", START, "--json").out)
    every = [*found["gives"], *found["pairs"], *found["rounds"]]
    return str(every[0]["command"]).split()[1:]


def test_what_swap_says_can_be_done_as_it_stands(published: Path, cli: Cli) -> None:
    words = choice(cli, published)
    assert words[-2:] == ["--from", START]
    shown = cli("-C", published, *words)
    assert shown.code == 0
    assert "balance" in shown.out
    assert "nothing was written. To write it as a draft, say --yes." in shown.err
    assert not list((published / "drafts").glob("*.json"))
    written = cli("-C", published, *words, "--yes", "--reason", "they agreed")
    assert "Reason: they agreed" in written.out
    assert f"Make it the next revision with: watchbill publish {PERIOD}" in written.out
    assert draft_of(published)["decisions"][0]["reason"] == "they agreed"
    assert cli("-C", published, "publish").code == 0
    assert holders(published)[words[1]] == words[2]


def test_publish_does_it_at_once_and_json_tells_everything(published: Path, cli: Cli) -> None:
    words = choice(cli, published)
    told = json.loads(cli("-C", published, *words, "--publish", "--yes", "--json").out)
    assert (told["period"], told["revision"]) == (PERIOD, 2)
    assert told["decisions"][0]["takes"] == words[2]
    assert {"person", "load", "balance", "wishes"} == told["people"][0].keys()
    assert not list((published / "drafts").glob("*.json"))


def test_a_shift_may_be_named_by_its_holder_in_two_words(published: Path, cli: Cli) -> None:
    who = holders(published)[THIRD]
    by_id, by_holder = (
        cli("-C", published, "swap", *words, "--from", START) for words in ([THIRD], [who, "2027-01-18"])
    )
    assert by_id.out == by_holder.out
    _, _, taker, *_ = choice(cli, published)
    one, two = (
        cli("-C", published, "assign", *words, taker, "--allow", "space", "--from", START)
        for words in ([THIRD], [who, "2027-01-18"])
    )
    assert (one.code, one.out) == (0, two.out)


def test_hours_are_given_away_with_relieve(published: Path, cli: Cli) -> None:
    taker = choice(cli, published)[2]
    words = [THIRD, "2027-01-20", "18:00..22:00", taker, "--allow", "space", "--from", START, "--yes"]
    assert cli("-C", published, "relieve", *words).code == 0
    cut = next(shift for shift in draft_of(published)["shifts"] if shift["id"] == THIRD)
    assert (cut["parts"][1]["start"], cut["parts"][1]["person"]) == ("2027-01-20T17:00Z", taker)


def test_a_hard_rule_refuses_and_writes_nothing(published: Path, cli: Cli) -> None:
    taker = holders(published)["primary/week/2027-01-11"]
    ended = cli("-C", published, "assign", THIRD, taker, "--from", START, "--yes")
    assert ended.code == 1
    assert "--allow space" in ended.err
    assert not list((published / "drafts").glob("*.json"))


def test_offers_are_listed_where_no_shift_is_named(published: Path, cli: Cli) -> None:
    assert "Nobody offers a shift" in cli("-C", published, "swap", "--from", START).out
    who = holders(published)[THIRD]
    (published / "availability" / f"{who}.yaml").write_text(f"person: {who}\noffers: [{THIRD}]\n", encoding="utf-8")
    assert f"{THIRD}, held by" in cli("-C", published, "swap", "--from", START).out
    told = json.loads(cli("-C", published, "swap", "--from", START, "--json").out)
    assert [(row["person"], row["shift"], row["found"]["holder"]) for row in told] == [(who, THIRD, who)]


@pytest.fixture
def both(published: Path, cli: Cli) -> tuple[Path, list[str]]:
    """Two published periods, and the words of a swap of the last shift of one for the first of the next."""
    assert cli("-C", published, "plan", NEXT, "--quiet").code == 0
    later = draft_of(published, NEXT)["shifts"][0]
    assert cli("-C", published, "publish", NEXT).code == 0
    last = "primary/week/2027-01-25"
    return published, ["assign", last, later["person"], later["id"], holders(published)[last], "--from", START]


def test_a_swap_across_periods_is_shown_for_both_and_published_as_one(both: tuple[Path, list[str]], cli: Cli) -> None:
    folder, words = both
    shown = cli("-C", folder, *words)
    assert shown.code == 0
    assert [line for line in shown.out.splitlines() if line.endswith(":")] == [f"{PERIOD}:", f"{NEXT}:"]
    assert not list((folder / "drafts").glob("*.json"))
    written = cli("-C", folder, *words, "--yes")
    assert written.err.splitlines() == [f"{folder}/drafts/{name}.json written." for name in (PERIOD, NEXT)]
    assert written.out.endswith(f"Make both the next revisions with: watchbill publish {PERIOD}\n")
    published = cli("-C", folder, "publish", NEXT)
    assert published.code == 0
    assert [line.split()[0] for line in published.out.splitlines() if " is revision 2 of " in line] == [
        f"{folder}/plans/{name}.json" for name in (NEXT, PERIOD)
    ]


def test_a_swap_across_periods_in_one_go_tells_both_as_json(both: tuple[Path, list[str]], cli: Cli) -> None:
    folder, words = both
    told = json.loads(cli("-C", folder, *words, "--publish", "--yes", "--json").out)
    assert [(row["period"], row["revision"]) for row in (told, *told["beside"])] == [(PERIOD, 2), (NEXT, 2)]
    assert [row["decisions"][0]["shift"] for row in (told, *told["beside"])] == [words[1], words[3]]


def test_a_swap_across_periods_that_breaks_a_rule_writes_neither(both: tuple[Path, list[str]], cli: Cli) -> None:
    folder, words = both
    taker = holders(folder)["primary/week/2027-01-18"]
    ended = cli("-C", folder, "assign", words[1], taker, *words[3:5], "--from", START, "--yes")
    assert (ended.code, "this breaks hard rules; nothing was written." in ended.err) == (1, True)
    assert not list((folder / "drafts").glob("*.json"))


def test_a_plan_says_what_it_does_not_keep_of_what_was_decided(drafted: Path, cli: Cli) -> None:
    found = {shift["id"]: shift["person"] for shift in draft_of(drafted)["shifts"]}
    words = [THIRD, found[FIRST], FIRST, found[THIRD], "--from", START]
    assert cli("-C", drafted, "assign", *words, "--yes", "--allow", "space").code == 0
    path = drafted / "availability" / f"{found[FIRST]}.yaml"
    path.write_text(f"person: {found[FIRST]}\nleave: [2027-01-19]\n", encoding="utf-8")
    again = cli("-C", drafted, "plan", PERIOD)
    assert again.code == 0
    assert "note: decided by hand before, and not kept: " in again.err
    assert f"takes {THIRD} from" in again.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["assign", FIRST], "nobody is named who takes"),
        (["assign", FIRST, "zoe"], 'nobody is called "zoe"'),
        (["assign", "primary/weak/2027-01-04", "bo"], 'Did you mean "primary/week/2027-01-04"'),
        (["relieve", FIRST, "bo"], "name a shift, its hours and who takes them"),
        (["relieve", FIRST, "soon", "bo"], "A stretch is written as"),
        (["swap", "ana"], "names no shift"),
        (["swap", FIRST, "--person", "zoe"], 'nobody is called "zoe"'),
        (["assign", FIRST, "bo", "--allow", "leave"], "is no hard rule of this team"),
    ],
)
def test_wrong_words_are_wrong_usage(published: Path, cli: Cli, words: list[str], said: str) -> None:
    ended = cli("-C", published, *words, "--from", START)
    assert ended.code == 2
    assert said in ended.err
