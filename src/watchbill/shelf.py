"""Which drafts and plans a folder holds, and which of them a command means when it names none."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from watchbill.errors import Refused
from watchbill.periods import Period, following, period, quarter_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """The periods of a folder's drafts and published plans, in order of time."""

    drafts: tuple[Period, ...]
    plans: tuple[Period, ...]

    def to_plan(self, today: date) -> Period:
        """What to plan next: the one draft there is, else what follows the last plan, else the next quarter."""
        if len(self.drafts) == 1:
            return self.drafts[0]
        if self.drafts:
            raise self._which()
        return following(self.plans[-1] if self.plans else quarter_of(today))

    def to_check(self, today: date) -> Period:
        """What inputs are for: what is planned next, the earliest draft where there are several."""
        return self.drafts[0] if self.drafts else self.to_plan(today)

    def to_read(self) -> Period:
        """What to look at: the one draft there is, else the latest plan."""
        if len(self.drafts) == 1:
            return self.drafts[0]
        if self.drafts:
            raise self._which()
        if not self.plans:
            raise Refused("there is neither a draft nor a plan here. Make one with: watchbill plan 2027-Q1")
        return self.plans[-1]

    def to_publish(self) -> Period:
        """The one draft there is."""
        if not self.drafts:
            raise Refused(f"there is no draft to publish.{self._existing()} Make one with: watchbill plan")
        return self.to_read()

    def to_replan(self, day: date) -> Period:
        """The first published plan that is not over on a day."""
        for plan in self.plans:
            if plan.last >= day:
                return plan
        raise Refused(f"no published plan reaches {day}.{self._existing()} {self._next_step()}")

    def to_push(self) -> Period:
        """The latest plan."""
        if not self.plans:
            raise Refused(f"nothing is published yet, and only plans are pushed.{self._existing()}")
        return self.plans[-1]

    def missing(self, wanted: Period) -> Refused:
        """What to say where a period has neither a draft nor a plan."""
        return Refused(
            f"{wanted} has neither a draft nor a plan.{self._existing()} Make one with: watchbill plan {wanted}"
        )

    def _next_step(self) -> str:
        """What comes next where nothing reaches a day."""
        if self.drafts:
            return f"Publish one first: watchbill publish {self.drafts[0]}"
        if self.plans:
            return f"Plan what comes next: watchbill plan {following(self.plans[-1])}"
        return "Nothing is published yet. Make a plan first, then publish it: watchbill plan"

    def _which(self) -> Refused:
        return Refused(f"there are several drafts, so name the period.{self._existing()}")

    def _existing(self) -> str:
        rows = (("Drafts", self.drafts), ("Published", self.plans))
        return "".join(f" {head}: {', '.join(p.name for p in periods)}." for head, periods in rows if periods)


def shelf(folder: Path) -> Shelf:
    """What a folder holds, by the names of the files."""
    return Shelf(_periods(folder / "drafts"), _periods(folder / "plans"))


def draft_path(folder: Path, wanted: Period) -> Path:
    """Where the draft of a period is, or would be."""
    return folder / "drafts" / f"{wanted}.json"


def plan_path(folder: Path, wanted: Period) -> Path:
    """Where the published plan of a period is, or would be."""
    return folder / "plans" / f"{wanted}.json"


def _periods(folder: Path) -> tuple[Period, ...]:
    found = []
    for path in folder.glob("*.json"):
        try:
            found.append(period(path.name.removesuffix(".json")))
        except ValueError:
            continue
    return tuple(sorted(found, key=lambda p: p.dates))
