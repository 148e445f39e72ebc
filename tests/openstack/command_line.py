"""The installed command, used as a user would: its own HOME, its own state, one cloud in `clouds.yaml`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.contract.subject import Subject

KEPT = ("auth_type", "auth", "region_name", "interface", "identity_api_version", "verify", "cacert", "cert", "key")
SILENCE_ON_LOOPSTACK = 5
"""Seconds; its guests print all at once or never."""
COMMAND_SECONDS = 300


class CommandLine:
    """`imaging …` against the cloud under test."""

    def __init__(self, cloud: Subject, home: Path, **entry: Any) -> None:
        """Args: the cloud, an empty folder, and what its entry in `clouds.yaml` has instead."""
        self.home = home
        self.state = home / ".local" / "state" / "imaging-console"
        clouds_yaml = home / "clouds.yaml"
        clouds_yaml.touch(mode=0o600)
        clouds_yaml.write_text(yaml.safe_dump({"clouds": {"tested": _entry(cloud) | entry}}))
        outside = {k: v for k, v in os.environ.items() if not k.startswith(("OS_", "XDG_", "IMAGING_"))}
        self._environment = outside | {
            "HOME": str(home),
            "OS_CLIENT_CONFIG_FILE": str(clouds_yaml),
            "OS_CLOUD": "tested",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command, its output in pipes."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("imaging")), *arguments],
            env=self._environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, Any, str]:
        """Run a command to its end: exit status, the JSON that it wrote or None, and its messages."""
        process = self.start(*arguments)
        output, messages = process.communicate(timeout=COMMAND_SECONDS)
        return process.returncode, json.loads(output) if output else None, messages

    def newest_run(self, *, after: str = "") -> str:
        """The id of the newest run, once there is one that began after this one."""
        deadline = time.monotonic() + 60
        while True:
            status, runs, messages = self.run("runs", "--json")
            assert status == 0, messages
            if runs and runs[0]["run"] != after:
                return str(runs[0]["run"])
            assert time.monotonic() < deadline, "no run was ever written down"

    def watch_until(self, run_id: str, step: str) -> None:
        """Until a run is working on a step."""
        watching = self.start("watch", run_id, "--json")
        try:
            assert watching.stdout is not None
            for line in watching.stdout:
                steps = {s["step"]: s["state"] for s in json.loads(line)["steps"]}
                if steps[step] == "running":
                    return
                assert steps[step] == "pending", f"{step} was over before it was seen"
            raise AssertionError(f"the run ended before {step}")
        finally:
            end(watching)

    def kill_runner(self, run_id: str) -> None:
        """`kill -9` for the process that works on a run, known by its arguments and by our state directory."""
        (pid,) = self.runners(run_id)
        os.kill(pid, signal.SIGKILL)
        while _is_alive(pid):
            time.sleep(0.02)

    def runners(self, run_id: str) -> list[int]:
        """The processes that work on a run."""
        wanted = ["-m", "imaging.runs.process.runner", run_id, "--state-dir", str(self.state)]
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[2:7] == wanted or words[1:6] == wanted:
                found.append(int(entry.parent.name))
        return found

    def forget(self) -> None:
        """Delete the state directory, as if this were another machine."""
        shutil.rmtree(self.state)


def end(process: subprocess.Popen[str]) -> None:
    """End a command as ctrl+c does, and collect it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """A command that is always ended at the end."""
    try:
        yield process
    finally:
        end(process)


def _entry(cloud: Subject) -> dict[str, Any]:
    config = cloud.member.config.config
    entry = {key: config[key] for key in KEPT if config.get(key) is not None}
    entry["auth"] = dict(entry["auth"])
    if cloud.kind == "loopstack":
        entry["imaging"] = {"console_silence_seconds": SILENCE_ON_LOOPSTACK}
    return entry


def _is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it may go between the two calls, and within one
        return False
