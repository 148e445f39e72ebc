"""A Debian repository of two packages on this machine: version 1.1 of what the guest has in version 1.0."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAMES = ("imaging-probe-one", "imaging-probe-two")


@dataclass(frozen=True)
class Repository:
    """Where it is, and the old packages that a guest gets first."""

    line: str
    """For sources.list."""
    old: tuple[Path, ...]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def served(folder: Path, address: str) -> Iterator[Repository]:
    """Build the packages and serve the new ones on this machine's address."""
    old = tuple(_package(folder / "old", name, "1.0") for name in NAMES)
    new = [_package(folder / "new", name, "1.1") for name in NAMES]
    (folder / "new/Packages").write_text("\n".join(_entry(package) for package in new))
    handler = functools.partial(_Quiet, directory=str(folder / "new"))
    server = ThreadingHTTPServer((address, 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Repository(f"deb [trusted=yes] http://{address}:{server.server_port}/ ./", old)
    finally:
        server.shutdown()
        server.server_close()


def _package(folder: Path, name: str, version: str) -> Path:
    tree = folder / f"tree-{name}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"
        f"Description: nothing at all\n"
    )
    package = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, package], check=True, capture_output=True)
    return package


def _entry(package: Path) -> str:
    control = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True).stdout
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return f"{control.strip()}\nFilename: ./{package.name}\nSize: {len(content)}\nSHA256: {digest}\n"
