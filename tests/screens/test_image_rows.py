"""What is said of one image."""

from __future__ import annotations

import pytest

from models.cloud.image import VERDICT, VERDICT_ABOUT, Image
from screens.images.rows import about_image
from screens.style.glyphs import UNICODE


@pytest.mark.parametrize(
    "about, said", [("img1", "boot test: booted"), ("its-ancestor", "boot test: none"), (None, "boot test: none")]
)
def test_a_verdict_is_told_only_of_the_image_that_it_is_about(about, said):
    properties = {VERDICT: "booted"} | ({} if about is None else {VERDICT_ABOUT: about})
    image = Image(id="img1", name="db-07-v1", status="active", properties=properties)
    assert said in about_image(image, UNICODE).plain
