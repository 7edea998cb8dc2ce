"""What all commands share: the Typer app, the folder, where words and tables go, and how a command ends."""

import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from watchbill import __version__
from watchbill.cli.order import HOMELESS, ORDER, InOrder
from watchbill.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from watchbill.periods import Period

PIPED_WIDTH = 80
READER_GONE = 141  # what a shell tells of a program that SIGPIPE ended

app = typer.Typer(
    name="watchbill",
    cls=InOrder,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: watchbill demo",
)
feeds = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Feeds of the published plans, for calendar apps: files, links."
)
app.add_typer(feeds, name="feeds")


@dataclass(frozen=True, slots=True)
class State:
    """What the options before the command say."""

    folder: Path


_chosen = ContextVar("folder that -C names", default=Path())
_COMMAND = re.compile(rf"(?<![\w.-])watchbill (?=(?:{'|'.join(name for name in ORDER if name not in HOMELESS)})\b)")
_PRIVATE = re.compile(r"chmod 600 (?=\.watchbill/)")

PeriodText = Annotated[
    str | None, typer.Argument(metavar="[PERIOD]", help="2027-Q1, 2027-02, 2027 or 2027-01-04..2027-04-04.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"watchbill {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("-C", metavar="DIR", help="The team's folder.")] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Plans fair on-call rotations and says why they are fair."""
    context.obj = State(folder)
    _chosen.set(folder)


def command(
    example: str, group: typer.Typer = app, **settings: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a command whose help ends with an example."""
    return group.command(epilog=f"Example: {example}", **settings)


def folder_of(context: typer.Context) -> Path:
    """The folder that `-C` names; WrongUsage if there is none."""
    state = context.find_object(State)
    folder = state.folder if state else Path()
    if not folder.is_dir():
        raise WrongUsage(
            f"there is no folder {folder}. Name one that exists with -C, or make one with: watchbill init DIR"
        )
    return folder


def insist_team(folder: Path) -> None:
    """Refused, with the remedy, where a folder holds no team.yaml."""
    if not (folder / "team.yaml").exists():
        remedy = 'Start with "watchbill init DIR", or name the folder with -C DIR.'
        raise Refused(f"there is no team.yaml in {folder if folder != Path() else 'this folder'}. {remedy}")


def period_of(text: str | None) -> "Period | None":
    """The period that was asked for, if any; WrongUsage with a remedy for anything else."""
    from watchbill.periods import period

    try:
        return period(text) if text is not None else None
    except ValueError as error:
        raise WrongUsage(str(error)) from None


def today() -> date:
    """The present date, on the clock of this machine."""
    return datetime.now().astimezone().date()


def now() -> datetime:
    """The present instant, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


# ---------------------------------------------------------------------------------------------------------- print


def out(*shown: "RenderableType") -> None:
    """Prints tables on standard output: as plain text of a fixed width when piped."""
    from watchbill.report.words import plain

    for table in shown:
        if sys.stdout.isatty():
            _console().print(table)
        else:
            say(plain(table, PIPED_WIDTH))


def say(text: str = "") -> None:
    """Prints a sentence or a table on standard output; the commands that it names are for the folder of -C."""
    say_data(from_here(text))


def say_folded(text: str, hang: int = 2) -> None:
    """Prints a sentence as `say` does, folded at the terminal's width: what goes on is indented `hang` further."""
    from shutil import get_terminal_size
    from textwrap import wrap

    width = get_terminal_size().columns if sys.stdout.isatty() else PIPED_WIDTH
    indent = " " * (len(text) - len(text.lstrip()) + hang)
    folded = wrap(from_here(text), width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    say_data("\n".join(folded))


def say_data(text: str) -> None:
    """Prints text on standard output as it stands."""
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        unwritten(error)


def from_here(text: str) -> str:
    """A sentence with the folder of -C in the commands that it names, so that they run from where we are."""
    folder = _chosen.get()
    if folder == Path():
        return text
    text = _COMMAND.sub(lambda _: f"watchbill -C {shlex.quote(str(folder))} ", text)
    return _PRIVATE.sub(lambda _: f"chmod 600 {shlex.quote(str(folder))}/", text)


def unwritten(error: OSError) -> NoReturn:
    """Ends the command, whose standard output took no more: in silence if its reader has gone, as `head` does."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered still is flushed at exit
    if isinstance(error, BrokenPipeError):
        raise SystemExit(READER_GONE) from None
    note(f"the output could not be written: {(error.strerror or 'unknown reason').lower()}. Send it somewhere else.")
    raise SystemExit(1) from None


def say_json(value: Any) -> None:
    """Prints a value as JSON on standard output."""
    say_data(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """Prints what is not the answer itself on standard error."""
    sys.stderr.write(f"{from_here(text)}\n")


def end(code: int) -> NoReturn:
    """Ends the command."""
    raise typer.Exit(code)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)
