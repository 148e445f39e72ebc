"""What fits in all is owned; what differs in one thing is doubted, and the reason names that thing."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from imaging.runs.ownership.images_and_servers import (
    NOT_YOUNGER,
    block_devices,
    doubt_about_image,
    doubt_about_server,
    existing_volume_ids,
    has_unreadable_disks,
    images_of_run,
    owned_ids,
    snapshot_ids,
    surplus_images,
    temporary_images,
)
from imaging.runs.ownership.made_things import (
    CLONE,
    INSPECTION,
    SERVERS,
    TEST,
    WORKS,
    MadeImage,
    checked_server,
    image_of_clone,
    image_of_source,
)
from models.cloud.image import Image
from models.run.claim import Claim
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole, RunRecord
from tests.runs.ownership.things import BEGAN, ON_A_VOLUME, image, launched, run_of, seconds
from tests.support.known import present

NOT_NAMED = "its properties do not name this run and its instance"
CLAIM = Claim(run_id="r1", instance_id="source-2", host="h", claimed_at=BEGAN, was_running=True, was_locked=False)


def owns(kind: OwnedKind, *ids: str, removed: bool = False) -> tuple[Owned, ...]:
    return tuple(Owned(kind=kind, id=each, removed=removed) for each in ids)


def the_image(run: RunRecord) -> MadeImage:
    return present(image_of_source(run))


def of_the_source(run: RunRecord, found: Image) -> str | None:
    return doubt_about_image(run, found, image_of_source(run))


def a_clone(*ids: str) -> tuple[Owned, ...]:
    return tuple(Owned(kind=OwnedKind.SERVER, id=each, role=OwnedRole.CLONE) for each in ids)


class TestImage:
    def test_what_fits_in_all_is_owned(self) -> None:
        assert of_the_source(run_of(), image()) is None

    @pytest.mark.parametrize(
        "changed,reason",
        [
            ({"properties": {"imaging.run": "r2"}}, NOT_NAMED),
            ({"properties": {"imaging.run": None}}, NOT_NAMED),
            ({"properties": {"imaging.source": "source-2"}}, NOT_NAMED),
            ({"properties": {"imaging.source": None}}, NOT_NAMED),
            ({"name": "other tools"}, "this run asked for another name"),
            ({"owner": "p-2"}, "it belongs to another project"),
            ({"properties": {"instance_uuid": "source-2"}}, "it was made from another instance"),
            ({"properties": {"instance_uuid": None}}, "it was made from another instance"),
            ({"properties": {"user_id": "u-2"}}, "somebody else made it"),
            ({"created_at": seconds(-11)}, NOT_YOUNGER),
            ({"created_at": None}, NOT_YOUNGER),
        ],
    )
    def test_one_thing_that_differs_is_the_reason(self, changed: dict[str, Any], reason: str) -> None:
        assert of_the_source(run_of(), image(**changed)) == reason

    @pytest.mark.parametrize(
        "changed",
        [{"owner": None}, {"properties": {"user_id": None}}, {"created_at": seconds(-10)}, {"created_at": BEGAN}],
    )
    def test_what_an_old_cloud_does_not_say_is_no_doubt(self, changed: dict[str, Any]) -> None:
        assert of_the_source(run_of(), image(**changed)) is None

    @pytest.mark.parametrize("copied", [{"instance_uuid": "source-2"}, {"user_id": "u-2"}])
    def test_of_a_volume_backed_source_nova_copies_what_an_ancestor_said(self, copied: dict[str, str | None]) -> None:
        assert of_the_source(run_of(ON_A_VOLUME), image(properties=copied)) is None

    def test_of_a_volume_backed_source_the_runs_own_two_properties_are_enough(self) -> None:
        bare = image(properties={"instance_uuid": None, "user_id": None})
        assert of_the_source(run_of(ON_A_VOLUME), bare) is None

    def test_the_name_is_compared_as_it_is_shown(self) -> None:
        run = run_of()
        request = run.plan.request.model_copy(update={"name": "lidar\ttools"})
        run = run.model_copy(update={"plan": run.plan.model_copy(update={"request": request})})
        assert of_the_source(run, image(name="lidar\N{REPLACEMENT CHARACTER}tools")) is None

    def test_a_verification_makes_no_image(self) -> None:
        assert of_the_source(run_of(None, RunKind.VERIFY), image()) == NOT_NAMED

    def test_a_run_whose_beginning_is_not_known_owns_nothing(self) -> None:
        assert of_the_source(run_of(began_at=None), image()) == NOT_YOUNGER


class TestImages:
    def test_the_oldest_comes_first_and_the_id_settles_a_tie(self) -> None:
        late, early, tie = image("a", created_at=seconds(90)), image("c"), image("b")
        assert images_of_run(run_of(), [late, early, image("x", name="foreign"), tie], image_of_source(run_of())) == (
            tie,
            early,
            late,
        )

    def test_only_what_nova_says_was_made_from_the_source_is_surplus(self) -> None:
        run = run_of(ON_A_VOLUME, image_id="image-1")
        second = image("image-2")
        copied = image("image-3", properties={"instance_uuid": "source-2"})
        assert surplus_images(run, [image(), second, copied], the_image(run)) == (second,)

    def test_a_deep_checks_image_has_the_runs_id_in_its_name(self) -> None:
        assert the_image(run_of(kind=RunKind.DEEP_CHECK)).name == "imaging-deep-r1"
        assert the_image(run_of()).name == "lidar tools"

    def test_a_deep_check_removes_what_fits_and_what_the_journal_names(self) -> None:
        run = run_of(kind=RunKind.DEEP_CHECK, owned=owns(OwnedKind.IMAGE, "image-2"))
        fits, noted, foreign = image(name="imaging-deep-r1"), image("image-2", name="renamed"), image("image-3")
        assert temporary_images(run, [foreign, noted, fits], the_image(run)) == (noted, fits)


class TestImagesOfASealedRun:
    """Two images, both of which carry the run's id: the role and the instance tell them apart."""

    INTERIM: ClassVar[dict[str, Any]] = {"name": "imaging-interim-r1", "properties": {"imaging.role": "interim"}}
    SEALED: ClassVar[dict[str, Any]] = {
        "properties": {"imaging.role": "sealed", "imaging.source": "clone-2", "instance_uuid": "clone-2"}
    }

    def test_the_interim_image_is_the_sources_with_a_role_and_a_name_of_its_own(self) -> None:
        assert of_the_source(run_of(kind=RunKind.SEALED), image(**self.INTERIM)) is None
        assert of_the_source(run_of(kind=RunKind.SEALED), image(name="imaging-interim-r1")) == NOT_NAMED

    def test_of_a_volume_backed_source_nova_copies_what_an_ancestor_said(self) -> None:
        copied: dict[str, str | None] = {"imaging.role": "interim", "instance_uuid": "source-2"}
        found = image(name="imaging-interim-r1", properties=copied)
        assert of_the_source(run_of(ON_A_VOLUME, RunKind.SEALED), found) is None
        assert of_the_source(run_of(kind=RunKind.SEALED), found) == "it was made from another instance"

    def test_the_sealed_one_is_that_of_the_last_clone_in_the_journal(self) -> None:
        run = run_of(kind=RunKind.SEALED, owned=a_clone("clone-1", "clone-2"))
        assert doubt_about_image(run, image(**self.SEALED), image_of_clone(run)) is None

    @pytest.mark.parametrize(
        "changed",
        [
            {"imaging.role": "interim"},
            {"imaging.role": None},
            {"imaging.source": "source-1"},
            {"imaging.source": "clone-1", "instance_uuid": "clone-1"},
            {"instance_uuid": "source-1"},
            {"instance_uuid": None},
        ],
    )
    def test_whatever_else_nova_copied_into_a_descendant_is_not_it(self, changed: dict[str, str | None]) -> None:
        run = run_of(kind=RunKind.SEALED, owned=a_clone("clone-1", "clone-2"))
        found = image(properties={**self.SEALED["properties"], **changed})
        assert doubt_about_image(run, found, image_of_clone(run))

    def test_a_clone_is_told_from_what_else_is_the_clones_and_from_other_instances(self) -> None:
        group = Owned(kind=OwnedKind.SECURITY_GROUP, id="group-1", role=OwnedRole.CLONE)
        run = run_of(kind=RunKind.SEALED, owned=(*a_clone("clone-2"), group, *owns(OwnedKind.SERVER, "test-1")))
        made = present(image_of_clone(run))
        assert (made.source_id, made.is_of_clone, the_image(run).is_of_clone) == ("clone-2", True, False)

    def test_each_of_the_two_has_an_id_of_its_own(self) -> None:
        run = run_of(kind=RunKind.SEALED, owned=a_clone("clone-2"), interim_image_id="interim-1", image_id="sealed-1")
        assert the_image(run).known_id(run) == "interim-1"
        assert present(image_of_clone(run)).known_id(run) == "sealed-1"

    def test_without_a_clone_in_the_journal_nothing_is_the_sealed_image(self) -> None:
        run = run_of(kind=RunKind.SEALED)
        assert doubt_about_image(run, image(**self.SEALED), image_of_clone(run)) == NOT_NAMED

    def test_only_the_interim_image_is_removed_again(self) -> None:
        sealed = Owned(kind=OwnedKind.IMAGE, id="image-9")
        run = run_of(kind=RunKind.SEALED, owned=(*a_clone("clone-2"), sealed))
        found = [image(**self.INTERIM), image("image-8", **self.SEALED), image("image-9", **self.SEALED)]
        assert temporary_images(run, found, the_image(run)) == (found[0],)


class TestServer:
    def test_what_fits_in_all_is_owned(self) -> None:
        assert doubt_about_server(run_of(), launched()) is None
        clone = launched(name="imaging-clone-r1", metadata={"imaging.role": "clone"})
        assert doubt_about_server(run_of(), clone) is None
        assert doubt_about_server(run_of(), launched(name="imaging-inspect-r1")) is None

    @pytest.mark.parametrize(
        "changed,reason",
        [
            ({"metadata": {"imaging.run": "r2"}}, "its metadata do not name it a test instance of this run"),
            ({"metadata": {"imaging.role": "web"}}, "its metadata do not name it a test instance of this run"),
            ({"user_id": "u-2"}, "somebody else launched it"),
            ({"user_id": None}, "somebody else launched it"),
            ({"project_id": "p-2"}, "it belongs to another project"),
            ({"name": "imaging-test-r2"}, "this run gives another name"),
            ({"name": "imaging-clone-r1"}, "this run gives another name"),
            ({"metadata": {"imaging.role": "clone"}}, "this run gives another name"),
            ({"created_at": seconds(-11)}, NOT_YOUNGER),
            ({"created_at": None}, NOT_YOUNGER),
            ({"metadata": {"imaging.claim.r1": "{}"}}, "its metadata hold the claim of a run"),
            ({"id": "source-1"}, "a run is, or was, about it"),
        ],
    )
    def test_one_thing_that_differs_is_the_reason(self, changed: dict[str, Any], reason: str) -> None:
        assert doubt_about_server(run_of(), launched(**changed)) == reason

    def test_a_project_that_an_old_cloud_does_not_say_is_no_doubt(self) -> None:
        assert doubt_about_server(run_of(), launched(project_id=None)) is None

    def test_the_journal_alone_decides_over_what_anybody_can_change(self) -> None:
        run = run_of(owned=owns(OwnedKind.SERVER, "server-1"))
        assert doubt_about_server(run, launched(name="renamed", user_id="u-2")) is None
        assert doubt_about_server(run_of(owned=owns(OwnedKind.IMAGE, "server-1")), launched(name="renamed"))

    @pytest.mark.parametrize(
        "changed", [{"metadata": {"imaging.claim.x": "{}"}}, {"id": "source-1"}, {"id": "source-2"}, {"id": "claimed"}]
    )
    def test_what_a_run_is_about_is_never_owned_even_if_the_journal_says_so(self, changed: dict[str, Any]) -> None:
        run = run_of(owned=owns(OwnedKind.SERVER, "server-1", "source-1", "source-2", "claimed"), claim=CLAIM)
        assert doubt_about_server(run, launched(**changed), {"claimed"})

    def test_the_checks_of_a_sealed_image_run_on_an_instance_of_their_own(self) -> None:
        assert [checked_server(run_of(kind=kind)) for kind in (RunKind.SEALED, RunKind.SEAL)] == [WORKS, WORKS]
        assert checked_server(run_of()) is TEST

    def test_each_run_gives_its_own_names(self) -> None:
        assert (TEST.name(run_of()), TEST.group_name(run_of())) == ("imaging-test-r1", "imaging-r1")
        assert (CLONE.name(run_of()), CLONE.group_name(run_of())) == ("imaging-clone-r1", "imaging-clone-r1")
        assert INSPECTION.name(run_of()) == "imaging-inspect-r1"
        for name in ("name", "group_name"):
            assert len({getattr(made, name)(run_of()) for made in SERVERS}) == len(SERVERS)


class TestJournal:
    def test_only_the_kind_that_is_asked_for_counts(self) -> None:
        run = run_of(owned=owns(OwnedKind.SERVER, "a", "b") + owns(OwnedKind.VOLUME, "c"))
        assert owned_ids(run, OwnedKind.SERVER) == ("a", "b")

    def test_what_is_removed_and_what_is_not_are_told_apart(self) -> None:
        run = run_of(owned=owns(OwnedKind.SERVER, "gone", removed=True) + owns(OwnedKind.SERVER, "there"))
        assert owned_ids(run, OwnedKind.SERVER) == ("gone", "there")
        assert owned_ids(run, OwnedKind.SERVER, removed=True) == ("gone",)
        assert owned_ids(run, OwnedKind.SERVER, removed=False) == ("there",)


def with_mapping(mapping: str) -> Image:
    return image(properties={"block_device_mapping": mapping})


class TestDisksOfAnImage:
    def test_an_image_without_a_mapping_names_no_disk(self) -> None:
        assert block_devices(image()) == ()
        assert block_devices(with_mapping("")) == ()

    @pytest.mark.parametrize("mapping", ["{", "{}", '"text"', "7", "[" * 70_000, f'["{"x" * 66_000}"]'])
    def test_what_is_no_list_of_disks_names_none(self, mapping: str) -> None:
        assert block_devices(with_mapping(mapping)) == ()

    @pytest.mark.parametrize("mapping", ["{", "{}", '"text"', "7", "[" * 70_000, "[" * 80 + "]" * 80, '[1, {"a": 1}]'])
    def test_disks_that_cannot_be_read_are_not_taken_for_none(self, mapping: str) -> None:
        assert has_unreadable_disks(with_mapping(mapping))

    @pytest.mark.parametrize("mapping", ["", "[]", '[{"snapshot_id": "s"}]'])
    def test_disks_that_can_be_read_are_no_riddle(self, mapping: str) -> None:
        assert not has_unreadable_disks(with_mapping(mapping))

    def test_what_is_no_disk_is_passed_over(self) -> None:
        assert block_devices(with_mapping('[1, {"snapshot_id": "s"}, "x"]')) == ({"snapshot_id": "s"},)

    def test_its_snapshots_are_those_that_are_named_by_a_text(self) -> None:
        mapping = '[{"snapshot_id": "s1"}, {"snapshot_id": 7}, {"snapshot_id": ""}, {}, {"snapshot_id": "s\\t2"}]'
        assert snapshot_ids(with_mapping(mapping)) == ("s1", "s\N{REPLACEMENT CHARACTER}2")

    def test_a_volume_that_would_be_attached_as_it_is_is_found_in_either_writing(self) -> None:
        mapping = (
            '[{"volume_id": "v1"}, {"source_type": "volume", "uuid": "v2"}, {"source_type": "image", "uuid": "i"}]'
        )
        assert existing_volume_ids(with_mapping(mapping)) == ("v1", "v2")
