"""Why an instance cannot be sealed: each said before anything is stopped, with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.sealing.planning import plan_seal
from models.fact import Fact
from models.guest.directories import Directory
from models.guest.disks import BlockDevice, Disks
from models.guest.facts import GuestFacts
from models.guest.first_boot import CloudInit, Setting
from tests.guidelines.building import facts, instance, profile, request
from tests.guidelines.guest_building import ROOT, healthy, kind_of, untold
from tests.guidelines.sealing.guests import CONFIG_DRIVE, DIRECTORIES, seal


def test_a_guest_that_was_inspected_as_root_can_be_sealed():
    assert seal().refusals == ()


def refused(words: str, **changed: object) -> None:
    plan = seal(**changed)  # type: ignore[arg-type]  # parts of a guest
    assert [each for each in plan.refusals if words in each], plan.refusals


def test_a_volume_backed_instance_is_refused():
    refused("is a volume", around={"instance": instance(volume_backed=True)})


def test_an_instance_that_nobody_has_inspected_is_refused():
    bare = facts(guest=Fact[GuestFacts](unknown_because="nobody logged in"))
    (why,) = plan_seal(bare, profile(), request()).refusals
    assert "there is none: nobody logged in" in why
    assert "--probe" in why


def test_an_inspection_without_root_is_refused():
    refused("without root", as_root=False)


@pytest.mark.parametrize(
    "words, cloud_init",
    [
        ("not installed", healthy(CloudInit, version=None)),
        (
            "switched off (/etc/cloud/cloud-init.disabled)",
            healthy(CloudInit, disabled_by=("/etc/cloud/cloud-init.disabled",)),
        ),
        ("does not read configuration drives", healthy(CloudInit)),
        ("could not be read", untold(CloudInit)),
    ],
)
def test_a_guest_that_cloud_init_cannot_carry_the_seal_into_is_refused(words, cloud_init):
    refused(words, cloud_init=cloud_init)


def test_without_a_list_cloud_init_finds_the_drive_by_itself():
    assert seal(cloud_init=healthy(CloudInit, settings=())).refusals == ()


def test_the_list_on_the_kernel_line_counts_before_the_one_in_a_file():
    settings = (*CONFIG_DRIVE.settings, Setting(key="kernel.datasource", value="OpenStack", file="the kernel line"))
    refused("does not read configuration drives", cloud_init=healthy(CloudInit, settings=settings))


def test_an_encrypted_root_is_refused():
    below = BlockDevice(name="/dev/vda1", kind="part", fs_type="crypto_LUKS")
    opened = BlockDevice(name="/dev/mapper/root", kind="crypt", fs_type="ext4", parents=("/dev/vda1",))
    root = ROOT.model_copy(update={"device": "/dev/mapper/root"})
    refused("encrypted", disks=healthy(Disks, devices=(below, opened), root=root))


@pytest.mark.parametrize("part", ["accounts", "directories", "sightings"])
def test_what_was_not_read_cannot_be_planned(part):
    unread: dict[str, Any] = {part: kind_of(part)(unknown_because="time was up")}
    plan = seal(**unread)
    assert plan.operations == ()
    assert any("time was up" in each for each in plan.refusals)


SERVED = Directory(path="/srv", owner="eve", size_kib=900, files=12, own_files=12)


def test_what_the_seal_leaves_and_its_proof_would_find_is_refused_at_once():
    directories = DIRECTORIES.model_copy(update={"others": (*DIRECTORIES.others, SERVED)})
    refused("DATA-PUBLISHED: 12 files", directories=directories)
    refused("--keep PATH", directories=directories)
    assert seal(directories=directories, keep={"keep_paths": ("/srv",)}).refusals == ()
