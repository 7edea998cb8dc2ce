"""The door to PagerDuty's API: four verbs, one reply, one error. Its client libraries stand behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from watchbill.errors import WatchbillError

Params = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the HTTP status, headers by lower-case name, and the parsed body (None if there is none)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether the request was carried out."""
        return 200 <= self.status < 300


class Port(Protocol):
    """One try of one request. A reply of any status is returned; Lost means that it is not known what happened."""

    def get(self, path: str, params: Params | None = None) -> Reply: ...

    def post(self, path: str, body: Any, params: Params | None = None) -> Reply: ...

    def put(self, path: str, body: Any) -> Reply: ...

    def delete(self, path: str) -> Reply: ...


class Lost(Exception):
    """No reply: a time-out or a dropped connection. The request may or may not have been carried out."""


class RemoteFailed(WatchbillError):
    """PagerDuty refused or did not answer. `status` is None where there was no answer; the sentence has no secret."""

    exit_code = 4

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        code: int | None = None,
        errors: tuple[str, ...] = (),
        request: str = "",
    ) -> None:
        self.status, self.code, self.errors, self.request = status, code, errors, request
        super().__init__(sentence)


class Endless(RemoteFailed):
    """A list that goes on for longer than PagerDuty lets one read it: ask for less at once."""


class Unsure(RemoteFailed):
    """A write that makes something (a POST, a PUT with new layers) may have been done. Look before writing again."""
