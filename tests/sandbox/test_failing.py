"""Keys, limits, failures on demand, the clock, watches and what the sandbox tells of itself."""

import time
from typing import Any

import pytest
import requests
from talking import ANA, BO, SEED, Talk, layer, override, schedule, talking

from builders import at
from watchbill.errors import Refused, WrongUsage
from watchbill.sandbox import Handle, Quirks, running

WINDOW = {"since": "2027-01-04T00:00:00Z", "until": "2027-01-11T00:00:00Z"}


def control(box: Handle, method: str, name: str, body: Any = None) -> requests.Response:
    """A request to the sandbox itself, without any key."""
    return requests.request(method, f"{box.url}/sandbox/{name}", json=body, timeout=10)


# ---------------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize("given", ["", "Token token=wrong", "sandbox-key", "Bearer sandbox-key"])
def test_a_wrong_key_is_refused_and_not_repeated(box: Handle, given: str) -> None:
    reply = requests.get(f"{box.url}/users", headers={"Authorization": given}, timeout=10)
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, 2006)
    assert "wrong" not in reply.text
    assert "sandbox-key" not in reply.text


def test_a_key_that_may_only_read_does_not_write(box: Handle) -> None:
    with talking(box, box.read_key) as talk:
        assert talk.get("/users").status == 200
        assert talk.post("/schedules", schedule(layer(ANA))).error["code"] == 2010
        assert talk.post("/schedules/preview", schedule(layer(ANA))).status == 403
    assert not box.state.schedules


def test_the_handle_does_not_show_its_key(box: Handle) -> None:
    assert "sandbox-key" not in repr(box)


# -------------------------------------------------------------------------------------------------------- limits


def test_answers_tell_how_many_requests_are_left(talk: Talk) -> None:
    left = [talk.get("/users").headers for _ in range(2)]
    assert [one["ratelimit-remaining"] for one in left] == ["959", "958"]
    assert left[0]["ratelimit-limit"] == "960"
    assert 58 <= int(left[0]["ratelimit-reset"]) <= 60


def test_too_many_requests_are_refused_until_the_window_is_over(box: Handle, talk: Talk) -> None:
    box.set_quirks(rate_limit=2, rate_window=0.3)
    replies = [talk.get("/users") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].error == {"message": "Rate Limit Exceeded", "code": 2020}
    assert replies[2].headers["ratelimit-remaining"] == "0"
    time.sleep(0.35)
    assert talk.get("/users").status == 200


def test_a_429_can_be_told_to_say_nothing(box: Handle, talk: Talk) -> None:
    box.set_quirks(rate_limit=0, rate_told=False)
    reply = talk.get("/users")
    assert (reply.status, reply.body, "ratelimit-reset" in reply.headers) == (429, None, False)


# -------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_request_fails_with_a_status_before_or_after_its_effect(
    box: Handle, talk: Talk, when: str, made: int, status: int
) -> None:
    box.fail(kind="status", status=status, when=when, method="POST", path="^/schedules$", times=1)
    assert talk.get("/schedules").status == 200
    assert talk.post("/schedules", schedule(layer(ANA))).status == status
    assert len(box.state.schedules) == made
    assert talk.post("/schedules", schedule(layer(ANA))).status == 201


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_the_effect(box: Handle, talk: Talk, when: str, made: int) -> None:
    box.fail(kind="drop", when=when, method="POST", times=1)
    with pytest.raises(requests.ConnectionError):
        talk.post("/schedules", schedule(layer(ANA)))
    assert len(box.state.schedules) == made
    assert talk.get("/users").status == 200


def test_a_slow_request_is_answered_late(box: Handle, talk: Talk) -> None:
    box.fail(kind="slow", seconds=0.3, times=1)
    begun = time.monotonic()
    assert talk.get("/users").status == 200
    assert time.monotonic() - begun >= 0.3


def test_a_fault_may_skip_some_requests_and_be_without_a_body(box: Handle, talk: Talk) -> None:
    box.fail(kind="status", status=502, told=False, skip=1, times=1)
    replies = [talk.get("/users") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 502, 200]
    assert replies[1].body is None


def test_chance_is_the_same_every_time_for_one_seed(box: Handle, talk: Talk) -> None:
    def fates(seed: int) -> list[int]:
        box.heal()
        box.fail(kind="status", probability=0.5, seed=seed)
        return [talk.get("/users").status for _ in range(20)]

    first = fates(1)
    assert fates(1) == first
    assert fates(2) != first
    assert set(first) == {200, 503}


def overrides_of(talk: Talk, id_: str) -> int:
    return len(talk.get(f"/schedules/{id_}/overrides", **WINDOW).body["overrides"])


def test_reads_may_be_some_reads_behind(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    box.fail(kind="stale", path="/overrides", reads=2)
    talk.override(id_, WINDOW["since"], WINDOW["until"], BO)
    assert talk.final(id_, *WINDOW.values()) == [(*WINDOW.values(), BO)]
    assert [overrides_of(talk, id_) for _ in range(3)] == [0, 0, 1]


def test_reads_may_be_some_time_behind(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    box.fail(kind="stale", seconds=0.3)
    talk.override(id_, WINDOW["since"], WINDOW["until"], BO)
    assert [user for *_, user in talk.final(id_, *WINDOW.values())] == [ANA]
    time.sleep(0.35)
    assert [user for *_, user in talk.final(id_, *WINDOW.values())] == [BO]


@pytest.mark.parametrize(("told", "answered"), [(True, 2), (False, 1)])
def test_after_a_kill_nothing_is_answered(box: Handle, talk: Talk, told: bool, answered: int) -> None:
    box.kill_after(2, told=told)
    got = [talk.post("/schedules", schedule(layer(ANA))).status for _ in range(answered)]
    with pytest.raises(requests.ConnectionError):
        talk.post("/schedules", schedule(layer(ANA)))
    assert (got, len(box.state.schedules)) == ([201] * answered, 2)
    with pytest.raises(requests.ConnectionError):
        talk.get("/users")
    assert control(box, "GET", "writes").status_code == 200
    box.heal()
    assert talk.get("/users").status == 200


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"kind": "sulk"}, "of one kind"),
        ({"kind": "drop", "tims": 1}, 'Did you mean "times"'),
        ({"kind": "drop", "path": "("}, "matches nothing"),
    ],
)
def test_a_fault_that_is_none_is_refused(box: Handle, wanted: dict[str, Any], sentence: str) -> None:
    with pytest.raises(WrongUsage, match=sentence):
        box.fail(**wanted)


# --------------------------------------------------------------------------------------------- telling it by HTTP


def test_the_clock_stands_where_it_is_set_and_runs_again(box: Handle, talk: Talk) -> None:
    assert control(box, "POST", "clock", {"now": "2027-03-01T00:00Z"}).json() == {
        "now": "2027-03-01T00:00Z",
        "fixed": True,
    }
    made = talk.post("/schedules", schedule(layer(ANA))).body["schedule"]["schedule_layers"][0]
    assert made["start"] == "2027-03-01T00:00:00Z"
    assert control(box, "POST", "clock", {"now": None}).json()["fixed"] is False


def test_faults_quirks_and_kills_are_set_and_shown(box: Handle, talk: Talk) -> None:
    wanted = {"match": {"method": "GET", "path": "/users"}, "kind": "status", "status": 500, "times": 1}
    control(box, "POST", "faults", wanted)
    assert talk.get("/users").status == 500
    (shown,) = control(box, "GET", "faults").json()["faults"]
    assert (shown["path"], shown["hits"]) == ("/users", 1)
    assert control(box, "DELETE", "faults").json() == {"faults": []}
    assert control(box, "POST", "quirks", {"bulk": "object"}).json()["bulk"] == "object"
    assert control(box, "POST", "kill", {"after": None}).json() == {"after": None}


@pytest.mark.parametrize(
    ("name", "body"),
    [("clock", {"now": "noon"}), ("clock", {}), ("quirks", {"turns": "odd"}), ("faults", {"kind": 1}), ("watch", {})],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(box: Handle, name: str, body: Any) -> None:
    reply = control(box, "POST", name, body)
    assert (reply.status_code, list(reply.json()["error"])) == (400, ["message"])
    assert control(box, "GET", "nothing").status_code == 404


def test_a_watch_tells_every_write_that_leaves_a_gap(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    control(box, "POST", "watch", {"schedule": id_, **WINDOW})
    talk.override(id_, "2027-01-05T00:00:00Z", "2027-01-06T00:00:00Z", BO)
    talk.put(f"/schedules/{id_}", schedule(layer(ANA, end="2027-01-10T00:00:00Z") | {"id": layer_id(box, id_)}))
    (watch,) = control(box, "GET", "watch").json()["watches"]
    assert (watch["gaps"], watch["doubles"]) == (True, False)
    assert [record["gaps"] for record in watch["records"]] == [
        [], [], [["2027-01-10T00:00Z", "2027-01-11T00:00Z"]],
    ]  # fmt: skip


def layer_id(box: Handle, id_: str) -> str:
    return box.state.schedules[id_].layers[0].id


def test_a_watch_tells_when_too_many_are_on_call_at_once(box: Handle, talk: Talk) -> None:
    id_ = talk.post("/v3/schedules", {"schedule": {"name": "S", "time_zone": "Etc/UTC"}}).body["schedule"]["id"]
    one, two = (box.watch(id_, at("2027-01-04T00"), at("2027-01-11T00"), seats) for seats in (1, 2))
    for user in (ANA, BO):
        assignment = {"type": "shift_assignment", "member": {"type": "user_member", "user_id": user}}
        times = {"start_time": WINDOW["since"], "end_time": WINDOW["until"], "assignments": [assignment]}
        talk.post(f"/v3/schedules/{id_}/custom_shifts", {"custom_shifts": [{"type": "custom_shift"} | times]})
    assert [record["doubles"] for record in one.records] == [[], [], [["2027-01-04T00:00Z", "2027-01-11T00:00Z"]]]
    assert not two.as_json()["doubles"]
    assert [bool(record["gaps"]) for record in two.records] == [True, False, False]


def test_what_a_human_does_passes_limits_and_faults_and_is_marked(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    box.fail(kind="drop")
    body = {"overrides": [override(WINDOW["since"], WINDOW["until"], BO)]}
    done = control(box, "POST", "manual", {"method": "POST", "path": f"/schedules/{id_}/overrides", "body": body})
    assert (done.json()["status"], done.json()["body"][0]["status"]) == (201, 201)
    assert box.manual("DELETE", "/schedules/PNOTHIN")["error"]["code"] == 2100
    assert [(write["method"], write["by"]) for write in box.writes] == [("POST", "api"), ("POST", "manual")]


def test_writes_and_requests_are_counted_and_refused_ones_are_no_writes(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA))
    talk.post("/schedules", schedule(layer("PNOBODY")))
    talk.post("/schedules/preview", schedule(layer(ANA)))
    (write,) = control(box, "GET", "writes").json()["writes"]
    assert (write["path"], write["status"], write["at"]) == ("/schedules", 201, "2027-01-01T00:00Z")
    assert write["body"]["schedule"]["name"] == "Primary"
    told = control(box, "GET", "requests").json()
    assert (told["requests"], told["writes"], told["counts"]["POST /schedules"]) == (3, 1, 2)
    assert id_ in box.state.schedules


def test_the_whole_state_goes_out_and_comes_back(box: Handle, talk: Talk) -> None:
    id_ = talk.make(layer(ANA, end="2027-02-01T00:00:00Z"))
    talk.override(id_, WINDOW["since"], WINDOW["until"], BO)
    state, shown = control(box, "GET", "state").json(), talk.shown(id_, *WINDOW.values())
    box.reset({})
    assert talk.get(f"/schedules/{id_}").status == 404
    assert control(box, "PUT", "state", state).json() == state
    assert talk.shown(id_, *WINDOW.values()) == shown


# ------------------------------------------------------------------------------------------------------- running


def test_ids_follow_from_the_seed_and_what_was_done(box: Handle, talk: Talk) -> None:
    first = talk.make(layer(ANA))
    box.reset(SEED)
    assert talk.make(layer(ANA)) == first
    assert len(first) == 7
    assert first[0] == "P"


def test_it_starts_in_no_time_and_is_gone_afterwards() -> None:
    begun = time.monotonic()
    with running(SEED, now=at("2027-01-01T00"), quirks=Quirks(rate_limit=7), key="other") as box:
        assert time.monotonic() - begun < 0.5
        with talking(box) as talk:
            assert talk.get("/users").headers["ratelimit-limit"] == "7"
        assert box.url.startswith("http://127.0.0.1:")
    with pytest.raises(requests.ConnectionError):
        requests.get(box.url, timeout=1)


def test_a_port_that_is_taken_is_refused_with_the_remedy(box: Handle) -> None:
    with pytest.raises(Refused, match="Name another one with --port"), running(port=int(box.url.rsplit(":", 1)[1])):
        pass
