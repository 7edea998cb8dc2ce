"""`push --probe`: say what will be tried in PagerDuty, ask, try it, and show the answers."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from watchbill.cli.base import note, out, say, say_json
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.publish.pagerduty.answers import Answers


def probe(folder: Path, *, yes: bool, as_json: bool) -> None:
    """Probes PagerDuty for a team's folder. WrongUsage where nobody is there to agree."""
    from watchbill import probing
    from watchbill.cli.remote import link
    from watchbill.publish.pagerduty import answers

    plan = probing.prepare(folder, link(folder))
    note(plan.says)
    if not yes and not _agreed():
        note("Nothing was made.")
        return
    found = probing.run(plan, lambda answer: note(f"  {answers.BY_KEY[answer.question].asks} {answer.words}"))
    if as_json:
        say_json(answers.as_json(found))
    else:
        _show(found)


def _agreed() -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUsage("nobody is here to agree to that. If it is meant, add: --yes")
    return typer.confirm("Do it now?", default=False, err=True)


def _show(found: "Answers") -> None:
    from watchbill.publish.pagerduty.answers import BY_KEY, NAME
    from watchbill.report import probes

    out(probes.answers([(BY_KEY[one.question].asks, one.words) for one in found.found]))
    say(f"Kept in {NAME}: commit it. From now on push goes by it.")
