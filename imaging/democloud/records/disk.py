"""What lies on a root disk, as far as a boot or an inspection shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fixed:
    """A line of a file in /etc that was changed in the guest."""

    file: str
    line: int
    """Its number, from 1."""
    how: str
    """`comment` or `nofail`."""


@dataclass(frozen=True)
class Disk:
    """What lies on a root disk, as far as a boot shows it. It travels with snapshots and what is launched from them."""

    system: str = "Ubuntu 24.04.3 LTS"
    cloud_init: bool = True
    silent: bool = False
    """Nothing is ever printed on the console."""
    fstab: tuple[str, ...] = ()
    """Ids of volumes that /etc/fstab names without `nofail`: without one of them the boot ends in emergency mode."""
    machine_id: str = ""
    """Empty on an image that was made for launching: the first boot writes one."""
    used_bytes: int = 2_400_000_000
    guest: str = ""
    """Whose recording (`guests/recordings`) says what lies on it; empty: nobody can inspect it."""
    owners_key: bool = False
    """Whether an instance with the owner's key pair was booted from it: its account lets them in ever after."""
    fixed: tuple[Fixed, ...] = ()
    """What was changed in its fstab since the recording."""
    updated: bool = False
    """Whether its pending updates were installed since."""
    sealed: bool = False
    """Whether a clone has sealed itself on it."""
    seal_fails_at: str = ""
    """The operation of a seal that fails on it; empty: none does."""
    seal_misses: str = ""
    """The class of files of which a seal leaves something on the raw disk; empty: it misses nothing."""
    spoilt: str = ""
    """In which one way an image of it does not work although it boots (`guests.works.SPOILT`); empty: in none."""
    tests: tuple[tuple[str, str], ...] = ()
    """Name and text of the executables in its /etc/imaging/tests.d."""

    @property
    def recording_of_seal(self) -> str:
        """What was recorded of it after a real seal; empty where nobody can inspect it."""
        return f"{self.guest}-sealed" if self.guest else ""

    @property
    def recording(self) -> str:
        """What was recorded of it as it is now."""
        return self.recording_of_seal if self.sealed else self.guest
