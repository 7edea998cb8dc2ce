"""Public, company and personal holidays of a person: the only door to the `holidays` package, opened late.

A code is ISO 3166 (`DE`, `DE-BE`) or the name of one of the team's own lists. Where a holiday is moved to another day,
both days count: the day itself and the observed one.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from watchbill.domain import Person
from watchbill.times import Dates

_LANGUAGE = "en_US"


def person_holidays(person: Person, dates: Dates, lists: Mapping[str, tuple[date, ...]]) -> tuple[date, ...]:
    """The dates, within a range, that are holidays for a person: of their calendars and their own, in order."""
    years = range(dates.first.year, dates.last.year + 1)
    found = {*holiday_dates(person.holidays, years, lists), *person.own_holidays}
    return tuple(sorted(day for day in found if day in dates))


def holiday_dates(
    codes: Iterable[str], years: Iterable[int], lists: Mapping[str, tuple[date, ...]]
) -> tuple[date, ...]:
    """The dates of some years that are holidays in any of the calendars, in order.

    A name in `lists` wins over a country's code. ValueError, with a sentence, for an unknown code.
    """
    wanted = tuple(sorted(set(years)))
    found: set[date] = set()
    for code in codes:
        found.update(lists[code] if code in lists else _public(code, wanted))
    return tuple(sorted(day for day in found if day.year in wanted))


def code_problem(code: str, year: int, known_lists: Iterable[str]) -> str | None:
    """What is wrong with a code, as a sentence with the remedy, or None: unknown, or no day known in that year."""
    lists = tuple(known_lists)
    if code in lists or (unknown := unknown_code(code, lists)) is not None:
        return None if code in lists else unknown
    if not _public(code, (year,)):
        return f'no public holiday is known for "{code}" in {year}. List the days under calendars: and use that name.'
    return None


def unknown_code(code: str, known_lists: Iterable[str]) -> str | None:
    """A sentence with the remedy if a code is neither a list nor a country or part of one, whatever the year."""
    lists = tuple(known_lists)
    if code in lists:
        return None
    country, dash, part = code.partition("-")
    if country not in _modules():
        return _unknown_country(code, lists)
    if dash and part not in _country(country).subdivisions:
        return _unknown_part(country, part)
    return None


def holidays_version() -> str:
    """Version of the holidays package in use: dates move between releases."""
    from importlib.metadata import version

    return version("holidays")


@cache
def _public(code: str, years: tuple[int, ...]) -> tuple[date, ...]:
    """The public holidays of a country or a part of it in some years, observed days included."""
    country, _, part = code.partition("-")
    if country not in _modules():
        raise ValueError(_unknown_country(code, ()))
    # The observed day of 1 January may fall into the year before.
    around = tuple(sorted({year + n for year in years for n in (-1, 0, 1)}))
    return tuple(sorted(day for day in _named(country, part, around) if day.year in years))


def _named(country: str, part: str, years: tuple[int, ...]) -> Mapping[date, str]:
    # Names follow the machine's locale unless the language is given.
    found: Mapping[date, str] = _country(country)(subdiv=part or None, years=years, expand=False, language=_LANGUAGE)
    return found


@cache
def _modules() -> Mapping[str, tuple[str, ...]]:
    """By ISO code: the module of a country in the package, and every other name that it goes by."""
    registry = importlib.import_module("holidays.registry")
    return {names[1]: (module, *names) for module, names in registry.COUNTRIES.items()}


@cache
def _country(code: str) -> Any:
    """The class of a country. Its file is loaded alone: the package would load all 250 countries to give us one."""
    import holidays

    module, name, *_ = _modules()[code]
    path = Path(holidays.__file__).with_name("countries") / f"{module}.py"
    spec = importlib.util.spec_from_file_location(f"holidays.countries.{module}", path)
    if not path.exists() or spec is None or spec.loader is None:
        return getattr(importlib.import_module("holidays.countries"), name)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, name)


def _unknown_country(code: str, lists: tuple[str, ...]) -> str:
    known = {name.lower(): name for name in lists}
    for iso, (module, *names) in _modules().items():
        known |= {name.lower(): iso for name in (module, *names)}
    country, dash, part = code.partition("-")
    close = get_close_matches(code.lower().replace(" ", "_"), known, n=1, cutoff=0.75)
    if not close and country.lower() in known:
        return f'unknown holiday calendar "{code}". Did you mean "{known[country.lower()]}{dash}{part.upper()}"?'
    if close:
        return f'unknown holiday calendar "{code}". Did you mean "{known[close[0]]}"?'
    return (
        f'unknown holiday calendar "{code}". Write an ISO 3166 code, such as DE or DE-BE, or a name under calendars:.'
    )


def _unknown_part(country: str, part: str) -> str:
    parts, aliases = _country(country).subdivisions, _country(country).subdivisions_aliases
    if not parts:
        return f'"{country}-{part}": the holidays of {country} are the same everywhere. Write "{country}".'
    known = {name.lower(): name for name in parts} | {name.lower(): iso for name, iso in aliases.items()}
    close = get_close_matches(part.lower(), known, n=1, cutoff=0.6)
    if close:
        return f'{country} has no part "{part}". Did you mean "{country}-{known[close[0]]}"?'
    return f'{country} has no part "{part}". Known: {", ".join(f"{country}-{name}" for name in sorted(parts))}.'
