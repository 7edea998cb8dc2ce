"""`import ics`."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, command, folder_of, note, say, say_json, today
from watchbill.cli.importing import imports
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.exports.events import Event
    from watchbill.exports.importing import Change, Imported
    from watchbill.exports.reading import Judged
    from watchbill.times import Dates

MOST_ROWS = 12


@command("watchbill import ics calendar.ics --person ana", imports)
def ics(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE-OR-FOLDER", help="An .ics or .zip export, or a folder of exports.")
    ],
    person: Annotated[str | None, typer.Option(metavar="ID", help="Whose calendar it is.")] = None,
    match: Annotated[
        bool, typer.Option("--match", help="One export for many: each event says by e-mail or name whose it is.")
    ] = False,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="From this date; else from a month ago.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Up to this date, included; else 18 months ahead.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    titles: Annotated[bool, typer.Option("--titles", help="Show titles of events, on the terminal only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take leave from calendar exports over into availability files, as bare dates and times.

    What was imported before is replaced; lines written by hand stay as they are. All-day events, events of four hours
    and more, out of office and leave words count; short meetings do not. Without --person and --match, the files of a
    folder are named after people.
    """
    from watchbill.exports import importing

    window = _window(first, last)
    made = importing.import_files(
        folder_of(context), _from_here(path), window, person=person, match=match, dry_run=dry_run, told=note
    )
    if as_json:
        say_json(_as_json(made, dry_run=dry_run))
        return
    shown = titles and sys.stdout.isatty()
    if titles and not shown:
        note("note: titles show on a terminal only.")
    _tell(made, titles=shown, dry_run=dry_run)


def _from_here(path: Path) -> Path:
    """The path as it was typed: it is looked for where the command runs, wherever the team's folder is."""
    if not path.exists():
        raise WrongUsage(f"there is no {path} here. Name the .ics file that you exported, or a folder of them.")
    return path


def _window(first: str | None, last: str | None) -> "Dates":
    from watchbill.exports.importing import usual_window
    from watchbill.times import Dates

    usual = usual_window(today())
    return Dates(_day(first) or usual.first, _day(last) or usual.last)


def _day(text: str | None) -> date | None:
    from watchbill.timings import day

    try:
        return day(text) if text else None
    except ValueError as error:
        raise WrongUsage(str(error)) from None


# ----------------------------------------------------------------------------------------------------------- tell


def _tell(made: "Imported", *, titles: bool, dry_run: bool) -> None:
    for sentence in made.warnings:
        note(sentence)
    for change in made.changes:
        say(f"{change.person}, {made.window.first}..{made.window.last}:")
        _tell_used([one for one in change.found.judged if one.stretches], titles=titles)
        _tell_ignored([one for one in change.found.judged if not one.stretches], titles=titles)
        _tell_change(change, written=change.file in made.written, dry_run=dry_run)
    if made.strangers:
        _tell_strangers(made.strangers, titles=titles)


def _tell_used(used: list["Judged"], *, titles: bool) -> None:
    if not used:
        say("  nothing counts as leave.")
        return
    rows = [("used as", "when", "where", "why")]
    for one in used:
        when = str(one.stretches[0])
        if len(one.stretches) > 1:
            when = f"{len(one.stretches)} times, {one.stretches[0].dates.first}..{one.stretches[-1].dates.last}"
        rows.append((one.verdict.kind, when, str(one.event.place).removesuffix(":1"), _why(one, titles=titles)))
    _table(rows)


def _tell_ignored(ignored: list["Judged"], *, titles: bool) -> None:
    """The first few for each reason: a calendar holds hundreds of short meetings."""
    reasons: dict[str, list[Judged]] = {}
    for one in ignored:
        reasons.setdefault(one.verdict.why, []).append(one)
    rows = [("ignored", "when", "where", "why")] if reasons else []
    for why, listed in reasons.items():
        for one in listed[:MOST_ROWS]:
            rows.append(("-", _when(one.event), str(one.event.place).removesuffix(":1"), _why(one, titles=titles)))
        if len(listed) > MOST_ROWS:
            rows.append(("-", f"and {len(listed) - MOST_ROWS} more", "", why))
    _table(rows)


def _when(event: "Event") -> str:
    """When an event begins, as its calendar says it."""
    from datetime import datetime

    at = event.start.wall
    shown = f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else f"{at}"
    return f"{shown}, repeated" if event.repeats else shown


def _why(one: "Judged", *, titles: bool) -> str:
    from watchbill.texts import printable

    title = printable(one.event.title)
    return f"{one.verdict.why}: {title}" if titles and title else one.verdict.why


def _table(rows: list[tuple[str, str, str, str]]) -> None:
    """Rows with the first as their head, aligned by hand."""
    widths = [max(len(row[n]) for row in rows) for n in range(3)] if rows else []
    for row in rows:
        cells = (*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])
        say("  " + "   ".join(cells).rstrip())


def _tell_change(change: "Change", *, written: bool, dry_run: bool) -> None:
    for kind, stretch in change.added:
        say(f"  + {kind} {stretch}")
    for kind, stretch in change.removed:
        say(f"  - {kind} {stretch}")
    if dry_run:
        say(f"  {change.file} would {'change' if change.old != change.new else 'stay as it is'}.")
    else:
        say(f"  {'wrote' if written else 'no change in'} {change.file}")


def _tell_strangers(strangers: tuple["Event", ...], *, titles: bool) -> None:
    """What names nobody of the team: on the terminal by address, elsewhere by line only."""
    from watchbill.texts import printable

    say(f"{len(strangers)} event{'' if len(strangers) == 1 else 's'} of nobody in the team:")
    for event in strangers[:MOST_ROWS]:
        mails = ", ".join(dict.fromkeys(printable(mail) for mail, _ in event.guests)) if sys.stdout.isatty() else ""
        named = " ".join(part for part in (mails, printable(event.title) if titles else "") if part)
        say(f"  {event.place}".removesuffix(":1") + (f"  {named}" if named else ""))
    if len(strangers) > MOST_ROWS:
        say(f"  and {len(strangers) - MOST_ROWS} more")


def _as_json(made: "Imported", *, dry_run: bool) -> dict[str, Any]:
    return {
        "from": made.window.first.isoformat(),
        "to": made.window.last.isoformat(),
        "dry_run": dry_run,
        "people": [_change_json(change) for change in made.changes],
        "of_nobody": [{"file": event.file, "line": event.line} for event in made.strangers],
        "warnings": list(made.warnings),
        "written": list(made.written),
    }


def _change_json(change: "Change") -> dict[str, Any]:
    return {
        "person": change.person,
        "file": change.file,
        "leave": [str(one) for one in change.found.leave],
        "avoid": [str(one) for one in change.found.avoid],
        "added": [{"kind": kind, "when": str(one)} for kind, one in change.added],
        "removed": [{"kind": kind, "when": str(one)} for kind, one in change.removed],
        "events": [
            {
                "file": one.event.file,
                "line": one.event.line,
                "kind": one.verdict.kind or None,
                "why": one.verdict.why,
                "when": [str(stretch) for stretch in one.stretches],
            }
            for one in change.found.judged
        ],
    }
