"""Writes the large scenarios: the availability files of `sun-24`, and all of `year-50` and `year-100`.

`python scenarios/generate.py` writes them beside itself. Every choice is drawn from a hash of who and what it is about,
so the same files come out on every machine and Python, and one more person changes nobody else's leave.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

HERE = Path(__file__).parent
T = TypeVar("T")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLAIN = str.maketrans("øłßıđ", "olsid")


@dataclass(frozen=True)
class City:
    """A site: zone, holidays, and names of people who could live there."""

    zone: str
    holidays: str
    first: str
    last: str


CITIES = {
    "berlin": City(
        "Europe/Berlin",
        "DE-BE",
        "Anna Moritz Jule Henning Merve Lars Frieda Kaan Tilda",
        "Richter Wolf Schreiber Yılmaz Lorenz Albrecht Busch Engel Krämer",
    ),
    "warsaw": City(
        "Europe/Warsaw",
        "PL",
        "Zofia Jakub Magda Tomasz Iga Bartek Hania Kamil Ewa",
        "Kowalczyk Pawlak Sikora Dudek Wilk Baran Zając Król Wrona",
    ),
    "london": City(
        "Europe/London",
        "GB-ENG",
        "Amelia Hamza Charlotte Rhys Ngozi Oliver Simran Harriet Declan",
        "Barnes Hussain Whitfield Morgan Okafor Turner Gill Pearce Doyle",
    ),
    "madrid": City(
        "Europe/Madrid",
        "ES-MD",
        "Carmen Iker Noa Álvaro Lola Sergio Vera Hugo Elena",
        "Navarro Etxebarria Gil Romero Prieto Vidal Serrano Blanco Pascual",
    ),
    "lisbon": City(
        "Europe/Lisbon",
        "PT-11",
        "Beatriz Tiago Catarina Rui Mafalda Diogo Leonor Vasco Joana",
        "Ferreira Matos Pinto Nogueira Lobo Serra Antunes Moura Teles",
    ),
    "stockholm": City(
        "Europe/Stockholm",
        "SE",
        "Astrid Viktor Elsa Nils Amira Gustav Tuva Axel Linnea",
        "Bergström Ek Sandberg Åkesson Hassan Nyström Falk Lund Holmgren",
    ),
    "prague": City(
        "Europe/Prague",
        "CZ",
        "Tereza Vojtěch Barbora Ondřej Jitka Matěj Eliška Radek Petra",
        "Dvořák Černý Beneš Kolář Urban Malý Fiala Sýkora Hájek",
    ),
    "amsterdam": City(
        "Europe/Amsterdam",
        "NL",
        "Lotte Daan Fleur Bram Noor Thijs Roos Ruud Saskia",
        "Mulder Smit Dekker Kuiper Peters Willems Hoekstra Jacobs Vos",
    ),
    "new-york": City(
        "America/New_York",
        "US-NY",
        "Naomi Jordan Camila Brandon Keisha Dylan Rebecca Trevor Alicia",
        "Harper Whitaker Ortiz Foster Jefferson Hayes Klein Sanders Rivera",
    ),
    "toronto": City(
        "America/Toronto",
        "CA-ON",
        "Chloe Liam Priyanka Noah Simone Owen Mei-Lin Gavin Aisha",
        "MacLeod Tremblay Sharma Campbell Dubois Fraser Chan Ross Ibrahim",
    ),
    "sao-paulo": City(
        "America/Sao_Paulo",
        "BR-SP",
        "Larissa Caio Juliana Renan Bianca Otávio Luana Murilo Yara",
        "Barbosa Cardoso Teixeira Moraes Nunes Peixoto Ramos Tavares Viana",
    ),
    "singapore": City(
        "Asia/Singapore",
        "SG",
        "Xinyi Ravi Hui Farid Shanti Kelvin Aishwarya Jun Nadiah",
        "Goh Pillai Teo Osman Krishnan Koh Iyer Wong Ismail",
    ),
    "bengaluru": City(
        "Asia/Kolkata",
        "IN-KA",
        "Ananya Rohan Kavya Vikram Meera Aditya Lakshmi Sanjay Divya",
        "Rao Shetty Hegde Gowda Kulkarni Bhat Murthy Desai Prasad",
    ),
    "sydney": City(
        "Australia/Sydney",
        "AU-NSW",
        "Matilda Lachlan Zara Cooper Ruby Angus Imogen Hayden Tahlia",
        "Mitchell Nguyen Papadopoulos Hughes Walsh Grant Kerr Lawson Reid",
    ),
}

YEAR = (date(2027, 1, 4), date(2028, 1, 2))
QUARTER = (date(2027, 1, 1), date(2027, 3, 31))
EUROPE = ("berlin", "warsaw", "london", "madrid", "lisbon", "stockholm", "prague", "amsterdam")
WORLD = (*EUROPE[:6], "new-york", "toronto", "sao-paulo", "singapore", "bengaluru", "sydney")

TEAM_50 = """\
# Fifty people in eight European cities, primary and secondary by the day. Made by `generate.py`.
team: marketplace
timezone: Europe/Berlin
notice: 21 days

people:
{people}

roles:
  primary:
    layers:
      daily: {{turn: 1 day, handoff: 09:00}}
  secondary:
    weight: 50%
    layers:
      daily: {{turn: 1 day, handoff: 09:00}}

{load}

rules:
  - {{kind: rest, at_least: 3 days, max_stretch: 24h}}
  - {{kind: limit, count: shifts, at_most: 3, per: 6 weeks}}
  - {{kind: limit, count: weekends, at_most: 1, per: 4 weeks}}
  - {{kind: pair, roles: [primary, secondary], at_least_one: senior}}

{policy}
"""

TEAM_100 = """\
# A hundred people in twelve cities on three continents and an island, a day and a night shift. Made by `generate.py`.
team: exchange
timezone: Europe/Berlin
notice: 21 days

people:
{people}

roles:
  primary:
    layers:
      day: {{turn: 1 day, handoff: 08:00, hours: 08:00..20:00}}
      night: {{turn: 1 day, handoff: 20:00, hours: 20:00..08:00}}
  secondary:
    weight: 50%
    layers:
      day: {{turn: 1 day, handoff: 08:00, hours: 08:00..20:00}}
      night: {{turn: 1 day, handoff: 20:00, hours: 20:00..08:00}}

{load}

rules:
  - {{kind: rest, at_least: 2 days, max_stretch: 12h}}
  - {{kind: limit, count: shifts, at_most: 3, per: 6 weeks}}
  - {{kind: pair, roles: [primary, secondary], at_least_one: senior}}

{policy}
"""

LOAD = """\
load:
  night: {hours: 22:00..07:00, extra: 150%}
  weekend: {extra: 100%}
  holiday: {extra: 200%}"""

POLICY = """\
fairness: {buckets: {all: 2, night: 1, weekend: 1, holiday: 1}, band: 5%, half_life: 6 months}
tiers: [should, fairness, burden, evenness, wishes, stability]
wishes: {budget: 10}
hard_budget: {never: 1 weekday, leave: 45 days per year}"""


class Dice:
    """Draws that depend on nothing but the key."""

    def __init__(self, *key: str) -> None:
        self._key = "/".join(key)
        self._drawn = 0

    def below(self, count: int) -> int:
        """A number from 0 to `count - 1`."""
        self._drawn += 1
        digest = hashlib.sha256(f"{self._key}#{self._drawn}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % count

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self.below(len(options))]

    def hits(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.below(100) < percent


# ---------------------------------------------------------------------------------------------------- availability


class Leaves:
    """Runs of leave inside a period that neither touch nor overlap."""

    def __init__(self, period: tuple[date, date]) -> None:
        self.period = period
        self.runs: list[tuple[date, date]] = []

    @property
    def days(self) -> int:
        """How many days there are so far."""
        return sum((last - first).days + 1 for first, last in self.runs)

    def add(self, first: date, length: int) -> None:
        """Adds a run, cut at the period's ends, unless it comes within three days of another."""
        first, last = max(first, self.period[0]), min(first + timedelta(days=length - 1), self.period[1])
        near = timedelta(days=3)
        if first <= last and self.leaves_free(first - near, last + near):
            self.runs.append((first, last))

    def leaves_free(self, first: date, last: date) -> bool:
        """Whether no run meets these days, both included."""
        return all(last < a or b < first for a, b in self.runs)


def leaves(dice: Dice, period: tuple[date, date]) -> Leaves:
    """About a tenth of the days: long holidays first, then week-long ones, long weekends and single days."""
    days = (period[1] - period[0]).days + 1
    found = Leaves(period)
    if days > 180:
        found.add(_on(dice, date(2027, 6, 14), 75, "sat"), 16)
        if dice.hits(40):
            found.add(date(2027, 12, 23) + timedelta(days=dice.below(3)), 11)
    while found.days < days // 10 - 6 and not dice.hits(20):
        found.add(_on(dice, period[0], days - 9, "mon"), dice.pick([5, 7, 7]))
    for _ in range(60):
        if found.days >= days // 10:
            break
        weekday, length = dice.pick([("fri", 3), ("thu", 4), ("fri", 4), ("mon", 1), ("fri", 1), ("wed", 1)])
        found.add(_on(dice, period[0], days - length, weekday), length)
    return found


def _on(dice: Dice, first: date, within: int, weekday: str) -> date:
    """A day of the week, drawn from the days after `first`."""
    day = first + timedelta(days=dice.below(within))
    return day + timedelta(days=(DAYS.index(weekday) - day.weekday()) % 7)


def wishes(dice: Dice, away: Leaves, *, nights: bool) -> dict[str, list[str]]:
    """What a person would rather not do, or gladly: most have one or two lines, some have none."""
    period = away.period
    days = (period[1] - period[0]).days
    avoid, prefer = [], []
    if dice.hits(35):
        avoid.append(f"{{days: [{dice.pick(DAYS)}]}}")
    if dice.hits(60):
        first = _on(dice, period[0], days - 9, "fri")
        avoid.append(f"{{dates: {first}..{first + timedelta(days=2)}, weight: {1 + dice.below(3)}}}")
        away.runs.append((first, first + timedelta(days=2)))
    if dice.hits(40):
        first = _on(dice, period[0], days - 9, "mon")
        if away.leaves_free(first, first + timedelta(days=6)):
            prefer.append(f"{first}..{first + timedelta(days=6)}")
    if nights and dice.hits(20):
        (prefer if dice.hits(50) else avoid).append("nights")
    return {"avoid": avoid, "prefer": prefer}


def availability(person: str, scenario: str, period: tuple[date, date], *, nights: bool) -> str:
    """One engineer's file."""
    away = leaves(Dice(scenario, person, "leave"), period)
    lines = {"leave": [f"{first}..{last}" if first < last else f"{first}" for first, last in sorted(away.runs)]}
    lines |= wishes(Dice(scenario, person, "wishes"), away, nights=nights)
    text = f"person: {person}\nanswered_through: {period[1]}\n"
    for key, listed in lines.items():
        text += f"{key}:\n" + "".join(f"  - {line}\n" for line in listed) if listed else ""
    return text


# ------------------------------------------------------------------------------------------------------------ teams


def people(scenario: str, cities: Sequence[str], count: int) -> dict[str, str]:
    """Id to line of `team.yaml`, one city after the other; a third are seniors."""
    out: dict[str, str] = {}
    for n in range(count):
        city = CITIES[cities[n % len(cities)]]
        first, last = city.first.split(), city.last.split()
        row = n // len(cities)
        name = f"{first[row]} {last[(row + Dice(scenario, city.zone).below(len(last))) % len(last)]}"
        tags = ", tags: [senior]" if (n + row) % 3 == 0 else ""
        key = _id(first[row])
        out[key] = (
            f"  {key}: {{name: {name}, email: {key}@example.com, timezone: {city.zone}, "
            f"holidays: [{city.holidays}]{tags}}}"
        )
    if len(out) != count:
        raise ValueError(f"{scenario}: two people of one first name")
    return out


def _id(name: str) -> str:
    """A first name in plain lower-case letters."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(PLAIN)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", plain)


def members(scenario: str) -> list[str]:
    """The ids in a `team.yaml` that is written by hand."""
    text = (HERE / scenario / "team.yaml").read_text(encoding="utf-8")
    return re.findall(r"^  (\w+): +\{name:", text, re.MULTILINE)


def files() -> dict[str, str]:
    """Every generated file: path below this folder to its text."""
    out: dict[str, str] = {}
    for scenario, cities, count, team in (("year-50", EUROPE, 50, TEAM_50), ("year-100", WORLD, 100, TEAM_100)):
        listed = people(scenario, cities, count)
        out[f"{scenario}/team.yaml"] = team.format(people="\n".join(listed.values()), load=LOAD, policy=POLICY)
        for person in listed:
            text = availability(person, scenario, YEAR, nights=scenario == "year-100")
            out[f"{scenario}/availability/{person}.yaml"] = text
    for person in members("sun-24"):
        out[f"sun-24/availability/{person}.yaml"] = availability(person, "sun-24", QUARTER, nights=False)
    return out


def main() -> None:
    """Writes them all."""
    for path, text in files().items():
        target = HERE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
