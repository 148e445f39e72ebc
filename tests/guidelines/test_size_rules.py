"""Chapters *Size*, *Quota*, *Cloud login* and *Image properties*."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import InstanceFlavor
from models.cloud.login import Login
from models.cloud.quota import Limit, Quota
from models.cloud.volume import Volume
from models.findings import Outcome, Severity, Source
from models.guest.disks import Disks
from models.run.request import Visibility, Waiver
from models.steps import StepName
from tests.guidelines.building import (
    LOGIN,
    NOW,
    PGDATA,
    ROOMY,
    attached,
    finding,
    image,
    instance,
    profile,
    request,
    unread,
)
from tests.guidelines.guest_building import ROOT as ROOT_USE
from tests.guidelines.guest_building import VDA, VDA1, guest_fact
from tests.support.known import command_of

GIB = 1024**3
MEDIUM = instance(
    flavor=InstanceFlavor(name="m3.medium", vcpus=8, ram_mib=30 * 1024, disk_gib=60, ephemeral_gib=0, swap_mib=0)
)
BFV = instance(image_id=None, volume_backed=True)
ROOT = Volume(id="root-id", name="root", status="in-use", size_gib=20, bootable=True)


def quota(**changed) -> Quota:
    return ROOMY.model_copy(update=changed)


def login(**changed) -> Login:
    return LOGIN.model_copy(update=changed)


def test_the_smallest_root_disk_passes():
    assert finding("SIZE-SMALLEST").outcome is Outcome.PASS


def test_whether_a_smaller_disk_would_do_is_unknown_until_an_inspection():
    found = finding("SIZE-SMALLEST", instance=MEDIUM)
    assert found.outcome is Outcome.UNKNOWN
    assert "m3.tiny (20 GiB)" in found.evidence
    assert command_of(found).startswith("df ")


def test_a_small_qcow2_image_shows_that_a_smaller_disk_would_have_done():
    small = image(disk_format="qcow2", size_bytes=8 * GIB, virtual_size_bytes=60 * GIB)
    found = finding("SIZE-SMALLEST", instance=MEDIUM, image=small)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    full = image(disk_format="qcow2", size_bytes=19 * GIB)
    assert finding("SIZE-SMALLEST", instance=MEDIUM, image=full).outcome is Outcome.PASS


def test_a_raw_image_as_large_as_its_disk_shows_nothing():
    raw = image(disk_format="raw", size_bytes=60 * GIB)
    assert finding("SIZE-SMALLEST", instance=MEDIUM, image=raw).outcome is Outcome.UNKNOWN


def test_a_flavor_too_small_for_the_base_image_is_no_alternative():
    assert finding("SIZE-SMALLEST", instance=MEDIUM, base_image=image(min_disk_gib=60)).outcome is Outcome.PASS


def test_the_size_of_a_volume_backed_instances_flavor_does_not_matter():
    for rule in ("SIZE-SMALLEST", "SIZE-MINDISK"):
        assert finding(rule, instance=BFV, base_image=None).outcome is Outcome.NOT_APPLICABLE


def test_unread_flavors_leave_sizes_unknown():
    for rule in ("SIZE-SMALLEST", "SIZE-MINDISK", "QUOTA"):
        assert finding(rule, flavors=unread(tuple[Flavor, ...])).outcome is Outcome.UNKNOWN


def test_before_imaging_it_is_said_which_flavors_are_excluded():
    found = finding("SIZE-MINDISK", instance=MEDIUM)
    assert found.outcome is Outcome.PASS
    assert "60 GiB" in found.evidence
    assert "m3.tiny" in found.evidence


def test_a_min_disk_below_the_real_size_is_set_by_the_run():
    grown = image(min_disk_gib=20, disk_format="qcow2", virtual_size_bytes=40 * GIB)
    found = finding("SIZE-MINDISK", image=grown)
    assert (found.outcome, found.fixed_by) == (Outcome.FAIL, StepName.DESCRIBE)
    assert "--min-disk 40" in command_of(found)
    assert finding("SIZE-MINDISK", image=image(min_disk_gib=40)).outcome is Outcome.PASS


def test_the_memory_needed_is_the_users_to_state():
    assert finding("SIZE-MINRAM").outcome is Outcome.UNKNOWN
    assert finding("SIZE-MINRAM", request=request(min_ram_mib=2048)).outcome is Outcome.PASS
    assert finding("SIZE-MINRAM", request=request(min_ram_mib=999_999)).outcome is Outcome.FAIL


def test_what_is_short_is_said_in_sizes_and_numbers_that_agree_with_their_nouns():
    short = quota(
        instances=Limit(used=10, maximum=10), cores=Limit(used=10, maximum=10), ram_mib=Limit(used=1024, maximum=2048)
    )
    assert finding("QUOTA", quota=short).evidence == (
        "No room for a test instance m3.tiny: 1 instance needed, 0 free, 1 core needed, 0 free, "
        "3.0 GiB of RAM needed, 1.0 GiB free."
    )


def test_sizes_that_would_look_the_same_are_told_to_the_mib():
    short = quota(ram_mib=Limit(used=0, maximum=3071))
    assert "3,072 MiB of RAM needed, 3,071 MiB free" in finding("QUOTA", quota=short).evidence


def test_the_space_for_images_is_told_as_a_size():
    short = quota(image_size_mib=Limit(used=0, maximum=5 * 1024))
    assert "5.0 GiB are free for images; this one can become 20 GiB." in finding("QUOTA-IMAGES", quota=short).evidence
    roomy = quota(images=Limit(used=0, maximum=1), image_size_mib=Limit(used=0, maximum=-1))
    assert finding("QUOTA-IMAGES", quota=roomy).evidence == "Room for one more image (1 image, no limit of space)."


def test_room_for_the_smallest_flavor_beside_the_source_is_enough():
    found = finding("QUOTA", quota=quota(cores=Limit(used=9, maximum=10)))
    assert found.outcome is Outcome.PASS
    assert "m3.tiny" in found.evidence


@pytest.mark.parametrize("short", ["instances", "cores", "ram_mib"])
def test_no_room_for_the_test_instance_blocks_with_the_numbers(short):
    found = finding("QUOTA", quota=quota(**{short: Limit(used=10, maximum=10)}))
    assert found.blocks
    assert "0 free" in found.evidence


def test_a_limit_of_minus_one_is_no_limit():
    assert finding("QUOTA", quota=quota(instances=Limit(used=500, maximum=-1))).outcome is Outcome.PASS


def test_without_a_test_no_room_is_needed():
    full = quota(instances=Limit(used=10, maximum=10))
    assert finding("QUOTA", quota=full, request=request(test=False)).outcome is Outcome.NOT_APPLICABLE


def test_the_flavor_asked_for_is_the_one_that_needs_room():
    narrow = quota(cores=Limit(used=0, maximum=4))
    assert finding("QUOTA", quota=narrow, request=request(flavor_id="m3.medium")).blocks
    assert finding("QUOTA", quota=narrow, request=request(flavor_id="m3.quad")).outcome is Outcome.PASS


def test_a_quota_that_is_not_told_is_unknown():
    assert finding("QUOTA", quota=unread(Quota)).outcome is Outcome.UNKNOWN
    assert finding("QUOTA", quota=quota(cores=None)).outcome is Outcome.UNKNOWN


def test_no_flavor_at_all_blocks():
    assert finding("QUOTA", flavors=()).blocks


def test_room_for_one_more_image():
    assert finding("QUOTA-IMAGES").outcome is Outcome.PASS
    assert finding("QUOTA-IMAGES", quota=quota(images=Limit(used=9, maximum=9))).blocks
    untold = quota(images=None, image_size_mib=None)
    assert finding("QUOTA-IMAGES", quota=untold).outcome is Outcome.UNKNOWN


def test_an_image_that_may_not_fit_is_only_warned_of_for_it_may_be_smaller():
    found = finding("QUOTA-IMAGES", quota=quota(image_size_mib=Limit(used=0, maximum=10 * 1024)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


def test_volume_quotas_concern_volume_backed_instances_alone():
    full = quota(volume_snapshots=Limit(used=10, maximum=10))
    attachments = (attached(ROOT, "/dev/vda"),)
    assert finding("QUOTA-VOLUMES", quota=full).outcome is Outcome.NOT_APPLICABLE
    assert finding(
        "QUOTA-VOLUMES", instance=BFV, attachments=attachments, volumes=(ROOT,), quota=full, base_image=None
    ).blocks
    roomy = finding("QUOTA-VOLUMES", instance=BFV, attachments=attachments, volumes=(ROOT,), base_image=None)
    assert roomy.outcome is Outcome.PASS


def test_the_claim_needs_a_key_for_the_instance_and_one_for_each_volume():
    crowded = instance(metadata={str(number): "x" for number in range(127)})
    assert finding("QUOTA-METADATA", instance=crowded).outcome is Outcome.PASS
    found = finding("QUOTA-METADATA", instance=crowded, attachments=(attached(PGDATA),), volumes=(PGDATA,))
    assert found.blocks
    assert finding("QUOTA-METADATA", quota=quota(metadata_items=None)).outcome is Outcome.UNKNOWN
    assert finding("QUOTA-METADATA", instance=crowded, quota=quota(metadata_items=-1)).outcome is Outcome.PASS


def test_a_login_that_can_be_renewed_outlives_the_run_even_if_its_token_is_old():
    assert finding("LOGIN-OUTLIVES", login=login(token_expires_at=NOW)).outcome is Outcome.PASS


def test_a_bare_token_blocks_however_long_it_holds():
    assert finding("LOGIN-OUTLIVES", login=login(renewable=False)).blocks


@pytest.mark.parametrize("hours, outcome", [(1.9, Outcome.FAIL), (2, Outcome.PASS), (-1, Outcome.FAIL)])
def test_an_application_credential_must_hold_two_hours_at_least(hours, outcome):
    ending = login(credential_expires_at=NOW + timedelta(hours=hours))
    assert finding("LOGIN-OUTLIVES", login=ending).outcome is outcome


def test_a_large_disk_asks_for_a_login_that_holds_longer():
    large = instance(flavor=InstanceFlavor(disk_gib=500))
    ending = login(credential_expires_at=NOW + timedelta(hours=3))
    assert finding("LOGIN-OUTLIVES", instance=large, login=ending).blocks


def test_an_end_that_cannot_be_read_is_said():
    found = finding("LOGIN-OUTLIVES", login=login(credential_expiry_unreadable=True))
    assert found.outcome is Outcome.UNKNOWN
    assert "application credential" in found.evidence


@pytest.mark.parametrize("visibility", [Visibility.SHARED, Visibility.COMMUNITY, Visibility.PUBLIC])
def test_any_visibility_but_private_blocks_until_it_is_waived(visibility):
    beyond = request(visibility=visibility)
    assert finding("PROP-VISIBILITY", request=beyond).blocks
    waived = beyond.model_copy(update={"waivers": (Waiver(rule="PROP-VISIBILITY", reason="looked myself"),)})
    found = finding("PROP-VISIBILITY", request=waived)
    assert found.outcome is Outcome.WAIVED
    assert "looked myself" in found.evidence


def test_a_private_image_needs_no_waiver():
    assert finding("PROP-VISIBILITY").outcome is Outcome.PASS
    assert finding("PROP-VISIBILITY", request=None).outcome is Outcome.NOT_APPLICABLE


def test_recommended_properties_are_searched_for_where_the_cloud_recommends_some():
    today = profile("jetstream2")
    found = finding("PROP-HW", of=today)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "--property hw_disk_bus=scsi" in command_of(found)
    asked = image(properties={key: value.upper() for key, value in today.recommended_properties.items()})
    assert finding("PROP-HW", of=today, base_image=asked).outcome is Outcome.PASS
    assert finding("PROP-HW", of=today, base_image=unread(Image)).outcome is Outcome.UNKNOWN
    assert finding("PROP-HW", of=today, base_image=None).outcome is Outcome.UNKNOWN
    assert finding("PROP-HW").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("used_gib, outcome", [(5, Outcome.FAIL), (17, Outcome.PASS)])
def test_the_guest_tells_how_much_of_its_root_disk_is_used(used_gib, outcome):
    root = ROOT_USE.model_copy(update={"used_kib": used_gib * 1024**2})
    large = instance(flavor=InstanceFlavor(name="m3.medium", vcpus=8, ram_mib=30 * 1024, disk_gib=60, ephemeral_gib=0))
    found = finding("SIZE-SMALLEST", instance=large, guest=guest_fact(disks=Disks(devices=(VDA, VDA1), root=root)))
    assert (found.outcome, found.source) == (outcome, Source.GUEST)
    assert f"About {used_gib:.1f}" in found.evidence
