"""Answers over real HTTP."""

import asyncio
import gzip
import re
import socket
from hashlib import sha256
from typing import Any

import pytest
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from serving import Client, Site, board, calendar, name, serving, until
from watchbill.feeding import Board, Link
from watchbill.publish.feeds import Feed
from watchbill.web.application import Front

ANA = calendar("a", "b")
TAG = sha256(ANA).hexdigest()[:32]
CHANGED = "Tue, 05 Jan 2027 08:00:00 GMT"


# ------------------------------------------------------------------------------------------------------------ whole


def test_a_feed_is_served_as_a_calendar_that_no_one_else_keeps(client: Client) -> None:
    reply = client.feed("ana")
    assert (reply.status, reply.body) == (200, ANA)
    assert {key: said for key, said in reply.headers.items() if key != "date"} == {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": "inline",
        "content-length": str(len(ANA)),
        "etag": f'"{TAG}"',
        "last-modified": CHANGED,
        "cache-control": "private, max-age=300, must-revalidate",
        "vary": "Accept-Encoding",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        "x-content-type-options": "nosniff",
    }


def test_a_public_feed_has_a_speaking_name_and_may_be_kept_by_anyone(client: Client) -> None:
    reply = client.get("/feeds/team.ics")
    assert reply.body == calendar("a", "b", "c")
    assert reply.headers["cache-control"] == "public, max-age=300, must-revalidate"


@pytest.mark.parametrize("accepted", ["gzip", "GZIP, br", "deflate, gzip;q=0.8", "*", "x-gzip", "gzip;q=1.0, *;q=0"])
def test_it_is_packed_for_who_takes_gzip(client: Client, accepted: str) -> None:
    reply = client.feed("ana", Accept_Encoding=accepted)
    assert reply.headers["content-encoding"] == "gzip"
    assert gzip.decompress(reply.body) == ANA
    assert reply.headers["etag"] == f'"{TAG}-gzip"'
    assert reply.headers["content-length"] == str(len(reply.body))


@pytest.mark.parametrize(
    "accepted",
    [
        "",
        "br",
        "gzip;q=0",
        "gzip;q=0.000, *",
        "*;q=0",
        "identity",
        "gzip;q=0.5, identity",
        "gzip;q=nonsense",
        "gzipped",
    ],
)
def test_it_is_plain_for_who_does_not(client: Client, accepted: str) -> None:
    reply = client.feed("ana", Accept_Encoding=accepted)
    assert "content-encoding" not in reply.headers
    assert reply.body == ANA


def test_a_query_and_a_range_change_nothing(client: Client) -> None:
    reply = client.get(f"/feeds/{name('ana')}?nocache=1", Range="bytes=0-9")
    assert (reply.status, reply.body) == (200, ANA)


@pytest.mark.parametrize("path", [f"/feeds/{name('ana')}", "/feeds/team.ics", "/feeds/nobody.ics", "/healthz", "/"])
@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "gzip"}, {"If_None_Match": f'"{TAG}"'}])
def test_head_says_what_get_says_without_the_body(client: Client, path: str, headers: dict[str, str]) -> None:
    get, head = (client.ask(method, path, **headers) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (get.status, b"")
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


# ------------------------------------------------------------------------------------------------------ conditional


@pytest.mark.parametrize(
    "known",
    [f'"{TAG}"', f'W/"{TAG}"', f'"x", W/"y" ,"{TAG}"', f'"{TAG}-gzip"', "*", " * ", f'"a,b","{TAG}"'],
)
def test_who_has_the_body_in_either_form_is_told_so(client: Client, known: str) -> None:
    reply = client.feed("ana", If_None_Match=known)
    assert (reply.status, reply.body) == (304, b"")


@pytest.mark.parametrize("known", ['"x"', TAG, f'"{TAG}x"', '""', "", "W/", '"', f'"{TAG.upper()}"', '"*"'])
def test_who_has_another_body_gets_the_new_one(client: Client, known: str) -> None:
    assert client.feed("ana", If_None_Match=known).status == 200


def test_not_modified_has_the_headers_that_keep_a_copy_fresh(client: Client) -> None:
    whole, same = client.feed("ana"), client.feed("ana", If_None_Match="*")
    for key in ("etag", "last-modified", "cache-control", "vary", "referrer-policy", "x-robots-tag"):
        assert same.headers[key] == whole.headers[key]
    assert "content-length" not in same.headers
    assert "content-type" not in same.headers


def test_not_modified_names_the_form_that_is_known(client: Client) -> None:
    def told(known: str, accepted: str) -> str:
        return client.feed("ana", If_None_Match=known, Accept_Encoding=accepted).headers["etag"]

    assert told(f'"{TAG}"', "gzip") == f'"{TAG}"'
    assert told(f'"{TAG}-gzip"', "identity") == f'"{TAG}-gzip"'
    assert told(f'"{TAG}", "{TAG}-gzip"', "gzip") == f'"{TAG}-gzip"'
    assert told("*", "gzip") == f'"{TAG}-gzip"'


def test_tags_on_several_lines_are_one_list(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
        known = f'If-None-Match: "x"\r\nIf-None-Match: "{TAG}"\r\n'
        line.sendall(f"GET /feeds/{name('ana')} HTTP/1.1\r\nHost: x\r\n{known}\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 304 ")


@pytest.mark.parametrize(
    "since",
    [
        CHANGED,
        "Tue, 05 Jan 2027 08:00:01 GMT",
        "Tuesday, 05-Jan-27 08:00:00 GMT",
        "Tue Jan  5 08:00:00 2027",
        "Sat, 01 Jan 2028 00:00:00 GMT",
    ],
)
def test_nothing_changed_since_a_date(client: Client, since: str) -> None:
    assert client.feed("ana", If_Modified_Since=since).status == 304


@pytest.mark.parametrize(
    "since", ["Tue, 05 Jan 2027 07:59:59 GMT", "yesterday", "", "0", "99999999999999", "Tue, 99 Jan 2027 08:00:00 GMT"]
)
def test_something_changed_since_a_date_or_it_is_none(client: Client, since: str) -> None:
    assert client.feed("ana", If_Modified_Since=since).status == 200


def test_tags_come_before_dates(client: Client) -> None:
    assert client.feed("ana", If_None_Match='"x"', If_Modified_Since=CHANGED).status == 200
    past = "Sat, 01 Jan 2000 00:00:00 GMT"
    assert client.feed("ana", If_None_Match=f'"{TAG}"', If_Modified_Since=past).status == 304


# --------------------------------------------------------------------------------------------------------- elsewhere


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS", "PROPFIND", "PATCH", "TRACE", "get"])
@pytest.mark.parametrize("path", [f"/feeds/{name('ana')}", "/feeds/nobody.ics", "/", "/healthz"])
def test_nothing_can_be_done_but_reading(client: Client, method: str, path: str) -> None:
    reply = client.ask(method, path)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_what_is_revoked_unknown_or_nothing_answers_alike() -> None:
    site = Site(board(ana=1))
    with serving(site) as client:
        until(lambda: client.feed("bo").status == 200)
        assert client.get(f"/feeds/{name('ana', 1)}").status == 200
        answers = {
            (reply.status, reply.body, str({**reply.headers, "date": ""}))
            for path in (name("ana"), name("zoe"), "x", "", "../team.yaml", "team.ics/", "%2e%2e/team.ics", "a" * 5000)
            for reply in [client.get(f"/feeds/{path}"), client.get(f"/{path}z")]
        }
        assert len(answers) == 1
        assert answers.pop()[:2] == (404, b"There is no feed here.\n")


def test_a_prefix_that_a_proxy_leaves_on_is_passed_over() -> None:
    with serving(Site(), below="/oncall") as client:
        until(lambda: client.get("/oncall/healthz").status == 200)
        assert client.get(f"/oncall/feeds/{name('ana')}").body == ANA
        assert client.feed("ana").body == ANA
        assert client.get(f"/other/feeds/{name('ana')}").status == 404


def test_speaking_names_lie_in_folders() -> None:
    link = Link(Feed("person", "ana"), "Ana", "people/ana.ics", None, public=True)
    site = Site(Board("payments", (link,), {"people/ana.ics": ANA}))
    with serving(site) as client:
        until(lambda: client.get("/feeds/people/ana.ics").status == 200)
        assert client.get("/feeds/people/../people/ana.ics").status == 404
        until(lambda: any(" /feeds/people/ana.ics 200 " in line for line in site.heard))


# -------------------------------------------------------------------------------------------------------------- log


def test_each_request_is_a_line_without_its_secret() -> None:
    site = Site()
    with serving(site) as client:
        until(lambda: bool(site.log))
        agent = f"Thunderbird/153 {name('bo')}"
        client.get(f"/feeds/{name('ana')}?key=hidden", User_Agent=agent, If_None_Match="*")
        client.get(f"/{name('ana')}/x")
        client.ask("HEAD", "/feeds/team.ics")
        client.ask("PROPFIND", f"/feeds/{name('ana')[:-4]}")
        until(lambda: len(site.heard) == 4)
    told = "\n".join(site.heard)
    mine = name("ana")[:4]
    assert site.heard == [
        f'2027-01-10T12:00:00Z 127.0.0.1 GET /feeds/{mine}… 304 0 "Thunderbird/153 {name("bo")[:4]}….ics"',
        f"2027-01-10T12:00:00Z 127.0.0.1 GET /{mine}…/x 404 23 -",
        "2027-01-10T12:00:00Z 127.0.0.1 HEAD /feeds/team.ics 200 0 -",
        f"2027-01-10T12:00:00Z 127.0.0.1 PROPFIND /feeds/{mine}… 405 24 -",
    ]
    for person in ("ana", "bo"):
        assert not re.search(re.escape(name(person)[4:20]), told + "\n".join(site.log))


@pytest.mark.parametrize(("trusted", "who"), [("127.0.0.0/8", "203.0.113.9"), ("10.0.0.1", "127.0.0.1")])
def test_who_asks_through_a_proxy_is_told_where_the_proxy_is_trusted(trusted: str, who: str) -> None:
    site = Site()
    with serving(site, trusted=(trusted,)) as client:
        client.get("/x", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
        until(lambda: bool(site.heard))
    assert site.heard[0].split()[1] == who


def test_garbage_is_told_without_what_was_in_it(site: Site, client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as line:
        line.sendall(f"GET /feeds/{name('ana')} nonsense\r\n\r\n".encode())
        assert b" 400 " in line.recv(1000)
    until(lambda: "server: Invalid HTTP request received." in site.log)
    assert name("ana")[4:20] not in "\n".join(site.log)


def test_a_bug_is_a_sentence_and_clients_keep_what_they_have() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError(name("ana"))

    async def answered(scope: dict[str, Any]) -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            raise AssertionError("nothing is read")

        told = {"log": site.log.append, "heard": site.heard.append}
        await Front(Router([], default=broken), site.keeper(), now=lambda: site.now, **told)(scope, receive, send)
        return sent

    site = Site()
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": None}
    start, body = asyncio.run(answered(scope))
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"30")
    assert body["body"] == b"Feeds are not ready yet. Try again later.\n"
    assert site.log == ["a request failed: KeyError."]
