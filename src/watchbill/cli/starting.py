"""`init` and `schema`: a workspace to start from, and what editors need to help with it."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from watchbill.cli.base import command, folder_of, note, say, say_json, today


@command("watchbill init rota --people people.csv")
def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="A folder that is empty or not there yet; rota if not given.")
    ] = Path("rota"),
    people: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, metavar="CSV", help="Who is in the team: a list with a row of column names."
        ),
    ] = None,
) -> None:
    """Write a small commented workspace to start from. Never touches a folder that holds anything but what a
    new repository begins with: .git, a README, a license.

    With --people: for those people, with a commented availability file for each. Columns are name, email, timezone,
    holidays, tags, roles, share, joined, left, pagerduty and id; only name is needed.
    """
    from watchbill import demo

    home = folder_of(context) / folder
    if people is not None:
        _found(home, people)
        return
    for name in demo.init(home, note):
        say(f"wrote {home / name}")
    say(f"Put your team into {home / 'team.yaml'}, then: watchbill -C {home} check")


def _found(home: Path, people: Path) -> None:
    from watchbill import founding

    listed, files = founding.found(home, people, today(), note)
    widest = max(len(person.id) for person in listed)
    for person in listed:
        say(f"{person.id.ljust(widest)}  {person.said.get('name', '')}".rstrip())
    say(f"wrote {len(files)} files: {home / 'team.yaml'}, and one for each person in {home / 'availability'}")
    for name, ids in founding.namesakes(listed):
        say(f"warning: {' and '.join(ids)} are all called {name}. Write their names so that they differ in team.yaml.")
    say("Plans name people by these ids, so change an id now or never.")
    say(f"Read the team file through, then: watchbill -C {home} check")


class Of(StrEnum):
    """Which input file a schema is of."""

    team = "team"
    availability = "availability"


@command("watchbill schema --write .schemas")
def schema(
    context: typer.Context,
    of: Annotated[
        Of, typer.Argument(metavar="[team|availability]", help="Of which file; availability if not given.")
    ] = Of.availability,
    write: Annotated[Path | None, typer.Option(metavar="DIR", help="Write both into a folder instead.")] = None,
) -> None:
    """Print the JSON Schema of an input file, for editors: they complete keys and mark mistakes while one types."""
    from watchbill.files import write_atomically
    from watchbill.workspace.schema import availability_schema, team_schema

    made = {Of.team: team_schema, Of.availability: availability_schema}
    if write is None:
        say_json(made[of]())
        return
    for kind, content in made.items():
        path = folder_of(context) / write / f"{kind}.schema.json"
        write_atomically(path, f"{json.dumps(content(), ensure_ascii=False, indent=2)}\n".encode())
        say(f"wrote {path}")
