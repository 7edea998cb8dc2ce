"""Drafts and published plans in a workspace's folder: `drafts/`, `plans/` and `plans/history/`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from watchbill.domain import Held
from watchbill.errors import InputError, Mistake, Place, Refused
from watchbill.files import inside, write_atomically, write_together
from watchbill.periods import Period, period
from watchbill.results import Assigned, Draft
from watchbill.times import DAY, iso
from watchbill.workspace.jsontext import is_cut_off
from watchbill.workspace.plan_text import decode, encode

LONGEST_WINDOW = timedelta(days=400)


# --------------------------------------------------------------------------------------------------------- drafts


def write_draft(folder: Path, draft: Draft) -> Path:
    """Writes `drafts/<period>.json` in a workspace and returns its path."""
    path = inside(folder / "drafts", f"{draft.period}.json")
    write_atomically(path, encode(draft))
    return path


def write_drafts(folder: Path, drafts: Sequence[Draft]) -> tuple[Path, ...]:
    """Writes the drafts of several periods, all or none, and returns their paths."""
    files = {inside(folder / "drafts", f"{draft.period}.json"): encode(draft) for draft in drafts}
    write_together(files)
    return tuple(files)


def read_draft(folder: Path, period: Period, *, people: Collection[str] | None = None) -> Draft | None:
    """The draft of a period, or None. InputError with every mistake; with `people`, other holders are mistakes."""
    return _read(folder, f"drafts/{period}.json", people)


def remove_drafts(folder: Path, periods: Iterable[Period]) -> None:
    """Removes the drafts of some periods: nothing else, and nothing where there is none."""
    for gone in periods:
        inside(folder / "drafts", f"{gone}.json").unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------------------------- plans


def read_plan(folder: Path, period: Period, *, people: Collection[str] | None = None) -> Draft | None:
    """The published plan of a period in its latest revision, or None. InputError with every mistake."""
    return _read(folder, f"plans/{period}.json", people)


def read_plans(folder: Path) -> tuple[Draft, ...]:
    """The latest revision of every published plan, in order of time. InputError with every mistake of every file."""
    plans: list[Draft] = []
    mistakes: list[Mistake] = []
    for path in sorted((folder / "plans").glob("*.json")):
        if path.name.startswith(".") or path.name.endswith(".push.json"):
            continue
        try:
            _insist_named(path)
            plan = _read(folder, f"plans/{path.name}", None)
        except InputError as error:
            mistakes.extend(error.mistakes)
        else:
            plans.extend([plan] if plan else [])
    plans.sort(key=lambda plan: plan.period.dates)
    mistakes.extend(_overlaps(plans))
    if mistakes:
        raise InputError(mistakes)
    return tuple(plans)


def revisions(folder: Path, plans: Sequence[Draft]) -> Mapping[tuple[str, int], str]:
    """When each revision of some plans was published, as far as `plans/history/` tells: by period and revision."""
    out: dict[tuple[str, int], str] = {}
    for plan in plans:
        for found in (*older(folder, plan.period), plan):
            if found.made:
                out[found.period.name, found.revision] = found.made
    return out


def older(folder: Path, period: Period) -> tuple[Draft, ...]:
    """The revisions of a plan before the present one, as far as `plans/history/` tells."""
    paths = sorted((folder / "plans" / "history").glob(f"{period}.r*.json"))
    found = (_read(folder, f"plans/history/{path.name}", None) for path in paths)
    return tuple(plan for plan in found if plan)


def publish(folder: Path, draft: Draft, made: datetime) -> Draft:
    """Publishes one draft: see `publish_together`."""
    (new,) = publish_together(folder, [draft], made)
    return new


def publish_together(folder: Path, drafts: Sequence[Draft], made: datetime) -> tuple[Draft, ...]:
    """Publishes drafts as the next revisions of their periods, all or none, and returns them.

    The old ones move to `plans/history/`. Where every shift is held as in the published revision, that one is returned
    and stays. Refused where a period overlaps the period of another plan: a shift belongs to one plan.
    """
    published = read_plans(folder)
    for draft in drafts:
        _insist_apart(draft, published)
    found = [(read_plan(folder, draft.period), draft) for draft in drafts]
    new = tuple(old if old and not _differ(old, draft) else _revised(old, draft, made) for old, draft in found)
    files: dict[Path, bytes] = {}
    for (old, _), plan in zip(found, new, strict=True):
        files |= _files(folder, old, plan) if plan is not old else {}
    write_together(files)
    return new


def _insist_apart(draft: Draft, published: Sequence[Draft]) -> None:
    for plan in published:
        if plan.period != draft.period and plan.period.dates.meets(draft.period.dates):
            raise Refused(
                f"{draft.period} overlaps {plan.period}, which is published already. "
                f"Plan a period that ends before {plan.period.first} or starts after {plan.period.last}."
            )


def _files(folder: Path, old: Draft | None, new: Draft) -> dict[Path, bytes]:
    """What a new revision writes: the one before it as history, then itself."""
    current = inside(folder / "plans", f"{new.period}.json")
    history = folder / "plans" / "history"
    kept = {inside(history, f"{old.period}.r{old.revision}.json"): current.read_bytes()} if old else {}
    return {**kept, current: encode(new)}


def _differ(old: Draft, new: Draft) -> bool:
    return [_held(assigned) for assigned in old.shifts] != [_held(assigned) for assigned in new.shifts]


def _held(assigned: Assigned) -> object:
    """What of a shift matters to those outside: its hours and who holds them."""
    return assigned.shift, assigned.parts


def _revised(old: Draft | None, draft: Draft, made: datetime) -> Draft:
    revision = old.revision + 1 if old else 1
    before = {assigned.shift.id: assigned for assigned in old.shifts} if old else {}
    shifts = []
    for assigned in draft.shifts:
        known = before.get(assigned.shift.id)
        same = known is not None and _held(known) == _held(assigned)
        shifts.append(replace(assigned, changed=known.changed if known and same else revision))
    return replace(draft, revision=revision, made=iso(made), shifts=tuple(shifts))


# ---------------------------------------------------------------------------------------------------------- seams


def neighbours(plans: Sequence[Draft], period: Period) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """Shifts of the published plans before and after a period, as far as the longest rolling window can reach."""
    before = [plan for plan in plans if plan.period.last < period.first]
    after = [plan for plan in plans if plan.period.first > period.last]
    since, until = period.first - LONGEST_WINDOW, period.last + LONGEST_WINDOW
    return (
        tuple(held for plan in before for held in _holdings(plan) if held.shift.end.date() >= since),
        tuple(held for plan in after for held in _holdings(plan) if held.shift.start.date() <= until),
    )


def _holdings(plan: Draft) -> list[Held]:
    return [Held(assigned.shift, assigned.parts) for assigned in plan.shifts if assigned.parts]


def balances(plans: Sequence[Draft], period: Period) -> Mapping[str, Mapping[str, int]]:
    """Carried hundredths of an hour by person and bucket, from the last plan before a period that knows the person.

    Who is absent from later plans keeps the balance of the last one: it waits.
    """
    before = sorted((plan for plan in plans if plan.period.last < period.first), key=lambda plan: plan.period.dates)
    return {account.person: account.after for plan in before for account in plan.people}


def head(plans: Sequence[Draft], period: Period) -> bool:
    """Whether the turns that run at the period's start are its own, since no plan holds the day before."""
    return not any(period.first - DAY in plan.period.dates for plan in plans)


# ------------------------------------------------------------------------------------------------------------ files


def _read(folder: Path, name: str, people: Collection[str] | None) -> Draft | None:
    path = folder / name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror or error}. Mend that and run it again.") from error
    if name.startswith("drafts/") and is_cut_off(content):
        sentence = f"this draft is empty or cut off. Remove it, or plan again: watchbill plan {path.stem}"
        raise InputError([Mistake(Place(name), sentence)])
    found = decode(content, name, people=people)
    if path.name.partition(".r")[0].removesuffix(".json") != found.period.name:
        sentence = f"the file is named {path.name}, but holds the period {found.period}. Rename the one or the other."
        raise InputError([Mistake(Place(name), sentence)])
    if name.startswith("plans/") and not found.revision:
        raise InputError([Mistake(Place(name), "this is a draft, not a plan. Move it to drafts/ and publish it.")])
    return found


def _insist_named(path: Path) -> None:
    """InputError for a file among the plans that is named after no period."""
    try:
        period(path.stem)
    except ValueError:
        sentence = "this is no plan: plans are named after their period, such as 2027-Q1.json. Move it out of plans/."
        raise InputError([Mistake(Place(f"plans/{path.name}"), sentence)]) from None


def _overlaps(plans: Sequence[Draft]) -> list[Mistake]:
    pairs = [(a, b) for a, b in pairwise(plans) if a.period.dates.meets(b.period.dates)]
    return [
        Mistake(Place(f"plans/{b.period}.json"), f"this plan overlaps plans/{a.period}.json. Remove one of the two.")
        for a, b in pairs
    ]
