"""Single files: those of the system that the guidelines name, and those that a profile asks to search for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class PackageState(StrEnum):
    """Whether a file is as its package delivered it."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    UNOWNED = "unowned"
    """It belongs to no package: only its content can tell."""
    UNKNOWN = "unknown"


class SystemFile(Frozen):
    """A file or folder of the system."""

    path: CleanText
    kind: CleanText = ""
    """file, directory, link; empty where there is none."""
    target: CleanText = ""
    """Where a link leads."""
    size_bytes: int | None = None
    changed_at: Moment | None = None
    package_state: PackageState = PackageState.UNKNOWN
    immutable: bool = False
    readable: bool = True
    lines: tuple[CleanText, ...] = ()
    """The lines that are neither empty nor comments, at most 50, with passwords masked; of few files only."""

    @property
    def there(self) -> bool:
        """Whether it exists."""
        return bool(self.kind)


class FileSearch(Frozen):
    """Something to search for; the probe reports where it is, never what it holds."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Such as `matlab.install` or `SEC-CLOUD.aws`."""
    paths: tuple[str, ...] = ()
    """Globs; `~/` stands for each home, /root included."""
    names: tuple[str, ...] = ()
    """Globs of file names, in capitals or not, to be found anywhere below the search roots."""
    first_line: Mapping[str, str] = Field(default_factory=dict)
    """Marks: a word, and the extended regular expression that the file's first line must match for it."""
    contains: Mapping[str, str] = Field(default_factory=dict)
    """Marks: a word, and the extended regular expression that a line of the first 64 KiB must match for it."""
    words_after: tuple[str, ...] = ()
    """Report the word that follows one of these at the start of a line (the product after FlexNet's FEATURE)."""
    anywhere: bool = False
    """Search every small text file below the search roots for the marks of `contains`, in one pass for all searches."""
    marked_only: bool = False
    """Report only files with a mark, and those that could not be read: for names that many harmless files have."""
    lines: bool = False
    """Report the numbers of the lines with a mark of `contains`, too: for files that hold more than that."""


class Questions(Frozen):
    """What the guidelines want to know beyond what the probe always tells."""

    searches: tuple[FileSearch, ...] = ()
    search_roots: tuple[str, ...] = (
        "/home", "/root", "/opt", "/usr/local", "/srv", "/data", "/scratch", "/mnt", "/etc",
    )  # fmt: skip
    system_files: tuple[str, ...] = ()


class Sighting(Frozen):
    """Something that was searched for and is there."""

    search: CleanText
    path: CleanText
    kind: CleanText = "file"
    """file, directory, link, other."""
    owner: CleanText = ""
    mode: CleanText = ""
    """Octal, such as `0600`."""
    size_bytes: int | None = None
    changed_at: Moment | None = None
    marks: tuple[CleanText, ...] = ()
    words: tuple[CleanText, ...] = ()
    """At most eight, each at most 60 characters."""
    lines: tuple[int, ...] = ()
    """Numbers of the lines with a mark, from 1, at most eight; only where the search asks for them."""
    unread: bool = False
    """Its content could not be read, so missing marks say nothing."""
