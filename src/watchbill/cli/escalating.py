"""`who` and `drill`."""

import os
from datetime import datetime
from pathlib import Path
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
from watchbill.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from watchbill.domain import Person
    from watchbill.drilling import Drilled, Survey
    from watchbill.duties import Duty, Present
    from watchbill.escalation import Chain, Finding, Step
    from watchbill.report.words import People


@command("watchbill who 2027-02-10T14:00")
def who(
    context: typer.Context,
    at: Annotated[
        str,
        typer.Argument(metavar="[AT]", help="now, 2027-02-10T14:00 on the team's clock, or with an offset or Z."),
    ] = "now",
    live: Annotated[bool, typer.Option("--live", help="Ask PagerDuty, too; as if there is a key.")] = False,
    planned: Annotated[bool, typer.Option("--planned", help="Show the plan alone, and ask nobody.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show who is on call, in every role, and whom an unanswered page reaches next, and when.

    The first part is the published plan. The second walks the escalation policies that use the team's schedules:
    planned people beside those whom PagerDuty has, with the hour on their own clock.
    """
    from watchbill.duties import present

    folder = folder_of(context)
    instant = _instant(folder, at)
    found = present(folder, instant)
    chosen = _chosen(live=live, planned=planned)
    ask = _has_key(folder) and bool(found.team.publish) if chosen is None else chosen
    if not found.planned and not ask:
        raise Refused(f"no published plan reaches {_when(found)}. {_published(folder)}")
    if not as_json:
        _tell_present(folder, found, asking=ask)
    surveyed = _survey(folder, instant) if ask else None
    if as_json:
        say_json(_who_json(found, surveyed))
    elif surveyed:
        _tell_chains(found, surveyed)
    elif chosen is None and found.team.publish:
        note("Set WATCHBILL_PAGERDUTY_KEY to see whom PagerDuty pages, and whom next.")


def _instant(folder: Path, text: str) -> datetime:
    """The instant that was asked for; WrongUsage for what is none."""
    from watchbill import workspace
    from watchbill.cli.replanning import moment

    zone = workspace.read(folder).zone
    try:
        return moment(text, zone, now())
    except (WrongUsage, OverflowError):
        raise WrongUsage(
            f'"{text}" is no time. Write now, 2027-02-10T14:00 on the team\'s clock, or 2027-02-10T13:00Z.'
        ) from None


def _chosen(*, live: bool, planned: bool) -> bool | None:
    """Whether PagerDuty counts; None where nothing is said."""
    if live and planned:
        raise WrongUsage("--live and --planned exclude each other. Leave one out.")
    return True if live else False if planned else None


def _has_key(folder: Path) -> bool:
    from watchbill.publish.pagerduty.keys import FILE, KEY

    return bool(os.environ.get(KEY, "").strip()) or (folder / FILE).exists()


def _survey(folder: Path, at: datetime) -> "Survey":
    from watchbill.cli.remote import link
    from watchbill.drilling import survey
    from watchbill.times import MINUTE, Span

    return survey(folder, link(folder), Span(at, at + MINUTE))


def _when(found: "Present") -> str:
    from watchbill.report.words import moment
    from watchbill.times import wall, zone

    return f"{moment(found.at, found.team.zone)} {wall(found.at, zone(found.team.zone)).year}"


def _published(folder: Path) -> str:
    from watchbill.shelf import shelf

    return f"Published: {', '.join(plan.name for plan in shelf(folder).plans)}."


# ------------------------------------------------------------------------------------------------------- tell: who


def _tell_present(folder: Path, found: "Present", *, asking: bool) -> None:
    from watchbill.report import escalation

    out(escalation.duties(found))
    if asking and not found.planned:
        note(f"note: no published plan reaches {_when(found)}. {_published(folder)}")


def _tell_chains(found: "Present", surveyed: "Survey") -> None:
    from watchbill.drilling import chains
    from watchbill.report import escalation

    for chain in chains(surveyed, found.at):
        out("", escalation.chain(chain, surveyed.people))
    for line in _differences(found, surveyed):
        say(line)
    for person in surveyed.strangers:
        note(f"note: {person} has no e-mail in team.yaml, so PagerDuty's users cannot be told to be {person} or not.")


def _differences(found: "Present", surveyed: "Survey") -> list[str]:
    """What of the team's own schedules is not as planned, or reaches nobody."""
    from watchbill.report.words import NOBODY, name

    told = []
    for one in surveyed.ours:
        role, schedule = one.outlet.role.id, one.outlet.schedule
        if one.id is None:
            told.append(f'{role}: PagerDuty has no schedule "{schedule}". Make it with: watchbill push --create')
            continue
        sides = [surveyed.rotas(live=live)[one.id].at(found.at) for live in (True, False)]
        live, planned = (", ".join(name(p, surveyed.people) for p in side) or NOBODY for side in sides)
        if set(sides[0]) != set(sides[1]):
            told.append(f"{role}: PagerDuty has {live} on call, the plan has {planned}.")
        if not one.policies:
            told.append(f'{role}: no escalation policy uses "{schedule}", so no page reaches it.')
    return told


# ----------------------------------------------------------------------------------------------------------- drill


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
    source = _chosen(live=live, planned=planned)
    chosen = period_of(period) or shelf(folder).to_replan(now().date())
    done = drilling.drill(folder, chosen, link(folder), live=source)
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


# ------------------------------------------------------------------------------------------------------------ JSON


def _who_json(found: "Present", surveyed: "Survey | None") -> dict[str, Any]:
    from watchbill.drilling import chains
    from watchbill.times import iso

    told: dict[str, Any] = {
        "team": found.team.team,
        "at": iso(found.at),
        "duties": [_duty(duty, found) for duty in found.duties],
        "policies": None,
    }
    if surveyed:
        told["policies"] = [_chain(chain, surveyed.people) for chain in chains(surveyed, found.at)]
        told["notes"] = _differences(found, surveyed)
    return told


def _duty(duty: "Duty", found: "Present") -> dict[str, Any]:
    from watchbill.times import iso

    return {
        "role": duty.role,
        "seat": duty.seat,
        "person": _person(duty.person, found.people, found.at) if duty.person else None,
        "since": duty.since and iso(duty.since),
        "until": duty.until and iso(duty.until),
        "then": duty.then,
        "resumes": duty.resumes and iso(duty.resumes),
    }


def _person(key: str, people: "People", at: datetime) -> dict[str, Any]:
    """Somebody with what their own clock shows."""
    from watchbill.clocks import wall_at, zone_at

    known: Person = people[key]
    return {
        "id": key,
        "name": known.name,
        "clock": f"{wall_at(known, at):%Y-%m-%dT%H:%M}",
        "zone": zone_at(known, at).key,
    }


def _chain(chain: "Chain", people: "People") -> dict[str, Any]:
    return {
        "id": chain.policy.id,
        "name": chain.policy.name,
        "repeats": chain.policy.loops,
        "differs": chain.differs,
        "planned": [_step(step, chain.planned[0], people) for step in chain.planned],
        "live": [_step(step, chain.live[0], people) for step in chain.live],
    }


def _step(step: "Step", first: "Step", people: "People") -> dict[str, Any]:
    from watchbill.times import MINUTE, iso

    return {
        "round": step.round,
        "level": step.level,
        "at": iso(step.at),
        "minutes": (step.at - first.at) // MINUTE,
        "people": [_person(one, people, step.at) for one in step.people],
    }


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
