"""`drill`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    insist_team,
    note,
    now,
    out,
    period_of,
    say,
    say_json,
)
from watchbill.cli.who import source

if TYPE_CHECKING:
    from watchbill.drilling import Drilled
    from watchbill.escalation import Finding


@command("watchbill drill 2027-Q1")
def drill(
    context: typer.Context,
    period: PeriodText = None,
    live: Annotated[bool, typer.Option("--live", help="All as PagerDuty has it.")] = False,
    planned: Annotated[bool, typer.Option("--planned", help="The team's schedules by the plan.")] = False,
    as_json: AsJson = False,
) -> None:
    """Walk every escalation policy for every instant of a period at which anything changes, from now on.

    To fix: a level with nobody, a page that reaches nobody or one person only, the same person twice in a row, a
    schedule that no policy uses. Exit code 1 if there is any. The plan counts until it is pushed, then PagerDuty.
    """
    from watchbill import drilling
    from watchbill.cli.remote import link
    from watchbill.shelf import shelf

    folder = folder_of(context)
    insist_team(folder)
    asked = source(live=live, planned=planned)
    chosen = period_of(period) or shelf(folder).to_replan(now().date())
    done = drilling.drill(folder, chosen, link(folder), live=asked)
    _tell_json(done) if as_json else _tell(done)
    if done.hard:
        end(1)


def _tell(done: "Drilled") -> None:
    from watchbill.report import escalation
    from watchbill.report.words import moment

    found, zone = done.survey, done.survey.team.zone
    by = "as PagerDuty has it" if done.live else "by the plan"
    say(f"{found.team.team} · drill of {done.period} {by} · times in {zone}")
    if done.findings:
        names = {policy.id: policy.name for policy in found.policies}
        out("", escalation.drill(done.findings, names, found.people, zone), "")
    first, last = (moment(at, zone) for at in (found.window.start, found.window.end))
    policies = f"{len(found.policies)} {'policy' if len(found.policies) == 1 else 'policies'}"
    say(f"{first} to {last}: {policies}, {done.ways} {'way' if done.ways == 1 else 'ways'} for a page to go.")
    say(f"{len(done.hard)} to fix." if done.hard else "Every page reaches at least two people.")
    for person in found.strangers if done.live else ():
        note(f"note: {person} has no e-mail in team.yaml, so PagerDuty's users cannot be told to be {person} or not.")


def _tell_json(done: "Drilled") -> None:
    from watchbill.times import iso

    found = done.survey
    say_json(
        {
            "team": found.team.team,
            "period": done.period.name,
            "from": iso(found.window.start),
            "until": iso(found.window.end),
            "live": done.live,
            "policies": [{"id": policy.id, "name": policy.name} for policy in found.policies],
            "ways": done.ways,
            "hard": len(done.hard),
            "findings": [_finding(finding) for finding in done.findings],
        }
    )


def _finding(finding: "Finding") -> dict[str, Any]:
    from watchbill.times import iso

    return {
        "kind": finding.kind,
        "hard": finding.hard,
        "policy": finding.policy or None,
        "level": finding.level,
        "people": list(finding.people),
        "schedule": finding.schedule or None,
        "count": len(finding.spans),
        "hours": round(finding.hours, 2),
        "spots": [
            {"from": iso(spot.span.start), "until": iso(spot.span.end), "people": list(spot.people)}
            for spot in finding.spots
        ],
    }
