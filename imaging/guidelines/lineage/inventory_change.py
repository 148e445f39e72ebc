"""What is installed on one image beyond another. What is not known on both is *unknown*, never *no difference*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from models.works.inventory import (
    InstalledPackage,
    Inventory,
    InventoryChange,
    PackageManager,
    VersionChange,
)

_Key = tuple[PackageManager, str, str]
"""Manager, place and name: what may have several versions at once, as a kernel has."""
_NOTHING_WHOLE: Final = "no list of packages is known whole of both"


def inventory_change(
    before: Inventory | None,
    after: Inventory | None,
    *,
    base_id: str = "",
    base_name: str = "",
    unknown_because: str = "",
) -> InventoryChange:
    """Compare what is installed.

    A package counts as added only where the earlier list of its manager is whole, and as removed only where the later
    one is.

    Args:
        before: of the base image, or of the image that is followed; None where it could not be read.
        after: of the image itself; None where it could not be read.
        base_id: whose list the earlier one is.
        base_name: the same.
        unknown_because: why one of them is None, for people.
    """
    if before is None or after is None or before.packages is None or after.packages is None:
        why = unknown_because or _why_unknown(before, after)
        return InventoryChange(
            base_id=base_id, base_name=base_name, unknown_because=why, not_compared=tuple(PackageManager)
        )
    partly = {*before.incomplete, *after.incomplete}
    if len(partly) == len(PackageManager):
        unknown_because = _NOTHING_WHOLE
    earlier, later = _by_key(before.packages), _by_key(after.packages)
    return InventoryChange(
        base_id=base_id,
        base_name=base_name,
        unknown_because=unknown_because,
        added=tuple(each for each in _only_in(later, earlier) if each.manager not in before.incomplete),
        removed=tuple(each for each in _only_in(earlier, later) if each.manager not in after.incomplete),
        changed=tuple(_changed(earlier, later)),
        not_compared=tuple(each for each in PackageManager if each in partly),
    )


def _why_unknown(before: Inventory | None, after: Inventory | None) -> str:
    who = "the image" if after is None or after.packages is None else "the other image"
    inventory = after if who == "the image" else before
    why = "; ".join(inventory.unread) if inventory is not None else ""
    return f"what is installed on {who} is not known" + (f": {why}" if why else "")


def _by_key(packages: tuple[InstalledPackage, ...]) -> dict[_Key, dict[InstalledPackage, None]]:
    found: dict[_Key, dict[InstalledPackage, None]] = {}
    for each in packages:
        found.setdefault((each.manager, each.place, each.name), {})[each] = None
    return found


_Packages = Mapping[_Key, Mapping[InstalledPackage, None]]


def _only_in(these: _Packages, others: _Packages) -> Iterator[InstalledPackage]:
    """In the order of manager, place and name; of what has another version on both sides `_changed` tells."""
    for key in sorted(these):
        other = others.get(key, {})
        if not _is_change(these[key], other):
            yield from (each for each in these[key] if each not in other)


def _changed(earlier: _Packages, later: _Packages) -> Iterator[VersionChange]:
    for key in sorted(later):
        if _is_change(later[key], earlier.get(key, {})):
            (before,), (after,) = earlier[key], later[key]
            same = before.version == after.version
            yield VersionChange(
                name=after.name,
                manager=after.manager,
                place=after.place,
                before=_spelled(before) if same else before.version,
                after=_spelled(after) if same else after.version,
            )


def _is_change(these: Mapping[InstalledPackage, None], others: Mapping[InstalledPackage, None]) -> bool:
    """Whether one package became another; where there are several of a name, each is added or removed by itself."""
    return len(these) == len(others) == 1 and these.keys() != others.keys()


def _spelled(package: InstalledPackage) -> str:
    return " ".join(word for word in (package.version, package.build, package.architecture) if word)
