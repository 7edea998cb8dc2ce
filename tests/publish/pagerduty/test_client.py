"""The client against a real server: one request for one call, whatever comes back, and a key that nobody sees."""

import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripted import Answer, Server, serving
from watchbill.errors import Refused
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.publish.pagerduty.keys import REGIONS
from watchbill.publish.pagerduty.port import Lost, Reply

KEY = "kSECRETxyz9876"
VERBS: dict[str, Callable[[PdpyrasPort], Reply]] = {
    "GET": lambda port: port.get("/schedules", {"query": "a b"}),
    "POST": lambda port: port.post("/schedules", {"schedule": {}}),
    "PUT": lambda port: port.put("/schedules/P1", {"schedule": {}}),
    "DELETE": lambda port: port.delete("/schedules/P1"),
}


@contextmanager
def asking(*script: Answer) -> Iterator[tuple[Server, PdpyrasPort]]:
    with serving(*script) as server:
        port = PdpyrasPort(KEY, server.url, timeout=0.2)
        try:
            yield server, port
        finally:
            port.close()


# ------------------------------------------------------------------------------------------------------ one request


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503])
@pytest.mark.parametrize("verb", VERBS)
def test_every_status_comes_back_after_exactly_one_request(verb: str, status: int) -> None:
    with asking(Answer(status, {"error": {"code": 7}}, {"Location": "/elsewhere"})) as (server, port):
        reply = VERBS[verb](port)
        assert (reply.status, reply.body) == (status, {"error": {"code": 7}})
        assert [asked.method for asked in server.asked] == [verb]


@pytest.mark.parametrize("verb", VERBS)
def test_a_time_out_is_lost_after_exactly_one_request(verb: str) -> None:
    with asking(Answer(delay=0.5)) as (server, port):
        with pytest.raises(Lost, match=r"no answer within 0.2 s"):
            VERBS[verb](port)
        assert len(server.asked) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_dropped_connection_is_lost_after_exactly_one_request(verb: str) -> None:
    with asking(Answer(drop=True)) as (server, port):
        with pytest.raises(Lost, match="connection"):
            VERBS[verb](port)
        assert len(server.asked) == 1


def test_nobody_listening_is_lost() -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(Lost, match="connection"):
        PdpyrasPort(KEY, url, timeout=0.2).get("/users")


# -------------------------------------------------------------------------------------------------- what is sent


def test_a_request_carries_key_version_parameters_and_body() -> None:
    with asking(Answer(201, {"ok": True}, {"X-Request-Id": "r1"})) as (server, port):
        port.get("/oncalls", {"schedule_ids[]": ["P1", "P2"], "limit": 100})
        reply = port.post("/schedules/preview", {"schedule": {"end": None}}, {"since": "2027-01-04T00:00:00Z"})
    first, second = server.asked
    assert first.params == [("schedule_ids[]", "P1"), ("schedule_ids[]", "P2"), ("limit", "100")]
    assert first.headers["authorization"] == f"Token token={KEY}"
    assert first.headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert (second.path, second.params) == ("/schedules/preview", [("since", "2027-01-04T00:00:00Z")])
    assert second.body == {"schedule": {"end": None}}
    assert second.headers["content-type"] == "application/json"
    assert reply.headers["x-request-id"] == "r1"


def test_a_body_that_is_no_json_is_none() -> None:
    with asking(Answer(200, "<html>login</html>")) as (_, port):
        assert port.get("/users") == Reply(200, port.get("/users").headers, None)


def test_a_key_is_not_carried_to_where_a_redirect_points() -> None:
    with serving() as other, asking(Answer(302, {}, {"Location": f"{other.url}/users"})) as (_, port):
        assert port.get("/users").status == 302
        assert other.asked == []


def test_a_password_for_the_host_does_not_take_the_place_of_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password pass\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving() as server:
        port = PdpyrasPort(KEY, server.url, trust_environment=True)
        port.get("/users")
        port.close()
    assert server.asked[0].headers["authorization"] == f"Token token={KEY}"


# ------------------------------------------------------------------------------------------------------- the key


def test_a_key_travels_in_the_clear_to_this_machine_only() -> None:
    for url in ("http://localhost:8377", "http://127.0.0.1:1", "http://[::1]:8377/", REGIONS["eu"]):
        assert PdpyrasPort(KEY, url)
    for url in ("http://api.pagerduty.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example"):
        with pytest.raises(Refused, match=r"in the clear to .* https://"):
            PdpyrasPort(KEY, url)


@pytest.mark.parametrize(
    "url", ["", "api.pagerduty.com", "ftp://127.0.0.1", "https://me:pw@h", "https://h?a=1", "http://["]
)
def test_an_odd_address_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(Refused, match=r"must look like https://api\.pagerduty\.com") as refused:
        PdpyrasPort(KEY, url)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(Refused, match="no PagerDuty key") as refused:
        PdpyrasPort(key)
    assert not key or key not in str(refused.value)


@pytest.mark.parametrize(
    "answer", [Answer(401, {}), Answer(500, {}), Answer(429, {}), Answer(drop=True), Answer(delay=0.3)]
)
def test_the_key_is_in_no_message_traceback_log_or_text(
    answer: Answer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ""
    with asking(answer) as (_, port):
        try:
            said = repr(port.post("/users", {}))
        except Lost as lost:
            said = "".join(traceback.format_exception(lost)) + repr(lost) + repr(lost.__context__)
        said += repr(port) + str(port)
    out, err = capfd.readouterr()
    for text in (said, caplog.text, out, err):
        assert KEY not in text
        assert KEY[-4:] not in text
    assert err == ""


def test_a_key_that_the_server_sends_back_is_taken_out() -> None:
    with asking(Answer(400, {"error": {"message": f"bad key {KEY}"}}, {"X-Request-Id": KEY})) as (_, port):
        reply = port.get("/users")
    assert reply.body == {"error": {"message": "bad key [key]"}}
    assert reply.headers["x-request-id"] == "[key]"


def test_the_library_is_loaded_late_and_without_a_warning() -> None:
    program = (
        "import sys; from watchbill.publish.pagerduty.client import PdpyrasPort\n"
        "assert 'pdpyras' not in sys.modules and 'requests' not in sys.modules\n"
        "PdpyrasPort('k')"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
