"""Which units of a clone keep still: those that the plan names, by themselves or by a pattern."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imaging.guest.seal.script import seal_script
from imaging.guidelines.tables import seal_masked_units
from models.guest.files import Questions
from tests.guest.probe.running import prefers_its_own_tools
from tests.guest.seal.sealing import NONCE, plan
from tests.guest.trees.building import put
from tests.support.shells import EACH_SHELL, GUEST_PATH

_COMMANDS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}
HELD = "zzz-imaging-seal.conf"


def held(root: Path, folder: Path, *names: str, shell: str = "dash") -> set[str]:
    """The units that the clone holds back, of which the plan has these names."""
    if shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
    script, run, tools = folder / "script", folder / "run", folder / "tools"
    work = seal_script(plan(mask=names), Questions(), NONCE)
    begins = "*) begin ;;"
    assert work.count(begins) == 1
    script.write_text(work.replace(begins, "*) read_plan; hold_units ;;"))
    run.mkdir()
    put(tools, "systemctl", f'#!/bin/sh\necho "$*" >>{folder}/asked\n', mode=0o755)
    (root / "run/systemd/system").mkdir(parents=True)
    setting = {
        "PATH": GUEST_PATH,
        "IMAGING_SEAL_ROOT": str(root),
        "IMAGING_SEAL_RUN": str(run),
        "IMAGING_SEAL_CONSOLE": str(folder / "console"),
        "IMAGING_SEAL_PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin",
    }
    command = [*_COMMANDS[shell], str(script), "trial", "hold"]
    # The script reads its plan from itself, which a boothook has copied.
    (run / "script").write_text(script.read_text())
    subprocess.run(["env", f"script={script}", *command], env=setting, check=True, timeout=60, capture_output=True)
    return {each.parent.name.removesuffix(".d") for each in (root / "run/systemd/system").glob(f"*/{HELD}")}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for path in (
        "etc/systemd/system/actions.runner.lab-survey.host 1.service",
        "etc/systemd/system/multi-user.target.wants/openvpn-client@lab.service",
        "run/systemd/generator.late/jenkins-old.service",
        "usr/lib/systemd/system/apt-daily.timer",
        "lib/systemd/system/postgresql@.service",
        "usr/local/lib/systemd/system/own-agent.service",
        "usr/lib/systemd/system/ssh.service",
    ):
        put(tree, path, "[Service]\n")
    return tree


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_pattern_stands_for_every_unit_that_the_clone_has_of_it(root, tmp_path, shell):
    names = (
        "actions.runner.*.service",
        "openvpn*.service",
        "jenkins*.service",
        "apt-*",
        "postgresql*.service",
        "own-*",
    )
    assert held(root, tmp_path, *names, shell=shell) == {
        "actions.runner.lab-survey.host 1.service", "openvpn-client@lab.service", "jenkins-old.service",
        "apt-daily.timer", "postgresql@.service", "own-agent.service",
    }  # fmt: skip
    asked = (tmp_path / "asked").read_text()
    assert "stop -- " in asked
    assert "ssh.service" not in asked


def test_a_name_counts_although_no_file_of_it_is_there_yet(root, tmp_path):
    assert held(root, tmp_path, "mesh@.service", "late.service") == {"mesh@.service", "late.service"}


def test_a_pattern_that_fits_nothing_is_no_unit(root, tmp_path):
    assert held(root, tmp_path, "nothing-*.service", "../../etc/*", ".*") == set()


def test_a_unit_that_keeps_still_loses_its_restart_and_its_condition(root, tmp_path):
    held(root, tmp_path, "apt-*", "late.service")
    dropped = (root / "run/systemd/system/late.service.d" / HELD).read_text()
    assert dropped == "[Unit]\nConditionPathExists=!/\nRefuseManualStop=no\n[Service]\nRestart=no\n"
    assert "[Service]" not in (root / "run/systemd/system/apt-daily.timer.d" / HELD).read_text()


def test_what_a_boot_and_the_seal_need_fits_no_pattern_of_the_table():
    needed = (
        "systemd-journald.service", "systemd-udevd.service", "systemd-logind.service", "dbus.service", "dbus.socket",
        "cloud-init.service", "cloud-init-local.service", "cloud-config.service", "cloud-final.service", "ssh.service",
        "systemd-networkd.service", "NetworkManager.service", "networking.service", "imaging-seal.service",
        "multi-user.target", "local-fs.target", "systemd-tmpfiles-setup.service", "lvm2-monitor.service",
    )  # fmt: skip
    globs = seal_masked_units()
    assert not [unit for unit in needed if any(Path(unit).match(each) for each in globs)]
    assert len(set(globs)) == len(globs)
