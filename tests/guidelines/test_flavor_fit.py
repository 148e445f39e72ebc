"""Which flavors can launch an image."""

from __future__ import annotations

import pytest

from imaging.guidelines.instance.flavor_fit import FitReason, expected_image, launch_matrix, real_minimum_disk_gib
from models.cloud.quota import Limit
from tests.guidelines.building import BASE, FLAVORS, ROOMY, flavor, image, instance, profile

GIB = 1024**3


def matrix(of, quota=ROOMY, flavors=FLAVORS, kind="jetstream2"):
    return {fit.flavor.name: fit for fit in launch_matrix(of, flavors, quota, profile(kind))}


def test_the_smallest_that_fits_comes_first():
    fits = [fit.flavor.name for fit in launch_matrix(BASE, reversed(FLAVORS), ROOMY, profile()) if fit.fits]
    assert fits == ["m3.tiny", "m3.small", "m3.quad", "m3.medium"]


def test_too_little_disk_or_memory_is_said_with_the_numbers():
    fit = matrix(image(min_disk_gib=40, min_ram_mib=4096))
    assert fit["m3.tiny"].why == "RAM 3.0 GiB, image needs 4.0 GiB"
    assert fit["m3.quad"].why == "disk 20 GiB, image needs 40 GiB"
    assert fit["m3.medium"].fits


@pytest.mark.parametrize(
    "changed, gib",
    [
        ({"min_disk_gib": 20}, 20),
        ({"min_disk_gib": 20, "virtual_size_bytes": 40 * GIB}, 40),
        ({"min_disk_gib": 0, "virtual_size_bytes": 10 * GIB + 1}, 11),
        ({"min_disk_gib": 5, "virtual_size_bytes": None, "size_bytes": 8 * GIB, "disk_format": "raw"}, 8),
        ({"min_disk_gib": 20, "size_bytes": 3 * GIB, "disk_format": "qcow2"}, 20),
        ({"min_disk_gib": 0, "size_bytes": None}, 0),
    ],
)
def test_the_real_minimum_disk_counts_not_the_stated_one(changed, gib):
    assert real_minimum_disk_gib(image(**changed)) == gib


def test_a_flavor_without_root_disk_is_for_volume_backed_images_only():
    assert matrix(BASE)["b1.small"].why == "no root disk: for volume-backed instances only"
    empty = image(size_bytes=0, min_disk_gib=100, properties={"block_device_mapping": "[{}]"})
    fit = matrix(empty)
    assert fit["b1.small"].fits
    assert fit["m3.tiny"].fits


def test_gpu_flavors_are_left_out_by_their_extra_specs_or_their_names():
    by_specs = flavor("plain", 1, 4, 20, extra_specs={"resources:VGPU": "1"})
    by_alias = flavor("passed", 1, 4, 20, extra_specs={"pci_passthrough:alias": "a100:1"})
    by_name = flavor("g3.tiny", 1, 4, 20, extra_specs=None)
    fit = matrix(BASE, flavors=(by_specs, by_alias, by_name))
    assert [each.fits for each in fit.values()] == [False, False, False]
    assert all(each.special for each in fit.values())


def test_ordinary_extra_specs_make_no_flavor_special():
    ordinary = flavor("m1", 1, 4, 20, extra_specs={"hw:cpu_policy": "shared", "aggregate:ssd": "true"})
    assert matrix(BASE, flavors=(ordinary,))["m1"].fits


def test_a_disabled_flavor_does_not_fit():
    assert matrix(BASE, flavors=(flavor("old", 1, 4, 20, disabled=True),))["old"].why == "disabled"


def test_quota_left_over_decides_flavor_by_flavor():
    fit = matrix(BASE, quota=ROOMY.model_copy(update={"cores": Limit(used=8, maximum=10)}))
    assert fit["m3.small"].fits
    assert fit["m3.quad"].why == "quota: 2 cores free, 4 needed"


def test_each_fit_has_a_code_beside_its_words():
    no_cores = ROOMY.model_copy(update={"cores": Limit(used=10, maximum=10)})
    volume_only = flavor("v1", 1, 4, 0)
    assert matrix(BASE)["m3.medium"].reason is FitReason.FITS
    assert matrix(BASE, quota=no_cores)["m3.medium"].reason is FitReason.QUOTA
    assert matrix(image(min_disk_gib=40))["m3.quad"].reason is FitReason.DISK
    assert matrix(image(min_ram_mib=4096))["m3.tiny"].reason is FitReason.RAM
    assert matrix(BASE, flavors=(volume_only,))["v1"].reason is FitReason.NO_ROOT_DISK
    assert matrix(BASE, flavors=(flavor("old", 1, 4, 20, disabled=True),))["old"].reason is FitReason.DISABLED


def test_a_quota_that_is_not_told_excludes_nothing():
    assert matrix(BASE, quota=None)["m3.medium"].fits
    assert matrix(BASE, quota=ROOMY.model_copy(update={"cores": None}))["m3.medium"].fits


def test_the_image_to_come_needs_the_sources_root_disk_and_its_base_images_memory():
    expected = expected_image(instance(), image(min_ram_mib=512, min_disk_gib=10))
    assert (expected.min_disk_gib, expected.min_ram_mib) == (20, 512)
    larger_base = expected_image(instance(), image(min_disk_gib=30))
    assert larger_base.min_disk_gib == 30


def test_the_image_to_come_of_a_volume_backed_instance_is_an_empty_record():
    assert expected_image(instance(volume_backed=True), None).is_volume_backed
