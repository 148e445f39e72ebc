"""Chapter *Boot*: whether the programs on the disk are for the processors that the image asks for."""

from __future__ import annotations

from typing import Final

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside
from imaging.guidelines.instance.source import asked_of_machines
from imaging.guidelines.rule import Answer, Chapter, failed, need, passed, unknown
from models.findings import Severity, Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SAME: Final = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "i386": "i686",
    "i486": "i686",
    "i586": "i686",
    "armv8l": "armv7l",
}
"""Other words for the same."""
_ALSO_RUN_ON: Final = {"i686": "x86_64", "armv7l": "aarch64"}
"""What runs on a processor of 64 bits, too."""
_SHOWN: Final = 30


@rule("BOOT-ARCH", Chapter.BOOT, "Processor architecture", Severity.BLOCK, by_hand="uname -m")
def boot_arch(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.file is not None:
        return _of_file(facts)
    found = inside(facts, parts.system).architecture
    if not found:
        return guest_unknown("For which processors its programs are could not be told.", command="uname -m")
    asked = asked_of_machines(facts, "architecture")
    if _suits(found, asked):
        return guest_passed(f"{found}{_as_asked(asked)}", facts, parts.system)
    return guest_failed(*_mismatch(f"It runs on {found}", found, asked), facts, parts.system)


def _of_file(facts: InstanceFacts) -> Answer:
    disk = need(facts.file).disk if facts.file is not None else None
    if disk is None or not disk.architecture:
        return unknown("Nothing that could be read tells for which processors it is.", source=Source.IMAGE_FILE)
    found, asked = disk.architecture, asked_of_machines(facts, "architecture")
    if _suits(found, asked):
        return passed(f"{found}, by {disk.architecture_seen_in}{_as_asked(asked)}", facts.file)
    return failed(*_mismatch(f"It is for {found}, by {disk.architecture_seen_in}", found, asked), facts.file)


def _suits(found: str, asked: str | None) -> bool:
    kind = _SAME.get(found, found)
    return not asked or _SAME.get(asked, asked) in {kind, _ALSO_RUN_ON.get(kind)}


def _as_asked(asked: str | None) -> str:
    return "; the image asks for it." if asked else "; the image names no other."


def _mismatch(found: str, name: str, asked: str | None) -> tuple[str, str]:
    """Evidence and remedy."""
    return (
        f"{found}, but the image property says architecture={cut(asked or '', _SHOWN)}.",
        f"Set the property to what the disk is for: architecture={cut(name, _SHOWN)}.",
    )
