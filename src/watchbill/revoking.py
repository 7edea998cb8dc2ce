"""Ending links of feeds: of one, by its next generation; of all, by a new key."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from watchbill import workspace
from watchbill.errors import InputError, Refused, WrongUsage, did_you_mean
from watchbill.locking import Told, one_writer, silently
from watchbill.publish.feeds import SWAPS, TEAM, Feed, keys
from watchbill.publish.feeds.links import fingerprint
from watchbill.workspace import Workspace, plans, register


def revoke(folder: Path, name: str, told: Told = silently) -> Feed:
    """Ends the link of one feed, such as `ana`, `person/ana`, `primary`, `team` or `swaps`: the next one is another.

    WrongUsage for a name that nothing or more than one thing has; Refused where there is no secret to revoke.
    """
    team = workspace.read(folder)
    with one_writer(folder, told):
        return _revoked(folder, team, name)


def _revoked(folder: Path, team: Workspace, name: str) -> Feed:
    known = register.read(folder)
    feed = _meant(name, _known(folder, team, known))
    if not team.feeds.secrets:
        raise Refused("names of feeds are no secret here (secrets: false in team.yaml), so there is none to revoke.")
    if feed == TEAM and "team" in team.feeds.public:
        raise Refused(
            "the team's feed is public. Take it out of public in team.yaml first: that gives it a secret link."
        )
    if known is None:
        raise Refused(f"no link was ever made here: there is no {register.NAME}. Nothing has to be revoked.")
    register.write(folder, known.stepped(feed.key))
    return feed


def revoke_all(folder: Path, environ: Mapping[str, str], told: Told = silently) -> None:
    """Ends every link: a new key, in the team's private file unless the environment holds one, and a new register."""
    workspace.read(folder)
    found = keys.said(environ)
    if found and _registered(folder) == fingerprint(found):
        raise Refused(f"{keys.KEY} still holds the key that is to end. Set it to a new one, or unset it; {keys.MAKE}")
    with one_writer(folder, told):
        register.write(folder, register.Register(fingerprint(found or keys.make_anew(folder))))


def _registered(folder: Path) -> str | None:
    """The fingerprint in the register, as far as there is a sound one: revoking all is the way out of a broken one."""
    try:
        known = register.read(folder)
    except InputError:
        return None
    return known.key if known else None


def _known(folder: Path, team: Workspace, known: register.Register | None) -> tuple[Feed, ...]:
    """Every feed that is, was, or may come to be."""
    shifts = [assigned for plan in plans.read_plans(folder) for assigned in plan.shifts]
    roles = [role.id for role in team.roles] + [assigned.shift.role for assigned in shifts]
    people = [person.id for person in team.people] + [part.person for a in shifts for part in a.parts]
    steps = [key.partition("/") for key in (known.generations if known else ())]
    roles += [id_ for kind, _, id_ in steps if kind == "role" and id_]
    people += [id_ for kind, _, id_ in steps if kind == "person" and id_]
    every = [TEAM, SWAPS, *(Feed("role", id_) for id_ in roles), *(Feed("person", id_) for id_ in people)]
    return tuple(dict.fromkeys(every))


def _meant(name: str, known: Sequence[Feed]) -> Feed:
    exact = [feed for feed in known if feed.key == name]
    found = exact or [feed for feed in known if feed.id == name]
    if not found:
        names = {feed.key for feed in known} if "/" in name else {feed.id or feed.kind for feed in known}
        raise WrongUsage(f'there is no feed of "{name}". {did_you_mean(name, names)}'.rstrip())
    if len(found) > 1:
        raise WrongUsage(f'"{name}" is more than one thing. Write {" or ".join(feed.key for feed in found)}.')
    return found[0]
