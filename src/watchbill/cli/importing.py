"""`import pagerduty` and `import incidents`; `import ics` stands in a file of its own."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import AsJson, app, command, folder_of, note, now, say, say_json
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.paging import Found

imports = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What exists already, elsewhere.")
app.add_typer(imports, name="import")


class Region(StrEnum):
    """PagerDuty's service regions."""

    us = "us"
    eu = "eu"


@command("watchbill import pagerduty PABC123 PABC456 --into rota", imports)
def pagerduty(
    context: typer.Context,
    schedules: Annotated[list[str], typer.Argument(metavar="SCHEDULE…", help="Ids or exact names.")],
    months: Annotated[int, typer.Option(metavar="N", min=0, max=60, help="How far back the history goes.")] = 6,
    into: Annotated[Path, typer.Option(metavar="DIR", help="A folder that is empty or not there yet.")] = Path("rota"),
    region: Annotated[Region, typer.Option(metavar="us|eu", help="PagerDuty's service region.")] = Region.us,
    as_json: AsJson = False,
) -> None:
    """Make a workspace from schedules in PagerDuty: people, rotations, and who was really on call.

    Each schedule becomes a role. Rotations that the team file has no words for are left out as comments that say why.
    Who was on call goes to history/oncall.csv, and opens the balances of the first plan. PagerDuty is only read.
    """
    from watchbill import importing
    from watchbill.cli.remote import link_to
    from watchbill.demo import refuse_unless_empty

    here = folder_of(context)
    home = here / into
    refuse_unless_empty(home)
    made = importing.pagerduty(
        link_to(here, region), schedules, team=home.resolve().name, months=months, region=region.value
    )
    files = importing.write(home, made, note)
    if as_json:
        say_json(
            {
                "folder": str(home),
                "files": list(files),
                "people": list(made.people),
                "roles": list(made.roles),
                "duties": made.duties,
                "left_out": list(made.unsaid),
            }
        )
        return
    for name in files:
        say(f"wrote {home / name}")
    for sentence in made.unsaid:
        note(f"note: {sentence}")
    told = (_many(len(made.people), "person", "people"), _many(len(made.roles), "role", "roles"))
    say(f"{', '.join(told)}, {_many(made.duties, 'duty', 'duties')} since {made.since:%Y-%m-%d}.")
    say(f"Read {home / 'team.yaml'} through, then: watchbill -C {home} check")


@command("watchbill import incidents --since 2026-10-01", imports)
def incidents(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Incidents that PagerDuty exported as CSV; else its API.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="From this date; else the last 30 days.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Up to this date, included; else now.")] = None,
    zone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="The clock of a FILE whose times have no offset.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count pages by hour and person into history/pages.csv, and keep nothing else of an incident.

    Hours that are in the file already stay as they are, so it may be run again at any time. Pages of people who are not
    in the team are left out.
    """
    from watchbill import paging
    from watchbill.cli.remote import link

    folder = folder_of(context)
    if file is not None:
        if since or until:
            raise WrongUsage("a FILE is read as a whole. Leave out --since and --until.")
        found = paging.from_file(folder, file, _zone(zone), note)
    else:
        if zone:
            raise WrongUsage("--timezone is for a FILE whose times have no offset. Leave it out.")
        begin, finish = _window(folder, since, until)
        found = paging.from_pagerduty(folder, link(folder), begin, finish)
    _tell_json(found) if as_json else _tell(found)


def _window(folder: Path, since: str | None, until: str | None) -> tuple[datetime, datetime | None]:
    """The hours that two dates mean on the team's clock."""
    from watchbill import workspace
    from watchbill.times import DAY, midnight
    from watchbill.times import zone as tz

    clock = tz(workspace.read(folder).zone)
    begin = midnight(_day(since).date(), clock) if since else now() - timedelta(days=30)
    return begin, midnight((_day(until) + DAY).date(), clock) if until else None


def _day(text: str) -> datetime:
    from watchbill.timings import day

    try:
        return datetime.combine(day(text), datetime.min.time())
    except ValueError as error:
        raise WrongUsage(str(error)) from None


def _zone(text: str | None) -> str | None:
    from watchbill.fields import zone_name

    try:
        return zone_name(text) if text else None
    except ValueError as error:
        raise WrongUsage(str(error)) from None


def _tell(found: "Found") -> None:
    rows = _many(len(found.new), "row", "rows")
    say(f"{_many(found.pages, 'page', 'pages')} in {rows} added to history/pages.csv, {found.known} known already.")
    if found.unknown:
        say(f"{_many(found.unknown, 'person', 'people')} outside the team got pages, too; those were left out.")


def _tell_json(found: "Found") -> None:
    say_json({"pages": found.pages, "rows": len(found.new), "known": found.known, "people_left_out": found.unknown})


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
