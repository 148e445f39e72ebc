"""Reads what is mounted now and who uses it."""

from __future__ import annotations

from imaging.guest.report.masking import masked
from imaging.guest.report.rows import Rows, whole
from imaging.guest.report.tables import from_octal, options_of
from models.guest.mounts import Mount, Mounts, MountUser, SwapArea


def read_mounts(rows: Rows) -> Mounts:
    """The mounts in their order, swap areas, and the processes on what is not on the root disk."""
    return Mounts(
        mounts=rows.read("mount", _mount, fields=5),
        swaps=rows.read("swap", _swap, fields=3),
        users=rows.read("user", _user, fields=5),
        users_complete=rows.has("complete"),
    )


def _mount(fs_type: str, source: str, root: str, options: str, point: str) -> Mount:
    if not point.startswith("/"):
        raise ValueError("not a mount point")
    return Mount(
        point=from_octal(point),
        source=masked(from_octal(source)),
        fs_type=fs_type,
        root=from_octal(root),
        options=options_of(masked(options)),
    )


def _swap(kind: str, size: str, path: str) -> SwapArea:
    return SwapArea(path=from_octal(path), kind=kind, size_kib=whole(size))


def _user(pid: str, uses: str, user: str, process: str, point: str) -> MountUser:
    return MountUser(point=point, pid=whole(pid) or 0, process=process, user=user, uses=uses)
