"""`explain`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from watchbill.cli.base import AsJson, command, end, folder_of, note, period_of, say, say_folded, say_json
from watchbill.cli.watching import chosen, end_if, shown, watched
from watchbill.endings import ABORTED
from watchbill.errors import WrongUsage

if TYPE_CHECKING:
    from watchbill.cli.running import Worked
    from watchbill.periods import Period
    from watchbill.results import OutOfTime, Tier
    from watchbill.solve.limits import Watch
    from watchbill.why import Case, Explained, Personal
    from watchbill.whynot import Forced, Impossible

NO_PLAN, OUT_OF_TIME = 3, 5
EXCHANGE = "Each line prices one simple exchange, everything else staying as it is; not a whole new plan."
MOST_MOVES = 12


@command("watchbill explain primary/week/2027-02-08 --why-not bo")
def explain(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="SHIFT [PERIOD]", help="A shift: its id, or ana 2027-02-08. With --person: [PERIOD]."),
    ] = None,
    instead: Annotated[
        str | None,
        typer.Option("--why-not", metavar="PERSON", help="Solve with this person on the shift, and compare."),
    ] = None,
    person: Annotated[
        str | None, typer.Option(metavar="PERSON", help="What this person carries, asked for and got.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Look at drafts before published plans.")] = False,
    effort: Annotated[
        float, typer.Option(metavar="FACTOR", min=0.01, max=1000, help="Work more or less than usual.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say why a shift is whose it is: what stands in the way of everybody else, or what it would cost, tier by tier.

    --why-not solves with one person on the shift, and shows the plan that would come out beside the present one; exit
    code 3: no such plan can exist, and why; 130: interrupted. --person tells what became of what somebody asked for.
    Writes nothing.
    """
    from watchbill import why

    folder = folder_of(context)
    if person is not None:
        if instead is not None:
            raise WrongUsage("--person is about a person, --why-not about a shift. Use one of them.")
        _tell_person(why.explain_person(folder, person, _period(words or []), draft=draft), as_json=as_json)
        return
    shift, rest = _shift(words or [])
    if instead is None:
        _tell(why.explain(folder, shift, _period(rest), draft=draft), as_json=as_json)
    else:
        asked = _forced(folder, shift, instead, _period(rest), draft=draft, effort=effort, quiet=quiet)
        _tell_forced(asked.result, quiet=quiet, as_json=as_json, interrupted=asked.interrupted)


def _shift(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The words of the shift, and the rest: `ana 2027-02-08` may be one word or two."""
    if not words:
        raise WrongUsage("name a shift: watchbill explain primary/week/2027-02-08, or somebody: --person ana")
    dated = len(words) > 1 and "/" not in words[0] and " " not in words[0].strip() and ".." not in words[1]
    return (" ".join(words[:2]), words[2:]) if dated else (words[0], words[1:])


def _period(words: Sequence[str]) -> "Period | None":
    if len(words) > 1:
        raise WrongUsage(f'"{words[1]}" is one word too many. Write: watchbill explain SHIFT [PERIOD]')
    return period_of(words[0] if words else None)


def _forced(
    folder: Path, shift: str, person: str, period: "Period | None", *, draft: bool, effort: float, quiet: bool
) -> "Worked[Forced | Impossible | OutOfTime]":
    from watchbill import whynot

    def call(watch: "Watch") -> "Forced | Impossible | OutOfTime":
        return whynot.why_not(folder, shift, person, period, draft=draft, effort=chosen(effort), watch=watch)

    return watched(f"{shift} with {person}", call, quiet=quiet, said=shown)


# ----------------------------------------------------------------------------------------------------------- shift


def _tell(found: "Explained", *, as_json: bool) -> None:
    from watchbill.reasons.candidates import cheapest
    from watchbill.report import reasons

    case, problem = found.case, found.case.ground.problem
    if as_json:
        people = [reasons.candidate_json(candidate) for candidate in found.others]
        say_json({**_head(case), "shift": reasons.shift_json(found.assigned), "others": people})
        return
    _warn(case)
    say_folded(reasons.held(found.assigned, problem.person, problem.zone), 0)
    best = cheapest(found.others)
    undone = found.undone(best.exchange) if best else ""
    say_folded(reasons.verdict(found.others, problem.person, undone, case.tiers), 0)
    say()
    for candidate in found.others:
        say_folded(reasons.line(candidate, problem.person))
    say()
    say_folded(EXCHANGE, 0)


def _head(case: "Case") -> dict[str, Any]:
    return {"period": case.plan.period.name, "revision": case.plan.revision, "stale": case.stale}


def _warn(case: "Case") -> None:
    if case.stale:
        note("note: the inputs have changed since it was made; everything is counted by the inputs as they are now.")
    if case.broken:
        count = len(case.broken)
        note(f"note: the plan breaks {count} hard rule{'' if count == 1 else 's'} as it is. See: watchbill audit")


# --------------------------------------------------------------------------------------------------------- why not


def _tell_forced(asked: "Forced | Impossible | OutOfTime", *, quiet: bool, as_json: bool, interrupted: bool) -> None:
    from watchbill.whynot import Forced, Impossible

    if isinstance(asked, Forced):
        _tell_plan(asked, as_json=as_json)
        end_if(interrupted)
    elif isinstance(asked, Impossible):
        _tell_impossible(asked, quiet=quiet, as_json=as_json, interrupted=interrupted)
    else:
        _tell_nothing_found(asked, quiet=quiet, as_json=as_json, interrupted=interrupted)


def _tell_nothing_found(asked: "OutOfTime", *, quiet: bool, as_json: bool, interrupted: bool) -> NoReturn:
    how = "interrupted" if interrupted else "out of time"
    if as_json:
        say_json({"outcome": how, **({"doubt": asked.doubt} if asked.doubt and not interrupted else {})})
    if interrupted:
        note("interrupted before any such plan was found.")
        end(ABORTED)
    if not (as_json and quiet):
        note(f"{asked.doubt or 'out of time before any such plan was found'}. Allow more work with --effort.")
    end(OUT_OF_TIME)


def _tell_plan(asked: "Forced", *, as_json: bool) -> None:
    if as_json:
        say_json(_forced_json(asked))
        return
    from watchbill.report.reasons import change, held

    problem = asked.case.ground.problem
    _warn(asked.case)
    for line in _cut(asked):
        note(line)
    say_folded(held(asked.assigned, problem.person, problem.zone), 0)
    say_folded(_verdict(asked, problem.person[asked.person].name), 0)
    say()
    for now, then in asked.rows:
        told = change(now.name, then.value - now.value) if then.value != now.value else "the same"
        most = "" if asked.is_proven(now.name) else "at most "
        say(f"{now.name}: {now.value}, would be {most}{then.value}: {most}{told}")
    say()
    for row in _moves(asked):
        say_folded(row, 4)


def _cut(asked: "Forced") -> list[str]:
    """What is said of shifts in parts that no choice of the solver expresses."""
    return [f"note: {id_} was cut into parts by hand; here it is one whole." for id_ in asked.cut]


def _verdict(asked: "Forced", name: str) -> str:
    from watchbill.report.reasons import change

    shift = asked.assigned.shift.id
    if asked.deciding is None:
        return f"With {name} on {shift} a plan exists that costs no more in any tier: here it is."
    now, then = asked.deciding
    costs = change(now.name, then.value - now.value)
    head = f"With {name} on {shift} the best plan found costs at most {costs}"
    before = [tier.name for tier, _ in asked.rows][: [tier for tier, _ in asked.rows].index(now)]
    as_good = f" of the plans that cost no more {_listed(before)}" if before else ""
    if asked.proven:
        return f"The best plan with {name} on {shift} costs {costs}; proven: none{as_good} costs less."
    if asked.at_least:
        return f"{head}; that every one{as_good} costs at least {change(now.name, asked.at_least)} is proven."
    return f"{head}; that none{as_good} costs less is not proven."


def _listed(words: Sequence[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last


def _moves(asked: "Forced") -> list[str]:
    from watchbill.report import diff
    from watchbill.report.words import moment

    problem = asked.case.ground.problem
    changes = diff.diff(asked.case.plan, asked.draft)
    lines = [f"{len(changes)} shift{' changes' if len(changes) == 1 else 's change'} hands:"]
    for change in changes[:MOST_MOVES]:
        was, is_ = diff.sides(change, problem.person, problem.zone)
        lines.append(f"  {moment(change.start, problem.zone)}  {change.id}: {was} -> {is_}")
    more = len(changes) - MOST_MOVES
    return [*lines, f"  and {more} more"] if more > 0 else lines


def _forced_json(asked: "Forced") -> dict[str, Any]:
    from watchbill.report import diff
    from watchbill.report.reasons import shift_json

    return {
        **_head(asked.case),
        "outcome": "solved",
        "shift": shift_json(asked.assigned),
        "person": asked.person,
        "tiers": [{**_tier(now, then), "proven": asked.is_proven(now.name)} for now, then in asked.rows],
        "cut": list(asked.cut),
        "deciding": asked.deciding and asked.deciding[0].name,
        "at_least": asked.at_least,
        "proven": asked.proven,
        "reproducible": asked.draft.inputs.reproducible,
        "changes": diff.as_json(diff.diff(asked.case.plan, asked.draft)),
        "plan": {assigned.shift.id: assigned.person for assigned in asked.draft.shifts},
    }


def _tier(now: "Tier", then: "Tier") -> dict[str, Any]:
    return {"name": now.name, "now": now.value, "then": then.value, "more": then.value - now.value, "bound": then.bound}


def _tell_impossible(asked: "Impossible", *, quiet: bool, as_json: bool, interrupted: bool) -> NoReturn:
    from watchbill.report import conflicts
    from watchbill.report.reasons import shift_json

    if as_json:
        about = {"shift": shift_json(asked.assigned), "person": asked.person}
        say_json({**_head(asked.case), **about, **conflicts.as_json(asked.why)})
    name = asked.case.ground.problem.person[asked.person].name
    if not (as_json and quiet):
        note(f"no plan can have {name} on {asked.assigned.shift.id}.")
    if interrupted and not as_json:
        note("Interrupted, so causes and ways out may be missing.")
    for line in [] if as_json else list(conflicts.lines(asked.why))[1:]:
        note(line)
    end(NO_PLAN)


# ---------------------------------------------------------------------------------------------------------- person


def _tell_person(found: "Personal", *, as_json: bool) -> None:
    from watchbill.report import reasons
    from watchbill.report.words import heading

    problem, who = found.case.ground.problem, found.account.person
    if as_json:
        say_json(_person_json(found))
        return
    _warn(found.case)
    say(heading(found.case.plan, problem.person[who].name))
    say(f"Holds {reasons.got_told(found.got)}.")
    for line in reasons.carried(found.account, found.faded):
        say_folded(f"  {line}")
    if found.leave:
        say("Leave:")
    for respected in found.leave:
        say_folded(f"  {reasons.leave_told(respected, problem.person)}")
    if found.limits:
        say("Limits:")
    for limited in found.limits:
        say_folded(f"  {reasons.limit_told(limited)}")
    say("Wishes:" if found.wishes else "Wishes: none for this time.")
    for wished in found.wishes:
        for line in reasons.wish_told(wished, problem.person):
            say_folded(f"  {line}")
    if any(not wished.granted and wished.ways for wished in found.wishes):
        say_folded(EXCHANGE, 0)


def _person_json(found: "Personal") -> dict[str, Any]:
    from watchbill.report import reasons

    return {
        **_head(found.case),
        "person": found.account.person,
        "account": reasons.account_json(found.account, found.faded),
        "shifts": [shift.id for shift in found.got.shifts],
        "kinds": found.got.kinds,
        "leave": [reasons.leave_json(respected) for respected in found.leave],
        "limits": [reasons.limit_json(limited) for limited in found.limits],
        "wishes": [reasons.wish_json(wished) for wished in found.wishes],
    }
