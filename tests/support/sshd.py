"""A real OpenSSH server on loopback, started as the user who runs the tests: a guest to log in to.

    def test_it(sshd):
        guest = sshd(set_env={"IMAGING_PROBE_ROOT": str(tree)})
        # guest.port, guest.user, guest.key (the private key that is let in), guest.host_key.fingerprint

Each server has its own folder, home, host keys and authorized keys, and is gone with the test.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.support.needs import require, tool

_PRIVILEGE_SEPARATION = Path("/run/sshd")


@dataclass(frozen=True)
class HostKey:
    """A host key, as the server has it."""

    file: Path

    @property
    def public(self) -> str:
        """`ssh-ed25519 AAAA…`"""
        return " ".join(self.file.with_name(self.file.name + ".pub").read_text().split()[:2])

    @property
    def fingerprint(self) -> str:
        """`SHA256:…`"""
        return asyncssh.import_public_key(self.public).get_fingerprint()


@dataclass
class Sshd:
    """A running server."""

    folder: Path
    port: int
    user: str
    key: Path
    """The private key that it lets in, without passphrase."""
    host_keys: tuple[HostKey, ...]
    process: subprocess.Popen[bytes]

    @property
    def host_key(self) -> HostKey:
        return self.host_keys[0]

    @property
    def known_hosts_line(self) -> str:
        """The line of known_hosts that trusts it."""
        return f"[127.0.0.1]:{self.port} {self.host_key.public}\n"

    @property
    def log(self) -> str:
        """What the server said, to be read after a failure."""
        return (self.folder / "log").read_text(errors="replace")

    def authorize(self, public: str) -> None:
        """Let in a user with this key, too."""
        with (self.folder / "authorized_keys").open("a") as file:
            file.write(public.strip() + "\n")

    def stop(self) -> None:
        """End the server and every session that it carries."""
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


StartSshd = Callable[..., Sshd]


def generate_key(file: Path, algorithm: str = "ssh-ed25519", passphrase: str | None = None) -> asyncssh.SSHKey:
    """Write a new private key with its public half beside it."""
    options = {"key_size": 2048} if algorithm == "ssh-rsa" else {}
    key = asyncssh.generate_private_key(algorithm, comment=file.name, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of few rounds: who reads such a key needs a third of a second for each fifty
        key.write_private_key(str(file), "openssh", passphrase, rounds=4)
    file.chmod(0o600)
    key.write_public_key(str(file) + ".pub")
    return key


def start_sshd(
    folder: Path,
    *,
    set_env: Mapping[str, str] | None = None,
    force_command: str | None = None,
    banner: str | None = None,
    host_keys: Sequence[str] = ("ssh-ed25519",),
    options: Sequence[str] = (),
) -> Sshd:
    """Start a server and wait until it listens.

    Args:
        folder: where its files lie.
        set_env: set in every session, `PATH` too.
        force_command: run instead of what a client asks for, which stands in `$SSH_ORIGINAL_COMMAND`.
        banner: shown before the login.
        host_keys: their algorithms; of several the client chooses.
        options: more lines of sshd_config.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = tuple(_host_key(folder, algorithm) for algorithm in host_keys)
    if not (folder / "id").exists():
        generate_key(folder / "id")
    (folder / "authorized_keys").write_text((folder / "id.pub").read_text())
    if banner is not None:
        (folder / "banner").write_text(banner)
    if os.geteuid() == 0:
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    port = _free_port()
    config = folder / "sshd_config"
    settings = _settings(folder, set_env or {}, force_command, banner)
    config.write_text("\n".join([*_ground(folder, port, keys), *settings, *options]) + "\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([tool("sshd"), "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stderr=log)
    server = Sshd(folder, port, getpass.getuser(), folder / "id", keys, process)
    _await_listening(server)
    return server


def _host_key(folder: Path, algorithm: str) -> HostKey:
    file = folder / f"host_{algorithm}"
    if not file.exists():
        generate_key(file, algorithm)
    return HostKey(file)


def _ground(folder: Path, port: int, keys: Sequence[HostKey]) -> list[str]:
    return [
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        *(f"HostKey {key.file}" for key in keys),
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "UseDNS no",
        "MaxStartups 100",
        "LogLevel VERBOSE",
        "Subsystem sftp internal-sftp",
    ]


def _settings(folder: Path, set_env: Mapping[str, str], force_command: str | None, banner: str | None) -> list[str]:
    # With another home: a developer's shell profile takes long, and is no part of the test.
    (folder / "home").mkdir(exist_ok=True)
    setting = {"HOME": str(folder / "home"), **set_env}
    lines = ["SetEnv " + " ".join(f'"{name}={value}"' for name, value in setting.items())]
    if banner is not None:
        lines.append(f"Banner {folder / 'banner'}")
    if force_command is not None:
        lines.append(f"ForceCommand {force_command}")
    return lines


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_listening(server: Sshd) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            pytest.fail(f"sshd ended at once: {server.log}")
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.02)
    server.stop()
    pytest.fail(f"sshd does not listen: {server.log}")


@pytest.fixture
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSshd]:
    """Starts servers (`start_sshd`'s arguments, without the folder); they end with the test.

    Without sshd on the machine the test is skipped, but fails where all tests are required to run.
    """
    require("sshd")
    started: list[Sshd] = []

    def start(folder: Path | None = None, **settings: Any) -> Sshd:
        server = start_sshd(folder or tmp_path_factory.mktemp("sshd"), **settings)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
