"""The users of a PagerDuty account, found in as few requests as it takes."""

from collections.abc import Iterable
from typing import Any

from watchbill.publish.pagerduty import nodes, wire
from watchbill.publish.pagerduty.calls import FARTHEST, PAGE, Calls
from watchbill.publish.pagerduty.port import RemoteFailed

FEW = 3


class Accounts:
    """Users as PagerDuty answers them, each asked for once: for one look, not for longer.

    Lists only save requests: who does not turn up in one, or was deleted there, is asked for alone.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._ids: dict[str, Any] = {}
        self._emails: dict[str, Any] = {}
        self._all: list[Any] | None = None
        self._read, self._pages = 0, 1

    def expect(self, *, ids: Iterable[str] = (), emails: Iterable[str] = ()) -> None:
        """Reads lists of a hundred users, as long as that takes fewer requests than asking for each of these."""
        wanted = [(self._ids, id_) for id_ in dict.fromkeys(ids)]
        wanted += [(self._emails, _key(email)) for email in dict.fromkeys(emails)]
        while self._read < self._pages:
            missing = sum(key not in known for known, key in wanted)
            if missing <= FEW or missing < self._pages - self._read:
                return
            self._read_page()

    def by_id(self, id_: str) -> Any:
        """A user; None if there is none."""
        if id_ not in self._ids:
            try:
                self._ids[id_] = nodes.mapping(self._calls.get(f"/users/{nodes.safe_id(id_)}"), "user")
            except RemoteFailed as failed:
                if failed.status != 404:
                    raise
                self._ids[id_] = None
        return self._ids[id_]

    def by_email(self, email: str) -> Any:
        """A user by the whole address, whatever the case; one that was not deleted, if there is a choice."""
        key = _key(email)
        if key not in self._emails:
            found = _with(self._calls.pages("/users", "users", {"query": email}), key)
            self._emails[key] = found or _with(self._everyone(), key)
        return self._emails[key]

    def _everyone(self) -> list[Any]:
        """All users, for those whom a search does not find."""
        if self._all is None:
            self._all = self._calls.pages("/users", "users")
        return self._all

    def _read_page(self) -> None:
        """The next hundred users; how many there are in all is asked for with them."""
        offset = self._read * PAGE
        body = self._calls.get("/users", {"limit": PAGE, "offset": offset, "total": "true"})
        self._keep(nodes.listed(body, "users"))
        self._read += 1
        self._pages = _pages(body) if body.get("more") is True else self._read

    def _keep(self, users: Iterable[Any]) -> None:
        for user in users:
            if not wire.deleted(user):
                self._ids.setdefault(nodes.text(user, "id"), user)
                self._emails.setdefault(_key(nodes.text(user, "email", "")), user)


def _pages(body: Any) -> int:
    """How many pages there are to read; more than anyone reads where PagerDuty does not say."""
    total = body.get("total")
    return min(-(-total // PAGE), FARTHEST // PAGE) if isinstance(total, int) else FARTHEST // PAGE


def _key(email: str) -> str:
    return email.casefold()


def _with(users: Iterable[Any], key: str) -> Any:
    found = [user for user in users if _key(nodes.text(user, "email", "")) == key]
    return min(found, key=wire.deleted, default=None)
