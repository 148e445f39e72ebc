"""What ties the network to this machine, and the SSH server."""

from __future__ import annotations

import base64
import hashlib

import pytest

from models.guest.network import HostKey
from tests.guest.probe.running import plant, probe
from tests.support.known import known
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

NETPLAN = """# Mine
network:
  version: 2
  ethernets:
    ens3:
      match:
        macaddress: "fa:16:3e:00:00:01"
      set-name: "ens3"
      addresses:
        - 10.0.0.5/24
        - "2001:db8::5/64":
            label: x
      gateway4: 10.0.0.1
      nameservers:
        search: [example.org]
        addresses: [8.8.8.8, 8.8.4.4]
      routes:
        - to: default
          via: 10.0.0.2
    lo:
      addresses: [127.0.0.1/8]
"""
INTERFACES = """auto lo
iface lo inet loopback
iface eth0 inet static
  address 10.0.0.5
\tgateway 10.0.0.1
  dns-nameservers 8.8.8.8 8.8.4.4
  hwaddress ether fa:16:3e:00:00:01
#  address 1.1.1.1
"""
KEYFILE = """[ethernet]
mac-address=FA:16:3E:00:00:01
cloned-mac-address=preserve
[wifi-security]
psk=hunter2
[ipv4]
address1=10.0.0.5/24,10.0.0.1
dns=8.8.8.8;8.8.4.4;
"""
CASES = {
    "/etc/netplan/01.yaml": (
        NETPLAN,
        ["mac fa:16:3e:00:00:01", "link-name ens3", "address 10.0.0.5/24", "address 2001:db8::5/64", "gateway 10.0.0.1",
         "dns 8.8.8.8", "dns 8.8.4.4", "gateway 10.0.0.2"],
    ),
    "/etc/network/interfaces": (
        INTERFACES,
        ["address 10.0.0.5", "gateway 10.0.0.1", "dns 8.8.8.8", "dns 8.8.4.4", "mac fa:16:3e:00:00:01"],
    ),
    "/etc/sysconfig/network-scripts/ifcfg-eth0": (
        'HWADDR="fa:16:3e:00:00:01"\nIPADDR=10.0.0.5\nGATEWAY=10.0.0.1\nDNS1=8.8.8.8\nBOOTPROTO=none\n',
        ["mac fa:16:3e:00:00:01", "address 10.0.0.5", "gateway 10.0.0.1", "dns 8.8.8.8"],
    ),
    "/etc/NetworkManager/system-connections/a.nmconnection": (
        KEYFILE,
        ["mac FA:16:3E:00:00:01", "address 10.0.0.5/24", "gateway 10.0.0.1", "dns 8.8.8.8", "dns 8.8.4.4"],
    ),
    "/etc/systemd/network/10.network": (
        "[Match]\nMACAddress=fa:16:3e:00:00:01\nName=en*\n[Network]\nDHCP=no\nAddress=10.0.0.5/24\nGateway=10.0.0.1\nDNS=8.8.8.8\n",
        ["mac fa:16:3e:00:00:01", "address 10.0.0.5/24", "gateway 10.0.0.1", "dns 8.8.8.8"],
    ),
    "/etc/systemd/network/10.link": (
        "[Match]\nPermanentMACAddress=fa:16:3e:00:00:01\n[Link]\nName=lan0\n",
        ["mac fa:16:3e:00:00:01", "link-name lan0"],
    ),
    "/etc/udev/rules.d/70-persistent-net.rules": (
        'SUBSYSTEM=="net", ATTR{address}=="fa:16:3e:00:00:01", KERNEL=="eth*", NAME="eth0"\n',
        ["mac fa:16:3e:00:00:01", "link-name eth0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("file", CASES)
def test_fixed_settings_are_found_in_every_kind_of_file(tmp_path, file):
    text, expected = CASES[file]
    found = known(probe("network", root=plant(tmp_path, {file: text})).network)
    assert [f"{each.kind} {each.value}" for each in found.settings] == expected
    assert {(each.file, each.by_cloud_init) for each in found.settings} == {(file, False)}
    assert "hunter2" not in found.model_dump_json()


@pytest.mark.parametrize(
    "file, first",
    [
        ("/etc/netplan/50-cloud-init.yaml", ""),
        ("/etc/netplan/01.yaml", "# This file is generated from information provided by the datasource.\n"),
        ("/etc/sysconfig/network-scripts/ifcfg-eth0", "# Created by cloud-init automatically, do not edit.\n"),
    ],
)
def test_files_of_cloud_init_are_known(tmp_path, file, first):
    netplan = "network:\n  ethernets:\n    e:\n      macaddress: aa:bb\n"
    text = first + (netplan if file.endswith("yaml") else "HWADDR=aa:bb\n")
    settings = known(probe("network", root=plant(tmp_path, {file: text})).network).settings
    assert [each.by_cloud_init for each in settings] == [True]


def test_dhcp_on_any_name_ties_nothing(tmp_path):
    tree = plant(tmp_path, {"/etc/netplan/01.yaml": "network:\n  ethernets:\n    all:\n      dhcp4: true\n"})
    assert known(probe("network", root=tree).network).settings == ()


def test_leases_and_the_old_name_are_found(tmp_path):
    files = {
        "/var/lib/dhcp/dhclient.eth0.leases": "lease {}\n",
        "/var/lib/dhcp/empty.leases": "",
        "/proc/sys/kernel/hostname": "db-07.example\n",
        "/etc/mailname": "db-07\n",
        "/etc/postfix/main.cf": "myhostname = other-db-070\n",
    }
    found = known(probe("network", root=plant(tmp_path, files)).network)
    assert (found.leases, found.old_name_in) == (("/var/lib/dhcp/dhclient.eth0.leases",), ("/etc/mailname",))


def test_a_file_for_root_alone_makes_it_incomplete(tmp_path):
    tree = plant(tmp_path, {"/etc/netplan/50.yaml": "x: y\n"})
    (tree / "etc/netplan/50.yaml").chmod(0)
    for folder in [tree, *tree.parents[:-2]]:
        folder.chmod(0o755)
    assert (
        probe("network", root=tree, as_user=True).network.incomplete_because
        == "only root may read /etc/netplan/50.yaml"
    )


SSHD_T = """#!/bin/sh
[ "$*" = -T ] || exit 1
echo port 2222
echo allowusers ann
echo allowusers bob
echo passwordauthentication no
echo ciphers many
"""
CONFIG = """Include /etc/ssh/sshd_config.d/*.conf
PasswordAuthentication yes
PermitRootLogin = no
AllowUsers ann bob
Port 22
Port 2222
Match User bob
    PasswordAuthentication yes
    AllowUsers eve
"""
BLOB = base64.b64encode(b"a public key").decode()
SSHD = {
    "/usr/sbin/sshd": "",
    "/etc/ssh/sshd_config": CONFIG,
    "/etc/ssh/sshd_config.d/50.conf": "passwordauthentication no\nMatch all\n",
    "/etc/systemd/system/sockets.target.wants/ssh.socket": "-> /x",
    "/lib/systemd/system/ssh.service": "",
    "/etc/ssh/ssh_host_ed25519_key": "PRIVATE hunter2",
    "/etc/ssh/ssh_host_ed25519_key.pub": f"ssh-ed25519 {BLOB} root@db-07\n",
    "/etc/ssh/ssh_host_rsa_key": "PRIVATE",
}


@needs("root")
def test_what_sshd_says_counts(tmp_path):
    found = known(probe("sshd", root=plant(tmp_path, {**SSHD, "/.tools/sshd": SSHD_T})).sshd)
    assert (found.effective_known, found.effective["port"], found.effective["allowusers"]) == (
        True,
        ("2222",),
        ("ann", "bob"),
    )
    assert "ciphers" not in found.effective


def test_without_it_the_files_are_read_as_sshd_would(tmp_path):
    found = known(probe("sshd", root=plant(tmp_path, SSHD)).sshd)
    assert not found.effective_known
    assert found.effective == {
        "passwordauthentication": ("no",),
        "permitrootlogin": ("no",),
        "allowusers": ("ann", "bob"),
        "port": ("22", "2222"),
    }


def test_what_lets_others_in_is_told_and_a_command_without_its_arguments(tmp_path):
    config = "TrustedUserCAKeys /etc/ssh/ca.pub\nAuthorizedKeysCommand /opt/keys --token hunter2\nPermitRootLogin yes\n"
    principals = "AuthorizedPrincipalsFile /etc/ssh/principals/%u\n"
    found = known(probe("sshd", root=plant(tmp_path, {**SSHD, "/etc/ssh/sshd_config": config + principals})).sshd)
    assert found.effective["trustedusercakeys"] == ("/etc/ssh/ca.pub",)
    assert found.effective["authorizedkeyscommand"] == ("/opt/keys",)
    assert found.effective["authorizedprincipalsfile"] == ("/etc/ssh/principals/%u",)
    assert found.effective["permitrootlogin"] == ("yes",)


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_what_lets_others_in_only_in_a_match_block_is_told_too(tmp_path, shell):
    config = "Match User ann\n  TrustedUserCAKeys /etc/ssh/ca.pub\n  AllowUsers x\nMatch all\nPermitRootLogin no\n"
    found = known(probe("sshd", root=plant(tmp_path, {**SSHD, "/etc/ssh/sshd_config": config}), shell=shell).sshd)
    assert found.matched == {"trustedusercakeys": ("/etc/ssh/ca.pub",)}
    assert found.effective == {"permitrootlogin": ("no",)}


def test_a_socket_that_is_enabled_starts_it(tmp_path):
    found = known(probe("sshd", root=plant(tmp_path, SSHD)).sshd)
    assert (found.installed, found.enabled, found.enabled_unit) == (True, True, "ssh.socket")


def test_a_masked_service_is_not_enabled(tmp_path):
    files = {
        "/etc/systemd/system/sshd.service": "-> /dev/null",
        "/etc/systemd/system/multi-user.target.wants/sshd.service": "-> /x",
    }
    assert known(probe("sshd", root=plant(tmp_path, files)).sshd).enabled is False


def test_host_keys_are_known_by_the_fingerprints_of_their_public_halves(tmp_path):
    found = known(probe("sshd", root=plant(tmp_path, SSHD)).sshd)
    digest = base64.b64encode(hashlib.sha256(b"a public key").digest()).decode().rstrip("=")
    assert found.host_keys == (
        HostKey(path="/etc/ssh/ssh_host_ed25519_key", algorithm="ssh-ed25519", fingerprint=f"SHA256:{digest}"),
        HostKey(path="/etc/ssh/ssh_host_rsa_key"),
    )
    assert "hunter2" not in found.model_dump_json()
