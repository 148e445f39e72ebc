"""The description beside an exported file: what a launch needs goes along, what is the site's or the owner's stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from models.errors import ForeignValueError
from models.findings import Readiness
from models.image_file.exported import ExportedImage, FileDescription, StoredImage, read_exported
from models.image_file.image_format import ImageFormat
from models.image_file.launch_properties import boots_by_another_image, launch_properties, left_properties

NEEDED = {
    "hw_firmware_type": "uefi",
    "hw_machine_type": "q35",
    "hw_disk_bus": "scsi",
    "hw_scsi_model": "virtio-scsi",
    "hw_vif_model": "virtio",
    "hw_qemu_guest_agent": "yes",
    "os_secure_boot": "required",
    "os_distro": "debian",
    "os_version": "12",
    "os_require_quiesce": "yes",
    "architecture": "x86_64",
    "hypervisor_type": "qemu",
    "img_config_drive": "mandatory",
    "trait:HW_CPU_X86_AVX2": "required",
}
OF_THE_SITE_OR_THE_OWNER = {
    "os_glance_import_task": "1",
    "os_glance_failed_import": "",
    "os_hash_value": "aa",
    "os_hash_algo": "sha512",
    "os_hidden": "false",
    "owner": "p",
    "owner_id": "p",
    "owner_user_name": "ada",
    "owner_project_name": "lab",
    "owner_specified.openstack.md5": "1",
    "owner_specified.openstack.object": "images/x",
    "base_image_ref": "i",
    "instance_uuid": "s",
    "user_id": "u",
    "image_location": "snapshot",
    "image_state": "available",
    "image_type": "snapshot",
    "boot_roles": "member,reader",
    "stores": "ceph",
    "direct_url": "rbd://x",
    "locations": "[]",
    "block_device_mapping": "[{}]",
    "bdm_v2": "True",
    "root_device_name": "/dev/vda",
    "cinder_encryption_key_id": "k",
    "cinder_encryption_key_deletion_policy": "on_image_deletion",
    "img_signature": "s",
    "img_signature_hash_method": "SHA-256",
    "img_signature_key_type": "RSA-PSS",
    "img_signature_certificate_uuid": "c",
    "img_owner_id": "p",
    "img_block_device_mapping": "[]",
    "trait:CUSTOM_LAB_GPU": "required",
    "kernel_id": "k",
    "ramdisk_id": "r",
    "imaging.run": "r",
    "imaging.verdict": "booted",
    "description": "said beside them",
    "lab_contact": "ada@example.org",
    "hw_odd": "two\nlines",
    "hw_long": "x" * 300,
}


def described(**fields: object) -> ExportedImage:
    return ExportedImage(
        **{
            "name": "db-07",
            "properties": NEEDED,
            "file": FileDescription(
                name="F", format=ImageFormat.QCOW2, size_bytes=1, disk_size_bytes=2, sha256="0" * 64
            ),
            "stored": StoredImage(format="raw", size_bytes=2, hash_algorithm="sha512", hash="aa", compared=True),
            "readiness": Readiness.READY,
            "exported_at": datetime(2026, 11, 1, tzinfo=UTC),
            **fields,
        }
    )


def test_what_a_launch_needs_goes_along_and_nothing_else():
    everything = NEEDED | OF_THE_SITE_OR_THE_OWNER
    assert launch_properties(everything) == NEEDED
    assert left_properties(everything) == tuple(sorted(OF_THE_SITE_OR_THE_OWNER.keys() - {"description"}))
    assert left_properties({"description": "goes along as such", "owner": "p"}) == ("owner",)


@pytest.mark.parametrize("key", ["", "a b", "hw_x\n", "hw_x\x1b[2J", "hw_" + "x" * 300, "hw_ü"])
def test_a_key_that_no_cloud_takes_stays_behind(key: str):
    assert launch_properties({key: "1"}) == {}


def test_a_kernel_in_an_image_of_its_own_is_noticed():
    assert boots_by_another_image({"kernel_id": "k"})
    assert not boots_by_another_image({"kernel_id": "", **NEEDED})


def test_what_is_written_is_read_again():
    image = described(description="Two\nlines")
    assert read_exported(image.model_dump_json().encode()) == image
    assert json.loads(image.model_dump_json())["schema"] == "imaging.exported-image/1"


def test_a_stranger_cannot_propose_what_a_launch_does_not_need():
    said = json.loads(described().model_dump_json())
    said["properties"] |= {"owner_user_name": "eve", "imaging.verdict": "booted", "hw_\x1b[2J": "1"}
    read = read_exported(json.dumps(said).encode())
    assert read is not None
    assert dict(read.properties) == NEEDED


def test_what_a_later_program_adds_is_passed_over():
    said = json.loads(described().model_dump_json()) | {"sbom": {}}
    assert read_exported(json.dumps(said).encode()) == described()


@pytest.mark.parametrize("content", [b"[]", b'{"schema": "another"}'])
def test_another_file_of_that_name_is_nothing(content: bytes):
    assert read_exported(content) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_was_cut_off_is_no_other_file(content: bytes):
    with pytest.raises(ForeignValueError):
        read_exported(content)


@pytest.mark.parametrize(
    "change", [{"name": 3}, {"file": None}, {"min_disk_gib": -1}, {"schema": "imaging.exported-image/9"}]
)
def test_a_description_of_this_program_that_cannot_be_read_is_said(change: dict[str, object]):
    said = json.loads(described().model_dump_json()) | change
    with pytest.raises(ForeignValueError):
        read_exported(json.dumps(said).encode())
