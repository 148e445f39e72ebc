"""Small root file systems in the genuine formats of the systems that people make images of.

`files/` holds what can be read as it stands, in layers that are laid over each other: `everywhere`, the family, the
system itself. Package databases are written by the module `dpkg` or unpacked from `recorded/` (how they were made is in
`record_rpm`). A tree has been lived in: its base image was built on 20 September 2026, it was booted for the first
time on 6 October, and since then alice and bruno have worked with it. Where the probe would ask a program about the
running system, `.tools` in the tree has one that answers as the real one did there.
"""

from __future__ import annotations

import lzma
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.guest.trees import dpkg

HERE = Path(__file__).parent
IMAGE_BUILT = 1789873812
"""20 September 2026."""
FIRST_BOOT = 1791273631
"""6 October 2026, 08:00:31 UTC."""
CHANGED = 1791450000
"""8 October 2026, 09:00 UTC: when people put their files there."""
LISTS_READ = 1793340000
"""30 October 2026, 06:00 UTC."""

_INSTANCE = "0a11ce00-0007-4000-8000-000000000007"
_PEOPLE = (("@USER@", 1000), ("alice", 1001), ("bruno", 1002))
_HASH = "$6$c0ffee$" + "A1b2C3d4" * 10 + "./a1B2"
_THEIRS = ("home", "opt/matlab", "opt/notes", "usr/local/bin", "srv/www", "mnt", "tmp", "var/tmp", "root/notes.txt")
"""What came after the first boot."""


@dataclass(frozen=True)
class System:
    """What differs between the systems."""

    family: str
    user: str
    kernel: str
    write_packages: Callable[[Path], None]
    postgresql: str = ""


def _debian(packages: tuple[dpkg.Deb, ...], label: str, suite: str, security_site: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        dpkg.write_dpkg(root, packages)
        dpkg.write_apt_lists(root, packages, label=label, suite=suite, security_site=security_site)

    return write


def _recorded(kind: str, *names: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        folder = root / "var/lib/rpm"
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(lzma.decompress((HERE / f"recorded/{kind}-{name}.xz").read_bytes()))

    return write


SYSTEMS = {
    "ubuntu-24.04": System(
        "debian", "ubuntu", "6.8.0-45-generic", _debian(dpkg.NOBLE, "Ubuntu", "noble", "ubuntu-security"), "16"
    ),
    "ubuntu-16.04": System(
        "debian", "ubuntu", "4.4.0-210-generic", _debian(dpkg.XENIAL, "Ubuntu", "xenial", "ubuntu"), "9.5"
    ),
    "debian-12": System(
        "debian",
        "debian",
        "6.1.0-25-cloud-amd64",
        _debian(dpkg.BOOKWORM, "Debian", "bookworm", "debian-security"),
        "15",
    ),
    "centos-7": System(
        "redhat", "centos", "3.10.0-1160.71.1.el7.x86_64", _recorded("centos-7", "Packages", "Name", "Basenames")
    ),
    "rocky-8": System(
        "redhat", "rocky", "4.18.0-553.8.1.el8_10.x86_64", _recorded("rocky-8", "Packages", "Name", "Basenames")
    ),
    "rocky-9": System("redhat", "rocky", "5.14.0-427.13.1.el9_4.x86_64", _recorded("rocky-9", "rpmdb.sqlite")),
}
KINDS = tuple(SYSTEMS)


def build_tree(kind: str, root: Path) -> Path:
    """Build one, below a folder that is made if need be.

    Owners are set where the builder is root. Times of files are as the story above tells them; the time of the inode
    (ctime) cannot be set, so it is always now.
    """
    system = SYSTEMS[kind]
    words = {"@USER@": system.user, "@KERNEL@": system.kernel, "@PG@": system.postgresql}
    for layer in ("everywhere", f"{system.family}-family", kind):
        _lay(HERE / "files" / layer, root, words)
    _write_accounts(root, system)
    system.write_packages(root)
    _put_manager(root, kind)
    _link(root, kind)
    _fill(root)
    _set_times(root)
    _set_modes(root)
    if os.geteuid() == 0:
        _set_owners(root, system)
    return root


def put(root: Path, path: str, content: str | bytes = "", *, mode: int = 0o644, at: int = CHANGED) -> Path:
    """Put one more file into a tree, with the folders above it."""
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    os.utime(file, (at, at))
    return file


def put_tool(root: Path, name: str, script: str) -> Path:
    """Put a program into the tree's `.tools`, where the probe finds it before the machine's own."""
    return put(root, f".tools/{name}", f"#!/bin/sh\n{script}\n", mode=0o755)


def _lay(layer: Path, root: Path, words: dict[str, str]) -> None:
    for source in _files(layer):
        target = root / _fitted(str(source.relative_to(layer)), words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_fitted(source.read_text(), words))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _fitted(text: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _write_accounts(root: Path, system: System) -> None:
    people = [(name.replace("@USER@", system.user), uid) for name, uid in _PEOPLE]
    lines = ["root:x:0:0:root:/root:/bin/bash", "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin"]
    lines += [f"{name}:x:{uid}:{uid}:,,,:/home/{name}:/bin/bash" for name, uid in people]
    lines += ["nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"]
    shadow = [f"root:*:20350:0:99999:7:::\ndaemon:*:20350:0:99999:7:::\n{system.user}:!:20367:0:99999:7:::"]
    shadow += [f"alice:{_HASH}:20368:0:99999:7:::", "bruno::20368:0:99999:7:::", "nobody:*:20350:0:99999:7:::"]
    groups = ["root:x:0:", f"sudo:x:27:{system.user},alice", "users:x:100:"]
    groups += [f"{name}:x:{uid}:" for name, uid in people] + ["survey:x:1005:alice,bruno", "nogroup:x:65534:"]
    put(root, "etc/passwd", "\n".join(lines) + "\n", at=FIRST_BOOT + 600)
    put(root, "etc/shadow", "\n".join(shadow) + "\n", mode=0o640, at=FIRST_BOOT + 600)
    put(root, "etc/group", "\n".join(groups) + "\n", at=FIRST_BOOT + 600)


def _put_manager(root: Path, kind: str) -> None:
    """The package manager's program, so that it is known for there, and what only it leaves behind."""
    if SYSTEMS[kind].family == "debian":
        put(root, "usr/bin/apt-get", "#!/bin/sh\n", mode=0o755)
        put(root, "var/lib/apt/periodic/update-success-stamp")
        put(root, "var/cache/apt/archives/tree_2.0_amd64.deb", bytes(100_000))
    elif kind == "centos-7":
        put(root, "usr/bin/yum", "#!/bin/sh\n", mode=0o755)
        put(root, "var/cache/yum/x86_64/7/updates/repomd.xml")
    else:
        put(root, "usr/bin/dnf", "#!/bin/sh\n", mode=0o755)
        put(root, "var/cache/dnf/baseos-2274964f3801630c/repodata/repomd.xml")


def _link(root: Path, kind: str) -> None:
    links = {
        "etc/os-release": "../usr/lib/os-release",
        "etc/localtime": "/usr/share/zoneinfo/Etc/UTC",
        "var/lib/cloud/instance": f"/var/lib/cloud/instances/{_INSTANCE}",
        "usr/local/bin/survey": "/home/alice/survey/bin/serve",
        "etc/systemd/system/multi-user.target.wants/survey.service": "/etc/systemd/system/survey.service",
    }
    if kind == "ubuntu-24.04":
        links["etc/resolv.conf"] = "../run/systemd/resolve/stub-resolv.conf"
    else:
        put(root, "etc/resolv.conf", "# made by hand\nnameserver 10.0.0.2\nsearch survey.internal\n")
    for name, target in links.items():
        link = root / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)


def _fill(root: Path) -> None:
    """Files whose content is of no interest, or would look like a secret in the repository."""
    put(root, "home/alice/survey/plate-1.fits", bytes(300_000))
    put(root, "home/alice/survey/plate-2.fits", bytes(200_000))
    put(root, "opt/matlab/R2024a/bin/glnxa64/libmat.so", bytes(500_000))
    key = "-----BEGIN {} PRIVATE KEY-----\nbWFkZSB1cA==\n-----END {} PRIVATE KEY-----\n".replace("{}", "OPENSSH")
    put(root, "home/alice/.ssh/id_ed25519", key, mode=0o600)
    put(root, "home/alice/transfer.pem", key.replace("OPENSSH", "ENCRYPTED"), mode=0o600)
    put(root, "etc/ssh/ssh_host_ed25519_key", key, mode=0o600)
    for module in ("config_ssh", "config_scripts_user"):
        put(root, f"var/lib/cloud/instances/{_INSTANCE}/sem/{module}", "done\n")


def _set_times(root: Path) -> None:
    for path in _all(root):
        inside = str(path.relative_to(root))
        at = CHANGED if inside.startswith(_THEIRS) else IMAGE_BUILT
        if (
            "boot-finished" in inside
            or "/sem/" in inside
            or "authorized_keys" in inside
            or inside.startswith("etc/skel")
        ):
            at = FIRST_BOOT
        if inside.startswith(("etc/passwd", "etc/shadow", "etc/group")):
            at = FIRST_BOOT + 600
        if inside.startswith(("var/lib/apt/", "var/cache/yum", "var/cache/dnf")):
            at = LISTS_READ
        os.utime(path, (at, at), follow_symlinks=False)
    for path in (root / "home").glob("*/.[bp]*"):
        os.utime(path, (IMAGE_BUILT, IMAGE_BUILT))


def _set_modes(root: Path) -> None:
    for path in (
        *(root / ".tools").glob("*"),
        root / "home/alice/survey/bin/serve",
        root / "opt/matlab/R2024a/bin/matlab",
    ):
        path.chmod(0o755)
    for name in ("home/alice/.aws/credentials", "home/alice/.bash_history", "etc/sudoers", "etc/sudoers.d/alice"):
        (root / name).chmod(0o600 if name.startswith("home") else 0o440)
    (root / "root").chmod(0o700)


def _set_owners(root: Path, system: System) -> None:
    for name, uid in _PEOPLE:
        home = root / "home" / name.replace("@USER@", system.user)
        for path in (home, *_all(home)):
            os.chown(path, uid, uid, follow_symlinks=False)
    for path in (root / "srv/www", *_all(root / "srv/www"), root / "tmp/scratch.dat"):
        os.chown(path, 1001, 1001)


def _all(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")))


def remove_tree(root: Path) -> None:
    """Take a tree away, with any modes in it."""
    shutil.rmtree(root, ignore_errors=True)
