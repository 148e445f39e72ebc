"""Which image is followed, and what forbids that an older one is deleted."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.cloud.readers.instance import read_instance
from imaging.guidelines.lineage.succession import (
    DeletionFacts,
    Hindrance,
    deletion_hindrances,
    likely_older,
    links,
    name_stem,
)
from models.cloud.image import PUBLISHED, PUBLISHED_ABOUT, UNKNOWN_VISIBILITY, Image
from models.cloud.instance import Instance
from tests.guidelines.lineage.images import PROJECT, followed_by, follows, image, works

OLDER = image("older", properties=followed_by("newer", "older"))
NEWER = image("newer", properties={**follows("older", "newer"), **works("yes", "newer")})
SAFE = DeletionFacts(image=OLDER, newer=NEWER, members={}, instances=(), published_by_run=False)


def codes(**changes: Any) -> set[Hindrance]:
    facts = SAFE.model_copy(update=changes) if changes else SAFE
    return {each.code for each in deletion_hindrances(facts, PROJECT)}


def older(**changes: Any) -> Image:
    return OLDER.model_copy(update=changes)


class TestDeletion:
    def test_nothing_forbids_it_where_all_is_known_and_good(self):
        assert codes() == set()

    @pytest.mark.parametrize("visibility", ["public", "community", "shared", "something new"])
    def test_an_image_that_others_see_is_not_deleted(self, visibility):
        assert codes(image=older(visibility=visibility)) == {Hindrance.VISIBLE}

    def test_a_private_image_with_members_was_shared_once(self):
        assert codes(members={"another": "accepted"}) == {Hindrance.VISIBLE}

    def test_what_this_program_has_published_once_is_not_deleted(self):
        noted = {**OLDER.properties, PUBLISHED: "community", PUBLISHED_ABOUT: "older"}
        assert codes(image=older(properties=noted)) == {Hindrance.VISIBLE}
        assert codes(published_by_run=True) == {Hindrance.VISIBLE}

    def test_that_an_ancestor_was_published_says_nothing_of_this_image(self):
        noted = {**OLDER.properties, PUBLISHED: "community", PUBLISHED_ABOUT: "an ancestor"}
        assert codes(image=older(properties=noted)) == set()

    @pytest.mark.parametrize(
        "change, code",
        [
            ({"members": None}, Hindrance.HISTORY_UNKNOWN),
            ({"published_by_run": None}, Hindrance.HISTORY_UNKNOWN),
            ({"instances": None}, Hindrance.USE_UNKNOWN),
        ],
    )
    def test_what_cannot_be_read_is_never_taken_for_good(self, change, code):
        assert codes(**change) == {code}

    @pytest.mark.parametrize(
        "change, code",
        [
            ({"owner": "another"}, Hindrance.NOT_OWN),
            ({"owner": None}, Hindrance.NOT_OWN),
            ({"protected": True}, Hindrance.PROTECTED),
            ({"status": "saving"}, Hindrance.NOT_ACTIVE),
        ],
    )
    def test_only_an_unprotected_active_image_of_this_project_is_deleted(self, change, code):
        assert codes(image=older(**change)) == {code}

    def test_a_volume_backed_image_would_leave_its_snapshots(self):
        backed = older(size_bytes=0, properties={**OLDER.properties, "block_device_mapping": '[{"snapshot_id": "s"}]'})
        assert codes(image=backed) == {Hindrance.VOLUME_BACKED}

    def test_an_image_in_use_is_not_deleted_and_says_by_which_instance(self):
        using = tuple(Instance(id=f"i-{n}", name=f"db-{n}", status="ACTIVE", image_id="older") for n in range(5))
        (found,) = deletion_hindrances(SAFE.model_copy(update={"instances": using}), PROJECT)
        assert (found.code, found.reason) == (Hindrance.USED, "It is in use by db-0, db-1, db-2 and 2 more.")

    @pytest.mark.parametrize("sent", [{"image": None}, {"image": {}}, {}])
    def test_an_instance_of_which_nova_names_no_image_may_use_it(self, sent):
        untold = read_instance({"id": "i", "name": "db-07", "status": "ACTIVE", **sent})
        (found,) = deletion_hindrances(SAFE.model_copy(update={"instances": (untold,)}), PROJECT)
        assert found.code is Hindrance.USE_UNKNOWN
        assert found.reason == "It is not known whether it is in use: no image is told about db-07."

    def test_an_instance_that_nova_says_is_volume_backed_does_not_use_it(self):
        assert codes(instances=(read_instance({"id": "i", "status": "ACTIVE", "image": ""}),)) == set()

    def test_an_image_of_which_it_is_not_known_who_sees_it_is_not_deleted(self):
        assert codes(image=older(visibility=UNKNOWN_VISIBILITY)) == {Hindrance.HISTORY_UNKNOWN}

    def test_nobody_logged_in_deletes_nothing(self):
        assert Hindrance.NOT_OWN in {each.code for each in deletion_hindrances(SAFE, None)}

    @pytest.mark.parametrize(
        "newer",
        [None, image("another"), image("newer"), image("newer", properties=follows("older", "an ancestor"))],
    )
    def test_an_image_whose_successor_is_gone_or_says_otherwise_is_not_deleted(self, newer):
        assert codes(newer=newer) == {Hindrance.NO_SUCCESSOR}

    @pytest.mark.parametrize("note", [{}, works("partly", "newer"), works("no", "newer"), works("yes", "an ancestor")])
    def test_an_image_whose_successor_is_not_proved_to_work_on_its_own_id_is_not_deleted(self, note):
        newer = NEWER.model_copy(update={"properties": {**follows("older", "newer"), **note}})
        assert codes(newer=newer) == {Hindrance.SUCCESSOR_NOT_PROVED}

    def test_a_link_that_was_inherited_is_none(self):
        inherited = older(properties=followed_by("newer", "an ancestor"))
        assert codes(image=inherited) == {Hindrance.NO_SUCCESSOR}


def test_links_count_on_their_own_images_and_on_no_descendant():
    of_older, of_newer = links("a", "b")
    assert image("a", properties=of_older).noted_newer == "b"
    assert image("b", properties=of_newer).noted_older == "a"
    assert image("a descendant", properties={**of_older, **of_newer}).noted_newer is None
    assert image("a descendant", properties={**of_older, **of_newer}).noted_older is None


class TestSuggestion:
    @pytest.mark.parametrize(
        "name", ["astro-base", "Astro Base 2026-10-01", "astro_base_v2", "astro-base-20261001.1", "astro-base rc 3"]
    )
    def test_releases_of_one_image_have_one_stem(self, name):
        assert name_stem(name) == "astro base"

    @pytest.mark.parametrize("name", ["astro-tools", "v2", "2026-10-01", ""])
    def test_other_names_have_others_or_none(self, name):
        assert name_stem(name) != "astro base"

    def test_the_newest_image_of_this_project_with_such_a_name_is_suggested(self):
        images = [
            image("one", name="astro-base-1", days_old=90),
            image("two", name="astro-base-2", days_old=30),
            image("theirs", name="astro-base-9", days_old=1, owner="another"),
            image("other", name="spectra", days_old=1),
            image("unfinished", name="astro-base-3", days_old=1, status="saving"),
        ]
        found = likely_older("astro-base-3", images, project_id=PROJECT)
        assert found is not None
        assert found.id == "two"

    def test_one_that_is_followed_already_is_not(self):
        assert likely_older("older-2", [OLDER], project_id=PROJECT) is None

    def test_one_of_the_same_instance_comes_first(self):
        images = [
            image("one", name="astro-base-1", days_old=90, properties={"imaging.source": "db"}),
            image("two", name="astro-base-2", days_old=30),
        ]
        found = likely_older("astro-base-3", images, project_id=PROJECT, source_id="db")
        assert found is not None
        assert found.id == "one"

    @pytest.mark.parametrize("name", ["", "2026-10-01", "v2"])
    def test_a_name_without_a_word_suggests_nothing(self, name):
        assert likely_older(name, [image("one", name="2025")], project_id=PROJECT) is None
