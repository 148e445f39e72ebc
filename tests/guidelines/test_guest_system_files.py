"""Chapter *System files*: changes that a new instance would miss, or would not want."""

from __future__ import annotations

import pytest

from models.findings import Finding, Outcome, Severity
from models.guest.accounts import Account, Accounts, Group, OrphanFiles, PasswordState
from models.guest.directories import Directories, Directory, Entry
from models.guest.files import PackageState, Sighting, SystemFile
from models.guest.mounts import BootMounts, FstabEntry
from models.guest.services import Services, Unit
from tests.guidelines.guest_building import HEALTHY, ROOT_LINE, guest_finding, partly, sighting, untold
from tests.support.known import command_of

RESOLVED = Services(units=(Unit(name="systemd-resolved.service", enabled="enabled", active="active"),))
MANAGED = Services(units=(Unit(name="NetworkManager.service", enabled="enabled", active="active"),))
OF_FILES = ("SYS-HOSTSALLOW", "SYS-HOSTSDENY", "SYS-HOSTCONF", "SYS-HOSTS", "SYS-RESOLV")
OF_ACCOUNTS = ("SYS-PASSWD", "SYS-GROUP", "SYS-SHADOW")


def with_file(rule: str, path: str, **changed) -> Finding:
    services = changed.pop("services", HEALTHY["services"])
    kept = tuple(each for each in HEALTHY["system_files"] if each.path != path)
    file = SystemFile(**{"path": path, "kind": "file", "package_state": PackageState.UNOWNED, **changed})
    return guest_finding(rule, system_files=(*kept, file), services=services)


def with_accounts(rule: str, *accounts: Account, **other) -> Finding:
    known = {"default_user": "ubuntu", "sudo_without_password": (), **other}
    return guest_finding(rule, accounts=Accounts(accounts=accounts, **known))


def account(name: str, uid: int, password: PasswordState = PasswordState.LOCKED) -> Account:
    return Account(name=name, uid=uid, gid=uid, home=f"/home/{name}", shell="/bin/bash", password=password)


@pytest.mark.parametrize("rule", [*OF_FILES, *OF_ACCOUNTS, "SYS-FSTAB", "SYS-LDAP", "SYS-ROOT"])
def test_a_clean_guest_passes(rule):
    assert guest_finding(rule).outcome is Outcome.PASS


@pytest.mark.parametrize("rule", OF_FILES)
def test_files_that_were_not_read_are_unknown(rule):
    assert guest_finding(rule, system_files=untold(tuple[SystemFile, ...])).outcome is Outcome.UNKNOWN
    assert guest_finding(rule, system_files=()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("rule", OF_ACCOUNTS)
def test_accounts_that_were_not_read_are_unknown(rule):
    assert guest_finding(rule, accounts=untold(Accounts)).outcome is Outcome.UNKNOWN
    assert guest_finding(rule, accounts=partly(Accounts, HEALTHY["accounts"])).outcome is Outcome.UNKNOWN


# ---- fstab


def fstab(*entries: FstabEntry) -> Finding:
    return guest_finding("SYS-FSTAB", boot_mounts=BootMounts(fstab=(ROOT_LINE, *entries)))


def test_entries_beyond_the_root_disks_are_named():
    found = fstab(FstabEntry(line=4, source="/dev/vdb", point="/data", fs_type="ext4"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "line 4 (/dev/vdb on /data)" in found.evidence


def test_boot_swap_and_what_cloud_init_writes_are_usual():
    usual = (
        FstabEntry(line=2, source="LABEL=UEFI", point="/boot/efi", fs_type="vfat"),
        FstabEntry(line=3, source="/swapfile", point="none", fs_type="swap"),
        FstabEntry(line=4, source="/dev/vdb", point="/mnt", fs_type="auto", options=("nofail", "comment=cloudconfig")),
    )
    assert fstab(*usual).outcome is Outcome.PASS


# ---- accounts


def test_accounts_of_people_are_named_and_their_files_elsewhere():
    orphans = (OrphanFiles(uid=1001, owner="alice", count=12, example="/opt/survey/run"),)
    found = with_accounts("SYS-PASSWD", account("alice", 1001), account("ubuntu", 1000), orphans=orphans)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == (
        "Will be in every new instance: alice (1001), with 12 files outside /home such as /opt/survey/run."
    )
    assert command_of(found) == "sudo userdel alice"


@pytest.mark.parametrize("name", ["ubuntu", "exouser"])
def test_the_users_that_every_instance_has_anyway_are_no_people(name):
    orphans = (OrphanFiles(uid=1000, owner=name, count=12, example="/opt/survey/run"),)
    groups = (Group(name=name, gid=1000), Group(name="docker", gid=998, members=(name,)))
    for rule in ("SYS-PASSWD", "SYS-GROUP"):
        assert with_accounts(rule, account(name, 1000), orphans=orphans, groups=groups).outcome is Outcome.PASS


def test_files_of_an_account_that_is_gone_fall_to_a_stranger():
    found = with_accounts("SYS-PASSWD", orphans=(OrphanFiles(uid=1005, count=3, example="/srv/x"),))
    assert found.outcome is Outcome.FAIL
    assert "/srv/x of 1005" in found.evidence
    assert "-uid 1005" in command_of(found)


def test_groups_of_people_and_people_in_the_systems_groups_are_named():
    groups = (
        Group(name="astro", gid=2000, members=("alice",)),
        Group(name="docker", gid=998, members=("alice", "ubuntu")),
    )
    found = with_accounts("SYS-GROUP", account("alice", 1001), groups=groups)
    assert found.evidence == "Will be in every new instance: astro (alice), docker (alice, ubuntu)."


def test_a_group_that_cloud_init_made_for_its_default_user_is_nobodys():
    netdev = Group(name="netdev", gid=1001, members=("ubuntu",))
    assert with_accounts("SYS-GROUP", groups=(netdev,)).outcome is Outcome.PASS
    shared = netdev.model_copy(update={"members": ("ubuntu", "alice")})
    found = with_accounts("SYS-GROUP", account("alice", 1001), groups=(shared,))
    assert found.outcome is Outcome.FAIL


def test_no_group_of_a_user_who_stays_is_removed():
    groups = (Group(name="lab", gid=2000, members=("alice", "ubuntu")), Group(name="alice", gid=1001))
    found = with_accounts("SYS-GROUP", account("alice", 1001), groups=groups)
    assert command_of(found) == "sudo groupdel alice"


def test_password_hashes_will_be_published():
    found = with_accounts("SYS-SHADOW", account("alice", 1001, PasswordState.SET))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert command_of(found) == "sudo usermod -p '*' alice"
    assert with_accounts("SYS-SHADOW", account("alice", 1001, PasswordState.UNREAD)).outcome is Outcome.UNKNOWN


# ---- hosts


@pytest.mark.parametrize(
    "line",
    [
        "127.0.0.1 localhost localhost.localdomain localhost4",
        "127.0.1.1 db-07.novalocal db-07",
        "127.0.0.1 db-07",
        "::1 ip6-localhost ip6-loopback db-07",
        "ff02::1 ip6-allnodes",
        "fe00::0 ip6-localnet",
    ],
)
def test_what_every_system_has_and_the_own_name_are_usual(line):
    assert with_file("SYS-HOSTS", "/etc/hosts", lines=(line,)).outcome is Outcome.PASS


@pytest.mark.parametrize("line", ["10.0.0.5 db-07", "192.168.3.4 nas", "127.0.0.1 example.org", "nonsense"])
def test_addresses_that_may_change_and_others_names_are_mentioned(line):
    found = with_file("SYS-HOSTS", "/etc/hosts", lines=("127.0.0.1 localhost", line))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert line in found.evidence


@pytest.mark.parametrize("rule, path", [("SYS-HOSTSALLOW", "/etc/hosts.allow"), ("SYS-HOSTSDENY", "/etc/hosts.deny")])
def test_any_line_of_hosts_allow_and_deny_is_warned_of(rule, path):
    found = with_file(rule, path, lines=("ALL: ALL",))
    assert (found.outcome, found.severity, found.evidence) == (Outcome.FAIL, Severity.WARN, "It says: ALL: ALL.")
    assert with_file(rule, path, kind="").outcome is Outcome.PASS
    assert with_file(rule, path, readable=False).outcome is Outcome.UNKNOWN


def test_host_conf_is_told_by_its_package_or_by_what_it_says():
    path = "/etc/host.conf"
    assert with_file("SYS-HOSTCONF", path, lines=("multi  on",)).outcome is Outcome.PASS
    odd = with_file("SYS-HOSTCONF", path, lines=("multi on", "nospoof on"), package_state=PackageState.CHANGED)
    assert (odd.outcome, odd.severity) == (Outcome.FAIL, Severity.INFO)
    assert with_file("SYS-HOSTCONF", path, readable=False).outcome is Outcome.UNKNOWN


# ---- resolv.conf


@pytest.mark.parametrize(
    "target",
    ["../run/systemd/resolve/stub-resolv.conf", "/run/NetworkManager/resolv.conf", "/etc/resolvconf/run/resolv.conf"],
)
def test_the_links_of_resolvers_are_usual(target):
    assert with_file("SYS-RESOLV", "/etc/resolv.conf", kind="link", target=target).outcome is Outcome.PASS


def test_a_file_that_network_manager_writes_is_usual():
    found = with_file("SYS-RESOLV", "/etc/resolv.conf", lines=("nameserver 10.0.0.2",), services=MANAGED)
    assert found.outcome is Outcome.PASS


def test_a_file_instead_of_the_resolvers_link_is_warned_of():
    found = with_file("SYS-RESOLV", "/etc/resolv.conf", lines=("nameserver 10.1.1.1",), services=RESOLVED)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "nameserver 10.1.1.1" in found.evidence
    assert command_of(found) == "sudo ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf"


def test_an_immutable_file_and_an_odd_link_are_warned_of():
    fixed = with_file("SYS-RESOLV", "/etc/resolv.conf", immutable=True)
    assert fixed.severity is Severity.WARN
    assert command_of(fixed) == "sudo chattr -i /etc/resolv.conf"
    assert with_file("SYS-RESOLV", "/etc/resolv.conf", kind="link", target="/srv/resolv").outcome is Outcome.FAIL


def test_a_file_that_nobody_writes_is_only_mentioned_and_unknown_services_are_unknown():
    nobody = with_file("SYS-RESOLV", "/etc/resolv.conf", lines=("nameserver 10.0.0.2",), services=Services())
    assert (nobody.outcome, nobody.severity) == (Outcome.FAIL, Severity.INFO)
    unread = with_file("SYS-RESOLV", "/etc/resolv.conf", services=untold(Services))
    assert unread.outcome is Outcome.UNKNOWN


# ---- LDAP, /root, /var/log


def test_a_bind_password_blocks_and_an_ldap_set_up_is_warned_of():
    def ldap(*marks: str) -> Finding:
        seen = sighting("SYS-LDAP.client", "/etc/sssd/sssd.conf", marks=marks, size_bytes=400)
        return guest_finding("SYS-LDAP", sightings=(seen,))

    assert ldap("password", "server").blocks
    assert ldap("server").severity is Severity.WARN
    assert ldap().outcome is Outcome.PASS
    assert guest_finding("SYS-LDAP", sightings=untold(tuple[Sighting, ...])).outcome is Outcome.UNKNOWN


def test_what_was_put_into_roots_home_is_named():
    root = Directory(path="/root", size_kib=900, own_files=7, biggest=(Entry(name="build", size_kib=800),))
    found = guest_finding("SYS-ROOT", directories=Directories(others=(root,)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "7 files added. Biggest in /root: build (800 KiB)."
    closed = Directory(path="/root", incomplete="only root may read it")
    assert guest_finding("SYS-ROOT", directories=Directories(others=(closed,))).outcome is Outcome.UNKNOWN
    assert guest_finding("SYS-ROOT", directories=Directories()).outcome is Outcome.UNKNOWN


def test_logs_are_mentioned_with_their_size_until_they_are_emptied():
    found = guest_finding("SYS-VARLOG")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "8.8 MiB of logs in 40 files" in found.evidence
    emptied = Directories(others=(Directory(path="/var/log", size_kib=40, files=30),))
    assert guest_finding("SYS-VARLOG", directories=emptied).outcome is Outcome.PASS
    assert guest_finding("SYS-VARLOG", directories=untold(Directories)).outcome is Outcome.UNKNOWN
