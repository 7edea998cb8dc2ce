"""Plans every scenario, each in a fresh process, and prints a row for each: `python tests/bench.py [SCENARIO ...]`.

Not a test: times depend on the machine, and no test asserts one. Year-long scenarios get two lines more, which compare
the spread of loads with a round robin's.

`python tests/bench.py serve` measures the feed server instead, and `python tests/bench.py fuzz` sends it 20,000
connections of anything. `python tests/bench.py check` measures `check` for a hundred availability files.
`python tests/bench.py sick [SCENARIO]` and `swap [SCENARIO]` measure `replan` and `swap` on a published plan,
`explain [SCENARIO ...]` why and why not.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from watchbill import workspace
from watchbill.audit import audit, whole
from watchbill.load import Loads
from watchbill.periods import Period, period
from watchbill.problem import Problem
from watchbill.rules.base import Rule
from watchbill.solve import board
from watchbill.times import Span

SCENARIOS = Path(__file__).parent.parent / "scenarios"
ORDER = (
    "quarter-8",
    "part-time",
    "levelling",
    "impossible",
    "reliefs",
    "christmas",
    "day-night-12",
    "sun-24",
    "year-50",
    "year-100",
)
BUCKETS = ("all", "night", "weekend", "holiday")


@dataclass(frozen=True)
class Run:
    """What one process took: seconds and MiB; and how it ended."""

    cpu: float
    wall: float
    peak: float
    code: int
    error: str

    def __str__(self) -> str:
        return f"{self.cpu:7.2f} s cpu {self.wall:7.2f} s wall {self.peak:6.0f} MiB  exit {self.code}"


def run(*arguments: str) -> Run:
    """Runs watchbill in a process of its own."""
    began = time.perf_counter()
    with TemporaryDirectory() as folder, (Path(folder) / "err").open("w+", encoding="utf-8") as error:
        child = subprocess.Popen(
            [sys.executable, "-m", "watchbill", *arguments], stdout=subprocess.DEVNULL, stderr=error, text=True
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        error.seek(0)
        said = error.read().strip()
    wall = time.perf_counter() - began
    return Run(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, child.returncode, said)


def measure(name: str) -> None:
    """Plans a copy of a scenario and prints its row, tier by tier."""
    facts = yaml.safe_load((SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8"))
    with TemporaryDirectory() as folder:
        work = Path(folder) / name
        shutil.copytree(SCENARIOS / name, work)
        done = run("-C", str(work), "plan", facts["period"])
        say(f"plan {name:14} {done}")
        draft = work / "drafts" / f"{facts['period']}.json"
        if not draft.exists():
            say(f"    {done.error.splitlines()[0] if done.error else 'no draft'}")
            return
        stored = json.loads(draft.read_text(encoding="utf-8"))
        hard = sum(1 for finding in stored["findings"] if finding["hard"])
        say(f"    {tiers(stored['outcome']['tiers'])}; {hard} hard findings")
        for missed in misses(facts["holds"], stored["outcome"]["tiers"], hard):
            say(f"    NOT AS TOLD: {missed}")
        if name.startswith("year-"):
            compare(work, facts["period"], stored)


def misses(told: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], hard: int) -> list[str]:
    """What of `holds` the plan does not keep."""
    seen = {row["name"]: {"value": row["best"], "proven": row["proven"]} for row in rows}
    wrong = [f"{name} {seen[name]}, not {want}" for name, want in told.get("tiers", {}).items() if seen[name] != want]
    return wrong if hard == told["hard_findings"] else [*wrong, f"{hard} hard findings"]


def tiers(rows: Sequence[Mapping[str, object]]) -> str:
    """Every tier in short: proven, or value and bound."""
    return ", ".join(f"{row['name']} {row['value']} {gap(row)}" for row in rows)


def gap(row: Mapping[str, object]) -> str:
    """`proven`, or how far the best value may be from the best possible one."""
    best, bound = int(str(row["best"])), int(str(row["bound"]))
    return "proven" if row["proven"] else f"(bound {bound}, gap {(best - bound) / max(abs(best), 1):.1%})"


# ------------------------------------------------------------------------------------------------------ round robin


def compare(folder: Path, name: str, stored: Mapping[str, list[Mapping[str, Any]]]) -> None:
    """Prints how far apart the loads lie, in our plan and in a round robin's, each against the person's part."""
    wanted = period(name)
    problem, rules = workspace.problem(workspace.read(folder), wanted)
    loads = Loads(problem)
    ours = {row["id"]: row["person"] for row in stored["shifts"]}
    plain = round_robin(problem, rules, loads)
    for title, holders in (("watchbill", ours), ("round robin", plain)):
        sums = carried(problem, loads, holders)
        hard = sum(finding.hard for finding in audit(problem, rules, whole(problem, holders), loads))
        rows = ", ".join(f"{bucket} {spread(problem, loads, sums, bucket)}" for bucket in BUCKETS)
        say(f"    {title:11} spread of load {rows}; {hard} hard findings")


def round_robin(problem: Problem, rules: Sequence[Rule], loads: Loads) -> dict[str, str]:
    """Every layer takes the next in line who may serve and is free; who is passed over stays first in line."""
    posted = board(problem, [rule for rule in rules if rule.kind in {"eligible", "leave"}], loads)
    queues = {key: list(people) for key, people in problem.servers.items()}
    busy: dict[str, list[Span]] = {person.id: [] for person in problem.people}
    out: dict[str, str] = {}
    for shift in problem.shifts:
        takers = set(posted.takers(shift))
        queue = queues[shift.key]
        free = (p for p in queue if p in takers and not any(s.meets(b) for s in shift.spans for b in busy[p][-4:]))
        chosen = next(free, None)
        if chosen is not None:
            queue.append(queue.pop(queue.index(chosen)))
            busy[chosen].extend(shift.spans)
            out[shift.id] = chosen
    return out


def carried(problem: Problem, loads: Loads, holders: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Load by person and bucket, in hundredths of an hour."""
    sums = {person.id: dict.fromkeys(BUCKETS, 0) for person in problem.people}
    for shift in problem.shifts:
        if shift.id in holders:
            for bucket, load in loads.of(holders[shift.id], shift).items():
                sums[holders[shift.id]][bucket] += load
    return sums


def spread(problem: Problem, loads: Loads, sums: Mapping[str, Mapping[str, int]], bucket: str) -> str:
    """The heaviest load less the lightest one, in hours, scaled to the mean part; and the mean load."""
    parts = {person.id: loads.reference(person.id)[bucket] for person in problem.people}
    mean = sum(parts.values()) / len(parts)
    scaled = [sums[person][bucket] * mean / part / 100 for person, part in parts.items() if part]
    return f"{max(scaled) - min(scaled):.0f} h of {sum(scaled) / len(scaled):.0f}"


# ------------------------------------------------------------------------------------------------------ feed server


def serve() -> None:
    """Measures the feed server under load."""
    import loading

    loading.measure(say)


def fuzz() -> None:
    """Sends the feed server anything, and fails if it does."""
    import fuzzing

    seen = fuzzing.fuzz(20_000, said=say)
    say(", ".join(f"{status}: {count}" for status, count in sorted(seen.items())))


def check() -> None:
    """Measures `check` for a hundred engineers with a year of leave each, in YAML and in CSV."""
    for title, every in (("a line a week", 7), ("a line for every other day", 2)):
        with TemporaryDirectory() as folder:
            handed_in(Path(folder), every)
            say(f"check, {title:26} {run('-C', folder, 'check', '2027')}")


def handed_in(folder: Path, every: int) -> None:
    """A team of a hundred whose files name leave or a wish on each so many days of 2027; one in four hands in CSV."""
    people = [f"p{n:02}" for n in range(100)]
    facts = "\n".join(f"  {p}: {{timezone: {ZONES[n % len(ZONES)]}}}" for n, p in enumerate(people))
    layers = "".join(f"  r{n}:\n    layers:\n      week: {{turn: 1 week, handoff: mon 09:00}}\n" for n in range(8))
    (folder / "availability").mkdir()
    (folder / "team.yaml").write_text(f"team: t\ntimezone: Europe/Berlin\npeople:\n{facts}\nroles:\n{layers}", "utf-8")
    for n, person in enumerate(people):
        days = [date(2027, 1, 1 + n % every) + timedelta(days=step) for step in range(0, 360, every)]
        rows = [("avoid" if k % 4 == 3 else "leave", day) for k, day in enumerate(days)]
        if n % 4:
            listed = {kind: "".join(f"\n  - {day}" for k, day in rows if k == kind) for kind in ("leave", "avoid")}
            text = f"person: {person}\nanswered_through: 2027-12-31\nleave:{listed['leave']}\navoid:{listed['avoid']}\n"
            (folder / "availability" / f"{person}.yaml").write_text(text, encoding="utf-8")
        else:
            text = "kind,from\nanswered_through,2027-12-31\n" + "".join(f"{kind},{day}\n" for kind, day in rows)
            (folder / "availability" / f"{person}.csv").write_text(text, encoding="utf-8")


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Singapore", "Australia/Sydney")


def conflicts() -> None:
    """Explains every conflict of `tests/conflicts.py`, and one in `day-night-12`; exit code 1 if any bar is missed.

    The bars: the conflict is minimal, and with the first way out HiGHS finds a plan, too.
    """
    import conflicts as injected

    away = injected.away("-clara", "-felix", "-yusuf", start="2027-02-08T00", end="2027-02-10T00")
    cases = {**injected.INJECTED, "day-night-12": injected.Injected("day-night-12", away, frozenset())}
    failed = []
    whole = time.process_time()
    for name, one in cases.items():
        began = time.process_time()
        found = injected.found(one, 3)
        known = time.process_time()
        end = injected.ended(found)
        minimal = found.conflicts[0].minimal
        if not (minimal and end.way and end.way.solves and end.confirmed):
            failed.append(name)
        say(
            f"{known - began:6.1f} + {time.process_time() - known:6.1f} s cpu  minimal {'yes' if minimal else 'NO '}  "
            f"by HiGHS {SAID[end.confirmed]}  {name}: {'; and '.join(end.way.steps) if end.way else 'NO WAY OUT'}"
        )
    spent = time.process_time() - whole
    say(f"{len(cases) - len(failed)} of {len(cases)} ended by the first way out, {spent:.0f} s cpu")
    if failed:
        raise SystemExit(f"missed: {'; '.join(failed)}")


SAID = {True: "yes", False: "NO ", None: "?  "}


def sick(name: str = "day-night-12") -> None:
    """Lets people of a published plan fall ill, one after the other, and measures `replan` for each."""
    import sick as ill

    with TemporaryDirectory() as folder:
        ill.measure(published(Path(folder) / "team", name), period_of(name), run, say)


def swap(name: str = "day-night-12") -> None:
    """Searches for takers of some shifts of a plan, and for a round of three that is planted in it."""
    import rounds

    with TemporaryDirectory() as folder:
        rounds.measure(published(Path(folder) / "team", name), period_of(name), run, say)


def explain(*names: str) -> None:
    """Asks why of shifts of a plan, and why not somebody else."""
    import explaining

    for name in names or ("quarter-8", "reliefs", "sun-24", "day-night-12"):
        with TemporaryDirectory() as folder:
            explaining.measure(published(Path(folder) / name, name, effort="1"), period_of(name), run, say)


def period_of(name: str) -> Period:
    """The period that a scenario is for."""
    return period(yaml.safe_load((SCENARIOS / name / "scenario.yaml").read_text(encoding="utf-8"))["period"])


def published(home: Path, name: str, *, effort: str = "0.05") -> Path:
    """A copy of a scenario with a plan, published; one that took little work unless told."""
    shutil.copytree(SCENARIOS / name, home)
    wanted = period_of(name).name
    for words in (("plan", wanted, "--effort", effort, "--quiet"), ("publish", wanted)):
        done = run("-C", str(home), *words)
        if done.code:
            raise SystemExit(done.error)
    return home


OTHERS: Mapping[str, Callable[..., None]] = {
    "serve": serve,
    "fuzz": fuzz,
    "check": check,
    "conflicts": conflicts,
    "sick": sick,
    "swap": swap,
    "explain": explain,
}


def say(text: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(wanted: Sequence[str]) -> None:
    """Measures the named scenarios, all of them if none is named, or what is no scenario by its own name."""
    if wanted and wanted[0] in OTHERS:
        OTHERS[wanted[0]](*wanted[1:])
        return
    unknown = [name for name in wanted if name not in ORDER]
    if unknown:
        raise SystemExit(f"no scenario {', '.join(unknown)}. Known: {', '.join((*ORDER, *OTHERS))}.")
    if not wanted:
        say(f"--help             {run('--help')}")
        say(f"check quarter-8    {run('-C', str(SCENARIOS / 'quarter-8'), 'check', '2027-Q1')}")
    for name in wanted or ORDER:
        measure(name)


if __name__ == "__main__":
    main(sys.argv[1:])
