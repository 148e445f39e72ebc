"""A guest whose files are a tree, and one whose mounts are real but visible to nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imaging.guest.interface import GuestShell
from imaging.guest.remedies import carry_out
from imaging.guest.remedies.result import FixResult
from models.remedy_action import RemedyAction
from tests.guest.remedies.local_shell import LocalRootShell, Told, give_busybox, give_tool
from tests.support.needs import require
from tests.support.shells import EACH_SHELL

NOW = datetime(2026, 11, 1, 14, 2, 3, tzinfo=UTC)


Do = Callable[[GuestShell, RemedyAction], Awaitable[FixResult]]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def do(told: Told) -> Do:
    """Carries an action out."""
    return lambda shell, action: carry_out(shell, action, now=NOW, tell=told)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "guest"
    (root / "etc").mkdir(parents=True)
    return root


@pytest.fixture(params=EACH_SHELL)
def any_shell(request: pytest.FixtureRequest, tree: Path) -> LocalRootShell:
    """Each shell that a guest's `sh` may be; busybox comes with its own tools, bash with another awk."""
    if request.param == "busybox":
        give_busybox(tree)
    if request.param == "bash" and shutil.which("mawk"):
        give_tool(tree, "awk", 'exec mawk "$@"')
    return LocalRootShell(tree, sh=request.param)


@dataclass
class Namespace:
    """A view of the file tree of its own, as long as its process lives."""

    pid: int

    @property
    def enter(self) -> tuple[str, ...]:
        return ("nsenter", "-m", "-t", str(self.pid))

    def run(self, *words: str) -> None:
        subprocess.run([*self.enter, *words], check=True, capture_output=True)

    def mounted(self) -> str:
        return Path(f"/proc/{self.pid}/mountinfo").read_text()

    def start(self, *words: str, cwd: Path) -> subprocess.Popen[bytes]:
        """A process that lives in it, and works in a directory of it."""
        chdir = ["sh", "-c", 'cd "$1" && shift && echo ready && exec "$@"', "sh", str(cwd), *words]
        process = subprocess.Popen([*self.enter, *chdir], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    require("root", "unshare", "nsenter")
    words = ["unshare", "-m", "--propagation", "private", "sh", "-c", "echo ready; exec sleep 300"]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        if holder.stdout.readline() != b"ready\n":
            pytest.skip("the kernel gives no name space of mounts here")
        yield Namespace(holder.pid)
    finally:
        holder.kill()
        holder.communicate()


@pytest.fixture
def loop_disk(tmp_path: Path) -> Iterator[str]:
    """A real block device with an ext4 on it, such as `loop5`."""
    require("root", "losetup", "mkfs.ext4")
    image = tmp_path / "disk.img"
    image.write_bytes(b"")
    os.truncate(image, 4 * 1024**2)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    made = subprocess.run(["losetup", "-f", "--show", str(image)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no loop device: {made.stderr.strip()}")
    device = made.stdout.strip()
    try:
        yield device.removeprefix("/dev/")
    finally:
        subprocess.run(["losetup", "-d", device], check=True)
