"""Users found in few requests, in accounts of any size, whoever was deleted, re-invited or on no page yet."""

from collections.abc import Iterator
from typing import Any

import pytest

from scripted import Answer, serving
from watchbill.domain import Person
from watchbill.errors import Refused
from watchbill.publish.pagerduty import account
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.calls import Calls
from watchbill.publish.pagerduty.client import PdpyrasPort
from watchbill.sandbox import running
from watchbill.sandbox.server import Handle


@pytest.fixture(scope="module")
def box() -> Iterator[Handle]:
    with running(grown(0)) as handle:
        yield handle


def grown(many: int, *more: dict[str, Any]) -> dict[str, Any]:
    return {"users": [*(one(n) for n in range(many)), *more]}


def one(n: int, **facts: Any) -> dict[str, Any]:
    return {"id": f"PU{n:05}", "name": f"Person {n}", "email": f"p{n}@example.com", **facts}


def people(*numbers: int) -> list[Person]:
    return [Person(f"p{n}", f"p{n}", "UTC", email=f"P{n}@example.com") for n in numbers]


def asked(box: Handle, account_: dict[str, Any], wanted: list[Person]) -> tuple[int, dict[str, str]]:
    """How many requests it took to find people in an account, and their users."""
    box.reset(account_)
    requests: list[str] = []
    port = PdpyrasPort(box.key, box.url, timeout=5.0)
    calls = Calls(
        port, sleep=lambda seconds: None, clock=lambda: 0.0, trace=lambda method, path, *_: requests.append(path)
    )
    try:
        found = account.resolve(Accounts(calls), wanted)
    finally:
        port.close()
    return len(requests), {person: user.id for person, user in found.items()}


def test_a_small_account_is_read_in_one_request(box: Handle) -> None:
    count, found = asked(box, grown(40), people(*range(40)))
    assert (count, found["p39"]) == (1, "PU00039")


def test_few_people_are_asked_for_one_by_one(box: Handle) -> None:
    assert asked(box, grown(950), people(300, 700, 949))[0] == 3


def test_a_team_of_a_hundred_in_a_large_account_takes_a_page_for_each_hundred_users(box: Handle) -> None:
    count, found = asked(box, grown(650), people(*range(500, 600)))
    assert count == 6
    assert len(found) == 100


def test_a_small_team_in_a_huge_account_reads_one_page_and_then_asks_one_by_one(box: Handle) -> None:
    count, found = asked(box, grown(1500), people(1, 2, 700, 701, 702, 703, 1499))
    assert count == 1 + 5
    assert found["p1499"] == "PU01499"


def test_ids_are_found_in_lists_too_and_guests_and_names_ask_no_more(box: Handle) -> None:
    box.reset(grown(20))
    requests: list[str] = []
    port = PdpyrasPort(box.key, box.url, timeout=5.0)
    accounts = Accounts(
        Calls(port, sleep=lambda seconds: None, clock=lambda: 0.0, trace=lambda _, path, *__: requests.append(path))
    )
    found = account.known(accounts, [f"PU{n:05}" for n in range(10)])
    account.resolve(accounts, people(*range(10)))
    assert account.Names(accounts, {})("PU00015") == "Person 15"
    port.close()
    assert (len(found), requests) == (10, ["/users"])


def test_who_was_invited_again_is_found_by_the_new_account(box: Handle) -> None:
    gone = one(7, id="POLD007", deleted_at="2026-01-01T00:00:00Z")
    count, found = asked(box, {"users": [gone, *grown(10)["users"]]}, people(*range(10)))
    assert (count, found["p7"]) == (1, "PU00007")


def test_who_was_deleted_is_refused_though_all_others_are_in_the_list(box: Handle) -> None:
    users = [user for user in grown(10)["users"] if user["id"] != "PU00007"]
    with pytest.raises(Refused, match=r"^p7 \(P7@example.com\) is no user in PagerDuty\. Mend it"):
        asked(box, {"users": [*users, one(7, deleted_at="2026-01-01T00:00:00Z")]}, people(*range(10)))


def test_a_list_that_still_shows_deleted_users_hides_nobody_who_was_invited_again() -> None:
    gone = [one(n, id=f"POLD{n:03}", deleted_at="2026-01-01T00:00:00Z") for n in range(5)]
    with serving(Answer(body={"users": [*gone, *grown(5)["users"]], "more": False})) as server:
        port = PdpyrasPort("k", server.url)
        calls = Calls(port, sleep=lambda seconds: None, clock=lambda: 0.0)
        found = account.resolve(Accounts(calls), people(*range(5)))
        port.close()
    assert [user.id for user in found.values()] == [f"PU{n:05}" for n in range(5)]
