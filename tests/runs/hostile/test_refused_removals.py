"""What a colleague does can make the cloud refuse a removal: that thing is left and told, and the rest still goes."""

from __future__ import annotations

import json

from imaging.runs.ownership.security_groups import group_description
from models.run.intent import IntentAction
from models.run.record import Owned, OwnedKind
from models.steps import StepName
from tests.runs.hostile.stage import NETWORK, Stage


async def test_a_volume_of_which_somebody_has_made_a_snapshot_is_left_and_the_group_still_goes(stage: Stage):
    await stage.begin()
    ours = stage.volume_of(stage.ada, "brought")

    async def available() -> bool:
        return (await stage.cloud.volumes.volume(ours)).status == "available"

    await stage.until(available)
    stage.grace.post(f"{stage.volumes}/snapshots", {"snapshot": {"name": "graces", "volume_id": ours}})
    name = f"imaging-{stage.run.id}"
    group = {"security_group": {"name": name, "description": group_description(stage.run)}}
    group_id = stage.ada.post(f"{NETWORK}/security-groups", group)["security_group"]["id"]
    owned = (Owned(kind=OwnedKind.VOLUME, id=ours), Owned(kind=OwnedKind.SECURITY_GROUP, id=group_id))
    stage.ctx.change(owned=owned)
    await stage.intend(StepName.TEST_LAUNCH, IntentAction.CREATE_SECURITY_GROUP, name)
    await stage.do(StepName.REMOVE_TEST)
    assert stage.left() == {ours}
    assert group_id not in json.dumps(stage.ada.get(f"{NETWORK}/security-groups"))
    assert (await stage.cloud.volumes.volume(ours)).name == "brought"
