"""A runner that is started while its run is still being planned: it loads what it needs, and waits for its login."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from imaging.cloud.login.resolved import ResolvedCloud
from imaging.runs.process.spawn import RUNNER, RunnerProcess, begin_runner, start_runner
from imaging.runtime.paths import Paths
from imaging.runtime.threads import in_thread
from models.errors import RunError


class EarlyRunner:
    """The runner of one run that is not in the journal yet; as a `Spawn` it starts that run, and any other as ever.

    It knows nothing but the id that the run will have. Where no run is started, it is given no login and ends by
    itself; it does so, too, when the program that started it is killed.
    """

    def __init__(self, run_id: str, begun: asyncio.Task[RunnerProcess], command: Sequence[str]) -> None:
        """Use `begin` to make one."""
        self.run_id = run_id
        self._begun = begun
        self._command = command
        self._is_taken = False

    @classmethod
    async def begin(cls, run_id: str, paths: Paths, *, command: Sequence[str] = RUNNER) -> EarlyRunner:
        """Begin to start it; this does not wait until it has started.

        Args:
            run_id: the id that its run will have.
            paths: of the user.
            command: what is started.
        """
        begun = asyncio.ensure_future(in_thread(begin_runner, run_id, paths, command=command))
        begun.add_done_callback(lambda done: done.cancelled() or done.exception())  # told when it is wanted
        await asyncio.sleep(0)  # its thread starts here, and not behind what the caller loads
        return cls(run_id, begun, command)

    async def __call__(
        self, run_id: str, resolved: ResolvedCloud, paths: Paths, *, other_host: str | None = None
    ) -> RunnerProcess:
        """Hand over the login. Where it is not the one that is wanted, or is gone, another is started.

        Raises:
            RunError: as `start_runner`.
        """
        if run_id == self.run_id and not self._is_taken and other_host is None:
            self._is_taken = True
            with suppress(RunError):  # which the second attempt raises again, if it is not over
                runner = await self._begun
                is_there = not runner.ended
                await in_thread(runner.hand_over, resolved.to_pipe() if is_there else b"")
                if is_there:
                    return runner
        return await start_runner(run_id, resolved, paths, other_host=other_host, command=self._command)

    async def close(self) -> None:
        """End it if no run was started."""
        if self._is_taken:
            return
        self._is_taken = True
        with suppress(RunError):
            (await self._begun).hand_over(b"")
