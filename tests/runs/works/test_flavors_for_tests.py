"""What the tests of the user need chooses the flavor of the instance that runs them."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.instance.flavor_fit import launch_matrix
from imaging.runs.plan.launch_choice import choose_flavors, no_room_for_twin
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.quota import Limit, Quota
from models.guidelines.profile import Profile
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests

PROFILE = Profile(name="test", title="Test", unsuitable_flavors=(r"^g\d",))
IMAGE = Image(id="i", name="image", status="active", min_disk_gib=10)


def flavor(name: str, ram_mib: int, **more: Any) -> Flavor:
    return Flavor(**{"id": name, "name": name, "vcpus": ram_mib // 2048, "ram_mib": ram_mib, "disk_gib": 20, **more})


SMALL, MIDDLE, LARGE = flavor("small", 2048), flavor("middle", 4096), flavor("large", 8192)
WITH_GPU = flavor("vis", 16384, extra_specs={"resources:VGPU": "1"})
BY_NAME = flavor("g3.small", 16384)
MEMORY = flavor("huge", 65536)


def chosen(*flavors: Flavor, **needs: Any) -> tuple[list[str], str, str | None]:
    tests = WorkTests(files=(TestFile(name="a.sh", text="#!/bin/sh"), TestFile(name="b.sh", text="#!/bin/sh", **needs)))
    found, why, refusal = choose_flavors(
        launch_matrix(IMAGE, flavors, None, PROFILE), RunRequest(work_tests=tests), PROFILE
    )
    return [each.name for each in found], why, refusal


def test_without_a_need_it_is_the_smallest_and_none_with_a_gpu():
    assert chosen(SMALL, MIDDLE, WITH_GPU, BY_NAME)[0] == ["small", "middle"]


def test_memory_that_a_test_needs_leaves_the_smaller_ones_out():
    names, why, _ = chosen(SMALL, MIDDLE, LARGE, needs_ram_mib=3000)
    assert names == ["middle", "large"]
    assert "RAM, which a test needs" in why


@pytest.mark.parametrize("with_gpu", [WITH_GPU, BY_NAME], ids=["by its specs", "by its name"])
def test_a_gpu_that_a_test_needs_is_taken_although_it_is_rare(with_gpu: Flavor):
    assert chosen(SMALL, LARGE, with_gpu, MEMORY, needs_gpu=True)[0] == [with_gpu.name]


def test_where_no_flavor_has_it_that_is_said():
    names, _, refusal = chosen(SMALL, MIDDLE, needs_gpu=True)
    assert names == []
    assert refusal == "no flavor can run the image with a GPU, which a test needs"


@pytest.mark.parametrize("free,fits", [(1, False), (2, True), (None, True)])
def test_a_twin_needs_room_for_two(free: int | None, fits: bool):
    quota = Quota(instances=Limit(maximum=free, used=0) if free is not None else None)
    assert (no_room_for_twin(SMALL, quota) == "") is fits
