"""Who our people are in PagerDuty, and what its escalation policies say."""

from collections.abc import Iterable, Mapping, Sequence

from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.naming import told_apart
from watchbill.publish.pagerduty import nodes, wire
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.terms import Policy, User


def resolve(accounts: Accounts, people: Sequence[Person]) -> Mapping[str, User]:
    """Each person's user, by person id: by PagerDuty's own id where one is given, else by e-mail.

    Refused with everyone at once who has neither, is unknown, deleted or a stakeholder, or shares a user.
    """
    expect(accounts, people)
    found = {person.id: _one(accounts, person) for person in people}
    users = {id_: user for id_, user in found.items() if isinstance(user, User)}
    wrong = [sentence for sentence in found.values() if isinstance(sentence, str)]
    wrong += _shared(people, users)
    if wrong:
        raise Refused("\n".join(wrong))
    return users


def expect(accounts: Accounts, people: Sequence[Person]) -> None:
    """Says who will be asked for, so that many are found in few requests."""
    accounts.expect(
        ids=[person.pagerduty for person in people if person.pagerduty],
        emails=[person.email for person in people if person.email and not person.pagerduty],
    )


class Names:
    """Who PagerDuty's users are, by user id, asked for one by one when they are not among the known ones.

    No two have one name: those who share it have their id in it, ours where we know them.
    """

    def __init__(self, accounts: Accounts, known: Mapping[str, User]) -> None:
        self._accounts = accounts
        names = told_apart({person: user.name for person, user in known.items()})
        self._names = {user.id: names[person] for person, user in known.items()}

    def __call__(self, id_: str) -> str:
        if id_ not in self._names:
            node = self._accounts.by_id(id_)
            name = wire.user(node).name if node else id_
            self._names[id_] = f"{name} ({id_})" if name in self._names.values() else name
        return self._names[id_]


def known(accounts: Accounts, ids: Iterable[str]) -> Mapping[str, User]:
    """The users of some ids, by id; those that PagerDuty does not know any more are left out."""
    asked = tuple(dict.fromkeys(ids))
    accounts.expect(ids=asked)
    nodes_ = ((id_, accounts.by_id(id_)) for id_ in asked)
    return {id_: wire.user(node) for id_, node in nodes_ if node is not None and not wire.deleted(node)}


def by_email(accounts: Accounts, email: str) -> User | None:
    """The user with an address, if there is one who was not deleted."""
    node = accounts.by_email(email)
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


def _one(accounts: Accounts, person: Person) -> User | str:
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
