"""Whose event it is, in one export for many people: by e-mail address, by name, or by what the team says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from watchbill.domain import Person
from watchbill.exports.events import Event
from watchbill.exports.policy import any_word, plain
from watchbill.naming import own_name


@dataclass(frozen=True)
class Whose:
    """Addresses and names of people; of two names that fit at one place in a title, the longer one counts."""

    mails: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    pattern: re.Pattern[str] = field(repr=False)

    def people(self, events: Iterable[Event]) -> tuple[str, ...]:
        """Ids of everyone whom the events of one series are about, in order: by guest, organizer, else title."""
        listed = list(events)
        guests = [guest for event in listed for guest in event.guests]
        for organizers in (False, True):
            mails = [mail for mail, answer in guests if (answer == "ORGANIZER") is organizers]
            if ids := [id_ for mail in mails for id_ in self.mails.get(mail, ())]:
                return tuple(dict.fromkeys(ids))
        found = (word for event in listed for word in self.pattern.findall(plain(event.title)))
        return tuple(dict.fromkeys(id_ for word in found for id_ in self.names.get(word, ())))

    def of(self, person: str) -> frozenset[str]:
        """The addresses of one person."""
        return frozenset(mail for mail, ids in self.mails.items() if person in ids)


def whose(people: Sequence[Person], said: Mapping[str, Sequence[str]]) -> Whose:
    """What tells people apart: their addresses and names, and those that the team adds under `match`."""
    mails: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for person in people:
        for text in (person.email, *said.get(person.id, ())):
            if "@" in text:
                mails.setdefault(text.strip().casefold(), []).append(person.id)
        for text in (own_name(person.id, person.name), *(word for word in said.get(person.id, ()) if "@" not in word)):
            names.setdefault(plain(text), []).append(person.id)
    return Whose(
        {mail: tuple(dict.fromkeys(ids)) for mail, ids in mails.items()},
        {name: tuple(dict.fromkeys(ids)) for name, ids in names.items()},
        any_word(names),
    )
