"""A test instance of a sealed image on a tree: a real shell runs what cloud-init would take out of its user data."""

from __future__ import annotations

import email
import gzip
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imaging.guest.seal_proof.needles import Needle, NeedleKind, Needles
from imaging.guest.seal_proof.proof_report import read_proof_report
from imaging.guest.seal_proof.user_data import proof_user_data
from models.seal.report import CanaryClass, SealedImageReport
from tests.guest.probe.running import prefers_its_own_tools
from tests.support.shells import GUEST_PATH, SHELLS

NONCE = "0123456789abcdef"
SEAL_NONCE = "feedfacecafebeef"
INSTANCE_ID = "i-0000beef"
NAMES = Needles(
    searched=(
        Needle(kind=NeedleKind.ACCOUNT, text="alice.smith"),
        Needle(kind=NeedleKind.HOST, text="genome-db"),
        Needle(kind=NeedleKind.ADDRESS, text="10.1.2.3"),
        Needle(kind=NeedleKind.INSTANCE, text="11111111-2222-3333-4444-555555555555"),
        Needle(kind=NeedleKind.COMMENT, text="alice@laptop of mine"),
    ),
    kept=("/home/kept user",),
)


def parts_of(user_data: bytes) -> dict[str, str]:
    """The parts by type, as cloud-init takes them out: unpacked, and without the first line of a boothook."""
    message = email.message_from_bytes(gzip.decompress(user_data))
    found = {}
    for part in message.walk():
        if not part.is_multipart():
            text = part.get_payload(decode=True).decode("ascii")  # type: ignore[union-attr]
            found[part.get_content_type()] = text.removeprefix("#cloud-boothook").lstrip()
    return found


@dataclass
class Guest:
    """A tree that stands for the disk of a test instance, and a shell that boots it."""

    root: Path
    shell: str
    needles: Needles = NAMES
    disk: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: str | bytes = "") -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def has(self, tool: str, script: str) -> None:
        """Another program stands in the place of a tool."""
        if self.shell == "busybox" and prefers_its_own_tools():
            pytest.skip("the shell of this busybox takes its own tools before the system's (busybox-static does)")
        file = self.root.parent / "tools" / tool
        file.parent.mkdir(exist_ok=True)
        file.write_text(script)
        file.chmod(0o700)

    def boot(self, *, unit: bool = True) -> None:
        """What cloud-init runs at a boot, and the unit that it starts."""
        for old in (self.root / "run").glob("imaging-proof-*/*"):
            old.unlink()
        for old in (self.root / "run").glob("imaging-proof-*"):
            old.rmdir()
        self.put("/run/systemd/system/.here")
        made = proof_user_data(self.needles, seal_nonce=SEAL_NONCE, nonce=NONCE, marker="#!/bin/sh\n")
        script = self.put(
            f"/var/lib/cloud/instances/{INSTANCE_ID}/boothooks/part-001", parts_of(made)["text/cloud-boothook"]
        )
        self.run(script)
        if unit:
            self.run(self.root / f"run/imaging-proof-{NONCE}/proof", "unit")

    def run(self, script: Path, *arguments: str) -> None:
        command = SHELLS[self.shell]
        tools = self.root.parent / "tools"
        tools.mkdir(exist_ok=True)
        systemctl = tools / "systemctl"
        if not systemctl.exists():
            systemctl.write_text(f'#!/bin/sh\necho "$*" >>{self.root.parent}/systemctl\n')
            systemctl.chmod(0o700)
        environment = {
            "PATH": f"{tools}:{GUEST_PATH}",
            "IMAGING_PROOF_PATH": f"{tools}:{GUEST_PATH}",
            "IMAGING_PROOF_ROOT": str(self.root),
            "IMAGING_PROOF_CONSOLE": str(self.root.parent / "console"),
            "IMAGING_PROOF_RESTART": "exit 0",
            "IMAGING_PROOF_REPEATS": "1",
            "IMAGING_PROOF_DISK": str(self.disk or "/nothing"),
            "IMAGING_PROOF_SECONDS": "",
            "INSTANCE_ID": INSTANCE_ID,
            **self.settings,
        }
        subprocess.run(
            [*command, str(script), "trial", *arguments], env=environment, capture_output=True, timeout=120, check=False
        )

    @property
    def console(self) -> str:
        shown = self.root.parent / "console"
        return shown.read_text() if shown.exists() else ""

    def report(self) -> SealedImageReport:
        return read_proof_report(self.console, nonce=NONCE)

    def proved(self) -> SealedImageReport:
        """Boot once and read."""
        self.boot()
        return self.report()


def counts(report: SealedImageReport) -> dict[CanaryClass, int | None]:
    return {each.kind: each.count for each in report.canaries}


def sightings(report: SealedImageReport) -> set[tuple[str, str]]:
    return {(each.kind, each.path) for each in report.needles}
