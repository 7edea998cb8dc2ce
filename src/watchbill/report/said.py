"""What a line of an availability file says, in words: so that people see whether they were understood. No notes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from watchbill.domain import Travel
from watchbill.rules import Limit
from watchbill.rules.limit import WORDS
from watchbill.spellings import MONTHS
from watchbill.times import DAY, WEEKDAYS, Dates
from watchbill.understood import Line
from watchbill.workspace.moments import Moments

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_KINDS = {"night": "nights", "weekend": "weekends", "holiday": "holidays"}


def when(line: Line) -> str:
    """When a line is for: `Thu 24 Dec 2026 to Sat 2 Jan 2027, 10 days, last day off Sat 2 Jan 2027`."""
    parts = []
    if line.only:
        parts.append(_KINDS[line.only])
    if line.days:
        parts.append(_weekdays(line.days))
    parts += [f"{_clock(start)} to {_clock(end)}" for start, end in line.hours]
    if line.moments is not None:
        parts.append(_stretch(line.moments, off=line.kind == "leave"))
    return ", ".join(parts)


def _stretch(moments: Moments, *, off: bool) -> str:
    first, last = moments.dates.first, moments.dates.last
    if moments.timed:
        end = "24:00" if moments.end.time() == datetime.min.time() else f"{moments.end:%H:%M}"
        until = end if first == last else f"{day(last)} {end}"
        return f"{day(first)} {moments.start:%H:%M} to {until}, {_length(moments.end - moments.start)}"
    if first == last:
        return f"{day(first)}, the whole day"
    ends = f", last day off {day(last, year=False)}" if off else ""
    return f"{_range(moments.dates)}, {len(moments.dates)} days{ends}"


def _range(dates: Dates) -> str:
    """`Thu 24 Dec 2026 to Sat 2 Jan 2027`; the year once where it is the same."""
    if dates.first == dates.last:
        return day(dates.first)
    return f"{day(dates.first, year=dates.first.year != dates.last.year)} to {day(dates.last)}"


def _length(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):.3g} h" if time < 2 * DAY else f"{time / DAY:.3g} days"


def day(shown: date, *, year: bool = True) -> str:
    """`Thu 24 Dec 2026`."""
    after = f" {shown.year}" if year else ""
    return f"{WEEKDAYS[shown.weekday()].capitalize()} {shown.day} {MONTHS[shown.month - 1][:3]}{after}"


def _weekdays(days: Sequence[int]) -> str:
    if len(days) == len(_DAYS):
        return "every day"
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{_DAYS[days[0]]} to {_DAYS[days[-1]]}"
    return " and ".join(_DAYS[n] for n in days)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02}:{rest:02}" if hour <= 24 else f"{hour - 24:02}:{rest:02} of the next day"


def counts(line: Line) -> str:
    """What the hard budget leaves out of a hard line: empty if it counts as it stands."""
    if not line.uncounted:
        return ""
    first, last = line.uncounted[0], line.uncounted[-1]
    if isinstance(first, date) and isinstance(last, date):
        which = _range(Dates(first, last))
        return f"{which} does not count: beyond hard_budget, not approved"
    which = _weekdays([n for n in line.uncounted if isinstance(n, int)])
    return f"{which} do not count: beyond hard_budget, not approved"


def number(value: Fraction | float) -> str:
    """`3` or `2.5`: one decimal, none if it is zero."""
    return f"{float(value):.1f}".removesuffix(".0")


def journey(travel: Travel) -> str:
    """`Mon 15 Mar 2027 to Fri 26 Mar 2027 in Asia/Tokyo: nights and weekends are those of that clock`."""
    return f"{_range(travel.dates)} in {travel.zone}: hours of lines and nights are those of that clock"


def limit(rule: Limit) -> str:
    """`at most 3 shifts per 28 days`."""
    bounds = (("at least", rule.at_least), ("at most", rule.at_most))
    words = [f"{how} {_amount(rule, size)}" for how, size in bounds if size is not None]
    per = f" per {rule.per // DAY} days" if rule.per is not None else ""
    scope = f" of {', '.join((*rule.roles, *rule.layers))}" if rule.roles or rule.layers else ""
    return " and ".join(words) + scope + per + ("" if rule.hard else ", if possible")


def _amount(rule: Limit, size: int | timedelta) -> str:
    if rule.count == "hours":
        hours = size / timedelta(hours=1) if isinstance(size, timedelta) else size
        return f"{hours:g} hours"
    return f"{size} {WORDS[rule.count][size != 1]}"
