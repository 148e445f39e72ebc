"""Image files, in and out, against `openstack image create` and `openstack image save`: bare transfers, and whole runs.

The cloud is the demonstration cloud, or the one that $BENCH_CLOUD names in the `clouds.yaml` of $OS_CLIENT_CONFIG_FILE.

A run also inspects the disk, hashes it, compares it with what the cloud says, and keeps a journal. A test launch is
left out, since the other side has none.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench.ground import Settings, some_cloud
from bench.results import Number, not_measured, ratio
from imaging.democloud.image_bytes.disks import written

_TURNS = 3
_SIZE = 2_000_000_000
_FULL, _EVERY = 256 * 1024, 2 * 1024**2
"""So much of a disk holds something, in so much of it: a system fills an eighth of its disk."""
_AIM = "<= 1.05 x"
_MOST_MB = 100
_SECONDS = 900
_IMPORT = ("--name", "moved", "--description", "A disk of two gigabytes", "--attest", "SW-ATTEST", "--no-test", "--yes")
_EXPORT = ("--waive", "EXPORT=a measurement", "--attest", "EXPORT-LICENCES", "--yes")
_WHAT = ("upload, 2 GB", "download, 2 GB", "import, 2 GB, whole run", "export, 2 GB, whole run")


def measure(settings: Settings) -> list[Number]:
    """By turns, on one cloud; each downloaded file is thrown away at once."""
    turns = settings.turns(_TURNS)
    with (
        tempfile.TemporaryDirectory(prefix="bench-image-") as folder,
        some_cloud() as (cloud, environment),
    ):
        return _numbers(settings.openstack, cloud, environment, _disk(Path(folder) / "disk.raw"), turns)


def _numbers(openstack: str | None, cloud: str, environment: Mapping[str, str], disk: Path, turns: int) -> list[Number]:
    if openstack is None:
        return [not_measured(what, "x", _AIM, "no openstack command") for what in _WHAT]
    command = [openstack, "--os-cloud", cloud]
    peaks: list[int] = []
    of_runs: list[_Peaks] = []
    ours: dict[str, list[float]] = {"up": [], "down": [], "import": [], "export": []}
    theirs: dict[str, list[float]] = {"up": [], "down": []}
    target = disk.with_name("saved.raw")
    for _ in range(turns):
        create = ["image", "create", "--disk-format", "raw", "--file", str(disk), "-f", "value", "-c", "id", "theirs"]
        seconds, image = _timed([*command, *create], environment)
        theirs["up"].append(seconds)
        ours["up"].append(_own(["up", cloud, str(disk)], environment, peaks))
        ours["down"].append(_own(["down", cloud, image, str(target)], environment, peaks))
        target.unlink()
        theirs["down"].append(_timed([*command, "image", "save", "--file", str(target), image], environment)[0])
        target.unlink()
        for way, words in (("import", [str(disk), *_IMPORT]), ("export", [image, str(target), *_EXPORT])):
            seconds, peak = _run(way, [*words, "--os-cloud", cloud], environment)
            ours[way].append(seconds)
            of_runs.append(peak)
        for left in disk.parent.glob(f"{target.name}*"):
            left.unlink()
        _forget(command, environment)
    return [
        ratio(_WHAT[0], ours["up"], theirs["up"], aim=_AIM, names="ours / openstack image create"),
        ratio(_WHAT[1], ours["down"], theirs["down"], aim=_AIM, names="ours / openstack image save"),
        ratio(_WHAT[2], ours["import"], theirs["up"], aim=_AIM, names="ours / openstack image create"),
        ratio(_WHAT[3], ours["export"], theirs["down"], aim=_AIM, names="ours / openstack image save"),
        _memory("peak memory of a transfer, 2 GB", peaks),
        _memory("peak memory of a run's own process, 2 GB", [one.runner for one in of_runs]),
        _memory("peak memory of the command that starts it, 2 GB", [one.command for one in of_runs]),
    ]


class _Peaks(NamedTuple):
    """The most memory that the processes of a run had, in bytes."""

    runner: int
    command: int


def _memory(what: str, peaks: list[int]) -> Number:
    return Number(what, max(peaks) / 1e6, "MB", f"<= {_MOST_MB} MB", f"of {len(peaks)}")


def _run(way: str, words: list[str], environment: Mapping[str, str]) -> tuple[float, _Peaks]:
    """A whole run by its command: the seconds, and what its processes took."""
    command = [sys.executable, "-m", "imaging.commands", way, *words]
    os.sync()  # what the one before has written goes to the disk on nobody's account
    runner, own, begun = 0, 0, time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=dict(environment), stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        while process.poll() is None and time.monotonic() - begun < _SECONDS:
            for is_runner, peak in _peaks(environment["HOME"]):
                runner, own = (max(runner, peak), own) if is_runner else (runner, max(own, peak))
            time.sleep(0.2)
        seconds = time.monotonic() - begun
        if process.poll() != 0:
            process.kill()
            said.seek(0)
            raise RuntimeError(f"{way}: {said.read()[-500:].decode(errors='replace')}")
    return seconds, _Peaks(runner, own)


def _peaks(home: str) -> Iterator[tuple[bool, int]]:
    """Of all processes that run with this home: whether it is a runner, which is detached, and its peak in bytes."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, StopIteration):
            if f"HOME={home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                lines = (process / "status").read_text("utf-8", "replace").splitlines()
                peak = int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) * 1024
                yield b"imaging.runs.process.runner" in (process / "cmdline").read_bytes(), peak


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
    os.sync()  # as in `_run`
    begun = time.monotonic()
    done = subprocess.run(words, env=dict(environment), capture_output=True, text=True, timeout=_SECONDS, check=False)
    seconds = time.monotonic() - begun
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:6])}: {done.stderr.strip()[-300:]}")
    return seconds, done.stdout.strip()


def _disk(path: Path) -> Path:
    """A disk with a small system, of which an eighth is full, and the rest a hole."""
    noise = random.Random(11)
    system, _ = written("ubuntu-24", "raw", None)
    with path.open("wb") as file:
        file.write(system.read(0, system.size))
        for at in range(system.size + _EVERY, _SIZE - _FULL, _EVERY):
            file.seek(at)
            file.write(noise.randbytes(_FULL))
        file.truncate(_SIZE)
    os.sync()
    return path
