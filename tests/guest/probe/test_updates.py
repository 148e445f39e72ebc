from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.guest.packages import Updates
from tests.guest.probe.running import probe
from tests.guest.probe.test_packages import needs_dpkg, needs_rpm
from tests.guest.probe.trees import new_tree, tree
from tests.guest.trees.building import put, put_tool
from tests.support.known import present
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

needs_apt = needs("apt-get")


def updates(root, **how) -> Updates:
    fact = probe("updates", root=root, **how).updates
    assert fact.value is not None, fact.unknown_because
    return fact.value


@needs_apt
@pytest.mark.parametrize("shell", EACH_SHELL)
@pytest.mark.parametrize(
    "kind, expected",
    [
        ("ubuntu-24.04", {("libc6", True), ("tzdata", False)}),
        ("ubuntu-16.04", {("libc6", True)}),
        ("debian-12", {("base-files", False), ("openssh-server", True)}),
    ],
)
def test_apt_itself_tells_what_it_would_upgrade_and_what_of_it_is_for_security(kind, expected, shell):
    found = updates(tree(kind), shell=shell)
    assert {(each.name, each.security) for each in present(found.pending)} == expected
    assert found.lists_at == datetime(2026, 10, 30, 6, tzinfo=UTC)


@needs_apt
def test_asking_apt_writes_nothing():
    root = new_tree("ubuntu-24.04")
    before = contents(root)
    updates(root)
    assert contents(root) == before


def contents(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in root.rglob("*")}


@needs_apt
def test_without_lists_no_update_is_unknown_not_none():
    root = new_tree("debian-12")
    shutil.rmtree(root / "var/lib/apt/lists")
    found = updates(root)
    assert found.pending is None
    assert "apt-get update" in found.pending_unknown_because
    assert found.lists_at is None


@needs_apt
def test_an_apt_that_fails_is_unknown_with_its_own_words():
    root = new_tree("debian-12")
    put(root, "etc/apt/sources.list", "deb this is no source\n")
    found = updates(root)
    assert found.pending is None
    assert "apt-get: " in found.pending_unknown_because
    assert "sources.list" in found.pending_unknown_because


@needs_dpkg
def test_a_package_that_is_half_installed_is_a_problem():
    assert updates(tree("ubuntu-24.04")).problems == ("half-done is not fully installed",)
    assert updates(tree("debian-12")).problems == ()


@needs_rpm
@pytest.mark.parametrize("kind", ["rocky-8", "rocky-9"])
@pytest.mark.parametrize("shell", EACH_SHELL)
def test_dnf_is_asked_about_its_cache_and_long_lines_are_put_together(kind, shell):
    found = updates(tree(kind), shell=shell)
    assert {(each.name, each.security) for each in present(found.pending)} == {
        ("curl", False),
        ("openssh-server", True),
        ("postgresql-private-libs-with-a-long-name", False),
    }
    assert found.lists_at == datetime(2026, 10, 30, 6, tzinfo=UTC)


@needs_rpm
def test_dnf_keeps_its_log_in_memory_and_nothing_of_it_is_left():
    root = new_tree("rocky-9")
    put_tool(
        root,
        "dnf",
        'for each; do case $each in --setopt=logdir=/dev/shm/*) echo >"${each#--setopt=logdir=}/dnf.log" ;; esac; done',
    )
    assert updates(root).pending == ()
    assert not list(Path("/dev/shm").glob(f"imaging-probe.{'[0-9a-f]' * 16}"))


@needs_rpm
def test_a_yum_without_a_cache_is_unknown_not_up_to_date():
    found = updates(tree("centos-7"))
    assert found.pending is None
    assert found.pending_unknown_because == "yum: Cache-only enabled but no cache for 'base'"


@needs_rpm
@pytest.mark.parametrize(
    "kind, newest",
    [
        ("centos-7", "3.10.0-1160.119.1.el7.x86_64"),
        ("rocky-8", "4.18.0-553.22.1.el8_10.x86_64"),
        ("rocky-9", "5.14.0-427.40.1.el9_4.x86_64"),
    ],
)
def test_a_kernel_that_waits_for_a_reboot_is_found(kind, newest):
    found = updates(tree(kind))
    assert found.newest_kernel == newest
    assert found.reboot_required
    assert found.reboot_packages == (newest,)


@needs_rpm
def test_basic_packages_younger_than_the_last_boot_ask_for_a_reboot():
    root = new_tree("rocky-9")
    put(root, "proc/sys/kernel/osrelease", "5.14.0-427.40.1.el9_4.x86_64\n")
    assert updates(root).reboot_required is False
    put(root, "proc/stat", "btime 1788000000\n")
    put_tool(
        root,
        "rpm",
        "case $* in *LICENSE*) printf 'glibc\\t2.34\\tLGPL\\t1788000001\\n' ;; *) exec /usr/bin/rpm \"$@\" ;; esac",
    )
    found = updates(root)
    assert found.reboot_required
    assert found.reboot_packages == ("glibc",)


@needs_dpkg
def test_a_kernel_that_is_not_installed_here_says_nothing_about_a_reboot():
    root = new_tree("debian-12")
    put(root, "proc/sys/kernel/osrelease", "6.18.0-of-the-host\n")
    for mark in ("reboot-required", "reboot-required.pkgs"):
        (root / "run" / mark).unlink()
    assert updates(root).reboot_required is None


@needs_dpkg
def test_ubuntus_mark_names_the_packages_once():
    found = updates(tree("debian-12"))
    assert found.reboot_required
    assert found.reboot_packages == ("linux-image-6.1.0-25-cloud-amd64", "libc6")
