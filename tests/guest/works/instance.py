"""A test instance on a tree: a real shell runs what cloud-init takes out of its user data, and what its unit runs."""

from __future__ import annotations

import base64
import email
import getpass
import gzip
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imaging.guest.works.login_key import unusable_public_key
from imaging.guest.works.user_data import works_user_data
from imaging.guest.works.works_report import read_works_report
from models.works.report import TestSaid, WorksBoot, WorksReport
from models.works.test_file import TestFile, WorkTests
from tests.guest.probe.running import NOW, prefers_its_own_tools
from tests.support.shells import GUEST_PATH, SHELLS

MARKER = "#!/bin/sh\necho up\n"
INSTANCE_ID = "i-0000beef"
_LONG_AGO = 1_000_000_000


def parts_of(user_data: bytes) -> dict[str, str]:
    """The parts by type, as cloud-init takes them out: unpacked, and without the first line of a boothook."""
    message = email.message_from_bytes(gzip.decompress(user_data))
    found = {}
    for part in message.walk():
        if not part.is_multipart():
            text = part.get_payload(decode=True).decode("ascii")  # type: ignore[union-attr]
            found[part.get_content_type()] = text.removeprefix("#cloud-boothook").lstrip()
    return found


def script(name: str, *lines: str) -> TestFile:
    """A test of the user's."""
    return TestFile(name=name, text="\n".join(("#!/bin/sh", *lines, "")))


@dataclass
class Instance:
    """A tree that stands for the disk of a test instance, and a shell that boots it."""

    root: Path
    shell: str
    tests: WorkTests = field(default_factory=lambda: WorkTests(user=getpass.getuser()))
    outside: tuple[str, ...] = ()
    nonce: str = field(default_factory=lambda: secrets.token_hex(8))
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.public_key = unusable_public_key(self.nonce)

    @classmethod
    def on_tree(cls, folder: Path, shell: str) -> Instance:
        root = folder / "disk"
        for name in ("etc", "var/lib", "home", "root", "run/systemd/system", "proc/self"):
            (root / name).mkdir(parents=True)
        instance = cls(root, shell)
        (folder / "tools").mkdir()
        instance.has("systemctl", f'echo "$*" >>{folder}/systemctl')
        for name in ("ss", "sshd", "timedatectl", "chronyc", "nmcli", "cloud-init"):
            instance.has(name, "exit 1")
        instance.runs_tests_as_account_of_its_own()
        if len(SHELLS[shell]) == 1:
            (folder / "tools/sh").symlink_to(str(shutil.which(shell)))
        else:
            instance.has("sh", f'exec {" ".join(SHELLS[shell])} "$@"')
        if python := shutil.which("python3", path=GUEST_PATH):  # whether it is old enough is asked at each boot
            instance.has("python3", f'[ "$1" != -c ] || exit 0\nexec {python} "$@"')
        instance.has("sync", "")  # it would write what all other tests have made
        return instance

    def runs_tests_as_account_of_its_own(self) -> None:
        """The present user with another home: a developer's shell profile takes long, and is no part of the test."""
        (self.root.parent / "account").mkdir()
        name = getpass.getuser()
        line = f"{name}:x:{os.getuid()}:{os.getgid()}::{self.root.parent}/account:/bin/sh"
        self.has("getent", f'[ "$2" = {name} ] && echo "{line}" || exec {shutil.which("getent")} "$@"')

    def runs(self, *tests: TestFile, seconds: int = 10, together: int = 60) -> None:
        self.tests = WorkTests(files=tests, user=self.tests.user, file_seconds=seconds, all_seconds=together)

    def put(self, path: str, content: str | bytes = "", mode: int = 0o644) -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)
        return file

    def has(self, tool: str, does: str) -> None:
        """Another program stands in the place of a tool."""
        file = self.root.parent / "tools" / tool
        file.unlink(missing_ok=True)  # not through a link
        file.write_text(f"#!/bin/sh\n{does}\n")
        file.chmod(0o755)

    def replaces(self, tool: str, does: str) -> None:
        """The same, of one that a shell may have within itself."""
        if self.shell == "busybox" and prefers_its_own_tools():
            pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
        self.has(tool, does)

    def boot(self, *, unit: bool = True) -> None:
        """What cloud-init runs at a boot, and the unit that it starts."""
        for folder in (self.root / "run").glob("imaging-works-*"):
            # What is installed may still be collected beside it.
            folder.rename(self.root.parent / f"gone-{secrets.token_hex(4)}")
        self.run(self.boothook)
        if unit:
            self.run(self.root / f"run/imaging-works-{self.nonce}/works", "unit")

    @property
    def boothook(self) -> Path:
        made = works_user_data(
            self.tests, nonce=self.nonce, marker=MARKER, public_key=self.public_key, outside=self.outside
        )
        text = parts_of(made)["text/cloud-boothook"]
        return self.put(f"/var/lib/cloud/instances/{INSTANCE_ID}/boothooks/part-001", text)

    def run(self, file: Path, *arguments: str) -> None:
        path = f"{self.root.parent}/tools:{GUEST_PATH}"
        environment = {
            "PATH": path,
            "IMAGING_WORKS_PATH": path,
            "IMAGING_WORKS_ROOT": str(self.root),
            "IMAGING_WORKS_CONSOLE": str(self.root.parent / "console"),
            "IMAGING_WORKS_RESTART": "exit 0",
            "IMAGING_WORKS_REPEATS": "1",
            "IMAGING_WORKS_BEAT": "20",
            "INSTANCE_ID": INSTANCE_ID,
            **self.settings,
        }
        command = [*SHELLS[self.shell], str(file), "trial", *arguments]
        # Not to a pipe: what a test leaves running may hold it open.
        nowhere = subprocess.DEVNULL
        subprocess.run(
            command, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=120, check=False
        )

    @property
    def console(self) -> str:
        shown = self.root.parent / "console"
        return shown.read_text() if shown.exists() else ""

    def report(self) -> WorksReport:
        return read_works_report(self.console, nonce=self.nonce, now=NOW)

    def first_boot(self) -> WorksBoot:
        """Boot once and read."""
        self.boot()
        return self.report().boots[0]

    def tested(self, *tests: TestFile, seconds: int = 10, together: int = 60) -> tuple[TestSaid, ...]:
        """The tests as they ended in the first boot."""
        self.runs(*tests, seconds=seconds, together=together)
        return self.first_boot().tests


def age(file: Path) -> None:
    """Written long before this boot."""
    os.utime(file, (_LONG_AGO, _LONG_AGO))


def booted_now(instance: Instance) -> None:
    instance.put("/proc/stat", "cpu 1 2\nbtime 1700000000\n")


def public_key(blob: bytes) -> str:
    whole = b"\0\0\0\x0bssh-ed25519" + blob
    return f"ssh-ed25519 {base64.b64encode(whole).decode()}"
