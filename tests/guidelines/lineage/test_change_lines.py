"""What changed between two images, in lines: what did not change is said as such."""

from __future__ import annotations

from imaging.guidelines.lineage.change_lines import side_lines
from models.works.lineage import ImageSide

GIB = 2**30


def side(**told: object) -> ImageSide:
    return ImageSide.model_validate({"id": "i", "name": "n", "size_bytes": GIB, "works": "yes", **told})


def test_what_is_equal_is_told_as_unchanged():
    assert list(side_lines(side(), side())) == ["size: 1.0 GiB, unchanged", "works: yes, unchanged"]


def test_what_differs_is_told_before_and_after():
    lines = list(side_lines(side(verdict="booted"), side(size_bytes=2 * GIB, works="partly", seal="sealed")))
    assert lines == [
        "size: 1.0 GiB, now 2.0 GiB",
        "test launch: booted, now not noted",
        "works: yes, now partly",
        "seal: not noted, now sealed",
    ]
