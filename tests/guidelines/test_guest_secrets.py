"""Chapter *Secrets* and the identities of agents: found by place and mark, told without content."""

from __future__ import annotations

import re
from subprocess import run

import pytest

from imaging.guidelines import tables
from models.findings import Finding, InspectionMethod, Outcome, Severity
from models.guest.accounts import Account, Accounts, AuthorizedKeys, PasswordState, SudoRule
from models.guest.disks import Disks
from models.guest.files import Sighting
from models.guest.first_boot import CloudInit, UserData
from models.guest.mounts import BootMounts, Mount, Mounts
from tests.guidelines.building import profile
from tests.guidelines.guest_building import HEALTHY, ROOT_LINE, guest_finding, partly, sighting, untold
from tests.support.known import command_of, remedy_of
from tests.support.needs import needs

ROOT_LOCKED = Account(name="root", uid=0, home="/root", shell="/bin/bash", password=PasswordState.LOCKED)
ALICE = Account(name="alice", uid=1001, home="/home/alice", shell="/bin/bash", password=PasswordState.LOCKED)
BY_FILES = sorted({row.rule for row in (*tables.secrets(profile()), *tables.agents(profile()))} - {"SYS-LDAP"})


def seen(rule: str, *sightings: Sighting, **other) -> Finding:
    return guest_finding(rule, sightings=sightings, **other)


def key(path: str, *marks: str, **other) -> Sighting:
    return sighting("SEC-PRIVKEY.ssh", path, marks=("private-key", *marks), owner="alice", size_bytes=399, **other)


def about(*accounts: Account, **other) -> Accounts:
    return Accounts(accounts=accounts, default_user="ubuntu", **{"sudo_without_password": (), **other})


# ---- Files


def test_a_private_key_blocks_with_kind_path_owner_and_size():
    found = seen("SEC-PRIVKEY", key("/home/alice/.ssh/id_ed25519"))
    assert found.blocks
    assert found.evidence == "Will be in the image: private key /home/alice/.ssh/id_ed25519 (alice, 399 B)."
    assert command_of(found) == "sudo rm -- /home/alice/.ssh/id_ed25519"
    assert not remedy_of(found).actions
    assert "a backup on its disk would be in the image" in remedy_of(found).by_hand_because


def test_an_encrypted_key_is_warned_of():
    found = seen("SEC-PRIVKEY", key("/home/alice/.ssh/id_rsa", "encrypted"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_the_worst_of_several_decides_and_stands_first():
    found = seen("SEC-PRIVKEY", key("/home/alice/a.pem", "encrypted"), key("/opt/b.pem"))
    assert found.blocks
    assert found.evidence.startswith("Will be in the image: 2 files: private key /opt/b.pem")
    assert command_of(found) == "sudo rm -- /opt/b.pem /home/alice/a.pem"


def made_by_ssh_keygen(folder, *how: str) -> list[str]:
    """The marks of a genuine key, told by the table's expressions as the guest's grep tells them."""
    made = folder / "key"
    run(["ssh-keygen", "-q", "-f", made, *how], check=True, capture_output=True)
    row = next(row for row in tables.secrets(profile()) if tables.secret_key(row) == "SEC-PRIVKEY.ssh")
    lines = made.read_text().splitlines()
    first = [mark for mark, pattern in row.first_line.items() if re.search(pattern, lines[0])]
    return first + [
        mark
        for mark, pattern in row.contains.items()
        if run(["grep", "-qE", pattern, made], check=False).returncode == 0
    ]


OPENSSH, PEM, PKCS8 = ("-t", "ed25519"), ("-t", "ecdsa", "-m", "PEM"), ("-t", "ecdsa", "-m", "PKCS8")


@needs("ssh-keygen")
@pytest.mark.parametrize("kind", [OPENSSH, PEM, PKCS8])
def test_genuine_keys_are_told_by_their_marks(tmp_path, kind):
    assert made_by_ssh_keygen(tmp_path, *kind, "-N", "") == ["private-key"]
    (tmp_path / "key").unlink()
    assert made_by_ssh_keygen(tmp_path, *kind, "-N", "correct horse") == ["private-key", "encrypted"]


@pytest.mark.parametrize(
    "path",
    [
        "/home/alice/env/lib/python3.11/site-packages/tornado/test/test.key",
        "/opt/conda/lib/python3.12/test/certdata/keycert.pem",
        "/usr/share/doc/openssl/demo.pem",
        "/etc/ssl/private/ssl-cert-snakeoil.key",
        "/etc/ssh/ssh_host_rsa_key",
        "/root/go/pkg/mod/example.org/x/testdata/key.pem",
    ],
)
def test_fixtures_snakeoil_and_host_keys_are_no_private_keys_of_people(path):
    assert seen("SEC-PRIVKEY", key(path)).outcome is Outcome.PASS


def test_a_certificate_is_no_key():
    assert seen("SEC-PRIVKEY", sighting("SEC-PRIVKEY.ssh", "/opt/ca.pem", size_bytes=1200)).outcome is Outcome.PASS


def test_a_key_on_a_volume_is_not_in_the_image():
    mounts = Mounts(mounts=(Mount(point="/home/alice", source="nas:/alice", fs_type="nfs4"),))
    assert seen("SEC-PRIVKEY", key("/home/alice/.ssh/id_rsa"), mounts=mounts).outcome is Outcome.PASS


def test_a_file_that_could_not_be_read_is_unknown_not_pass():
    closed = sighting("SEC-PRIVKEY.ssh", "/home/bob/.ssh/id_rsa", unread=True, size_bytes=399)
    found = seen("SEC-PRIVKEY", closed)
    assert found.outcome is Outcome.UNKNOWN
    assert "/home/bob/.ssh/id_rsa" in found.evidence
    assert seen("SEC-PRIVKEY", closed, key("/opt/b.pem")).blocks


@pytest.mark.parametrize(
    "as_root, said, advice",
    [
        (True, "Time was up before 1 file could be read: /home/bob/.ssh/id_rsa.", "Inspect again, or"),
        (False, "1 file could not be read: /home/bob/.ssh/id_rsa.", "Inspect again with `sudo` allowed, or"),
    ],
)
def test_a_file_that_was_not_read_is_named_once_with_what_kept_from_it(as_root, said, advice):
    twice = [
        sighting(f"SEC-PRIVKEY.{search}", "/home/bob/.ssh/id_rsa", unread=True, size_bytes=399)
        for search in ("ssh", "putty")
    ]
    found = seen("SEC-PRIVKEY", *twice, as_root=as_root)
    assert (found.outcome, found.evidence) == (Outcome.UNKNOWN, said)
    assert remedy_of(found).text.startswith(advice)


def test_an_odd_name_is_quoted():
    found = seen("SEC-PRIVKEY", key("/home/alice/my key;reboot.pem"))
    assert command_of(found) == "sudo rm -- '/home/alice/my key;reboot.pem'"


def test_what_exosphere_puts_into_a_home_blocks():
    found = seen(
        "SEC-OPENSTACK",
        sighting("SEC-OPENSTACK.openrc", "/home/exouser/openrc.sh", marks=("secret",), size_bytes=300),
        sighting("SEC-OPENSTACK.clouds-yaml", "/home/exouser/.config/openstack/clouds.yaml", marks=("secret",)),
    )
    assert found.blocks
    assert "Delete the application credential in the cloud" in remedy_of(found).text


def test_an_openrc_that_asks_for_the_password_holds_none():
    asking = sighting("SEC-OPENSTACK.openrc", "/home/alice/astro-openrc.sh", size_bytes=900)
    assert seen("SEC-OPENSTACK", asking).outcome is Outcome.PASS


def test_an_empty_file_and_a_history_that_leads_nowhere_hold_nothing():
    assert (
        seen("SEC-HISTORY", sighting("SEC-HISTORY.shell", "/root/.bash_history", size_bytes=0)).outcome is Outcome.PASS
    )
    nowhere = sighting("SEC-HISTORY.shell", "/root/.bash_history", kind="link", size_bytes=9)
    assert seen("SEC-HISTORY", nowhere).outcome is Outcome.PASS
    full = sighting("SEC-HISTORY.shell", "/root/.bash_history", size_bytes=90)
    assert seen("SEC-HISTORY", full).severity is Severity.WARN


def test_the_irods_environment_is_only_mentioned_and_its_password_blocks():
    named = sighting("SEC-IRODS.environment", "/home/alice/.irods/irods_environment.json", size_bytes=200)
    assert seen("SEC-IRODS", named).severity is Severity.INFO
    password = sighting("SEC-IRODS.password", "/home/alice/.irods/.irodsA", size_bytes=40, owner="alice")
    assert seen("SEC-IRODS", named, password).blocks


def test_a_program_of_a_user_is_run_as_the_owner_of_the_file_and_everything_else_is_removed_beside_it():
    one, other = (
        sighting("SEC-IRODS.password", f"/home/{who}/.irods/.irodsA", size_bytes=40, owner=who) for who in ("al", "bo")
    )
    named = sighting("SEC-IRODS.environment", "/home/al/.irods/irods_environment.json", size_bytes=200)
    assert command_of(seen("SEC-IRODS", named, one, other)).splitlines() == [
        "sudo -iu al iexit full", "sudo -iu bo iexit full", "sudo rm -- /home/al/.irods/irods_environment.json",
    ]  # fmt: skip
    hostile = one.model_copy(update={"owner": "$(reboot)"})
    assert command_of(seen("SEC-IRODS", hostile)) == "iexit full"


@pytest.mark.parametrize("row", [*tables.secrets(profile()), *tables.agents(profile())], ids=tables.secret_key)
def test_every_file_that_is_found_has_a_command_and_one_that_names_it(row):
    path = "/srv/x/it"
    there = sighting(
        tables.secret_key(row), path, kind="file", size_bytes=9, owner="alice", marks=tuple(row.needs)[:1], lines=(3,)
    )
    found = seen(row.rule, there)
    assert found.outcome is Outcome.FAIL
    command = command_of(found)
    assert row.command in command if row.command else path in command
    assert remedy_of(found).text


def test_of_very_many_files_it_is_said_how_many_the_command_names():
    found = seen("SEC-PRIVKEY", *(key(f"/home/alice/{number}.pem") for number in range(40)))
    assert command_of(found).count("/home/alice/") == 24
    assert "The command names 24 of 40" in remedy_of(found).text


def test_a_file_that_no_command_can_name_is_found_by_the_command_that_is_given():
    found = seen("SEC-PRIVKEY", key("/home/alice/\N{REPLACEMENT CHARACTER}.pem"), key("/home/alice/b.pem"))
    assert command_of(found) == "sudo rm -- /home/alice/b.pem\nsudo ls -lAb -- /home/alice"
    assert "A name holds characters that no command can" in remedy_of(found).text
    alone = seen("SEC-PRIVKEY", key("/home/alice/\N{REPLACEMENT CHARACTER}.pem"))
    assert command_of(alone) == "sudo ls -lAb -- /home/alice"


def test_a_folder_is_removed_as_a_folder():
    found = seen("SEC-WALLET", sighting("SEC-WALLET.keyrings", "/home/alice/.password-store", kind="directory"))
    assert command_of(found) == "sudo rm -r -- /home/alice/.password-store"


@pytest.mark.parametrize("rule", BY_FILES)
def test_every_rule_of_files_passes_fails_and_does_not_know(rule):
    row = next(row for row in (*tables.secrets(profile()), *tables.agents(profile())) if row.rule == rule)
    there = sighting(f"{rule}.{row.id}", "/home/alice/thing", marks=row.needs, size_bytes=10)
    assert guest_finding(rule).outcome is Outcome.PASS
    assert seen(rule, there).outcome is Outcome.FAIL
    assert guest_finding(rule, sightings=partly(tuple[Sighting, ...], ())).outcome is Outcome.UNKNOWN
    unread = guest_finding(rule, sightings=untold(tuple[Sighting, ...]))
    assert unread.outcome is Outcome.UNKNOWN
    assert command_of(unread)


# ---- Agents


@pytest.mark.parametrize(
    "row, path, severity",
    [
        ("tailscale", "/var/lib/tailscale/tailscaled.state", Severity.BLOCK),
        ("munge", "/etc/munge/munge.key", Severity.BLOCK),
        ("keytab", "/etc/krb5.keytab", Severity.BLOCK),
        ("puppet", "/etc/puppetlabs/puppet/ssl/private_keys/a.pem", Severity.WARN),
    ],
)
def test_identities_of_meshes_and_clusters_block_and_of_monitoring_warn(row, path, severity):
    found = seen("ID-AGENTS", sighting(f"ID-AGENTS.{row}", path, size_bytes=100))
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)


def test_each_agent_has_its_own_way_out():
    found = seen("ID-AGENTS", sighting("ID-AGENTS.swarm", "/var/lib/docker/swarm/certificates/swarm-node.key"))
    assert command_of(found) == "sudo docker swarm leave --force"
    shared = seen("ID-AGENTS", sighting("ID-AGENTS.munge", "/etc/munge/munge.key", size_bytes=100))
    assert "--waive" in remedy_of(shared).text


def test_an_agent_whose_set_up_holds_no_key_is_none():
    assert (
        seen("ID-AGENTS", sighting("ID-AGENTS.wireguard", "/etc/wireguard/x.conf", size_bytes=9)).outcome
        is Outcome.PASS
    )


# ---- Passwords and keys


def test_a_password_of_root_or_an_empty_one_blocks():
    root = ROOT_LOCKED.model_copy(update={"password": PasswordState.SET})
    found = guest_finding("SEC-PASSWD", accounts=about(root))
    assert found.blocks
    assert command_of(found) == "sudo passwd -l root"
    guest = ALICE.model_copy(update={"name": "guest", "password": PasswordState.NONE})
    assert guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, guest)).blocks


def test_an_empty_password_without_a_shell_lets_nobody_in():
    nobody = ALICE.model_copy(update={"password": PasswordState.NONE, "shell": "/usr/sbin/nologin"})
    assert guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, nobody)).outcome is Outcome.PASS


def test_passwords_and_sudo_of_people_are_warned_of():
    alice = ALICE.model_copy(update={"password": PasswordState.SET})
    rules = (SudoRule(file="/etc/sudoers.d/alice", who="alice"),)
    found = guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, alice, sudo_without_password=rules))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert (
        found.evidence == "The same in every new instance: the password of alice, sudo of alice (/etc/sudoers.d/alice)."
    )
    assert command_of(found) == "sudo passwd -l alice\nsudo visudo -f /etc/sudoers.d/alice"


def test_that_the_default_user_may_do_everything_is_how_cloud_images_work():
    rules = (
        SudoRule(file="/etc/sudoers.d/90-cloud-init-users", who="ubuntu"),
        SudoRule(file="/etc/sudoers", who="exouser"),
    )
    assert guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, sudo_without_password=rules)).outcome is Outcome.PASS


def test_accounts_of_services_have_rules_of_their_own_and_groups_are_people():
    services = (SudoRule(file="/etc/sudoers.d/nova", who="nova"),)
    assert (
        guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, sudo_without_password=services)).outcome is Outcome.PASS
    )
    group = (SudoRule(file="/etc/sudoers.d/astro", who="%astro"),)
    assert (
        guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, sudo_without_password=group)).severity is Severity.WARN
    )


def test_without_root_passwords_are_unknown():
    unread = ROOT_LOCKED.model_copy(update={"password": PasswordState.UNREAD})
    assert guest_finding("SEC-PASSWD", accounts=about(unread)).outcome is Outcome.UNKNOWN
    assert (
        guest_finding("SEC-PASSWD", accounts=about(ROOT_LOCKED, sudo_without_password=None)).outcome is Outcome.UNKNOWN
    )
    assert guest_finding("SEC-PASSWD", accounts=untold(Accounts)).outcome is Outcome.UNKNOWN


def test_keys_that_let_somebody_in_are_warned_of_with_what_emptying_means():
    keys = (AuthorizedKeys(path="/home/ubuntu/.ssh/authorized_keys", owner="ubuntu", count=2),
            AuthorizedKeys(path="/root/.ssh/authorized_keys", count=0))  # fmt: skip
    found = guest_finding("SEC-AUTHKEYS", accounts=about(ROOT_LOCKED, authorized_keys=keys))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert (
        found.evidence == "Holders of these keys can log in to every instance launched from the image: "
        "2 keys in /home/ubuntu/.ssh/authorized_keys."
    )
    assert "last of all" in remedy_of(found).text
    assert command_of(found) == "sudo truncate -s 0 -- /home/ubuntu/.ssh/authorized_keys"


def test_no_keys_pass_only_if_all_homes_were_read():
    assert guest_finding("SEC-AUTHKEYS").outcome is Outcome.PASS
    cut = partly(Accounts, HEALTHY["accounts"], "only root may read other homes")
    assert guest_finding("SEC-AUTHKEYS", accounts=cut).outcome is Outcome.UNKNOWN


# ---- Launch scripts, free space


def user_data(*kept: UserData) -> Finding:
    return guest_finding("SEC-USERDATA", cloud_init=CloudInit(version="24.4", user_data=kept))


def test_user_data_with_a_secret_blocks_and_other_is_warned_of():
    path = "/var/lib/cloud/instances/i-1/user-data.txt"
    found = user_data(UserData(path=path, size_bytes=300, looks_secret=True))
    assert found.blocks
    assert command_of(found) == f"sudo rm -- {path}"
    assert user_data(UserData(path=path, size_bytes=300, looks_secret=False)).severity is Severity.WARN
    assert "could not be read" in user_data(UserData(path=path, size_bytes=300)).evidence


def test_empty_user_data_and_none_pass():
    assert user_data(UserData(path="/var/lib/cloud/instances/i-1/user-data.txt")).outcome is Outcome.PASS
    assert user_data().outcome is Outcome.PASS
    assert guest_finding("SEC-USERDATA", cloud_init=untold(CloudInit)).outcome is Outcome.UNKNOWN


def test_free_space_is_mentioned_with_the_way_to_trim_it():
    found = guest_finding("SEC-FREESPACE")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.INFO)
    assert "14 GiB" in found.evidence
    assert command_of(found) == "sudo fstrim -v /"
    assert remedy_of(found).actions[0].command == "fstrim -v /"


def test_a_root_that_gives_back_what_is_deleted_passes():
    mounts = Mounts(mounts=(Mount(point="/", source="/dev/vda1", fs_type="ext4", options=("rw", "discard")),))
    assert guest_finding("SEC-FREESPACE", mounts=mounts).outcome is Outcome.PASS
    assert guest_finding("SEC-FREESPACE", disks=untold(Disks)).outcome is Outcome.UNKNOWN
    trimming = ROOT_LINE.model_copy(update={"options": ("discard",)})
    lines = BootMounts(fstab=(trimming,))
    of_file = guest_finding(
        "SEC-FREESPACE", method=InspectionMethod.IMAGE_FILE, mounts=untold(Mounts), boot_mounts=lines
    )
    assert of_file.outcome is Outcome.PASS
    assert guest_finding("SEC-FREESPACE", mounts=untold(Mounts), boot_mounts=lines).outcome is Outcome.FAIL


def test_a_file_that_two_searches_see_counts_once_and_by_the_worse():
    path = "/home/alice/.ssh/deploy.pem"
    putty = sighting("SEC-PRIVKEY.putty", path, marks=("private-key", "encrypted"), size_bytes=9)
    for both in ((key(path), putty), (putty, key(path))):
        found = seen("SEC-PRIVKEY", *both)
        assert found.blocks
        assert "files" not in found.evidence
