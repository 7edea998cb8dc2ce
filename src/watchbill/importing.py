"""A workspace from what a team has in PagerDuty: its people, its rotations where there are words for them, its past."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from watchbill.demo import IGNORED, founding
from watchbill.errors import Refused
from watchbill.fields import address, zone_name
from watchbill.files import write_atomically
from watchbill.locking import Told, silently
from watchbill.naming import unique
from watchbill.publish.pagerduty import account, history, remote
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.expressed import Pattern, Unsaid, expressed
from watchbill.publish.pagerduty.proposal import WALL, ordered
from watchbill.publish.pagerduty.terms import AnySchedule, Entry, Schedule, User
from watchbill.publish.pagerduty.zones import UTC_NAME
from watchbill.pushing import Link
from watchbill.texts import printable
from watchbill.times import DAY, Span, zone_names
from watchbill.workspace.past import ONCALL, Duty, duties_text

MONTH = timedelta(days=30.5)
_HEAD = """\
# Imported from PagerDuty on {day}. Read it through, then: watchbill check
# docs/reference/files.md explains every key. Worth adding: holidays, tags, share, joined, rules.
"""
_AVAILABILITY = """\
# One engineer, one file, named after the id in team.yaml. Times are on the person's own clock.
person: {person}
# answered_through: 2027-03-31   wishes are complete through this day
# leave: [2026-12-24..2027-01-02]
# avoid: [{{date: 2027-02-14}}]
# prefer: [2027-01-18..2027-01-24]
"""


@dataclass(frozen=True)
class Imported:
    """The files of a new workspace, and what is in them. `unsaid` are sentences on what could not be taken over."""

    files: Mapping[str, bytes]
    people: tuple[str, ...]
    roles: tuple[str, ...]
    duties: int
    since: datetime
    unsaid: tuple[str, ...] = ()


def pagerduty(link: Link, schedules: Sequence[str], *, team: str, months: int = 6, region: str = "us") -> Imported:
    """A workspace from schedules, by id or name, and who was on call in them in the last months. Writes nothing.

    Refused for a schedule that does not exist, or where none of their rotations can be said in a team file.
    """
    now = link.now().replace(second=0, microsecond=0)
    past = Span(now - months * MONTH, now)
    found = [_found(link, name, past) for name in dict.fromkeys(schedules)]
    users = account.known(Accounts(link.calls), _users(found))
    people = _people(users)
    names = [state.name for state, _ in found]
    roles = dict(zip((state.id for state, _ in found), unique(names, "role"), strict=True))
    text = _Text(team, region, now, users, people, [(roles[state.id], state) for state, _ in found])
    everyone = people | _former(found, people)
    duties = [Duty(roles[s.id], e.start, e.end, everyone[e.user]) for s, rendered in found for e in rendered]
    files = {
        "team.yaml": text.whole().encode(),
        ".gitignore": IGNORED,
        ONCALL: duties_text(duties),
        **{f"availability/{id_}.yaml": _AVAILABILITY.format(person=id_).encode() for id_ in people.values()},
    }
    return Imported(files, tuple(people.values()), text.said, len(duties), past.start, text.unsaid)


def write(folder: Path, made: Imported, told: Told = silently) -> tuple[str, ...]:
    """Writes a new workspace into a folder that is empty or not there, and returns its files. Refused otherwise."""
    with founding(folder, told):
        for name, content in made.files.items():
            write_atomically(folder / name, content)
    return tuple(sorted(made.files))


# ------------------------------------------------------------------------------------------------------------ read

Found = tuple[AnySchedule, tuple[Entry, ...]]


def _found(link: Link, name: str, past: Span) -> Found:
    """A schedule as it stands, and what it rendered in the past."""
    there = remote.find(link.calls, name)
    if there is None:
        raise Refused(f'PagerDuty has no schedule "{printable(name)}". Name one by its id or its exact name.')
    window = Span(past.end, past.end + DAY)
    state = ordered(remote.read(link.calls, *there, window), window, WALL)
    if state.zone not in zone_names():
        raise Refused(
            f'the schedule "{printable(state.name)}" is in the zone {printable(state.zone)}, which is unknown.'
        )
    whole = (_minutes(entry) for entry in history.rendered(link.calls, *there, past))
    return state, tuple(entry for entry in whole if entry.start < entry.end)


def _minutes(entry: Entry) -> Entry:
    start, end = (at.replace(second=0, microsecond=0) for at in (entry.start, entry.end))
    return Entry(start, end, entry.user)


def _users(found: Iterable[Found]) -> Iterator[str]:
    """Everyone in the rotations, and then everyone who was on call."""
    listed = list(found)
    for state, _ in listed:
        yield from (user for group in _groups(state) for user in group if user)
    yield from (entry.user for _, rendered in listed for entry in rendered)


def _groups(state: AnySchedule) -> Iterator[tuple[str, ...]]:
    if isinstance(state, Schedule):
        yield from (layer.users for layer in state.layers)
    else:
        yield from (event.users for rotation in state.rotations for event in rotation.events)
        yield tuple(shift.user for shift in state.shifts)


def _people(users: Mapping[str, User]) -> dict[str, str]:
    """Ids for those who can be on call, by user: the first name, or the whole one where two share it."""
    able = [user for user in users.values() if not user.stakeholder]
    first = [(user.name.split() or [""])[0].casefold() for user in able]
    names = [user.name if first.count(name) > 1 else name for user, name in zip(able, first, strict=True)]
    return dict(zip((user.id for user in able), unique(names, "person"), strict=True))


def _former(found: Iterable[Found], people: Mapping[str, str]) -> dict[str, str]:
    """Ids for those of the past who cannot be on call any more: their user's, in small letters."""
    gone = dict.fromkeys(entry.user for _, rendered in found for entry in rendered if entry.user not in people)
    return {user: user.lower() for user in gone}


# ------------------------------------------------------------------------------------------------------------ text


class _Text:
    """The team file. `said` are the roles in it, `unsaid` sentences on what is not."""

    def __init__(
        self,
        team: str,
        region: str,
        now: datetime,
        users: Mapping[str, User],
        people: Mapping[str, str],
        schedules: Sequence[tuple[str, AnySchedule]],
    ) -> None:
        self._team, self._region, self._now = team, region, now
        self._users, self._people = users, people
        self._zone = _place(schedules[0][1].zone)
        self._roles = [(id_, state, expressed(state, people, now)) for id_, state in schedules]
        self.said = tuple(id_ for id_, _, listed in self._roles if any(isinstance(p, Pattern) for p in listed))
        self.unsaid = tuple(
            f'{printable(state.name)}: "{printable(p.name)}" was left out: {p.why}.'
            for _, state, listed in self._roles
            for p in listed
            if isinstance(p, Unsaid)
        ) + tuple(
            f"{printable(s.name)}: nothing in it is a layer." for id_, s, _ in self._roles if id_ not in self.said
        )
        if not self.said:
            raise Refused("\n".join(["none of these schedules can be a role:", *(f"  {line}" for line in self.unsaid)]))

    def whole(self) -> str:
        """The whole file."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield _HEAD.format(day=f"{self._now:%Y-%m-%d}").rstrip("\n")
        yield from ("", f"team: {_quoted(self._team)}", f"timezone: {self._zone}", "", "people:")
        for user, id_ in self._people.items():
            yield f"  {id_}: {{{', '.join(self._facts(self._users[user]))}}}"
        yield from ("", "roles:")
        for id_, state, listed in self._roles:
            yield from self._role(id_, state, listed)
        yield from ("", "publish:", f"  region: {self._region}", "  pagerduty:")
        for id_, state, _ in self._roles:
            form = "layers" if isinstance(state, Schedule) else "custom_shifts"
            yield f"{'' if id_ in self.said else '# '}    {id_}: {{schedule: {state.id}, as: {form}}}"

    def _facts(self, user: User) -> Iterator[str]:
        yield f"name: {_quoted(user.name or user.id)}"
        if _takes(address, user.email):
            yield f"email: {_quoted(user.email)}"
        yield f"pagerduty: {user.id}"
        home = _place(user.zone)
        if home != self._zone and _takes(zone_name, home):
            yield f"timezone: {home}"

    def _role(self, id_: str, state: AnySchedule, listed: Sequence[Pattern | Unsaid]) -> Iterator[str]:
        hidden = "" if id_ in self.said else "# "
        yield f"{hidden}  {id_}:"
        yield f"{hidden}    name: {_quoted(state.name)}"
        yield f"{hidden}    layers:"
        ids = unique([p.name for p in listed], "layer")
        below: list[tuple[str, Pattern]] = []
        for name, found in zip(ids, listed, strict=True):
            if isinstance(found, Unsaid):
                yield f"      # {name}: {_comment(found.name)} is not taken over: {_comment(found.why)}"
                continue
            yield from self._layer(name, found, state, [other for other, p in below if p.minutes & found.minutes])
            below.append((name, found))

    def _layer(self, name: str, found: Pattern, state: AnySchedule, over: Sequence[str]) -> Iterator[str]:
        zone = _place(state.zone)
        keys = dict(found.keys) | ({"timezone": zone} if zone != self._zone else {})
        keys["who"] = f"[{', '.join(self._people[user] for user in found.users)}]"
        if over:
            keys["over"] = f"[{', '.join(over)}]"
        if found.note:
            yield f"      # {_comment(found.note)}:"
        yield f"      {name}: {{{', '.join(f'{key}: {text}' for key, text in keys.items())}}}"


def _place(name: str) -> str:
    return "UTC" if name == UTC_NAME else name


def _takes(reader: Callable[[str], str], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    """Text in double quotes, which YAML reads as JSON does."""
    return json.dumps(printable(text).strip() or "?", ensure_ascii=False)


def _comment(text: str) -> str:
    return " ".join(printable(text).split())
