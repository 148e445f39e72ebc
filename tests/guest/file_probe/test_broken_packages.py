"""Packages of Debian that are not fully installed, or that miss something, are problems."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.guest.file_probe.comparing import by_file, by_shell, facts_of
from tests.guest.file_probe.packages_made_up import installed, needs_apt
from tests.guest.file_probe.sleeping import awake
from tests.guest.trees.building import put


@needs_apt
def test_a_package_that_misses_something_is_a_problem(tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    with (root / "var/lib/dpkg/status").open("a") as status:
        status.write(installed("lonely", "1", Depends="nowhere (>= 2)"))
    for ending in ("list", "md5sums"):
        put(root, f"var/lib/dpkg/info/lonely.{ending}")
    facts = facts_of("updates", by_file("updates", root))
    assert facts.pending is facts_of("updates", by_shell("updates", root)).pending is None
    assert facts.problems == ("lonely misses something that it needs",)
    assert facts_of("updates", by_shell("updates", root)).problems


STATES = ["install ok installed", "install ok half-configured", "install ok unpacked", "install ok half-installed",
          "install reinstreq half-installed", "deinstall ok config-files", "hold ok installed"]  # fmt: skip


@needs_apt
@pytest.mark.parametrize("form", ["1\n", "0\n"])
def test_what_is_not_fully_installed_is_told_as_dpkg_tells_it(form: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    shutil.rmtree(root / "var/lib/apt/lists")
    with (root / "var/lib/dpkg/status").open("a") as status:
        for number, state in enumerate(STATES):
            status.write(installed(f"state-{number}", "1", state))
        status.write(installed("waiting", "1", "install ok triggers-pending", Triggers_Pending="x"))
        status.write(installed("foreign", "1", Architecture="i386"))
        status.write(installed("one-of-two", "1", Multi_Arch="same"))
        status.write(installed("two-of-two", "1", Multi_Arch="same", Architecture="arm64"))
        status.write(installed("no-list", "1") + installed("no-sums", "1"))
    kept = [*(f"state-{number}" for number in range(len(STATES))), "waiting", "foreign", "one-of-two:amd64",
            "two-of-two:arm64", "no-sums"]  # fmt: skip
    for name in kept:
        put(root, f"var/lib/dpkg/info/{name}.list")
        if name != "no-sums":
            put(root, f"var/lib/dpkg/info/{name}.md5sums")
    put(root, "var/lib/dpkg/arch", "amd64\narm64\n")
    put(root, "var/lib/dpkg/info/format", form)
    told, expected = by_file("updates", root), by_shell("updates", root)
    assert (
        [row for row in told.rows if row[0] == "problem"] == [row for row in expected.rows if row[0] == "problem"] != []
    )
