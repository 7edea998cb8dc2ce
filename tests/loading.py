"""How fast feeds are served: a team of 200, a server in one process, 16 clients that ask without a pause in another.

`python tests/loading.py PORT SECONDS` is the other process: paths on standard input, latencies by kind on its output.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

PEOPLE = 200
CLIENTS = 16
SECONDS = 10.0
KEY = "a key of a measurement 0123456789 abcdefghijkl"
KINDS = ("gzip", "plain", "same", "mixed")
MIX = ("gzip", "gzip", "plain", "same", "same", "same", "same")


# --------------------------------------------------------------------------------------------------- the generator


@dataclass
class Told:
    """What clients saw: seconds by kind of request, bytes of body, and answers that were not what was asked for."""

    taken: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    tags: dict[str, str] = field(default_factory=dict)


async def client(port: int, kind: str, paths: Sequence[str], until: float, rng: Random, told: Told) -> None:
    """One connection that is kept alive, and asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    while time.perf_counter() < until:
        wanted = rng.choice(MIX) if kind == "mixed" else kind
        begun = time.perf_counter()
        await asked(reader, writer, rng.choice(paths), wanted, told)
        told.taken.append(time.perf_counter() - begun)
    writer.close()


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, wanted: str, told: Told) -> None:
    """One request and its answer; only a feed that is new may come where "not modified" was expected."""
    tag = told.tags.get(path)
    headers = {"plain": "", "gzip": "Accept-Encoding: gzip\r\n", "same": f"If-None-Match: {tag}\r\n"}
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers[wanted]}\r\n".encode())
    status, said = await answered(reader, told)
    expected = "304" if wanted == "same" and said.get("etag") == tag else "200"
    if status != expected:
        told.wrong[status] += 1
    told.tags[path] = said.get("etag", "").replace("-gzip", "")


async def answered(reader: asyncio.StreamReader, told: Told) -> tuple[str, Mapping[str, str]]:
    """Reads one answer whole."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    said = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    size = int(said.get("content-length", 0))
    if size:
        await reader.readexactly(size)
    told.bytes += size
    return head.split(" ", 2)[1], said


async def load(port: int, kind: str, paths: Sequence[str], seconds: float) -> Told:
    """All clients at once."""
    told = Told()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    for path in paths:
        await asked(reader, writer, path, "plain", told)
    writer.close()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(port, kind, paths, until, Random(n), told) for n in range(CLIENTS)))
    return told


def main(port: int, kind: str, seconds: float) -> None:
    """Loads the server and prints what the clients saw, as JSON."""
    paths = sys.stdin.read().split()
    begun = time.perf_counter()
    told = asyncio.run(load(port, kind, paths, seconds))
    sys.stdout.write(json.dumps(summary(told, time.perf_counter() - begun)))


def summary(told: Told, seconds: float) -> dict[str, Any]:
    """Requests a second, and latencies in milliseconds."""
    taken = sorted(told.taken)
    marks = {f"p{n}": 1000 * taken[min(len(taken) - 1, len(taken) * n // 100)] for n in (50, 99)}
    rate = {"rate": len(taken) / seconds, "mib": told.bytes / seconds / 2**20}
    return {**rate, **marks, "worst": 1000 * taken[-1], "wrong": dict(told.wrong)}


# ------------------------------------------------------------------------------------------------- the measurement


def measure(say: Callable[[str], None], seconds: float = SECONDS) -> None:
    """Serves a year of a team of 200 and prints a row for each kind of request, and one while plans are published."""
    from serving import Client

    with TemporaryDirectory() as folder:
        team = Path(folder) / "team"
        paths = large_team(team)
        begun = time.perf_counter()
        with server(team) as (port, pid):
            sizes = [len(Client(port).get(path).body) for path in paths]
            ready = time.perf_counter() - begun
            say(f"{len(paths)} feeds of {min(sizes)} to {max(sizes)} bytes; ready in {ready:.1f} s")
            for kind in KINDS:
                row(say, kind, loaded(port, kind, paths, seconds, pid), pid)
            publishing = threading.Thread(target=publish, args=(team, 1))
            publishing.start()
            row(say, "publishing", loaded(port, "mixed", paths, seconds, pid), pid)
            publishing.join()


def row(say: Callable[[str], None], kind: str, told: Mapping[str, Any], pid: int) -> None:
    """One line of figures. The processor's time counts the server's only, other programs or not."""
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    rates = f"{told['rate']:7.0f} requests/s {told['mib']:6.1f} MiB/s {told['cpu']:5.2f} ms cpu"
    marks = f"p50 {told['p50']:5.1f} ms  p99 {told['p99']:5.1f} ms  worst {told['worst']:5.0f} ms"
    say(f"{kind:10} {rates}  {marks}  wrong {told['wrong'] or 'none'}  peak {int(peak.split()[1]) // 1024} MiB")


def loaded(port: int, kind: str, paths: Sequence[str], seconds: float, pid: int) -> dict[str, Any]:
    """What the clients of another process saw, and `cpu`: the server's milliseconds for each request."""
    command = [sys.executable, __file__, str(port), kind, str(seconds)]
    before = cpu_seconds(pid)
    done = subprocess.run(command, input="\n".join(paths).encode(), stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"cpu": 1000 * (cpu_seconds(pid) - before) / (found["rate"] * seconds)}


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processor so far."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(team: Path) -> Iterator[tuple[int, int]]:
    """A server of a team's folder in a process of its own, once it is ready: its port and its process id."""
    from serving import Client, until

    with (team.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "watchbill", "-C", str(team), "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "WATCHBILL_FEED_KEY": KEY},
        )
    try:
        assert process.stdout
        port = int(process.stdout.readline().split(b"/feeds/")[0].rsplit(b":", 1)[1])
        until(lambda: Client(port).get("/healthz").status == 200, 60)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def large_team(team: Path) -> list[str]:
    """A year of two daily roles, held in turn by 200 people; the paths of all feeds."""
    from watchbill import feeding

    team.mkdir()
    people = "".join(f"  p{n:03}: {{name: Person Number {n}}}\n" for n in range(PEOPLE))
    roles = "".join(
        f"  {role}:\n    layers:\n      daily: {{turn: 1 day, handoff: 09:00}}\n" for role in ("primary", "secondary")
    )
    (team / "team.yaml").write_text(f"team: large\ntimezone: UTC\npeople:\n{people}roles:\n{roles}", encoding="utf-8")
    publish(team, 0)
    made = feeding.board(team, KEY.encode(), now=datetime.now(UTC))
    return [f"/feeds/{link.name}" for link in made.links]


def publish(team: Path, step: int) -> None:
    """The next revision: everybody's shifts go to somebody else."""
    from drafts import draft, held
    from watchbill.periods import Period
    from watchbill.times import Dates
    from watchbill.workspace import plans

    first = datetime.now(UTC).date().replace(day=1)
    days = [first + timedelta(days=n) for n in range(365)]
    shifts = [
        held(f"{role}/daily/{day}", f"p{(3 * n + at + step) % PEOPLE:03}", f"{day}T09", 24)
        for n, day in enumerate(days)
        for at, role in enumerate(("primary", "secondary"))
    ]
    period = Period(f"{first}..{days[-1]}", Dates(first, days[-1]))
    plans.publish(team, replace(draft(*shifts, when=period), team="large"), datetime.now(UTC).replace(microsecond=0))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
