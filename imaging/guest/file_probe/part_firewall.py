"""The packet filter that a start will load: by the tools that start by themselves, and the rules in their files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.included_files import IncludedFiles
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
_DEEPEST: Final = 16
"""Files within files; nft refuses more."""
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
    included = IncludedFiles(files, rows, "nftables.conf")
    for path in _OF_NFT:
        for line in _nft_lines(path, files, included):
            rows.row("saved", "nft", line.replace("\t", " "))


def _nft_lines(path: str, files: GuestFiles, included: IncludedFiles, depth: int = 0) -> Iterator[str]:
    """The lines of a file, and instead of each `include` those of the files that it takes in."""
    for line in files.lines(path):
        include = _INCLUDE.match(line) if depth < _DEEPEST else None
        found = included.take(include[1] if include[1].startswith("/") else f"/etc/{include[1]}") if include else []
        for each in found:
            yield from _nft_lines(each.path, files, included, depth + 1)
        if not found:
            yield line


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
