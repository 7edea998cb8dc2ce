"""`check`."""

import subprocess
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    now,
    period_of,
    say,
    say_data,
    say_json,
    today,
)
from watchbill.errors import WrongUsage, did_you_mean

if TYPE_CHECKING:
    from watchbill.checking import Checked
    from watchbill.errors import Mistake
    from watchbill.understood import Understood


class Format(StrEnum):
    """How `check` tells what it found."""

    text = "text"
    json = "json"
    github = "github"


@command("watchbill check 2027-Q1 --person ana")
def check(
    context: typer.Context,
    period: PeriodText = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="One person's file, line by line.")] = None,
    style: Annotated[
        Format, typer.Option("--format", metavar="text|json|github", help="github marks lines of a pull request.")
    ] = Format.text,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Everyone, and every line of everyone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Name every mistake of every input file at once, and say what was understood.

    Shows who is away and what that blocks, what wishes weigh, who has not answered, and how many can serve each week.

    Warnings are worth a look and no reason to stop. Exit code 1 if anything must be mended.
    """
    from watchbill import checking
    from watchbill.shelf import shelf

    folder = folder_of(context)
    wanted = period_of(period) or shelf(folder).to_check(today())
    checked = checking.check(folder, wanted, tracked=_tracked(folder))
    rows = _rows(checked, person)
    mistakes = _about(checked, person, rows)
    match Format.json if as_json else style:
        case Format.json:
            _tell_json(checked, mistakes, rows)
        case Format.github:
            _mark(folder, (*mistakes, *_silent(checked, person)))
        case Format.text:
            _tell(checked, mistakes, rows, person, verbose=verbose)
    if any(not mistake.warning for mistake in mistakes):
        end(1)


def _tracked(folder: Path) -> tuple[str, ...]:
    """The calendar files of the folder that git keeps; none where there is no git."""
    # A folder from elsewhere may name a program as its file watcher: git shall not run it for us. All words are ours.
    ask = ["git", "-c", "core.fsmonitor=false", "ls-files", "-z", "--", "*.ics", "*.ICS"]
    try:
        done = subprocess.run(ask, cwd=folder, capture_output=True, check=False, timeout=5)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(name for name in done.stdout.decode("utf-8", "replace").split("\0") if name)


def _rows(checked: "Checked", person: str | None) -> tuple["Understood", ...]:
    """What was understood of one person, or of all."""
    if checked.problem and person is not None and person not in checked.problem.person:
        raise WrongUsage(f'nobody here is called "{person}". {did_you_mean(person, checked.problem.person)}'.rstrip())
    return tuple(row for row in checked.people if person in (None, row.person.id))


def _about(checked: "Checked", person: str | None, rows: tuple["Understood", ...]) -> tuple["Mistake", ...]:
    """The mistakes of one person's file and lines, or all."""
    if person is None:
        return checked.mistakes
    lines = {line.place for row in rows for line in row.lines}
    return tuple(m for m in checked.mistakes if Path(m.place.file).stem == person or m.place in lines)


def _silent(checked: "Checked", person: str | None) -> tuple["Mistake", ...]:
    """Warnings that people have not answered: left out for one person, whose own page says it."""
    return checked.silent if person is None else ()


# ----------------------------------------------------------------------------------------------------------- tell


def _tell(
    checked: "Checked",
    mistakes: tuple["Mistake", ...],
    rows: tuple["Understood", ...],
    person: str | None,
    *,
    verbose: bool,
) -> None:
    from watchbill.report import checks

    for mistake in mistakes:
        say(str(mistake))
    if mistakes:
        say("")
    if checked.problem and person is not None:
        say(checks.person(checked, rows[0]))
        if same := checks.alike(checked, rows[0]):
            say(same)
        say("")
    elif checked.problem:
        _tell_team(checked, verbose=verbose)
    errors = sum(not mistake.warning for mistake in mistakes)
    others = checked.errors - errors
    if others:
        say(f"{checks.many(others, 'mistake')} in other files; what was understood shows once they are mended.")
    say(f"{checks.many(errors, 'mistake')} to mend, {checks.many(len(mistakes) - errors, 'warning')}.")


def _tell_team(checked: "Checked", *, verbose: bool) -> None:
    from watchbill.report import checks

    if checked.problem is None:
        return
    say(checks.people(checked.people, everyone=verbose))
    say("")
    if verbose:
        for row in checked.people:
            say(f"{checks.person(checked, row)}\n")
    if checked.layers:
        say(checks.weeks(checked.layers))
        say("")
    say(checks.counted(checked, checked.problem))
    if checked.silent:
        say(checks.silent(checked))
    if checked.covered:
        say(_covered(checked.covered))


def _covered(end: datetime) -> str:
    """Until when plans are published, and how many days that is."""
    days = (end - now()).days
    left = f"{abs(days)} day{'' if abs(days) == 1 else 's'} {'from now' if days >= 0 else 'ago'}"
    return f"The last published shift ends on {end:%Y-%m-%d}, {left}."


def _tell_json(checked: "Checked", mistakes: tuple["Mistake", ...], rows: tuple["Understood", ...]) -> None:
    from watchbill.report import marks

    people = {row.person.id for row in rows}
    silent = checked.silent if len(people) == len(checked.people) else ()
    say_json(marks.as_json(checked, tuple(sorted((*mistakes, *silent))), rows))


def _mark(folder: Path, mistakes: tuple["Mistake", ...]) -> None:
    from watchbill.report import marks

    for mistake in mistakes:
        say_data(marks.github(mistake, _from_here(folder / mistake.place.file)))


def _from_here(path: Path) -> str:
    """A file as seen from where the command runs, which is the root of the repository in a workflow."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
