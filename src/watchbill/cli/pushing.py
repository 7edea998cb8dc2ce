"""`push` and `rollback`: show what would change, then apply exactly that."""

import sys
from collections.abc import Callable, Iterator
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
    out,
    period_of,
    say,
    say_json,
)
from watchbill.cli.writes import words
from watchbill.errors import Refused, WrongUsage
from watchbill.texts import counted

if TYPE_CHECKING:
    from watchbill.periods import Period
    from watchbill.publish.pagerduty.apply import Applied
    from watchbill.publish.pagerduty.proposal import Proposal, Scene, Shown

Roles = Annotated[list[str] | None, typer.Option("--role", metavar="ROLE", help="Only this role; may be repeated.")]
Allow = Annotated[
    list[str] | None, typer.Option("--allow", metavar="KEY", help="Allow a hazard by its key; may be repeated.")
]
Digest = Annotated[
    str | None, typer.Option("--apply", metavar="DIGEST", help="Write what was shown under this digest.")
]


@command("watchbill push 2027-Q1")
def push(
    context: typer.Context,
    period: PeriodText = None,
    apply: Digest = None,
    allow: Allow = None,
    role: Roles = None,
    create: Annotated[bool, typer.Option("--create", help="Make schedules that do not exist yet.")] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Try out on schedules made for that what PagerDuty's documents leave open.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --probe: do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what PagerDuty would hold for a published plan, and write it once its digest is given.

    Without --apply nothing is written; on a terminal you are asked. Hazards withhold the digest until they are allowed
    by key. A run that was cut off goes on with the same digest, or starts over without one; nothing is made twice.
    The key comes from WATCHBILL_PAGERDUTY_KEY or .watchbill/pagerduty.key.
    """
    from watchbill import pushing
    from watchbill.cli.probing import probe as run_probe
    from watchbill.cli.remote import link

    folder = folder_of(context)
    if probe or yes:
        _alone(probe, period, apply, allow, role, create)
        run_probe(folder, yes=yes, as_json=as_json)
        return
    chosen = _period(folder, period)
    using = link(folder)
    roles, allowed = role or [], allow or []

    def carry(digest: str) -> "Applied":
        return pushing.push_apply(folder, chosen, using, digest, roles=roles, allowed=allowed, create=create)

    def propose() -> "Proposal":
        return pushing.push(folder, chosen, using, roles=roles, allowed=allowed, create=create)

    _run(propose, carry, apply, _again("push", chosen, roles, allowed, create=create), as_json=as_json)


@command("watchbill rollback 2027-Q1")
def rollback(
    context: typer.Context,
    period: PeriodText = None,
    apply: Digest = None,
    allow: Allow = None,
    role: Roles = None,
    as_json: AsJson = False,
) -> None:
    """Show what it takes for PagerDuty to page, from now on, as before the last push, and write it once shown.

    Works as push does: without --apply nothing is written, and the digest stands for exactly what was shown.
    """
    from watchbill import pushing
    from watchbill.cli.remote import link

    folder = folder_of(context)
    chosen = _period(folder, period)
    using = link(folder)
    roles, allowed = role or [], allow or []

    def carry(digest: str) -> "Applied":
        return pushing.rollback_apply(folder, chosen, using, digest, roles=roles, allowed=allowed)

    def propose() -> "Proposal":
        return pushing.rollback(folder, chosen, using, roles=roles, allowed=allowed)

    _run(propose, carry, apply, _again("rollback", chosen, roles, allowed, create=False), as_json=as_json)


def _alone(probe: bool, *others: object) -> None:
    if not probe:
        raise WrongUsage("--yes goes with --probe only. A push is applied with: --apply DIGEST")
    if any(others):
        raise WrongUsage("--probe looks at the account, not at a plan. Leave out all but --yes and --json.")


def _period(folder: Path, text: str | None) -> "Period":
    from watchbill.shelf import shelf

    insist_team(folder)

    return period_of(text) or shelf(folder).to_push()


def _again(verb: str, period: "Period", roles: list[str], allowed: list[str], *, create: bool) -> str:
    """The command that applies, but for its digest."""
    words = [f"watchbill {verb} {period}", *(f"--role {one}" for one in roles), *(f"--allow {key}" for key in allowed)]
    return " ".join([*words, *(["--create"] if create else []), "--apply"])


def _run(
    propose: Callable[[], "Proposal"],
    carry: Callable[[str], "Applied"],
    digest: str | None,
    again: str,
    *,
    as_json: bool,
) -> None:
    if digest is not None:
        _done(_carried(carry, digest, again), as_json=as_json)
        return
    proposal = propose()
    if as_json:
        say_json(_as_json(proposal))
    else:
        _show(proposal, again)
        if proposal.digest and sys.stdin.isatty() and sys.stdout.isatty():
            if typer.confirm("Write this to PagerDuty now?", default=False):
                _done(_carried(carry, proposal.digest, again), as_json=False)
            return
    if proposal.withheld:
        end(1)


def _carried(carry: Callable[[str], "Applied"], digest: str, again: str) -> "Applied":
    """What was done; Ctrl-C between two writes loses nothing."""
    try:
        return carry(digest)
    except Refused as refused:
        bare = again.removesuffix(" --apply")
        raise Refused(str(refused).replace(bare.split(" --")[0], bare)) from refused
    except KeyboardInterrupt:
        note(f"interrupted: what was written stands, and nothing is made twice. Go on with: {again} {digest}")
        end(130)


# ----------------------------------------------------------------------------------------------------------- show


def _show(proposal: "Proposal", again: str) -> None:
    from watchbill.report import pushes

    scene = proposal.scene
    moved = [
        pushes.Shift(
            move.span.start,
            move.span.end,
            one.outlet.role.id,
            tuple(map(scene.name, move.before)),
            tuple(map(scene.name, move.after)),
        )
        for one in proposal.shown
        for move in one.moves
    ]
    say(f"{scene.plan.team} · {scene.plan.period} · revision {scene.plan.revision} · times in {scene.zone}")
    if moved:
        out(pushes.changes(moved, scene.zone), "", pushes.people(moved), "")
    for one in proposal.shown:
        _tell(one, scene)
    for hazard in (hazard for one in proposal.shown if one.steps for hazard in one.hazards):
        state = "withheld" if hazard in proposal.withheld else "allowed before" if hazard.known else "allowed"
        say(pushes.line(f"hazard {hazard.key} ({state}): {hazard.sentence}."))
    _close(proposal, again)


def _tell(one: "Shown", scene: "Scene") -> None:
    from watchbill.report import pushes

    name = f"{one.live.name} ({one.live.id})" if one.live else f"{one.outlet.schedule} (to be made)"
    say(f"{one.outlet.role.id} → {name}, as {one.outlet.form.replace('_', ' ')}")
    for text in (*words(one.steps, scene.zone), *_remarks(one, scene)):
        say(pushes.line(text, "  "))


def _remarks(one: "Shown", scene: "Scene") -> Iterator[str]:
    """What else there is to know of a schedule, line by line."""
    from watchbill.report.words import moment

    if not one.steps:
        yield "nothing to write"
    yield from one.notes
    for entry in one.manual:
        yield f"made by hand, stays: {moment(entry.start, scene.zone)} to {moment(entry.end, scene.zone)}"
    if one.live and not one.live.policies:
        yield "no escalation policy uses this schedule: it pages nobody"
    elif one.live:
        many = "policy" if len(one.live.policies) == 1 else "policies"
        yield f"used by the escalation {many} {', '.join(map(scene.policy, one.live.policies))}"
    yield f"covered {f'until {moment(one.cover, scene.zone)}' if one.cover else 'without end'}"


def _close(proposal: "Proposal", again: str) -> None:
    if proposal.withheld:
        keys = " ".join(f"--allow {key}" for key in dict.fromkeys(h.key for h in proposal.withheld))
        note(f"Nothing is written while a hazard is not allowed. If all of it is meant, add: {keys}")
    elif proposal.digest:
        say(f"Apply with: {again} {proposal.digest}")
    elif proposal.settled:
        say("Nothing to write: PagerDuty stands as the plan wants it.")
    else:
        note("Nothing of ours is to be written, and PagerDuty shows something else. See: watchbill drift")


def _done(done: "Applied", *, as_json: bool) -> None:
    if as_json:
        say_json({"writes": done.writes, "proven": True, **_as_json(done.after)})
        return
    say(f"{counted(done.writes, 'write')} made; read back, PagerDuty shows exactly what was meant.")
    for one in done.after.shown:
        if one.live:
            say(f"  {one.outlet.role.id}: {one.live.name} ({one.live.id})")
    say(f"What was written is kept in plans/{done.file.period}.push.json: commit it.")


def _as_json(proposal: "Proposal") -> dict[str, Any]:
    from watchbill.publish.pagerduty.journal import steps_json
    from watchbill.times import iso

    return {
        "period": proposal.scene.plan.period.name,
        "revision": proposal.scene.plan.revision,
        "digest": proposal.digest,
        "hazards": [
            {"key": h.key, "sentence": h.sentence, "allowed": h not in proposal.withheld} for h in proposal.hazards
        ],
        "schedules": [
            {
                "role": one.outlet.role.id,
                "seats": list(one.outlet.seats),
                "schedule": one.live.id if one.live else None,
                "name": one.live.name if one.live else one.outlet.schedule,
                "form": one.outlet.form,
                "covered_until": iso(one.cover) if one.cover else None,
                "policies": list(one.live.policies) if one.live else [],
                "notes": list(one.notes),
                "changes": [
                    {
                        "start": iso(m.span.start),
                        "end": iso(m.span.end),
                        "before": list(m.before),
                        "after": list(m.after),
                    }
                    for m in one.moves
                ],
                "writes": steps_json(one.steps),
            }
            for one in proposal.shown
        ],
    }
