"""Applies what was shown, and proves that it arrived: the schedules are read back until they render the plan.

If they do not, what this run made is undone, and the error says what stands.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from watchbill.errors import Refused
from watchbill.publish.pagerduty.carry import LOOKS, Hands, carry_out, look
from watchbill.publish.pagerduty.hazards import told_stretch
from watchbill.publish.pagerduty.journal import Doing, Pending, PushFile, Written
from watchbill.publish.pagerduty.memory import begun, folded, known_in, made_by, still_there
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.proposal import Proposal, Shown, bare
from watchbill.publish.pagerduty.steps import AnyStep, DropOverride, DropRotation, DropShift
from watchbill.publish.pagerduty.terms import Schedule, ShiftSchedule
from watchbill.publish.pagerduty.undo import undoing

Save = Callable[[PushFile], None]
Again = Callable[[PushFile], Proposal]
Keep = Callable[[PushFile, Proposal, str], PushFile]


class NotProven(RemoteFailed):
    """The writes were made or refused, and PagerDuty does not render the plan."""


@dataclass(frozen=True)
class Applied:
    """What was done: the schedules as they were and as they are now, and how many writes it took."""

    proposal: Proposal
    after: Proposal
    file: PushFile
    writes: int


def apply(hands: Hands, proposal: Proposal, digest: str, *, again: Again, save: Save, keep: Keep) -> Applied:
    """Makes the writes of a proposal, or goes on with those of a run that was cut off. Refused for another digest.

    `again` reads everything anew and proposes; `save` keeps the push file, before every write; `keep` says what it
    holds at the end.
    """
    file = begun(proposal)
    pending = _to_do(proposal, file, digest)
    run = _Run(hands, folded(file, proposal, pending), save)
    run.carry_all()
    after = _proven(hands, run, again)
    done = keep(run.file, after, digest)
    save(done)
    return Applied(proposal, after, done, run.writes)


def _to_do(proposal: Proposal, file: PushFile, digest: str) -> Pending:
    """The writes that the digest stands for."""
    revision = proposal.scene.plan.revision
    if proposal.digest == digest:
        return Pending(digest, proposal.now, tuple(one.doing() for one in proposal.shown if one.steps), revision)
    if file.pending and file.pending.digest == digest:
        if file.pending.revision != revision:
            raise Refused(_outrun(proposal, digest))
        return file.pending
    if proposal.settled and file.digest == digest:
        return Pending(digest, proposal.now, (), revision)
    raise Refused(_other(proposal, digest))


def _outrun(proposal: Proposal, digest: str) -> str:
    """Why a run that was cut off is not gone on with."""
    return (
        f"{proposal.scene.plan.period} was published anew since {digest} was shown: what that run had still to write "
        "is not the plan any more. Nothing was written now. See what is left with the same command, without --apply."
    )


def _other(proposal: Proposal, digest: str) -> str:
    """Why a digest cannot be applied."""
    period = proposal.scene.plan.period
    if proposal.settled:
        return (
            f"nothing is to be written for {period}: PagerDuty stands as the plan wants it. {digest} was not applied."
        )
    if proposal.withheld:
        keys = " ".join(f"--allow {key}" for key in dict.fromkeys(h.key for h in proposal.withheld))
        return f"{digest} was not applied, because of hazards that it does not allow. If they are meant: {keys}"
    return (
        f"what would be written now is not what was shown as {digest}: the plan or PagerDuty has changed. Nothing was "
        f"written. Look again with: watchbill push {period}"
    )


class _Run:
    """The writes of one run, with the push file as it is after each."""

    def __init__(self, hands: Hands, file: PushFile, save: Save) -> None:
        self._hands, self.file, self._save = hands, file, save
        self.writes = 0

    def carry_all(self) -> None:
        """Makes what is pending; what PagerDuty refuses for good is undone."""
        pending = self.file.pending
        for n, doing in enumerate(pending.targets if pending else ()):
            try:
                self._carry(n, doing)
            except RemoteFailed as error:
                if _may_pass(error):
                    raise
                raise self.undone(str(error)) from error

    def more(self, doings: Iterable[Doing]) -> None:
        """Adds writes to the run, and makes them."""
        for doing in doings:
            pending = self.file.pending
            if pending is None:
                return
            self.file = replace(self.file, pending=replace(pending, targets=(*pending.targets, doing)))
            self._carry(len(pending.targets), doing)

    def undone(self, reason: str) -> NotProven:
        """Takes back what was made, and says what stands."""
        told = [reason]
        for doing in reversed(self.file.pending.targets if self.file.pending else ()):
            if doing.done:
                told.append(self._undone(doing))
        return NotProven("\n".join(told))

    def _undone(self, doing: Doing) -> str:
        name = doing.name
        if doing.before is None:
            return f"{name} was made and stands; no escalation policy uses it yet."
        try:
            live = look(self._hands, doing)
            if live is None:
                return f"{name} is not there any more."
            steps = undoing(doing.before, live, tuple(made_by(doing)), self._hands.now(), self._hands.meaning)
            self.more([replace(doing, before=bare(live), steps=steps, done=0, undoes=True)] if steps else [])
        except (RemoteFailed, Refused) as error:
            return f"{name} could not be put back ({error}). Look at it now, and run: watchbill push"
        return f"{name} was put back: it pages as it did before."

    def _carry(self, n: int, doing: Doing) -> None:
        def save(at: Doing) -> None:
            pending = self.file.pending
            if pending is not None:
                targets = (*pending.targets[:n], at, *pending.targets[n + 1 :])
                self.file = replace(self.file, pending=replace(pending, targets=targets))
                self._save(self.file)

        self.writes += carry_out(self._hands, doing, save).done - doing.done


def _may_pass(error: RemoteFailed) -> bool:
    """Whether the same write may succeed later: no answer, too busy, broken for now."""
    return error.status is None or error.status in {408, 429} or error.status >= 500


# ---------------------------------------------------------------------------------------------------------- proof


def _proven(hands: Hands, run: _Run, again: Again) -> Proposal:
    """The schedules read back until nothing is left to do; doubles of ours, from a lost answer, are taken away."""
    after = None
    for pause in LOOKS:
        hands.sleep(pause)
        after = again(run.file)
        if after.settled:
            return after
        doubles = [one for one in after.shown if one.steps and all(map(_drops, one.steps))]
        run.more(one.doing() for one in doubles)
    raise run.undone(_difference(after) if after else "")


def _drops(step: AnyStep) -> bool:
    return isinstance(step, DropOverride | DropShift | DropRotation)


def _difference(after: Proposal) -> str:
    """What of the plan PagerDuty does not show."""
    for one in after.shown:
        for move in one.moves:
            seen, planned = (", ".join(map(after.scene.name, side)) or "nobody" for side in (move.before, move.after))
            at = told_stretch(after.scene, move.span)
            return f"{one.outlet.role.id}: after the writes PagerDuty shows {seen} {at}, the plan {planned}."
        if one.steps:
            return f"{one.outlet.role.id}: after the writes {one.outlet.schedule} does not hold what was written."
    return "PagerDuty does not hold what was written."


# ------------------------------------------------------------------------------------------------------- push file


def written(file: PushFile, after: Proposal, digest: str) -> PushFile:
    """The push file of a run that came to its end; what is known of schedules that it did not look at stays."""
    kept = [_kept(file, one, after.now) for one in after.shown]
    return PushFile(
        period=after.scene.plan.period.name,
        revision=after.scene.plan.revision,
        digest=digest,
        at=after.now,
        written=(*untouched(file, after), *kept),
    )


def untouched(file: PushFile, after: Proposal) -> tuple[Written, ...]:
    """What a push file says of schedules that a run did not look at."""
    seen = {(one.outlet.role.id, one.outlet.seats[0]) for one in after.shown}
    return tuple(w for w in file.written if (w.role, w.seat) not in seen)


def _kept(file: PushFile, one: Shown, now: datetime) -> Written:
    """What is ours in one schedule now, and what stood there before the last push that changed it."""
    role, seat = one.outlet.role.id, one.outlet.seats[0]
    old = file.of(role, seat)
    doing = [d for d in (file.pending.targets if file.pending else ()) if (d.role, d.seat) == (role, seat)]
    known = known_in(file, role, seat)
    before = (doing[0].origin or doing[0].before) if doing else old.before if old else None
    live = one.live
    rotations = {r.id for r in before.rotations} if isinstance(before, ShiftSchedule) else set()
    return Written(
        role=role,
        seat=seat,
        schedule=live.id if live else "",
        kind=one.kind,
        overrides=still_there(known, live.overrides, now) if isinstance(live, Schedule) else (),
        shifts=still_there(known, live.shifts, now) if isinstance(live, ShiftSchedule) else (),
        rotations=tuple(r.id for r in live.rotations if r.id and r.id not in rotations)
        if isinstance(live, ShiftSchedule) and doing
        else old.rotations
        if old
        else (),
        before=before,
        seats=one.outlet.seats,
        url=live.url if live else None,
        foreign=doing[0].foreign if doing else old.foreign if old else (),
        rolled_back=None if doing or old is None else old.rolled_back,
    )
