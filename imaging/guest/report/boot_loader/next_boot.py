"""Which boot loader is in use, what it starts next, and whether what it needs is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from imaging.guest.report.boot_loader.entries import (
    Chosen,
    Entry,
    NotUnderstoodError,
    from_files,
    without_device,
)
from imaging.guest.report.boot_loader.grub import chosen_by_grub, has_entries
from imaging.guest.report.boot_loader.simple_loaders import chosen_by_extlinux, chosen_by_systemd_boot
from imaging.guest.report.rows import Rows
from models.guest.boot import BootFile, NextBoot

_OF_FIRMWARE = "/boot/efi/"
_VERSION = re.compile(r"(?:vmlinu[xz]|kernel|linux|Image|bzImage)-(.+?)(?:\.efi)?$")
_IN_FOLDER = re.compile(r"/([^/]*[0-9][^/]*)/(?:linux|vmlinuz)$")
_Lines = Mapping[str, list[str]]
"""The lines of each file."""


@dataclass(frozen=True)
class NextEntry:
    """What comes next."""

    boot: NextBoot | None = None
    line: str = ""
    unknown: str = ""
    """What was not understood; empty if all was."""


def next_entry(rows: Rows) -> NextEntry:
    """What the boot loader of this guest starts next, or what of its configuration was not understood."""
    grub = {file: lines for file, lines in _files(rows, "grub").items() if has_entries(lines)}
    extlinux = {file: lines for file, lines in _files(rows, "extlinux").items() if lines}
    systemd_boot = {file for _key, _value, file in rows.read("loader", lambda *fields: fields, fields=3)}
    used = [name for name, files in (("grub", grub), ("extlinux", extlinux), ("systemd-boot", systemd_boot)) if files]
    if len(used) != 1:
        return NextEntry(unknown=f"which boot loader is used ({' or '.join(used) or 'none was seen'})")
    try:
        if grub:
            file = _grub_file(grub, rows.text("firmware"))
            return _next(rows, "grub", file, chosen_by_grub(grub[file], _environment(rows), partial(_of_files, rows)))
        if extlinux:
            file = next(iter(extlinux))
            return _next(rows, "extlinux", file, chosen_by_extlinux(extlinux[file]))
        settings = rows.read("loader", lambda key, value, _file: (key, value), fields=3)
        return _next(rows, "systemd-boot", min(systemd_boot), chosen_by_systemd_boot(settings, _of_files(rows, {})))
    except NotUnderstoodError as unknown:
        return NextEntry(unknown=f"{used[0]}: {unknown}")


def _files(rows: Rows, kind: str) -> _Lines:
    found: dict[str, list[str]] = {}
    for line, file in rows.read(kind, lambda line, file: (line, file), fields=2):
        found.setdefault(file, []).extend([line] if line else [])
    return found


def _grub_file(files: _Lines, firmware: str) -> str:
    """The file that GRUB reads: with UEFI it may be one on the firmware's own partition."""
    for_firmware = [file for file in files if file.startswith(_OF_FIRMWARE)]
    others = [file for file in files if file not in for_firmware]
    fitting = for_firmware if (firmware == "uefi" and for_firmware) or not others else others
    if len(fitting) > 1:
        raise NotUnderstoodError(f"which of {' and '.join(fitting)} is read")
    return fitting[0]


def _environment(rows: Rows) -> Mapping[str, str]:
    """What grubenv keeps; of several the first one, as with its other files."""
    found: dict[str, str] = {}
    for name, value in rows.read("env", lambda name, value: (name, value), fields=2):
        found.setdefault(name, value)
    return found


def _of_files(rows: Rows, variables: Mapping[str, str]) -> list[Entry]:
    return from_files(rows.read("bls", lambda *fields: fields, fields=3), variables)


def _next(rows: Rows, loader: str, file: str, chosen: Chosen) -> NextEntry:
    entry = chosen.entry
    if entry.odd or not entry.kernels or not all(path for path, _line in entry.kernels):
        raise NotUnderstoodError(entry.odd or "an entry without a kernel")
    images = _Images(rows)
    path, line = entry.kernels[0]
    version = images.version(path)
    running = rows.text("running")
    boot = NextBoot(
        loader=loader,
        file=file,
        title=entry.title or entry.id,
        kernels=tuple(images.file(each) for each in dict.fromkeys(path for path, _line in entry.kernels)),
        initrds=tuple(images.file(each) for each in dict.fromkeys(entry.initrds)),
        version=version,
        is_running=version == running if version else images.started(path),
        has_modules=version in rows.texts("library") if version else None,
        seconds=chosen.seconds,
        waits=chosen.waits,
    )
    return NextEntry(boot, line)


class _Images:
    """The files that a boot loader could load, by every name that it may have for them."""

    def __init__(self, rows: Rows) -> None:
        self._there = set(rows.texts("image"))
        self._empty = set(rows.texts("empty"))
        self._links = dict(rows.read("link", lambda target, path: (path, target), fields=2))
        self._folders = {path.rpartition("/")[0] for path in self._there | self._empty}
        self._started = next((word[11:] for word in rows.text("now").split() if word.startswith("BOOT_IMAGE=")), "")

    def file(self, path: str) -> BootFile:
        """It, and whether it is there; of a folder that nobody listed that cannot be told."""
        names = _names(path)
        if self._there & set(names):
            return BootFile(path=path, there=True)
        listed = any(name in self._empty or name.rpartition("/")[0] in self._folders for name in names)
        return BootFile(path=path, there=False if listed else None)

    def version(self, path: str) -> str:
        """The version in a kernel's name, or in that of the file that a link leads to."""
        target = next((self._links[name] for name in _names(path) if name in self._links), path)
        found = _IN_FOLDER.search(target) or _VERSION.search(target)
        return found[1] if found and found[1][:1].isdigit() else ""

    def started(self, path: str) -> bool:
        """Whether the kernel that runs was loaded from there."""
        return bool(self._started) and bool(set(_names(path)) & set(_names(without_device(self._started))))


def _names(path: str) -> list[str]:
    """What a path of a boot loader may be in the guest: /boot may be a file system, or lie on a subvolume."""
    path = "/" + path.lstrip("/")
    below = path.find("/boot/")
    inside = [path[below:]] if below > 0 else []
    return [path, f"/boot{path}", f"/boot/efi{path}", *inside]
