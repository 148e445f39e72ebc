"""`kill -9` for the runner of a real run, in each of its steps or in one; the journal is read beside it."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from subprocess import Popen
from typing import Any

from imaging.runs.journal.journal import Journal
from imaging.runtime.clock import SystemClock
from models.run.kind import RunKind
from models.run.record import RunRecord, RunState
from models.steps import StepName
from tests.openstack.command_line import CommandLine, ended

_EVERY = 0.001
"""Seconds between two readings: a step that finds its goal reached is over within hundredths."""
_PATIENCE = 300.0
"""Seconds for the next step to come, on a machine that has other work, too."""
_OVER = {state.value for state in RunState if state.is_over}
_NOW = """
    SELECT state,
           (SELECT step FROM steps WHERE run_id = id AND steps.state = 'running' ORDER BY place DESC LIMIT 1),
           (SELECT json_extract(holder, '$.pid') FROM leases WHERE run_id = id)
    FROM runs WHERE kind = ?
"""


class Deaths:
    """Ends the runners of the one run of a kind that a state directory has."""

    def __init__(self, imaging: CommandLine, kind: RunKind) -> None:
        """Args: whose state directory; and of which kind the run will be."""
        self._imaging, self._kind = imaging, kind
        self._file = imaging.state / "runs.sqlite"
        self.struck: set[StepName] = set()
        """The steps in which a runner has died."""

    def in_each_step(self, *create: str) -> None:
        """Start a run, kill its runner in each step, and resume it as often, until it is over."""
        command: tuple[str, ...] = create
        while not self._over():
            with ended(self._imaging.start(*command)) as process:
                self._wait(process, lambda: self._over() or self._strikes(frozenset(StepName) - self.struck))
                if self._over():
                    process.communicate(timeout=_PATIENCE)
            command = ("resume", self.run_id, "--yes", "--json")

    def in_step(self, step: StepName, *create: str) -> None:
        """Start a run and kill its runner in this step."""
        with ended(self._imaging.start(*create)) as process:
            self._wait(process, lambda: self._over() or self._strikes({step}))
        assert not self._over(), f"the run was over before anybody saw it at {step}"

    @property
    def run_id(self) -> str:
        """The run's id."""
        ((run_id,),) = self._ask("SELECT id FROM runs WHERE kind = ?")
        return str(run_id)

    async def record(self) -> RunRecord:
        """The run as it is written down now."""
        journal = Journal(self._file, SystemClock())
        try:
            return await journal.run(self.run_id)
        finally:
            await journal.close()

    def _over(self) -> bool:
        return any(state in _OVER for state, _, _ in self._ask(_NOW))

    def _strikes(self, deadly: frozenset[StepName] | set[StepName]) -> bool:
        """Kill the runner if it is in one of these steps; whether it is dead now."""
        for _, step, pid in self._ask(_NOW):
            if pid is None or step not in deadly:
                continue
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            while self._imaging.runners(self.run_id):
                time.sleep(_EVERY)
            # It may have come further until it died.
            self.struck |= {StepName(now) for _, now, _ in self._ask(_NOW) if now is not None}
            return True
        return False

    def _ask(self, question: str) -> list[Any]:
        """Rows of the journal about the run; none as long as there is no journal."""
        if not self._file.exists():
            return []
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=10)) as journal:
            try:
                return journal.execute(question, (self._kind,)).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" not in str(error):
                    raise
                return []

    def _wait(self, command: Popen[str], observe: Callable[[], bool]) -> None:
        """Until something is so; a command that ends before has failed."""
        deadline = time.monotonic() + _PATIENCE
        while not observe():
            if command.poll() is not None and not observe():
                raise AssertionError(f"{command.args!r} ended: {command.communicate()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{command.args!r}: {self._ask(_NOW)} for {_PATIENCE:g} s")
            time.sleep(_EVERY)
