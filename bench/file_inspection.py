"""Inspection of a disk in a file against `virt-inspector`, which starts a small machine that mounts the disk.

Both are to name the same system: its architecture, its release, and the file system of its root. virt-inspector tells
nothing of secrets, accounts or the next boot; what it has beyond that (packages with their descriptions, an icon) is
not compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.ground import Settings, somebody
from bench.results import Number, not_measured, ratio

_TURNS = 3
_SECONDS = 600
_WHAT, _AIM = "inspection of a disk in a file", "<= 1.0 x"
_SAME = "what both tell of its system is equal"


def measure(settings: Settings) -> list[Number]:
    """By turns, on the disk of an installed system in the file that `BENCH_DISK` names."""
    inspector, named = shutil.which("virt-inspector"), os.environ.get("BENCH_DISK")
    if inspector is None or named is None:
        why = "no virt-inspector command" if inspector is None else "BENCH_DISK names no file"
        return [not_measured(_WHAT, "x", _AIM, why)]
    with somebody() as environment:
        return _numbers(inspector, Path(named), environment, settings.turns(_TURNS))


def _numbers(inspector: str, disk: Path, environment: Mapping[str, str], turns: int) -> list[Number]:
    ours, theirs = list[float](), list[float]()
    own = [sys.executable, "-m", "imaging.commands", "inspect", "--file", str(disk), "--json"]
    other = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("LIBGUESTFS_")}
    found: tuple[str, str] = "", ""
    for _ in range(turns):
        seconds, document = _timed(own, environment)
        ours.append(seconds)
        seconds, page = _timed([inspector, "-a", str(disk)], other)
        theirs.append(seconds)
        found = document, page
    told, told_there = _by_imaging(found[0]), _by_virt_inspector(found[1])
    same = sum(told[name] == told_there[name] for name in told)
    return [
        ratio(f"{_WHAT}, {disk.name}", ours, theirs, aim=_AIM, names="ours / virt-inspector"),
        Number(_SAME, same, "", f"{len(told)}", "; ".join(f"{name} {told_there[name]}" for name in told_there)),
    ]


def _by_imaging(document: str) -> dict[str, str]:
    """What `imaging inspect` tells of the system."""
    disk = json.loads(document)["file"]["disk"]
    root = next(each for each in disk["partitions"] if each["name"] == disk["root"])
    return {"architecture": disk["architecture"], "file system": root["file_system"], "uuid": root["uuid"]}


def _by_virt_inspector(page: str) -> dict[str, str]:
    """The same of virt-inspector."""
    system = ET.fromstring(page).find("operatingsystem")
    if system is None:
        raise RuntimeError("virt-inspector found no system")
    device = system.findtext("root")
    root = next(each for each in system.iter("filesystem") if each.get("dev") == device)
    return {
        "architecture": system.findtext("arch", ""),
        "file system": root.findtext("type", ""),
        "uuid": root.findtext("uuid", ""),
    }


def _timed(words: list[str], environment: Mapping[str, str]) -> tuple[float, str]:
    begun = time.monotonic()
    done = subprocess.run(words, env=dict(environment), capture_output=True, text=True, timeout=_SECONDS, check=False)
    seconds = time.monotonic() - begun
    if not done.stdout.strip():  # the exit status of an inspection tells what it found
        raise RuntimeError(f"{' '.join(words[:6])}: {done.stderr.strip()[-300:]}")
    return seconds, done.stdout
