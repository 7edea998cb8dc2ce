"""Whether people offer what is theirs: shifts that they hold, whole or in part, by the published plans."""

from collections.abc import Mapping, Sequence

from watchbill.domain import turn_of
from watchbill.errors import Mistake, did_you_mean
from watchbill.results import Draft
from watchbill.workspace.folder import Workspace

Holders = Mapping[str, set[str]]


def check_offers(workspace: Workspace, plans: Sequence[Draft]) -> tuple[Mistake, ...]:
    """A warning for each offer that nobody sees, since its shift is in no plan or somebody else's."""
    holders: dict[str, set[str]] = {}
    for assigned in (assigned for plan in plans for assigned in plan.shifts):
        holders.setdefault(assigned.shift.turn, set()).update(part.person for part in assigned.parts)
    return tuple(
        Mistake(offer.place, f"{offer.shift} {problem}", warning=True)
        for person, own in workspace.availability.items()
        for offer in own.offers
        if (problem := _problem(person, turn_of(offer.shift), holders))
    )


def _problem(person: str, turn: str, holders: Holders) -> str | None:
    if person in holders.get(turn, set()):
        return None
    table = f"See what is theirs with: watchbill show --person {person} --csv"
    if turn in holders:
        return f"is not held by {person} in the published plans, so nobody sees the offer. Remove it. {table}"
    own = [other for other, people in holders.items() if person in people]
    return f"is in no published plan, so nobody sees the offer. {_near(turn, own)} {table}"


def _near(turn: str, own: Sequence[str]) -> str:
    """The shift that was meant, if there is one that looks alike."""
    hint = did_you_mean(turn, own)
    return hint if hint.startswith("Did") else "Remove it or mend the id."
