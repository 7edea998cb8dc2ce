"""What is served follows the folder, and outlives every mistake in it."""

from datetime import UTC, datetime, timedelta

import pytest

from builders import at
from serving import CHANGED, NOON, Site, board, calendar, name, serving, until
from watchbill.errors import InputError, Mistake, Place, Refused
from watchbill.feeding import Board
from watchbill.web import Keeper
from watchbill.web.bodies import shelf
from watchbill.web.keeping import LOOKS_BETWEEN_TRIES


def body(keeper: Keeper, person: str) -> bytes | None:
    found = keeper.shelf.bodies.get(name(person)) if keeper.shelf else None
    return found.content if found else None


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def keeper(site: Site) -> Keeper:
    """A keeper that has built once."""
    made = site.keeper()
    assert made.look()
    return made


# --------------------------------------------------------------------------------------------------------- changes


def test_nothing_is_built_while_nothing_changes(site: Site, keeper: Keeper) -> None:
    assert [keeper.look() for _ in range(50)] == [False] * 50
    assert site.builds == 1


def test_a_change_is_picked_up_once_it_stands_still(site: Site, keeper: Keeper) -> None:
    site.change(board({"ana": calendar("new")}))
    assert not keeper.look()
    assert body(keeper, "ana") == calendar("a", "b")
    assert keeper.look()
    assert body(keeper, "ana") == calendar("new")
    assert body(keeper, "bo") is None


def test_a_folder_that_keeps_changing_is_left_alone(site: Site, keeper: Keeper) -> None:
    for _ in range(5):
        site.change(board({}))
        assert not keeper.look()
    assert site.builds == 1


def test_what_changed_while_it_was_read_is_read_again(site: Site) -> None:
    def build(now: datetime) -> Board:
        found = site.build(now)
        if site.builds == 1:
            site.change(board({"ana": calendar("whole")}))
        return found

    keeper = Keeper(build, lambda: site.version, now=lambda: NOON, log=site.log.append)
    assert not keeper.look()
    assert keeper.shelf is None
    assert keeper.look()
    assert body(keeper, "ana") == calendar("whole")


def test_feeds_are_built_anew_when_a_day_begins(site: Site, keeper: Keeper) -> None:
    site.now = at("2027-01-10T23:59")
    assert not keeper.look()
    site.now = at("2027-01-11T00")
    site.board = board({"ana": calendar("b")})
    assert [keeper.look(), keeper.look()] == [False, True]
    assert site.builds == 2


# -------------------------------------------------------------------------------------------------------- mistakes


def test_while_inputs_are_wrong_feeds_stay_and_a_sentence_says_why(site: Site, keeper: Keeper) -> None:
    site.change(InputError([Mistake(Place("team.yaml", 3, 1), "unknown key. Remove it.")]))
    for _ in range(5):
        keeper.look()
    assert body(keeper, "ana") == calendar("a", "b")
    told = [
        "3 feeds are served.",
        "team.yaml:3:1  unknown key. Remove it.\nFeeds stay as they were until that is mended.",
    ]
    assert site.log == told
    site.change(board({"ana": calendar("mended")}))
    assert [keeper.look(), keeper.look()] == [False, True]
    assert keeper.trouble is None
    assert site.log == [*told, "2 feeds are served."]


def test_what_went_wrong_without_a_change_is_tried_again_now_and_then(site: Site, keeper: Keeper) -> None:
    site.change(Refused("the disk is away."))
    keeper.look()
    keeper.look()
    assert site.builds == 2
    site.board = board()
    for _ in range(LOOKS_BETWEEN_TRIES):
        keeper.look()
    assert site.builds == 3
    assert keeper.trouble is None


def test_a_folder_that_cannot_be_looked_at_is_trouble_and_no_end(site: Site) -> None:
    def state() -> int:
        if site.version == 1:
            raise PermissionError(13, "Permission denied", "/secret/place")
        return site.version

    keeper = Keeper(site.build, state, now=lambda: NOON, log=site.log.append)
    keeper.look()
    site.version = 1
    keeper.look()
    assert body(keeper, "ana")
    assert site.log[-1] == (
        "the feeds cannot be built: PermissionError.\nFeeds stay as they were until that is mended."
    )
    site.version = 0
    keeper.look()
    keeper.look()
    assert keeper.trouble is None


def test_if_the_plans_are_gone_feeds_stay(site: Site, keeper: Keeper) -> None:
    site.change(Board("payments", (), {}))
    keeper.look()
    keeper.look()
    assert body(keeper, "ana") == calendar("a", "b")
    assert "nothing is published" in site.log[-1]


def test_many_mistakes_are_not_all_told(site: Site) -> None:
    site.board = InputError(Mistake(Place("team.yaml", n, 1), f"wrong\x1b[2J {n}.") for n in range(1, 9))
    site.keeper().look()
    lines = site.log[0].splitlines()
    assert lines[0] == "team.yaml:1:1  wrong\\x1b[2J 1."
    assert lines[5:] == ["and 3 more.", "No feed can be served until that is mended."]


# ----------------------------------------------------------------------------------------------------------- dates


LATER = "20270109T090000Z"


def dated(keeper: Keeper, person: str) -> datetime:
    assert keeper.shelf
    return keeper.shelf.bodies[name(person)].modified


def test_feeds_date_from_the_newest_change_in_the_plans(site: Site, keeper: Keeper) -> None:
    assert dated(keeper, "ana") == at("2027-01-05T08")
    site.change(board({"ana": calendar("a", "b"), "bo": calendar("b", "c", changed=LATER)}))
    keeper.look()
    keeper.look()
    assert dated(keeper, "ana") == at("2027-01-05T08")
    assert dated(keeper, "bo") == at("2027-01-09T09")


def test_a_feed_that_only_lost_an_event_is_newer_all_the_same(site: Site, keeper: Keeper) -> None:
    site.change(board({"ana": calendar("a"), "bo": calendar("b")}))
    site.now = NOON + timedelta(seconds=90, microseconds=5)
    keeper.look()
    keeper.look()
    assert dated(keeper, "ana") == NOON + timedelta(seconds=90)
    assert dated(keeper, "bo") == at("2027-01-05T08")


def test_no_feed_dates_from_the_future_or_from_nothing() -> None:
    future = board({"ana": calendar("a", changed="20300101T000000Z")}, calendar())
    assert {own.modified for own in shelf(future, now=NOON).bodies.values()} == {NOON}
    assert {own.modified for own in shelf(board({}, calendar()), now=NOON).bodies.values()} == {NOON}


def test_the_date_is_read_from_whole_lines_only() -> None:
    content = calendar("a") + b"DESCRIPTION:\r\n LAST-MODIFIED:20270108T000000Z\r\nX-LAST-MODIFIED:20270108T000000Z\r\n"
    found = shelf(board({"ana": content}, calendar()), now=NOON)
    assert found.bodies[name("ana")].modified == datetime.strptime(CHANGED, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


# ---------------------------------------------------------------------------------------------------------- health


def test_health_tells_what_is_served_and_no_names() -> None:
    site = Site()
    with serving(site) as client:
        until(lambda: client.get("/healthz").status == 200)
        before = client.get("/healthz")
        site.change(InputError([Mistake(Place("availability/ana.yaml"), "no.")]))
        until(lambda: b"degraded" in client.get("/healthz").body)
        broken = client.get("/healthz")
        assert client.feed("ana").status == 200
        site.change(board(ana=1))
        until(lambda: b'"ok"' in client.get("/healthz").body)
        after = client.get("/healthz")
        assert client.feed("ana").status == 404
    assert before.body.startswith(b'{"status": "ok", "feeds": 3, "digest": "')
    assert before.body.endswith(b'", "built": "2027-01-10T12:00Z"}\n')
    assert before.headers["cache-control"] == "no-store"
    assert broken.status == 200
    assert broken.body == before.body.replace(b"ok", b"degraded")
    assert after.body != before.body


def test_before_anything_could_be_built_clients_are_asked_to_come_again() -> None:
    site = Site(Refused("there is no feed key."))
    with serving(site) as client:
        until(lambda: bool(site.log))
        for path in (f"/feeds/{name('ana')}", "/feeds/unknown.ics", "/healthz"):
            reply = client.get(path)
            assert (reply.status, reply.headers["retry-after"]) == (503, "30")
        assert client.get("/x").status == 404
        assert client.ask("PUT", "/feeds/x").status == 405
        site.change(board())
        until(lambda: client.feed("ana").status == 200)
    assert site.log == [
        "there is no feed key.\nNo feed can be served until that is mended.",
        "3 feeds are served.",
    ]
