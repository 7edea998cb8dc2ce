"""The wire: the sandbox over HTTP on loopback, in a thread of its own."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from watchbill.errors import Refused
from watchbill.sandbox import control
from watchbill.sandbox.answers import Answer
from watchbill.sandbox.box import Box, Outcome, Request
from watchbill.sandbox.faults import fault
from watchbill.sandbox.quirks import Quirks
from watchbill.sandbox.seeds import Seed, grown
from watchbill.sandbox.watching import Watch
from watchbill.sandbox.world import World
from watchbill.times import Span

HOST = "127.0.0.1"
VERBS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
LONGEST_START = 10.0


@dataclass(frozen=True, slots=True)
class Handle:
    """A sandbox that is running: where, with which key, and what a test may set and see without the wire."""

    url: str
    key: str = field(repr=False)
    read_key: str = field(repr=False)
    box: Box = field(repr=False)

    @property
    def state(self) -> World:
        """All that it remembers now."""
        return self.box.world

    @property
    def writes(self) -> list[dict[str, Any]]:
        """Every write that was carried out, in order: n, at, method, path, body, status, by."""
        return self.box.writes

    def set_now(self, now: datetime | None) -> None:
        """Sets the clock, which then stands; None for the real one."""
        self.box.fixed = now

    def reset(self, seed: Seed | Mapping[str, Any] | None = None) -> None:
        """Begins anew from a seed, without writes, faults and watches; the clock, the quirks and the key stay."""
        with self.box.lock:
            self.box.reset(grown(seed))

    def set_quirks(self, **quirks: Any) -> None:
        """Changes how it behaves; WrongUsage for unknown names and values."""
        self.box.quirks = self.box.quirks.changed(quirks)

    def fail(self, **wanted: Any) -> None:
        """Adds a fault: see `faults.Fault`."""
        self.box.faults.append(fault(wanted))

    def heal(self) -> None:
        """Takes back all faults, and the kill."""
        self.box.faults.clear()
        self.box.set_kill(None)

    def kill_after(self, writes: int | None, *, told: bool = True) -> None:
        """Lets so many more writes through, then cuts every connection; `told` is whether the last is answered."""
        self.box.set_kill(writes, told=told)

    def watch(self, schedule: str, since: datetime, until: datetime, seats: int = 1) -> Watch:
        """Watches a window of a schedule from now on; see its `records`."""
        watch = Watch(schedule, Span(since, until), seats)
        watch.look(self.box.world, self.box.quirks, len(self.box.writes), "watch")
        self.box.watches.append(watch)
        return watch

    def manual(self, method: str, path: str, body: Any = None) -> Any:
        """Does what a human does in PagerDuty, past keys, limits and faults; the body of the answer."""
        with self.box.lock:
            return control.manual(self.box, method, path, body)["body"]


@contextmanager
def running(
    seed: Seed | Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    quirks: Quirks | None = None,
    key: str = "sandbox-key",
    port: int = 0,
    world: World | None = None,
) -> Iterator[Handle]:
    """A sandbox on loopback, ready when it is yielded and gone afterwards; a port of 0 is any free one.

    `now` makes its clock stand. `world` is what it remembers from before, instead of a seed. Refused if the port is
    taken.
    """
    box = Box(_machine_now, time.monotonic, world or grown(seed), quirks or Quirks(), key, fixed=now)
    listener = _listener(port)
    server = uvicorn.Server(_config(box))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield Handle(f"http://{HOST}:{listener.getsockname()[1]}", key, box.read_key, box)
    finally:
        server.should_exit = True
        thread.join(LONGEST_START)
        listener.close()


def _machine_now() -> datetime:
    return datetime.now(UTC)


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise Refused(f"port {port} cannot be opened ({error}). Name another one with --port.") from error
    return listener


def _config(box: Box) -> uvicorn.Config:
    return uvicorn.Config(
        _application(box),
        http=_Cuttable,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + LONGEST_START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise Refused("the sandbox did not start. Run it again.")
        time.sleep(0.005)


# ------------------------------------------------------------------------------------------------------- requests


class _Cuttable(H11Protocol):
    """A connection that can be found by the addresses of its two ends, to be cut."""

    connected: ClassVar[dict[tuple[Any, Any], asyncio.Transport]] = {}

    def data_received(self, data: bytes) -> None:
        self.connected[self.client, self.server] = self.transport
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.connected.pop((self.client, self.server), None)
        super().connection_lost(exc)


def _application(box: Box) -> Starlette:
    return Starlette(routes=[Route("/{path:path}", _Endpoint(box), methods=VERBS)])


class _Endpoint:
    """Hands requests to the sandbox, and its answers (or nothing) back."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _request(HttpRequest(scope, receive))
        if request.path.startswith(control.PREFIX):
            outcome = Outcome(control.handle(self._box, request))
        else:
            outcome = self._box.handle(request)
        await asyncio.sleep(outcome.delay)
        if outcome.answer is None:
            await _cut(scope, receive)
        else:
            await _response(outcome.answer)(scope, receive, send)


async def _request(http: HttpRequest) -> Request:
    query: dict[str, list[str]] = {}
    for name, value in http.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return Request(http.method, http.url.path, query, http.headers.get("authorization", ""), await http.body())


def _response(answer: Answer) -> Response:
    content = b"" if answer.body is None else json.dumps(answer.body).encode()
    kind = None if answer.body is None else "application/json"
    return Response(content, answer.status, dict(answer.headers), kind)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Cuts the connection: the client sees a reset, not an answer."""
    transport = _Cuttable.connected.get((tuple(scope["client"]), tuple(scope["server"])))
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
