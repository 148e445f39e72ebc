"""The exit codes of the command line: an error names its own, `imaging.commands.main` has the others."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command's exit status means; documented in `docs/exit-codes.md`."""

    DONE = 0
    """Done, or all clear."""
    VIOLATIONS = 1
    """Violations, a verdict of failed or inconclusive, or a run that failed or was cancelled."""
    USAGE = 2
    """Wrong use: of the command, of its configuration, or in the wrong project."""
    CLOUD = 3
    """The cloud or the network failed."""
    NOT_ALLOWED = 4
    """The cloud said no: not allowed."""
    OWN_MISTAKE = 70
    """What nobody foresaw, by the custom of `sysexits.h`: apart from all that a cloud can do."""
    INTERRUPTED = 130
    """Ctrl+c."""
    PIPE_CLOSED = 141
    """The reader of the output has gone away, as of a program that ends by SIGPIPE."""
