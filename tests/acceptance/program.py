"""The command line as a user calls it, and the processes that it leaves behind on the user's machine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.terminal import PATIENCE_SECONDS, PYTHONPATH, Terminal, wait_for
from tests.support.warm_programs import Command

DESCRIPTION = "PostgreSQL 16 with PostGIS, and the loader of the catalogue, on top of astro-base"


Process = Command | subprocess.Popen[str]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it wrote with `--json`."""
        return json.loads(self.out)


@dataclass
class Machine:
    """The machine on which the program runs, as far as it is this user's."""

    home: Path
    is_fresh: bool = False
    """Whether processes start as they do for a user; else they are forked from one that has loaded the program."""
    _begun: list[Process] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.home / ".local/state/imaging-console"

    def console(self, *, controls: bool = True, **environment: str) -> Terminal:
        """Open the console on a terminal of its own, which may control its session or not."""
        return Terminal("--os-cloud", "demo", controls=controls, is_fresh=self.is_fresh, **environment)

    def begin(self, *arguments: str) -> Process:
        """Call the program and do not wait for it."""
        process = self._start(*arguments)
        self._begun.append(process)
        return process

    def _start(self, *arguments: str) -> Process:
        if not self.is_fresh:
            return Command(*arguments)
        return subprocess.Popen(
            [sys.executable, "-m", "imaging.commands", *arguments],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end_of(self, process: Process) -> Outcome:
        """Wait for it."""
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
        assert "Traceback" not in out + err
        return Outcome(process.wait(), out, err)

    def imaging(self, *arguments: str) -> Outcome:
        """Call the program."""
        return self.end_of(self.begin(*arguments))

    def begin_run(self, instance: str, *more: str, cloud: str = "demo") -> Process:
        """`imaging create`, agreed to beforehand; the image is named like the instance, with `-v1`."""
        texts = ["--name", f"{instance}-v1", "--description", DESCRIPTION, "--attest", "SW-ATTEST"]
        texts += ["--uninspected", "the guest of the demonstration is known"]
        return self.begin("create", instance, "--os-cloud", cloud, *texts, "--yes", "--json", *more)

    def runs(self) -> list[dict[str, Any]]:
        """What `imaging runs` knows."""
        return list(self.imaging("runs", "--json").document)

    def runners(self) -> list[Path]:
        """The runners at work here: their folders below /proc."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (folder / "cmdline").read_bytes() if folder.name.isdigit() else b""
                if b"imaging.runs.process.runner" in line and str(self.state).encode() in line:
                    found.append(folder)
        return found

    def kill_the_runner(self) -> None:
        """`kill -9` of the one runner; who followed the run dies too, so that nobody is left to help."""
        (runner,) = self.runners()
        os.kill(int(runner.name), signal.SIGKILL)
        for process in self._begun:
            process.kill()
            process.communicate()
        wait_for(lambda: not self.runners())

    def lose_the_state(self) -> None:
        """Delete the state folder."""
        shutil.rmtree(self.state)

    def end_everything(self) -> None:
        """Leave no process behind."""
        for process in self._begun:
            if process.poll() is None:
                process.kill()
                process.communicate()
        for runner in self.runners():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(runner.name), signal.SIGKILL)
        wait_for(lambda: not self.runners())
