"""What rpm has installed, from whichever of its databases is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.packages.rpm.hash_table import HashTable
from imaging.guest.file_probe.packages.rpm.ndb_table import ndb_packages
from imaging.guest.file_probe.packages.rpm.pages import PagedFile
from imaging.guest.file_probe.packages.rpm.rpm_header import RpmHeader, Tag, damaged
from imaging.guest.file_probe.packages.rpm.sqlite_table import SqliteFile

_FOLDERS: Final = ("/var/lib/rpm", "/usr/lib/sysimage/rpm")
_MOST_PACKAGES: Final = 50_000
_KEY: Final = "gpg-pubkey"
"""What rpm keeps keys as, beside the packages."""


@dataclass(frozen=True)
class Rpm:
    """An installed package."""

    header: RpmHeader

    @property
    def name(self) -> str:
        """Without version and architecture."""
        return self.header.text(Tag.NAME)

    @property
    def version(self) -> str:
        """Version and release, without the epoch."""
        return f"{self.header.text(Tag.VERSION)}-{self.header.text(Tag.RELEASE)}"

    @property
    def architecture(self) -> str:
        """`noarch`, or a machine's."""
        return self.header.text(Tag.ARCHITECTURE)

    @property
    def licence(self) -> str:
        """In its maker's words."""
        return self.header.text(Tag.LICENCE)

    @property
    def installed_at(self) -> int:
        """In seconds since 1970; an upgrade sets it, too."""
        return next(iter(self.header.numbers(Tag.INSTALL_TIME)), 0)

    def files(self) -> tuple[list[int], list[str], list[str]]:
        """Flags, sums and paths of its files, as many of each.

        Raises:
            DiskUnreadableError: they do not fit together.
        """
        flags, sums = self.header.numbers(Tag.FILE_FLAGS), self.header.texts(Tag.FILE_DIGESTS)
        names = self.header.file_names()
        if not len(flags) == len(sums) == len(names):
            raise damaged()
        return flags, sums, names


def rpm_database(tree: Tree) -> str | None:
    """The path of the database; the newest form counts where several are there."""
    for folder in _FOLDERS:
        for name in _READERS:
            if tree.find(f"{folder}/{name}") is not None:
                return f"{folder}/{name}"
    return None


def read_rpms(tree: Tree) -> Iterator[Rpm]:
    """All installed packages, in the order of the database.

    Raises:
        DiskUnreadableError: there is no database, it is damaged, or it cannot be read.
    """
    path = rpm_database(tree)
    if path is None:
        raise damaged()
    for count, blob in enumerate(_READERS[path.rpartition("/")[2]](tree, path)):
        tree.check()
        if count > _MOST_PACKAGES:
            raise damaged()
        package = Rpm(RpmHeader(blob))
        if package.name != _KEY:
            yield package


def _of_sqlite(tree: Tree, path: str) -> Iterator[bytes]:
    for _number, values in SqliteFile(tree, path).table("Packages"):
        if len(values) < 2 or not isinstance(values[1], bytes):  # noqa: PLR2004  # number and header
            raise damaged()
        yield values[1]


def _of_ndb(tree: Tree, path: str) -> Iterator[bytes]:
    for _number, blob in ndb_packages(_opened(tree, path)):
        yield blob


def _of_hash(tree: Tree, path: str) -> Iterator[bytes]:
    """The record of number 0 counts the packages."""
    for key, value in HashTable(_opened(tree, path)).records():
        if any(key):
            yield value


def _opened(tree: Tree, path: str) -> PagedFile:
    found = tree.find(path)
    if found is None or not found.is_file:
        raise damaged()
    return PagedFile(tree, found)


_READERS: Final[dict[str, Callable[[Tree, str], Iterator[bytes]]]] = {
    "rpmdb.sqlite": _of_sqlite,
    "Packages.db": _of_ndb,
    "Packages": _of_hash,
}
