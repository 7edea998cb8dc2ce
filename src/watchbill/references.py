"""Which two plans `diff` means: a period, `draft`, `plan`, `r1` or a file."""

import re
from collections.abc import Callable
from pathlib import Path

from watchbill.errors import Refused, WrongUsage
from watchbill.periods import Period, period
from watchbill.results import Draft
from watchbill.shelf import shelf
from watchbill.workspace import plans
from watchbill.workspace.plan_text import decode

_REVISION = re.compile(r"^r([1-9]\d{0,5})$")


def pair(folder: Path, a: str | None, b: str | None) -> tuple[Draft, Draft]:
    """The two plans to compare, older one first; what is not named is the newest there is.

    Without names: the published plan and the draft, or without a draft the revision before and the plan.
    """
    if a is None:
        return _newest(folder, shelf(folder).to_read())
    old = find(folder, a)
    return old, find(folder, b) if b is not None else _latest(folder, old.period)


def find(folder: Path, word: str) -> Draft:
    """The plan or draft that a word names; WrongUsage or Refused with a remedy if there is none."""
    if word in {"draft", "plan"} or _REVISION.match(word):
        return _of_period(folder, word, _subject(folder, word))
    path = folder / word
    if path.is_file() or (path := Path(word)).is_file():
        return decode(path.read_bytes(), word)
    try:
        wanted = period(word)
    except ValueError:
        raise WrongUsage(f'"{word}" is no period, draft, plan, r1 or file. Name one of these.') from None
    return plans.read_plan(folder, wanted) or _latest(folder, wanted)


def _subject(folder: Path, word: str) -> Period:
    """The period that is meant where only `draft`, `plan` or a revision is named."""
    found = shelf(folder)
    return found.plans[-1] if word == "plan" and not found.drafts and found.plans else found.to_read()


def _of_period(folder: Path, word: str, wanted: Period) -> Draft:
    readers: dict[str, Callable[[], Draft | None]] = {
        "draft": lambda: plans.read_draft(folder, wanted),
        "plan": lambda: plans.read_plan(folder, wanted),
    }
    found = readers[word]() if word in readers else _revision(folder, wanted, int(word[1:]))
    if found is None:
        if word[0] == "r" and word not in readers:
            raise Refused(_without(folder, wanted, word[1:]))
        what = {"draft": "no draft", "plan": "no published plan"}[word]
        raise Refused(f"{wanted} has {what}. See what there is with: watchbill show {wanted}")
    return found


def _without(folder: Path, wanted: Period, revision: str) -> str:
    """What to say of a revision that is not there, with those that are."""
    plan = plans.read_plan(folder, wanted)
    if plan is None:
        return f"{wanted} is not published, so it has no revision {revision}. See what there is with: watchbill show"
    stored = {int(path.stem.rpartition(".r")[2]) for path in (folder / "plans/history").glob(f"{wanted}.r[1-9]*.json")}
    known = ", ".join(f"r{number}" for number in sorted({*stored, plan.revision or 1}))
    return f"{wanted} has no revision {revision}. Name one that it has: {known}"


def _revision(folder: Path, wanted: Period, revision: int) -> Draft | None:
    plan = plans.read_plan(folder, wanted)
    if plan and plan.revision == revision:
        return plan
    name = f"plans/history/{wanted}.r{revision}.json"
    path = folder / name
    return decode(path.read_bytes(), name) if path.is_file() else None


def _latest(folder: Path, wanted: Period) -> Draft:
    """The draft of a period, else its plan."""
    found = plans.read_draft(folder, wanted) or plans.read_plan(folder, wanted)
    if found is None:
        raise shelf(folder).missing(wanted)
    return found


def _newest(folder: Path, wanted: Period) -> tuple[Draft, Draft]:
    draft, plan = plans.read_draft(folder, wanted), plans.read_plan(folder, wanted)
    if draft and plan:
        return plan, draft
    before = _revision(folder, wanted, plan.revision - 1) if plan else None
    if plan and before:
        return before, plan
    alone = "a first draft" if draft else "a plan of one revision"
    raise Refused(f"{wanted} has {alone} only, so there is nothing to compare it with. Name a file or another period.")
