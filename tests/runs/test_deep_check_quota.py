"""What a deep check needs of the quotas, and in which words it is refused."""

from __future__ import annotations

import pytest

from imaging.runs.plan.deep_check.costs import DeepCosts, quota_refusal
from models.cloud.quota import Limit, Quota

FULL = Limit(used=5, maximum=5)


@pytest.mark.parametrize(
    "quota, why",
    [
        (None, None),
        (Quota(), None),
        (Quota(images=FULL), "quota: 0 images free, 1 needed"),
        (Quota(image_size_mib=FULL), "quota: no space for images is free"),
        (Quota(image_size_mib=Limit(used=4, maximum=5)), None),
        (Quota(volume_gib=Limit(used=0, maximum=10)), "quota: 10 GiB of volumes free, 20 needed"),
    ],
)
def test_what_is_used_up_is_named(quota, why):
    assert quota_refusal(DeepCosts(volumes=1, volumes_gib=20), quota) == why
