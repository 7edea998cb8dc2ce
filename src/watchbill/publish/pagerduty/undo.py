"""The writes that make a schedule page as it did before a push, from now on: for a failed push, and `rollback`."""

from datetime import datetime

from watchbill.publish.pagerduty import legacy, shifts
from watchbill.publish.pagerduty.entries import Held
from watchbill.publish.pagerduty.steps import AnyStep
from watchbill.publish.pagerduty.terms import AnySchedule, Meaning, Schedule, ShiftSchedule


def undoing(
    before: AnySchedule, live: AnySchedule, made: tuple[Held, ...], now: datetime, meaning: Meaning
) -> tuple[AnyStep, ...]:
    """Takes away what we `made`, and puts back what we took away; what others did meanwhile stays."""
    if isinstance(before, Schedule) and isinstance(live, Schedule):
        return legacy.steps_to(live, legacy.back_to(before, live, made, now), now, meaning.overrides)
    if isinstance(before, ShiftSchedule) and isinstance(live, ShiftSchedule):
        return shifts.steps_to(live, shifts.back_to(before, live, made, now), now, meaning.shifts)
    raise ValueError(f"{live.name} is of another kind than before the push")
