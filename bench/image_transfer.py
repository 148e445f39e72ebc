"""Image files, in and out: the program's own transfers against `openstack image create` and `openstack image save`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.ground import Settings, demonstration, somebody
from bench.results import Number, not_measured, ratio

_TURNS = 3
_SIZE = 2_000_000_000
_FULL, _EVERY = 256 * 1024, 2 * 1024**2
"""So much of a disk holds something, in so much of it: a system fills an eighth of its disk."""
_AIM = "<= 1.05 x"
_MOST_MB = 100
_SECONDS = 900


def measure(settings: Settings) -> list[Number]:
    """By turns, on one demonstration cloud; each downloaded file is thrown away at once."""
    turns = settings.turns(_TURNS)
    with (
        tempfile.TemporaryDirectory(prefix="bench-image-") as folder,
        demonstration() as cloud,
        somebody(cloud) as environment,
    ):
        return _numbers(settings.openstack, environment, _disk(Path(folder) / "disk.raw"), turns)


def _numbers(openstack: str | None, environment: Mapping[str, str], disk: Path, turns: int) -> list[Number]:
    if openstack is None:
        return [not_measured(what, "x", _AIM, "no openstack command") for what in ("upload, 2 GB", "download, 2 GB")]
    command = [openstack, "--os-cloud", "demo"]
    peaks: list[int] = []
    ours: dict[str, list[float]] = {"up": [], "down": []}
    theirs: dict[str, list[float]] = {"up": [], "down": []}
    target = disk.with_name("saved.raw")
    for _ in range(turns):
        create = ["image", "create", "--disk-format", "raw", "--file", str(disk), "-f", "value", "-c", "id", "theirs"]
        seconds, image = _timed([*command, *create], environment)
        theirs["up"].append(seconds)
        ours["up"].append(_own(["up", str(disk)], environment, peaks))
        ours["down"].append(_own(["down", image, str(target)], environment, peaks))
        target.unlink()
        theirs["down"].append(_timed([*command, "image", "save", "--file", str(target), image], environment)[0])
        target.unlink()
        _forget(command, environment)
    return [
        ratio("upload, 2 GB", ours["up"], theirs["up"], aim=_AIM, names="ours / openstack image create"),
        ratio("download, 2 GB", ours["down"], theirs["down"], aim=_AIM, names="ours / openstack image save"),
        Number("peak memory of a transfer, 2 GB", max(peaks) / 1e6, "MB", f"<= {_MOST_MB} MB", f"of {len(peaks)}"),
    ]


def _own(words: list[str], environment: Mapping[str, str], peaks: list[int]) -> float:
    seconds, told = _timed([sys.executable, "-m", "bench.moved_bytes", *words], environment)
    peaks.append(int(told) * 1024)
    return seconds


def _forget(command: list[str], environment: Mapping[str, str]) -> None:
    """Delete what was uploaded, so that the cloud's room does not grow with the turns."""
    listed = _timed([*command, "image", "list", "--private", "-f", "value", "-c", "ID", "-c", "Name"], environment)[1]
    shared = _timed([*command, "image", "list", "--shared", "-f", "value", "-c", "ID", "-c", "Name"], environment)[1]
    made = [line.split()[0] for line in f"{listed}\n{shared}".splitlines() if line.endswith((" moved", " theirs"))]
    _timed([*command, "image", "delete", *made], environment)


def _timed(words: list[str], environment: Mapping[str, str]) -> tuple[float, str]:
    begun = time.monotonic()
    done = subprocess.run(words, env=dict(environment), capture_output=True, text=True, timeout=_SECONDS, check=False)
    seconds = time.monotonic() - begun
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:6])}: {done.stderr.strip()[-300:]}")
    return seconds, done.stdout.strip()


def _disk(path: Path) -> Path:
    """A disk of which an eighth is full, and the rest a hole."""
    noise = random.Random(11)
    with path.open("wb") as file:
        for at in range(0, _SIZE - _FULL, _EVERY):
            file.seek(at)
            file.write(noise.randbytes(_FULL))
        file.truncate(_SIZE)
    os.sync()
    return path
