"""`check`: every mistake of the inputs, what was understood of them, and what is worth a word before solving."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.doubts import doubts
from watchbill.errors import InputError, Mistake, Place
from watchbill.periods import Period
from watchbill.problem import Problem
from watchbill.results import Draft
from watchbill.serving import Serving, Staffed, serving, staffed
from watchbill.understood import Understood, understood
from watchbill.workspace import Workspace, past, plans, register
from watchbill.workspace.period_check import bygone, nothing_known, unanswered


@dataclass(frozen=True)
class Checked:
    """Every mistake and warning in order of place, and what was understood if nothing has to be mended.

    `silent` has a warning for each person who has not answered for the period. `covered` is when the last shift of
    the published plans ends; None if nothing is published.
    """

    period: Period
    mistakes: tuple[Mistake, ...]
    silent: tuple[Mistake, ...] = ()
    team: Workspace | None = None
    problem: Problem | None = None
    people: tuple[Understood, ...] = ()
    layers: tuple[Staffed, ...] = ()
    covered: datetime | None = None

    @property
    def errors(self) -> int:
        """How many mistakes must be mended."""
        return sum(not mistake.warning for mistake in self.mistakes)


def check(folder: Path, period: Period, *, tracked: Sequence[str] = ()) -> Checked:
    """Every mistake of every input file, and what only shows in this period.

    `tracked` names files of the folder that git keeps: raw calendar exports among them are warned of.
    """
    team, mistakes = workspace.examine(folder)
    mistakes += _exports(folder, tracked) + _kept(folder)
    if team is None:
        return Checked(period, tuple(sorted(dict.fromkeys(mistakes))))
    mistakes += workspace.check_period(team, period) + workspace.check_team(team)
    mistakes += tuple(nothing_known(team))
    try:
        published = plans.read_plans(folder)
        mistakes += workspace.check_offers(team, published)
        problem, rules = workspace.problem(team, period, head=plans.head(published, period))
        past.insist_sound(folder)
    except InputError as error:
        return Checked(period, tuple(sorted(dict.fromkeys((*mistakes, *error.mistakes)))))
    mistakes += bygone(team, period, [plan.period for plan in published])
    return _judged(team, serving(problem, rules), published, mistakes)


def _judged(team: Workspace, able: Serving, published: Sequence[Draft], mistakes: Sequence[Mistake]) -> Checked:
    people = understood(team, able)
    period = able.problem.period
    return Checked(
        period=period,
        mistakes=tuple(sorted(dict.fromkeys((*mistakes, *doubts(team, able, people))))),
        silent=unanswered(team, period),
        team=team,
        problem=able.problem,
        people=people,
        layers=staffed(able),
        covered=max((assigned.shift.end for plan in published for assigned in plan.shifts), default=None),
    )


def _exports(folder: Path, tracked: Sequence[str]) -> tuple[Mistake, ...]:
    """A warning for each calendar file that git keeps and that did not come from here."""
    found = [name for name in tracked if name.lower().endswith(".ics") and not _ours(folder / name)]
    sentence = (
        "git keeps this calendar export, with its titles, for everybody to read. Take it out with: git rm --cached, "
        "and add *.ics to .gitignore."
    )
    return tuple(Mistake(Place(name), sentence, warning=True) for name in found)


def _kept(folder: Path) -> tuple[Mistake, ...]:
    """What is wrong with the files that pushes and feeds go by."""
    found: list[Mistake] = []
    try:
        register.read(folder)
    except InputError as error:
        found += error.mistakes
    for path in sorted((folder / "plans").glob("[!.]*.push.json")):
        from watchbill.publish.pagerduty import journal

        try:
            journal.decode(f"plans/{path.name}", path.read_bytes())
        except InputError as error:
            found += error.mistakes
    return tuple(found)


def _ours(path: Path) -> bool:
    """Whether a calendar file is a feed of published plans."""
    try:
        with path.open("rb") as file:
            return b"watchbill" in file.read(1000).lower()
    except OSError:
        return False
