"""The ids by which a machine goes, and what they say about the instance that was asked for."""

from __future__ import annotations

import re
from enum import StrEnum

from models.base import Frozen
from models.text import CleanText

_NOVA = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""An id as Nova gives it: a UUID, in lower case."""
_PLACEHOLDERS = frozenset(
    {
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
    }
)
"""What firmware says that was given no id."""


class IdSource(StrEnum):
    """Where an id was read."""

    CLOUD_INIT = "cloud-init"
    """What cloud-init knew at this boot."""
    KEPT = "kept"
    """What lies on the disk, and may have come with the image."""
    DMI = "dmi"
    CONFIG_DRIVE = "config-drive"


class Verdict(StrEnum):
    """What the ids say."""

    SAME = "same"
    OTHER = "other"
    """At least one is an id as Nova gives it, and none is the instance's."""
    UNTOLD = "untold"


class MachineId(Frozen):
    """One id."""

    source: IdSource
    text: CleanText
    """Letters, digits, `.`, `_` and `-`; at most 80."""

    @property
    def nova_id(self) -> str | None:
        """The id in Nova's form; None where it has another form."""
        text = self.text.lower()
        return text if _NOVA.fullmatch(text) and text not in _PLACEHOLDERS else None


class MachineIds(Frozen):
    """All that a machine said about itself."""

    ids: tuple[MachineId, ...] = ()
    unread: tuple[CleanText, ...] = ()
    """What only root could have read there."""

    def verdict(self, instance_id: str) -> Verdict:
        """Whether this is the instance with that id of Nova.

        Any match suffices of the ids that are the machine's own. One that was kept on the disk may be its parent's, for
        an image brings it along: it speaks for a machine that says nothing else, and never against one.
        """
        wanted = instance_id.lower()
        if not _NOVA.fullmatch(wanted):
            return Verdict.UNTOLD
        speaking = self.others or self.ids
        if any(wanted in _readings(each) for each in speaking):
            return Verdict.SAME
        return Verdict.OTHER if self.others else Verdict.UNTOLD

    @property
    def others(self) -> tuple[MachineId, ...]:
        """The ids in Nova's form that were not merely kept on the disk."""
        return tuple(each for each in self.ids if each.nova_id is not None and each.source is not IdSource.KEPT)

    @property
    def sentence(self) -> str:
        """What the machine said, for the user who decides."""
        places: dict[str, list[str]] = {}
        for each in self.others or self.ids:
            places.setdefault(each.text.lower(), []).append(_SOURCES[each.source])
        if places:
            return f"It reports {'; '.join(f'{text} ({_listed(where)})' for text, where in places.items())}."
        if self.unread:
            return "Only root can read its identity, and cloud-init has left no id."
        return "It does not identify itself."


_SOURCES = {
    IdSource.CLOUD_INIT: "cloud-init's instance id",
    IdSource.KEPT: "kept on the disk",
    IdSource.DMI: "the firmware's product UUID",
    IdSource.CONFIG_DRIVE: "the config drive's UUID",
}


def _listed(places: list[str]) -> str:
    return ", ".join(dict.fromkeys(places))


def _readings(machine_id: MachineId) -> frozenset[str]:
    """What an id can mean: the firmware's first three fields are little-endian, which not all kernels undo."""
    nova_id = machine_id.nova_id
    if nova_id is None:
        return frozenset()
    if machine_id.source is not IdSource.DMI:
        return frozenset({nova_id})
    first, second, third, *rest = nova_id.split("-")
    swapped = "-".join((_reversed(first), _reversed(second), _reversed(third), *rest))
    return frozenset({nova_id, swapped})


def _reversed(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal)[::-1].hex()
