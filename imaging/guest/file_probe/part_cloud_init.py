"""Whether and how cloud-init will set up a new instance, and what earlier launches left on the disk."""

from __future__ import annotations

import re
from typing import Final

from imaging.guest.file_probe.cloud_settings import tell_settings
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.disk_use import used_kib
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.units import OWN_UNITS, UNIT_FOLDERS, Units

_DISABLED: Final = "/etc/cloud/cloud-init.disabled"
_UNITS: Final = (
    "cloud-init-local",
    "cloud-init-main",
    "cloud-init-network",
    "cloud-init",
    "cloud-config",
    "cloud-final",
)
_GENERATORS: Final = tuple(
    f"/{place}/systemd/system-generators/cloud-init-generator" for place in ("etc", "usr/local/lib", "usr/lib", "lib")
)
_STARTS: Final = (
    "/etc/systemd/system/*.target.wants/cloud-init.target",
    "/usr/lib/systemd/system/*.target.wants/cloud-init.target",
    "/etc/systemd/system/multi-user.target.wants/cloud-*.service",
    "/etc/runlevels/*/cloud-init",
    "/etc/rc[2-5S].d/S*cloud-init",
)
"""The links by which systemd, OpenRC and old init scripts start it."""
_KEPT_CACHE: Final = "/var/lib/cloud/instance/manual-clean"
_INSTANCES: Final = "/var/lib/cloud/instances"
_SEEDS: Final = "/var/lib/cloud/seed/*/*"
_GIVEN: Final = (
    f"{_INSTANCES}/*/user-data.txt",
    f"{_INSTANCES}/*/user-data.txt.i",
    f"{_INSTANCES}/*/cloud-config.txt",
    f"{_INSTANCES}/*/vendor-data*.txt",
    f"{_INSTANCES}/*/scripts/*",
    _SEEDS,
)
_MOST_GIVEN: Final = 200
_BLANKS: Final = r"[ \t\r\f\v]*+"
_SECRET: Final = re.compile(
    r"PRIVATE KEY-----"
    r"|(?<![a-z_])(?:passw(?:or)?d|passphrase|plain_text_passwd|hashed_passwd|[a-z_]*(?:_password|secret|token)"
    rf"|[a-z_]*api_?key|[a-z_]*access_?key)[\"']?{_BLANKS}[:=]{_BLANKS}[\"']?[^\s\"']"
    rf"|^{_BLANKS}(?:-[ \t\r\f\v]+)?[a-z0-9_.-]+:\$[1-9y][a-z]?\$",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)
"""A line that looks like a password, token or key."""


def part_cloud_init(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `cloud_init`."""
    files = GuestFiles(disk.tree, rows)
    if files.exists("/usr/bin/cloud-init"):
        rows.row("version", "")
    _tell_switches(files, rows)
    tell_settings(files, rows)
    if files.exists(_KEPT_CACHE):
        rows.row("yaml", "manual_cache_clean: true", _KEPT_CACHE)  # this decides, not what its settings say now
    if files.is_directory(_INSTANCES):
        _tell_instances(files, rows)
        _tell_given(files, rows)


def _tell_switches(files: GuestFiles, rows: PartRows) -> None:
    """What lets it start at a boot. The word of the kernel line is read with that line."""
    units = Units(files)
    if files.exists(_DISABLED):
        rows.row("disabled", _DISABLED)
    for name in _UNITS:
        _tell_unit(f"{name}.service", units, files, rows)
    for path in _GENERATORS:
        if units.is_masked(path):
            rows.row("disabled", "its generator for systemd is masked")
        elif files.is_program(path):
            rows.row("starts", "generator")
    for each in files.matching(*_STARTS):
        rows.row("starts", each.path)
    if units.is_masked(f"{OWN_UNITS}/cloud-init.target"):
        rows.row("disabled", "cloud-init.target is masked")
    for found in files.files(_SEEDS):
        rows.row("seed", found.path)


def _tell_unit(unit: str, units: Units, files: GuestFiles, rows: PartRows) -> None:
    state = units.state(unit)
    if state == "masked":
        rows.row("disabled", f"{unit} is masked")
    elif state == "enabled":
        rows.row("unit", "enabled", unit)
    elif state == "installed":
        for folder in UNIT_FOLDERS:
            found = files.find_itself(f"{folder}/{unit}")
            if found is not None and found.is_file:
                rows.row("unit", "installed", unit)


def _tell_instances(files: GuestFiles, rows: PartRows) -> None:
    folders = [each.path for each in files.matching(f"{_INSTANCES}/*") if files.exists(each.path)]
    if folders:
        rows.row("instances", used_kib(files, folders))


def _tell_given(files: GuestFiles, rows: PartRows) -> None:
    """What was given at a launch: its size, and whether a line of it looks like a secret. Never a line of it."""
    given = [found for found in files.files(*_GIVEN) if found.node.size_bytes]
    for found in given[:_MOST_GIVEN]:
        itself = files.find_itself(found.path) or found
        rows.row("user-data", itself.node.size_bytes, found.path)
        text = files.text_of(found)
        if text is None:
            rows.row("unread", found.path)
        elif _SECRET.search(text):
            rows.row("secret", found.path)
    if len(given) > _MOST_GIVEN:
        rows.incomplete("more than 200 files of user data")
