"""What inspections of earlier sessions found, for the list: read from files and judged beside the screen, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.fact import Fact, UnknownCode
from models.findings import Source
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from screens.context import Guests
from screens.instances.table.entry import SavedInspection
from screens.rules_loading import judged, load_rules

MOST = 100
"""The newest ones; each is read and judged in about 50 ms, and the cursor brings what is left out."""
_AT_ONCE = 10
"""So many are told together: the rows are drawn once for them."""
_NOT_ASKED = "not read for the list"


async def saved_inspections(
    guests: Guests, clock: Clock, profile: Profile, instances: Sequence[Instance]
) -> AsyncIterator[Mapping[str, SavedInspection]]:
    """What was found in these instances, by id, some at a time. The cloud is not asked.

    Args:
        guests: knows what was kept.
        clock: the time.
        profile: the guidelines to judge by.
        instances: those of the list whose inspection is not known yet.
    """
    by_id = {one.id: one for one in instances}
    kept = await in_thread(guests.kept_among, by_id, MOST)
    if not kept:
        return
    await load_rules()
    for start in range(0, len(kept), _AT_ONCE):
        found = {}
        for instance_id in kept[start : start + _AT_ONCE]:
            saved = await in_thread(_saved, guests, clock, profile, by_id[instance_id])
            if saved is not None:
                found[instance_id] = saved
        yield found


def _saved(guests: Guests, clock: Clock, profile: Profile, instance: Instance) -> SavedInspection | None:
    guest = guests.stored(instance.id)
    if guest.value is None or guest.read_at is None:
        return None
    facts = _nothing_of_the_cloud(instance, clock).model_copy(update={"guest": guest})
    checklist = judged(facts, profile)
    if checklist.not_inspected_because is not None:
        return SavedInspection(guest.read_at, blockers=0, is_outdated=True)
    blockers = sum(finding.blocks and finding.is_about_guest for finding in checklist.findings)
    return SavedInspection(guest.read_at, blockers=blockers)


def _nothing_of_the_cloud(instance: Instance, clock: Clock) -> InstanceFacts:
    """The facts of an instance of which the cloud has told what stands in its list, and nothing else."""
    unread = Fact[object](unknown_because=_NOT_ASKED, unknown_code=UnknownCode.NO_CLOUD, source=Source.CLOUD)
    parts = ("attachments", "volumes", "base_image", "images", "flavors", "quota", "login")
    return InstanceFacts.model_validate(
        {
            **dict.fromkeys(parts, unread.model_dump()),
            "instance": Fact[Instance](value=instance, source=Source.CLOUD, read_at=clock.now()),
            "now": clock.now(),
        }
    )
