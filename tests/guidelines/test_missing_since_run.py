"""An inspection after a run becomes a finding that names what is missing."""

from __future__ import annotations

from models.findings import Finding, Outcome
from models.guest.since_run import Difference, DifferenceCode, SinceRun
from tests.guidelines.building import NOW, finding
from tests.guidelines.guest_building import guest_fact
from tests.support.known import present, remedy_of

MOUNT = Difference(code=DifferenceCode.MOUNT_MISSING, what="/mnt/scratch", evidence="/dev/vdb1, mounted by hand")
TMUX = Difference(code=DifferenceCode.PROGRAM_ENDED, what="tmux: server", evidence="of alice")
NEW = Difference(code=DifferenceCode.MOUNT_NEW, what="/data", evidence="/dev/vdc")


def missing(since: SinceRun | None) -> Finding:
    fact = guest_fact()
    seen = present(fact.value).model_copy(update={"since_run": since})
    return finding("STOP-MISSING", guest=fact.model_copy(update={"value": seen}))


def since(*differences: Difference, not_compared: tuple[str, ...] = ()) -> SinceRun:
    return SinceRun(run="0abc", before_at=NOW, differences=differences, not_compared=not_compared)


def test_without_a_run_there_is_nothing_to_say():
    assert missing(None).outcome is Outcome.NOT_APPLICABLE


def test_what_is_missing_is_named_and_told_with_what_is_known_of_it():
    found = missing(since(MOUNT, TMUX))
    assert found.outcome is Outcome.FAIL
    assert "not mounted: /mnt/scratch, tmux: server ended" in found.evidence
    assert "Not mounted any more: /mnt/scratch (/dev/vdb1, mounted by hand)" in remedy_of(found).text
    assert remedy_of(found).command == "findmnt --real"


def test_what_is_there_now_and_was_not_is_no_loss():
    assert missing(since(NEW)).outcome is Outcome.PASS


def test_what_could_not_be_compared_is_never_a_pass():
    found = missing(since(not_compared=("mounts: time was up",)))
    assert found.outcome is Outcome.UNKNOWN
    assert "mounts: time was up" in found.evidence
    assert missing(since(MOUNT, not_compared=("units: time was up",))).outcome is Outcome.FAIL
