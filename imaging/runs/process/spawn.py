"""Starting a runner: a process of its own that nothing ties to the console, with the login in a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Protocol

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.runs.process.logind import kills_at_logout, scope_command
from imaging.runtime.confined.process import environment_of_a_module
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import close_folder, open_private
from imaging.runtime.redaction import redactor
from imaging.runtime.threads import in_thread
from models.errors import RunError

RUNNER = (sys.executable, "-P", "-m", "imaging.runs.process.runner")
"""`-P`: a file in the user's folder must not be taken for a module of the program."""

_LAST_LINES = 5


class Started(Protocol):
    """A runner that was started."""

    @property
    def ended(self) -> bool:
        """Whether it has ended already."""

    def last_words(self) -> str:
        """The end of its log."""


class Spawn(Protocol):
    """Starts a runner."""

    async def __call__(
        self, run_id: str, resolved: ResolvedCloud, paths: Paths, *, other_host: str | None = None
    ) -> Started:
        """Start it and hand over the login. Raises RunError when that cannot be done."""


@dataclass(frozen=True)
class RunnerProcess:
    """A runner as its starter sees it."""

    process: subprocess.Popen[bytes]
    log: Path

    def hand_over(self, login: bytes) -> None:
        """Give it the login that it waits for; none at all, and it ends."""
        assert self.process.stdin is not None  # noqa: S101  # asked for when it was started; for the type checker
        # A runner that has ended already says why in its log; the pipe knows only that nobody reads.
        with suppress(BrokenPipeError), self.process.stdin:
            self.process.stdin.write(login)

    @property
    def ended(self) -> bool:
        """Whether it has ended already."""
        return self.process.poll() is not None

    def last_words(self) -> str:
        """The last lines of its log."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return redactor.clean(" / ".join(lines[-_LAST_LINES:]))


async def start_runner(
    run_id: str,
    resolved: ResolvedCloud,
    paths: Paths,
    *,
    other_host: str | None = None,
    command: Sequence[str] = RUNNER,
) -> RunnerProcess:
    """Start a runner in a session of its own, and where log-out would end it, in a scope of its own.

    The login goes through a pipe that is the runner's standard input, never by argument, environment or file;
    secrets in OS_* variables of the console are not passed on. What it prints goes to its log, mode 0600.

    Raises:
        RunError: the process cannot be started, or its log not opened.
    """
    more = ("--other-host", other_host) if other_host else ()

    def start() -> RunnerProcess:
        runner = begin_runner(run_id, paths, command=command, more=more)
        runner.hand_over(resolved.to_pipe())
        return runner

    return await in_thread(start)


def begin_runner(
    run_id: str, paths: Paths, *, command: Sequence[str] = RUNNER, more: Sequence[str] = ()
) -> RunnerProcess:
    """Start a runner that loads what it needs, and waits for its login.

    Args:
        run_id: of the run that it is to work on.
        paths: of the user.
        command: what is started.
        more: arguments beyond these.

    Raises:
        RunError: as `start_runner`.
    """
    arguments = [*command, run_id, "--state-dir", str(paths.state), *more]
    scope = scope_command(run_id) if kills_at_logout() else ()
    try:
        log = paths.runner_log(run_id)
        close_folder(log.parent)
        output = open_private(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [*scope, *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=paths.state,
                env=_environment(),
                start_new_session=True,
            )
        finally:
            os.close(output)
    except (OSError, ValueError) as error:
        raise RunError(f"The runner cannot be started: {error}.", meaning="Nothing was changed.") from error
    # Somebody has to collect its remains, else it would still be listed among the processes after its end.
    Thread(target=process.wait, name=f"runner {run_id}", daemon=True).start()
    return RunnerProcess(process, log)


def _environment() -> dict[str, str]:
    """The environment without OS_* variables, which may hold a password, and with the way to this very program."""
    return environment_of_a_module({name: value for name, value in os.environ.items() if not name.startswith("OS_")})
