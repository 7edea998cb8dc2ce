"""Requests that no client should send, as bytes on real sockets, and what must hold of every answer to them."""

import errno
import gzip
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from serving import Client, Site, board, calendar, name, serving, until

SEED = 20270104
LIVING = (name("ana", 1), name("bo"), "team.ics")
REVOKED = name("ana")
UNKNOWN = name("nobody at all")
CALENDARS = (calendar("a", "b"), calendar("b"), calendar("a", "b", "c"))
STATUSES = frozenset({200, 304, 400, 404, 405})
HEALTH = re.compile(rb'\{"status": "ok", "feeds": 3, "digest": "[0-9a-f]{12}", "built": "2027-01-10T12:00Z"\}\n')
NOT_FOUND = b"There is no feed here.\n"

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "GETT", "CONNECT", "M-SEARCH")
STEPS = ("..", ".", "", "feeds", "etc", "passwd", "team.yaml", ".watchbill", "feed.key", "plans", "healthz", "~root")
BREAKS = (
    "%00", "%2e%2e", "%2f", "%5c", "\\", "%0d%0aX-Injected:%20yes", "%0a", "%ff", "%c0%ae", "%", "%zz", "%252e", ";",
    "?", "?x=1&y=..", "#frag", "//", "..%2f", "%e2%80%ae", "*", "'", '"', "<script>", "{name}", "${jndi:x}", "%20",
    "&", ":",
)  # fmt: skip
NAMES = (
    "Accept-Encoding", "If-None-Match", "If-Modified-Since", "Range", "If-Range", "Cookie", "Authorization", "Upgrade",
    "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-HTTP-Method-Override", "X-Original-URL", "Expect",
    "Connection", "User-Agent", "Host", "Content-Type", "Forwarded", "TE", "Accept", "X",
)  # fmt: skip
VALUES = (
    "gzip", "gzip;q=0", "*", "*;q=0", "gzip;q=", ";;;=", ",,,", "identity;q=0", '"', 'W/"', '""', "bytes=0-1,5-",
    "Tue, 05 Jan 2027 08:00:00 GMT", "Tue, 05 Jan 99999 08:00:00 +9999", "Mon Jan  4 00:00:00 0000", "\x85", "é",
    "websocket", "upgrade", "keep-alive", "100-continue", "127.0.0.1", "javascript:1", "-1", "[::1]:x", "' or 1=1",
    "\t", "%0d%0a", "DELETE", "/etc/passwd", "h2c",
)  # fmt: skip


@dataclass(frozen=True)
class Wire:
    """One connection's bytes. `whole` is whether they are exactly one request that the server has to answer."""

    data: bytes
    whole: bool
    head: bool = False


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


# -------------------------------------------------------------------------------------------------------- requests


def wires(rng: Random, count: int) -> Iterator[Wire]:
    """So many connections, the same for the same seed: half of them whole requests, half of them torn ones."""
    for number in range(count):
        request = whole(rng, target(rng))
        yield torn(rng, request.data.replace(b"HEAD ", b"GET ", 1)) if number % 2 else request


def whole(rng: Random, path: str, method: str | None = None) -> Wire:
    """A request in good form, with anything in its parts."""
    verb = method or rng.choice(METHODS[:2] * 6 + METHODS)
    lines = [f"{verb} {path} HTTP/1.1", "Host: feeds.example"]
    lines += [f"{rng.choice(NAMES[:16])}: {value(rng)}" for _ in range(rng.choice((0, 0, 1, 2, 6)))]
    lines += rng.choice(((), (), (), ("If-None-Match: *",), ("If-Modified-Since: Sat, 01 Jan 2028 00:00:00 GMT",)))
    return Wire("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"), True, verb == "HEAD")


def target(rng: Random) -> str:
    """A path: of feeds that live, that are gone, that never were; out of the folder; or nothing of the kind."""
    kind = rng.randrange(8)
    feed = rng.choice((*LIVING, REVOKED, UNKNOWN))
    if kind < 3:
        return f"/feeds/{feed}"
    if kind == 3:
        return f"/feeds/{mutated(rng, feed)}"
    if kind == 4:
        return "/".join(["/feeds", *(rng.choice(STEPS + BREAKS) for _ in range(rng.randrange(1, 9))), feed])
    if kind == 5:
        return "/" + "/".join(rng.choice(STEPS + BREAKS + LIVING) for _ in range(rng.randrange(1, 9)))
    if kind == 6:
        return rng.choice(
            (f"http://other.example/feeds/{feed}", "*", "feeds.example:80", "http://[", "/healthz", "//", "?")
        )
    return "/feeds/" + "".join(rng.choice("abcXYZ019-_.%/") for _ in range(rng.choice((1, 43, 300, 5_000, 20_000))))


def mutated(rng: Random, feed: str) -> str:
    """A name that is nearly one that lives."""
    at = rng.randrange(len(feed))
    return rng.choice(
        (
            feed[:at],
            feed + rng.choice(BREAKS),
            feed[:at] + rng.choice(BREAKS) + feed[at:],
            feed.swapcase(),
            "".join(f"%{ord(c):02x}" for c in feed),
            feed[:at] + chr(rng.randrange(33, 127)) + feed[at + 1 :],
            feed * 50,
        )
    )


def value(rng: Random) -> str:
    """What a header says."""
    said = ", ".join(rng.choice(VALUES) for _ in range(rng.choice((1, 1, 2, 5))))
    return said.strip("\t ") + "x" * rng.choice((0, 0, 0, 0, 200, 9_000))


def torn(rng: Random, data: bytes) -> Wire:
    """A request that is broken somewhere, or several at once."""
    at = rng.randrange(len(data))
    noise = bytes(rng.randrange(256) for _ in range(rng.choice((1, 2, 16, 400))))
    length = rng.choice(("0", "5", "-1", "9" * 30, "0x10", "1, 2", "\x00"))
    header = rng.choice(
        (f"Content-Length: {length}", "Transfer-Encoding: chunked", f"{rng.choice(NAMES)}: {length}", " folded")
    )
    smuggled = f"\r\n{header}\r\nTransfer-Encoding: {rng.choice(('chunked', 'x', 'chunked, gzip'))}\r\n".encode(
        "latin-1"
    )
    changed = rng.choice(
        (
            data[:at],
            data[:at] + noise + data[at:],
            data[:at] + noise,
            noise,
            data.replace(b"\r\n", rng.choice((b"\n", b"\r", b"\r\n\r\n", b"\x00")), 1),
            data.replace(b"HTTP/1.1", rng.choice((b"HTTP/9.9", b"HTTP/1.0", b"", b"http/1.1", b"HTTP/1.1 x"))),
            data.replace(b"\r\nConnection: close", smuggled.rstrip()) + b"5\r\nhello\r\n0\r\n\r\n",
            data.replace(b"Connection: close", b"X: y") * rng.randrange(2, 5) + noise,
            data.replace(b"Connection: close", b"X: " + b"y" * 70_000),
            data.replace(b"Connection: close", b"X: y\r\n" * 3_000),
            b"\x16\x03\x01\x02\x00" + noise,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        )
    )
    return Wire(changed, False)


# --------------------------------------------------------------------------------------------------------- answers


def exchanged(port: int, wire: Wire) -> bytes:
    """Everything that the server says on a connection of its own, which it has to end within seconds."""
    said = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            line.sendall(wire.data)
            if not wire.whole:
                _end_sending(line)
            while got := line.recv(65_536):
                said.append(got)
        except ConnectionError:
            pass
    return b"".join(said)


def _end_sending(line: socket.socket) -> None:
    """Says that nothing more comes; a server that has refused and closed already no longer hears it."""
    try:
        line.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno != errno.ENOTCONN:
            raise


def answers(said: bytes, *, head: bool = False) -> list[Answer]:
    """The answers in what a server said; what is no answer at the end of it fails."""
    found = []
    while said:
        start, _, said = said.partition(b"\r\n\r\n")
        first, *lines = start.decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) [A-Za-z -]*", first)
        assert match, first
        headers = tuple((key.lower(), said) for key, _, said in (line.partition(": ") for line in lines))
        status = int(match[1])
        length = dict(headers).get("content-length")
        size = 0 if head or status in (100, 304) else len(said) if length is None else int(length)
        found.append(Answer(status, headers, said[:size]))
        said = said[size:]
    return found


def judge(answer: Answer, *, head: bool = False) -> None:
    """What holds of every answer: no failure, no body but those we know, no header of somebody else's."""
    assert answer.status in STATUSES, answer
    assert "x-injected" not in dict(answer.headers)
    body = (
        gzip.decompress(answer.body) if ("content-encoding", "gzip") in answer.headers and answer.body else answer.body
    )
    if answer.status == 200 and not head:
        assert body in CALENDARS or HEALTH.fullmatch(body), answer
    if answer.status == 404:
        assert head or body == NOT_FOUND, answer


def alike(port: int, rng: Random) -> None:
    """One request for a feed that is revoked, for one that never was: not a byte differs but in the date."""
    state = rng.getstate()
    told = set()
    for feed in (REVOKED, UNKNOWN):
        rng.setstate(state)
        wire = whole(rng, f"/feeds/{feed}", rng.choice(METHODS))
        told.add(re.sub(rb"date: [^\r]+", b"", exchanged(port, wire)))
    assert len(told) == 1, told


def fuzz(count: int, seed: int = SEED, said: Callable[[str], None] = lambda _: None) -> Counter[int]:
    """Sends so many connections to a server of our own and judges all that it says; how often each status came."""
    rng = Random(seed)
    site = Site(board(ana=1))
    seen: Counter[int] = Counter()
    with serving(site) as client:
        until(lambda: client.get("/healthz").status == 200)
        for number, wire in enumerate(wires(rng, count)):
            found = answers(exchanged(client.port, wire), head=wire.head)
            assert not wire.whole or len(found) == 1, (wire, found)
            for answer in found:
                judge(answer, head=wire.head or not wire.whole)
                seen[answer.status] += 1
            if number % 20 == 0:
                alike(client.port, rng)
            if number % 2_000 == 0:
                said(f"{number} of {count}")
        still_well(client)
    told_nothing(site.heard + site.log)
    return seen


def still_well(client: Client) -> None:
    """After all that, feeds are served as ever."""
    for feed, content in zip(LIVING, CALENDARS, strict=True):
        assert client.get(f"/feeds/{feed}").body == content


def told_nothing(lines: Sequence[str]) -> None:
    """No line of the log is torn, or has more than a few letters of a token."""
    for line in lines:
        assert all(c == "…" or (c.isascii() and c.isprintable()) for c in line), repr(line)
        for feed in (LIVING[0], LIVING[1], REVOKED):
            assert feed[4:16] not in line, line
