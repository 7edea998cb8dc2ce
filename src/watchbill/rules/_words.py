"""Times in sentences: on a named clock, without the machine's locale."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.clocks import zone_at
from watchbill.domain import Person, Shift
from watchbill.problem import Problem
from watchbill.rules._lapse import layers_zone
from watchbill.times import DAY, WEEKDAYS, Days, Span, wall


def stretch(span: Span, tz: ZoneInfo) -> str:
    """`Mon 2027-01-04 09:00 to 17:00` on a clock; the second date only if it is another one."""
    start, end = wall(span.start, tz), wall(span.end, tz)
    until = f"{end:%H:%M}" if end.date() == start.date() else moment(end)
    return f"{moment(start)} to {until}"


def moment(shown: datetime) -> str:
    """`Mon 2027-01-04 09:00` for what a clock shows."""
    return f"{WEEKDAYS[shown.weekday()].title()} {shown:%Y-%m-%d %H:%M}"


def stretches(spans: Sequence[Span], tz: ZoneInfo) -> str:
    """The first three of some spans on a clock, and how many more there are."""
    listed = ", ".join(stretch(span, tz) for span in spans[:3])
    more = f" and {len(spans) - 3} more" if len(spans) > 3 else ""
    return f"{listed}{more} ({tz.key})"


def on_layers_clock(problem: Problem, shift: Shift, spans: Sequence[Span]) -> str:
    """Spans of a shift on the clock of its layer."""
    return stretches(spans, layers_zone(problem, shift))


def on_own_clock(person: Person, span: Span) -> str:
    """A span on the clock of a person."""
    return stretch(span, zone_at(person, span.start))


def length(time: timedelta) -> str:
    """`11 h`, `10 h 30 min`, `168 h`; whole days on a clock as `1 day` and `14 days`."""
    if isinstance(time, Days):
        return f"{time // DAY} day{'s' * (time != DAY)}"
    hours, rest = divmod(time, timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return " ".join([f"{hours} h"] * bool(hours or not minutes) + [f"{minutes} min"] * bool(minutes))


def verb(time: timedelta) -> str:
    """`is` for one day, else `are`."""
    return "is" if isinstance(time, Days) and time == DAY else "are"
