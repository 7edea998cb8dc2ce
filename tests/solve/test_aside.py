from threading import Event

import pytest

from watchbill.solve import aside
from watchbill.solve.aside import unless_deaf


def test_what_comes_back_or_is_raised_is_that_of_the_call() -> None:
    assert unless_deaf(lambda: 7, Event()) == 7

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        unless_deaf(fail, Event())


def test_who_listens_is_waited_for() -> None:
    stopped, heard = Event(), Event()

    def call() -> str:
        stopped.set()
        heard.set()
        return "the best so far"

    assert unless_deaf(call, stopped) == "the best so far"
    assert heard.is_set()


def test_who_does_not_listen_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "GRACE_SECONDS", 0.01)
    stopped, go = Event(), Event()
    stopped.set()
    try:
        assert unless_deaf(lambda: go.wait(60), stopped) is None
    finally:
        go.set()
