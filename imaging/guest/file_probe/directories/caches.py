"""What can be made again: downloads of package managers, trash, core dumps, modules of old kernels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.disk_use import used_kib
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.version_order import by_version

_IN_HOMES: Final = (
    ("pip", "/.cache/pip"), ("npm", "/.npm"), ("conda", "/.conda/pkgs"), ("conda", "/miniconda3/pkgs"),
    ("conda", "/anaconda3/pkgs"), ("conda", "/miniforge3/pkgs"), ("conda", "/mambaforge/pkgs"),
    ("containers", "/.local/share/containers"), ("trash", "/.local/share/Trash"),
)  # fmt: skip
_OF_THE_SYSTEM: Final = (
    ("apt", "/var/cache/apt/archives"), ("apt lists", "/var/lib/apt/lists"), ("dnf", "/var/cache/dnf"),
    ("yum", "/var/cache/yum"), ("packagekit", "/var/cache/PackageKit"), ("snap", "/var/lib/snapd/cache"),
    ("containers", "/var/lib/docker"), ("containers", "/var/lib/containers"), ("journal", "/var/log/journal"),
    ("core dumps", "/var/lib/systemd/coredump"), ("core dumps", "/var/crash"),
)  # fmt: skip


def tell_caches(files: GuestFiles, homes: Iterable[str], rows: PartRows) -> None:
    """Each that there is, with what it takes."""
    told: set[tuple[int, int]] = set()
    for kind, path in (*_of_homes(homes), *_OF_THE_SYSTEM, *_of_conda(files), *_old_kernels(files)):
        files.tree.check()
        itself = files.find_itself(path)
        if itself is None or not itself.is_directory:
            continue
        key = (id(itself.file_system), itself.node.inode)
        if key not in told:
            told.add(key)
            rows.row("cache", kind, used_kib(files, [path]), path)


def _of_homes(homes: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((kind, f"{home}{path}") for home in homes for kind, path in _IN_HOMES)


def _of_conda(files: GuestFiles) -> Iterator[tuple[str, str]]:
    for found in files.matching("/opt/*conda*", "/opt/miniforge*", "/opt/mambaforge*"):
        yield "conda", f"{found.path}/pkgs"


def _old_kernels(files: GuestFiles) -> Iterator[tuple[str, str]]:
    """The modules of all kernels but the newest: which of them the next boot takes is told elsewhere."""
    folders = {found.path.removesuffix("/kernel") for found in files.matching("/lib/modules/*/kernel")}
    return (("old kernels", path) for path in sorted(folders, key=by_version)[:-1])
