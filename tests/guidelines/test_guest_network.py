"""Chapter *Network and login*, sshd, firewall and host keys: whether a new instance can be reached, and by whom."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from models.findings import Finding, Outcome, Severity
from models.guest.accounts import Account, Accounts, Group, PasswordState
from models.guest.facts import InspectionMethod
from models.guest.first_boot import CloudInit, Setting
from models.guest.network import Firewall, Network, NetworkSetting, Sshd
from models.guest.system import GuestSystem
from models.run.request import Visibility
from tests.guidelines.building import request
from tests.guidelines.guest_building import guest_finding, healthy, partly, untold
from tests.support.known import command_of, remedy_of

PARTS = {
    "NET-MAC": ("network", Network),
    "NET-STATIC": ("network", Network),
    "NET-HOSTNAME": ("network", Network),
    "NET-DHCP": ("network", Network),
    "SSH-SERVICE": ("sshd", Sshd),
    "SSH-PWAUTH": ("sshd", Sshd),
    "SYS-SSHD": ("sshd", Sshd),
    "SEC-HOSTKEYS": ("sshd", Sshd),
    "SYS-FIREWALL": ("firewall", Firewall),
}


@pytest.mark.parametrize("rule", PARTS)
def test_an_unread_part_is_unknown_with_the_command_that_finds_out(rule):
    part, kind = PARTS[rule]
    found = guest_finding(rule, **{part: untold(kind)})
    assert found.outcome is Outcome.UNKNOWN
    assert command_of(found)


@pytest.mark.parametrize("rule", ["NET-MAC", "NET-STATIC", "NET-HOSTNAME", "NET-DHCP"])
def test_a_network_that_was_read_in_part_is_no_pass(rule):
    assert guest_finding(rule, network=partly(Network, Network())).outcome is Outcome.UNKNOWN


def setting(kind: str, value: str, **other) -> NetworkSetting:
    return NetworkSetting(file="/etc/netplan/60-lab.yaml", kind=kind, value=value, **other)


def network(rule: str, *settings: NetworkSetting, **parts):
    return guest_finding(rule, network=Network(settings=settings), **parts)


def test_a_pinned_card_blocks_and_names_file_and_address():
    found = network("NET-MAC", setting("mac", "fa:16:3e:00:00:01"))
    assert found.blocks
    assert "mac fa:16:3e:00:00:01 in /etc/netplan/60-lab.yaml" in found.evidence


def test_what_cloud_init_wrote_it_writes_again_unless_it_leaves_the_network_alone():
    own = setting("mac", "fa:16:3e:00:00:01", by_cloud_init=True)
    assert network("NET-MAC", own).outcome is Outcome.PASS
    off = CloudInit(version="24.4", settings=(Setting(key="network.config", value="disabled"),))
    assert network("NET-MAC", own, cloud_init=off).blocks
    assert network("NET-MAC", own, cloud_init=CloudInit()).blocks


def test_a_fixed_address_blocks_and_name_servers_alone_are_warned_of():
    assert network("NET-STATIC", setting("address", "10.0.0.5/24")).blocks
    assert network("NET-STATIC", setting("dns", "10.0.0.1")).severity is Severity.WARN
    assert network("NET-STATIC", setting("address", "127.0.0.1/8")).outcome is Outcome.PASS
    assert network("NET-STATIC", setting("mac", "fa:16:3e:00:00:01")).outcome is Outcome.PASS


def test_a_name_that_stays_is_worth_a_word():
    kept = CloudInit(version="24.4", settings=(Setting(key="preserve_hostname", value="true"),))
    assert guest_finding("NET-HOSTNAME", cloud_init=kept).severity is Severity.INFO
    named = guest_finding("NET-HOSTNAME", network=Network(old_name_in=("/etc/postfix/main.cf",)))
    assert "db-07 stands in /etc/postfix/main.cf" in named.evidence
    assert "every new instance is called db-07" in guest_finding("NET-HOSTNAME", cloud_init=CloudInit()).evidence
    assert guest_finding("NET-HOSTNAME").outcome is Outcome.PASS


def test_kept_leases_are_named_and_those_in_memory_are_none():
    found = guest_finding("NET-DHCP", network=Network(leases=("/var/lib/dhcp/dhclient.leases",)))
    assert (found.severity, remedy_of(found).command) == (Severity.INFO, "sudo rm -f /var/lib/dhcp/dhclient.leases")
    in_memory = Network(leases=("/run/systemd/netif/leases/2",))
    assert guest_finding("NET-DHCP", network=in_memory).outcome is Outcome.PASS


def test_a_lease_in_an_odd_place_is_not_removed_by_our_command():
    odd = Network(leases=("/var/lib/dhcp/../../../etc/passwd", "/etc/shadow"))
    assert remedy_of(guest_finding("NET-DHCP", network=odd)).command is None


def sshd(**changed) -> Sshd:
    return healthy(Sshd, **changed)


def effective(**values: str) -> Sshd:
    base = {"port": ("22",), "passwordauthentication": ("no",)}
    return sshd(effective={**base, **{key: tuple(value.split("|")) for key, value in values.items()}})


# ---- SSH-SERVICE


def test_a_socket_counts_as_the_service():
    assert guest_finding("SSH-SERVICE").evidence == "ssh.socket is enabled."


def test_a_server_that_does_not_start_blocks_with_the_name_that_it_has_on_this_system():
    found = guest_finding("SSH-SERVICE", sshd=sshd(enabled=False))
    assert found.blocks
    assert command_of(found) == "sudo systemctl enable ssh"
    rocky = GuestSystem(id="rocky", version="9.6", package_manager="dnf")
    assert "enable sshd" in command_of(guest_finding("SSH-SERVICE", sshd=sshd(enabled=False), system=rocky))


def test_no_server_at_all_blocks_and_an_untold_state_is_unknown():
    missing = guest_finding("SSH-SERVICE", sshd=Sshd())
    assert missing.blocks
    assert remedy_of(missing).actions[0].command == "apt-get install -y openssh-server"
    assert guest_finding("SSH-SERVICE", sshd=sshd(enabled=None)).outcome is Outcome.UNKNOWN


# ---- SSH-PWAUTH


@pytest.mark.parametrize("key", ["passwordauthentication", "kbdinteractiveauthentication"])
def test_passwords_are_warned_of_however_they_get_in(key):
    found = guest_finding("SSH-PWAUTH", sshd=effective(**{key: "yes"}))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert f"{key} yes" in found.evidence
    assert "/etc/ssh/sshd_config.d/" in command_of(found)


def test_exosphere_sets_passwords_on_purpose_and_the_finding_says_so():
    on = effective(passwordauthentication="yes")
    by_cloud_init = CloudInit(version="24.4", settings=(Setting(key="ssh_pwauth", value="true"),))
    assert "Exosphere" in guest_finding("SSH-PWAUTH", sshd=on, cloud_init=by_cloud_init).evidence
    exouser = Accounts(accounts=(Account(name="exouser", uid=1001),))
    assert "Exosphere" in guest_finding("SSH-PWAUTH", sshd=on, accounts=exouser).evidence


def test_an_old_sshd_reads_no_folder_so_its_one_file_is_changed(tmp_path):
    centos = GuestSystem(id="centos", version="7", package_manager="yum")
    found = guest_finding("SSH-PWAUTH", sshd=effective(passwordauthentication="yes"), system=centos)
    file = tmp_path / "sshd_config"
    file.write_text("#PasswordAuthentication yes\nPort 22\n")
    command = command_of(found).partition(" && ")[0].replace("sudo ", "").replace("/etc/ssh/sshd_config", str(file))
    subprocess.run(["sh", "-c", command], check=True)
    assert file.read_text() == "PasswordAuthentication no\nPort 22\n"
    assert "reload sshd" in command_of(found)


def test_without_root_a_setting_that_no_file_names_is_unknown():
    blind = sshd(effective_known=False, effective={})
    assert guest_finding("SSH-PWAUTH", sshd=blind).outcome is Outcome.UNKNOWN
    named = sshd(effective_known=False, effective={"passwordauthentication": ("no",)})
    assert guest_finding("SSH-PWAUTH", sshd=named).outcome is Outcome.PASS
    assert guest_finding("SSH-PWAUTH", sshd=Sshd()).outcome is Outcome.NOT_APPLICABLE


# ---- SYS-SSHD


@pytest.mark.parametrize(
    "values, word",
    [
        ({"allowusers": "alice bob"}, "AllowUsers alice, bob, without ubuntu"),
        ({"allowusers": "alice|bob"}, "AllowUsers alice, bob, without ubuntu"),
        ({"denyusers": "ubuntu"}, "DenyUsers ubuntu"),
        ({"denyusers": "ub*"}, "DenyUsers ub*"),
        ({"allowgroups": "astronomers"}, "AllowGroups astronomers"),
        ({"listenaddress": "10.0.0.5:22"}, "ListenAddress 10.0.0.5:22"),
        ({"pubkeyauthentication": "no"}, "PubkeyAuthentication no"),
    ],
)
def test_what_shuts_the_new_instances_user_out_blocks(values, word):
    found = guest_finding("SYS-SSHD", sshd=effective(**values))
    assert found.blocks
    assert word in found.evidence


@pytest.mark.parametrize(
    "values",
    [
        {"allowusers": "alice ubuntu@10.*"},
        {"denyusers": "mallory"},
        {"allowgroups": "astronomers sudo"},
        {"listenaddress": "0.0.0.0:22|[::]:22"},
        {"listenaddress": "10.0.0.5:22|0.0.0.0:22"},
        {"authorizedkeysfile": ".ssh/authorized_keys .ssh/authorized_keys2"},
    ],
)
def test_what_lets_the_new_instances_user_in_passes(values):
    accounts = Accounts(
        default_user="ubuntu",
        accounts=(Account(name="ubuntu", uid=1000, gid=1000),),
        groups=(Group(name="sudo", gid=27, members=("ubuntu",)),),
    )
    assert guest_finding("SYS-SSHD", sshd=effective(**values), accounts=accounts).outcome is Outcome.PASS


@pytest.mark.parametrize("values", [{"port": "2222"}, {"authorizedkeysfile": "/etc/keys"}])
def test_what_only_makes_a_login_harder_is_warned_of(values):
    assert guest_finding("SYS-SSHD", sshd=effective(**values)).severity is Severity.WARN


@pytest.mark.parametrize(
    "values, word",
    [
        ({"trustedusercakeys": "/etc/ssh/ca.pub"}, "TrustedUserCAKeys /etc/ssh/ca.pub"),
        ({"authorizedkeyscommand": "/usr/bin/sss_ssh_authorizedkeys"}, "AuthorizedKeysCommand /usr/bin/sss"),
        ({"authorizedprincipalsfile": "/etc/ssh/principals/%u"}, "AuthorizedPrincipalsFile"),
        ({"permitrootlogin": "yes"}, "PermitRootLogin yes"),
    ],
)
def test_a_door_for_root_or_for_another_site_is_warned_of(values, word):
    found = guest_finding("SYS-SSHD", sshd=effective(**values))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert word in found.evidence


def test_a_door_for_some_users_alone_is_a_door():
    some = sshd(matched={"permitrootlogin": ("yes",), "trustedusercakeys": ("/etc/ssh/ca.pub",)})
    found = guest_finding("SYS-SSHD", sshd=some)
    assert "TrustedUserCAKeys /etc/ssh/ca.pub" in found.evidence
    assert "PermitRootLogin yes" in found.evidence


def test_settings_that_open_no_door_pass():
    closed = effective(trustedusercakeys="none", authorizedkeyscommand="none", permitrootlogin="without-password")
    assert guest_finding("SYS-SSHD", sshd=closed).outcome is Outcome.PASS


def test_roots_login_as_red_hat_delivers_it_is_a_door_only_with_a_password():
    def found(password: PasswordState, version: str) -> Finding:
        root = Account(name="root", uid=0, password=password)
        return guest_finding(
            "SYS-SSHD",
            sshd=effective(permitrootlogin="yes"),
            accounts=Accounts(accounts=(root,), default_user="rocky"),
            system=GuestSystem(id="rocky", version=version, package_manager="dnf"),
        )

    assert found(PasswordState.LOCKED, "8.10").outcome is Outcome.PASS
    assert found(PasswordState.SET, "8.10").outcome is Outcome.FAIL
    assert found(PasswordState.LOCKED, "9.4").outcome is Outcome.FAIL


def test_without_root_nothing_is_said_for_certain_but_what_the_files_show():
    blind = sshd(effective_known=False, effective={})
    assert guest_finding("SYS-SSHD", sshd=blind).outcome is Outcome.UNKNOWN
    shown = sshd(effective_known=False, effective={"allowusers": ("alice",)})
    assert guest_finding("SYS-SSHD", sshd=shown).blocks


# ---- SEC-HOSTKEYS


def test_keys_that_cloud_init_makes_again_pass_while_the_image_stays_private():
    assert guest_finding("SEC-HOSTKEYS").outcome is Outcome.PASS
    shared = {"request": request(visibility=Visibility.SHARED)}
    found = guest_finding("SEC-HOSTKEYS", around=shared)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


@pytest.mark.parametrize(
    "cloud_init",
    [CloudInit(), CloudInit(version="24.4", disabled_by=("/etc/cloud/cloud-init.disabled",)),
     CloudInit(version="18.5", settings=(Setting(key="ssh_deletekeys", value="0"),))],
)  # fmt: skip
def test_new_instances_with_the_same_host_keys_block(cloud_init):
    found = guest_finding("SEC-HOSTKEYS", cloud_init=cloud_init)
    assert found.blocks
    assert "same host keys" in found.evidence


def test_without_host_keys_there_is_nothing_to_share():
    without, kept = sshd(host_keys=()), CloudInit()
    assert guest_finding("SEC-HOSTKEYS", sshd=without, cloud_init=kept).outcome is Outcome.PASS
    half = partly(Sshd, without)
    assert guest_finding("SEC-HOSTKEYS", sshd=half, cloud_init=kept).outcome is Outcome.UNKNOWN


def test_a_deep_checks_instance_has_keys_of_its_own_so_only_cloud_init_can_tell():
    deep: dict[str, Any] = {"sshd": sshd(host_keys=()), "method": InspectionMethod.DEEP_CHECK}
    assert guest_finding("SEC-HOSTKEYS", **deep).outcome is Outcome.PASS
    found = guest_finding("SEC-HOSTKEYS", cloud_init=CloudInit(), **deep)
    assert (found.outcome, "needs SSH" in found.evidence) == (Outcome.UNKNOWN, True)


# ---- SYS-FIREWALL


@pytest.mark.parametrize(
    "tools, command", [(("ufw",), "sudo ufw allow 22/tcp"), (("firewalld",), "sudo firewall-cmd --permanent")]
)
def test_a_closed_port_blocks_and_the_tool_in_charge_opens_it(tools, command):
    found = guest_finding("SYS-FIREWALL", firewall=Firewall(tools=tools, rules=9, ssh_open=False, why="policy drop"))
    assert found.blocks
    assert "policy drop" in found.evidence
    assert command_of(found).startswith(command)
    assert remedy_of(found).actions[0].touches == ("firewall",)


def test_an_open_port_passes_and_one_that_cannot_be_told_is_unknown_with_the_reason():
    assert guest_finding("SYS-FIREWALL").outcome is Outcome.PASS
    found = guest_finding("SYS-FIREWALL", firewall=Firewall(why="only root may see the rules"))
    assert (found.outcome, "only root" in found.evidence) == (Outcome.UNKNOWN, True)
