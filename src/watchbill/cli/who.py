"""`who`."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, command, folder_of, note, now, out, say, say_json
from watchbill.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from watchbill.domain import Person
    from watchbill.drilling import Survey
    from watchbill.duties import Duty, Present
    from watchbill.escalation import Chain, Step
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
    chosen = source(live=live, planned=planned)
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


def source(*, live: bool, planned: bool) -> bool | None:
    """Whether PagerDuty counts, as `--live` and `--planned` say; None where neither is said."""
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
