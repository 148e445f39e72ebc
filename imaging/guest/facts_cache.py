"""What the last inspection of each instance found, kept for a day, and what ran in it before its last run."""

from __future__ import annotations

import hashlib
import heapq
import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from imaging.guest.kept_inventories import InventoryStore
from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import close_folder, read_private, write_private
from models import foreign
from models.base import Frozen
from models.fact import Fact, UnknownCode
from models.findings import Source
from models.guest.facts import GuestFacts
from models.guest.since_run import BeforeRun
from models.guidelines.facts import NOT_INSPECTED

OLDEST = timedelta(days=1)
OLDEST_RUN = timedelta(days=30)
"""For so long an inspection is compared with what ran before the last run."""
_LIMIT_BYTES = 40_000_000
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_AHEAD = timedelta(minutes=5)
"""How far ahead of our clock a file may be, for clocks are set back."""


class _Kept(Frozen):
    """The file's form; a file of another version is as good as none."""

    version: Literal[1] = 1
    instance: str
    facts: GuestFacts


class _KeptBefore(Frozen):
    """The form of the file beside it, which a run writes and an inspection does not."""

    version: Literal[1] = 1
    instance: str
    before: BeforeRun


class GuestStore:
    """Facts of guests by instance, a file each that nobody else can read."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        """Keep where they lie, and the time by which they are too old."""
        self._folder = paths.state / "guests"
        self._clock = clock
        self.inventories = InventoryStore(paths.state)
        """What is installed on images."""

    def read(self, instance_id: str) -> Fact[GuestFacts]:
        """What the last inspection found; unknown if there was none, it is older than a day, or cannot be read."""
        try:
            facts = self._load(self._file(instance_id), instance_id)
        except (OSError, ValueError):
            facts = None
        if facts is None or not -_AHEAD <= self._clock.now() - facts.read_at <= OLDEST:
            return Fact(unknown_because=NOT_INSPECTED, unknown_code=UnknownCode.NOT_INSPECTED, source=Source.GUEST)
        return fact_of(facts)

    def kept_among(self, instance_ids: Iterable[str], most: int) -> tuple[str, ...]:
        """Of these instances the ones of which something is kept, the newest file first, `most` at most.

        Only the folder is listed: whether a file is too old or can be read, `read` tells.
        """
        try:
            with os.scandir(self._folder) as entries:
                times = {entry.name: entry.stat(follow_symlinks=False).st_mtime for entry in entries}
        except OSError:
            return ()
        kept = [(times[name], each) for each in instance_ids if (name := self._file(each).name) in times]
        return tuple(each for _, each in heapq.nlargest(most, kept))

    def write(self, instance_id: str, facts: GuestFacts) -> None:
        """Keep what an inspection found, in one step: a reader never sees half of it.

        Raises:
            OSError: it cannot be written.
        """
        close_folder(self._folder)
        file = self._file(instance_id)
        document = _Kept(instance=instance_id, facts=facts).model_dump_json()
        write_private(file, document)

    def keep_before_run(self, instance_id: str, before: BeforeRun | None) -> None:
        """Keep what runs in an instance that a run is about to stop, in the place of what an earlier run kept.

        Args:
            instance_id: whose guest.
            before: None where nobody inspected it: then a later inspection has nothing to be compared with.

        Raises:
            OSError: it cannot be written.
        """
        close_folder(self._folder)
        file = self._before_file(instance_id)
        if before is None:
            file.unlink(missing_ok=True)
        else:
            write_private(file, _KeptBefore(instance=instance_id, before=before).model_dump_json())

    def before_run(self, instance_id: str) -> BeforeRun | None:
        """What ran in an instance before its last run; None if that is long ago, was not seen, or cannot be read."""
        try:
            content = read_private(self._before_file(instance_id), _LIMIT_BYTES)
            kept = foreign.model(_KeptBefore, content, max_bytes=_LIMIT_BYTES)
        except (OSError, ValueError):
            return None
        young = -_AHEAD <= self._clock.now() - kept.before.kept_at <= OLDEST_RUN
        return kept.before if young and kept.instance == instance_id else None

    def forget(self, instance_id: str) -> None:
        """Forget an instance.

        Raises:
            OSError: the file cannot be removed.
        """
        self._file(instance_id).unlink(missing_ok=True)

    @staticmethod
    def _load(file: Path, instance_id: str) -> GuestFacts | None:
        kept = foreign.model(_Kept, read_private(file, _LIMIT_BYTES), max_bytes=_LIMIT_BYTES)
        return kept.facts if kept.instance == instance_id else None

    def _file(self, instance_id: str) -> Path:
        """An id comes from the cloud: what is no plain word could lead elsewhere, so its hash stands for it."""
        plain = _PLAIN_NAME.fullmatch(instance_id) is not None
        name = instance_id if plain else "id-" + hashlib.sha256(instance_id.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{name}.json"

    def _before_file(self, instance_id: str) -> Path:
        return self._file(instance_id).with_suffix(".before-run.json")  # no plain name has a dot


def fact_of(facts: GuestFacts) -> Fact[GuestFacts]:
    """A guest's facts as one fact for the rules."""
    return Fact(value=facts, source=Source.GUEST, read_at=facts.read_at)
