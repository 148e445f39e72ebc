"""Runs the real script of a seal in a real shell on a tree of files, and compares the tree before and after."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from imaging.guest.seal import read_seal_report
from imaging.guest.seal.script import seal_script
from models.guest.facts import GuestFacts
from models.guest.files import Questions
from models.seal.plan import OperationId, SealOperation, SealPlan, SealTarget, TargetAction
from models.seal.report import OperationResult, SealReport
from tests.guest.probe.running import prefers_its_own_tools
from tests.support.needs import require
from tests.support.shells import GUEST_PATH, SHELLS

NONCE = "a1b2c3d4e5f60718"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
QUICKLY_PROBED = frozenset({"identity"})
_NO_DISK_WAITS = "sync() { :; }\n"
"""In front of the script, where it reads no disk behind the tree: each would write what all other tests have made."""
State = dict[str, tuple[object, ...]]


def target(action: TargetAction, name: str, *lines: int, reads: str = "") -> SealTarget:
    return SealTarget(action=action, name=name, lines=lines, must_read=reads)


def plan(operations: Mapping[OperationId, tuple[SealTarget, ...]] | None = None, /, **values: object) -> SealPlan:
    """A plan that has these operations, in order."""
    wanted = operations or {}
    made = [SealOperation(id=each, title=each.value, targets=wanted[each]) for each in OperationId if each in wanted]
    return SealPlan.model_validate({"operations": tuple(made), **values})


@dataclass(frozen=True)
class Sealed:
    """The outcome of one seal."""

    report: SealReport
    facts: GuestFacts | None
    console: str

    def result(self, wanted: OperationId) -> OperationResult:
        return next(each for each in self.report.results if each.id is wanted)


def seal(
    root: Path,
    made: SealPlan,
    folder: Path,
    *,
    shell: str = "dash",
    disk: Path | None = None,
    path: str | None = None,
    probed: frozenset[str] = QUICKLY_PROBED,
) -> Sealed:
    """Seal a tree, and read what the console shows.

    Args:
        root: the tree.
        made: what is to be done.
        folder: where the seal's own files lie.
        shell: one of `SHELLS`.
        disk: what the tree is mounted from, where canaries are searched for.
        path: where programs are searched for.
        probed: the parts of the probe that are asked in the end; a test that reads the facts asks all of them.
    """
    require(SHELLS[shell][0])
    if shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
    run, console = folder / "run", folder / "console"
    assert not [each for each in run.glob("views/*") if each.is_mount()], "an earlier seal left its mounts"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    console.unlink(missing_ok=True)
    script = folder / "script"
    text = seal_script(made, Questions(), NONCE, probed=probed)
    script.write_text(text if disk else _NO_DISK_WAITS + text, encoding="utf-8")
    setting = {
        "PATH": GUEST_PATH,
        "IMAGING_SEAL_ROOT": str(root),
        "IMAGING_SEAL_RUN": str(run),
        "IMAGING_SEAL_CONSOLE": str(console),
        "IMAGING_SEAL_DISK": str(disk) if disk else "",
        **({"IMAGING_SEAL_PATH": path} if path else {}),
    }
    ran = subprocess.run(
        [*SHELLS[shell], str(script), "trial", "work"], env=setting, capture_output=True, timeout=100, check=False
    )
    assert ran.stderr == b"", ran.stderr.decode()
    text = console.read_text()
    report, facts = read_seal_report(text, nonce=NONCE, now=NOW)
    return Sealed(report, facts, text)


def state_of(root: Path) -> State:
    """All of a tree but times of access, sizes of folders, and what the kernel counts: by path from its top."""
    found: State = {}
    for folder, names, files in os.walk(root):
        for path in (folder, *(f"{folder}/{name}" for name in (*files, *names))):
            one = os.lstat(path)
            kind = stat.S_IFMT(one.st_mode)
            content = str(Path(path).readlink()) if stat.S_ISLNK(kind) else _content(path) if stat.S_ISREG(kind) else ""
            time = 0 if stat.S_ISDIR(kind) else one.st_mtime_ns
            found[path.removeprefix(str(root)) or "/"] = (
                one.st_mode,
                one.st_uid,
                one.st_gid,
                time,
                one.st_ino,
                content,
            )
    return found


def _content(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def changed(before: State, after: State) -> set[str]:
    """The paths of what differs, came or went."""
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
