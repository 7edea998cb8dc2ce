"""How a command ends that was interrupted. Small, since it is needed before anything else is in memory."""

ABORTED = 130  # what a shell tells of a program that Ctrl-C ended
INTERRUPTED = "interrupted before it was done."
