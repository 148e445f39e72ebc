"""What the rules about single system files share."""

from __future__ import annotations

from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.rule import Answer, UnreadError
from models.fact import Fact
from models.findings import Source
from models.guest.files import SystemFile
from models.guidelines.facts import InstanceFacts


def system_file(facts: InstanceFacts, path: str) -> SystemFile:
    """One of the system files that were asked for; it need not exist.

    Raises:
        UnreadError: nobody inspected the guest, or the probe did not tell about it.
    """
    found = next((each for each in inside(facts, parts.system_files) if each.path == path), None)
    if found is None:
        raise UnreadError(Fact[SystemFile](unknown_because=f"the probe did not tell about {path}", source=Source.GUEST))
    return found


def no_lines_in(facts: InstanceFacts, path: str, remedy: str) -> Answer:
    """The answer for a file that is to hold nothing but comments."""
    file = system_file(facts, path)
    if not file.there:
        return guest_passed("There is none.", facts, parts.system_files)
    if file.lines:
        return guest_failed(fitted("It says: ", file.lines), remedy, facts, parts.system_files)
    if not file.readable:
        return guest_unknown("It could not be read.", "In the guest:", command=f"sudo cat {path}")
    passed = guest_passed("It holds nothing but comments.", facts, parts.system_files)
    return unless_incomplete(passed, facts, parts.system_files)
