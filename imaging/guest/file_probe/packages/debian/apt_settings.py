"""What apt is told beside its sources: settings and preferences by which it would choose another version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.debian.apt_lists import NotKnownError

_WEIGHS: Final = re.compile(r"Default-Release|Dir::(?:State|Etc)|Phased|Ignore-Hold", re.IGNORECASE)
_IN_COMMENT: Final = ("//", "#")
_NEVER: Final = re.compile(r"^Pin-Priority:[ \t]*(?:-[0-9]+|never)[ \t]*$", re.IGNORECASE)


def refuse_settings(files: GuestFiles) -> None:
    """Make sure that apt chooses by versions and releases alone.

    Raises:
        NotKnownError: it is told to choose otherwise.
    """
    for found in files.files("/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"):
        if any(_WEIGHS.search(line) for line in files.lines_of(found) if not line.lstrip().startswith(_IN_COMMENT)):
            raise NotKnownError("apt is told by its settings to choose versions otherwise")
    if any(not _is_left_out(paragraph) for paragraph in _preferences(files)):
        raise NotKnownError("apt is told by its preferences to choose versions otherwise")


def _preferences(files: GuestFiles) -> Iterator[list[str]]:
    for found in files.files("/etc/apt/preferences", "/etc/apt/preferences.d/*"):
        paragraph: list[str] = []
        for line in (*files.lines_of(found), ""):
            if line.strip() and not line.startswith("#"):
                paragraph.append(line)
            elif paragraph and not line.strip():
                yield paragraph
                paragraph = []


def _is_left_out(paragraph: list[str]) -> bool:
    """Whether it only keeps away the services that Ubuntu sells, of which a machine without them has no lists."""
    says_never = any(_NEVER.match(line) for line in paragraph)
    return says_never and any("UbuntuESM" in line for line in paragraph if line.startswith("Pin:"))
