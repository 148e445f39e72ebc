"""Whether an image works is noted on it, and counts only for the image that the note is about."""

from __future__ import annotations

from models.cloud.image import Image

NOTE = {"imaging.works": "yes", "imaging.works.image": "made"}


def test_a_note_copied_from_an_ancestor_says_nothing() -> None:
    assert Image(id="snapshot-of-it", name="survey", status="active", properties=NOTE).noted_works is None


def test_a_note_that_names_no_image_says_nothing() -> None:
    assert Image(id="made", name="survey", status="active", properties={"imaging.works": "yes"}).noted_works is None


def test_a_note_about_this_image_counts() -> None:
    assert Image(id="made", name="survey", status="active", properties=NOTE).noted_works == "yes"
