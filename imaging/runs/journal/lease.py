"""The lease on a run: which process works on it, and when another one may take over.

A process is named by host, boot, pid and start time, so that a pid that was given out again, or a machine that was
started again, is never taken for the old runner. Several hosts see a state directory on a shared home: from
another host only the heartbeat tells whether a runner lives.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import Field

from models.base import Frozen
from models.errors import RunError, UsageError
from models.foreign import Moment
from models.formatting import minute
from models.run.record import RunnerPresence
from models.text import CleanText

HEARTBEAT_SECONDS = 10.0
SILENCE = timedelta(minutes=2)
"""How long another host's runner must have been silent before it may be replaced."""

_START_TIME = 19
"""Which field of /proc/PID/stat after the command's name says when the process was started (the 22nd of all)."""


class Holder(Frozen):
    """A process, told apart from every other on every machine."""

    host: CleanText
    boot_id: CleanText
    pid: int
    pid_started: CleanText
    """When it was started, in the kernel's clock ticks since boot."""


class HeldLease(Frozen):
    """A lease as the journal holds it."""

    number: int = Field(ge=0, le=2**53)
    holder: Holder | None
    """None once it was given back."""
    heartbeat_at: Moment


@dataclass(frozen=True)
class Lease:
    """The right to write about a run. A later lease has a greater number and ends this one."""

    run_id: str
    number: int


def this_process(pid: int | None = None) -> Holder:
    """Name this process, or another of this machine."""
    pid = os.getpid() if pid is None else pid
    return Holder(host=socket.gethostname(), boot_id=_boot_id(), pid=pid, pid_started=_start_time(pid) or "")


def lives(holder: Holder, here: Holder) -> bool | None:
    """Whether a process still runs; None where that cannot be seen from here.

    A host of the same name but another boot is either this machine before its last start or a stranger that bears
    our name, as containers do: that too cannot be seen.
    """
    if (holder.host, holder.boot_id) != (here.host, here.boot_id):
        return None
    return _start_time(holder.pid) == holder.pid_started


def presence(held: HeldLease | None, here: Holder, now: datetime) -> RunnerPresence | None:
    """Show a lease as screens and commands want it; None if nobody holds it."""
    if held is None or held.holder is None:
        return None
    seen = lives(held.holder, here)
    alive = now - held.heartbeat_at < SILENCE if seen is None else seen
    holder = held.holder
    return RunnerPresence(host=holder.host, pid=holder.pid, heartbeat_at=held.heartbeat_at, alive=alive)


def refuse_unless_free(
    held: HeldLease | None, here: Holder, now: datetime, *, confirmed_host: str | None = None
) -> None:
    """Let pass who may take the lease.

    Args:
        held: the lease as it stands.
        here: who wants it.
        now: the time of day.
        confirmed_host: the host of which the user says that no runner works there any more.

    Raises:
        RunError: somebody holds it.
        UsageError: nobody can see whether it is held, and the user has not said so.
    """
    if held is None or held.holder is None:
        return
    holder = held.holder
    seen = lives(holder, here)
    if seen:
        raise RunError(
            f"Process {holder.pid} on this machine works on the run.",
            remedy="Watch it with `imaging watch`, or stop it with `imaging cancel`.",
        )
    if seen is None:
        _refuse_foreign(held, holder, here, now, confirmed_host)


def _refuse_foreign(held: HeldLease, holder: Holder, here: Holder, now: datetime, confirmed_host: str | None) -> None:
    if now - held.heartbeat_at < SILENCE:
        raise RunError(
            f"A runner on {holder.host} works on the run; it gave a sign of life at {held.heartbeat_at:%H:%M:%S} UTC.",
            remedy="If that machine is down, try again two minutes after its last sign of life.",
        )
    if holder.host not in {confirmed_host, here.host}:
        raise UsageError(
            f"The runner of {holder.host} has been silent since {minute(held.heartbeat_at)}.",
            meaning="From here it cannot be seen whether it still works.",
            remedy=f"If you know that it does not, confirm with --other-host {holder.host}.",
        )


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start_time(pid: int) -> str | None:
    """When a process was started; None if there is none, or only its remains, which nobody has collected yet."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else fields[_START_TIME]
