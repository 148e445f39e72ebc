"""The part `firewall`, from a disk, and what its reader makes of a system that does not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.guest.network import Firewall
from tests.guest.file_probe.comparing import by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.sleeping import EACH_TREE, awake
from tests.guest.probe.running import plant
from tests.guest.probe.test_filtering import DEBIAN, FIREWALLD

_RUNNING = ("runs", "loaded", "live", "asked")
WANTS = "/etc/systemd/system/multi-user.target.wants"
UFW: dict[str, str | bytes] = {
    "/etc/ufw/ufw.conf": "# ENABLED=no\nENABLED=yes\n",
    "/etc/default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\nDEFAULT_INPUT_POLICYX=\n',
    "/etc/ufw/user.rules": "*filter\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n-A ufw-user-output -j ACCEPT\n",
}
ZONE = (
    '<?xml version="1.0"?>\n<zone target="default">\n  <short>P</short>\n  <service name="ssh"/>\n'
    '  <port protocol="tcp" port="8080"/>\n  <port port="22" protocol="tcp"/>\n  <rule family="ipv4">\n</zone>\n'
)
FILES: dict[str, str | bytes] = {
    **UFW,
    f"{WANTS}/nftables.service": "-> /x",
    f"{WANTS}/firewalld.service": "-> /x",
    "/usr/lib/systemd/system/iptables.service": "x",
    "/etc/iptables/rules.v4": "# x\n*filter\n:INPUT DROP [0:0]\n-A INPUT\t-j ACCEPT\n[1:2] -A INPUT\nCOMMIT\n",
    "/etc/sysconfig/iptables": b"-A \xe9\n",
    "/etc/nftables.conf": f"#!/usr/sbin/nft -f\n\n{DEBIAN}",
    "/etc/sysconfig/nftables.conf": "# x\n",
    "/etc/firewalld/firewalld.conf": "DefaultZone=home\n#x\nDefaultZone=public\n",
    "/usr/lib/firewalld/zones/public.xml": ZONE,
}


@pytest.mark.parametrize("name", EACH_TREE)
def test_a_disk_tells_the_same_filter_as_the_script_in_a_guest(name: str) -> None:
    told, expected = by_file("firewall", awake(name)), by_shell("firewall", awake(name))
    assert rows_of(told, without=_RUNNING) == rows_of(expected, without=_RUNNING)
    assert told.incomplete == expected.incomplete


def test_files_of_every_form_tell_the_same_as_the_script(tmp_path: Path) -> None:
    told, expected = by_file("firewall", plant(tmp_path, FILES)), by_shell("firewall", tmp_path)
    without = (*_RUNNING, "zone")
    assert rows_of(told, without=without) == rows_of(expected, without=without)
    zones = [row for report in (told, expected) for row in report.rows if row[0] == "zone"]
    assert [(row[1], set(row[2].split(","))) for row in zones] == [
        ("public", {"ssh", "port 8080", "port 22", "target default", "rule", ""})
    ] * 2


def test_a_zone_in_one_line_is_read_whole(tmp_path: Path) -> None:
    """Of a line the script's sed finds the last service alone."""
    zone = '<zone><service name="ssh"/><service name="http"/></zone>'
    plant(tmp_path, {"/etc/firewalld/firewalld.conf": "DefaultZone=x\n", "/etc/firewalld/zones/x.xml": zone})
    assert ["zone", "x", "ssh,http,"] in by_file("firewall", tmp_path).rows


def decided(root: Path, files: dict[str, str | bytes]) -> Firewall:
    found: Firewall = facts_of("firewall", by_file("firewall", plant(root, files)))
    return found


def enabled(tool: str) -> dict[str, str | bytes]:
    return {f"{WANTS}/{tool}.service": "-> /x"}


RULES = "*filter\n:INPUT {} [0:0]\n-A INPUT -p tcp --dport 22 -j {}\nCOMMIT\n"
CASES: dict[str, tuple[dict[str, str | bytes], bool | None, str]] = {
    "nothing starts": ({"/etc/nftables.conf": DEBIAN.replace("$SSH, ", "")}, True, "no packet filter starts by itself"),
    "ufw lets in": (UFW, True, "--dport 22"),
    "ufw without the rule": ({**UFW, "/etc/ufw/user.rules": ""}, False, "DROP"),
    "nftables": ({**enabled("nftables"), "/etc/nftables.conf": DEBIAN}, True, "tcp dport"),
    "nftables without rules": (enabled("nftables"), True, "no saved rule"),
    "nftables by files": ({**enabled("nftables"), "/etc/sysconfig/nftables.conf": '  include "/etc/nftables/*.nft"\n',
                           "/etc/nftables/a.nft": DEBIAN.replace("$SSH, ", "")}, False, "policy drop"),
    "nftables by a file beside": ({**enabled("nftables"), "/etc/nftables.conf": 'include "own.nft"\n',
                                   "/etc/own.nft": FIREWALLD}, True, "tcp dport 22 accept"),
    "nftables by a file that is gone": ({**enabled("nftables"), "/etc/nftables.conf": 'include "/gone"\n'}, None,
                                        "the rules of nftables are not known"),
    "iptables": ({**enabled("iptables"), "/etc/sysconfig/iptables": RULES.format("DROP", "ACCEPT")}, True, "dport 22"),
    "iptables without rules": (enabled("netfilter-persistent"), True, "no saved rule"),
    "firewalld": ({**enabled("firewalld"), "/etc/firewalld/firewalld.conf": "DefaultZone=public\n",
                   "/usr/lib/firewalld/zones/public.xml": '<service name="ssh"/>'}, True, "public"),
    "firewalld without its zone": (enabled("firewalld"), None, "the rules of firewalld are not known"),
    "one that is open and one that is not known": ({**enabled("firewalld"), **UFW}, None, "firewalld are not known"),
    "one that is closed and one that is not known": (
        {**enabled("firewalld"), **UFW, "/etc/ufw/user.rules": ""}, False, "DROP"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_tools_that_start_by_themselves_decide(tmp_path: Path, case: str) -> None:
    files, is_open, why = CASES[case]
    found = decided(tmp_path, files)
    assert (found.ssh_open, found.rules) == (is_open, None)
    assert why in found.why


def test_files_of_nft_that_take_each_other_in_are_given_up(tmp_path: Path) -> None:
    told = by_file("firewall", plant(tmp_path, {"/etc/nftables.conf": 'include "/etc/*.conf"\n' * 3}))
    assert told.incomplete == "nftables.conf takes in too many files"
