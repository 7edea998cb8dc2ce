"""`drift`: PagerDuty as it is against the published plans, and taking it into them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, PeriodText, command, end, folder_of, note, out, period_of, say, say_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from watchbill.adopting import Adopted, Adoption
    from watchbill.drifting import Covered, Difference, Drift
    from watchbill.report.words import People


@command("watchbill drift 2027-Q1")
def drift(
    context: typer.Context,
    period: PeriodText = None,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Make what PagerDuty has the next revision of the plan.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show where PagerDuty has other people on call than the published plans say, from now on. Exit code 1 if it does.

    Without a period: every plan that is not over. Overrides made by hand in PagerDuty are drift, too. --adopt publishes
    a revision in which who is, and since the plan's start was, really on call holds the shifts, so that balances stay
    true; hours in which nobody is on call are named, never adopted, and a role that was never pushed is left out. Rules
    cannot undo what happens: what they find is shown and kept.
    """
    from watchbill import drifting
    from watchbill.cli.remote import link

    folder = folder_of(context)
    using, wanted = link(folder), period_of(period)
    done: Adoption | None = None
    found: Drift | None
    if adopt:
        from watchbill import adopting

        done = adopting.adopt(folder, using, wanted)
        found = done.left
    else:
        found = drifting.drift(folder, using, wanted)
    if as_json:
        say_json(_json(found) | (_adoption_json(done) if done else {}))
    else:
        if done:
            _tell_adopted(folder, done)
        _tell(folder, found)
    if found and found.differences:
        end(1)


# ---------------------------------------------------------------------------------------------------------- adopted


def _tell_adopted(folder: Path, adoption: "Adoption") -> None:
    from watchbill.judge import told
    from watchbill.report import diff

    for period, role in adoption.left_out:
        say(f"{role} of {period} is not pushed yet, so nothing of it was adopted. Push it first:")
        say(f"  watchbill push {period} --role {role}")
    if not adoption.done and not adoption.left_out:
        say("Nothing to adopt: the plans are what PagerDuty has.")
    for one in adoption.done:
        problem = one.audited.problem
        people = {**_people(folder, one.plan.guests), **one.previous.guests_on(problem.zone)}
        out(diff.tables(diff.diff(one.previous, one.plan), people, problem.zone), "")
        for finding in one.hard:
            note(f"kept although {told(finding)}")
        say(f"{one.path} is revision {one.plan.revision} of {one.plan.period}: it is what PagerDuty has.")


def _adoption_json(adoption: "Adoption") -> dict[str, Any]:
    return {
        "adopted": [_adopted_json(one) for one in adoption.done],
        "not_pushed": [{"period": period.name, "role": role} for period, role in adoption.left_out],
    }


def _adopted_json(one: "Adopted") -> dict[str, Any]:
    from watchbill.judge import told
    from watchbill.report import diff

    return {
        "period": one.plan.period.name,
        "revision": one.plan.revision,
        "path": str(one.path),
        "changes": diff.as_json(diff.diff(one.previous, one.plan)),
        "guests": dict(one.plan.guests),
        "findings": [told(finding) for finding in one.hard],
    }


# ------------------------------------------------------------------------------------------------------------ drift


def _tell(folder: Path, found: "Drift | None") -> None:
    if found is None:
        return
    people = _people(folder, found.guests)
    if found.differences:
        out(_table(found, people), "")
    else:
        names = ", ".join(period.name for period in found.periods)
        say(f"PagerDuty has on call whom the plans say: {names}.")
    for cover in found.cover:
        say(_cover(cover, found.now, found.zone))
    for line in _remedies(found):
        say(line)


def _remedies(found: "Drift") -> list[str]:
    """What brings the two together: a push never touches what others made by hand."""
    from watchbill.drifting import NOBODY
    from watchbill.publish.pagerduty.origin import NOT_PUSHED

    never = set(found.unpushed)
    ours = [row.why in (NOT_PUSHED, NOBODY) or (row.period, row.role) in never for row in found.differences]
    adopt = "Take what was made by hand into the plan with: watchbill drift --adopt"
    push = "Bring the plan to PagerDuty with: watchbill push"
    return ([] if all(ours) else [adopt]) + ([push] if any(ours) else [])


def _people(folder: Path, guests: Mapping[str, str]) -> "People":
    from watchbill import workspace
    from watchbill.domain import Person

    team = workspace.read(folder)
    strangers = {id_: Person(id_, name, team.zone) for id_, name in guests.items()}
    return strangers | {person.id: person for person in team.people}


def _table(found: "Drift", people: "People") -> "RenderableType":
    from watchbill.report.tables import table, titled
    from watchbill.report.words import literal, moment, until

    made = table()
    for head in ("from", "to"):
        made.add_column(head, no_wrap=True)
    for head in ("role", "plan", "PagerDuty", "why"):
        made.add_column(head, overflow="fold")
    for row in found.differences:
        made.add_row(
            moment(row.span.start, found.zone),
            until(row.span.end, row.span.start, found.zone),
            literal(row.role),
            literal(_named(row.planned, people)),
            literal(_named(row.live, people)),
            literal(row.why),
        )
    count = len(found.differences)
    return titled(f"{count} {'difference' if count == 1 else 'differences'} · times in {found.zone}", made)


def _named(ids: Sequence[str], people: "People") -> str:
    from watchbill.report.words import NOBODY, name

    return ", ".join(name(id_, people) for id_ in ids) or NOBODY


def _cover(cover: "Covered", now: datetime, zone: str) -> str:
    from watchbill.report.words import moment
    from watchbill.texts import printable

    head = f"{cover.role} ({printable(cover.schedule)}): "
    open_ = sum((span.length for span in cover.open), timedelta())
    tail = f"; nobody is on call for {open_ / timedelta(hours=1):g} h of planned time" if cover.open else ""
    if cover.until is None:
        return f"{head}somebody is on call without end{tail}."
    if cover.until <= now:
        return f"{head}nobody is on call any more{tail}."
    days = (cover.until - now).days
    return f"{head}{days} {'day' if days == 1 else 'days'} of cover left, until {moment(cover.until, zone)}{tail}."


# ------------------------------------------------------------------------------------------------------------- json


def _json(found: "Drift | None") -> dict[str, Any]:
    from watchbill.times import iso

    if found is None:
        return {"differences": [], "cover": []}
    return {
        "now": iso(found.now),
        "periods": [period.name for period in found.periods],
        "differences": [_row(row) for row in found.differences],
        "cover": [
            {
                "role": cover.role,
                "schedule": cover.schedule,
                "until": cover.until and iso(cover.until),
                "days": None if cover.until is None else (cover.until - found.now).days,
                "open": [[iso(span.start), iso(span.end)] for span in cover.open],
            }
            for cover in found.cover
        ],
        "guests": dict(found.guests),
    }


def _row(row: "Difference") -> dict[str, Any]:
    from watchbill.times import iso

    return {
        "period": row.period.name,
        "role": row.role,
        "schedule": row.schedule,
        "from": iso(row.span.start),
        "to": iso(row.span.end),
        "plan": list(row.planned),
        "pagerduty": list(row.live),
        "why": row.why,
    }
