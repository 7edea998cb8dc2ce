"""The one family of errors a user can cause: each has a place, a sentence with the remedy, and an exit code."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in the inputs something stands; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to fix in an input file, or (`warning`) one to look at: a sentence that ends with the remedy."""

    place: Place
    sentence: str
    warning: bool = False

    def __str__(self) -> str:
        mark = "warning: " if self.warning else ""
        return f"{self.place}  {mark}{self.sentence}"


class WatchbillError(Exception):
    """Something the user can fix; the command line prints it and ends with `exit_code`."""

    exit_code: ClassVar[int] = 1


class InputError(WatchbillError):
    """The inputs hold mistakes: all of them, in the order of files and lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Refused(WatchbillError):
    """A request that the present state does not allow, such as publishing a draft with hard findings."""


class WrongUsage(WatchbillError):
    """The command line itself is off: an unknown period, person or shift."""

    exit_code = 2


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for a misspelt `word`: the closest known word, or a list of the known ones if there are few."""
    import difflib

    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6) or difflib.get_close_matches(
        word.lower(), names, n=1, cutoff=0.6
    )
    if close:
        return f'Did you mean "{close[0]}"?'
    if 0 < len(names) <= 12:
        return "Known: " + ", ".join(names) + "."
    return ""
