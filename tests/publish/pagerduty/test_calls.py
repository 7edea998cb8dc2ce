"""Patience, safe repetition and refusals in words, on a scripted port and a clock that sleeps move."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.port import Lost, Params, RemoteFailed, Reply, Unsure

DATA = Path(__file__).parents[4] / "shared" / "data" / "pagerduty" / "errors_seen.json"
GONE = Lost("the connection failed or broke")
BUSY = Reply(503, {"x-request-id": "r9"}, {"error": {"message": "Service Unavailable"}})
LIMITED = Reply(429, {"ratelimit-reset": "20"}, {"error": {"message": "Rate Limit Exceeded", "code": 2020}})
DONE = Reply(200, {}, {"ok": True})
SEEN: Mapping[str, Any] = json.loads(DATA.read_text()) if DATA.exists() else {}


class Scripted:
    """A port with a script; `asked` holds method, path and parameters or body. The last answer stays."""

    def __init__(self, *script: Reply | Lost, takes: float = 0.0) -> None:
        self.script, self.takes, self.now = list(script), takes, 0.0
        self.asked: list[Any] = []
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def _answer(self, *asked: Any) -> Reply:
        self.asked.append(asked)
        self.now += self.takes
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Lost):
            raise answer
        return answer

    def get(self, path: str, params: Params | None = None) -> Reply:
        return self._answer("GET", path, params)

    def post(self, path: str, body: Any, params: Params | None = None) -> Reply:
        return self._answer("POST", path, body)

    def put(self, path: str, body: Any) -> Reply:
        return self._answer("PUT", path, body)

    def delete(self, path: str) -> Reply:
        return self._answer("DELETE", path)


def calls(port: Scripted, **settings: Any) -> Calls:
    return Calls(port, sleep=port.sleep, clock=lambda: port.now, **settings)


VERBS = {
    "get": lambda it: it.get("/users", {"query": "ana@example.com"}),
    "ask": lambda it: it.ask("/schedules/preview", {}),
    "post": lambda it: it.post("/schedules", {}),
    "put": lambda it: it.put("/schedules/P1", {}),
    "put that makes": lambda it: it.put("/schedules/P1", {}, makes=True),
    "delete": lambda it: it.delete("/schedules/P1"),
}
REPEATABLE = ("get", "ask", "put", "delete")
ONCE = ("post", "put that makes")


# ------------------------------------------------------------------------------------------------------- patience


@pytest.mark.parametrize("trouble", [GONE, BUSY, LIMITED, Reply(408), Reply(500), Reply(429)])
@pytest.mark.parametrize("verb", REPEATABLE)
def test_what_may_be_done_twice_is_asked_again(verb: str, trouble: Reply | Lost) -> None:
    port = Scripted(trouble, trouble, DONE)
    assert VERBS[verb](calls(port)) == (None if verb == "delete" else {"ok": True})
    assert len(port.asked) == 3


@pytest.mark.parametrize("trouble", [GONE, BUSY, Reply(408), Reply(500), Reply(200, {}, None)])
@pytest.mark.parametrize("verb", ONCE)
def test_what_may_have_been_made_is_not_asked_again(verb: str, trouble: Reply | Lost) -> None:
    port = Scripted(trouble, DONE)
    with pytest.raises(Unsure, match=r"may have done P\w+ /schedules.* or not: .*Run it again: it looks first"):
        VERBS[verb](calls(port))
    assert len(port.asked) == 1


@pytest.mark.parametrize("verb", ONCE)
def test_what_was_surely_not_made_is_asked_again(verb: str) -> None:
    port = Scripted(LIMITED, DONE)
    assert VERBS[verb](calls(port)) == {"ok": True}
    assert len(port.asked) == 2


def test_a_post_that_is_lost_after_a_rate_limit_is_unsure() -> None:
    port = Scripted(LIMITED, GONE, DONE)
    with pytest.raises(Unsure, match="the connection failed or broke"):
        VERBS["post"](calls(port))
    assert len(port.asked) == 2


def test_the_number_of_tries_is_bounded() -> None:
    port = Scripted(GONE)
    with pytest.raises(RemoteFailed, match=r"did not do GET /users, asked 6 times: the connection failed") as failed:
        VERBS["get"](calls(port))
    assert (len(port.asked), failed.value.status, failed.value.exit_code) == (6, None, 4)
    assert port.slept == [0.5, 1, 2, 4, 8]


def test_the_time_is_bounded_even_where_tries_are_left() -> None:
    port = Scripted(GONE, takes=30.0)
    with pytest.raises(RemoteFailed, match="asked 4 times"):
        VERBS["get"](calls(port, patience=120.0))
    assert port.now <= 150


def test_a_rate_limit_is_waited_for_as_long_as_it_says() -> None:
    port = Scripted(LIMITED, Reply(429, {"ratelimit-reset": "0"}), Reply(429, {"ratelimit-reset": "soon"}), DONE)
    VERBS["get"](calls(port))
    assert port.slept == [20, 0.5, 2]


def test_a_rate_limit_without_end_does_not_take_all_day() -> None:
    port = Scripted(Reply(429, {"ratelimit-reset": "86400"}))
    with pytest.raises(RemoteFailed, match=r"429.*Wait a minute and run it again"):
        VERBS["get"](calls(port))
    assert port.slept == [60, 60]


def test_what_is_gone_after_a_lost_delete_was_deleted_by_it() -> None:
    port = Scripted(GONE, Reply(404, {}, {"error": {"message": "Not Found", "code": 2100}}))
    VERBS["delete"](calls(port))
    with pytest.raises(RemoteFailed, match="404 Not Found"):
        VERBS["delete"](calls(Scripted(LIMITED, Reply(404, {}, {"error": {"message": "Not Found"}}))))


def test_an_answer_that_cannot_be_read_is_asked_for_again() -> None:
    port = Scripted(Reply(200, {}, None), DONE)
    assert VERBS["get"](calls(port)) == {"ok": True}
    with pytest.raises(RemoteFailed, match="asked 6 times: the answer cannot be read"):
        VERBS["get"](calls(Scripted(Reply(200, {}, None))))


def test_a_deletion_needs_no_body() -> None:
    for status in (200, 204):
        port = Scripted(Reply(status))
        VERBS["delete"](calls(port))
        assert len(port.asked) == 1


def test_every_try_can_be_followed() -> None:
    heard: list[tuple[str, str, int | None, str]] = []
    port = Scripted(GONE, BUSY, DONE)
    VERBS["get"](calls(port, trace=lambda *line: heard.append(line)))
    assert heard == [("GET", "/users", None, ""), ("GET", "/users", 503, "r9"), ("GET", "/users", 200, "")]


# -------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.skipif(not DATA.exists(), reason="needs the recorded error bodies")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v2_400_2001_list", ["400 Invalid Input Provided", "Start day of week must be in"]),
        ("v2_400_3001_map", ["rotation_layers.weekly_restrictions.duration_seconds: Please use", "as: overrides"]),
        ("v2_delete_in_use", ["Schedule can't be deleted"]),
        ("v2_get_of_v3_schedule", ["400 This is a shift-based schedule", '"as: custom_shifts"']),
        ("v3_get_of_v2_schedule", ["400 This is a layer-based schedule", '"as: layers"']),
        ("v3_400_map", ["event.effective_since: Date cannot be more than 12 months in the future"]),
        ("v3_400_list_variant", ["Time zone cannot be empty"]),
        ("ep_wrong_target_type_for_v3", ["404 Not Found", "id in team.yaml"]),
    ],
)
def test_every_recorded_error_becomes_a_sentence(name: str, words: Sequence[str]) -> None:
    seen = SEEN[name]
    with pytest.raises(RemoteFailed, match=r"^PagerDuty refused GET /users: ") as failed:
        VERBS["get"](calls(Scripted(Reply(seen["http"], {"x-request-id": "r7"}, seen["body"]))))
    assert [word for word in words if word not in str(failed.value)] == []
    assert "(request r7)" in str(failed.value)
    assert failed.value.status == seen["http"]
    assert failed.value.code == seen["body"]["error"].get("code")


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (401, 2006, "Make a new one"),
        (402, None, "plan does not include"),
        (403, 2010, "read-only key cannot write"),
        (400, 2019, "as many of these as its plan allows"),
        (400, 3001, 'as: overrides" says the same'),
        (302, None, "WATCHBILL_PAGERDUTY_URL"),
    ],
)
def test_a_known_refusal_comes_with_its_remedy(status: int, code: int | None, remedy: str) -> None:
    port = Scripted(Reply(status, {}, {"error": {"message": "No", "code": code}}))
    with pytest.raises(RemoteFailed, match=remedy):
        VERBS["post"](calls(port))
    assert len(port.asked) == 1


@pytest.mark.parametrize(
    "body", [None, "no", [], 5, {"error": "plain"}, {"error": {"errors": {"a": "b", "c": [None, ["d"]]}}}, {"error": 7}]
)
def test_an_odd_error_body_is_still_a_sentence(body: Any) -> None:
    with pytest.raises(RemoteFailed, match=r"PagerDuty refused GET /users: 400"):
        VERBS["get"](calls(Scripted(Reply(400, {}, body))))


def test_a_refusal_is_one_short_line_and_holds_no_query() -> None:
    body = {"error": {"message": "a\nb\x1b[31m" + "x" * 5000}}
    with pytest.raises(RemoteFailed, match="a b") as failed:
        VERBS["get"](calls(Scripted(Reply(400, {}, body))))
    text = str(failed.value)
    assert text.isprintable()
    assert len(text) < 600
    assert "ana@example.com" not in text


# ----------------------------------------------------------------------------------------------------------- pages


def page(items: Sequence[int], more: object = True) -> Reply:
    return Reply(200, {}, {"users": list(items), "more": more, "limit": 100})


def test_pages_are_joined_until_there_are_no_more() -> None:
    port = Scripted(page([1, 2]), page([3]), page([4], more=False), page([5]))
    assert calls(port).pages("/users", "users", {"query": "a"}) == [1, 2, 3, 4]
    assert [params["offset"] for _, _, params in port.asked] == [0, 100, 200]
    assert {(params["limit"], params["query"]) for _, _, params in port.asked} == {(100, "a")}


def test_a_list_that_does_not_say_more_has_ended() -> None:
    port = Scripted(Reply(200, {}, {"users": [1]}))
    assert calls(port).pages("/users", "users") == [1]


@pytest.mark.parametrize("endless", [page([1]), page([])])
def test_a_list_without_end_is_an_error(endless: Reply) -> None:
    port = Scripted(endless)
    with pytest.raises(RemoteFailed, match="does not end within 10,000 items"):
        calls(port).pages("/users", "users")
    assert len(port.asked) <= 100


def test_a_list_that_is_none_is_an_error() -> None:
    with pytest.raises(RemoteFailed, match='without a list of "users"'):
        calls(Scripted(Reply(200, {}, {"people": []}))).pages("/users", "users")
