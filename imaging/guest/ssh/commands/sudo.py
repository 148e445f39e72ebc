"""Running a command of the guest as root: with sudo where it lets us through, else said."""

from __future__ import annotations

import shlex

NO_ROOT_STATUS = 125
NO_ROOT = "imaging: no root: "
"""What the guest prints on standard error, with that status, when sudo refuses."""


def as_root(command: str) -> str:
    """A command for `sh` that runs another one as root, or says with `NO_ROOT` that it may not.

    Root needs no sudo, which small systems do not even have.
    """
    quoted = shlex.quote(command)
    return (
        f'if [ "$(id -u)" = 0 ]; then exec sh -c {quoted}; fi; '
        # Asked first with `true`: a failure of the command itself must not look like a refusal of sudo.
        f"if why=$(sudo -n true 2>&1); then exec sudo -n sh -c {quoted}; fi; "
        f"printf '{NO_ROOT}%s\\n' \"$why\" >&2; exit {NO_ROOT_STATUS}"
    )
