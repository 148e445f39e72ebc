"""A real Debian booted in a container: cloud-init runs the user data, and units do what they do at a boot."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.guest.seal import WORD, read_seal_report, seal_user_data
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from models.seal.plan import OperationId, SealTarget, TargetAction
from models.seal.report import SealState
from tests.guest.debians import boot, install, suites
from tests.guest.seal.sealing import NONCE, NOW, Sealed, plan, target
from tests.support.needs import needs

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.slow,
    needs("root", "debootstrap", "systemd-nspawn"),
]
UNIT = """[Service]
ExecStart=/bin/sh -c "echo ran >>/{name}-ran; exec sleep 9999"
[Install]
WantedBy=multi-user.target
"""
STUBBORN = """[Unit]
RefuseManualStop=yes
[Service]
Restart=always
RestartSec=1
ExecStart=/bin/sh -c "while :; do echo x >>/var/log/stubborn.log; sleep 0.3; done"
[Install]
WantedBy=multi-user.target
"""
"""As auditd is: it writes a log, is not to be stopped, and is started again."""


def seed(root: Path, instance: str, user_data: bytes) -> None:
    """What a cloud would give it."""
    folder = root / "var/lib/cloud/seed/nocloud"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meta-data").write_text(f"instance-id: {instance}\nlocal-hostname: {instance}\n")
    (folder / "user-data").write_bytes(user_data)


@dataclass(repr=False)
class Boots:
    """The clone's boot, and that of an instance launched from its image."""

    root: Path
    said: Sealed
    written_late: set[str]
    files: dict[str, int]
    passwd: str
    console: str


@pytest.fixture(scope="module", params=suites("trixie"))
def boots(request, tmp_path_factory) -> Boots:
    root = tmp_path_factory.mktemp(request.param) / "root"
    install(root, request.param)
    live_in(root)
    units = {each.name for kind in ("wants", "requires") for each in root.glob(f"etc/systemd/system/*.{kind}/*")}
    wanted: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
    wanted[OperationId.ACCOUNTS] = (target(TargetAction.ACCOUNT, "alice"),)
    wanted[OperationId.HOMES] = (target(TargetAction.REMOVE, "/home/alice"),)
    wanted[OperationId.ROOT_HOME] = (target(TargetAction.EMPTY, "/root"),)
    wanted[OperationId.DIRECTORIES] = tuple(target(TargetAction.EMPTY, path) for path in ("/tmp", "/var/tmp"))
    agreed = plan(
        wanted, accounts=("root", "alice"), homes=("/home/alice",), units=tuple(units), mask=("agent.service",)
    )  # fmt: skip
    seed(root, "i-clone", seal_user_data(agreed, questions_for(load_profile("jetstream")), NONCE))
    text = boot(root, f"{WORD} {NONCE} ended")
    report, facts = read_seal_report(text, nonce=NONCE, now=NOW)
    emptied = (root / "etc/machine-id").stat().st_mtime_ns
    late = {str(each.relative_to(root)) for each in root.rglob("*") if each.lstat().st_mtime_ns > emptied}
    files = {str(each.relative_to(root)): each.lstat().st_size for each in root.rglob("*") if is_regular(each)}
    passwd = (root / "etc/passwd").read_text()
    seed(root, "i-instance", b"#cloud-config\nruncmd: [ 'echo finished >/dev/console' ]\n")
    console = boot(root, "finished")
    return Boots(root, Sealed(report, facts, text), late, files, passwd, console)


def is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def live_in(root: Path) -> None:
    """An account, a service of its owner, one that refuses to be stopped, and an agent that would call home."""
    (root / "etc/systemd/system/stubborn.service").write_text(STUBBORN)
    for name in ("own", "agent"):
        (root / f"etc/systemd/system/{name}.service").write_text(UNIT.format(name=name))
    (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    work = (
        "useradd -m -s /bin/bash alice; echo secret >/home/alice/.bash_history; mkdir -p /var/log/journal;"
        "systemctl enable own.service agent.service stubborn.service; rm -f /etc/ssh/ssh_host_*"
    )
    setting = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(["chroot", root, "sh", "-c", work], check=True, capture_output=True, env=setting)


def test_cloud_init_runs_it_and_it_seals(boots):
    assert (boots.said.report.state, boots.said.report.why, boots.said.report.appeared) == (SealState.SEALED, "", ())
    assert boots.said.facts is not None


def test_what_was_held_back_never_ran_and_is_still_enabled(boots):
    assert "agent-ran" not in boots.files
    assert "own-ran" in boots.files
    assert (boots.root / "etc/systemd/system/multi-user.target.wants/agent.service").is_symlink()


def test_nothing_of_the_seal_and_of_the_clone_is_left(boots):
    assert not [name for name in boots.files if name.startswith(("var/lib/cloud/instances/", "var/lib/cloud/data/"))]
    assert not [name for name in boots.files if "imaging-seal" in name and not name.startswith("run/")]
    assert not [name for name, size in boots.files.items() if name.startswith("var/log/") and size]


def test_what_does_not_let_itself_be_stopped_writes_nothing_any_more(boots):
    assert boots.files["var/log/stubborn.log"] == 0


def test_the_default_user_that_only_this_boot_had_made_is_gone(boots):
    assert "debian:" not in boots.passwd
    assert not [name for name in boots.files if name.startswith("home/")]


def test_its_shutdown_writes_nothing_again(boots):
    places = ("run/", "proc/", "sys/", "dev/")
    late = {name for name in boots.written_late if not f"{name}/".startswith(places)}
    assert {name for name in late if not (boots.root / name).is_dir()} & boots.files.keys() == set()


def test_an_instance_of_it_boots_and_is_another_one(boots):
    assert "finished" in boots.console
    own = (boots.root / "etc/machine-id").read_text().strip()
    assert len(own) == 32
    assert own != "0123456789abcdef0123456789abcdef"
    assert (boots.root / "etc/ssh/ssh_host_ed25519_key").exists()
    assert "debian:" in (boots.root / "etc/passwd").read_text()
    assert (boots.root / "agent-ran").exists(), "what was enabled runs in an instance"
