"""Where the command begins: Ctrl-C ends it in one line from the first moment on, before the rest is in memory."""

import signal

from watchbill.endings import leave, quit_at_once


def main() -> None:
    """Runs the command line and exits."""
    quit_at_once()
    from watchbill.cli import run

    try:
        run()
    except SystemExit as ended:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to be interrupted but the interpreter's end
        leave(ended.code if isinstance(ended.code, int) else 0)
        raise
