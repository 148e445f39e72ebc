"""Settings of the kernel that a start makes from files, in the order in which systemd reads them: the last counts."""

from __future__ import annotations

import re
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles

_FOLDERS: Final = ("/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
"""The first that has a file of a name hides the others."""
_LAST: Final = "/etc/sysctl.conf"
_SETTING: Final = re.compile(r"\A[ \t]*-?([^ \t=#;]+)[ \t]*=[ \t]*(.*)")


def sysctl(files: GuestFiles, key: str) -> str:
    """What a key such as `vm.nr_hugepages` is set to; empty where no file does."""
    value = ""
    for found in _files(files):
        for line in files.lines_of(found):
            setting = _SETTING.match(line)
            if setting is not None and setting[1].replace("/", ".") == key:
                value = setting[2].rstrip(" \t\r")
    return value


def _files(files: GuestFiles) -> list[Found]:
    """By their names; one that is hidden by a link to nowhere does not count."""
    by_name: dict[str, Found] = {}
    for folder in _FOLDERS:
        for each in files.matching(f"{folder}/*.conf"):
            by_name.setdefault(each.name, each)
    named = [files.find(by_name[name].path) for name in sorted(by_name)]
    return [found for found in (*named, *files.files(_LAST)) if found is not None and found.is_file]
