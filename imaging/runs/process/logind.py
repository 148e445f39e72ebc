"""What becomes of a runner when its user logs out: on some machines logind ends all processes of the session.

With `KillUserProcesses=yes` (logind.conf) a session of its own is not enough. A scope below the user's own service
manager is, provided that the manager itself outlives the log-out, which it does with lingering enabled.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

_ASK_LOGIND = (
    "busctl",
    "get-property",
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
    "KillUserProcesses",
)
_ASK_SECONDS = 2.0
_CONFIGURATION = (Path("/usr/lib/systemd"), Path("/run/systemd"), Path("/etc/systemd"))
"""Where logind's configuration lies; what comes later counts more."""
_KILLS = re.compile(r"^[ \t]*KillUserProcesses[ \t]*=[ \t]*(\w+)", re.MULTILINE)
_YES = {"yes", "true", "on", "1"}


def kills_at_logout(ask: Callable[[], str | None] | None = None) -> bool:
    """Whether logind ends a user's processes at log-out; takes up to two seconds."""
    answer = (ask or _ask_logind)()
    if answer is not None:
        return answer.split()[-1:] == ["true"]
    return bool(_settings()) and _settings()[-1].lower() in _YES


def lingers(folder: Path = Path("/var/lib/systemd/linger")) -> bool:
    """Whether the user's service manager outlives the log-out."""
    return (folder / pwd.getpwuid(os.getuid()).pw_name).exists()


def scope_command(run_id: str) -> tuple[str, ...]:
    """What to put before a command so that it runs in a scope of its own; empty where that is not possible.

    In scope mode systemd-run becomes the command itself, with all that it inherited: pid, pipe and session stay.
    """
    program = shutil.which("systemd-run")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if program is None or not runtime or not Path(runtime, "systemd", "private").exists():
        return ()
    unit = f"imaging-run-{run_id}-{os.getpid()}"
    return (program, "--user", "--scope", "--quiet", "--collect", "--no-ask-password", f"--unit={unit}", "--")


def logout_warning() -> str | None:
    """What to tell the user before a run: that it would not outlive their log-out; None where it would."""
    if not kills_at_logout() or (lingers() and scope_command("x")):
        return None
    return (
        "This machine ends all your processes when you log out (KillUserProcesses of logind), an imaging run too. "
        "Stay logged in until it is done, or first run `loginctl enable-linger`. "
        "A run that was ended so is not lost: `imaging resume` continues it."
    )


def _ask_logind() -> str | None:
    try:
        asked = subprocess.run(  # noqa: S603  # a fixed command
            _ASK_LOGIND, capture_output=True, text=True, timeout=_ASK_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout if asked.returncode == 0 else None


def _settings() -> list[str]:
    files = [folder / "logind.conf" for folder in _CONFIGURATION]
    files += [file for folder in _CONFIGURATION for file in sorted(folder.glob("logind.conf.d/*.conf"))]
    values: list[str] = []
    for file in files:
        try:
            values += _KILLS.findall(file.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return values
