"""The paths that services name, in their own files and in what is added to these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.named_paths import NamedPaths
from imaging.guest.file_probe.units import OWN_UNITS

_SERVICES: Final = (
    f"{OWN_UNITS}/*.service",
    f"{OWN_UNITS}/*.service.d/*.conf",
    "/usr/local/lib/systemd/system/*.service",
    "/usr/lib/systemd/system/*.service",
    "/lib/systemd/system/*.service",
)
_STARTED_BY: Final = (
    f"{OWN_UNITS}/*.wants/*",
    f"{OWN_UNITS}/*.requires/*",
    "/usr/lib/systemd/system/*.wants/*",
    "/lib/systemd/system/*.wants/*",
)
_OF_VENDOR: Final = re.compile(r"\A(?:/usr)?/lib/")
_COMMENT: Final = re.compile(r"\A[ \t]*[#;]")
_SETTING: Final = re.compile(r"\A[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(.*)")
_COMMANDS: Final = frozenset({"ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecReload", "ExecCondition"})
_PLACES: Final = frozenset({
    "WorkingDirectory", "RootDirectory", "EnvironmentFile", "PIDFile", "ReadWritePaths", "BindPaths",
    "RequiresMountsFor", "LoadCredential", "StandardOutput", "StandardError",
})  # fmt: skip
_HOW_OPENED: Final = re.compile(r"(?:file|append|truncate):")
_AT_HOME: Final = re.compile(r"\A-?~")
_NO_HOME: Final = re.compile(r"\A/(?:nonexistent|var)?(?:/|\Z)")
_MOST_LINES: Final = 5_000
_LONGEST_LINE: Final = 20_000
_NAME, _HOME = 0, 5
"""Places of fields in a line of passwd."""


def tell_services(files: GuestFiles, paths: NamedPaths) -> None:
    """What services name, and the homes of the users as whom they run."""
    started = frozenset(each.name for each in files.matching(*_STARTED_BY))
    homes = _homes(files)
    for each in files.matching(*(_SERVICES[:-1] if files.is_link("/lib") else _SERVICES)):
        if each.is_file:
            enabled = "yes" if _is_started(_unit_of(each), started) else "no"
            _tell_service(each.path, enabled, files.lines_of(each), homes, paths)


def _homes(files: GuestFiles) -> dict[str, str]:
    lines = (line.split(":") for line in files.lines("/etc/passwd"))
    return {fields[_NAME]: fields[_HOME] for fields in lines if len(fields) > _HOME}


def _unit_of(found: Found) -> str:
    """The name of the service that a file is, or is added to."""
    folder = found.path.split("/")[-2]
    return folder.removesuffix(".d") if found.name.endswith(".conf") else found.name


def _is_started(unit: str, started: frozenset[str]) -> bool:
    stem = unit.removesuffix(".service")
    return any(name in started for name in (unit, f"{stem}.timer", f"{stem}.socket", f"{stem}.path"))


def _tell_service(file: str, enabled: str, lines: list[str], homes: Mapping[str, str], paths: NamedPaths) -> None:
    of_vendor = bool(_OF_VENDOR.match(file))
    user = ""
    for key, value in _settings(lines[:_MOST_LINES]):
        if key in _COMMANDS:
            paths.put_all(enabled, key, value, file, of_vendor=of_vendor)
        elif key in _PLACES:
            paths.put_all(enabled, key, _HOW_OPENED.sub("", value), file, of_vendor=of_vendor)
            if key == "WorkingDirectory" and _AT_HOME.match(value) and user in homes:
                paths.put(enabled, key, homes[user], file, of_vendor=of_vendor)
        elif key == "User":
            user = value.rstrip(" \t\r")
            home = homes.get(user, "")
            if not of_vendor and user != "root" and not _NO_HOME.match(home):
                paths.put(enabled, "User's home", home, file)


def _settings(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Keys and values; a line may continue in the next one."""
    held = ""
    for line in lines:
        if not held and _COMMENT.match(line):
            continue
        whole = held + line
        held = ""
        if whole.endswith("\\") and len(whole) < _LONGEST_LINE:
            held = f"{whole[:-1]} "
        elif setting := _SETTING.match(whole):
            yield setting[1], setting[2]
