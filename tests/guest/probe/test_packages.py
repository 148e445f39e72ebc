from __future__ import annotations

import gzip
import shutil
from datetime import UTC, datetime

import pytest

from imaging.guest.report.readers.packages import read_packages
from imaging.guest.report.rows import Rows
from models.guest.packages import Packages
from tests.guest.probe.running import probe
from tests.guest.probe.trees import new_tree, tree
from tests.guest.trees.building import KINDS, put, put_tool
from tests.support.known import known, present
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

RPM = ("centos-7", "rocky-8", "rocky-9")
DEB = ("ubuntu-24.04", "ubuntu-16.04", "debian-12")
needs_rpm = needs("rpm")
needs_dpkg = needs("dpkg-query")
BY_MANAGER = [
    *(pytest.param(kind, "dpkg", marks=needs_dpkg) for kind in DEB),
    *(pytest.param(kind, "rpm", marks=needs_rpm) for kind in RPM),
]


def packages(root, **how) -> Packages:
    fact = probe("packages", root=root, **how).packages
    assert fact.value is not None, fact.unknown_because
    return fact.value


@pytest.mark.parametrize("kind, manager", BY_MANAGER)
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_packages_are_read_from_the_genuine_database(kind, manager, shell):
    found = packages(tree(kind), shell=shell)
    assert found.manager == manager
    assert found.count is not None
    assert found.count >= len(found.names) >= 8
    assert {"bash", "cloud-init", "openssh-server", "survey-tools"} <= set(found.names)


@pytest.mark.parametrize("kind, manager", BY_MANAGER)
def test_added_is_what_was_installed_by_name_after_the_first_boot(kind, manager):
    added = {package.name: package.added_at for package in packages(tree(kind)).added}
    assert {"survey-tools"} < set(added) <= {
        "survey-tools", "postgresql", "postgresql-server", "postgresql-libs", "postgresql-private-libs", "libpq",
    }  # fmt: skip
    assert all(present(when) > datetime(2026, 10, 6, 8, tzinfo=UTC) for when in added.values())


@needs_rpm
@pytest.mark.parametrize("kind", RPM)
def test_an_upgraded_package_and_a_newer_kernel_are_no_additions(kind):
    names = {package.name for package in packages(tree(kind)).added}
    assert not names & {"openssh-server", "kernel", "kernel-core"}


@needs_dpkg
def test_what_was_removed_again_is_not_said_to_be_added():
    assert "tree" not in {package.name for package in packages(tree("ubuntu-24.04")).added}


@needs_dpkg
def test_a_removed_package_whose_configuration_is_left_does_not_count():
    found = packages(tree("ubuntu-24.04"))
    assert "gone" not in found.names
    assert "half-done" in found.names


@needs_dpkg
def test_the_newest_addition_comes_first():
    added = packages(tree("ubuntu-24.04")).added
    assert [package.name for package in added] == ["survey-tools", "postgresql"]


@needs_dpkg
def test_nonfree_is_told_by_the_section_on_debian():
    found = {package.name: package.origin for package in packages(tree("ubuntu-24.04")).nonfree}
    assert found == {"nvidia-driver-550": "restricted/libs", "unrar": "multiverse/utils"}


@needs_rpm
def test_nonfree_is_told_by_the_licence_on_rpm():
    found = {package.name: package.origin for package in packages(tree("rocky-9")).nonfree}
    assert found == {"survey-tools": "Commercial"}


@pytest.mark.parametrize("kind, manager", BY_MANAGER)
def test_no_repository_is_shown_with_its_password(kind, manager):
    facts = probe("packages", root=tree(kind))
    assert "swordfish" not in facts.model_dump_json()
    assert any("survey" in repository.file for repository in known(facts.packages).repositories)


@needs_dpkg
def test_repositories_that_are_switched_off_are_left_out():
    names = " ".join(repository.name for repository in packages(tree("ubuntu-24.04")).repositories)
    assert "packages.internal/deb" in names
    assert "testing" not in names


@needs_rpm
def test_a_repository_of_yum_is_on_unless_it_says_otherwise():
    assert [repository.name for repository in packages(tree("centos-7")).repositories] == ["base", "updates", "survey"]


@needs_dpkg
def test_without_logs_what_was_added_is_not_told_but_the_rest_is():
    root = new_tree("debian-12")
    shutil.rmtree(root / "var/log")
    put(root, "var/lib/dpkg/info/survey-tools.list", "/opt/survey\n")
    fact = probe("packages", root=root).packages
    assert known(fact).added == ()
    assert known(fact).count == 10
    assert "logs" in present(fact.incomplete_because)


@needs_dpkg
def test_without_logs_and_without_newer_packages_nothing_was_added():
    root = new_tree("debian-12")
    shutil.rmtree(root / "var/log")
    fact = probe("packages", root=root).packages
    assert known(fact).added == ()
    assert fact.incomplete_because is None


@needs_dpkg
def test_compressed_logs_of_earlier_months_are_read():
    root = new_tree("debian-12")
    put(root, "var/log/dpkg.log.2.gz", gzip.compress(b"2026-10-06 12:00:00 install bash:amd64 <none> 5\n"))
    assert "bash" in {package.name for package in packages(root).added}


@needs_dpkg
def test_without_a_first_boot_nothing_is_said_to_be_added_since():
    root = new_tree("debian-12")
    shutil.rmtree(root / "var/lib/cloud")
    (root / "etc/ssh/ssh_host_ed25519_key.pub").unlink()
    fact = probe("packages", root=root).packages
    assert known(fact).added == ()
    assert "first booted" in present(fact.incomplete_because)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_package_manager_it_is_unknown(kind):
    root = new_tree(kind)
    shutil.rmtree(root / "var/lib/dpkg", ignore_errors=True)
    shutil.rmtree(root / "var/lib/rpm", ignore_errors=True)
    fact = probe("packages", root=root).packages
    assert fact.value is None
    assert fact.unknown_because == "neither dpkg nor rpm can be asked here"


@needs_dpkg
def test_a_broken_database_is_unknown_not_empty():
    root = new_tree("debian-12")
    put(root, "var/lib/dpkg/status", b"\x00\xff no stanza\n")
    fact = probe("packages", root=root).packages
    assert fact.value is None
    assert "could not be read" in present(fact.unknown_because)


def test_five_thousand_packages_fit():
    root = new_tree("debian-12")
    put_tool(
        root,
        "dpkg-query",
        r"""awk 'BEGIN { for (; i < 9000; i++) printf "install ok installed\tpackage-%05d\t1\tlibs\n", i }'""",
    )
    found = packages(root)
    assert found.count == len(found.names) == 9000


def test_times_of_the_logs_are_read_in_the_zone_of_the_guest():
    rows = Rows([["manager", "dpkg"], ["zone", "-0430"], ["added_on", "2026-10-07 11:02:11", "tool", "1"]])
    assert read_packages(rows).added[0].added_at == datetime(2026, 10, 7, 15, 32, 11, tzinfo=UTC)


@pytest.mark.parametrize("row", [["added_on", "yesterday", "a", "1"], ["count", "many"], ["nonfree", "a"]])
def test_a_row_that_makes_no_sense_is_counted_and_left_out(row):
    rows = Rows([["manager", "dpkg"], row])
    read_packages(rows)
    assert rows.malformed == 1
