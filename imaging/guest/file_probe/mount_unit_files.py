"""Mount and swap units of a disk, with what is added to them, and what targets need of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.units import UNIT_FOLDERS, Units
from imaging.guest.report.masking import masked

_MOUNTS: Final = ("*.mount", "*.swap")
_BESIDE: Final = ("*.mount.d/*.conf", "*.swap.d/*.conf", "*.target.d/*.conf", "*.target")
_SECTION: Final = re.compile(r"\A[ \t]*\[")
_OF_MOUNTS: Final = ("[Mount]", "[Swap]")
_SETTING: Final = re.compile(r"\A[ \t]*([A-Z][A-Za-z]*)[ \t]*=(.*)")
_KEYS: Final = ("What", "Where", "Type", "Options")
_NEEDS: Final = ("Requires", "Requisite", "BindsTo")
_A_DISK: Final = re.compile(r"[/:=%]")
"""What stands in the source of anything but the kernel's own file systems."""
_OF_THE_KERNEL: Final = re.compile(r"\A/(dev|proc|run|sys)/")
"""Where the units that systemd brings along mount those."""


def tell_mount_units(files: GuestFiles, rows: PartRows) -> None:
    """The rows of kind `unit-state`, `unit` and `needs`."""
    units = Units(files)
    for folder in _folders(files):
        for each in files.matching(*(f"{folder}/{pattern}" for pattern in _MOUNTS)):
            _tell_unit(each, files, units, rows)
        for found in files.files(*(f"{folder}/{pattern}" for pattern in _BESIDE)):
            _tell_settings(found, files, rows)


def _folders(files: GuestFiles) -> list[str]:
    """/lib is left out where it is but another name."""
    return [folder for folder in UNIT_FOLDERS if not files.is_link("/" + folder.split("/")[1])]


def _tell_unit(each: Found, files: GuestFiles, units: Units, rows: PartRows) -> None:
    if units.is_masked(each.path):
        rows.row("unit-state", "masked", "no", "no", each.path)
        return
    found = files.find(each.path)
    if found is not None and found.is_file:
        rows.row("unit-state", *_state(found.name, units), found.path)
        _tell_settings(found, files, rows)


def _state(name: str, units: Units) -> Iterator[str]:
    """Whether it is enabled, whether it is required, and whether an automount unit stands before it."""
    automount = units.state(f"{name.rpartition('.')[0]}.automount")
    required = units.is_required(name)
    yield _yes_or_no(required or units.is_wanted(name) or automount == "enabled")
    yield _yes_or_no(required)
    yield _yes_or_no(name.endswith(".mount") and automount in {"enabled", "installed"})


def _yes_or_no(answer: bool) -> str:  # it is the only question
    return "yes" if answer else "no"


def _tell_settings(found: Found, files: GuestFiles, rows: PartRows) -> None:
    lines = files.lines_of(found)
    if ".target" in found.path:
        for key, value in _settings(lines):
            if key in _NEEDS and ".mount" in value:
                rows.row("needs", value, found.path)
        return
    said = [(key, value) for key, value in _settings(lines, only_in=_OF_MOUNTS) if key in _KEYS]
    if _counts(found.path, lines, said):
        for key, value in said:
            rows.row("unit", key, masked(value), found.path)


def _counts(path: str, lines: list[str], said: list[tuple[str, str]]) -> bool:
    """Whether it is neither made of fstab, which tells it itself, nor one of the kernel's own file systems."""
    if any(line.lstrip(" \t").startswith("SourcePath=") and "fstab" in line for line in lines):
        return False
    is_own = path.startswith("/etc/") or ".d/" in path
    return is_own or any(
        _A_DISK.search(value) if key == "What" else key == "Where" and not _OF_THE_KERNEL.match(value)
        for key, value in said
    )


def _settings(lines: list[str], only_in: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Keys and values, of all sections or of some."""
    inside = not only_in
    for line in lines:
        if only_in and _SECTION.match(line):
            inside = any(section in line for section in only_in)
        setting = _SETTING.match(line)
        if inside and setting is not None:
            yield setting[1], setting[2].lstrip(" \t").rstrip(" \t\r").replace("\t", " ")
