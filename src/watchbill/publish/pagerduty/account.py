"""Who our people are in PagerDuty, and what its escalation policies say."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.publish.pagerduty import nodes, wire
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.port import RemoteFailed
from watchbill.publish.pagerduty.terms import Policy, User


def resolve(calls: Calls, people: Sequence[Person]) -> Mapping[str, User]:
    """Each person's user, by person id: by PagerDuty's own id where one is given, else by e-mail.

    Refused with everyone at once who has neither, is unknown, deleted or a stakeholder, or shares a user.
    """
    accounts = _Accounts(calls)
    found = {person.id: _one(accounts, person) for person in people}
    users = {id_: user for id_, user in found.items() if isinstance(user, User)}
    wrong = [sentence for sentence in found.values() if isinstance(sentence, str)]
    wrong += _shared(people, users)
    if wrong:
        raise Refused("\n".join(wrong))
    return users


class Names:
    """Who PagerDuty's users are, asked for one by one when they are not among the known ones."""

    def __init__(self, calls: Calls, known: Iterable[User]) -> None:
        self._accounts = _Accounts(calls)
        self._names = {user.id: user.name for user in known}

    def __call__(self, id_: str) -> str:
        if id_ not in self._names:
            node = self._accounts.by_id(id_)
            self._names[id_] = wire.user(node).name if node else id_
        return self._names[id_]


def known(calls: Calls, ids: Iterable[str]) -> Mapping[str, User]:
    """The users of some ids, by id; those that PagerDuty does not know any more are left out."""
    accounts = _Accounts(calls)
    nodes_ = ((id_, accounts.by_id(id_)) for id_ in dict.fromkeys(ids))
    return {id_: wire.user(node) for id_, node in nodes_ if node is not None and not wire.deleted(node)}


def by_email(calls: Calls, email: str) -> User | None:
    """The user with an address, if there is one who was not deleted."""
    node = _with(calls.pages("/users", "users", {"query": email}), email)
    return wire.user(node) if node is not None and not wire.deleted(node) else None


def holders(users: Mapping[str, User], people: Sequence[Person]) -> Mapping[str, str]:
    """Which person of the team each of some users is, by user id: by PagerDuty's own id, else by e-mail."""
    by_id = {person.pagerduty: person.id for person in people if person.pagerduty}
    by_email = {person.email.casefold(): person.id for person in people if person.email and not person.pagerduty}
    found = {id_: by_id.get(id_) or by_email.get(user.email.casefold()) for id_, user in users.items()}
    return {id_: person for id_, person in found.items() if person}


class PolicyNames:
    """What escalation policies are called, each asked for once."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._names: dict[str, str] = {}

    def __call__(self, id_: str) -> str:
        if id_ not in self._names:
            self._names[id_] = policy(self._calls, id_).name or id_
        return self._names[id_]


def policy(calls: Calls, id_: str) -> Policy:
    """An escalation policy by its id."""
    return wire.policy(calls.get(f"/escalation_policies/{nodes.safe_id(id_)}"))


def _one(accounts: "_Accounts", person: Person) -> User | str:
    """The person's user, or what is wrong with them."""
    if not person.pagerduty and not person.email:
        return (
            f'{person.id} has no e-mail. Write "email:" or "pagerduty:" (the user\'s id) for {person.id} in team.yaml.'
        )
    known = person.pagerduty or person.email
    node = accounts.by_id(person.pagerduty) if person.pagerduty else accounts.by_email(person.email)
    if node is None:
        return f"{person.id} ({known}) is no user in PagerDuty. Mend it in team.yaml, or invite them there."
    if wire.deleted(node):
        return f"{person.id} ({known}) was deleted in PagerDuty. Invite them again, or take them off the rota."
    user = wire.user(node)
    if user.stakeholder:
        return (
            f"{person.id} ({known}) is a stakeholder in PagerDuty, who cannot be on call. Give them a full user there."
        )
    return user


def _shared(people: Sequence[Person], users: Mapping[str, User]) -> list[str]:
    holders: dict[str, list[str]] = {}
    for person in people:
        if person.id in users:
            holders.setdefault(users[person.id].id, []).append(person.id)
    return [
        f"{' and '.join(ids)} are one user in PagerDuty ({id_}). Give each their own e-mail in team.yaml."
        for id_, ids in holders.items()
        if len(ids) > 1
    ]


class _Accounts:
    """The users of the account; all of them are asked for only if a search does not find someone."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._all: list[Any] | None = None

    def by_id(self, id_: str) -> Any:
        """A user as PagerDuty answers it; None if there is none."""
        try:
            return nodes.mapping(self._calls.get(f"/users/{nodes.safe_id(id_)}"), "user")
        except RemoteFailed as failed:
            if failed.status != 404:
                raise
            return None

    def by_email(self, email: str) -> Any:
        """A user by the whole address, whatever the case; one that was not deleted, if there is a choice."""
        found = _with(self._calls.pages("/users", "users", {"query": email}), email)
        return found or _with(self._everyone(), email)

    def _everyone(self) -> list[Any]:
        if self._all is None:
            self._all = self._calls.pages("/users", "users")
        return self._all


def _with(users: Sequence[Any], email: str) -> Any:
    wanted = email.casefold()
    found = [user for user in users if nodes.text(user, "email", "").casefold() == wanted]
    return min(found, key=wire.deleted, default=None)
