"""What is worth a word about a team that is sound: people that nobody can tell apart."""

from collections.abc import Iterator

from watchbill.errors import Mistake
from watchbill.naming import own_name, shared
from watchbill.workspace.folder import Workspace


def check_team(team: Workspace) -> tuple[Mistake, ...]:
    """Warnings about a team, whatever the period."""
    return tuple(_namesakes(team))


def _namesakes(team: Workspace) -> Iterator[Mistake]:
    """One warning for each name that several people have."""
    for name, ids in shared({person.id: own_name(person.id, person.name) for person in team.people}):
        sentence = (
            f"{' and '.join(ids)} are all called {name}, so they are shown with their ids. "
            "Write names that differ, such as with a middle name."
        )
        yield Mistake(team.finder.value("people", ids[-1], "name"), sentence, warning=True)
