"""The ground that all measurements stand on: demonstration clouds of any size, and an environment of nobody."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.demo import DemoCloud, start_demo, stop_demo

CONSOLE = (sys.executable, "-m", "imaging.commands", "--os-cloud", "demo")
"""The console on the demonstration cloud, as `imaging` starts it."""
COMPLETE = rb"\d+ instances(?! so far)"
"""What the status line says once the list is complete; "so far" stands behind it before that."""
FIRST_ROWS = rb"\d+ instances"
"""What it says as soon as the first page is there."""
EMPTY_LIST = rb"Reading from the cloud"
"""What the list says from the first paint until then."""


@dataclass(frozen=True)
class Settings:
    """How the measurements are made."""

    quick: bool
    """Fewer turns and a shorter idle minute: for a first impression, not for the record."""
    openstack: str | None
    """The `openstack` command to compare with, if there is one."""

    def turns(self, usual: int) -> int:
        """How often two programs take turns."""
        return max(1, usual // 3) if self.quick else usual


def find_openstack() -> str | None:
    """The command of python-openstackclient: $BENCH_OPENSTACK, else what the PATH leads to."""
    return os.environ.get("BENCH_OPENSTACK") or shutil.which("openstack")


@contextmanager
def demonstration(scale: int = 0, *arguments: str) -> Iterator[DemoCloud]:
    """A demonstration cloud of its own with so many instances beside its usual ones."""
    with tempfile.TemporaryDirectory(prefix="bench-cloud-") as folder:
        process, cloud = start_demo(Path(folder), ["--scale", str(scale), *arguments])
        try:
            yield cloud
        finally:
            stop_demo(process)


@contextmanager
def somebody(cloud: DemoCloud | None = None) -> Iterator[dict[str, str]]:
    """The environment of somebody new to the program, in folders of their own, with one cloud in clouds.yaml."""
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV") if name in os.environ}
        yield {
            **kept,
            "HOME": home,
            **{f"XDG_{kind}_HOME": f"{home}/{kind.lower()}" for kind in ("CONFIG", "STATE", "CACHE")},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "OS_CLIENT_CONFIG_FILE": str(cloud.clouds_yaml) if cloud else f"{home}/clouds.yaml",
        }


@contextmanager
def some_cloud() -> Iterator[tuple[str, dict[str, str]]]:
    """Its name, and an environment that knows it: $BENCH_CLOUD of the user's `clouds.yaml`, else a demonstration."""
    own = os.environ.get("BENCH_CLOUD")
    if own is None:
        with demonstration() as cloud, somebody(cloud) as environment:
            yield "demo", environment
    else:
        with somebody() as environment:
            yield own, {**environment, "OS_CLIENT_CONFIG_FILE": os.environ["OS_CLIENT_CONFIG_FILE"]}
