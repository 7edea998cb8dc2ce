import re
from pathlib import Path

from tiny import Cli
from watchbill.cli.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
REMEDY = "python -c 'from watchbill.cli.reference import page; print(page(), end=\"\")' > docs/reference/cli.md"


def test_the_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"write it anew with: {REMEDY}"


def test_the_page_names_every_command_and_option_of_the_help(cli: Cli) -> None:
    text = PAGE.read_text(encoding="utf-8")
    feeds = ("feeds write", "feeds show", "feeds revoke")
    for command in ("init", "check", "demo", "plan", "publish", "show", "diff", "audit", *feeds):
        section = text.split(f"## watchbill {command}\n")[1].split("\n## ")[0]
        options = set(re.findall(r"--[a-z-]+", cli(*command.split(), "--help").out)) - {"--help"}
        assert options <= set(re.findall(r"--[a-z-]+", section))
