"""The six children: started, waited for, watched and ended."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import SERVICES, START_ORDER, Options

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
END_SECONDS = 10
TAIL_CHARACTERS = 3000
_PR_SET_PDEATHSIG = 1


class Processes:
    """One process for each service; each writes `<state>/<service>/ready` once it listens."""

    def __init__(self, options: Options, state: Path) -> None:
        self._options = options
        self._state = state
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all; they wait for each other by themselves."""
        for name in START_ORDER:
            spec = {
                "state": str(self._state),
                "port": self._options.base_port + SERVICES[name].port,
                "keystone_url": f"{self._options.url('keystone')}/v3",
                "admin_password": self._options.password,
            }
            with (self._state / "logs" / f"{name}.out").open("ab") as out:
                self._running[name] = subprocess.Popen(
                    [sys.executable, "-m", "stack.service", name, json.dumps(spec)],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    env=self._environment(),
                    preexec_fn=_end_with_parent,  # noqa: PLW1509  # the launcher has no threads
                )

    def wait_until_ready(self, name: str, seconds: float = 180) -> None:
        """Until a service listens.

        Raises:
            SystemExit: it ended, or time ran out.
        """
        deadline = time.monotonic() + seconds
        while not (self._state / name / "ready").exists():
            self.check()
            if time.monotonic() > deadline:
                raise SystemExit(f"{name} is not up after {seconds:.0f} s: see {self._state / 'logs'}")
            time.sleep(0.05)

    def check(self) -> None:
        """See that all are alive.

        Raises:
            SystemExit: one ended; with the end of what it wrote.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise SystemExit(f"{name} ended with status {process.returncode}:\n{self._last_words(name)}")

    def stop(self) -> None:
        """End all, by force after some seconds."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _last_words(self, name: str) -> str:
        words = ""
        for ending in (".out", ".log"):
            with contextlib.suppress(OSError):
                words += (self._state / "logs" / f"{name}{ending}").read_text(errors="replace")[-TAIL_CHARACTERS:]
        return words

    def _environment(self) -> dict[str, str]:
        mine = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("OS_") and name.lower() not in PROXIES
        }
        here = Path(__file__).parent.parent
        return mine | {
            "PYTHONPATH": os.pathsep.join((str(here), str(self._state / "plugins"))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_CACHE_HOME": str(self._state / "cache"),
            "HOME": str(self._state),
            "LOOPSTACK_STATE": str(self._state),
            "no_proxy": "*",
            "OS_CINDER_DISABLE_EVENTLET_PATCHING": "1",
            "OS_NOVA_DISABLE_EVENTLET_PATCHING": "1",
            "OS_NOVA_CONFIG_DIR": str(self._state / "nova"),
            "OS_GLANCE_CONFIG_DIR": str(self._state / "glance"),
            "OS_KEYSTONE_CONFIG_FILES": str(self._state / "keystone" / "keystone.conf"),
            "OS_PLACEMENT_CONFIG_DIR": str(self._state / "placement"),
            "OS_NEUTRON_CONFIG_FILES": str(self._state / "neutron" / "neutron.conf"),
        }


def _end_with_parent() -> None:
    """Ask Linux to end this child when the launcher is killed outright; elsewhere it goes without."""
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
