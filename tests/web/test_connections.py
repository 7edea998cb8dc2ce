"""Connections that are held open for nothing are cut; those that are slow are not."""

import socket
import time
from contextlib import ExitStack, suppress

import pytest

from serving import Site, board, calendar, name, serving, until
from watchbill.web import server

STALL = 0.3
ASKED = f"GET /feeds/{name('ana')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STALL_SECONDS", STALL)


def is_cut(line: socket.socket, seconds: float = 10 * STALL) -> bool:
    """Whether the server ends a connection within some time, whatever it says before."""
    line.settimeout(seconds)
    try:
        while line.recv(1000):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        return True
    return True


def dribble(line: socket.socket) -> None:
    """A letter at a time, for twenty times as long as nothing may move."""
    for _ in range(200):
        line.sendall(b"x")
        time.sleep(STALL / 10)


def taken(line: socket.socket, most: int, pause: float = 0) -> int:
    """How many bytes arrive, up to some number, or until the server ends the connection."""
    total = 0
    with suppress(ConnectionError):
        while total < most and (got := len(line.recv(2_000_000))):
            total += got
            time.sleep(pause)
    return total


@pytest.mark.parametrize(
    "sent", [b"", b"GET ", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"]
)
def test_who_does_not_finish_a_request_is_cut(sent: bytes) -> None:
    with serving(Site()) as client, socket.create_connection(("127.0.0.1", client.port)) as line:
        line.sendall(sent)
        assert is_cut(line)


def test_who_sends_a_letter_now_and_then_is_cut() -> None:
    with serving(Site()) as client, socket.create_connection(("127.0.0.1", client.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: ")
        with pytest.raises(OSError, match=r"reset|Broken pipe|aborted"):
            dribble(line)


def test_who_asks_again_later_is_not() -> None:
    with serving(Site()) as client, socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
        until(lambda: client.feed("ana").status == 200)
        for _ in range(2):
            line.sendall(ASKED)
            assert taken(line, len(calendar("a", "b")) + 300) > 300
            time.sleep(3 * STALL)


def test_a_large_feed_that_nobody_takes_is_cut_and_one_that_is_taken_slowly_is_not() -> None:
    large = calendar(*(f"{n:0100}" for n in range(100_000)))
    with serving(Site(board({"ana": large}))) as client:
        until(lambda: client.get("/healthz").status == 200)
        with _slow(client.port) as slow, _slow(client.port) as stuck:
            slow.sendall(ASKED)
            stuck.sendall(ASKED)
            assert taken(slow, len(large), STALL / 20) >= len(large)
            assert taken(stuck, len(large)) < len(large)


def test_who_does_not_take_an_answer_holds_the_end_up_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STALL_SECONDS", 60)
    monkeypatch.setattr(server, "END_SECONDS", 1)
    large = calendar(*(f"{n:0100}" for n in range(100_000)))
    site = Site(board({"ana": large}))
    with ExitStack() as stack:
        with serving(site) as client:
            until(lambda: client.get("/healthz").status == 200)
            stuck = stack.enter_context(_slow(client.port))
            stuck.sendall(ASKED)
            stuck.recv(1000)
            ending = time.monotonic()
        assert 0.9 < time.monotonic() - ending < 5


def _slow(port: int) -> socket.socket:
    """A connection that takes in little at once."""
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 200_000)
    line.settimeout(20)
    line.connect(("127.0.0.1", port))
    return line
