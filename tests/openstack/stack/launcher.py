"""Starts the cloud, keeps it until told to end, or for as long as one command runs."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import HOST, SERVICES, Options
from .configuration import Configuration
from .processes import Processes
from .seeding import Seeding

STARTED_AT = time.monotonic()
MARKER = ".loopstack"
"""A folder that holds this file may be emptied."""


class Loopstack:
    """The cloud as a whole."""

    def __init__(self, options: Options, state: Path) -> None:
        self.state = state
        self.clouds_yaml = state / "clouds.yaml"
        self._configuration = Configuration(options, state)
        self._processes = Processes(options, state)
        self._seeding = Seeding(options, self._configuration.service_password)

    def start(self) -> None:
        """From an empty folder to a `clouds.yaml` that works."""
        self._configuration.write()
        self._processes.start()
        self._processes.wait_until_ready("keystone")
        self._seeding.identity()
        (self.state / "identity-ready").touch()
        for name in SERVICES:
            self._processes.wait_until_ready(name)
            say(f"{name} is up")
        self._seeding.resources()
        self._seeding.wait_for_hosts(self._processes.check)
        self._seeding.write_clouds(self.clouds_yaml)
        say(f"ready: export OS_CLIENT_CONFIG_FILE={self.clouds_yaml}")

    def run(self, command: str) -> int:
        """A shell command with this cloud in its environment; its exit status."""
        environment = os.environ | {
            "OS_CLIENT_CONFIG_FILE": str(self.clouds_yaml),
            "LOOPSTACK_STATE": str(self.state),
            "LOOPSTACK_PYTHON": sys.executable,
        }
        return subprocess.call(command, shell=True, env=environment)

    def stay(self) -> None:
        """Until a signal, or until a service ends."""
        while True:
            self._processes.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """End all processes."""
        self._processes.stop()
        say("stopped")


def say(text: str) -> None:
    """One line, with the seconds since the start."""
    sys.stdout.write(f"[{time.monotonic() - STARTED_AT:6.1f}] {text}\n")
    sys.stdout.flush()


def arguments() -> argparse.ArgumentParser:
    """The options, with those of `Options` by the same names."""
    parser = argparse.ArgumentParser(
        prog="loopstack.py", description="A real OpenStack API on loopback; see README.md."
    )
    default = Options()
    parser.add_argument(
        "--state", type=Path, help="folder for all it writes; emptied at start (default: a passing one)"
    )
    parser.add_argument("--command", help="run this with OS_CLIENT_CONFIG_FILE set, then stop, with its exit status")
    parser.add_argument("--base-port", type=int, default=default.base_port, help="first of six ports (%(default)s)")
    parser.add_argument("--password", default=default.password, help="of alice, bob and admin (%(default)s)")
    parser.add_argument("--token-expiration", type=int, default=default.token_expiration, help="in seconds")
    parser.add_argument("--token-cache-time", type=int, default=default.token_cache_time, help="in seconds")
    parser.add_argument(
        "--shelved-offload-time", type=int, default=default.shelved_offload_time, help="as in nova.conf"
    )
    parser.add_argument("--debug", action="store_true")
    return parser


def free_ports_or_exit(base: int) -> None:
    """See that the six ports can be had.

    Raises:
        SystemExit: one cannot.
    """
    for service in SERVICES.values():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, base + service.port))
            except OSError as error:
                raise SystemExit(f"port {base + service.port}: {error}; --base-port chooses others") from error


def empty_folder(wanted: Path | None) -> Path:
    """The state folder: new, or marked as this launcher's and emptied.

    Raises:
        SystemExit: it holds something else.
    """
    state = (wanted or Path(tempfile.mkdtemp(prefix="loopstack-"))).absolute()
    if state.is_dir() and any(state.iterdir()):
        if not (state / MARKER).exists():
            raise SystemExit(f"{state} is not empty and not a loopstack's")
        shutil.rmtree(state)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state / MARKER).touch()
    return state


def end_on_signals() -> None:
    """SIGTERM and SIGINT end the launcher once; further ones do not disturb the end."""

    def on_signal(_number: int, _frame: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)


def main() -> int:
    """Run as the options say; the exit status is that of `--command`."""
    given = vars(arguments().parse_args())
    wanted, command = given.pop("state"), given.pop("command")
    options = Options(**given)
    free_ports_or_exit(options.base_port)
    state = empty_folder(wanted)
    end_on_signals()
    cloud = Loopstack(options, state)
    status = 1
    try:
        cloud.start()
        if command is None:
            cloud.stay()
        else:
            status = cloud.run(command)
    finally:
        cloud.stop()
        if wanted is None and status == 0:
            with contextlib.suppress(OSError):
                shutil.rmtree(state)
    return status
