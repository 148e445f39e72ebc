"""The user's known_hosts files: who stands there for a host, and adding a key that was accepted.

Lines are read one by one, because a message must say where an old key stands and because one broken line must not hide
the others, as it does not for `ssh` either. Matching (hashed names, patterns) is asyncssh's, but for two of its ways
that trust more than `ssh` does: it takes an empty name in a list (`db-07,`) for any host, and a line end of Unicode
inside a comment for a new line.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from imaging.guest.host_keys.names import KnownName, checked_known_name


@dataclass(frozen=True)
class KnownKey:
    """A line that speaks of a host."""

    file: Path
    line: int
    """From 1."""
    marker: str
    """Empty, `cert-authority` or `revoked`."""
    key: asyncssh.SSHKey

    @property
    def place(self) -> str:
        """Where it stands, as editors and `ssh` write it."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class KnownKeys:
    """All that is known of one host."""

    entries: tuple[KnownKey, ...] = ()
    exact: bool = True
    """Whether they stand under the very name, port included; without it a key counts, but another one is only new."""

    def marked(self, marker: str) -> tuple[KnownKey, ...]:
        """The entries with one marker; empty for plain keys."""
        return tuple(entry for entry in self.entries if entry.marker == marker)

    @property
    def keys(self) -> list[asyncssh.SSHKey]:
        """The host's own keys."""
        return [entry.key for entry in self.marked("")]


def known_keys(files: Iterable[Path], name: KnownName) -> KnownKeys:
    """Look a host up in all files; a file that cannot be read is as good as empty, as it is to `ssh`."""
    return KnownKeys(tuple(entry for file in files for entry in _in_file(file, name)))


def _in_file(file: Path, name: KnownName) -> list[KnownKey]:
    try:
        lines = file.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return []
    return [entry for number, line in enumerate(lines, 1) for entry in _in_line(file, number, line, name)]


def _in_line(file: Path, number: int, line: str, name: KnownName) -> list[KnownKey]:
    entry = _without_empty_names(line)
    if not entry or entry.startswith("#"):
        return []
    try:
        known = asyncssh.import_known_hosts(entry)
        own, authorities, revoked, *_ = known.match(name, "", None)
        if any(known.match("", "", None)):  # the hash of an empty name, which asyncssh takes for any host as well
            return []
    except ValueError:
        return []
    marked = ((own, ""), (authorities, "cert-authority"), (revoked, "revoked"))
    return [KnownKey(file, number, marker, key) for keys, marker in marked for key in keys]


def _without_empty_names(line: str) -> str:
    """A line as `ssh` reads it; empty if it names nobody."""
    fields = next(iter(line.splitlines()), "").split(None, 2)
    place = 1 if line.lstrip().startswith("@") else 0
    if len(fields) <= place:
        return ""
    fields[place] = ",".join(name for name in fields[place].split(",") if name)
    return " ".join(fields) if fields[place] else ""


def remember(file: Path, name: KnownName, key: asyncssh.SSHKey) -> None:
    """Add a host's key to a known_hosts file, which is replaced in one go and keeps its mode and owner.

    Names are hashed if that is how the file has them. A link is followed, for many keep these files elsewhere. A key's
    comment is left out: it is the server's word.

    Raises:
        UsageError: the name could mean other hosts as well.
        OSError: it cannot be written, or is no regular file (`/dev/null`, for instance).
    """
    checked_known_name(name, "The name for known_hosts")
    target = file.resolve()
    before = _present(target)
    text = target.read_bytes() if before else b""
    shown = _hashed(name) if _hashes(text) else name
    # Or the new entry would become part of the last line.
    gap = b"\n" if text and not text.endswith(b"\n") else b""
    line = b" ".join((shown.encode(), key.algorithm, base64.b64encode(key.public_data))) + b"\n"
    _replace(target, text + gap + line, before)


def _present(target: Path) -> os.stat_result | None:
    try:
        found = target.stat()
    except FileNotFoundError:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return None
    if not stat.S_ISREG(found.st_mode):
        msg = "not a regular file"
        raise OSError(msg)
    return found


def _hashes(text: bytes) -> bool:
    names = [line for line in text.splitlines() if line.strip() and not line.startswith((b"#", b"@"))]
    return bool(names) and all(line.startswith(b"|1|") for line in names)


def _hashed(name: str) -> str:
    salt = secrets.token_bytes(20)
    # SHA-1 is what OpenSSH's format says; it hides the name and protects nothing else.
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in (salt, digest))


def _replace(target: Path, text: bytes, before: os.stat_result | None) -> None:
    # In the same folder, for a rename works inside one file system only.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as writing:
            writing.write(text)
            writing.flush()
            os.fchmod(writing.fileno(), stat.S_IMODE(before.st_mode) if before else 0o600)
            if before and before.st_uid != os.geteuid():
                os.fchown(writing.fileno(), before.st_uid, before.st_gid)
            # Before the rename: after a power cut the file would otherwise be there and empty.
            os.fsync(writing.fileno())
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


_PREFERRED = (b"ssh-ed25519", b"ecdsa-", b"sk-", b"rsa-sha2-", b"ssh-rsa")
"""As `ssh` asks for them, so that both note the same kind of key."""


def algorithms_by_preference(known: Sequence[asyncssh.SSHKey], usual: Sequence[bytes]) -> list[str]:
    """The host key algorithms to ask for: of the kinds that are known first, so that a known key is what is shown.

    Otherwise a server with several keys would show one that nobody noted, and be taken for a new one.
    """
    first = [algorithm for key in known for algorithm in key.sig_algorithms if algorithm in usual]
    rest = [algorithm for kind in _PREFERRED for algorithm in usual if algorithm.startswith(kind)]
    return [algorithm.decode() for algorithm in dict.fromkeys((*first, *rest))]
