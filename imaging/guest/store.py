"""What the last look into each instance found, kept between two starts of the program for a day."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Literal

from imaging.runtime.clock import Clock
from imaging.runtime.paths import Paths
from models.base import Frozen
from models.fact import Fact
from models.facts import NOT_LOOKED
from models.findings import Source
from models.guest.facts import GuestFacts

OLDEST = timedelta(days=1)
_LIMIT_BYTES = 40_000_000
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_AHEAD = timedelta(minutes=5)
"""How far ahead of our clock a file may be, for clocks are set back."""


class _Kept(Frozen):
    """The file's form; a file of another version is as good as none."""

    version: Literal[1] = 1
    instance: str
    facts: GuestFacts


class GuestStore:
    """Facts of guests by instance, a file each that nobody else can read."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        """Keep where they lie, and the time by which they are too old."""
        self._folder = paths.state / "guests"
        self._clock = clock

    def read(self, instance_id: str) -> Fact[GuestFacts]:
        """What the last look found; unknown if there was none, it is older than a day, or cannot be read."""
        try:
            facts = self._load(self._file(instance_id), instance_id)
        except (OSError, ValueError):
            facts = None
        if facts is None or not -_AHEAD <= self._clock.now() - facts.read_at <= OLDEST:
            return Fact(unknown_because=NOT_LOOKED, source=Source.GUEST)
        return fact_of(facts)

    def write(self, instance_id: str, facts: GuestFacts) -> None:
        """Keep what a look found, in one step: a reader never sees half of it.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(instance_id)
        document = _Kept(instance=instance_id, facts=facts).model_dump_json()
        fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as writing:
                writing.write(document)
            fresh.replace(file)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise

    def forget(self, instance_id: str) -> None:
        """Forget an instance.

        Raises:
            OSError: the file cannot be removed.
        """
        self._file(instance_id).unlink(missing_ok=True)

    @staticmethod
    def _load(file: Path, instance_id: str) -> GuestFacts | None:
        if file.stat().st_size > _LIMIT_BYTES:
            return None
        kept = _Kept.model_validate_json(file.read_bytes())
        return kept.facts if kept.instance == instance_id else None

    def _file(self, instance_id: str) -> Path:
        """An id comes from the cloud: what is no plain word could lead elsewhere, so its hash stands for it."""
        plain = _PLAIN_NAME.fullmatch(instance_id) is not None
        name = instance_id if plain else "id-" + hashlib.sha256(instance_id.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{name}.json"


def fact_of(facts: GuestFacts) -> Fact[GuestFacts]:
    """A guest's facts as one fact for the rules."""
    return Fact(value=facts, source=Source.GUEST, read_at=facts.read_at)
