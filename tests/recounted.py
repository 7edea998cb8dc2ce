"""Small teams at random with a published plan, for tests that count again what commands say of them."""

from pathlib import Path
from random import Random

from recounting import Sums, stored
from tiny import Cli
from watchbill import drafting
from watchbill.periods import period
from watchbill.times import total

PERIOD = "2027-01-04..2027-01-31"
NAMES = {"ana": "Ana Souza", "bo": "Bo Lindqvist", "cy": "Cy Tan", "dee": "Dee Hall"}
TEAM = """\
team: tiny
timezone: Europe/Berlin
people:
  ana: {{name: Ana Souza}}
  bo: {{name: Bo Lindqvist}}
  cy: {{name: Cy Tan, timezone: Asia/Singapore}}
  dee: {{name: Dee Hall, share: {share}%}}
roles:
  primary:
    layers:
      week: {{turn: 1 week, handoff: mon 09:00{may_miss}}}
  secondary:
    weight: 40%
    layers:
      week: {{turn: 1 week, handoff: mon 09:00}}
rules:
  - {{kind: space, at_least: 1 week, strength: should, weight: {weight}}}
  - {{kind: limit, count: shifts, at_most: 3, per: 3 weeks}}
"""
NAME = "|".join(NAMES.values())
ID = r"\w+/\w+/[\d-]+"
MOMENT = r"\w{3} \d{2} \w{3} \d{2}:\d{2}"
KINDS = ("weeks", "reliefs", "decided", "replanned")


def write(folder: Path, seed: int, *, may_miss: bool) -> Path:
    """A team of four at random: shares, leave of days, wishes."""
    rng = Random(seed)
    (folder / "availability").mkdir(parents=True)
    lax = ", may_miss: 30h" if may_miss else ""
    text = TEAM.format(share=rng.choice((50, 80, 100)), may_miss=lax, weight=rng.randint(1, 4))
    (folder / "team.yaml").write_text(text, encoding="utf-8")
    for n, who in enumerate(NAMES):
        off = 4 + 7 * n + rng.randint(1, 5)
        late = f"2027-01-{off:02}" if may_miss else f"2027-01-{off:02}..2027-01-{off + 1:02}"
        lines = [f"person: {who}", "answered_through: 2027-12-31", f"leave: [{late}]"]
        day = 4 + (off + 5) % 22
        lines.append(f"avoid: [{{dates: 2027-01-{day:02}..2027-01-{day + 1:02}, weight: {rng.randint(1, 3)}}}]")
        if n % 2:
            lines.append(f"prefer: [{'weekends' if rng.random() < 0.5 else f'2027-01-{4 + (off + 12) % 22:02}'}]")
        (folder / "availability" / f"{who}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def sums_of(folder: Path) -> Sums:
    return stored(drafting.ground(folder, period(PERIOD)), folder, period(PERIOD))


def id_of(name: str) -> str:
    return next(id_ for id_, known in NAMES.items() if known == name)


def publish(cli: Cli, folder: Path, kind: str, seed: int) -> Path:
    """A published plan: of whole shifts, with reliefs, with a part given away, or planned again in a running shift."""
    write(folder, seed, may_miss=kind in {"reliefs", "replanned"})
    done(cli, folder, "plan", PERIOD, "--quiet", "--effort", "0.1")
    done(cli, folder, "publish", PERIOD)
    if then := {"decided": decide, "replanned": fall_ill}.get(kind):
        then(cli, folder)
    return folder


def done(cli: Cli, folder: Path, *words: str) -> str:
    ended = cli("-C", folder, *words)
    assert ended.code == 0, ended.err
    return ended.out or "done"


def decide(cli: Cli, folder: Path) -> None:
    """Somebody takes some hours of a shift: whoever can."""
    for who in NAMES:
        stretch = ("primary/week/2027-01-11", "2027-01-14 10:00..22:00", who)
        if not cli("-C", folder, "relieve", *stretch, "--from", "2026-12-01", "--yes", "--publish").code:
            return
    raise AssertionError("nobody could take the hours")


def fall_ill(cli: Cli, folder: Path) -> None:
    """Whoever holds the first whole week is away from the middle of it on."""
    plan = sums_of(folder)
    who = max(NAMES, key=lambda id_: total(plan.held(id_).get("primary/week/2027-01-04", ())))
    path = folder / "availability" / f"{who}.yaml"
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("person", "answered", "avoid"))
    ]
    path.write_text("\n".join([*kept, "leave: [2027-01-07..2027-01-12]"]) + "\n", encoding="utf-8")
    done(cli, folder, "replan", "--from", "2027-01-06T12:00", "--quiet")
    done(cli, folder, "publish", PERIOD)
