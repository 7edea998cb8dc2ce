"""Where the command begins: Ctrl-C ends it in one line from the first moment on, before the rest is in memory."""

import os
import signal
from typing import NoReturn

from watchbill.endings import ABORTED, INTERRUPTED


def main() -> None:
    """Runs the command line and exits. What runs once it is in memory answers Ctrl-C by itself."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # else it is ignored, as in the background of a shell
        signal.signal(signal.SIGINT, _end)
    from watchbill.cli import run

    signal.signal(signal.SIGINT, usual)
    try:
        run()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to be interrupted but the interpreter's end


def _end(number: int, frame: object) -> NoReturn:
    """No exception: one that is raised amid imports may be caught there, or told as a traceback."""
    os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(ABORTED)
