"""What lies in the directories that an image loses or publishes."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class Entry(Frozen):
    """Something directly in a directory."""

    name: CleanText
    size_kib: int = 0


class Directory(Frozen):
    """A directory, summed up without crossing into another file system."""

    path: CleanText
    owner: CleanText = ""
    size_kib: int = 0
    files: int = 0
    """Regular files, at any depth."""
    own_files: int = 0
    """Of these, those that did not come with the account or the system (skeleton and caches are left out)."""
    newest_at: Moment | None = None
    biggest: tuple[Entry, ...] = ()
    """At most five, the biggest first."""
    separate: bool = False
    """Whether it is a mount of its own: then what lies in it is not in the image at all."""
    incomplete: CleanText = ""
    """Why the sums are too small: not readable, or time was up."""


class Desktop(Frozen):
    """The desktop folder of somebody, under the name that their language gives it."""

    path: CleanText
    owner: CleanText = ""
    names: tuple[CleanText, ...] = ()
    """What lies there, at most 50."""


class Cache(Frozen):
    """Something that can be created again and only makes the image larger."""

    path: CleanText
    kind: CleanText
    """apt, dnf, conda, pip, containers, core dumps, old kernels, journal, …"""
    size_kib: int = 0


class Directories(Frozen):
    """The directories of people, and those that the guidelines name."""

    homes: tuple[Directory, ...] = ()
    """Each directory in /home, and homes elsewhere but /root."""
    others: tuple[Directory, ...] = ()
    """/root, /mnt, /tmp, /var/tmp, /var/log, /opt, /usr/local, /srv: those that there are."""
    desktops: tuple[Desktop, ...] = ()
    caches: tuple[Cache, ...] = ()
    installed: tuple[Entry, ...] = ()
    """What was put under /opt and /usr/local after the first boot: full paths, the biggest first."""

    def at(self, path: str) -> Directory | None:
        """The sums of one directory."""
        return next((each for each in (*self.homes, *self.others) if each.path == path.rstrip("/")), None)
