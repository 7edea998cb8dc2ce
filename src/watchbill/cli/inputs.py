"""`demo`."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from watchbill.cli.base import (
    command,
    folder_of,
    note,
    now,
    say,
)

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
    """Copy a scenario to a folder, plan and publish it, write its feeds, and show the finished plan."""
    from watchbill import demo as demos

    if listed:
        for known in demos.scenarios().values():
            say(f"{known.name} ({known.period}): {known.about}")
        return
    home, chosen = folder_of(context) / folder, demos.scenario(scenario)
    demos.copy(chosen.folder, home, note)
    note(f"{home}: {chosen.about}")
    _play(home, chosen, quiet=quiet)


def _play(home: Path, chosen: Any, *, quiet: bool) -> None:
    from watchbill import app, feeding, workspace
    from watchbill.app import Planned
    from watchbill.cli.planning import solved, tell_no_plan
    from watchbill.cli.reading import By, show_tables
    from watchbill.cli.rehearsing import rehearse

    done_ = solved(chosen.period, lambda watch: app.plan(home, chosen.period, watch=watch), seconds=None, quiet=quiet)
    outcome = done_.result
    if not isinstance(outcome, Planned):
        tell_no_plan(outcome, as_json=False, interrupted=done_.interrupted)
    done = app.publish(home, chosen.period, now())
    written = feeding.write(home, feeding.secret(home, os.environ), now=now())
    show_tables(app.show(home, chosen.period), By.week, None)
    say("")
    say(f"The plan is {done.path}; {len(written.links)} feeds for calendars are in {written.where}.")
    if workspace.read(home).publish:
        say(f"Rehearsed on a PagerDuty of our own: {rehearse(home, chosen.period)}.")
        say(
            f"Rehearse a push yourself: watchbill -C {home} sandbox, then in another terminal: watchbill -C {home} push"
        )
    say(f"One person's shifts:      watchbill -C {home} show --person {next(iter(outcome.problem.person))}")
    say(f"What the plan is made of: {home / 'team.yaml'} and {home / 'availability'}")
    say(f"Change something, then:   watchbill -C {home} check, and plan the next period with: watchbill -C {home} plan")
