"""What a test instance tells about what is installed on it, by real shells on a tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.guest.deep_check.boothook import compressed, squeezed
from imaging.guest.inventory import inventory_functions, inventory_listener, read_inventory
from imaging.guest.inventory.script import WORD
from models.errors import BadProbeError
from models.works.inventory import PackageManager
from tests.guest.inventory.telling import NONCE, NOW, Machine, of
from tests.guest.probe.running import prefers_its_own_tools
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL


@pytest.fixture(params=EACH_SHELL)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    root = tmp_path / "disk"
    root.mkdir()
    return Machine(root, str(request.param))


def without_own_tools(machine: Machine) -> None:
    if machine.shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")


def test_the_functions_cost_less_than_three_kib():
    assert len(compressed(squeezed(inventory_functions()).encode())) < 3 * 1024


def test_a_machine_without_a_package_manager_is_unknown_and_says_so(machine):
    inventory = machine.told()
    assert set(inventory.incomplete) == {PackageManager.DPKG, PackageManager.RPM}
    assert inventory.packages == ()
    assert "dpkg: there is neither dpkg nor rpm" in inventory.unread


@needs("dpkg-query")
def test_packages_of_dpkg_come_with_version_and_architecture(machine):
    machine.has_debs(("bash", "5.2.15-2+b7"), ("libc6", "2.36-9+deb12u9"))
    inventory = machine.told()
    assert [(each.name, each.version, each.architecture) for each in of(inventory, PackageManager.DPKG)] == [
        ("bash", "5.2.15-2+b7", "amd64"),
        ("libc6", "2.36-9+deb12u9", "amd64"),
    ]
    assert (inventory.incomplete, inventory.unread) == ((), ())
    assert inventory.read_at == NOW


@needs("dpkg-query")
def test_what_was_removed_but_for_its_settings_is_not_installed(machine):
    machine.has_debs(("bash", "1"))
    machine.has_debs(("nano", "2"), status="deinstall ok config-files")
    assert [each.name for each in of(machine.told(), PackageManager.DPKG)] == ["bash"]


@needs("dpkg-query")
def test_a_damaged_list_of_dpkg_is_named_and_never_taken_for_whole(machine):
    machine.has_debs(("bash", "1"))
    machine.put("var/lib/dpkg/status", "nonsense\n")
    inventory = machine.told()
    assert PackageManager.DPKG in inventory.incomplete
    assert "dpkg: it was not told to its end" in inventory.unread


def test_rpm_that_breaks_off_is_named(machine):
    without_own_tools(machine)
    machine.put("var/lib/rpm/rpmdb.sqlite", "x")
    machine.has_tool("rpm", "#!/bin/sh\nprintf 'bash\\t5.1-2\\tx86_64\\n'\nexit 1\n")
    inventory = machine.told()
    assert [each.version for each in of(inventory, PackageManager.RPM)] == ["5.1-2"]
    assert inventory.incomplete == (PackageManager.RPM,)


def test_keys_of_rpm_are_no_packages(machine):
    without_own_tools(machine)
    machine.put("usr/lib/sysimage/rpm/rpmdb.sqlite", "x")
    machine.has_tool("rpm", "#!/bin/sh\nprintf 'gpg-pubkey\\t1-2\\t(none)\\nbash\\t5.1-2\\tx86_64\\n'\n")
    inventory = machine.told()
    assert [each.name for each in of(inventory, PackageManager.RPM)] == ["bash"]
    assert inventory.incomplete == ()


def test_conda_is_read_by_its_files_and_its_packages_count_once(machine):
    for name in ("numpy-1.26.4-py312hc5e2394_0", "xorg-libx11-1.8.9-h8ee46fc_0"):
        machine.put(f"opt/conda/envs/work/conda-meta/{name}.json")
    machine.put("opt/conda/envs/work/conda-meta/history")
    site = "opt/conda/envs/work/lib/python3.12/site-packages"
    machine.put(f"{site}/numpy-1.26.4.dist-info/METADATA")
    machine.put(f"{site}/my_tool-0.3.dist-info/METADATA")
    inventory = machine.told()
    assert [(each.name, each.version, each.build) for each in of(inventory, PackageManager.CONDA)] == [
        ("numpy", "1.26.4", "py312hc5e2394_0"),
        ("xorg-libx11", "1.8.9", "h8ee46fc_0"),
    ]
    assert [(each.name, each.place) for each in of(inventory, PackageManager.PYTHON)] == [
        ("my-tool", "/opt/conda/envs/work")
    ]


def test_what_conda_keeps_of_packages_that_are_not_in_use_is_not_installed(machine):
    machine.put("opt/conda/pkgs/urls.txt")
    machine.put("opt/conda/pkgs/old-1-0/lib/python3.12/site-packages/old-1.dist-info/METADATA")
    assert machine.told().packages == ()


def test_virtual_environments_of_people_are_read_with_a_space_in_their_path(machine):
    site = "home/ann/my project/.venv/lib/python3.11/site-packages"
    machine.put(f"{site}/Requests_Toolbelt-1.0.0.dist-info/METADATA")
    machine.put(f"{site}/PyYAML-5.3.1-py3.11.egg-info/PKG-INFO")
    machine.put(f"{site}/local.egg-info/PKG-INFO")
    machine.put(f"{site}/~umpy-1.0.dist-info/METADATA")
    machine.put(f"{site}/requests/__init__.py")
    found = of(machine.told(), PackageManager.PYTHON)
    assert {(each.name, each.version) for each in found} == {
        ("pyyaml", "5.3.1"),
        ("requests-toolbelt", "1.0.0"),
        ("local", ""),
    }
    assert {each.place for each in found} == {"/home/ann/my project/.venv"}


def test_opt_and_usr_local_are_told_by_their_first_level(machine):
    machine.put("opt/matlab/bin/matlab", "x" * 50_000)
    machine.put("usr/local/bin/tool", "x")
    inventory = machine.told()
    assert inventory.directories is not None
    assert [each.path for each in inventory.directories] == ["/opt/matlab", "/usr/local/bin"]
    assert (inventory.directories[0].size_bytes or 0) >= 50_000


def test_a_directory_that_cannot_be_added_up_has_no_size(machine):
    without_own_tools(machine)
    machine.put("opt/matlab/x")
    machine.has_tool("du", "#!/bin/sh\necho 12\nexit 1\n")
    inventory = machine.told()
    assert inventory.directories is not None
    assert inventory.directories[0].size_bytes is None


def test_when_time_is_up_what_was_told_before_stays_and_the_rest_is_unknown(machine):
    without_own_tools(machine)
    machine.put("opt/conda/conda-meta/a-1-0.json")
    machine.put("opt/slow/x")
    machine.has_tool("du", "#!/bin/sh\nexec sleep 30\n")
    machine.functions = machine.functions.replace("timeout -k 5 240", "timeout -k 1 2")
    inventory = machine.told()
    assert [each.name for each in of(inventory, PackageManager.CONDA)] == ["a"]
    assert "/opt and /usr/local: time was up" in inventory.unread


def test_a_report_that_is_too_long_leaves_whole_managers_out_and_names_them(machine):
    for number in range(400):
        machine.put(f"opt/conda/conda-meta/package{number}-1.{number * 7919 % 1000}-h{number * 104729 % 99991}.json")
    machine.put("opt/venv/lib/python3.12/site-packages/one-1.dist-info/METADATA")
    machine.functions = machine.functions.replace("262144", "1000")
    inventory = machine.told()
    assert inventory.packages is None
    assert {"conda: too long for a console", "python: too long for a console"} <= set(inventory.unread)
    assert {PackageManager.CONDA, PackageManager.PYTHON} <= set(inventory.incomplete)


class TestHelpings:
    @pytest.fixture
    def large(self, machine: Machine) -> Machine:
        for number in range(1500):
            machine.put(
                f"opt/conda/conda-meta/p{number * 48271 % 65537}-1.{number * 7919 % 997}-h{hash((number, 'x')):x}.json"
            )
        return machine

    def test_a_helping_is_at_most_16_kib(self, large):
        rounds = large.tell(4).split("-- round\n")
        assert max(len(each) for each in rounds) <= 16 * 1024
        assert len(rounds[0]) > 8 * 1024

    def test_what_is_not_said_yet_is_missing_and_what_is_said_over_several_rounds_is_whole(self, large):
        first, *more = large.tell(9).split("-- round\n")
        listener = inventory_listener(NONCE)
        listener.take(first)
        with pytest.raises(BadProbeError, match="not complete"):
            read_inventory(first, nonce=NONCE, now=NOW)
        assert listener.heard.missing
        for each in more:
            listener.take(each)
        assert listener.heard.whole
        assert len(of(large.told(9), PackageManager.CONDA)) == 1500

    def test_after_the_last_helping_the_first_one_comes_again(self, machine):
        machine.put("opt/conda/conda-meta/a-1-0.json")
        text = machine.tell(3)
        assert text.count(f"{WORD} {NONCE} 1/") == 3
