"""Makes the published plans of `christmas`: twelve quarters, each planned and published like a team would do it.

`python scenarios/make_history.py` writes `scenarios/christmas/plans/`. Pins put Dorota on three Christmases and
Wojciech on three New Year's Eves; the solver does the rest, and every quarter carries the balances of those before. The
same versions of watchbill and its libraries make the same files.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from watchbill import app
from watchbill.periods import period

HERE = Path(__file__).parent / "christmas"
QUARTERS = [f"{2023 + n // 4}-Q{n % 4 + 1}" for n in range(3, 15)]
PINS = {
    "2023-Q4": {"primary/days/2023-12-25": "dorota", "primary/weekend/2023-12-29": "wojtek"},
    "2024-Q4": {"primary/days/2024-12-23": "dorota", "primary/days/2024-12-30": "wojtek"},
    "2025-Q4": {"primary/days/2025-12-22": "dorota", "primary/days/2025-12-29": "wojtek"},
}


def main() -> None:
    """Plans quarter after quarter in a copy of the workspace, then brings the plans home."""
    with TemporaryDirectory() as folder:
        work = Path(folder) / "christmas"
        shutil.copytree(HERE, work, ignore=shutil.ignore_patterns("plans", "drafts", ".watchbill"))
        team = (work / "team.yaml").read_text(encoding="utf-8")
        for quarter in QUARTERS:
            (work / "team.yaml").write_text(team + _pins(quarter), encoding="utf-8")
            app.plan(work, period(quarter))
            app.publish(work, period(quarter), _published(quarter))
        shutil.rmtree(HERE / "plans", ignore_errors=True)
        shutil.copytree(work / "plans", HERE / "plans")


def _pins(quarter: str) -> str:
    """The end of `team.yaml` for a quarter in which pins are needed."""
    pins = PINS.get(quarter, {})
    lines = [f"  - {{shift: {shift}, person: {person}, reason: volunteered}}\n" for shift, person in pins.items()]
    return "\npins:\n" + "".join(lines) if lines else ""


def _published(quarter: str) -> datetime:
    """Some three weeks before the quarter begins."""
    first = period(quarter).first
    return datetime(first.year, first.month, first.day, 9, tzinfo=UTC) - timedelta(days=20)


if __name__ == "__main__":
    main()
