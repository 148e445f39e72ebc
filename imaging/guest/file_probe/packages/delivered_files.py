"""Configuration files as their packages delivered them: path and sum, by dpkg, by what ucf keeps, or by rpm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.packages.debian.dpkg_status import has_dpkg, read_debs
from imaging.guest.file_probe.packages.rpm.rpm_database import read_rpms, rpm_database

_SUM: Final = re.compile(r"[0-9a-f]{32,}")
_CONFIGURATION: Final = 1
"""The flag of rpm for such a file."""


def delivered_files(tree: Tree, files: GuestFiles) -> dict[str, str] | None:
    """The sum of each, by its path; None where there is no database that could tell.

    Raises:
        DiskUnreadableError: the database cannot be read.
    """
    if has_dpkg(tree):
        told = [*(each for deb in read_debs(tree) for each in deb.conffiles), *_kept_by_ucf(files)]
    elif rpm_database(tree) is not None:
        told = list(_of_rpm(tree))
    else:
        return None
    return {path: digest for path, digest in told if _SUM.fullmatch(digest)}


def _kept_by_ucf(files: GuestFiles) -> Iterator[tuple[str, str]]:
    for line in files.lines("/var/lib/ucf/hashfile"):
        words = words_of(line)
        if len(words) > 1:
            yield words[1], words[0]


def _of_rpm(tree: Tree) -> Iterator[tuple[str, str]]:
    for rpm in read_rpms(tree):
        for flags, digest, path in zip(*rpm.files(), strict=True):
            if flags & _CONFIGURATION:
                yield path, digest
