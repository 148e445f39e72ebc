"""What the clone reported of its seal, and the test instances of the image that was made of it."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.seal.plan import OperationId
from models.text import CleanText


class SealState(StrEnum):
    """How the seal ended in the clone."""

    SEALED = "sealed"
    """Every operation was carried out and seen to have worked."""
    CHANGED = "changed"
    """Nothing was changed: accounts, homes or units were found that nobody had agreed to."""
    FAILED = "failed"
    """An operation failed; the clone is not to be imaged."""


class OperationResult(Frozen):
    """One operation as the clone saw it."""

    id: OperationId
    before: int
    """Things of its kind before."""
    after: int
    """Things of its kind afterwards; 0 but for what is kept."""
    note: CleanText = ""


class CanaryClass(StrEnum):
    """Where a random token was written before the seal: each stands for a class of files."""

    HOME = "home"
    HISTORY = "history"
    LOG = "log"
    ROOT_HOME = "root-home"
    DELETED = "deleted"
    """A file that was deleted at once: its token lies in free space."""
    CACHE = "cache"
    SWAP = "swap"


class Canary(Frozen):
    """One token as the clone saw it on its raw disk."""

    kind: CanaryClass
    seen_before: bool | None = None
    """On the raw disk before the seal, after a sync; None: the disk could not be read."""
    seen_after: bool | None = None
    """On the raw disk after the seal."""


class SealReport(Frozen):
    """What the clone printed on its console."""

    nonce: CleanText
    """Of the clone's user data; the tokens of its canaries are computed from it."""
    state: SealState
    why: CleanText = ""
    """Why it is not sealed."""
    appeared: tuple[CleanText, ...] = ()
    """What was found that nobody had agreed to: `home /home/eve`."""
    digest: CleanText = ""
    """Of the plan that was carried out."""
    results: tuple[OperationResult, ...] = ()
    canaries: tuple[Canary, ...] = ()
    control_seen: bool | None = None
    """Whether the same reader found a token that it had just written; without it a count means nothing."""
    trimmed: bool | None = None
    """Whether fstrim was carried out; it proves nothing."""
    zero_filled: bool = False
    """Whether free space was overwritten with zeros."""
    seconds: int | None = None


class NeedleSighting(Frozen):
    """A name of the source that was found in the sealed image."""

    kind: CleanText
    """host name, address, account, key comment, instance id."""
    path: CleanText


class CanaryCount(Frozen):
    """How often a token was found on the raw disk of a test instance of the sealed image."""

    kind: CanaryClass
    count: int | None = None
    """None: the disk could not be read to its end."""


class BootSeen(Frozen):
    """One boot of the test instance, as it told it itself."""

    number: int
    machine_id_digest: CleanText = ""
    host_key_digests: tuple[CleanText, ...] = ()
    dhcp_ids: tuple[CleanText, ...] = ()
    """Under which names it asks for an address, each its kind and a digest: `duid 0a1b…`, `card …`."""
    failed_units: tuple[CleanText, ...] = ()
    enabled_units: tuple[CleanText, ...] = ()


class SealedImageReport(Frozen):
    """What a test instance of the sealed image printed of its own disk."""

    canaries: tuple[CanaryCount, ...] = ()
    control_seen: bool | None = None
    needles: tuple[NeedleSighting, ...] = ()
    needles_searched: int | None = None
    """How many names were searched for; None: the search did not come to its end."""
    not_searched: tuple[CleanText, ...] = ()
    """Names that are left out, and why: the default user, what is kept, words of the base system, short ones."""
    packed_left: tuple[CleanText, ...] = ()
    """Packed files that were not searched, and why."""
    boots: tuple[BootSeen, ...] = ()
    trouble: CleanText = ""
    """Why it did not report in full."""
