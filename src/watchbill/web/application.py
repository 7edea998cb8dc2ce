"""The routes: feeds by name, and health. Everything else is "not found" in the same words, and one line in the log."""

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from starlette.routing import Route, Router
from starlette.types import Message, Receive, Scope, Send

from watchbill.times import iso
from watchbill.web import access
from watchbill.web.bodies import GUARDS, Answer
from watchbill.web.keeping import Keeper

Ask = Callable[[str, list[tuple[bytes, bytes]]], Answer]

RETRY_SECONDS = 30


def application(
    keeper: Keeper,
    *,
    now: Callable[[], datetime],
    log: Callable[[str], None],
    heard: Callable[[str], None] | None = None,
    below: str = "",
) -> "Front":
    """The server as ASGI. `heard` gets a line for each request; `below` is a prefix that a proxy may leave on paths."""
    feeds, health = _Feeds(keeper), _Health(keeper)
    prefixes = dict.fromkeys(("", below))
    routes = [Route(f"{prefix}/feeds/{{name:path}}", feeds) for prefix in prefixes]
    routes += [Route(f"{prefix}/healthz", health) for prefix in prefixes]
    router = Router(routes, redirect_slashes=False, default=_nowhere)
    return Front(router, keeper, now=now, log=log, heard=heard)


class Front:
    """What every request meets first: only reading is allowed, nothing that goes wrong shows, and all of it is told."""

    def __init__(
        self,
        router: Router,
        keeper: Keeper,
        *,
        now: Callable[[], datetime],
        log: Callable[[str], None],
        heard: Callable[[str], None] | None,
    ) -> None:
        self._router = router
        self._keeper = keeper
        self._now = now
        self._log = log
        self._heard = heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        outcome = _Outcome(send)
        try:
            if scope["method"] in ("GET", "HEAD"):
                await self._router(scope, receive, outcome)
            else:
                await _send(NOT_ALLOWED, outcome)
        except Exception as error:  # only a bug gets here: clients keep what they have, and are told to come again
            self._log(f"a request failed: {type(error).__name__}.")
            if not outcome.status:
                await _send(UNAVAILABLE, outcome)
        if self._heard:
            self._heard(self._line(scope, outcome))

    def _line(self, scope: Scope, outcome: "_Outcome") -> str:
        client = (scope["client"] or ("",))[0]
        agent = next((said.decode("latin-1") for name, said in scope["headers"] if name == b"user-agent"), "")
        sent = 0 if scope["method"] == "HEAD" else outcome.sent
        public = self._keeper.shelf.public if self._keeper.shelf else ()
        return access.line(self._now(), client, scope["method"], scope["path"], outcome.status, sent, agent, public)


class _Outcome:
    """Passes an answer on, and remembers its status and how many bytes of body it had."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.sent = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.sent += len(message["body"])
        await self._send(message)


class _Feeds:
    """Feeds by the last step of the address: a look into a dictionary, no path of which ever reaches a disk."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shelf = self._keeper.shelf
        body = shelf.bodies.get(scope["path_params"]["name"]) if shelf else None
        if body:
            await _send(body.answer(scope["headers"]), send)
        else:
            await _send(NOT_FOUND if shelf else UNAVAILABLE, send)


class _Health:
    """Whether feeds are served and up to date, for machines that watch; no names, no reasons."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shelf = self._keeper.shelf
        facts: dict[str, Any] = {"status": "ok" if self._keeper.trouble is None else "degraded"}
        if shelf is None:
            await _send(_json(503, {"status": "unavailable"}, (b"retry-after", _RETRY)), send)
        else:
            facts |= {"feeds": len(shelf.bodies), "digest": shelf.digest, "built": iso(shelf.built)}
            await _send(_json(200, facts), send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    await _send(NOT_FOUND, send)


async def _send(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.content})


# --------------------------------------------------------------------------------------------------------- answers

_RETRY = str(RETRY_SECONDS).encode()


def _text(status: int, words: str, *more: tuple[bytes, bytes]) -> Answer:
    return _whole(status, f"{words}\n".encode(), b"text/plain; charset=utf-8", *more)


def _json(status: int, facts: dict[str, Any], *more: tuple[bytes, bytes]) -> Answer:
    return _whole(status, f"{json.dumps(facts)}\n".encode(), b"application/json", *more)


def _whole(status: int, content: bytes, kind: bytes, *more: tuple[bytes, bytes]) -> Answer:
    own = ((b"content-type", kind), (b"content-length", str(len(content)).encode()), (b"cache-control", b"no-store"))
    return Answer(status, (*own, *more, *GUARDS), content)


NOT_FOUND = _text(404, "There is no feed here.")
NOT_ALLOWED = _text(405, "Feeds can only be read.", (b"allow", b"GET, HEAD"))
UNAVAILABLE = _text(503, "Feeds are not ready yet. Try again later.", (b"retry-after", _RETRY))
BAD_REQUEST = _text(400, "This is no request.", (b"connection", b"close"))


def wire(answer: Answer) -> bytes:
    """An answer as it goes out where there is no request to answer."""
    head = b"".join(key + b": " + said + b"\r\n" for key, said in answer.headers)
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n".encode() + head + b"\r\n" + answer.content
