"""Every sentence of `staffing`, counted again from the shifts of the period, and from what it says as JSON."""

import json
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from recounted import NAMES, PERIOD, done, write
from recounting import Form, Reader, Sums, silent
from tiny import Cli
from watchbill import drafting
from watchbill.needs import RATES
from watchbill.periods import period
from watchbill.times import total

HOUR = timedelta(hours=1)
QUESTIONS = ("to keep the rules, nobody away", "with leave as it is", "and at most 25 % of one's time on")


def staffing_forms(sums: Sums, told: dict[str, Any]) -> list[Form]:
    """The lines of `staffing`. How many simulated teams break is held against the JSON, month by month."""
    problem = sums.ground.problem
    (site,) = told["sites"]
    days = problem.period.dates
    shifts = [s for s in problem.shifts if s.handoff.date() >= days.first]
    months = {month["name"]: month["breaks"] for month in site["months"]}

    def head(found: re.Match[str]) -> None:
        assert int(found[1]) == len(NAMES) == len(site["people"])
        assert abs(int(found[2]) - site["away"]) <= 0.55

    def left_out(found: re.Match[str]) -> None:
        head = [s for s in problem.shifts if s not in shifts]
        assert int(found[1]) == len(head)
        assert int(found[2]) == round(sum((total(one.spans) for one in head), timedelta()) / HOUR)

    def need(found: re.Match[str]) -> None:
        row = next(row for row, title in zip(site["needs"], QUESTIONS, strict=True) if title == found[1])
        assert int(found[2]) == row["people"]
        assert row["why"].startswith(found[3])
        reason(row["why"], row["people"])

    def reason(text: str, people: int) -> None:
        if found := re.fullmatch(r"(\d+) shifts run at one time", text):
            most = max(sum(any(s.start <= at < s.end for s in one.spans) for one in shifts) for at in starts)
            assert int(found[1]) == most == people
        elif found := re.fullmatch(r"with (\d+) no plan keeps the rules; two solves agree", text):
            assert int(found[1]) == people - 1
        else:
            found = re.fullmatch(r"(\d+) h on call in all, and 25 % of the time is (\d+) h for each", text)
            assert found, text
            hours = sum((total(one.spans) for one in shifts), timedelta()) / HOUR
            limit = len(days) * 24 / 4
            assert (int(found[1]), int(found[2])) == (hours, limit)
            assert people >= math.ceil(hours / limit)

    def growth(found: re.Match[str]) -> None:
        breaks = months[found[1]]
        assert [int(n) for n in found[2].split()] == [sum(b is not None and b <= r for b in breaks) for r in RATES]

    def first(found: re.Match[str]) -> None:
        breaks = [b for b in months[found[1]] if b is not None]
        assert min(breaks) == min(b for listed in months.values() for b in listed if b is not None)
        assert (int(found[2]), int(found[3])) == (min(breaks), breaks.count(min(breaks)))
        assert int(found[4]) == len(months[found[1]])

    starts = [span.start for one in shifts for span in one.spans]
    questions = "|".join(map(re.escape, QUESTIONS))
    return [
        Form(r"Not counted: (\d+) shifts? that runs? already when it starts, (\d+) h of it\.", left_out),
        silent(rf"{PERIOD}: how many people it takes\."),
        Form(r"tiny: (\d+) people, on leave for (\d+) % of the time \(primary/week, secondary/week\)", head),
        silent(r"it takes +people +why not fewer|─+|month( +\d+ %)+"),
        Form(rf"({questions}) +(\d+) +(.+)", need),
        silent(r"(?:call)? {20,}\w.*"),
        silent(r"as leave grows: how many of 5 simulated teams have no plan"),
        Form(r"(\d{4}-\d{2})((?: +\d+)+)", growth),
        Form(r"(\d{4}-\d{2}) breaks first: at (\d+) % of leave, in (\d+) of (\d+)(?: \(.*\))?\.", first),
    ]


@pytest.mark.parametrize("seed", range(2))
def test_every_line_about_how_many_people_it_takes(
    seed: int, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    folder = write(tmp_path / "team", seed, may_miss=bool(seed))
    ground = drafting.ground(folder, period(PERIOD))
    told = json.loads(done(cli, folder, "staffing", PERIOD, "--quiet", "--json"))
    reader = Reader()
    reader.read(done(cli, folder, "staffing", PERIOD, "--quiet"), staffing_forms(Sums(ground, {}), told))
    assert any("on leave for" in form for form in reader.seen)
