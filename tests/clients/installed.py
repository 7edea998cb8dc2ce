"""Where calendar apps are: in the folder that `WATCHBILL_CLIENTS` names, and then every one must be; or on the system.

`tests/clients/install DIR` puts them there.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

FOLDER = os.environ.get("WATCHBILL_CLIENTS")


def program(name: str) -> str:
    """A program from the folder's venv or the system; without it the test is skipped, or fails where it must not."""
    own = Path(FOLDER, "venv", "bin", name) if FOLDER else None
    found = str(own) if own and own.exists() else shutil.which(name)
    return found or lacking(name)


def venv_python(package: str) -> str:
    """The Python that khal and others are installed for, if it has a package."""
    return _having(package, str(Path(FOLDER, "venv", "bin", "python")) if FOLDER else sys.executable)


def system_python(package: str) -> str:
    """The system's Python, if it has a package: what Debian packages install for."""
    return _having(package, "/usr/bin/python3")


@cache
def _having(package: str, python: str) -> str:
    try:
        subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        lacking(f"{package} for {python}")
    return python


@cache
def node_modules(name: str) -> dict[str, str]:
    """The environment in which Node finds a package."""
    where = {**os.environ, "TZ": "Asia/Kathmandu"}
    if FOLDER:
        where["NODE_PATH"] = str(Path(FOLDER, "node_modules"))
    asked = subprocess.run([program("node"), "-e", f"require({name!r})"], env=where, capture_output=True, check=False)
    return where if not asked.returncode else lacking(f"the Node package {name}")


@cache
def libical_flags() -> tuple[str, ...]:
    """What a compiler needs to find libical."""
    asked = subprocess.run(
        [program("pkg-config"), "--cflags", "--libs", "libical"], capture_output=True, text=True, check=False
    )
    return tuple(asked.stdout.split()) if not asked.returncode else lacking("libical")


def lacking(what: str) -> NoReturn:
    """Skips the test, or fails it where all clients are wanted."""
    if FOLDER:
        pytest.fail(f"{what} is not installed, and WATCHBILL_CLIENTS wants every client. Run tests/clients/install.")
    pytest.skip(f"{what} is not installed: see tests/clients/install")
