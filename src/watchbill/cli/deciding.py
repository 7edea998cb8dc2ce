"""`assign` and `relieve`."""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from watchbill.cli.base import AsJson, command, folder_of, note, now, out, say, say_json
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.decisions import Effect, Terms
    from watchbill.publishing import Published

Words = Annotated[
    list[str],
    typer.Argument(metavar="SHIFT PERSON ...", help="A shift (its id, or ana 2027-02-08) and who takes it; several."),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, in your own words: kept in the plan, not in feeds.")]
From = Annotated[
    str,
    typer.Option("--from", metavar="WHEN", help="now, 2027-02-10T14:00 on the team's clock, or a date."),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(metavar="RULE", help="A hard rule that this may break: rest, limit, space, pair, follow, waking."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write it without asking.")]
Publish = Annotated[bool, typer.Option("--publish", help="Make it the next revision at once.")]


@command("watchbill assign primary/week/2027-02-08 bo --reason 'Ana travels'")
def assign(
    context: typer.Context,
    words: Words,
    pin: Annotated[bool, typer.Option("--pin", help="Keep it when the period is planned again.")] = False,
    reason: Reason = "",
    allow: Allow = None,
    since: From = "now",
    yes: Yes = False,
    publish: Publish = False,
    as_json: AsJson = False,
) -> None:
    """Give shifts to people; several at once are a swap. Shows the effect first, then writes a draft.

    Rules, loads, balances and wishes are counted before and after. What breaks a hard rule is refused, unless --allow
    names it. A shift that is running is cut now: what was does not change. A draft that is there is gone on from.
    """
    from watchbill import deciding

    folder = folder_of(context)
    at = moment_of(folder, since)
    effect = deciding.assign(folder, _pairs(words), at, terms=_terms(reason, allow), pin=pin)
    _conclude(folder, effect, yes=yes, publish=publish, as_json=as_json)


@command("watchbill relieve 'ana 2027-02-08' '2027-02-08 18:00..22:00' bo")
def relieve(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SHIFT START..END PERSON",
            help="A shift (its id, or ana 2027-02-08), some hours of it on the team's clock, and who takes them.",
        ),
    ],
    reason: Reason = "",
    allow: Allow = None,
    since: From = "now",
    yes: Yes = False,
    publish: Publish = False,
    as_json: AsJson = False,
) -> None:
    """Give a part of a shift to somebody else. Shows the effect first, then writes a draft.

    Hours are written as 2027-02-08 18:00..22:00, or as dates, of which both are meant: 2027-02-08..2027-02-10. What
    breaks a hard rule is refused, and what was does not change.
    """
    from watchbill import deciding

    folder = folder_of(context)
    at = moment_of(folder, since)
    effect = deciding.relieve(folder, *_stretch(words), at, terms=_terms(reason, allow))
    _conclude(folder, effect, yes=yes, publish=publish, as_json=as_json)


# ----------------------------------------------------------------------------------------------------------- words


def _terms(reason: str, allow: Sequence[str] | None) -> "Terms":
    from watchbill.decisions import Terms

    return Terms(reason, tuple(dict.fromkeys(allow or ())))


def moment_of(folder: Path, text: str) -> datetime:
    """The instant that `--from` names."""
    from watchbill import workspace
    from watchbill.cli.replanning import moment

    return moment(text, workspace.read(folder).zone, now())


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Shifts and who takes them; `ana 2027-02-08` may be one word or two."""
    left, pairs = list(words), []
    while left:
        shift = _shift(left)
        if not left:
            raise WrongUsage(f'nobody is named who takes "{shift}". Write: watchbill assign SHIFT PERSON')
        pairs.append((shift, left.pop(0)))
    return pairs


def _shift(left: list[str]) -> str:
    """Takes the words of one shift off the front."""
    word = left.pop(0)
    dated = "/" not in word and left and left[0][:4].isdigit() and " " not in word.strip()
    return f"{word} {left.pop(0)}" if dated else word


def _stretch(words: Sequence[str]) -> tuple[str, str, str]:
    """The shift, the hours and the person."""
    left = list(words)
    shift = _shift(left)
    if len(left) < 2:
        raise WrongUsage("name a shift, its hours and who takes them: watchbill relieve SHIFT START..END PERSON")
    return shift, " ".join(left[:-1]), left[-1]


# -------------------------------------------------------------------------------------------------------- conclude


def _conclude(folder: Path, effect: "Effect", *, yes: bool, publish: bool, as_json: bool) -> None:
    """Shows the effect, asks where there is a terminal, and writes."""
    from watchbill.decisions import refusal

    if not as_json:
        show(effect)
    if any(one.broken for one in effect.each):
        raise refusal(effect)
    for rule in effect.unused:
        note(f"note: --allow {rule} was not needed: the rule is not broken.")
    wanted = yes or (not as_json and _agreed(publish=publish))
    path, done = _written(folder, effect, publish=publish) if wanted else (None, None)
    if as_json:
        say_json(_as_json(effect, path, done))
    else:
        _tell(effect, path, done)


def _agreed(*, publish: bool) -> bool:
    """Whether the lead says yes; without a terminal nobody can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm("Publish this now?" if publish else "Write this as a draft?", default=True)


def _written(folder: Path, effect: "Effect", *, publish: bool) -> "tuple[Path, Published | None]":
    from watchbill import app, deciding
    from watchbill.locking import one_writer

    if not publish:
        return deciding.write(folder, effect, note), None
    with one_writer(folder, note):  # so that nobody's draft comes between
        return deciding.write(folder, effect), app.publish(folder, effect.period, now())


def show(effect: "Effect") -> None:
    """What changes: hands, rules and wishes, loads; period by period where there are several."""
    for n, one in enumerate(effect.each):
        if effect.beside:
            say(f"{'' if n == 0 else chr(10)}{one.period}:")
        _show(one)


def _show(effect: "Effect") -> None:
    from watchbill.report import decisions

    people, zone_name = effect.everyone, effect.problem.zone
    for line in decisions.moves(effect.decisions, people, zone_name):
        say(line)
    for line in decisions.reasons(effect.decisions):
        say(f"Reason: {line}")
    say("")
    out(decisions.loads(effect.before, effect.after, effect.people, people))
    lines = [*decisions.wishes(effect.costs, people), *decisions.judgements(effect.come, effect.gone)]
    for line in lines or ["No rule and no wish says anything else of it than before."]:
        say(line)


def _tell(effect: "Effect", path: Path | None, done: "Published | None") -> None:
    if path is None:
        note("nothing was written. To write it as a draft, say --yes.")
    elif done is not None:
        for new in (done, *done.beside):
            say(f"{new.path} is revision {new.plan.revision} of {new.plan.period}.")
        say("Write calendar files with: watchbill feeds write")
    else:
        for one in effect.each:
            on = ", with what was decided in it before" if one.goes_on else ""
            note(f"{path.with_name(f'{one.period}.json')} written{on}.")
        what = "Make both the next revisions" if effect.beside else "Make it the next revision"
        say(f"{what} with: watchbill publish {effect.period}")


def _as_json(effect: "Effect", path: Path | None, done: "Published | None") -> dict[str, Any]:
    from watchbill.report import decisions

    known = {new.plan.period: new for new in done.beside} if done else {}
    beside = [_as_json(o, path and path.with_name(f"{o.period}.json"), known.get(o.period)) for o in effect.beside]
    return {
        "period": effect.period.name,
        "decisions": decisions.rows(effect.decisions),
        "tiers": decisions.tiers(effect.before, effect.after),
        "findings": {"come": decisions.findings(effect.come), "gone": decisions.findings(effect.gone)},
        "people": decisions.accounts(effect.before, effect.after, effect.costs),
        "path": str(done.path if done else path) if path else None,
        "revision": done.plan.revision if done else None,
        **({"beside": beside} if beside else {}),
    }
