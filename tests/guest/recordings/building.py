"""Builds the tree of a demonstration guest.

The trees are in the genuine formats of their systems, as those of `tests.guest.trees` are, but each tells the story of
one instance of the demonstration cloud.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from imaging.democloud.guests.home_files import FILES, SKELETON, home_files
from imaging.democloud.ids import seed_hex, seed_id
from tests.guest.recordings import kernel_files, programs, units
from tests.guest.recordings.describing import Machine, Person
from tests.guest.recordings.placing import DAY, NOW, link, put
from tests.guest.trees.dpkg import write_apt_lists, write_dpkg

HERE = Path(__file__).parent
_SITES = {
    "Debian": {
        "mirror.example_debian-security_": "debian.org.mirror.example_debian-security_",
        "mirror.example_debian_": "debian.org.mirror.example_debian_",
    },
    "Ubuntu": {
        "mirror.example_ubuntu-security_": "ubuntu.com.mirror.example_ubuntu_",
        "mirror.example_ubuntu_": "ubuntu.com.mirror.example_ubuntu_",
    },
}
"""Where the package lists of the tests come from, and where those of real systems do."""
_HASH = "$6$demonstration$" + "A1b2C3d4" * 10


def build(machine: Machine, root: Path) -> Path:
    """Build its tree below a folder, which is made."""
    words = _words(machine)
    for layer in dict.fromkeys(("any", machine.family, machine.system)):
        _lay(HERE / "files" / layer, root, words)
    _age(root, machine.first_boot - 10 * DAY)
    _make_links(root, machine)
    _write_accounts(root, machine)
    _write_packages(root, machine)
    _write_homes(root, machine)
    if machine.fstab:
        file = root / "etc/fstab"
        put(root, "etc/fstab", file.read_text() + machine.fstab, at=machine.first_boot + DAY)
    kernel_files.write(root, machine)
    programs.write(root, machine)
    machine.story(root)
    units.write(root, machine)
    _age_what_cloud_init_wrote(root, machine)
    if os.geteuid() == 0:
        _set_owners(root, machine)
    (root / "root").chmod(0o700)
    _age_directories(root)
    return root


def _words(machine: Machine) -> dict[str, str]:
    return {
        "@HOST@": machine.host,
        "@USER@": machine.user,
        "@KERNEL@": machine.kernel,
        "@MACHINE@": seed_hex("machine", machine.name),
        "@INSTANCE@": seed_id("server", machine.host),
        "@MAC@": "fa:16:3e:a0:00:1a",
        "@BTIME@": str(machine.first_boot),
        "@FIRST@": str(machine.first_boot),
        "@DISTRO@": machine.system.partition("-")[0],
        "@PRETTY@": machine.pretty,
        "@IMAGE_DAY@": datetime.fromtimestamp(machine.first_boot - 10 * DAY, UTC).date().isoformat(),
        "@CLOUD_INIT@": next((one.version for one in machine.packages if one.name == "cloud-init"), ""),
    }


def _lay(layer: Path, root: Path, words: Mapping[str, str]) -> None:
    for source in sorted(path for path in layer.rglob("*") if path.is_file()):
        path = _fitted(str(source.relative_to(layer)), words)
        put(
            root,
            path,
            _fitted(source.read_text(), words),
            mode=0o755 if path.startswith(("usr/bin/", "usr/sbin/", "usr/lib/systemd/system-generators/")) else 0o644,
        )


def _fitted(text: str, words: Mapping[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _age(root: Path, at: int) -> None:
    for path in root.rglob("*"):
        os.utime(path, (at, at), follow_symlinks=False)


def _age_what_cloud_init_wrote(root: Path, machine: Machine) -> None:
    at = machine.first_boot
    for pattern in ("var/lib/cloud/**/*", "etc/ssh/ssh_host*", "etc/sudoers.d/90*", "etc/netplan/*", "etc/hostname",
                    "home/*/.ssh/authorized_keys", "root/.ssh/*", "etc/machine-id"):  # fmt: skip
        for path in root.glob(pattern):
            os.utime(path, (at, at), follow_symlinks=False)


def _age_directories(root: Path) -> None:
    """Each directory is as old as the youngest thing in it."""
    for folder, _, _ in os.walk(os.fsencode(root), topdown=False):
        inside = [entry.stat(follow_symlinks=False).st_mtime for entry in os.scandir(folder)]
        at = max(inside, default=NOW - 30 * DAY)
        os.utime(folder, (at, at))


def _make_links(root: Path, machine: Machine) -> None:
    at = machine.first_boot - 10 * DAY
    link(root, "etc/os-release", "../usr/lib/os-release", at=at)
    link(root, "etc/localtime", "/usr/share/zoneinfo/Etc/UTC", at=at)
    link(root, "var/lib/cloud/instance", f"/var/lib/cloud/instances/{seed_id('server', machine.host)}", at=at)
    if machine.family == "debian-family":
        link(root, "etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf", at=at)


def _write_accounts(root: Path, machine: Machine) -> None:
    people = (Person(machine.user, 1000), *machine.people)
    at = machine.first_boot + 600
    passwd = ["root:x:0:0:root:/root:/bin/bash", "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
              "postgres:x:115:120:PostgreSQL:/var/lib/postgresql:/bin/bash",
              *(f"{one.name}:x:{one.uid}:{one.uid}:,,,:/home/{one.name}:/bin/bash" for one in people),
              "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"]  # fmt: skip
    shadow = ["root:*:20350:0:99999:7:::", "daemon:*:20350:0:99999:7:::", "postgres:!:20350::::::",
              *(f"{one.name}:{_HASH if one.has_password else '!'}:20367:0:99999:7:::" for one in people),
              "nobody:*:20350:0:99999:7:::"]  # fmt: skip
    group = ["root:x:0:", f"sudo:x:27:{machine.user}", "postgres:x:120:",
             *(f"{one.name}:x:{one.uid}:" for one in people), "nogroup:x:65534:"]  # fmt: skip
    put(root, "etc/passwd", "\n".join([*passwd, ""]), at=at)
    put(root, "etc/shadow", "\n".join([*shadow, ""]), mode=0o640, at=at)
    put(root, "etc/group", "\n".join([*group, ""]), at=at)


def _write_homes(root: Path, machine: Machine) -> None:
    """The very files that can be copied out of the guest; what came with the accounts is older than what followed."""
    for name, content in SKELETON.items():
        put(root, f"etc/skel/{name}", content, at=machine.first_boot - 10 * DAY)
    for path, content in home_files(machine.name).items():
        since = 5 if path in FILES[machine.name] else 0
        put(root, path, content, at=machine.first_boot + since * DAY)


def _write_packages(root: Path, machine: Machine) -> None:
    if machine.family == "rocky-9":
        repository = root / "var/cache/dnf/baseos-2487/repodata/repomd.xml"
        os.utime(repository, (NOW - DAY // 4, NOW - DAY // 4))
        kernel_files.write_rpm_database(root)
        return
    write_dpkg(root, machine.packages)
    distro = "Debian" if machine.system.startswith("debian") else "Ubuntu"
    suite = {"ubuntu-24.04": "noble", "ubuntu-22.04": "jammy", "debian-12": "bookworm"}[machine.system]
    write_apt_lists(
        root, machine.packages, label=distro, suite=suite,
        security_site="debian-security" if distro == "Debian" else "ubuntu-security",
    )  # fmt: skip
    for file in list((root / "var/lib/apt/lists").iterdir()):
        for made_up, real in _SITES[distro].items():
            if file.name.startswith(made_up):
                file.rename(file.with_name(file.name.replace(made_up, real, 1)))
                break
    lists = NOW - DAY // 4
    for path in (root / "var/lib/apt").rglob("*"):
        os.utime(path, (lists, lists))
    put(root, "var/lib/apt/periodic/update-success-stamp", at=lists)


def _set_owners(root: Path, machine: Machine) -> None:
    for one in (Person(machine.user, 1000), *machine.people):
        home = root / "home" / one.name
        for path in (home, *home.rglob("*")):
            os.chown(path, one.uid, one.uid, follow_symlinks=False)
