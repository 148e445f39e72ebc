"""A claim: what a run must know to restore its source, kept in the source's own metadata.

One key `imaging.claim.<run>` for the instance and one key `imaging.claim.<run>.<n>` for each volume, each value
a compact JSON of at most 255 characters. So any machine can restore the instance, without the journal.
"""

from __future__ import annotations

from models.base import Frozen
from models.cloud.instance import Instance
from models.foreign import Moment
from models.text import CleanText

CLAIM_PREFIX = "imaging.claim."


def run_on(instance: Instance) -> str | None:
    """The id of a run that has claimed an instance and has not restored it yet; None if there is none."""
    keys = sorted(key for key in instance.metadata if key.startswith(CLAIM_PREFIX))
    return keys[0].removeprefix(CLAIM_PREFIX).split(".")[0] if keys else None


class ClaimedVolume(Frozen):
    """A volume as it was attached before the run."""

    id: CleanText
    order: int
    """Its place among the attachments, from 0."""
    device: CleanText | None = None
    delete_on_termination: bool | None = None
    tag: CleanText | None = None


class Claim(Frozen):
    """The source as it was before the run changed anything."""

    run_id: CleanText
    instance_id: CleanText
    host: CleanText
    """The machine whose runner made the claim."""
    claimed_at: Moment | None
    """None: the claim in the metadata is damaged there."""
    was_running: bool
    was_locked: bool
    lock_reason: CleanText | None = None
    volumes: tuple[ClaimedVolume, ...] = ()
    missing: int = 0
    """How many volumes it once named beside these: their keys are not in the metadata any more."""
    damage: tuple[CleanText, ...] = ()
    """What could not be read of it any more, in words such as "whether it was running": it counts as no."""
    released: bool = False
    """Known to the journal alone: all is as before, the claim's keys are being deleted, only the earlier lock
    may still have to be restored. From here on a missing claim is not a lost one."""
