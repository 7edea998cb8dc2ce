"""How a command ends that Ctrl-C interrupts. Small, since it is needed before anything else is in memory."""

import os
import signal
import threading
from typing import NoReturn

ABORTED = 130  # what a shell tells of a program that Ctrl-C ended
INTERRUPTED = "interrupted before it was done."
ENGINE = "engine"  # the name of threads in which native code may still run at the end


def quit_at_once() -> None:
    """From now on Ctrl-C ends the process in one line, with no exception, which imports might catch or tell at length.

    Where it is ignored, as in the background of a shell, that stays.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _quit)


def clean_up_first() -> None:
    """From now on Ctrl-C is an exception again: something has begun that has to be put in order."""
    if signal.getsignal(signal.SIGINT) is _quit:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def leave(code: int) -> None:
    """Ends the process with an exit code, if an engine still runs that would not survive the interpreter."""
    if any(thread.name == ENGINE for thread in threading.enumerate()):
        os._exit(code)


def _quit(number: int, frame: object) -> NoReturn:
    os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(ABORTED)
