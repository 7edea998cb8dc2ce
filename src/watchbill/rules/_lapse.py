"""How long something lasts by a rule: lengths in days by the clock of the layer whose turn comes first, others elapsed.

So weekly turns are seven days apart in every week of the year, and 168 hours are 168 hours.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.domain import Shift
from watchbill.problem import Problem
from watchbill.times import DAY, Days, Span, later, wall, zone

After = Callable[[Shift, datetime], datetime]


def layers_zone(problem: Problem, shift: Shift) -> ZoneInfo:
    """The zone of a shift's layer; the team's, where there is no such layer any more."""
    return zone(problem.layer[shift.key].zone if shift.key in problem.layer else problem.zone)


def after(problem: Problem, length: timedelta) -> After:
    """What is so long after an instant that belongs to some turn."""
    if not isinstance(length, Days):
        return lambda turn, at: at + length
    return lambda turn, at: later(at, length, layers_zone(problem, turn))


def lasting(problem: Problem, turn: Shift, span: Span, like: timedelta) -> timedelta:
    """How long a span that begins with, or after, a turn lasts: on a clock where what it is held against is in days."""
    if not isinstance(like, Days):
        return span.length
    tz = layers_zone(problem, turn)
    shown = wall(span.end, tz) - wall(span.start, tz)
    if shown <= timedelta():
        return span.length
    return shown if shown % DAY else Days(shown // DAY)
