"""A shell in a guest that is this machine: every command is carried out by a real shell."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

from imaging.guest.interface import CommandResult, Progress
from models.errors import GuestUnreachableError
from models.text import many_lines
from tests.support.needs import require
from tests.support.needs import tool as path_of
from tests.support.shells import GUEST_PATH, SHELLS

BUSYBOX_TOOLS = "awk cat chmod cmp cp find grep head ls mktemp mv printf readlink rm sed sort stat tail timeout tr"


class LocalRootShell:
    """A `GuestShell` on this machine, whose files are those of a tree."""

    user = "debian"
    address = "192.0.2.7"

    def __init__(self, root: Path | None = None, *, sh: str = "dash", enter: tuple[str, ...] = ()) -> None:
        """Take the tree that is the guest's root, the shell that is its `sh`, and what enters its name space."""
        require(SHELLS[sh][0])
        self._sh = (*enter, *SHELLS[sh])
        self._environment = {
            "PATH": GUEST_PATH,
            "HOME": "/",
            **({"IMAGING_PROBE_ROOT": str(root)} if root else {}),
        }
        self.commands: list[str] = []
        self.scripts: list[bytes] = []
        self.cut_after: int | None = None
        """How many commands are carried out before the connection is cut, with the answer of the last one lost."""
        self.before: Callable[[int], None] | None = None
        """Called before each command with its number, for what happens in the guest meanwhile."""

    async def run(
        self,
        command: str,
        *,
        stdin: bytes = b"",
        seconds: float,
        limit_bytes: int = 8_000_000,
        as_root: bool = False,
        received: Callable[[int], None] | None = None,
    ) -> CommandResult:
        assert as_root
        if self.before:
            self.before(len(self.commands))
        self.commands.append(command)
        self.scripts.append(stdin)
        done = await asyncio.to_thread(self._carry_out, command, stdin, seconds)
        if self.cut_after is not None and len(self.commands) > self.cut_after:
            raise GuestUnreachableError("The connection to the guest was cut.")
        if received:
            received(len(done.stdout))
        assert len(done.stdout) <= limit_bytes
        return CommandResult(done.returncode, done.stdout, many_lines(done.stderr.decode("utf-8", "replace")))

    def _carry_out(self, command: str, stdin: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
        words = [*self._sh, "-s"] if command == "sh -s" else [*self._sh, "-c", command]
        return subprocess.run(
            words, input=stdin, capture_output=True, env=self._environment, timeout=min(seconds, 60), check=False
        )

    async def close(self) -> None: ...


def give_busybox(tree: Path) -> None:
    """Let the tree's tools be those of busybox."""
    tools = tree / ".tools"
    tools.mkdir(exist_ok=True)
    for tool in BUSYBOX_TOOLS.split():
        (tools / tool).symlink_to(path_of("busybox"))


def give_tool(tree: Path, name: str, text: str) -> None:
    """Put a tool of our own before those of the machine."""
    (tree / ".tools").mkdir(exist_ok=True)
    tool = tree / ".tools" / name
    tool.unlink(missing_ok=True)
    tool.write_text(f"#!/bin/sh\n{text}\n")
    tool.chmod(0o755)


class Told(list[str]):
    """Keeps what was told about the progress."""

    def __call__(self, progress: Progress) -> None:
        self.append(progress.text)
