"""From a folder to the answers about its PagerDuty account: who stands in, what is tried, where it is recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchbill import workspace
from watchbill.errors import Refused
from watchbill.files import write_atomically
from watchbill.publish.pagerduty import account, answers
from watchbill.publish.pagerduty.accounts import Accounts
from watchbill.publish.pagerduty.answers import Answer, Answers
from watchbill.publish.pagerduty.bench import Bench, clear_litter, name_of
from watchbill.publish.pagerduty.probe import probe
from watchbill.pushing import Link


@dataclass(frozen=True)
class Plan:
    """A probe before it begins: two of the team's users, who are never paged, and PagerDuty's present."""

    folder: Path
    link: Link
    users: tuple[str, str]
    stamp: datetime

    @property
    def says(self) -> str:
        """What will be done."""
        return (
            f'This makes up to three schedules in PagerDuty, called "{name_of(self.stamp)}" and numbered from the '
            "second on, writes layers, overrides and shifts to them, and deletes them at the end, also after Ctrl-C. "
            "No escalation policy uses them, so they page nobody. It takes some 70 requests, about a minute, and the "
            f"answers are kept in {answers.NAME}."
        )


def prepare(folder: Path, link: Link) -> Plan:
    """Looks whom to take and what time it is; writes nothing. Refused where two of the team have no user."""
    return Plan(folder, link, _two_users(folder, link), link.now())


def run(plan: Plan, told: Callable[[Answer], None] = lambda _: None) -> Answers:
    """Probes and records the answers; `told` hears each at once. RemoteFailed, and nothing recorded, if cut off.

    What earlier probes left behind because they were killed is deleted, too.
    """
    calls = plan.link.calls
    clear_litter(calls, plan.stamp)
    bench = Bench(calls, plan.link.sleep, plan.users, plan.stamp.replace(second=0), plan.stamp)
    found = probe(bench, told)
    write_atomically(plan.folder / answers.NAME, answers.encode(found))
    return found


def _two_users(folder: Path, link: Link) -> tuple[str, str]:
    """The users of the first two of the team who have one."""
    found: list[str] = []
    accounts = Accounts(link.calls)
    for person in workspace.read(folder).people:
        try:
            found.append(account.resolve(accounts, [person])[person.id].id)
        except Refused:
            continue
        if len(set(found)) == 2:
            return found[0], found[-1]
    raise Refused(
        "the probe needs two people of the team who have a user in PagerDuty and may be on call there, and found "
        f"{len(set(found))}. Mend their e-mails in team.yaml, or invite them in PagerDuty."
    )
