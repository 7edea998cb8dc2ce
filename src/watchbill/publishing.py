"""How audited drafts become the next revisions of their plans, those that belong together all or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from watchbill import together
from watchbill.errors import Refused
from watchbill.judge import Audited, publishable
from watchbill.periods import Period
from watchbill.results import Draft
from watchbill.shelf import plan_path
from watchbill.workspace import plans


@dataclass(frozen=True)
class Published:
    """The published plan, the revision before it if any, and where it is. `changed`: a new revision was made.

    `beside`: what was published with it, because a swap is across both.
    """

    plan: Draft
    previous: Draft | None
    audited: Audited
    path: Path
    changed: bool
    beside: tuple["Published", ...] = ()


def published(folder: Path, period: Period, now: datetime, allowed: Sequence[str]) -> Published:
    """Judges, refuses or publishes a draft and what belongs to it. Its caller holds the folder's lock."""
    from watchbill.holes import refused

    audits = together.judged(folder, period)
    if faults := refused([audited.draft for audited in audits], allowed):
        raise Refused("\n".join([_refusal(audits), *faults]))
    together.insist_whole(folder, [audited.stored for audited in audits])
    old = [plans.read_plan(folder, audited.draft.period) for audited in audits]
    new = plans.publish_together(folder, [publishable(audited) for audited in audits], now)
    plans.remove_drafts(folder, [audited.draft.period for audited in audits])
    done = [_published_as(*row) for row in zip(new, old, audits, strict=True)]
    first = next(one for one in done if one.plan.period == period)
    return replace(first, beside=tuple(one for one in done if one is not first))


def _published_as(plan: Draft, previous: Draft | None, audited: Audited) -> Published:
    changed = previous is None or plan.revision != previous.revision
    return Published(plan, previous, audited, plan_path(audited.path.parent.parent, plan.period), changed)


def _refusal(audits: Sequence[Audited]) -> str:
    count = sum(len(audited.hard) for audited in audits)
    finding = "a hard finding" if count == 1 else f"{count} hard findings"
    who, it = (f"{audits[0].path} has", "it was") if len(audits) == 1 else (_paths(audits), "they were")
    return f"{who} {finding}, so {it} not published. Mend the draft, or plan the period again:"


def _paths(audits: Sequence[Audited]) -> str:
    return f"{' and '.join(str(audited.path) for audited in audits)}, which belong together, have"
