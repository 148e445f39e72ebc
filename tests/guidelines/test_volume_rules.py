"""Chapter *Volumes*, and which volume is the root disk."""

from __future__ import annotations

import pytest

from imaging.guidelines.instance.root_volume import data_attachments, root_attachment
from models.cloud.instance import InstanceFlavor, VolumeAttachment
from models.cloud.volume import Volume
from models.findings import Outcome, Severity
from models.run.request import Visibility
from models.steps import StepName
from tests.guidelines.building import FLAVORS, PGDATA, SCRATCH, attached, finding, instance, request, unread
from tests.support.known import command_of, present

ROOT = Volume(id="root-id", name="bfv-root", status="in-use", size_gib=20, bootable=True)
BFV = instance(id="bfv-01-id", image_id=None, volume_backed=True)


def test_an_instance_without_volumes_passes():
    assert finding("VOL-DETACHED").outcome is Outcome.PASS


def test_every_attached_volume_is_named_with_device_and_size_and_detached_by_the_run():
    both = (attached(PGDATA, "/dev/vdb"), attached(SCRATCH, "/dev/vdc", delete_on_termination=True))
    found = finding("VOL-DETACHED", attachments=both, volumes=(PGDATA, SCRATCH))
    assert (found.outcome, found.severity, found.fixed_by) == (Outcome.FAIL, Severity.BLOCK, StepName.DETACH)
    assert "pgdata (/dev/vdb, 10 GiB)" in found.evidence
    assert "scratch (/dev/vdc, 5 GiB, deleted with the instance)" in found.evidence
    assert command_of(found).splitlines() == [
        "openstack server remove volume db-07-id pgdata-id",
        "openstack server remove volume db-07-id scratch-id",
    ]


def test_without_cinder_volumes_are_named_by_their_ids():
    found = finding("VOL-DETACHED", attachments=(attached(PGDATA, "/dev/vdb"),), volumes=unread(tuple[Volume, ...]))
    assert "pgdata-id (/dev/vdb)" in found.evidence


def test_attachments_that_could_not_be_read_leave_it_unknown():
    found = finding("VOL-DETACHED", attachments=unread(tuple[VolumeAttachment, ...]))
    assert found.outcome is Outcome.UNKNOWN


def test_the_root_volume_of_a_volume_backed_instance_need_not_be_detached():
    found = finding("VOL-DETACHED", instance=BFV, attachments=(attached(ROOT, "/dev/vda"),), volumes=(ROOT,))
    assert found.outcome is Outcome.PASS


def test_the_root_is_told_by_the_root_device_first():
    attachments = (attached(PGDATA, "/dev/vdb"), attached(ROOT, "/dev/vda"))
    with_device = BFV.model_copy(update={"root_device": "/dev/vda"})
    bootable_data = PGDATA.model_copy(update={"bootable": True})
    assert present(root_attachment(with_device, attachments, (bootable_data,))).volume_id == "root-id"


def test_a_root_device_without_its_directory_is_the_same_device():
    attachments = (attached(PGDATA, "/dev/sdb"), attached(ROOT, "/dev/sda"))
    assert present(root_attachment(BFV.model_copy(update={"root_device": "sda"}), attachments)).volume_id == "root-id"


def test_else_the_root_is_told_by_the_bootable_flag():
    attachments = (attached(PGDATA, "/dev/vdb"), attached(ROOT, "/dev/vda"))
    assert present(root_attachment(BFV, attachments, (PGDATA, ROOT))).volume_id == "root-id"


def test_else_the_root_has_the_first_device():
    attachments = (attached(PGDATA, "/dev/vdb"), attached(ROOT, "/dev/vda"))
    assert present(root_attachment(BFV, attachments, None)).volume_id == "root-id"


def test_the_order_of_novas_list_says_nothing_about_the_root():
    also_bootable = PGDATA.model_copy(update={"bootable": True})
    attachments = (attached(also_bootable, "/dev/vdb"), attached(ROOT, "/dev/vda"))
    assert present(root_attachment(BFV, attachments, (also_bootable, ROOT))).volume_id == "root-id"


def test_an_image_backed_instance_has_no_root_volume_even_if_a_volume_is_bootable():
    attachments = (attached(ROOT, "/dev/vdb"),)
    assert root_attachment(instance(), attachments, (ROOT,)) is None
    assert data_attachments(instance(), attachments, (ROOT,)) == attachments


def test_a_volume_backed_instance_without_any_attachment_has_no_root_to_show():
    assert root_attachment(BFV, ()) is None


def test_data_volumes_stand_by_device_in_whatever_order_nova_lists_them():
    attachments = (attached(SCRATCH, "/dev/vdc"), attached(ROOT, "/dev/vda"), attached(PGDATA, "/dev/vdb"))
    found = data_attachments(BFV, attachments, (ROOT, PGDATA, SCRATCH))
    assert [each.volume_id for each in found] == ["pgdata-id", "scratch-id"]


def test_a_volume_backed_instance_is_told_what_its_image_will_be():
    found = finding("VOL-BFV", instance=BFV, attachments=(attached(ROOT, "/dev/vda"),), volumes=(ROOT,))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "0 bytes" in found.evidence
    assert "bfv-root (/dev/vda, 20 GiB)" in found.evidence


def test_beyond_the_project_an_image_of_volume_snapshots_blocks():
    shared = request(visibility=Visibility.SHARED)
    found = finding("VOL-BFV", instance=BFV, attachments=(attached(ROOT),), volumes=(ROOT,), request=shared)
    assert found.blocks
    assert "not visible there" in found.evidence


def test_an_image_backed_instance_has_no_such_worry():
    assert finding("VOL-BFV").outcome is Outcome.PASS


def test_data_that_will_be_missing_is_named():
    found = finding("VOL-NOTCOPIED", attachments=(attached(PGDATA, "/dev/vdb"),), volumes=(PGDATA,))
    assert (found.outcome, found.severity, found.asked_for) == (Outcome.FAIL, Severity.INFO, None)
    assert "pgdata" in found.evidence
    assert finding("VOL-NOTCOPIED").outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("ephemeral, swap, severity", [(40, 0, Severity.WARN), (0, 1024, Severity.INFO)])
def test_an_ephemeral_or_swap_disk_is_not_copied(ephemeral, swap, severity):
    flavor = InstanceFlavor(name="x", disk_gib=20, ephemeral_gib=ephemeral, swap_mib=swap)
    found = finding("EPH-NOTCOPIED", instance=instance(flavor=flavor))
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)


def test_on_an_old_cloud_the_flavor_is_looked_up_by_its_id():
    by_id = InstanceFlavor(id="m3.quad")
    assert finding("EPH-NOTCOPIED", instance=instance(flavor=by_id)).outcome is Outcome.PASS
    assert finding("EPH-NOTCOPIED", instance=instance(flavor=by_id), flavors=()).outcome is Outcome.UNKNOWN
    assert finding("EPH-NOTCOPIED", instance=instance(flavor=by_id), flavors=FLAVORS[:1]).outcome is Outcome.UNKNOWN
