"""The host keys that a guest named on its serial console when it first booted.

cloud-init prints them once, in two blocks of whole lines: fingerprints, and whole keys (its script
`write-ssh-key-fingerprints`; `ec2` is its older name). Only such blocks count, each line of them in full and in its
order: a daemon logs to the console, too, and a stranger who contacts it chooses a part of the line. Anything else is
*not found in the log*. Most logs have lost the blocks by now, for clouds keep the last 100 KiB or so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LONGEST_LINE = 6_000
"""Characters; a line with an RSA key of 16,384 bits has 2,800."""
_MOST_KEYS = 20
"""Lines of a block; there are as many as kinds of keys."""
_BOOT = re.compile(r"\[ {0,8}0\.0{6}\] (?:Linux version|Booting Linux) .*")
"""The kernel's first line, by which one boot is told from the next."""
_LINE = re.compile(
    r"(?:\[ {0,8}[0-9]{1,9}\.[0-9]{1,9}\] )?"  # where the console is out of reach the lines go the way of the journal
    r"(?:(?P<unit>cloud-init\[[0-9]{1,10}\]): )?"
    r"(?:(?:<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} )?(?P<tag>cloud-init|ec2): )?"  # by logger
    r"(?P<text>[^\x00-\x1f\x7f]+)"
)
_OF_INTEREST = re.compile("SSH HOST KEY|Linux version|Booting Linux")
"""What a line holds that matters outside of a block; most lines hold none of it."""
_MARK = re.compile(r"-----(BEGIN|END) SSH HOST KEY (FINGERPRINTS|KEYS)-----")
_FINGERPRINT = re.compile(r"[0-9]{3,5} (?P<print>SHA256:[A-Za-z0-9+/]{43}) [^ ].{0,300}?(?: \((?P<kind>[A-Z0-9-]+)\))?")
_OLD_FINGERPRINT = re.compile(r"[0-9]{3,5} (?:MD5:)?(?:[0-9a-f]{2}:){15}[0-9a-f]{2} .{0,300}")
"""Of OpenSSH before 6.8: too weak to prove anything, but no reason to doubt the block."""
_KEY = re.compile(r"(?P<algorithm>[a-z0-9@.-]{3,60}) (?P<data>[A-Za-z0-9+/]{20,}={0,2})(?: .{0,300})?")
_KINDS = {"ssh-ed25519": "ED25519", "ssh-rsa": "RSA", "ssh-dss": "DSA"}


@dataclass(frozen=True)
class ConsoleKeys:
    """What a console log says about host keys."""

    fingerprints: frozenset[str] = frozenset()
    """`SHA256:…`"""
    unread_because: str | None = None
    """Why the log could not be read."""
    contradicts_itself: bool = False
    """Whether it names two keys of one kind for one boot, of which one must be somebody else's: then it names none."""

    def names(self, fingerprint: str) -> bool:
        """Whether this very key was printed."""
        return fingerprint in self.fingerprints

    def sentence(self, fingerprint: str) -> str:
        """What the log says about one key, for the user who decides."""
        if self.unread_because is not None:
            return f"The instance's console log could not be read: {self.unread_because}"
        if self.contradicts_itself:
            return "Beware: the instance's console log names different keys for one boot, and so it proves none."
        if self.names(fingerprint):
            return "The instance's console log names this very key."
        if self.fingerprints:
            return "Beware: the instance's console log names other keys, and not this one."
        return "The instance's console log names no host keys any more."


@dataclass
class _Boot:
    """What one boot printed."""

    marked: bool = False
    """Whether a block begins in it, whole or not."""
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Fingerprints by kind of key, of all whole blocks."""

    def add(self, block: list[tuple[str, str]]) -> None:
        for kind, fingerprint in block:
            self.keys.setdefault(kind, set()).add(fingerprint)


def read_console_keys(log: str) -> ConsoleKeys:
    """Find the host keys of the newest boot that printed any; in one pass, for the guest writes the log."""
    newest = _Boot()
    for boot in _boots(log):
        # A newer boot that began a block replaces an older one even if it is damaged: its keys may have changed.
        if boot.marked:
            newest = boot
    # A machine has one key of each kind; somebody else has printed the other.
    if any(len(fingerprints) > 1 for fingerprints in newest.keys.values()):
        return ConsoleKeys(contradicts_itself=True)
    return ConsoleKeys(frozenset(each for fingerprints in newest.keys.values() for each in fingerprints))


def _boots(log: str) -> Iterator[_Boot]:
    boot, reading = _Boot(), _Reading()
    for line in _lines(log):
        # Nearly every line ends here: the full pattern is slow, and the guest chooses how much it prints.
        if not reading.begun and _OF_INTEREST.search(line) is None:
            continue
        if _BOOT.fullmatch(line):
            yield boot
            boot, reading = _Boot(), _Reading()
        elif reading.take(line):
            boot.add(reading.block)
        boot.marked = boot.marked or reading.begun
    yield boot


def _lines(log: str) -> Iterable[str]:
    """Whole lines, as they were sent: a carriage return inside of one makes what follows look like its beginning."""
    return (line.rstrip("\r")[: _LONGEST_LINE + 1] for line in log.split("\n"))


class _Reading:
    """Reads block after block; a line that does not belong ends one without a result."""

    def __init__(self) -> None:
        self.block: list[tuple[str, str]] = []
        """Kind and fingerprint of each key in the block that is being read, or was read last."""
        self._kind: str | None = None
        self._origin: tuple[str | None, str | None] = (None, None)

    @property
    def begun(self) -> bool:
        """Whether a block is being read."""
        return self._kind is not None

    def take(self, line: str) -> bool:
        """Take one line; True when it ends a whole block."""
        # Cut to one more than the longest, so that a cut line is known by its length.
        found = _LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if found is None:
            self._kind = None
            return False
        text, origin = found["text"], (found["unit"], found["tag"])
        mark = _MARK.fullmatch(text)
        if mark is not None and mark[1] == "BEGIN":
            self.block, self._kind, self._origin = [], mark[2], origin
            return False
        if self._kind is None:
            return False
        if mark is not None and (mark[2], origin) == (self._kind, self._origin):
            self._kind = None
            return True
        self._add(text, origin)
        return False

    def _add(self, text: str, origin: tuple[str | None, str | None]) -> None:
        entry = _fingerprint(text) if self._kind == "FINGERPRINTS" else _key(text)
        # A line of another sender inside the block: somebody logs at the same time, or wants to add a key.
        if origin != self._origin or entry is None or len(self.block) >= _MOST_KEYS:
            self._kind = None
        elif entry[1]:
            self.block.append(entry)


def _fingerprint(text: str) -> tuple[str, str] | None:
    """Kind and fingerprint of a key, as `ssh-keygen -l` prints them; the latter empty if it is an old one."""
    if _OLD_FINGERPRINT.fullmatch(text):
        return "", ""
    found = _FINGERPRINT.fullmatch(text)
    return (found["kind"] or "", found["print"]) if found else None


def _key(text: str) -> tuple[str, str] | None:
    """Kind and fingerprint of a key, as it stands in `/etc/ssh/ssh_host_*_key.pub`."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    algorithm = found["algorithm"]
    try:
        data = base64.b64decode(found["data"], validate=True)
    except binascii.Error:
        return None
    # The binary form repeats the name of the algorithm (RFC 4253): what does not match is no key.
    if not data.startswith(len(algorithm).to_bytes(4, "big") + algorithm.encode()):
        return None
    return _KINDS.get(algorithm, "ECDSA" if algorithm.startswith("ecdsa-") else algorithm), fingerprint_of(data)


def fingerprint_of(public_data: bytes) -> str:
    """The fingerprint of a public key in its binary form, as `ssh-keygen -l` prints it: `SHA256:…`."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public_data).digest()).decode().rstrip("=")
