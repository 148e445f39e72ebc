"""Chapter *Instance status*: what an inspection after a run shows to be missing, against the one before it."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown
from imaging.guidelines.rule import Answer, Chapter, UnreadError, not_applicable
from imaging.guidelines.rules.guest.stop_cost import NOTHING_RUNS, is_stopped
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import minute
from models.guest.since_run import Difference, DifferenceCode, SinceRun
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_LISTED = 30
_SHOWN_BY = {
    DifferenceCode.MOUNT_MISSING: "findmnt --real",
    DifferenceCode.SWAP_MISSING: "swapon --show",
    DifferenceCode.UNIT_FAILED: "systemctl --failed",
    DifferenceCode.UNIT_STOPPED: "systemctl --failed",
    DifferenceCode.LISTENER_MISSING: "sudo ss -lntup",
}
_SHORT = {
    DifferenceCode.MOUNT_MISSING: "not mounted: {}",
    DifferenceCode.SWAP_MISSING: "swap {}",
    DifferenceCode.UNIT_FAILED: "{} failed",
    DifferenceCode.UNIT_STOPPED: "{} does not run",
    DifferenceCode.LISTENER_MISSING: "nothing listens on {}",
    DifferenceCode.CONTAINER_STOPPED: "container {}",
    DifferenceCode.PROGRAM_ENDED: "{} ended",
}


@rule(
    "STOP-MISSING",
    Chapter.STATUS,
    "Missing since the last run",
    Severity.WARN,
    by_hand="findmnt --real; systemctl --failed; ss -lntu",
)
def stop_missing(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    if facts.guest.value is None:
        raise UnreadError(facts.guest)
    since = facts.guest.value.since_run
    if since is None:
        return not_applicable("No run has stopped it since an inspection that this machine knows.")
    if not since.losses:
        return _nothing_missing(facts, since)
    return guest_failed(
        f"Since {minute(since.before_at)}: {fitting([_short(each) for each in since.losses])}.",
        f"Bring back what is needed. {_all(since)}.",
        facts,
        parts.mounts,
        parts.services,
        command=_command(since),
    )


def _nothing_missing(facts: InstanceFacts, since: SinceRun) -> Answer:
    if since.not_compared:
        return guest_unknown(f"Not all was compared with before the run: {fitting(since.not_compared)}.")
    said = f"All that was seen at {minute(since.before_at)} is there again."
    return guest_passed(said, facts, parts.mounts, parts.services)


def _short(difference: Difference) -> str:
    return _SHORT[difference.code].format(cut(difference.what, _SHOWN))


def _all(since: SinceRun) -> str:
    """Each with what is known of it, for the one who is to bring it back."""
    told = [each.text for each in since.losses[:_LISTED]]
    rest = len(since.losses) - len(told)
    return "; ".join(told) + (f"; and {rest} more" if rest else "")


def _command(since: SinceRun) -> str | None:
    """What shows the state of these kinds of things."""
    return "\n".join(dict.fromkeys(line for each in since.losses if (line := _SHOWN_BY.get(each.code)))) or None
