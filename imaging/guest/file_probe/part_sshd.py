"""The SSH server: what its files and its own defaults come to, as `sshd -T` would say it, and its host keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.guest_files import GuestFiles, words_of
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.sshd_files import SSHD_CONFIG, Setting, SshdFiles
from imaging.guest.file_probe.units import Units

_UNITS: Final = ("ssh.socket", "sshd.socket", "ssh.service", "sshd.service")
_KEYS: Final = frozenset({
    "acceptenv", "addressfamily", "allowgroups", "allowusers", "authenticationmethods", "authorizedkeyscommand",
    "authorizedkeysfile", "authorizedprincipalscommand", "authorizedprincipalsfile", "challengeresponseauthentication",
    "denygroups", "denyusers", "forcecommand", "hostkey", "kbdinteractiveauthentication", "listenaddress",
    "passwordauthentication", "permitemptypasswords", "permitrootlogin", "port", "pubkeyauthentication",
    "trustedusercakeys", "usepam",
})  # fmt: skip
"""Those that decide who gets in, and by what."""
_DOORS: Final = ("permitrootlogin", "trustedusercakeys", "authorizedkeyscommand", "authorizedprincipals")
"""Those of which a Match block is told, too: they let others in."""
_SEVERAL: Final = frozenset({"allowusers", "allowgroups", "denyusers", "denygroups", "acceptenv", "port",
                             "listenaddress", "hostkey"})  # fmt: skip
"""Every line of these counts; of the others the first one."""
_OTHER_NAMES: Final = {"challengeresponseauthentication": "kbdinteractiveauthentication"}
_NONE_BY_DEFAULT: Final = (
    *("authorizedkeyscommand", "authorizedprincipalscommand", "authorizedprincipalsfile"),
    *("forcecommand", "trustedusercakeys"),
)
_DEFAULTS: Final = {
    "port": ["22"],
    "addressfamily": ["any"],
    "listenaddress": ["::", "0.0.0.0"],  # noqa: S104  # said, not bound to
    "usepam": ["no"],
    "permitrootlogin": ["prohibit-password"],
    "pubkeyauthentication": ["yes"],
    "passwordauthentication": ["yes"],
    "kbdinteractiveauthentication": ["yes"],
    "permitemptypasswords": ["no"],
    "authorizedkeysfile": [".ssh/authorized_keys .ssh/authorized_keys2"],
    "authenticationmethods": ["any"],
    **{key: ["none"] for key in _NONE_BY_DEFAULT},
}
"""Of sshd itself, where no file says anything else."""
_ROOT_YES: Final = {"centos": 7, "rhel": 7, "ol": 7, "amzn": 2, "debian": 8}
"""Systems, by os-release's ID, whose sshd lets root in by password unless told otherwise, up to this version."""


def part_sshd(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `sshd`."""
    files = GuestFiles(disk.tree, rows)
    if files.exists("/usr/sbin/sshd"):
        rows.row("installed")
    units = Units(files)
    for unit in _UNITS:
        if state := units.state(unit):
            rows.row("unit", state, unit)
    if files.is_file(SSHD_CONFIG):
        _tell_settings(files, rows)
    _tell_host_keys(files, rows)


def _tell_settings(files: GuestFiles, rows: PartRows) -> None:
    """What counts for everybody as `effective`, what lets others in for some alone as `matched`."""
    settings = [each for each in SshdFiles(files, rows).settings() if each.key in _KEYS]
    counting = _counting(each for each in settings if each.is_for_all)
    if _lets_root_in(files):
        counting.setdefault("permitrootlogin", ["yes"])
    counting = {**_DEFAULTS, **counting}
    counting["listenaddress"] = _with_ports(counting["listenaddress"], counting["port"])
    for key, values in counting.items():
        for value in values:
            rows.row("effective", key, value)
    for each in settings:
        if not each.is_for_all and each.key.startswith(_DOORS):
            rows.row("matched", each.key, *_values(each)[:1])


def _counting(settings: Iterable[Setting]) -> dict[str, list[str]]:
    """The values of each key that count."""
    found: dict[str, list[str]] = {}
    for each in settings:
        key = _OTHER_NAMES.get(each.key, each.key)
        if key in _SEVERAL:
            found.setdefault(key, []).extend(_values(each))
        else:
            found.setdefault(key, _values(each))
    return found


def _values(setting: Setting) -> list[str]:
    """Its values as they may be told: a command without its arguments, a list word by word, others as one."""
    if setting.key.endswith("command"):
        return [setting.words[0]]
    return list(setting.words) if setting.key in _SEVERAL else [" ".join(setting.words)]


def _with_ports(addresses: list[str], ports: list[str]) -> list[str]:
    """Each address with each port, as sshd listens on them; one may bring its own port along."""
    found = []
    for address in addresses:
        is_plain_ipv6 = address.count(":") > 1 and not address.startswith("[")
        host = f"[{address}]" if is_plain_ipv6 else address
        has_port = ":" in host.rpartition("]")[2]
        found += [host] if has_port else [f"{host}:{port}" for port in ports]
    return found


def _lets_root_in(files: GuestFiles) -> bool:
    said = dict(_release(files))
    major = said.get("VERSION_ID", "").partition(".")[0]
    return major.isascii() and major.isdigit() and int(major[:9]) <= _ROOT_YES.get(said.get("ID", ""), 0)


def _release(files: GuestFiles) -> Iterator[tuple[str, str]]:
    path = "/etc/os-release" if files.exists("/etc/os-release") else "/usr/lib/os-release"
    for line in files.lines(path):
        key, _, value = line.partition("=")
        yield key, value.strip("\"'")


def _tell_host_keys(files: GuestFiles, rows: PartRows) -> None:
    for each in files.matching("/etc/ssh/ssh_host_*_key"):
        if files.exists(each.path):
            words = words_of(files.first_line(f"{each.path}.pub") or "")
            algorithm, public_half = [*words[:2], "", ""][:2]
            rows.row("host-key", algorithm, public_half, each.path)
