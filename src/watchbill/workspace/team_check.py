"""What is worth a word about a team that is sound: people that nobody can tell apart or push, cut stretches."""

from collections.abc import Iterator

from watchbill.domain import Layer
from watchbill.errors import Mistake
from watchbill.naming import own_name, shared
from watchbill.times import WEEKDAYS
from watchbill.workspace.folder import Workspace

_WEEK = 7 * 1440


def check_team(team: Workspace) -> tuple[Mistake, ...]:
    """Warnings about a team, whatever the period."""
    return (*_namesakes(team), *_unreachable(team), *_cut(team))


def _namesakes(team: Workspace) -> Iterator[Mistake]:
    """One warning for each name that several people have."""
    for name, ids in shared({person.id: own_name(person.id, person.name) for person in team.people}):
        sentence = (
            f"{' and '.join(ids)} are all called {name}, so they are shown with their ids. "
            "Write names that differ, such as with a middle name."
        )
        yield Mistake(team.finder.value("people", ids[-1], "name"), sentence, warning=True)


def _unreachable(team: Workspace) -> Iterator[Mistake]:
    """A warning that names everyone whom a push cannot find in PagerDuty."""
    lost = [p.name for p in team.people if not p.email and not p.pagerduty and p.left is None]
    if team.publish and lost:
        sentence = (
            f"plans are pushed to PagerDuty, and nothing says who is who there: {', '.join(lost)}. "
            "Add email, or pagerduty with the id of the user, to each of them."
        )
        yield Mistake(team.finder.key("publish", "pagerduty"), sentence, warning=True)


def _cut(team: Workspace) -> Iterator[Mistake]:
    """A warning for each layer whose handoff falls into one of its stretches, so that two people share each."""
    for role in team.roles:
        for layer in role.layers:
            inside = _handed_off_inside(layer)
            if inside is not None:
                first, at = _week_minute(inside), _week_minute(_handoff(layer))
                sentence = (
                    f"the handoff at {at} falls into a stretch that begins at {first}, and cuts it between two people "
                    f"each time. Write handoff: {first}, unless that is meant."
                )
                place = team.finder.value("roles", role.id, "layers", layer.id, "handoff")
                yield Mistake(place, sentence, warning=True)


def _handed_off_inside(layer: Layer) -> int | None:
    """The minute of the week at which the stretch begins that the handoff cuts; None if it cuts none."""
    if layer.weekday is None or len(layer.stretches) != 1:
        return None
    (own,) = layer.stretches
    after = (_handoff(layer) - own.start) % _WEEK
    return own.start if 0 < after < own.end - own.start else None


def _handoff(layer: Layer) -> int:
    return (layer.weekday or 0) * 1440 + layer.handoff


def _week_minute(minute: int) -> str:
    """`fri 17:00`."""
    return f"{WEEKDAYS[minute // 1440 % 7]} {minute // 60 % 24:02}:{minute % 60:02}"
