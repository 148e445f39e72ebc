"""The packet filter that a start will load: by the tools that start by themselves, and the rules in their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.units import Units

_UFW: Final = "/etc/ufw/ufw.conf"
_UFW_POLICY: Final = "/etc/default/ufw"
_POLICY: Final = re.compile(r"\ADEFAULT_INPUT_POLICY=\"*([A-Z]*)")
_UFW_RULES: Final = "/etc/ufw/user.rules"
_TOOLS: Final = ("firewalld", "nftables", "iptables", "netfilter-persistent")
_OF_IPTABLES: Final = ("/etc/iptables/rules.v4", "/etc/sysconfig/iptables")
_OF_NFT: Final = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf")
_INCLUDE: Final = re.compile(r"\A[ \t]*include[ \t]+\"([^\"]*)\"")
_MOST_FILES: Final = 100
_FIREWALLD: Final = "/etc/firewalld/firewalld.conf"
_ZONES: Final = ("/etc/firewalld/zones", "/usr/lib/firewalld/zones")
_DEFAULT_ZONE: Final = "DefaultZone="
_IN_ZONE: Final = (
    (re.compile(r"<service name=\"([^\"]*)\""), ""),
    (re.compile(r"<port (?:[^<>]*? )?port=\"([^\"<>]*)\""), "port "),
    (re.compile(r"<zone[^<>]*target=\"([^\"<>]*)\""), "target "),
    (re.compile(r"<(rule)\b"), ""),
)
"""What of a zone lets anything in, and the word before it in the row."""


def part_firewall(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `firewall`; which rules are loaded belongs to a running system."""
    files = GuestFiles(disk.tree, rows)
    rows.row("runs", "no")
    if any(line.startswith("ENABLED=yes") for line in files.lines(_UFW)):
        rows.row("tool", "ufw")
    units = Units(files)
    for tool in _TOOLS:
        if units.state(f"{tool}.service") == "enabled":
            rows.row("tool", tool)
    _tell_saved(files, rows)
    _tell_ufw(files, rows)
    _tell_zone(files, rows)


def _tell_saved(files: GuestFiles, rows: PartRows) -> None:
    for path in _OF_IPTABLES:
        for line in files.lines(path):
            if line.startswith(("*", ":", "-")):
                rows.row("saved", "iptables", line.replace("\t", " "))
    nft = _NftFiles(files, rows)
    for path in _OF_NFT:
        for line in nft.lines(path):
            rows.row("saved", "nft", line.replace("\t", " "))


class _NftFiles:
    """Rules of nft, with the lines of what a file takes in instead of its `include`."""

    def __init__(self, files: GuestFiles, rows: PartRows) -> None:
        self._files = files
        self._rows = rows
        self._read = 0

    def lines(self, path: str) -> Iterator[str]:
        self._read += 1
        if self._read > _MOST_FILES:
            self._rows.incomplete("the rules of nft take in too many files")
            return
        for line in self._files.lines(path):
            found = self._taken_in(line)
            for each in found:
                yield from self.lines(each.path)
            if not found:
                yield line

    def _taken_in(self, line: str) -> list[Found]:
        include = _INCLUDE.match(line)
        return self._files.files(include[1] if include[1].startswith("/") else f"/etc/{include[1]}") if include else []


def _tell_ufw(files: GuestFiles, rows: PartRows) -> None:
    if not files.is_file(_UFW_POLICY):
        return
    policies = [found[1] for line in files.lines(_UFW_POLICY) if (found := _POLICY.match(line))]
    rows.row("ufw", "\n".join(policies))
    for line in files.lines(_UFW_RULES):
        if line.startswith("-A ufw-user-input"):
            rows.row("saved", "ufw", line)


def _tell_zone(files: GuestFiles, rows: PartRows) -> None:
    """Firewalld's default zone: every interface is there that nobody put elsewhere."""
    names = [line.removeprefix(_DEFAULT_ZONE) for line in files.lines(_FIREWALLD) if line.startswith(_DEFAULT_ZONE)]
    for folder in _ZONES if names and names[-1] else ():
        text = files.text(f"{folder}/{names[-1]}.xml")
        if text is not None:
            found = [f"{before}{each}" for form, before in _IN_ZONE for each in form.findall(text)]
            rows.row("zone", names[-1], "".join(f"{each}," for each in found))
            return
