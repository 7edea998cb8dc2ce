"""Requests until they are answered: bounded patience, safe repetition, and errors as sentences.

What changes nothing or may be done twice is asked again. What makes something is asked again only after an answer that
says it was not done (429); where no answer says so, `Unsure` is raised and the caller looks before writing again.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from watchbill.publish.pagerduty import faults
from watchbill.publish.pagerduty.port import Endless, Lost, Params, Port, RemoteFailed, Reply

PAGE = 100
FARTHEST = 10_000
LONGEST_WAIT = 60.0
FIRST_WAIT = 0.5

Trace = Callable[[str, str, int | None, str], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request; `again`: doing it twice is the same as doing it once."""

    method: str
    path: str
    send: Callable[[], Reply]
    again: bool = True

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


class Calls:
    """The four verbs with patience. Each returns the parsed body of an answer that says it was done.

    `sleep` and `clock` are in seconds. A request is tried at most `attempts` times and for at most about `patience`
    seconds. `trace` hears of every try: method, path, status (None: no answer), request id. `date` is PagerDuty's own
    present, to the second, as the last answer told it; `limit` is the rate limit that it named, None if it named none.
    """

    def __init__(
        self,
        port: Port,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        patience: float = 120.0,
        attempts: int = 6,
        trace: Trace | None = None,
    ) -> None:
        self._port, self._sleep, self._clock, self._trace = port, sleep, clock, trace
        self._patience, self._attempts = patience, attempts
        self.date: datetime | None = None
        self.limit: str | None = None

    def get(self, path: str, params: Params | None = None) -> Any:
        """Reads. RemoteFailed if it is refused or stays unanswered."""
        return self._done(_Asked("GET", path, lambda: self._port.get(path, params)))

    def ask(self, path: str, body: Any, params: Params | None = None) -> Any:
        """A POST that changes nothing, such as a preview, so that it may be repeated."""
        return self._done(_Asked("POST", path, lambda: self._port.post(path, body, params)))

    def post(self, path: str, body: Any, params: Params | None = None) -> Any:
        """Makes something. Unsure if it may have been made, RemoteFailed if it was surely not."""
        return self._done(_Asked("POST", path, lambda: self._port.post(path, body, params), again=False))

    def put(self, path: str, body: Any, *, makes: bool = False) -> Any:
        """Replaces something. `makes`: something in it has no id yet, so that twice is not like once; as for a POST."""
        return self._done(_Asked("PUT", path, lambda: self._port.put(path, body), again=not makes))

    def delete(self, path: str) -> None:
        """Removes something. That it is no longer there (404) after a try without an answer is success."""
        self._done(_Asked("DELETE", path, lambda: self._port.delete(path)))

    def pages(self, path: str, key: str, params: Params | None = None) -> list[Any]:
        """All items of a list that comes in pages, under `key` of each answer; RemoteFailed if it does not end."""
        items: list[Any] = []
        for offset in range(0, FARTHEST, PAGE):
            body = self.get(path, {**(params or {}), "limit": PAGE, "offset": offset})
            found = body.get(key) if isinstance(body, dict) else None
            if not isinstance(found, list):
                raise RemoteFailed(f'PagerDuty answered GET {path} without a list of "{key}". Is the address right?')
            items.extend(found)
            if body.get("more") is not True:
                return items
            if not found:
                break
        raise Endless(f"PagerDuty's list at GET {path} does not end within {FARTHEST:,} items. Ask for less.")

    # ------------------------------------------------------------------------------------------------- one request

    def _done(self, asked: _Asked) -> Any:
        begun, doubtful = self._clock(), False
        for attempt in range(1, self._attempts + 1):
            reply, lost = self._try(asked)
            if reply and asked.method == "DELETE" and (reply.ok or (doubtful and reply.status == 404)):
                return None
            if reply and not lost and not _passing(reply.status):
                return _body(asked, reply)
            doubtful = doubtful or reply is None or reply.status != 429
            if doubtful and not asked.again:
                raise faults.unsure(asked.name, reply, lost)
            wait = _wait(reply, attempt)
            if attempt == self._attempts or self._clock() - begun + wait > self._patience:
                raise faults.gave_up(asked.name, reply, lost, attempt)
            self._sleep(wait)
        raise AssertionError("attempts are at least one")

    def _try(self, asked: _Asked) -> tuple[Reply | None, str]:
        """The reply, if there is one, and why it says nothing, if it does."""
        try:
            reply = asked.send()
        except Lost as lost:
            self._heard(asked, None, {})
            return None, str(lost)
        self._heard(asked, reply.status, reply.headers)
        if reply.ok and reply.body is None and asked.method != "DELETE":
            return reply, "the answer cannot be read"
        return reply, ""

    def _heard(self, asked: _Asked, status: int | None, headers: Mapping[str, str]) -> None:
        self.limit = headers.get("ratelimit-limit")
        with suppress(ValueError):
            self.date = parsedate_to_datetime(headers.get("date", "")).astimezone(UTC)
        if self._trace:
            self._trace(asked.method, asked.path, status, headers.get("x-request-id", ""))


def _passing(status: int) -> bool:
    """Whether an answer says that trying later may help."""
    return status in (408, 429) or status >= 500


def _body(asked: _Asked, reply: Reply) -> Any:
    if reply.ok:
        return reply.body
    raise faults.refused(asked.name, reply)


def _wait(reply: Reply | None, attempt: int) -> float:
    """Seconds: what PagerDuty asks for, at most a minute, or half a second that doubles each time."""
    asked = reply.headers.get("ratelimit-reset", "") if reply and reply.status == 429 else ""
    if asked.isdecimal():
        return min(max(float(asked), FIRST_WAIT), LONGEST_WAIT)
    return min(FIRST_WAIT * 2.0 ** (attempt - 1), LONGEST_WAIT)
