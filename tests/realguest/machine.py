"""An instance with two volumes on a real cloud, and a shell in it that is not the console's own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openstack

if TYPE_CHECKING:
    from tests.realguest.conftest import Place

NAME = "imaging-realguest"
_BOOT_SECONDS = 600


@dataclass(frozen=True)
class Machine:
    """The instance."""

    place: Place
    cloud: Any
    id: str
    address: str
    volumes: tuple[str, ...]

    def ssh(self, script: str, *, seconds: float = 120) -> str:
        """Run a script as root in the guest."""
        done = subprocess.run(
            [*self._ssh(), "sudo", "-n", "sh", "-eu"], input=script, capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def copy(self, *files: Path) -> None:
        """Put files into /tmp of the guest, all in one login: each takes seconds under emulation."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for file in files:
                archive.add(file, arcname=file.name)
        subprocess.run([*self._ssh(), "tar -xC /tmp"], input=packed.getvalue(), check=True, timeout=300)

    def answers(self) -> bool:
        """Whether SSH lets us in by now."""
        try:
            done = subprocess.run([*self._ssh(), "true"], capture_output=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:  # a guest that boots beside others takes its time for a login
            return False
        return done.returncode == 0

    def wait(self, seconds: float) -> None:
        """Wait until it lets us in."""
        deadline = time.monotonic() + seconds
        while not self.answers():
            assert time.monotonic() < deadline, "the guest rejects every login"
            time.sleep(3)

    def host_key(self) -> str:
        """The fingerprint of its ed25519 host key, as the guest itself tells it."""
        return self.ssh("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub").split()[1]

    def imaging(self, *arguments: str, seconds: float = 900) -> tuple[int, Any, str]:
        """The command line; gives status, what it wrote as JSON, and its messages."""
        done = subprocess.run(
            [sys.executable, "-m", "imaging.commands", "--os-cloud", self.place.cloud, *arguments, "--json"],
            capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    @property
    def login_route(self) -> tuple[str, ...]:
        """The options that say how to get in."""
        return ("--user", self.place.user, "--key", str(self.place.key), "--host-key", self.host_key())

    def _ssh(self) -> list[str]:
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ConnectTimeout=10"]
        given = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", "none", "-i", str(self.place.key), *given, f"{self.place.user}@{self.address}"]


@contextmanager
def launched(place: Place) -> Iterator[Machine]:
    """Launch the instance, attach two volumes, wait until it lets us in; remove everything afterwards."""
    cloud = openstack.connect(cloud=place.cloud)
    volumes = [cloud.create_volume(size=1, name=f"{NAME}-{place_}", wait=True).id for place_ in ("data", "other")]
    server = None
    try:
        server = cloud.create_server(
            NAME, image=place.image, flavor=place.flavor, network=place.network, key_name=place.keypair, wait=True,
            timeout=_BOOT_SECONDS, auto_ip=False,
        )  # fmt: skip
        for volume in volumes:
            cloud.attach_volume(server, cloud.get_volume_by_id(volume), wait=True)
        address = next(one["addr"] for rows in server.addresses.values() for one in rows)
        machine = Machine(place, cloud, server.id, address, tuple(volumes))
        machine.wait(_BOOT_SECONDS)
        machine.ssh("cloud-init status --wait >/dev/null || true", seconds=_BOOT_SECONDS)
        yield machine
    finally:
        if server is not None:
            cloud.delete_server(server.id, wait=True, timeout=_BOOT_SECONDS)
        for volume in volumes:
            cloud.delete_volume(volume, wait=True)
        cloud.close()
