"""Published plans to feeds: of each person, of each role, of the team, and of the shifts that are offered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from watchbill.domain import Person, turn_of
from watchbill.publish.feeds.duties import Duty, Times, duties
from watchbill.publish.feeds.events import Events, Options, Pages
from watchbill.publish.feeds.feed import SWAPS, TEAM, Feed
from watchbill.publish.feeds.handovers import Handovers
from watchbill.publish.feeds.text import calendar
from watchbill.results import Draft
from watchbill.texts import printable

Offers = Mapping[str, Sequence[str]]
USUAL = Options()


def build(
    plans: Sequence[Draft],
    people: Mapping[str, Person],
    *,
    roles: Sequence[str] = (),
    made: Mapping[tuple[str, int], str] | None = None,
    earlier: Sequence[Draft] = (),
    since: datetime | None = None,
    offers: Offers | None = None,
    pages: Pages | None = None,
    options: Options = USUAL,
    team: str | None = None,
) -> dict[Feed, bytes]:
    """The bytes of every feed: the same for the same arguments, in the order team, roles, people, swaps.

    `plans` are in order of time; Refused for drafts. `people` (by id) and `roles` get a feed even if they hold
    nothing; guests and people who are not among them have none. Each event is the same bytes in every feed but the
    swaps. Duties that ended at `since` or before are left out. `offers`: ids of shifts by who wants to hand them over;
    those count that are still theirs, in any seat of the turn. `pages`: addresses in PagerDuty by role, or by role
    and seat. `team`: what the feeds are named after, by default the last plan's team.

    `earlier` are revisions before those of `plans`, in any order: they tell to the revision when a handover last
    changed. Without them `made` (by period and revision, ISO 8601) says when older revisions were published.
    """
    times = Times((*plans, *earlier), made or {})
    shown = _shown(plans, times, since)
    names = _names(plans, people)
    events = Events(Handovers(plans, earlier, times), names, pages or {}, options)
    title = printable(team if team is not None else plans[-1].team if plans else "")
    out = {TEAM: calendar(f"On call: {title}", map(events.duty, shown))}
    for role, own in _grouped(shown, lambda duty: duty.shift.role, roles).items():
        out[Feed("role", role)] = calendar(f"On call: {title} ({printable(role)})", map(events.duty, own))
    held = _grouped(shown, lambda duty: duty.person, people)
    for id_ in people:
        named = f"On call: {title} – {printable(names[id_])}"
        out[Feed("person", id_)] = calendar(named, map(events.duty, held[id_]))
    out[SWAPS] = calendar(f"Open to swap: {title}", map(events.offer, _offered(shown, offers or {})))
    return out


def _shown(plans: Sequence[Draft], times: Times, since: datetime | None) -> list[Duty]:
    """The duties that are not over at an instant, in order of time."""
    every = (duty for plan in plans for duty in duties(plan, times))
    kept = (duty for duty in every if since is None or duty.span.end > since)
    return sorted(kept, key=lambda duty: (duty.span, duty.shift.role, duty.shift.layer, duty.shift.seat))


def _names(plans: Iterable[Draft], people: Mapping[str, Person]) -> dict[str, str]:
    """What people and guests are called, by id."""
    guests = {id_: name for plan in plans for id_, name in plan.guests.items()}
    return guests | {id_: person.name for id_, person in people.items()}


def _grouped(shown: Iterable[Duty], key: Callable[[Duty], str], first: Iterable[str]) -> dict[str, list[Duty]]:
    """Duties by a key: the named keys first, also those without a duty."""
    out: dict[str, list[Duty]] = {name: [] for name in first}
    for duty in shown:
        out.setdefault(key(duty), []).append(duty)
    return out


def _offered(shown: Iterable[Duty], offers: Offers) -> Iterator[Duty]:
    """Duties whose person offers the turn: which seat of it is theirs may change with every revision."""
    turns = {(person, turn_of(id_)) for person, ids in offers.items() for id_ in ids}
    return (duty for duty in shown if (duty.person, duty.shift.turn) in turns)
