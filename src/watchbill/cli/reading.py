"""`show`, `diff` and `audit`."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from watchbill.cli.base import (
    AsJson,
    PeriodText,
    command,
    end,
    folder_of,
    insist_team,
    out,
    period_of,
    say,
    say_data,
    say_json,
)
from watchbill.errors import WrongUsage, did_you_mean

if TYPE_CHECKING:
    from rich.console import RenderableType

    from watchbill.app import Shown
    from watchbill.judge import Audited
    from watchbill.results import Draft


class By(StrEnum):
    """How `show` groups shifts."""

    week = "week"
    person = "person"
    role = "role"


@command("watchbill show --person ana")
def show(
    context: typer.Context,
    period: PeriodText = None,
    by: Annotated[By, typer.Option(metavar="week|person|role", help="How shifts are grouped.")] = By.week,
    person: Annotated[str | None, typer.Option(metavar="ID", help="One person's shifts, on their own clock.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: one row for each part of a shift.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a draft or plan: who is on call when, loads and balances, and what is proven.

    Without PERIOD: the draft if there is exactly one, else the latest plan.
    """
    from watchbill import app
    from watchbill.shelf import shelf

    folder = folder_of(context)
    if as_csv and as_json:
        raise WrongUsage("--csv and --json are two forms of one answer. Leave one of them out.")
    insist_team(folder)
    shown = app.show(folder, period_of(period) or shelf(folder).to_read())
    if person is not None and person not in shown.holders:
        raise WrongUsage(f'nobody here is called "{person}". {did_you_mean(person, shown.holders)}'.rstrip())
    if as_csv:
        from watchbill.report import frames

        say_data(frames.to_csv(frames.shifts(app.only(shown.draft, person))))
    elif as_json:
        from watchbill.workspace.plan_text import encode

        say_data(encode(shown.draft).decode())
    else:
        show_tables(shown, by, person)


def show_tables(shown: "Shown", by: By, person: str | None) -> None:
    """Prints shifts; for all people also loads, tiers and findings."""
    from watchbill.report import sums

    out(*_shifts(shown, by, person))
    if person is not None:
        return
    out("", sums.loads(shown.draft, shown.people), sums.tiers(shown.draft), "")
    broken = _broken(shown.draft)
    if broken.findings:
        out(sums.findings(broken))
    else:
        say("Every rule is kept.")


def _broken(draft: "Draft") -> "Draft":
    """The draft with findings about broken rules only; `audit` lists what fairness and wishes cost as well."""
    return replace(draft, findings=tuple(f for f in draft.findings if f.hard or f.tier == "should"))


def _shifts(shown: "Shown", by: By, person: str | None) -> list["RenderableType"]:
    from watchbill.report import tables

    draft, people = shown.draft, shown.people
    if person is not None or by is By.person:
        wanted = [person] if person is not None else list(shown.holders)
        return [part for id_ in wanted for part in (tables.by_person(draft, shown.holders[id_]), "")]
    if by is By.role:
        roles = dict.fromkeys(assigned.shift.role for assigned in draft.shifts)
        return [part for role in roles for part in (tables.by_role(draft, role, people, shown.zone), "")]
    return [tables.by_week(draft, people, shown.zone)]


@command("watchbill diff r1 draft")
def diff(
    context: typer.Context,
    a: Annotated[str | None, typer.Argument(metavar="[A]", help="A period, draft, plan, r1 or a file.")] = None,
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="The same; else the draft, or the plan.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changes from A to B: which shifts change hands, and what that means for whom.

    Without A and B: from the published plan to the draft, or from the revision before to the plan.
    """
    from watchbill import app
    from watchbill.report import diff as differences

    folder = folder_of(context)
    insist_team(folder)
    compared = app.diff(folder, a, b)
    changes = differences.diff(compared.old, compared.new)
    if as_json:
        say_json(differences.as_json(changes))
    else:
        out(differences.tables(changes, compared.people, compared.zone))


@command("watchbill audit 2027-Q1")
def audit(context: typer.Context, period: PeriodText = None, as_json: AsJson = False) -> None:
    """Judge a draft, or the plan if there is no draft, against the inputs as they are now; edited by hand or not.

    Exit code 1 if it breaks a hard rule.
    """
    from watchbill import app
    from watchbill.shelf import shelf

    folder = folder_of(context)
    insist_team(folder)
    audited = app.audit(folder, period_of(period) or shelf(folder).to_read())
    if as_json:
        say_json(_as_json(audited))
    else:
        _tell(audited)
    if audited.hard:
        end(1)


def _tell(audited: "Audited") -> None:
    from watchbill.report import sums

    out(sums.findings(audited.draft), "")
    for old, new in audited.moved:
        say(f'tier "{new.name}" costs {new.value}; the file says {old.value}.')
    if audited.edited:
        say(f"{audited.path} was edited by hand.")
    if audited.stale:
        say("The inputs have changed since it was made.")
    hard = len(audited.hard)
    say(f"{audited.path}: " + (f"{hard} to fix." if hard else "keeps every hard rule."))


def _as_json(audited: "Audited") -> dict[str, object]:
    import json

    from watchbill.workspace.plan_text import encode

    told = json.loads(encode(audited.draft))
    return {
        "period": audited.draft.period.name,
        "path": str(audited.path),
        "edited": audited.edited,
        "stale": audited.stale,
        "hard": len(audited.hard),
        "tiers": told["outcome"]["tiers"],
        "findings": told["findings"],
    }
