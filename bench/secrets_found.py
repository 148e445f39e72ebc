"""How many planted secrets the probe and the rules find, and how many false alarms there are without any."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.ground import Settings
from bench.planted import planted
from bench.results import Number
from imaging.guidelines import tables
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from imaging.guidelines.rules.guest.found_files import search_for
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts
from tests.guest.probe.running import NOW, plant, probe
from tests.guest.trees.building import build_tree
from tests.guidelines.building import facts

_PROFILE = load_profile("jetstream2")
_KIND = "debian-12"
_PEOPLE = ("home", "root", "opt", "srv", "data", "usr/local")
_OF_THE_TREES = ("systemd/system/survey.service", "apt/sources.list.d/survey.list", "fstab")
"""Files of the trees below /etc that hold a secret on purpose."""
RULES = tuple(sorted({row.rule for row in tables.secrets(_PROFILE) if row.rule.startswith("SEC-")}))


def measure(_settings: Settings) -> list[Number]:
    """Each class in a tree of its own, so that no class hides another."""
    classes = planted()
    missed = {name: sorted(files.keys() - found_of(files).keys()) for name, files in classes.items()}
    total = sum(map(len, classes.values()))
    lost = [path for paths in missed.values() for path in paths]
    alarms = found_of({})
    return [
        Number(
            "planted secrets found", 100 * (total - len(lost)) / total, "%", ">= 95 %",
            f"{total - len(lost)} of {total} in {len(classes)} classes; missed: {', '.join(lost) or 'none'}",
        ),
        Number("false alarms on a clean tree", len(alarms), "", "0", ", ".join(alarms)),
    ]  # fmt: skip


def found_of(files: Mapping[str, str]) -> dict[str, str]:
    """The rule by path, for each file that the rules for secrets name in a clean tree with these files."""
    with clean_tree() as root:
        for name in files:
            (root / name.lstrip("/")).unlink(missing_ok=True)
        seen = probe("sightings", root=plant(root, files), questions=questions_for(_PROFILE))
    known = facts(guest=Fact[GuestFacts](value=seen, source=Source.GUEST, read_at=NOW))
    found = {
        each.sighting.path: rule for rule in RULES for each in search_for(rule, tables.secrets, known, _PROFILE).found
    }
    below = {path for path in files if any(path.startswith(f"{place}/") for place in found)}
    return {**found, **dict.fromkeys(below, "folder")}


@contextmanager
def clean_tree() -> Iterator[Path]:
    """A system on which nobody has worked yet."""
    folder = Path(tempfile.mkdtemp(prefix="bench-secrets-"))
    try:
        root = build_tree(_KIND, folder / "root")
        for each in _PEOPLE:
            for path in [*(root / each).rglob("*")]:
                if path.is_file() or path.is_symlink():
                    path.unlink()
        for name in _OF_THE_TREES:
            (root / "etc" / name).unlink(missing_ok=True)
        yield root
    finally:
        shutil.rmtree(folder, ignore_errors=True)
