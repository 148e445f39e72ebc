"""The seal on real trees, compared file by file: what was to go is gone, and nothing else has changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from imaging.guest.seal.script import PROBED
from models.seal.plan import OperationId, SealPlan
from models.seal.report import SealState
from tests.guest.probe.running import prefers_its_own_tools
from tests.guest.seal.lived_in import EDITED, EMPTY, GONE, INSTANCE, KEPT, lived_in
from tests.guest.seal.sealing import Sealed, State, changed, seal, state_of
from tests.guest.trees.building import KINDS, SYSTEMS
from tests.support.shells import EACH_SHELL

ALSO_GONE = (
    "/etc/netplan/50-cloud-init.yaml", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/sudoers.d/90-cloud-init-users", "/etc/sudoers.d/alice", "/mnt/notes.txt", "/root/.ssh",
    "/root/.ssh/authorized_keys", "/root/notes.txt", "/tmp/scratch.dat", "/var/tmp/old.dat", "/var/lib/cloud/instance",
    INSTANCE,
    "/var/cache/apt/archives/tree_2.0_amd64.deb", "/var/cache/yum/x86_64/7/updates/repomd.xml",
    "/var/lib/snapd/assertions/asserts-v0/serial/generic",
    "/var/cache/dnf/baseos-2274964f3801630c/repodata/repomd.xml", "/home/bruno", "/home/@USER@/.ssh",
)  # fmt: skip
"""What the trees have themselves and a seal takes away, each with what is in it."""
ALSO_EMPTY = (
    "/etc/machine-id", "/var/log/cloud-init-output.log", "/var/log/apt/history.log", "/var/log/dpkg.log",
    "/var/log/yum.log", "/var/log/dnf.rpm.log",
)  # fmt: skip
ALSO_EDITED = {"/etc/passwd", "/etc/shadow", "/etc/group", "/etc/resolv.conf", "/var/lib/dbus/machine-id"}


EACH_KIND = [kind if kind in {"debian-12", "rocky-9"} else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
"""Always one of each family: a seal of a whole tree starts 1,400 processes."""


def is_below(path: str, tops: tuple[str, ...]) -> bool:
    return any(path == top or path.startswith(f"{top}/") for top in tops)


@dataclass(frozen=True)
class SealedTree:
    """A tree that was sealed; nobody changes it."""

    root: Path
    plan: SealPlan
    before: State
    said: Sealed


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., SealedTree]:
    """Seals a tree as people have left it, once for all tests that read the outcome."""

    @cache
    def sealed_by(kind: str, shell: str = "dash") -> SealedTree:
        root, plan = lived_in(kind)
        before = state_of(root)
        return SealedTree(
            root, plan, before, seal(root, plan, tmp_path_factory.mktemp("sealed"), shell=shell, probed=PROBED)
        )

    return sealed_by


def only(plan: SealPlan, *wanted: OperationId) -> SealPlan:
    """A plan of these operations, which are all that a test asks about."""
    return plan.model_copy(update={"operations": tuple(each for each in plan.operations if each.id in wanted)})


@pytest.mark.parametrize("shell", EACH_SHELL)
@pytest.mark.parametrize("kind", EACH_KIND)
def test_what_was_to_go_is_gone_and_nothing_else_has_changed(sealed, kind, shell):
    if shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
    tree = sealed(kind, shell)
    root, plan, before, said = tree.root, tree.plan, tree.before, tree.said
    user = SYSTEMS[kind].user
    tops = tuple(path.replace("@USER@", user) for path in (*GONE, *ALSO_GONE))
    after = state_of(root)
    assert (said.report.state, said.report.why) == (SealState.SEALED, "")
    assert said.report.digest == plan.digest
    assert said.facts is not None

    gone = before.keys() - after.keys()
    assert set(GONE) | {path for path in before if is_below(path, tops)} <= gone
    unexpected = {
        path
        for path in gone
        if not is_below(path, (*tops, "/home/alice", "/home/carol/.ssh", "/root", "/var/lib/cloud/data"))
    }
    assert unexpected == {"/var/log/journal/0123456789abcdef0123456789abcdef"}
    assert not after.keys() - before.keys()

    stock = {"/root/.bashrc", "/root/.profile"} if SYSTEMS[kind].family == "debian" else set()
    assert {path for path in after if path.startswith("/root/")} == stock
    assert changed(before, after) & stock <= {"/root/.bashrc"}, "a stock file was not touched"

    for path in [*EMPTY, *(each for each in ALSO_EMPTY if each in before)]:
        assert (root / path[1:]).read_bytes() == b"", path
    for path, (_, expected) in EDITED.items():
        assert (root / path[1:]).read_text() == expected.replace("@USER@", user), path
    remaining = changed(before, after) - gone - EMPTY.keys() - EDITED.keys() - ALSO_EDITED
    assert remaining <= {*ALSO_EMPTY, "/root/.bashrc"}
    for path, content in KEPT.items():
        assert (root / path[1:]).read_text() == content

    for path in changed(before, after) - gone - {"/var/lib/dbus/machine-id"}:
        assert before[path][:3] == after[path][:3], f"owner or mode of {path}"
        assert before[path][4] == after[path][4] or path == "/root/.bashrc", f"{path} is another file"


@pytest.mark.parametrize("kind", ["debian-12", "rocky-9"])
@pytest.mark.slow
def test_a_second_seal_changes_nothing(sealed, tmp_path, kind):
    root = tmp_path / "tree"
    subprocess.run(["cp", "-a", sealed(kind).root, root], check=True)
    before = state_of(root)
    again = seal(root, sealed(kind).plan, tmp_path / "again")
    assert again.report.state is SealState.SEALED
    assert changed(before, state_of(root)) == set()
    assert {each.id: each.before for each in again.report.results if each.before} == {}


class TestInDetail:
    def test_accounts_of_people_are_gone_from_every_table(self, sealed):
        root = sealed("debian-12").root
        names = {name: (root / f"etc/{name}").read_text() for name in ("passwd", "shadow", "group", "gshadow")}
        assert [line.split(":")[0] for line in names["passwd"].splitlines()] == [
            "root",
            "daemon",
            "debian",
            "nobody",
            "carol",
        ]
        assert "alice" not in "".join(names.values()) + "".join(names.values())
        assert "bruno" not in "".join(names.values())
        assert "survey:x:1005:\n" in names["group"]
        assert "sudo:x:27:debian\n" in names["group"]

    def test_passwords_that_stay_are_locked_and_their_hashes_gone(self, sealed):
        root = sealed("debian-12").root
        shadow = dict(line.split(":")[:2] for line in (root / "etc/shadow").read_text().splitlines())
        assert shadow == {"root": "*", "daemon": "*", "debian": "!", "nobody": "*", "carol": "!"}

    def test_the_resolver_is_commented_out_where_something_writes_it_again(self, sealed):
        root = sealed("debian-12").root
        assert (root / "etc/resolv.conf").read_text() == (
            "# by the network\n# nameserver 10.0.0.2\noptions edns0\n# search survey.internal\n"
        )

    def test_the_copy_of_the_machine_id_leads_to_the_empty_one(self, sealed):
        root = sealed("debian-12").root
        assert (root / "var/lib/dbus/machine-id").readlink().as_posix() == "/etc/machine-id"
        assert (root / "etc/machine-id").read_bytes() == b""

    def test_each_operation_says_how_many_were_there_and_that_none_is_left(self, sealed):
        said = sealed("debian-12").said
        assert [each.id for each in said.report.results] == list(OperationId)
        assert {each.after for each in said.report.results} == {0}
        assert said.result(OperationId.FSTAB).before == 1
        assert said.result(OperationId.SECRETS).before == 3
        assert said.result(OperationId.DIRECTORIES).before == 3
        assert said.result(OperationId.HOST_KEYS).before == 4
        assert said.result(OperationId.MACHINE_ID).before == 2

    def test_the_probe_is_run_again_and_sees_it(self, sealed):
        said = sealed("debian-12").said
        assert [each.name for each in said.facts.accounts.value.accounts] == ["root", "debian", "carol"]
        assert said.facts.identity.value.machine_id == "empty"
        assert said.facts.sshd.value.host_keys == ()

    def test_it_tells_how_far_it_is(self, sealed):
        said = sealed("debian-12").said
        assert all(f" progress {each.value}" in said.console for each in OperationId)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A tree that differs in four ways, none of which touches another."""
    root, plan = lived_in("debian-12")
    for path in ("usr/bin/cloud-init", "usr/sbin/NetworkManager", "etc/machine-id"):
        (root / path).unlink()
    fstab = root / "etc/fstab"
    fstab.write_text("# one more\n# two more\n" + fstab.read_text())
    wanted = (OperationId.FSTAB, OperationId.SYSTEM_FILES, OperationId.HOST_KEYS, OperationId.MACHINE_ID)
    return root, seal(root, only(plan, *wanted), tmp_path_factory.mktemp("odd"))


class TestOtherSystems:
    def test_host_keys_stay_where_nothing_makes_new_ones(self, odd):
        root, said = odd
        assert said.report.state is SealState.SEALED
        assert said.result(OperationId.HOST_KEYS).note == "kept: nothing would make new ones"
        assert (root / "etc/ssh/ssh_host_rsa_key").exists()

    def test_a_resolver_that_nothing_writes_again_stays(self, odd):
        root, _ = odd
        assert (root / "etc/resolv.conf").read_text() == (
            "# by the network\nnameserver 10.0.0.2\noptions edns0\nsearch survey.internal\n"
        )

    def test_a_missing_machine_id_is_an_empty_one_afterwards(self, odd):
        root, _ = odd
        assert (root / "etc/machine-id").read_bytes() == b""

    def test_a_line_of_fstab_that_the_boot_has_moved_is_found(self, odd):
        root, _ = odd
        assert "# UUID=2   /data" in (root / "etc/fstab").read_text()

    @pytest.mark.parametrize(
        "unit", ["usr/lib/systemd/system/sshd-keygen@.service", "lib/systemd/system/sshd-keygen.service"]
    )
    def test_they_go_where_a_service_makes_them(self, tmp_path, unit):
        root, plan = lived_in("centos-7")
        (root / "usr/bin/cloud-init").unlink()
        (root / unit).parent.mkdir(parents=True, exist_ok=True)
        (root / unit).touch()
        assert seal(root, only(plan, OperationId.HOST_KEYS), tmp_path).report.state is SealState.SEALED
        assert not list((root / "etc/ssh").glob("ssh_host_*"))

    def test_what_cloud_init_does_not_write_again_stays(self, tmp_path):
        root, plan = lived_in("ubuntu-24.04")
        off = root / "etc/cloud/cloud.cfg.d/99-own-network.cfg"
        off.parent.mkdir(exist_ok=True)
        off.write_text("network: {config: disabled}\n")
        assert seal(root, only(plan, OperationId.NETWORK), tmp_path).report.state is SealState.SEALED
        assert (root / "etc/netplan/50-cloud-init.yaml").exists()

    def test_a_line_of_fstab_that_could_be_two_is_a_failure(self, tmp_path):
        root, plan = lived_in("debian-12")
        fstab = root / "etc/fstab"
        fstab.write_text(f"# one more\n{fstab.read_text()}UUID=2 /data xfs ro 0 0\n")
        said = seal(root, only(plan, OperationId.FSTAB), tmp_path)
        assert (said.report.state, said.report.why) == (SealState.FAILED, "/etc/fstab is not as it was expected")
