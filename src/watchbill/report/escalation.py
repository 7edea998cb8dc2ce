"""Tables of who is on call, of how an unanswered page goes, and of where the chains of a period are weak."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.text import Text

from watchbill.clocks import wall_at
from watchbill.duties import Duty, Present
from watchbill.escalation import Chain, Finding, Step
from watchbill.report.tables import literal_lines, spaced, table, titled
from watchbill.report.words import NOBODY, People, literal, moment, name, weekday
from watchbill.times import MINUTE

DIFFERS = "differs"
MOST_NAMES = 3


# ---------------------------------------------------------------------------------------------------------- duties


def duties(now: Present) -> RenderableType:
    """Who is on call in every seat by the plans: since when, until when, on which clock, and who takes over."""
    zone_name = now.team.zone
    made = table()
    made.add_column("role", overflow="fold", max_width=14)
    made.add_column("on call", overflow="fold", max_width=18)
    made.add_column("own clock", no_wrap=True)
    made.add_column("since", no_wrap=True)
    made.add_column("until, then", overflow="fold")
    for duty in now.duties:
        since = moment(duty.since, zone_name) if duty.since else ""
        style = "" if duty.person else "bold red"
        cells = (label(duty, now.duties), name(duty.person, now.people))
        clock = own_clock(duty.person, now.people, now.at)
        made.add_row(literal(cells[0]), literal(cells[1], style), clock, since, literal_lines(_then(duty, now)))
    return titled(f"{now.team.team} · {moment(now.at, zone_name)} · times in {zone_name}", made)


def label(duty: Duty, among: Sequence[Duty]) -> str:
    """`primary`, or `primary 2` where the role has several seats."""
    several = len({other.seat for other in among if other.role == duty.role}) > 1
    return f"{duty.role} {duty.seat}" if several else duty.role


def own_clock(person: str | None, people: People, at: datetime) -> str:
    """`Mon 05:20` on a person's own clock."""
    if person is None or person not in people:
        return ""
    shown = wall_at(people[person], at)
    return f"{weekday(shown)} {shown:%H:%M}"


def _then(duty: Duty, now: Present) -> str:
    """When a duty ends, and who is next."""
    zone_name = now.team.zone
    lines = [moment(duty.until, zone_name)] if duty.until else []
    if duty.then is None or duty.resumes is None:
        return "\n".join([*lines, "no more is planned"])
    if duty.resumes != duty.until:
        resumes = moment(duty.resumes, zone_name)
        lines.append(f"{NOBODY} until {resumes}" if duty.until else resumes)
    return "\n".join([*lines, f"→ {name(duty.then, now.people)}"])


# ---------------------------------------------------------------------------------------------------------- chains


def chain(found: Chain, people: People) -> RenderableType:
    """Whom an unanswered page notifies, level by level, by the plan and in PagerDuty.

    Of the repeats only what differs from the round before.
    """
    made = table()
    made.add_column("after", justify="right", no_wrap=True)
    made.add_column("level", justify="right", no_wrap=True)
    made.add_column("by the plan", overflow="fold", max_width=18)
    made.add_column("in PagerDuty", overflow="fold", max_width=18)
    made.add_column("own clock", no_wrap=True)
    made.add_column("", no_wrap=True)
    before: dict[int, tuple[object, ...]] = {}
    for planned, live in zip(found.planned, found.live, strict=True):
        notified = (planned.people, live.people)
        if before.get(live.level) != notified:
            after = minutes_between(found.live[0], live)
            for row in _rows(planned, live, people):
                made.add_row(f"{after} min", *row) if row[0] else made.add_row("", *row)
        before[live.level] = notified
    return titled(f"Unanswered · {found.policy.name or found.policy.id}", made, repeats(found))


def minutes_between(first: Step, step: Step) -> int:
    """Whole minutes from one step to another."""
    return (step.at - first.at) // MINUTE


def _rows(planned: Step, live: Step, people: People) -> Iterator[tuple[str | Text, ...]]:
    """A row for each who is notified, the same person on one row."""
    both = [one for one in live.people if one in planned.people]
    mine: list[str | None] = [*both, *(one for one in planned.people if one not in both)] or [None]
    theirs: list[str | None] = [*both, *(one for one in live.people if one not in both)] or [None]
    for n, (one, other) in enumerate(zip_longest(mine, theirs, fillvalue="")):
        shown = (literal("" if who == "" else name(who, people)) for who in (one, other))
        step, whose = (live, other) if other else (planned, one)
        yield "" if n else str(live.level), *shown, own_clock(whose, people, step.at), DIFFERS if one != other else ""


def repeats(found: Chain) -> str:
    """What becomes of a page after the first round, in words."""
    called = [step for step in found.live if step.people]
    if not called:
        return "It reaches nobody, so PagerDuty makes no incident of it."
    last = minutes_between(found.live[0], called[-1])
    if not found.policy.loops:
        return f"Nobody else is paged after {last} min."
    rounds = f"{found.policy.loops} more {'round' if found.policy.loops == 1 else 'rounds'}"
    return f"It starts over, {rounds}: the last page goes out after {last} min."


# ----------------------------------------------------------------------------------------------------------- drill


def drill(findings: Sequence[Finding], policies: Mapping[str, str], people: People, zone_name: str) -> RenderableType:
    """What is weak: schedules that no page reaches, then each policy (names by id), what has to be mended first."""
    parts: list[RenderableType] = []
    for id_ in dict.fromkeys(finding.policy for finding in findings):
        made = table()
        made.add_column("", no_wrap=True)
        made.add_column("pages that begin then", overflow="fold", max_width=32)
        made.add_column("first", no_wrap=True)
        made.add_column("times", justify="right", no_wrap=True)
        made.add_column("hours", justify="right", no_wrap=True)
        for finding in (one for one in findings if one.policy == id_):
            made.add_row(*_finding(finding, people, zone_name))
        parts.append(titled(policies.get(id_, "") or id_ or "Schedules", made))
    return Group(*spaced(parts))


def _finding(finding: Finding, people: People, zone_name: str) -> tuple[str | Text, ...]:
    mark = literal("to fix", "bold red") if finding.hard else literal("mind")
    first = moment(finding.spans[0].start, zone_name)
    return mark, literal(sentence(finding, people)), first, str(len(finding.spans)), f"{finding.hours:.1f}"


def sentence(finding: Finding, people: People) -> str:
    """What is weak, in words that go on from "pages that begin then"."""
    match finding.kind:
        case "nobody":
            return "reach nobody at all"
        case "gap":
            return f"find nobody on level {finding.level}"
        case "alone":
            return f"reach one person only: {_some(finding.people, people)}"
        case "twice":
            return f"reach one person on level {finding.level} and again next: {_some(finding.people, people)}"
        case "night":
            return "reach everybody in their night"
        case "unused":
            return f'never reach "{finding.schedule}": no escalation policy uses it'
        case "absent":
            return f'never reach "{finding.schedule}": PagerDuty has no such schedule'


def _some(ids: Sequence[str], people: People) -> str:
    """Names, of many only the first ones."""
    names = [name(one, people) for one in ids]
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"
    return " or ".join(names)
