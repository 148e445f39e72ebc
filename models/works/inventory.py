"""What is installed on an image: packages of every manager with their versions, and what lies beside them."""

from __future__ import annotations

from enum import StrEnum

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class PackageManager(StrEnum):
    """Who installed a package."""

    DPKG = "dpkg"
    RPM = "rpm"
    CONDA = "conda"
    PYTHON = "python"
    """A distribution in a virtual environment or in a place of site packages."""


class InstalledPackage(Frozen):
    """A package with its version."""

    manager: PackageManager
    name: CleanText
    version: CleanText = ""
    architecture: CleanText = ""
    build: CleanText = ""
    """Of conda: which build of that version."""
    place: CleanText = ""
    """The conda or virtual environment; empty for packages of the system."""


class PlacedDirectory(Frozen):
    """What lies in /opt or /usr/local, by its first level."""

    path: CleanText
    size_bytes: int | None = None
    files: int | None = None


class Inventory(Frozen):
    """All that is installed. A field that is None could not be read: unknown, never *no difference*."""

    packages: tuple[InstalledPackage, ...] | None = None
    incomplete: tuple[PackageManager, ...] = ()
    """Of whose packages some may be missing; `unread` says why."""
    unread: tuple[CleanText, ...] = ()
    """What of it could not be read, and why: `conda in /opt/conda: too many`."""
    directories: tuple[PlacedDirectory, ...] | None = None
    about_image_id: CleanText = ""
    read_at: Moment | None = None
    read_from: CleanText = ""
    """`a test instance of it`, `its file`, `its packages as kept here`."""

    @property
    def tells_system(self) -> bool:
        """Whether all packages of the system are known, so that another list can be compared with them."""
        return self.packages is not None and not {PackageManager.DPKG, PackageManager.RPM} & set(self.incomplete)


class VersionChange(Frozen):
    """A package that both have, in another version."""

    name: CleanText
    manager: PackageManager
    place: CleanText = ""
    before: CleanText
    after: CleanText


class InventoryChange(Frozen):
    """What one image has beyond another: its base, or the one that it follows."""

    base_id: CleanText = ""
    base_name: CleanText = ""
    unknown_because: CleanText = ""
    """Why the two could not be compared (the base is gone, cannot be read, …); empty where they were."""
    added: tuple[InstalledPackage, ...] = ()
    removed: tuple[InstalledPackage, ...] = ()
    changed: tuple[VersionChange, ...] = ()
    not_compared: tuple[PackageManager, ...] = ()
    """Whose packages are not known whole on both: of these more may be added, removed or changed than is told."""
