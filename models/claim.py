"""A claim: what a run must know to put its source back, kept in the source's own metadata.

One key `imaging.claim.<run>` for the instance and one key `imaging.claim.<run>.<n>` for each volume, each value
a compact JSON of at most 255 characters. So any machine can put the instance back, without the journal.
"""

from __future__ import annotations

from datetime import datetime

from models.base import Frozen

CLAIM_PREFIX = "imaging.claim."


class ClaimedVolume(Frozen):
    """A volume as it was attached before the run."""

    id: str
    order: int
    """Its place among the attachments, from 0."""
    device: str | None = None
    delete_on_termination: bool | None = None
    tag: str | None = None


class Claim(Frozen):
    """The source as it was before the run changed anything."""

    run_id: str
    instance_id: str
    host: str
    """The machine whose runner made the claim."""
    claimed_at: datetime
    was_running: bool
    was_locked: bool
    lock_reason: str | None = None
    volumes: tuple[ClaimedVolume, ...] = ()
    missing: int = 0
    """How many volumes it once named beside these: their keys are not in the metadata any more."""
    released: bool = False
    """Known to the journal alone: all is as before, the claim's keys are being deleted, only the earlier lock
    may still have to be restored. From here on a missing claim is not a lost one."""
