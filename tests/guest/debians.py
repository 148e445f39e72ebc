"""A real Debian: installed into a directory by debootstrap, and booted in a container."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "cloud-init", "python3-cffi-backend", "openssh-server", "sudo", "cron",
    "rsyslog", "iproute2", "ifupdown",
)  # fmt: skip
"""With which it can be booted and sealed. A package that only provides what another one needs has to be named."""
BOOT_SECONDS = 400
_RESTARTED = 133
"""With which a container ends that wants to be started again."""


def suites(usual: str) -> list[str]:
    """Each takes minutes to install, so one of them is enough; `IMAGING_TEST_SUITES="bullseye sid"` asks for others."""
    return os.environ.get("IMAGING_TEST_SUITES", usual).split()


def install(root: Path, suite: str, *packages: str) -> None:
    """Install a Debian there; where that cannot be done, the test is skipped."""
    included = f"--include={','.join(packages or PACKAGES)}"
    command = ["debootstrap", "--variant=minbase", included, suite, str(root), mirror()]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"debootstrap could not install a Debian: {made.stdout.splitlines()[-1:]}")


def mirror() -> str:
    """The mirror that this machine's own apt is set to; without one of Debian there is nothing to install from."""
    formatted = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME) $(COMPONENT)"]
    told = subprocess.run([*formatted, "Created-By: Packages"], capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        if line.split(" ")[1:] == ["Debian", "bookworm", "main"]:
            return line.split(" ")[0]
    pytest.skip("apt is not set to a mirror of Debian 12 here")


def boot(root: Path, until: str, *, times: int = 1) -> str:
    """What the console shows until then, over restarts; afterwards the system is shut down in order.

    Args:
        root: the system.
        until: what the console is to show.
        times: how often.
    """
    console = root.with_name("console")
    options = ["--quiet", "--register=no", "--keep-unit", "--private-network"]
    command = ["systemd-nspawn", *options, "-D", str(root), "--boot"]
    with console.open("wb") as shown:

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=shown, stderr=subprocess.STDOUT)

        machine = start()
        try:
            for _ in range(BOOT_SECONDS * 2):
                if console.read_text("utf-8", "replace").count(until) >= times:
                    break
                if machine.poll() == _RESTARTED:
                    machine = start()
                elif machine.poll() is not None:
                    break
                time.sleep(0.5)
            machine.send_signal(signal.SIGTERM)
            machine.wait(60)
        finally:
            if machine.poll() is None:
                machine.kill()
                machine.wait()
    text = console.read_text("utf-8", "replace")
    if "Welcome to" not in text:
        pytest.skip(f"no container boots here: {text[-200:]!r}")
    return text
