"""Whether the files of the system that were asked for are as their packages delivered them.

Of a few small ones the lines that are no comments are told, with passwords masked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from imaging.files.disk.file_system import NAMES, NodeKind
from imaging.files.disk.tree import Found, Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.expressions.globs import meaning_only
from imaging.guest.file_probe.guest_files import GuestFiles
from imaging.guest.file_probe.packages.delivered_files import delivered_files
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.report.masking import masked
from models.errors import DiskUnreadableError
from models.guest.files import PackageState

_MOST_LISTED: Final = 40
"""Of the files in a folder that was asked for."""
_MOST_LINES, _MOST_LINES_READ, _LONGEST_LINE, _MOST_TEXT_BYTES = 50, 1000, 500, 1_000_000
_TOLD: Final = frozenset(
    f"/etc/{name}"
    for name in (
        "hosts", "hosts.allow", "hosts.deny", "host.conf", "resolv.conf", "ldap.conf", "ldap/ldap.conf",
        "openldap/ldap.conf", "nslcd.conf", "sssd/sssd.conf", "nsswitch.conf",
    )
)  # fmt: skip
"""Files of which lines are told, as `part_system_files.sh` has them."""
_MOST_SUMMED_BYTES: Final = 16_000_000
"""No configuration file is as long; what somebody put in the place of one may be."""
_CHUNK_BYTES: Final = 1_048_576
_SUMS: Final[Mapping[int, Callable[[], Any]]] = {
    32: lambda: hashlib.md5(usedforsecurity=False),
    40: lambda: hashlib.sha1(usedforsecurity=False),
    64: hashlib.sha256,
}
"""By the number of digits."""
_KINDS: Final = {NodeKind.FILE: "file", NodeKind.DIRECTORY: "directory", NodeKind.LINK: "link"}
_SKIPPED: Final = re.compile(r"^[ \t\r]*(?:[#;]|$)")
_REMARK: Final = re.compile(r"(?<! ) +[#;].*")
_SECRET_WORDS: Final = ("pass", "pw", "secret", "tok")
_SECRET_KEY: Final = re.compile(r"^( *[^ =]*+(?: *= *| +))")


def part_system_files(disk: Disk, rows: PartRows) -> None:
    """The rows of the part `system_files`."""
    files = GuestFiles(disk.tree, rows)
    paths = list(_asked(disk, files))
    if not paths:
        return
    states = _States(disk.tree, files)
    for number, path in enumerate(paths, 1):
        disk.tree.check()
        _tell(path, number, states, files, rows)


def _asked(disk: Disk, files: GuestFiles) -> Iterator[str]:
    """What was asked for, then the files in folders of /etc among it."""
    asked = [path.removesuffix("/").encode("utf-8").decode(NAMES) for path in disk.questions.system_files]
    yield from asked
    for path in asked:
        itself = files.find_itself(path)
        if path.startswith("/etc/") and itself is not None and itself.is_directory:
            yield from _files_in(itself, files)


def _files_in(folder: Found, files: GuestFiles) -> list[str]:
    listed = files.matching(f"{meaning_only(folder.path)}/*")
    return [each.path for each in listed if each.is_file or (each.is_link and files.is_file(each.path))][:_MOST_LISTED]


def _tell(path: str, number: int, states: _States, files: GuestFiles, rows: PartRows) -> None:
    itself, readable = _found(path, files)
    kind = "" if itself is None else _KINDS.get(itself.node.kind, "other")
    size, at = ("-", "-") if itself is None else (itself.node.size_bytes, itself.node.modified_at)
    immutable = "1" if itself is not None and itself.node.immutable else "0"
    text = files.text(path) if kind == "file" and path in _TOLD else ""
    readable = readable and text is not None
    rows.row("file", number, kind, size, at, states.of(path), immutable, "1" if readable else "0", path)
    if kind == "link":
        rows.row("target", number, files.target(path))
    for line in _lines(text or ""):
        rows.row("line", number, line)


def _found(path: str, files: GuestFiles) -> tuple[Found | None, bool]:
    """What is there, and whether it can be read: a link that leads nowhere cannot, and what is missing could."""
    try:
        itself = files.tree.find_itself(path)
        return itself, itself is None or files.tree.find(path) is not None
    except DiskUnreadableError:
        files.unreadable(path)
        return None, False


def _lines(text: str) -> Iterator[str]:
    """The first ones that are no comments, without secrets."""
    told = 0
    for line in text[:_MOST_TEXT_BYTES].split("\n")[:_MOST_LINES_READ]:
        if not _SKIPPED.match(line) and told < _MOST_LINES:
            told += 1
            yield masked(_without_secret(_REMARK.sub("", line.replace("\r", " ").replace("\t", " ")))[:_LONGEST_LINE])


def _without_secret(line: str) -> str:
    """A line that sets a password shows that it does, and nothing else of it."""
    key = _SECRET_KEY.match(line)
    if key is None or not any(word in key[1].lower() for word in _SECRET_WORDS):
        return line
    return f"{key[1]}***"


class _States:
    """How files stand to what packages delivered."""

    def __init__(self, tree: Tree, files: GuestFiles) -> None:
        self._files = files
        self._known: dict[str, PackageState] = {}
        self._delivered: dict[str, str] | None = None
        try:
            self._delivered = delivered_files(tree, files)
        except DiskUnreadableError:
            files.unreadable("the list of packages")

    def of(self, path: str) -> PackageState:
        """A folder is changed if one of the delivered files in it is."""
        if self._delivered is None:
            return PackageState.UNKNOWN
        inside = [each for each in self._delivered if each == path or each.startswith(f"{path}/")]
        for each in inside:
            if each not in self._known:
                self._known[each] = self._of_file(each, self._delivered[each])
        states = {self._known[each] for each in inside}
        for state in (PackageState.CHANGED, PackageState.UNKNOWN, PackageState.UNCHANGED):
            if state in states:
                return state
        return PackageState.UNOWNED

    def _of_file(self, path: str, delivered: str) -> PackageState:
        found = self._files.find(path)
        if found is None or not found.is_file:
            return PackageState.CHANGED
        now = _sum(self._files.tree, found, len(delivered))
        if now is None:
            return PackageState.UNKNOWN
        return PackageState.UNCHANGED if now == delivered else PackageState.CHANGED


def _sum(tree: Tree, found: Found, digits: int) -> str | None:
    """None where it cannot be told."""
    if digits not in _SUMS or found.node.size_bytes > _MOST_SUMMED_BYTES:
        return None
    digest = _SUMS[digits]()
    try:
        for offset in range(0, found.node.size_bytes, _CHUNK_BYTES):
            digest.update(tree.read_found(found, limit_bytes=_CHUNK_BYTES, offset=offset))
    except DiskUnreadableError:
        return None
    return str(digest.hexdigest())
