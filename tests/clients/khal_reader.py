"""Every event of the named files as khal shows it: file, UID, start, end and summary, parted by tabs; times in UTC.

To be run by the Python that khal is installed for. khal shows local times: here Berlin's, turned back.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytz
from khal.icalendar import cal_from_ics
from khal.khalendar.event import Event

BERLIN = pytz.timezone("Europe/Berlin")
LOCALE = {"local_timezone": BERLIN, "default_timezone": BERLIN, "unicode_symbols": True}


def basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


for path in sys.argv[1:]:
    for component in cal_from_ics(Path(path).read_text(encoding="utf-8")).walk("VEVENT"):
        event = Event.fromVEvents([component], calendar=path, locale=LOCALE)
        found = (path, event.uid, basic(event.start_local), basic(event.end_local), event.summary)
        sys.stdout.write("\t".join(found) + "\n")
