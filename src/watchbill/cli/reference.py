"""The reference page of the command line, from the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer

from watchbill.cli.base import app

HEAD = """\
# Command line

`watchbill [-C DIR] COMMAND`. This page is generated from the commands; `watchbill COMMAND --help` says the same.

A PERIOD is `2027-Q1`, `2027-02`, `2027` or `2027-01-04..2027-04-04` (both days included). Where it is left out:

| command | period |
|---|---|
| `plan` | the draft if there is exactly one, else what follows the last plan, else the next quarter |
| `check` | the same; the earliest draft if there are several |
| `publish` | the draft, if there is exactly one |
| `replan`, `drill` | the first published plan that is not over by then |
| `push`, `rollback` | the latest plan |
| `drift` | every published plan that is not over |
| `show`, `audit`, `diff` | the draft if there is exactly one, else the latest plan |

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | something to fix: mistakes in the inputs, hard findings, drift, a request that the present state does not allow |
| 2 | wrong usage: an unknown command, option, period or person |
| 3 | no plan can exist; nothing was written |
| 4 | PagerDuty refused, did not answer, or does not show what was written; the sentence says what stands |
| 5 | out of time before any plan was found; nothing was written |
| 130 | interrupted by Ctrl-C before it was done; a push says how to go on |
| 141 | whoever read the output has gone, as in a pipe to `head` |

Ctrl-C once ends a search with what is known, and says so. `plan` and `replan` write the best plan so far, which is what
they are asked for, and end with 0, or with 130 if there is none yet. `what-if`, `explain --why-not` and `staffing` show
what is known and end with 130, since it is not the whole answer; that no plan can exist is one, and ends with 3.
Everything else ends at once with 130. Ctrl-C twice ends a search at once, and no draft is written.

Two commands that write the same folder take turns: the second one waits some seconds, and says so. If what it read is
not what is there any more, it ends with exit code 1 and writes nothing: run it again, and it goes by what the first
one wrote.

Answers go to standard output, everything else to standard error. Errors do so with `--json`, too:
look at the exit code first. Only `check` tells mistakes as its answer. Where there is no plan, JSON on standard output
holds the reasons, and standard error a line at most, none with `--quiet`.
When piped, there are no escape codes. What takes longer than half a minute says there how far it is, a line now and
then, so that logs of long plans are alive; `--quiet` silences it.
"""


def page() -> str:
    """The whole page, as it stands in `docs/reference/cli.md`."""
    root: Any = typer.main.get_command(app)
    sections = [HEAD, _section("watchbill", root)]
    return "\n".join([*sections, *(_section(name, command) for name, command in _commands("watchbill", root))])


def _commands(prefix: str, group: Any) -> Iterator[tuple[str, Any]]:
    """Every command below a group, groups left out, in the order of the help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(f"{prefix} {name}", command)
        else:
            yield f"{prefix} {name}", command


def _section(name: str, command: Any) -> str:
    arguments = " ".join(p.metavar for p in command.params if p.param_type_name == "argument")
    usage = " ".join(filter(None, [name, "[OPTIONS]", arguments, "COMMAND" if hasattr(command, "commands") else ""]))
    words = _paragraphs(command.help)
    example = command.epilog.removeprefix("Example: ")
    rows = "".join(f"| `{_spelled(p)}` | {p.help} |\n" for p in command.params)
    table = f"\n| argument or option | meaning |\n|---|---|\n{rows}" if rows else ""
    return f"## {name}\n\n`{usage}`\n\n{words}\n{table}\n```sh\n{example}\n```\n"


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def _spelled(parameter: Any) -> str:
    """`--seed NUMBER`, `-q, --quiet`, or the name of an argument."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=len))
    value = (parameter.metavar or parameter.name.upper()).replace("|", "\\|")
    return names if parameter.is_flag else f"{names} {value}"
