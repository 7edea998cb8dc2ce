"""Every answer to a request for a feed, made once for each body: plain and packed, whole and "not modified"."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from watchbill.feeding import Board
from watchbill.web import conditions
from watchbill.web.conditions import Headers

GUARDS = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
)
_CHANGED = re.compile(rb"^LAST-MODIFIED:(\d{8}T\d{6})Z\r$", re.MULTILINE)
_TAG_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and a body, as they go out."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Body:
    """A feed's bytes and all answers with them. `tag` is their hash; that of the packed ones ends in `-gzip`.

    `modified` is when they came to be, in whole seconds. `known` is by tag: "not modified" for who has that one.
    """

    content: bytes = field(repr=False)
    public: bool
    modified: datetime
    tag: bytes
    plain: Answer
    packed: Answer
    known: Mapping[bytes, Answer]

    def answer(self, headers: Headers) -> Answer:
        """What a GET or HEAD gets: whole, or "not modified" for who knows the body in either form."""
        chosen, tag = self._chosen(headers)
        asked = conditions.value(headers, b"if-none-match")
        if asked is not None:
            held = (tag, *self.known) if asked.strip() == b"*" else conditions.tags(asked)
            known = [own for own in (tag, *self.known) if own in held]
            return self.known[known[0]] if known else chosen
        since = conditions.value(headers, b"if-modified-since")
        at = conditions.instant(since) if since is not None else None
        return chosen if at is None or at < self.modified else self.known[tag]

    def _chosen(self, headers: Headers) -> tuple[Answer, bytes]:
        if conditions.takes_gzip(conditions.value(headers, b"accept-encoding")):
            return self.packed, _packed_tag(self.tag)
        return self.plain, self.tag


@dataclass(frozen=True, slots=True)
class Shelf:
    """All feeds that are served now, by the last step of their addresses. `digest` tells one state from another."""

    bodies: Mapping[str, Body] = field(repr=False)
    built: datetime
    digest: str

    @property
    def public(self) -> frozenset[str]:
        """The names that are no secret."""
        return frozenset(name for name, body in self.bodies.items() if body.public)


def shelf(board: Board, *, now: datetime, before: Shelf | None = None) -> Shelf:
    """The answers for all feeds of a board. Bodies that are as they were `before` are kept, dates included.

    A new body dates from the newest change that any feed tells of: one that only lost events tells of no change
    itself, and who asks by date has to hear of it. If that is not after its last date, it dates from `now`.
    """
    now = now.replace(microsecond=0)
    newest = max((said for content in board.files.values() for said in _CHANGED.findall(content)), default=None)
    changed = now if newest is None else min(_instant(newest), now)
    old = before.bodies if before else {}
    bodies = {
        link.name: _kept(old.get(link.name), board.files[link.name], link.public, changed, now) for link in board.links
    }
    digest = sha256(b"".join(name.encode() + bodies[name].tag for name in sorted(bodies))).hexdigest()[:12]
    return Shelf(bodies, now, digest)


def _instant(said: bytes) -> datetime:
    return datetime.strptime(said.decode(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _kept(old: Body | None, content: bytes, public: bool, newest: datetime, now: datetime) -> Body:
    if old is None:
        return _body(content, public, newest)
    if old.content == content:
        return old if old.public == public else _body(content, public, old.modified)
    return _body(content, public, newest if newest > old.modified else now)


def _body(content: bytes, public: bool, modified: datetime) -> Body:
    tag = sha256(content).hexdigest()[:_TAG_LENGTH].encode()
    packed = gzip.compress(content, mtime=0)
    shared = _shared(public, modified)
    return Body(
        content=content,
        public=public,
        modified=modified,
        tag=tag,
        plain=_whole(tag, content, shared),
        packed=_whole(_packed_tag(tag), packed, shared, (b"content-encoding", b"gzip")),
        known={own: Answer(304, (_etag(own), *shared)) for own in (tag, _packed_tag(tag))},
    )


def _shared(public: bool, modified: datetime) -> tuple[tuple[bytes, bytes], ...]:
    """Headers that go with a body and with "not modified"."""
    whose = b"public" if public else b"private"
    return (
        (b"last-modified", format_datetime(modified, usegmt=True).encode()),
        (b"cache-control", whose + b", max-age=300, must-revalidate"),
        (b"vary", b"Accept-Encoding"),
        *GUARDS,
    )


def _whole(tag: bytes, content: bytes, shared: tuple[tuple[bytes, bytes], ...], *more: tuple[bytes, bytes]) -> Answer:
    own = (
        (b"content-type", b"text/calendar; charset=utf-8"),
        (b"content-disposition", b"inline"),
        (b"content-length", str(len(content)).encode()),
        *more,
    )
    return Answer(200, (*own, _etag(tag), *shared), content)


def _packed_tag(tag: bytes) -> bytes:
    return tag + b"-gzip"


def _etag(tag: bytes) -> tuple[bytes, bytes]:
    return b"etag", b'"' + tag + b'"'
