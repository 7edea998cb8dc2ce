"""Feeds over HTTP: a listening socket, uvicorn on it, and connections that cannot be held open for nothing."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from watchbill.errors import Refused
from watchbill.web.application import BAD_REQUEST, application, wire
from watchbill.web.keeping import LOOK_SECONDS, Keeper

USUAL_PORT = 8642
MOST_CONNECTIONS = 400
BACKLOG = 512
LONGEST_HEAD = 16 * 1024
KEEP_ALIVE_SECONDS = 30
STALL_SECONDS = 15.0
END_SECONDS = 5
_START_SECONDS = 10.0
_LOGGERS = ("uvicorn.error", "asyncio")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, and what to believe. A port of 0 is any free one.

    `below` is a path that a proxy may leave in front of ours, such as `/oncall`. `trusted` proxies are believed when
    they say for whom they ask; addresses, or networks such as `10.0.0.0/8`.
    """

    host: str = "127.0.0.1"
    port: int = USUAL_PORT
    below: str = ""
    trusted: tuple[str, ...] = ("127.0.0.1", "::1")
    look_seconds: float = LOOK_SECONDS


@dataclass(frozen=True)
class Serving:
    """A server that has its port and is ready to run; `port` is the one that it got."""

    port: int
    keeper: Keeper
    settings: Settings
    server: uvicorn.Server
    listener: socket.socket
    log: Callable[[str], None]

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT (in the main thread), or `stop`; requests that run get a few seconds."""
        with _told(self.log), self.listener:
            self.keeper.start(self.settings.look_seconds)
            try:
                self.server.run([self.listener])
            finally:
                self.keeper.stop()

    def stop(self) -> None:
        """Ends `run`, from another thread."""
        self.server.should_exit = True


def serving(
    keeper: Keeper,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    log: Callable[[str], None],
    heard: Callable[[str], None] | None = None,
) -> Serving:
    """Opens the port, where clients wait from then on; Refused if it cannot be opened.

    `heard` gets a line for each request, `log` all else.
    """
    listener = _listener(settings.host, settings.port)
    front = application(keeper, now=now, log=log, heard=heard, below=settings.below)
    server = _Server(_config(front, settings))
    return Serving(listener.getsockname()[1], keeper, settings, server, listener, log)


@contextmanager
def running(
    keeper: Keeper,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    log: Callable[[str], None],
    heard: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """The address of a server in a thread of its own, ready when it is yielded and gone afterwards."""
    made = serving(keeper, settings, now=now, log=log, heard=heard)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not made.server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise Refused("the server did not start. Run it again.")
            time.sleep(0.005)
        yield f"http://{settings.host}:{made.port}"
    finally:
        made.stop()
        thread.join(_START_SECONDS)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError, UnicodeError) as error:
        raise Refused(f"{host} is no address to listen on ({error}). Name another one with --host.") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise Refused(f"port {port} of {host} cannot be opened ({error}). Name another one with --port.") from None
    return listener


def _config(front: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        front,
        http=_Guarded,
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted),
        backlog=BACKLOG,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )


class _Server(uvicorn.Server):
    """A server that leaves no connection behind when its time to end in good order is over."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


# ----------------------------------------------------------------------------------------------------- connections


class _Guarded(H11Protocol):
    """A connection that has to get somewhere: who neither sends a whole request nor takes the answer is cut off."""

    _tick: asyncio.TimerHandle | None = None
    _mark: object = None

    # uvicorn takes a Transport where asyncio says BaseTransport; the same word here, so that both can be called.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._tick is not None:
            self._tick.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """The answer to what is no request; behind one whose answer is on its way there is nothing to say."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(wire(BAD_REQUEST))
        self.transport.close()

    def _look(self) -> None:
        """Twice the same request, or none, with as many bytes left to take: nothing moves."""
        mark = self._under_way()
        if mark is not None and mark == self._mark:
            self.transport.abort()
        else:
            self._mark = mark
            self._tick = self.loop.call_later(STALL_SECONDS, self._look)

    def _under_way(self) -> object:
        """The request that is being read or answered, and how much of the answer is left; None between requests."""
        left = self.transport.get_write_buffer_size()
        between = self.cycle is not None and self.conn.our_state is h11.IDLE and not self.conn.trailing_data[0]
        return None if between and not left else (self.cycle, left)


# ------------------------------------------------------------------------------------------------------------- log


class _Sentences(logging.Handler):
    """What uvicorn and asyncio say, as sentences without tracebacks, which could show what is in a request."""

    def __init__(self, log: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log(f"server: {str(record.msg).splitlines()[0]}")


@contextmanager
def _told(log: Callable[[str], None]) -> Iterator[None]:
    """While this lasts, the loggers of the server speak to `log` and to nobody else."""
    handler = _Sentences(log)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    usual = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, propagate in zip(loggers, usual, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate
