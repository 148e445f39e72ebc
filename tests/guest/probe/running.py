"""Runs the real probe in a real shell, on this machine or on a tree of files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from imaging.guest.probe import script
from imaging.guest.report import read_report
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions
from tests.support.needs import require
from tests.support.shells import GUEST_PATH, SHELLS

NONCE = "n0nce"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_BECOME_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
_AS_USUAL = "renice() { :; }\n"
"""In front of the probe: at the lowest priority it would wait for all tests that run beside it, until time is up."""
_AS_ROOT = 'id() { case $* in -u) echo 0 ;; *) command id "$@" ;; esac; }\n'
"""In front of it: asked as root is asked, by any user who runs the tests; they own the trees, so all can be read."""


def output_of(
    text: str,
    *,
    root: Path | None = None,
    shell: str = "dash",
    as_user: bool = False,
    as_root: bool = False,
    env: dict[str, str] | None = None,
    lowest: bool = False,
) -> bytes:
    """What a shell prints that reads this script from its standard input.

    Args:
        text: the script.
        root: where the guest's files are.
        shell: one of `SHELLS`.
        as_user: as one who is not root.
        as_root: as root, also where an ordinary user runs the tests.
        env: variables of the guest.
        lowest: at the lowest priority, to which the probe sets itself.
    """
    setting = {"PATH": GUEST_PATH, **({"IMAGING_PROBE_ROOT": str(root)} if root else {}), **(env or {})}
    require(SHELLS[shell][0])
    nobody = _BECOME_NOBODY if as_user and os.geteuid() == 0 else ()
    ran = subprocess.run(
        [*nobody, *SHELLS[shell], "-s"],
        input=((_AS_ROOT if as_root else "") + ("" if lowest else _AS_USUAL) + text).encode(),
        capture_output=True,
        env=setting,
        timeout=60,
        check=False,
    )
    assert ran.stderr == b"", ran.stderr.decode()
    return ran.stdout


def probe(
    *parts: str,
    root: Path | None = None,
    shell: str = "dash",
    as_user: bool = False,
    questions: Questions | None = None,
) -> GuestFacts:
    """The facts that the probe finds; all parts by default."""
    require(SHELLS[shell][0])
    if shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
    text = script(questions or Questions(), wanted(parts), nonce=NONCE)
    return read_report(
        output_of(text, root=root, shell=shell, as_user=as_user), nonce=NONCE, method=InspectionMethod.SSH, now=NOW
    )


@cache
def prefers_its_own_tools() -> bool:
    """Whether a busybox was built so: what it then runs in a tree is no tool that any guest has."""
    asked = [*SHELLS["busybox"], "-c", "find / -maxdepth 0 -printf ''"]
    return subprocess.run(asked, capture_output=True, check=False).returncode != 0


def wanted(parts: Collection[str]) -> Collection[str] | None:
    return parts or None


def plant(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Put files into a tree; a text that begins with `->` makes a link, one with `#!` a program."""
    for name, content in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str) and content.startswith("->"):
            path.symlink_to(content.removeprefix("->").strip())
            continue
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o755 if path.read_bytes().startswith(b"#!") else 0o644)
    return root
