"""Pages of the documentation as tests see them: their code blocks, run as a reader would, or written anew.

`python tests/documents.py` writes the outputs of every page that runs anew, after a change that moves plans.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from watchbill.versions import versions

ROOT = Path(__file__).parents[1]
PAGES = tuple(sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]))
# Where the blocks of a page run, one after the other: an empty folder, a finished demo, or a scenario's name.
RUN = {"README.md": "empty", "docs/tutorial.md": "empty"}
RUN |= {page: "demo" for page in PAGES if page.startswith("docs/guides/")} | {"docs/guides/impossible.md": "impossible"}
ELIDED = "…"
USUAL_PORT = "8377"
SANDBOX = re.compile(r"watchbill (-C \S+ )?sandbox\b[^&\n]*\n?")
PROGRESS = re.compile(r".+: .+, \d+ s")  # is there or not by how fast the machine is
DIGEST = re.compile(r"--apply ([0-9a-f]{16})")
MADE_WITH = ROOT / "tests" / "data" / "documents.json"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, the line of its fence, its language, its text, and the heading above it."""

    page: str
    line: int
    language: str
    text: str
    heading: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str, text: str | None = None) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    heading, fence, language, body = "", 0, "", list[str]()
    source = (ROOT / page).read_text(encoding="utf-8") if text is None else text
    for number, line in enumerate(source.split("\n"), 1):
        if fence and line == "```":
            found.append(Block(page, fence, language, "".join(f"{row}\n" for row in body), heading))
            fence = 0
        elif fence:
            body.append(line)
        elif line.startswith("```"):
            fence, language, body = number, line[3:], []
        elif line.startswith("#"):
            heading = line.lstrip("# ")
    assert not fence, f"{page}:{fence} opens a block that is never closed"
    return found


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command of a `console` block, and the lines that it shows; a line `…` stands for any number of lines."""

    command: str
    shown: tuple[str, ...]


def exchanges(block: Block) -> Iterator[Exchange]:
    """The commands of a `console` block."""
    assert block.text.startswith("$ "), f"{block} is a console block that does not begin with a command"
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        yield Exchange(command, tuple(line.rstrip() for line in shown))


class Desk:
    """A folder in which a reader tries a page out: commands run one after the other, `cd` and `export` last.

    `watchbill sandbox` runs on in a terminal of its own, until the page starts it again or ends. It takes any free
    port, and pages name the usual one instead. Nothing of the environment leads to a PagerDuty that is real.
    """

    def __init__(self, home: Path) -> None:
        self._cwd = home
        self._state = home.parent / f"{home.name}.cwd"
        self._exports = home.parent / f"{home.name}.env"
        self._beside: subprocess.Popen[str] | None = None
        self._port = USUAL_PORT

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, script: str, *, strict: bool = True) -> list[str]:
        """The lines that some bash shows; with `strict` every command has to succeed."""
        if SANDBOX.fullmatch(script):
            return self._begin(script)
        trap = f"trap 'pwd > {self._state}; export -p > {self._exports}' EXIT\n"
        again = f"[ ! -f {self._exports} ] || . {self._exports}\n"
        script = again + trap + script.replace(USUAL_PORT, self._port)
        return self._shown(["bash", *(["-euo", "pipefail"] if strict else []), "-c", script], strict=strict)

    def python(self, code: str) -> list[str]:
        """The lines that a program shows."""
        return self._shown([sys.executable, "-c", code], strict=True)

    def _shown(self, command: Sequence[str], *, strict: bool) -> list[str]:
        done = subprocess.run(
            command, cwd=self._cwd, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        shown = done.stdout.decode()
        assert not strict or done.returncode == 0, f"{command[-1]}\nended with {done.returncode}:\n{shown}"
        if self._state.exists():
            self._cwd = Path(self._state.read_text(encoding="utf-8").strip())
        return self._lines(shown)

    def _lines(self, shown: str) -> list[str]:
        shown = shown.replace(f":{self._port}", f":{USUAL_PORT}")
        lines = [line.rstrip() for line in shown.rstrip("\n").split("\n")] if shown.strip() else []
        return [line for line in lines if not PROGRESS.fullmatch(line)]

    def _begin(self, script: str) -> list[str]:
        """Starts a sandbox; the lines that it shows until it is ready, or has ended."""
        self._end()
        command = f"exec {script.strip()} --port 0"
        self._beside = subprocess.Popen(
            ["bash", "-c", command],
            cwd=self._cwd,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        shown = ""
        for line in self._beside.stdout or ():
            shown += line
            if "until Ctrl-C" in line:
                break
        found = re.search(r"http://127\.0\.0\.1:(\d+)", shown)
        assert found, f"{script}\nshows\n{shown}"
        self._port = found[1]
        return self._lines(shown)

    def _end(self) -> None:
        if self._beside:
            self._beside.terminate()
            self._beside.communicate(timeout=30)
            self._beside = None


def _environment() -> Mapping[str, str]:
    other = {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}
    own = {name: value for name, value in os.environ.items() if name not in other and not name.startswith("WATCHBILL_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', '')}"
    return own | {"PATH": path, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}


def desk(page: str, home: Path) -> Desk:
    """A desk with what a page starts from, in a folder that is not there yet."""
    start = RUN[page]
    if start == "empty":
        home.mkdir()
    elif start == "demo":
        shutil.copytree(Path(_demo().name) / "demo", home)
    else:
        shutil.copytree(ROOT / "scenarios" / start, home)
    return Desk(home)


@cache
def _demo() -> tempfile.TemporaryDirectory[str]:
    """A folder that holds a finished demo, made once; it goes with the process."""
    folder = tempfile.TemporaryDirectory()
    Desk(Path(folder.name)).run("watchbill demo --quiet")
    return folder


def made_with() -> Mapping[str, str]:
    """What decides which of several equally good plans comes out: outputs are exact only where this is the same."""
    return {**versions(), "machine": platform.machine(), "system": platform.system()}


def exact() -> bool:
    """Whether outputs have to be those that the pages show."""
    known: Mapping[str, str] = json.loads(MADE_WITH.read_text(encoding="utf-8"))
    return known == made_with()


def runs(block: Block) -> bool:
    """Whether a block is run where its page runs: those of the quick start do their own set-up, elsewhere."""
    return block.language in {"sh", "console", "python"} and block.heading != "Quick start"


def fits(expected: Sequence[str], shown: Sequence[str]) -> bool:
    """Whether lines are what a page shows, with `…` for any number of them."""
    pattern = "".join(r"(?:.*\n)*?" if line == ELIDED else re.escape(line) + r"\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in shown)) is not None


# ----------------------------------------------------------------------------------------------------- write anew


def renewed(expected: Sequence[str], shown: Sequence[str]) -> list[str]:
    """What a page should show now: as many lines as before after each `…`, from the line that began there before."""
    if ELIDED not in expected:
        return list(shown)
    out: list[str] = []
    at = 0
    anchored = True
    for line in expected:
        if line == ELIDED:
            out.append(line)
            anchored = False
            continue
        if not anchored:
            at = shown.index(line, at)
            anchored = True
        out.append(shown[at])
        at += 1
    return out


def _rewrite(page: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf-8").split("\n")
    new: list[tuple[Block, str]] = []
    digests: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, desk(page, Path(folder) / "home") as place:
        for block in filter(runs, blocks(page)):
            if block.language == "console":
                new.append((block, _rewritten(block, place, digests)))
            else:
                place.python(block.text) if block.language == "python" else place.run(block.text)
    for block, text in reversed(new):
        lines[block.line : block.line + block.text.count("\n")] = text.rstrip("\n").split("\n")
    (ROOT / page).write_text("\n".join(lines), encoding="utf-8")


def _rewritten(block: Block, place: Desk, digests: dict[str, str]) -> str:
    """A block with its outputs as they are now; `digests` are those that were shown before, with what they became."""
    rows = []
    for exchange in exchanges(block):
        command = exchange.command
        for old, new in digests.items():
            command = command.replace(old, new)
        shown = renewed(exchange.shown, place.run(command, strict=False))
        digests |= dict(zip(_digests(exchange.shown), _digests(shown), strict=False))
        rows += [f"$ {command}", *shown]
    return "".join(f"{row}\n" for row in rows)


def _digests(shown: Sequence[str]) -> list[str]:
    return DIGEST.findall("\n".join(shown))


if __name__ == "__main__":
    for name in sys.argv[1:] or [page for page in PAGES if page in RUN]:
        _rewrite(name)
    MADE_WITH.write_text(json.dumps(made_with(), indent=1) + "\n", encoding="utf-8")
