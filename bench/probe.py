"""What an inspection of a guest costs: with next to nothing in /home and with 200,000 files, against `find` alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.ground import Settings
from bench.results import Number, ratio
from imaging.guest.probe import script
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from tests.guest.trees.building import build_tree

_TURNS = 5
_FILES = 200_000
_IN_A_FOLDER = 500
_KIND = "ubuntu-24.04"


def measure(settings: Settings) -> list[Number]:
    """The whole probe by dash, on trees of files; the three take turns."""
    text = script(questions_for(load_profile("jetstream")), nonce="bench").encode()
    times: dict[str, list[float]] = {"small": [], "full": [], "find": []}
    with _trees() as (small, full):
        for root in (small, full):
            _probed(text, root)  # once, so that both find their directories in memory
        for _ in range(settings.turns(_TURNS)):
            times["small"].append(_probed(text, small))
            times["full"].append(_probed(text, full))
            times["find"].append(_found(full))
    return [
        ratio("probe, 200,000 files in /home", times["full"], times["small"], names="full / small"),
        ratio("probe, 200,000 files, against find", times["full"], times["find"], names="probe / find -printf"),
        Number("probe, 200,000 files, longest", max(times["full"]), "s", "< 60 s", f"{len(times['full'])} turns"),
    ]


@contextmanager
def _trees() -> Iterator[tuple[Path, Path]]:
    with tempfile.TemporaryDirectory(prefix="bench-probe-") as folder:
        small, full = build_tree(_KIND, Path(folder) / "small"), build_tree(_KIND, Path(folder) / "full")
        for number in range(_FILES // _IN_A_FOLDER):
            data = full / f"home/alice/data/set-{number:03}"
            data.mkdir(parents=True)
            for one in range(_IN_A_FOLDER):
                (data / f"measurement-{one:05}.csv").touch()
        yield small, full


def _probed(text: bytes, root: Path) -> float:
    setting = {"PATH": os.environ["PATH"], "IMAGING_PROBE_ROOT": str(root)}
    begun = time.monotonic()
    told = subprocess.run(
        [shutil.which("dash") or "sh", "-s"], input=text, capture_output=True, env=setting, check=True
    )
    taken = time.monotonic() - begun
    if b"time was up" in told.stdout:
        raise RuntimeError("the probe ran out of time, so that its time says nothing")
    return taken


def _found(root: Path) -> float:
    begun = time.monotonic()
    command = ["find", str(root), "-xdev", "-printf", "%y %U %m %s %T@ %p\\n"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun
