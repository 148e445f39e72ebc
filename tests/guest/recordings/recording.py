"""Runs the real probe, and what the remedies read, on the tree of a guest."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from imaging.democloud.guests.recording import SEALED, WITHOUT_SUDO
from imaging.guest.probe import script as probe_script
from imaging.guest.remedies.scripts import script as fix_script
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from models.guest.files import Questions
from tests.guest.recordings.building import build
from tests.guest.recordings.guests import GUESTS
from tests.guest.recordings.placing import NOW
from tests.guest.recordings.sealing import seal_tree
from tests.support.shells import GUEST_PATH

RECORDINGS = Path(__file__).parents[3] / "imaging" / "democloud" / "guests" / "recordings"
PROFILE = "jetstream"
_NONCE = "recorded"
_SECONDS = 120
_BECOME_USER = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups")
RECORDED = (*GUESTS, f"ubuntu-24{WITHOUT_SUDO}", *(f"{guest}{SEALED}" for guest in GUESTS))
"""The recordings: each guest as root sees it, one as a user without sudo does, and each after a real seal."""
_MOMENT = re.compile(r"1[5-9]\d{8}")
"""A moment of our century in seconds since 1970, alone in its field."""


def record(name: str) -> dict[str, Any]:
    """All that the demonstration cloud needs to know of a guest; needs root, for owners and what only root may read."""
    guest = name.removesuffix(WITHOUT_SUDO).removesuffix(SEALED)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = build(GUESTS[guest], Path(folder) / "root")
        sealed = seal_recorded(root, Path(folder)) if name.endswith(SEALED) else {}
        report = _report(_probe(root, as_user=name.endswith(WITHOUT_SUDO)))
        return {
            "recorded_at": NOW,
            "report": report,
            "fstab": (root / "etc/fstab").read_text(),
            "tables": _run(root, fix_script("current_mounts", "tables")),
            "whole_disk": _without_this_machine(_run(root, fix_script("whole_disk", "inspect"))),
            **sealed,
        }


def seal_recorded(root: Path, folder: Path) -> dict[str, Any]:
    """Seal the tree; how many things each operation took away."""
    report = seal_tree(root, _probe(root), PROFILE, questions(), folder)
    return {"seal": {each.id.value: each.before for each in report.results}}


def _probe(root: Path, *, as_user: bool = False) -> str:
    return _run(root, probe_script(questions(), nonce=_NONCE).encode(), as_user=as_user)


def as_text(recording: dict[str, Any]) -> str:
    """As it is kept: one row to a line, so that differences can be read."""
    parts = recording["report"]["parts"]
    rows = {name: part.pop("rows") for name, part in parts.items()}
    text = json.dumps(recording, indent=1, ensure_ascii=True)
    for name, part in parts.items():
        part["rows"] = rows[name]
    for name, lines in rows.items():
        listed = ",\n".join(f"     {json.dumps(row)}" for row in lines)
        text = text.replace(f'"{name}": {{\n', f'"{name}": {{\n    "rows": [\n{listed}\n    ],\n', 1)
    return text + "\n"


def questions() -> Questions:
    """All that the guidelines ask."""
    return questions_for(load_profile(PROFILE))


def _run(root: Path, script: bytes, *, as_user: bool = False) -> str:
    run = subprocess.run(
        [*(_BECOME_USER if as_user else ()), "/bin/sh", "-s"],
        input=script,
        env={"IMAGING_PROBE_ROOT": str(root), "PATH": GUEST_PATH},
        cwd="/",
        capture_output=True,
        timeout=_SECONDS,
        check=True,
    )
    return run.stdout.decode("utf-8", "surrogateescape").replace(str(root), "")  # as where the tree is the whole system


def _report(output: str) -> dict[str, Any]:
    frame = rf"^@@imaging-probe-begin {_NONCE}\n(.*)^@@imaging-probe-end {_NONCE} 0$"
    found = re.search(frame, output, re.DOTALL | re.MULTILINE)
    assert found is not None, output[-2000:]
    report: dict[str, Any] = json.loads(found[1])
    del report["asked"]  # any change of a table changes it, also one that no guest has an answer to
    return report


def _without_this_machine(output: str) -> str:
    """Whether a disk could be had alone is asked of the kernel that runs here: that says nothing of the tree."""
    return "".join(line for line in output.splitlines(keepends=True) if not line.startswith("alone\t"))
