"""Long commands say how far they are, where nobody looks at a terminal, too."""

from pathlib import Path

import pytest

from tiny import PERIOD, Cli
from watchbill.cli import progress
from watchbill.cli.progress import FIRST_SECONDS, LIFE_SECONDS, NEWS_SECONDS, Work, described
from watchbill.solve.limits import Progress

SHIFT = "primary/week/2027-01-18"
LONG = {
    "plan": ("plan", PERIOD, "--fresh"),
    "explain": ("explain", SHIFT, "--why-not", "dee"),
    "what-if": ("what-if", PERIOD, "--without", "bo"),
    "staffing": ("staffing", PERIOD, "--no-growth"),
}
PUBLISHED = {
    "replan": ("replan", PERIOD, "--from", "2027-01-05"),
    "swap": ("swap", SHIFT, "--from", "2027-01-05"),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command is a long one."""
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0)
    monkeypatch.setattr(progress, "STEP_SECONDS", 0.001)


def said(error: str) -> list[str]:
    return [line for line in error.splitlines() if line.endswith(" s")]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", LONG)
def test_a_long_command_says_how_far_it_is_in_a_log_unless_it_is_quiet(name: str, drafted: Path, cli: Cli) -> None:
    assert said(cli("-C", drafted, *LONG[name]).err)
    assert said(cli("-C", drafted, *LONG[name], "--quiet").err) == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", PUBLISHED)
def test_so_does_what_needs_a_published_plan(name: str, published: Path, cli: Cli) -> None:
    assert said(cli("-C", published, *PUBLISHED[name]).err)


def test_short_work_says_nothing_in_a_log(drafted: Path, cli: Cli) -> None:
    assert said(cli("-C", drafted, *LONG["plan"]).err) == []


def test_the_first_line_comes_once_it_takes_long_and_says_what_is_done() -> None:
    work = Work("2027-Q1", "reading")
    assert work.due(FIRST_SECONDS - 1) is None
    assert work.due(FIRST_SECONDS) == f"2027-Q1: reading, {FIRST_SECONDS} s"


def test_news_is_told_soon_but_not_at_once() -> None:
    work = Work("2027-Q1", "reading")
    assert work.due(FIRST_SECONDS)
    work.follow(Progress("fairness", 120, 100))
    assert work.due(FIRST_SECONDS + NEWS_SECONDS - 1) is None
    told = work.due(FIRST_SECONDS + NEWS_SECONDS)
    assert told == f"2027-Q1: fairness 120, bound 100, gap 16.7%, {FIRST_SECONDS + NEWS_SECONDS} s"


def test_what_stays_as_it_is_is_told_again_each_minute_only() -> None:
    work = Work("2027-Q1", "reading")
    told = [seconds for seconds in range(FIRST_SECONDS + 2 * LIFE_SECONDS + 1) if work.due(seconds)]
    assert told == [FIRST_SECONDS, FIRST_SECONDS + LIFE_SECONDS, FIRST_SECONDS + 2 * LIFE_SECONDS]


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Progress("causes", None, None), "causes"),
        (Progress("first plan", None, None, 2, 3), "first plan, part 2 of 3"),
        (Progress("wishes", -10, None), "wishes -10"),
        (Progress("wishes", -10, -20), "wishes -10, bound -20, gap 100.0%"),
        (Progress("wishes", 1, -161), "wishes 1, bound -161"),
        (Progress("should", 0, 0, 1, 2), "should 0, bound 0, gap 0.0%, part 1 of 2"),
    ],
    ids=["no value", "a part", "no bound", "below zero", "far away", "proven"],
)
def test_a_report_in_words(report: Progress, words: str) -> None:
    assert described(report) == words
