"""Events as bytes, each made once, so that it is the same in every feed that holds it.

Times are in UTC without VTIMEZONE, which calendar apps read in different ways.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from icalendar import Alarm, Event

from watchbill.domain import Shift
from watchbill.publish.feeds.duties import Duty
from watchbill.publish.feeds.handovers import Handovers
from watchbill.publish.feeds.text import folded
from watchbill.texts import printable

Pages = Mapping[str, str] | Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Options:
    """How events behave: `busy` ones block the time in one's calendar, `reminders` ring so long before the start."""

    busy: bool = False
    reminders: tuple[timedelta, ...] = ()


class Events:
    """The bytes of duties. `names` of people by id, `pages` of roles or seats in PagerDuty."""

    def __init__(self, handovers: Handovers, names: Mapping[str, str], pages: Pages, options: Options) -> None:
        self._handovers = handovers
        self._names = names
        self._pages: dict[object, str] = dict(pages.items())
        self._options = options
        self._made: dict[str, bytes] = {}

    def duty(self, duty: Duty) -> bytes:
        """The event of a duty, as it is in the feeds of its person, its role and the team."""
        if duty.uid not in self._made:
            self._made[duty.uid] = self._event(duty, "On call")
        return self._made[duty.uid]

    def offer(self, duty: Duty) -> bytes:
        """The same event, saying that its person would like to hand it over."""
        return self._event(duty, "Open to swap")

    def _event(self, duty: Duty, what: str) -> bytes:
        role = printable(duty.shift.role)
        summary = f"{what}: {printable(duty.team)} ({role}) – {self._name(duty.person)}"
        stamp = self._handovers.stamp(duty)
        event = Event()
        event.add("uid", duty.uid)
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", duty.changed)
        event.add("dtstart", duty.span.start)
        event.add("dtend", duty.span.end)
        event.add("summary", summary)
        event.add("description", self._description(duty))
        event.add("categories", ["on-call", role])
        event.add("transp", "OPAQUE" if self._options.busy else "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "BUSY" if self._options.busy else "FREE")
        for before in dict.fromkeys(self._options.reminders):
            event.add_component(_alarm(before, summary))
        return folded(event.to_ical())

    def _description(self, duty: Duty) -> str:
        """One line each: role and layer, from whom and to whom it passes where it does, PagerDuty's page, the shift."""
        shift = duty.shift
        givers, takers = self._handovers.givers(duty), self._handovers.takers(duty)
        lines = [f"Role {printable(shift.role)}, layer {printable(shift.layer)}"]
        lines += [f"Takes over from {self._listed(givers)}"] if givers else []
        lines += [f"Hands over to {self._listed(takers)}"] if takers else []
        lines += [f"PagerDuty: {page}"] if (page := self._page(shift)) else []
        return "\n".join([*lines, f"Shift {printable(shift.id)}"])

    def _page(self, shift: Shift) -> str:
        return printable(self._pages.get((shift.role, shift.seat)) or self._pages.get(shift.role) or "")

    def _listed(self, people: Sequence[str]) -> str:
        *most, last = map(self._name, people)
        return f"{', '.join(most)} and {last}" if most else last

    def _name(self, person: str) -> str:
        return printable(self._names.get(person, person))


def _alarm(before: timedelta, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", text)
    return alarm
