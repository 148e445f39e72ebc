"""How much of each quota is used and how much there is."""

from __future__ import annotations

from models.base import Frozen


class Limit(Frozen):
    """One quota. A maximum of -1, as the APIs use it, means unlimited."""

    used: int
    maximum: int

    @property
    def free(self) -> int | None:
        """What is left; None without a limit."""
        return None if self.maximum < 0 else max(0, self.maximum - self.used)

    def has_room_for(self, amount: int) -> bool:
        """Whether `amount` more fits."""
        return self.free is None or amount <= self.free


class Quota(Frozen):
    """The quotas that a run needs; None where the cloud does not tell."""

    instances: Limit | None = None
    cores: Limit | None = None
    ram_mib: Limit | None = None
    metadata_items: int | None = None
    """How many metadata keys one server may have; -1 means unlimited."""
    volumes: Limit | None = None
    volume_gib: Limit | None = None
    volume_snapshots: Limit | None = None
    images: Limit | None = None
    image_size_mib: Limit | None = None
