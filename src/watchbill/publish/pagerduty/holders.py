"""Who holds what of a plan, as PagerDuty's users; whoever is over and gone there does not matter."""

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from watchbill.domain import GUEST, Part, Person, is_guest
from watchbill.errors import Refused
from watchbill.publish.pagerduty import account
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.terms import User
from watchbill.results import Assigned, Draft


def resolved(
    accounts: Accounts, people: Mapping[str, Person], plan: Draft, now: datetime
) -> tuple[Draft, dict[str, User]]:
    """The users of everyone who holds a part. Who holds none any more may have left PagerDuty: the past is cut off."""
    account.expect(accounts, [_known(people, id_) for id_ in _holders(plan, None)])
    coming = _holders(plan, now)
    users = dict(account.resolve(accounts, [_known(people, id_) for id_ in coming if not is_guest(id_)]))
    users |= account.resolve(accounts, [_known(people, id_) for id_ in coming if is_guest(id_)])
    past = [id_ for id_ in _holders(plan, None) if id_ not in users]
    for id_ in past:
        try:
            users |= account.resolve(accounts, [_known(people, id_)])
        except Refused:
            plan = _from(plan, now)
    return plan, users


def once(
    accounts: Accounts, people: Mapping[str, Person], older: Iterable[Draft], known: Container[str]
) -> dict[str, User]:
    """The users of those who held parts in earlier revisions only: what was written for them is known by its user."""
    found: dict[str, User] = {}
    gone = dict.fromkeys(id_ for plan in older for id_ in _holders(plan, None) if id_ not in known)
    asked = [_known(people, id_) for id_ in gone]
    account.expect(accounts, asked)
    for person in asked:
        with suppress(Refused):
            found |= account.resolve(accounts, [person])
    return found


def _holders(plan: Draft, now: datetime | None) -> tuple[str, ...]:
    """Who holds a part that ends after an instant, or any, in order of the plan."""
    parts = (part for assigned in plan.shifts for part in assigned.parts)
    return tuple(dict.fromkeys(part.person for part in parts if now is None or part.end > now))


def _known(people: Mapping[str, Person], id_: str) -> Person:
    return people.get(id_) or Person(id_, id_, "UTC", pagerduty=id_.removeprefix(GUEST) if is_guest(id_) else "")


def _from(plan: Draft, now: datetime) -> Draft:
    """The plan without parts that are over."""
    kept = [replace(a, parts=tuple(part for part in a.parts if part.end > now)) for a in plan.shifts]
    return replace(plan, shifts=tuple(_cut(a) for a in kept if a.shift.end > now))


def _cut(assigned: Assigned) -> Assigned:
    """A shift that begins where its first part does."""
    parts: tuple[Part, ...] = assigned.parts
    if not parts:
        return assigned
    start = min(part.start for part in parts)
    spans = tuple(span for span in assigned.shift.spans if span.end > start)
    spans = tuple(replace(span, start=max(span.start, start)) for span in spans)
    return replace(assigned, shift=replace(assigned.shift, spans=spans))
