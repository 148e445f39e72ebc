"""Runs the real probe in a real shell, on this machine or on a tree of files."""

from __future__ import annotations

import getpass
import os
import secrets
import subprocess
import time
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
_NOBODY = 65534
_BECOME_NOBODY = ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups")
_AS_USUAL = "renice() { :; }\nionice() { :; }\n"
"""In front of the probe: at the lowest priority it would wait for all tests that run beside it, until time is up."""
_BEGIN = "imaging_probe </dev/null"
_UNWATCHED = f"watch() {{ :; }}\n{_BEGIN}"
"""Its last line, without a program beside each part that waits for its time to be up."""


def output_of(
    text: str,
    *,
    root: Path | None = None,
    shell: str = "dash",
    as_user: bool = False,
    as_root: bool = False,
    env: dict[str, str] | None = None,
    lowest: bool = False,
    bounded: bool = False,
) -> bytes:
    """What a shell prints that reads this script from its standard input.

    Args:
        text: the script.
        root: where the guest's files are.
        shell: one of `SHELLS`.
        as_user: as one who is not root.
        as_root: as root, also where an ordinary user runs the tests; they own the trees, so all can be read.
        env: variables of the guest.
        lowest: at the lowest priority, to which the probe sets itself.
        bounded: with all that bounds its time, and every program that it asks about this machine.
    """
    setting = {"PATH": GUEST_PATH, **({"IMAGING_PROBE_ROOT": str(root)} if root else {}), **(env or {})}
    require(SHELLS[shell][0])
    nobody = _BECOME_NOBODY if as_user and os.geteuid() == 0 else ()
    user = "nobody" if nobody else getpass.getuser()
    uid = 0 if as_root else _NOBODY if nobody else os.geteuid()
    ran = subprocess.run(
        [*nobody, *SHELLS[shell], "-s"],
        input=(("" if lowest else _AS_USUAL) + (text if bounded else _quick(text, uid, user))).encode(),
        capture_output=True,
        env=setting,
        timeout=60,
        check=False,
    )
    assert ran.stderr == b"", ran.stderr.decode()
    return ran.stdout


def _quick(text: str, uid: int, user: str) -> str:
    """The probe with answers in the place of programs, which take most of its time; a tree's own tools stay.

    It bounds nothing, and what it would ask this machine about itself it is told.
    """
    answers = {
        "timeout": '-k*) shift 3; "$@"',
        "id": f"-u) echo {uid} ;; -un) echo {user}",
        "date": f"+%s) echo {int(time.time())}",
        "od": f"*/dev/urandom) echo {secrets.token_hex(8)}",
    }
    front = (
        f'[ -x "${{IMAGING_PROBE_ROOT-}}/.tools/{tool}" ] || '
        f'{tool}() {{ case $* in {answer} ;; *) command {tool} "$@" ;; esac; }}\n'
        for tool, answer in answers.items()
    )
    return "".join(front) + text.replace(_BEGIN, _UNWATCHED)


def probe(
    *parts: str,
    root: Path | None = None,
    shell: str = "dash",
    as_user: bool = False,
    questions: Questions | None = None,
    bounded: bool = False,
) -> GuestFacts:
    """The facts that the probe finds; all parts by default. The rest is as for `output_of`."""
    require(SHELLS[shell][0])
    if shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
    text = script(questions or Questions(), wanted(parts), nonce=NONCE)
    output = output_of(text, root=root, shell=shell, as_user=as_user, bounded=bounded)
    return read_report(output, nonce=NONCE, method=InspectionMethod.SSH, now=NOW)


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
