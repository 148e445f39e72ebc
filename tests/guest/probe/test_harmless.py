"""Probing changes nothing, and says the same in every shell and with every awk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from models.guest.facts import GuestFacts
from tests.guest.probe import test_first_boot, test_mounts, test_network, test_services, test_system_and_disks
from tests.guest.probe.running import plant, probe
from tests.guest.probe.test_framing import AWKS
from tests.support.known import known
from tests.support.needs import tool as path_of
from tests.support.shells import EACH_SHELL

EVERYTHING: dict[str, str | bytes] = {
    **test_system_and_disks.TREE,
    **test_services.NAMING,
    **test_services.RUNNING,
    **test_first_boot.FILES,
    **test_first_boot.BOOT,
    **test_network.SSHD,
    **{file: text for file, (text, _) in test_network.CASES.items()},
    **test_mounts.VOLUME,
    "/.tools/systemctl": test_services.SYSTEMCTL,
    "/etc/fstab": test_mounts.FSTAB,
    "/etc/systemd/system/data.mount": test_mounts.UNIT,
    "/etc/systemd/system/odd\nname.mount": test_mounts.UNIT,
    "/etc/cron.d/odd\x1b[2J\nname": "* * * * * root /home/ann/\u202ex\n",
    "/usr/local/bin/odd\nlink\x7f": "-> /data/odd\nend",
    "/etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n",
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Path:
    return plant(tmp_path_factory.mktemp("everything"), EVERYTHING)


def listing(root: Path) -> dict[str, Any]:
    """Every file with its times and content; reading may set the time of the last access and nothing else."""
    return {
        str(path): (stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, content(path))
        for path in sorted(root.rglob("*"))
        for stat in [path.lstat()]
    }


def content(path: Path) -> str:
    if path.is_symlink():
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def facts_of(root: Path, shell: str = "dash") -> dict[str, Any]:
    facts = probe(root=root, shell=shell, bounded=True).model_dump(exclude={"seconds", "clock_off_seconds", "read_at"})
    return {name: in_any_order(each) for name, each in facts.items()}


def in_any_order(value: Any) -> Any:
    """Of equals, which one comes first is left to each awk."""
    if isinstance(value, dict):
        return {name: in_any_order(each) for name, each in value.items()}
    return sorted((in_any_order(each) for each in value), key=repr) if isinstance(value, tuple) else value


@pytest.fixture(scope="module")
def expected(everything) -> dict[str, Any]:
    """What dash and the system's own awk say about it."""
    return facts_of(everything)


def test_probing_changes_nothing(everything):
    before = listing(everything)
    facts_of(everything)
    assert listing(everything) == before


def test_every_part_but_those_of_a_missing_package_manager_is_known(everything):
    facts = probe(root=everything)
    parts = [name for name, field in GuestFacts.model_fields.items() if "Fact" in str(field.annotation)]
    unknown = {name for name in parts if not getattr(facts, name).known}
    assert unknown == {"packages", "updates"}


@pytest.mark.parametrize("shell", EACH_SHELL)
@pytest.mark.parametrize("awk", sorted(AWKS))
def test_every_shell_and_every_awk_says_the_same(everything, expected, shell, awk):
    tool = everything / ".tools" / "awk"
    tool.write_text(f'#!/bin/sh\nexec {" ".join([path_of(AWKS[awk][0]), *AWKS[awk][1:]])} "$@"\n')
    tool.chmod(0o755)
    try:
        assert facts_of(everything, shell) == expected
    finally:
        tool.unlink()


def test_hostile_names_are_told_in_clean_words(everything):
    facts = probe("boot_mounts", "path_uses", root=everything)
    marked = "\N{REPLACEMENT CHARACTER}"
    assert f"/etc/systemd/system/odd{marked}name.mount" in {unit.file for unit in known(facts.boot_mounts).units}
    uses = {use.user: use.path for use in known(facts.path_uses)}
    assert uses[f"/usr/local/bin/odd{marked}link{marked}"] == f"/data/odd{marked}end"
    assert uses[f"/etc/cron.d/odd{marked}[2J{marked}name"] == f"/home/ann/{marked}x"
