"""What the list tells about an image: a newer base, its age, the end of support."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.lineage.base_image import base_image_id
from imaging.guidelines.lineage.list_notes import ImageNotes
from imaging.guidelines.profiles import load_profile
from models.cloud.image import Image
from models.guidelines.image_note import ImageNote, NoteCode
from models.guidelines.profile import FeaturedRules, Profile
from tests.guidelines.lineage.images import NOW, PROJECT, featured, followed_by, image, made_from

PROFILE = Profile(name="test", title="Test", featured=FeaturedRules(prefixes=("Featured",)))


def notes(
    of: Image, *others: Image, profile: Profile = PROFILE, project: str | None = PROJECT
) -> dict[NoteCode, ImageNote]:
    found = ImageNotes((of, *others), profile, NOW, project).of(of)
    return {note.code: note for note in found}


class TestNewerBase:
    def test_a_base_with_a_newer_release_of_its_name_and_system_is_told(self):
        old, new = (featured(f"f-{n}", name="Featured-Ubuntu24", days_old=n) for n in (60, 5))
        note = notes(made_from("f-60"), old, new)[NoteCode.NEWER_BASE]
        assert note.about_id == "f-5"
        assert note.text == "Its base image Featured-Ubuntu24 has a newer release: Featured-Ubuntu24 of 2026-11-26."

    @pytest.mark.parametrize(
        "change",
        [
            {"days_old": 61},
            {"os": ("ubuntu", "26.04")},
            {"name": "Featured-Ubuntu24-GPU"},
            {"visibility": "private"},
            {"visibility": "community"},
            {"name": "Ubuntu24"},
            {"status": "deactivated"},
            {"hidden": True},
        ],
    )
    def test_an_older_another_or_an_unreleased_image_is_no_newer_release(self, change):
        old = featured("old", name="Featured-Ubuntu24", days_old=60)
        new = featured("new", **{"name": "Featured-Ubuntu24", "days_old": 5, **change})
        assert notes(made_from("old"), old, new) == {}

    def test_a_base_that_became_a_community_image_is_still_a_release(self):
        old = featured("old", name="Featured-Ubuntu24", days_old=60, visibility="community")
        new = featured("new", name="Featured-Ubuntu24", days_old=5)
        assert NoteCode.NEWER_BASE in notes(made_from("old"), old, new)

    def test_a_base_that_is_gone_is_known_by_its_system(self):
        new = featured("new", name="Featured-Ubuntu24", days_old=5)
        assert "not listed" in notes(made_from("gone", days_old=20), new)[NoteCode.NEWER_BASE].text
        assert notes(made_from("gone", days_old=3), new) == {}

    def test_a_base_of_ones_own_that_is_followed_has_a_newer_release(self):
        old = image("old", properties=followed_by("new", "old"))
        assert notes(made_from("old"), old, image("new"))[NoteCode.NEWER_BASE].about_id == "new"

    def test_a_private_base_has_no_releases(self):
        old = image(
            "old", owner="another", visibility="shared", properties={"os_distro": "ubuntu", "os_version": "24.04"}
        )
        assert notes(made_from("old"), old, featured("new", name="Featured-Ubuntu24", days_old=5)) == {}

    def test_an_image_that_names_itself_as_its_base_has_none(self):
        assert base_image_id(image("mine", properties={"base_image_ref": "mine"})) is None

    def test_the_image_of_the_instance_is_nearer_than_what_the_property_inherits(self):
        assert base_image_id(made_from("first"), launched_from="second") == "second"


def test_an_image_that_is_followed_says_by_which():
    of = image("old", properties=followed_by("new", "old"))
    assert notes(of, image("new"))[NoteCode.FOLLOWED].about_id == "new"
    assert notes(of) == {}, "the other one is gone"


@pytest.mark.parametrize("days, limit, old", [(366, 365, True), (365, 365, False), (900, 0, False), (31, 30, True)])
def test_an_image_older_than_the_profile_wants_is_told(days, limit, old):
    profile = PROFILE.model_copy(update={"oldest_image_days": limit})
    assert (NoteCode.OLD in notes(image("mine", days_old=days), profile=profile)) is old


class TestSupport:
    def told(self, *os: str, **fields: Any) -> dict[NoteCode, ImageNote]:
        of = image("one", properties={"os_distro": os[0], "os_version": os[1]}, **fields)
        return notes(of, profile=load_profile("openstack"))

    def test_a_system_whose_support_has_ended_is_told_with_its_day(self):
        note = self.told("ubuntu", "18.04")[NoteCode.SUPPORT_ENDED]
        assert "ubuntu 18.04 ended on 2023-0" in note.text
        assert "image's own properties" in note.text

    @pytest.mark.parametrize("os", [("ubuntu", "26.04"), ("plan9", "4"), ("ubuntu", ""), ("", "18.04")])
    def test_a_system_that_is_supported_or_not_known_is_not(self, os):
        assert self.told(*os) == {}

    def test_it_is_told_of_images_of_others_too_and_nothing_else(self):
        assert set(self.told("ubuntu", "18.04", owner="another", days_old=3000)) == {NoteCode.SUPPORT_ENDED}


def test_before_a_login_no_image_is_ones_own():
    assert notes(image("mine", days_old=3000), project=None) == {}
