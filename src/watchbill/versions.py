"""Versions of what can change a plan although the inputs stay the same."""

from collections.abc import Mapping
from importlib.metadata import version

from watchbill import __version__
from watchbill.calendars import holidays_version
from watchbill.times import tzdata_version


def versions() -> Mapping[str, str]:
    """Versions by name, in order of name; nothing heavy is loaded for it."""
    return {
        "holidays": holidays_version(),
        "ortools": version("ortools"),
        "tzdata": tzdata_version(),
        "watchbill": __version__,
    }
