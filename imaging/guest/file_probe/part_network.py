"""What ties the network's configuration to this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath
from typing import Final

from imaging.files.disk.tree import Found
from imaging.guest.file_probe.cloud_settings import tell_yaml
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.network_lines import ties
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.yaml_lines import YamlLines
from imaging.guest.report.masking import masked

_INTERFACES: Final = "/etc/network/interfaces"
_BESIDE: Final = "/etc/network/interfaces.d/"
_FILES: Final = (
    *("/usr/lib/netplan/*.yaml", "/lib/netplan/*.yaml", "/etc/netplan/*.yaml", "/etc/netplan/*.yml"),
    *("/etc/sysconfig/network-scripts/ifcfg-*", "/etc/sysconfig/network/ifcfg-*", "/etc/sysconfig/network/*route*"),
    *("/etc/NetworkManager/system-connections/*", "/usr/lib/NetworkManager/system-connections/*"),
    *("/etc/udev/rules.d/*.rules", "/etc/dhcpcd.conf", "/etc/wicked/*.xml", "/etc/wicked/ifconfig/*.xml"),
)
_NETWORKD: Final = ("/etc", "/usr/local/lib", "/usr/lib", "/lib")
_OF_NETWORKD: Final = ("*.network", "*.link", "*.netdev", "*.d/*.conf")
_UNKNOWN_FORMS: Final = ("/etc/conf.d/net", "/etc/netctl/*", "/var/lib/connman/*.config", "/etc/rc.conf")
_ADDRESS: Final = re.compile(r"(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_LEASES: Final = (
    "/var/lib/dhcp/*.leases",
    "/var/lib/dhclient/*.lease*",
    "/var/lib/dhcpcd/*.lease*",
    "/var/lib/dhcpcd/duid",
    "/var/lib/NetworkManager/*.lease",
)
_NAMING: Final = (
    *("/etc/mailname", "/etc/postfix/main.cf", "/etc/exim4/update-exim4.conf.conf", "/etc/slurm*/slurm.conf"),
    *("/etc/slurm*/gres.conf", "/etc/condor/condor_config*", "/etc/condor/config.d/*", "/etc/ganglia/gmond.conf"),
    *("/etc/pbs.conf", "/etc/corosync/corosync.conf", "/etc/rabbitmq/rabbitmq-env.conf"),
    *("/etc/hadoop/conf/core-site.xml", "/etc/elasticsearch/elasticsearch.yml"),
)
"""Files of mail and cluster software that know this machine by its present name."""
_OF_CLOUD_INIT: Final = re.compile(r"(?:generated|created) (?:by cloud-init|from information provided by)")
_HEAD_LINES: Final = 9
_MOST_LINES: Final = 5_000
_SHORTEST_NAME: Final = 3
"""A shorter host name is found in too many words."""


def part_network(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `network`. Only lines are told that may tie it: others may hold keys of networks."""
    files = GuestFiles(disk.tree, rows)
    sourced = dict.fromkeys(_sourced(files))
    for found in files.files(_INTERFACES, *sourced, *_FILES, *_of_networkd(files), f"{_BESIDE}*"):
        _tell_settings(found, files, rows)
    for found in files.files(*_UNKNOWN_FORMS):
        if _ADDRESS.search(files.text_of(found) or ""):
            rows.incomplete(f"the form of {found.path} is not known")
    for found in files.files(*_LEASES):
        if found.node.size_bytes:
            rows.row("lease", found.path)
    _tell_old_name(files, rows)


def _sourced(files: GuestFiles) -> Iterator[str]:
    """The patterns of the files that the interfaces file takes in, beside interfaces.d, which is read anyway."""
    for line in files.lines(_INTERFACES):
        word, *patterns = words_of(line) or [""]
        if word not in {"source", "source-directory"}:
            continue
        for each in patterns:
            pattern = normpath(each if each.startswith("/") else f"/etc/network/{each}")
            pattern = f"{pattern}/*" if word == "source-directory" else pattern
            if not pattern.startswith(_BESIDE):
                yield pattern


def _of_networkd(files: GuestFiles) -> list[str]:
    """/lib is left out where it is but another name."""
    folders = [each for each in _NETWORKD if not files.is_link("/" + each.split("/")[1])]
    return [f"{folder}/systemd/network/{pattern}" for folder in folders for pattern in _OF_NETWORKD]


def _tell_settings(found: Found, files: GuestFiles, rows: PartRows) -> None:
    path, yaml = found.path, YamlLines()
    lines = files.lines_of(found)
    if len(lines) > _MOST_LINES:
        rows.incomplete(f"{path} is too long")
    if "cloud-init" in found.name or any(_OF_CLOUD_INIT.search(line.lower()) for line in lines[:_HEAD_LINES]):
        rows.row("ours", path)
    for line in lines[:_MOST_LINES]:
        if path.endswith((".yaml", ".yml")):
            tell_yaml(yaml, line, path, rows)
            continue
        plain = line.replace("\t", " ").strip(" ").replace("\r", "")
        if plain and plain[0] not in "#;" and ties(path, plain):
            rows.row("line", masked(plain), path)


def _tell_old_name(files: GuestFiles, rows: PartRows) -> None:
    name = (files.first_line("/etc/hostname") or "").partition(".")[0]
    if len(name) < _SHORTEST_NAME or name == "localhost":
        return
    for found in files.files(*_NAMING):
        if _holds_word(files.text_of(found) or "", name):
            rows.row("old-name", found.path)


def _holds_word(text: str, word: str) -> bool:
    """Whether a word stands there with no letter, digit or low line beside it."""
    at = text.find(word)
    while at >= 0:
        beside = text[at - 1 : at] + text[at + len(word) : at + len(word) + 1]
        if not any(each.isascii() and (each.isalnum() or each == "_") for each in beside):
            return True
        at = text.find(word, at + 1)
    return False
