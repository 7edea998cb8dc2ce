"""Pages by hour and person, from PagerDuty's log or from a file of incidents. Nothing else of an incident is kept.

A page is an incident for which somebody was notified, or which was assigned to them, counted once in an hour, however
many messages that took.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from itertools import zip_longest
from pathlib import Path

from watchbill import workspace
from watchbill.domain import Person
from watchbill.errors import InputError, Mistake, Place, Refused
from watchbill.locking import Told, one_writer, silently
from watchbill.publish.pagerduty import account, notified
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.pushing import Link
from watchbill.times import Span, instant, zone
from watchbill.workspace.past import Paged, add_pages

HOUR = timedelta(hours=1)
_CREATED = ("created_on", "created_at")
_IDS, _NAMES = "assigned_to_user_ids", "assigned_to_user_names"
_BETWEEN = re.compile(r"\s*[,;|]\s*")


@dataclass(frozen=True, slots=True)
class Found:
    """What an import of pages added. `unknown` is how many people were paged who are nobody of the team."""

    new: tuple[Paged, ...]
    known: int
    unknown: int

    @property
    def pages(self) -> int:
        """How many pages are new."""
        return sum(row.pages for row in self.new)


def from_pagerduty(folder: Path, link: Link, since: datetime, until: datetime | None = None) -> Found:
    """Adds the pages of the team's people in whole hours, as PagerDuty's log tells; hours that are not over wait.

    Refused where `until` is not after `since`.
    """
    team = workspace.read(folder)
    now = _hour(link.now())
    window = Span(_hour(since), min(_hour(until), now) if until else now)
    if window.end <= window.start:
        raise Refused("there is no whole hour between --since and --until. Name an earlier --since.")
    people = _users(link, team.people)
    seen = {(n.incident, n.user, _hour(n.at)) for n in notified.notifications(link.calls, window)}
    unknown = {user for _, user, _ in seen if user not in people}
    return _added(folder, ((hour, people[user]) for _, user, hour in seen if user in people), len(unknown), link.told)


def from_file(folder: Path, path: Path, zone_name: str | None = None, told: Told = silently) -> Found:
    """Adds the pages of a file of incidents: by creation and by those it is assigned to.

    Times without an offset are on the clock of `zone_name`. InputError for a file that cannot be read so.
    """
    team = workspace.read(folder)
    by_id = {person.pagerduty: person.id for person in team.people if person.pagerduty}
    by_name = {person.name.casefold(): person.id for person in team.people}
    pages: list[tuple[datetime, str]] = []
    unknown: set[str] = set()
    for at, users in _incidents(path, zone_name):
        known = {user: by_id.get(user[0]) or by_name.get(user[1].casefold()) for user in users}
        unknown |= {id_ or name.casefold() for (id_, name), person in known.items() if person is None}
        pages += [(_hour(at), person) for person in sorted({person for person in known.values() if person})]
    return _added(folder, pages, len(unknown), told)


def _added(folder: Path, pages: Iterable[tuple[datetime, str]], unknown: int, told: Told) -> Found:
    counted = Counter(pages)
    with one_writer(folder, told):
        new = add_pages(folder, counted)
    return Found(new, len(counted) - len(new), unknown)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _users(link: Link, people: Sequence[Person]) -> Mapping[str, str]:
    """People by the id of their user; who has none was not paged."""
    accounts = Accounts(link.calls)
    account.expect(accounts, people)
    found: dict[str, str] = {}
    for person in people:
        if person.pagerduty:
            found[person.pagerduty] = person.id
        elif person.email and (user := account.by_email(accounts, person.email)):
            found[user.id] = person.id
    return found


# ------------------------------------------------------------------------------------------------------------ file

Users = tuple[tuple[str, str], ...]
"""Ids and names, each empty where the file has none."""


def _incidents(path: Path, zone_name: str | None) -> Iterator[tuple[datetime, Users]]:
    reader = csv.DictReader(StringIO(_content(path), newline=""))
    columns = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    created = next((name for name in _CREATED if name in columns), None)
    if created is None or not {_IDS, _NAMES} & set(columns):
        sentence = f"the file needs the columns {_CREATED[0]} and {_NAMES}. Download it from PagerDuty's analytics."
        raise InputError([Mistake(Place(path.name), sentence)])
    for row in reader:
        at = _instant(path.name, reader.line_num, row[created] or "", zone_name)
        ids, names = (_BETWEEN.split((row.get(key) or "").strip()) for key in (_IDS, _NAMES))
        yield at, tuple(user for user in zip_longest(ids, names, fillvalue="") if any(user))


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Refused(f"{path} cannot be read: {reason}. Name a file of incidents that PagerDuty exported.") from None


def _instant(file: str, line: int, text: str, zone_name: str | None) -> datetime:
    plain = re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", re.sub(r"\s*(UTC|Z)$", "+00:00", text.strip()))
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        sentence = f'"{text}" is no date and time. Write it as 2027-01-04T08:00:00+01:00.'
        raise InputError([Mistake(Place(file, line), sentence)]) from None
    if at.tzinfo is not None:
        return at.astimezone(zone("UTC"))
    if zone_name is None:
        sentence = f'"{text}" has no offset. Say on which clock it is, the account\'s: --timezone Europe/Berlin'
        raise InputError([Mistake(Place(file, line), sentence)])
    return instant(at, zone(zone_name))
