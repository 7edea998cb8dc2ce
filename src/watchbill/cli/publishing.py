"""`publish`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    folder_of,
    insist_team,
    note,
    now,
    out,
    period_of,
    say,
    say_json,
)

if TYPE_CHECKING:
    from watchbill.publishing import Published


@command("watchbill publish 2027-Q1")
def publish(
    context: typer.Context,
    period: PeriodText = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="KEY",
            help="Allow holes of a role: holes:ROLE; or what breaks a rule: RULE, as for assign; may be repeated.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a draft the next revision of its period's plan, and show what changes. The draft is removed.

    The draft is audited first: hard findings refuse it, and nothing is written, but holes, and what
    some rules find, can be allowed. A draft that changes nothing makes no revision.
    """
    from watchbill import app
    from watchbill.shelf import shelf

    folder = folder_of(context)
    insist_team(folder)
    done = app.publish(folder, period_of(period) or shelf(folder).to_publish(), now(), allow or (), note)
    _tell_json(done) if as_json else _tell(done)


def _tell(done: "Published") -> None:
    for one in (done, *done.beside):
        _tell_one(one)
    if any(one.changed for one in (done, *done.beside)):
        say("Write calendar files with: watchbill feeds write")


def _tell_one(done: "Published") -> None:
    from watchbill.report import diff

    problem = done.audited.problem
    if done.audited.stale:
        note("note: the inputs have changed since the draft was made; it was judged by the new ones.")
    if not done.changed:
        say(f"Nothing changes: {done.path} stays revision {done.plan.revision}.")
        return
    if done.previous:
        people = {**done.plan.guests_on(problem.zone), **done.previous.guests_on(problem.zone), **problem.person}
        out(diff.tables(diff.diff(done.previous, done.plan), people, problem.zone), "")
    say(f"{done.path} is revision {done.plan.revision} of {done.plan.period}, with {len(done.plan.shifts)} shifts.")


def _tell_json(done: "Published") -> None:
    beside = [_row(one) for one in done.beside]
    say_json({**_row(done), **({"beside": beside} if beside else {})})


def _row(done: "Published") -> dict[str, Any]:
    from watchbill.report import diff

    return {
        "period": done.plan.period.name,
        "path": str(done.path),
        "revision": done.plan.revision,
        "made": done.plan.made,
        "changed": done.changed,
        "changes": diff.as_json(diff.diff(done.previous, done.plan)) if done.changed else [],
    }
