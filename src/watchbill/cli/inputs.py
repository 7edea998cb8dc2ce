"""`init`, `check` and `demo`."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    note,
    now,
    period_of,
    say,
    say_json,
    today,
)
from watchbill.errors import WrongUsage, did_you_mean

if TYPE_CHECKING:
    from watchbill.app import Checked, Understood
    from watchbill.errors import Mistake


class Format(StrEnum):
    """How `check` names mistakes."""

    text = "text"
    github = "github"


@command("watchbill init rota")
def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty or not there yet.")],
) -> None:
    """Write a small commented workspace to start from. Never touches a folder that holds anything."""
    from watchbill import app

    home = folder_of(context) / folder
    for name in app.init(home):
        say(f"wrote {home / name}")
    say(f"Put your team into {home / 'team.yaml'}, then: watchbill -C {home} check")


# ---------------------------------------------------------------------------------------------------------- check


@command("watchbill check 2027-Q1 --format github")
def check(
    context: typer.Context,
    period: PeriodText = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="One person's file only.")] = None,
    style: Annotated[
        Format, typer.Option("--format", metavar="text|github", help="github marks lines of a pull request.")
    ] = Format.text,
    as_json: AsJson = False,
) -> None:
    """Name every mistake of every input file at once, and say what was understood.

    Warnings are worth a look and no reason to stop. Exit code 1 if anything must be mended.
    """
    from watchbill import app
    from watchbill.shelf import shelf

    folder = folder_of(context)
    checked = app.check(folder, period_of(period) or shelf(folder).to_check(today()))
    mistakes = _about(checked, person)
    if as_json:
        say_json(_as_json(checked, mistakes))
    else:
        for mistake in mistakes:
            say(_github(mistake, folder) if style is Format.github else str(mistake))
        if style is Format.text:
            _summarise(checked, mistakes, person)
    if any(not mistake.warning for mistake in mistakes):
        end(1)


def _about(checked: "Checked", person: str | None) -> tuple["Mistake", ...]:
    """The mistakes of one person's file, or all."""
    if person is None:
        return checked.mistakes
    if checked.problem and person not in checked.problem.person:
        raise WrongUsage(f'nobody here is called "{person}". {did_you_mean(person, checked.problem.person)}'.rstrip())
    return tuple(m for m in checked.mistakes if Path(m.place.file).stem == person)


def _summarise(checked: "Checked", mistakes: tuple["Mistake", ...], person: str | None) -> None:
    if mistakes:
        say("")
    if checked.problem:
        rows = [row for row in checked.people if person in (None, row.person.id)]
        say(_table(rows))
        say("")
        say(_counted(checked))
        if checked.covered and person is None:
            say(_covered(checked.covered))
    errors = sum(not mistake.warning for mistake in mistakes)
    warnings = len(mistakes) - errors
    say(f"{_many(errors, 'mistake')} to mend, {_many(warnings, 'warning')}.")


def _table(rows: list["Understood"]) -> str:
    """What was understood, aligned by hand: loading a library for tables would double the time of `check`."""
    from watchbill.texts import printable

    cells = [("person", "zone", "days away", "wishes", "answered through")]
    for row in rows:
        counts = (str(row.leave_days), str(row.wishes), str(row.answered or "not yet"))
        cells.append((printable(row.person.name), row.person.zone, *counts))
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    return "\n".join("   ".join(map(_aligned, row, widths, (0, 0, 1, 1, 0))).rstrip() for row in cells)


def _aligned(text: str, width: int, right: int) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _counted(checked: "Checked") -> str:
    """`8 people, 2 roles, 2 layers; 26 shifts in 2027-Q1`."""
    problem = checked.problem
    if problem is None:
        return ""
    counts = (_many(len(problem.people), "person", "people"), _many(len(problem.roles), "role"))
    layers, shifts = _many(len(problem.layer), "layer"), _many(len(problem.shifts), "shift")
    return f"{', '.join(counts)}, {layers}; {shifts} in {checked.period}"


def _covered(end: datetime) -> str:
    """Until when plans are published, and how many days that is."""
    days = (end - now()).days
    left = f"{_many(days, 'day')} from now" if days >= 0 else f"{_many(-days, 'day')} ago"
    return f"The last published shift ends on {end:%Y-%m-%d}, {left}."


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def _github(mistake: "Mistake", folder: Path) -> str:
    """A workflow command, with the file as seen from where the command runs."""
    kind = "warning" if mistake.warning else "error"
    place = mistake.place
    file = _escaped((folder / place.file).as_posix()).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} file={file},line={place.line},col={place.column}::{_escaped(mistake.sentence)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _as_json(checked: "Checked", mistakes: tuple["Mistake", ...]) -> dict[str, Any]:
    return {
        "period": checked.period.name,
        "mistakes": [
            {
                "file": m.place.file,
                "line": m.place.line,
                "column": m.place.column,
                "sentence": m.sentence,
                "warning": m.warning,
            }
            for m in mistakes
        ],
        "people": [
            {
                "person": row.person.id,
                "leave_days": row.leave_days,
                "wishes": row.wishes,
                "answered_through": row.answered and row.answered.isoformat(),
            }
            for row in checked.people
        ],
        "shifts": len(checked.problem.shifts) if checked.problem else None,
        "published_until": checked.covered and checked.covered.isoformat(),
    }


# ----------------------------------------------------------------------------------------------------------- demo


@command("watchbill demo /tmp/rota --scenario quarter-8")
def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A folder that is empty or not there yet.")] = Path(
        "demo"
    ),
    scenario: Annotated[str, typer.Option(metavar="NAME", help="Which workspace to copy; see --list.")] = "quarter-8",
    listed: Annotated[bool, typer.Option("--list", help="Name the scenarios and what they are about.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Copy a scenario to a folder, plan and publish it, write its calendar files, and show the finished plan."""
    from watchbill import demo as demos

    if listed:
        for known in demos.scenarios().values():
            say(f"{known.name} ({known.period}): {known.about}")
        return
    home, chosen = folder_of(context) / folder, demos.scenario(scenario)
    demos.copy(chosen.folder, home)
    note(f"{home}: {chosen.about}")
    _play(home, chosen, quiet=quiet)


def _play(home: Path, chosen: Any, *, quiet: bool) -> None:
    from watchbill import app, workspace
    from watchbill.app import Planned
    from watchbill.cli.planning import solved, tell_no_plan
    from watchbill.cli.reading import By, show_tables
    from watchbill.cli.rehearsing import rehearse
    from watchbill.solve.limits import Effort

    outcome = solved(home, chosen.period, Effort(), fresh=False, seconds=None, quiet=quiet)
    if not isinstance(outcome, Planned):
        tell_no_plan(outcome, as_json=False)
    done = app.publish(home, chosen.period, now())
    written = app.feeds(home)
    show_tables(app.show(home, chosen.period), By.week, None)
    say("")
    say(f"The plan is {done.path}; {len(written.files)} calendar files are in {written.folder}.")
    if workspace.read(home).publish:
        say(f"Rehearsed on a PagerDuty of our own: {rehearse(home, chosen.period)}.")
        say(
            f"Rehearse a push yourself: watchbill -C {home} sandbox, then in another terminal: watchbill -C {home} push"
        )
    say(f"One person's shifts:      watchbill -C {home} show --person {next(iter(outcome.problem.person))}")
    say(f"What the plan is made of: {home / 'team.yaml'} and {home / 'availability'}")
    say(f"Change something, then:   watchbill -C {home} check, and plan the next period with: watchbill -C {home} plan")
