"""Small calendar exports for tests, and what is read from them."""

from collections.abc import Mapping
from datetime import date

from watchbill.domain import Person
from watchbill.errors import InputError
from watchbill.exports import reading
from watchbill.exports.policy import Policy
from watchbill.exports.reading import Absences
from watchbill.times import Dates

WINDOW = Dates(date(2027, 1, 1), date(2027, 12, 31))
ANA = Person(id="ana", name="Ana Souza", zone="Europe/Berlin", email="ana@example.com")
CUSTOM = """\
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*parts: str, head: str = "") -> bytes:
    """A VCALENDAR around components."""
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}{''.join(parts)}END:VCALENDAR\n".encode()


def event(*lines: str, **marks: str) -> str:
    """A VEVENT of lines; `status="TENTATIVE"` adds STATUS:TENTATIVE."""
    extra = (f"{name.upper().replace('_', '-')}:{value}" for name, value in marks.items())
    return "".join(f"{line}\n" for line in ("BEGIN:VEVENT", *lines, *extra, "END:VEVENT"))


def days(first: str, last: str = "") -> tuple[str, ...]:
    """Lines of an all-day event; the end is not included."""
    return (f"DTSTART;VALUE=DATE:{first}", *((f"DTEND;VALUE=DATE:{last}",) if last else ()))


def times(first: str, last: str, zone: str = "Europe/Berlin") -> tuple[str, ...]:
    """Lines of a timed event on a zone's clock."""
    return f"DTSTART;TZID={zone}:{first}", f"DTEND;TZID={zone}:{last}"


def absences(
    *files: bytes,
    person: Person = ANA,
    policy: Policy | None = None,
    window: Dates = WINDOW,
    aliases: Mapping[str, str] | None = None,
) -> Absences:
    """What files say of a person."""
    read = [reading.events(f"{n}.ics", data, aliases or {}, window).events for n, data in enumerate(files)]
    return reading.absences(read, person, {person.email}, policy or Policy(), window)


def leave(*files: bytes, person: Person = ANA, window: Dates = WINDOW, policy: Policy | None = None) -> list[str]:
    """The leave that files give, as lines of an availability file."""
    return [str(one) for one in absences(*files, person=person, window=window, policy=policy).leave]


def complaints(*files: bytes) -> list[str]:
    """The mistakes that reading files tells."""
    try:
        absences(*files)
    except InputError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


def why(*files: bytes) -> list[str]:
    """Why each event counts or does not, in order."""
    return [f"{one.verdict.kind or 'ignored'}: {one.verdict.why}" for one in absences(*files).judged]
