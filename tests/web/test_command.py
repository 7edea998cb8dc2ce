"""`watchbill serve` as a process of its own, on a team's folder."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from builders import at
from drafts import draft, held
from serving import Client, until
from tiny import write_team
from watchbill import feeding
from watchbill.workspace import plans

KEY = "k2Yc0eVwHn4uTqzRm8sLJx6dBfGaPi31oXSvNtCbEyQ"
WEEKS = ("2027-01-04", "2027-01-11")


def publish(folder: Path, people: str) -> None:
    """The next revision of a plan of two weeks."""
    shifts = [
        held(f"primary/week/{day}", who, f"{day}T08", 168) for day, who in zip(WEEKS, people.split(), strict=True)
    ]
    plans.publish(
        folder, draft(*shifts, team="tiny"), at("2027-01-02T12") if people == "ana bo" else at("2027-01-03T12")
    )


def link(folder: Path, feed: str) -> str:
    """The path of a feed's link."""
    board = feeding.board(folder, KEY.encode(), now=at("2027-01-10T12"))
    return next(f"/feeds/{link.name}" for link in board.links if link.feed.key == feed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny team with a published plan: ana, then bo."""
    made = write_team(tmp_path / "team")
    publish(made, "ana bo")
    return made


@dataclass
class Server:
    """A server that runs, and all that it said on standard error so far."""

    process: subprocess.Popen[bytes]
    client: Client
    said: Path

    def log(self) -> str:
        return self.said.read_text(encoding="utf-8")


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "watchbill", "-C", str(folder), "serve", *options]


def environment(key: str | None) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("WATCHBILL_")}
    return own | ({"WATCHBILL_FEED_KEY": key} if key else {})


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Server]:
    said = folder.parent / "said.txt"
    with said.open("wb") as err:
        process = subprocess.Popen(
            command(folder, "--port", "0", *options), stdout=subprocess.PIPE, stderr=err, env=environment(KEY)
        )
    try:
        assert process.stdout
        line = process.stdout.readline().decode()
        found = re.match(r"Feeds at http://[0-9.]+:(\d+)/feeds/", line)
        assert found, (line, said.read_text())
        server = Server(process, Client(int(found[1])), said)
        until(lambda: server.client.get("/healthz").status == 200)
        yield server
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def test_published_plans_arrive_without_a_restart_and_drafts_never(folder: Path) -> None:
    with served(folder) as server:
        ana, bo = link(folder, "person/ana"), link(folder, "person/bo")
        first = server.client.get(ana)
        assert first.body.count(b"BEGIN:VEVENT") == 1
        plans.write_draft(
            folder, replace(draft(*[held("primary/week/2027-02-01", "ana", "2027-02-01T08", 168)]), team="tiny")
        )
        assert server.client.get(ana, If_None_Match=first.headers["etag"]).status == 304
        publish(folder, "bo bo")
        until(lambda: server.client.get(ana).body.count(b"BEGIN:VEVENT") == 0, 20)
        assert server.client.get(bo).body.count(b"BEGIN:VEVENT") == 2
        assert server.client.get(ana, If_Modified_Since=first.headers["last-modified"]).status == 200
        (folder / "team.yaml").write_text("team: [", encoding="utf-8")
        until(lambda: b"degraded" in server.client.get("/healthz").body, 20)
        assert server.client.get(bo).body.count(b"BEGIN:VEVENT") == 2
        assert "team.yaml:1:" in server.log()
        until(lambda: f"GET {bo[:11]}… 200" in server.log())
        tokens = [ana.removeprefix("/feeds/"), bo.removeprefix("/feeds/"), KEY]
        assert not [token for token in tokens if token[4:16] in server.log()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order_on_a_signal_whoever_is_connected(folder: Path, number: int) -> None:
    with served(folder, "--quiet") as server, socket.create_connection(("127.0.0.1", server.client.port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200 ")
        server.process.send_signal(number)
        assert server.process.wait(10) == 0
        assert server.log() == "It runs until Ctrl-C.\n7 feeds are served.\nstopped.\n"


def run(folder: Path, *options: str, key: str | None = KEY) -> tuple[int, str]:
    done = subprocess.run(command(folder, *options), capture_output=True, env=environment(key), timeout=30, check=False)
    return done.returncode, done.stderr.decode()


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, err = run(folder, "--port", str(port))
    assert code == 1
    assert re.fullmatch(rf"port {port} of 127\.0\.0\.1 cannot be opened \(.+\)\. Name another one with --port\.\n", err)


def test_without_the_key_of_the_links_in_use_it_does_not_start(folder: Path) -> None:
    feeding.secret(folder, {"WATCHBILL_FEED_KEY": KEY})
    for key in (None, KEY[::-1], "weak"):
        code, err = run(folder, "--port", "0", key=key)
        assert code == 1
        assert "WATCHBILL_FEED_KEY" in err
        assert "Traceback" not in err
        assert key is None or key not in err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--forwarded-allow-ips", "proxy"], '--forwarded-allow-ips: "proxy" is no address of a proxy.'),
        (["--root-path", "oncall"], '--root-path: "oncall" is no path. Write one such as /oncall.'),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(folder: Path, options: list[str], sentence: str) -> None:
    code, err = run(folder, *options)
    assert code == 2
    assert sentence in err


def test_an_address_that_is_none_of_ours_is_told(folder: Path) -> None:
    code, err = run(folder, "--host", "203.0.113.1")
    assert code == 1
    assert "port 8642 of 203.0.113.1 cannot be opened" in err


def test_who_listens_for_others_is_told_that_links_are_secrets(folder: Path) -> None:
    with served(folder, "--host", "0") as server:
        assert "Put a proxy that speaks https in front of it." in server.log()
