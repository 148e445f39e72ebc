"""Volumes, their snapshots and security groups: no name or attachment alone makes them the run's own."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.runs.ownership.images_and_servers import NOT_YOUNGER
from imaging.runs.ownership.made_things import CLONE, TEST
from imaging.runs.ownership.security_groups import doubt_about_group, group_description, used_elsewhere
from imaging.runs.ownership.volumes import (
    Brought,
    doubt_about_snapshot,
    doubt_about_volume,
    mapped_devices,
    snapshot_name,
)
from models.cloud.instance import Instance
from models.cloud.network import GroupPort
from models.cloud.volume import VolumeUse
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole, RunRecord
from tests.runs.ownership.things import (
    ROOT_SNAPSHOT,
    attachment,
    group,
    image,
    launched,
    run_of,
    seconds,
    snapshot,
    volume,
)

ROOTS = frozenset({"root-1"})
IMAGE = image(properties={"block_device_mapping": ROOT_SNAPSHOT})


def owning(kind: OwnedKind, *ids: str, **fields: Any) -> RunRecord:
    return run_of(owned=tuple(Owned(kind=kind, id=each, **fields) for each in ids))


class TestSnapshot:
    def test_what_fits_in_all_is_owned(self) -> None:
        assert doubt_about_snapshot(run_of(), snapshot(), ROOTS) is None

    @pytest.mark.parametrize(
        "changed,reason",
        [
            ({"name": "snapshot for other tools"}, "its name is not that of the image"),
            ({"volume_id": "root-2"}, "it is of a volume that the instance does not have"),
            ({"volume_id": None}, "it is of a volume that the instance does not have"),
            ({"created_at": seconds(-11)}, NOT_YOUNGER),
            ({"created_at": None}, NOT_YOUNGER),
        ],
    )
    def test_its_name_alone_never_makes_it_owned(self, changed: dict[str, Any], reason: str) -> None:
        assert doubt_about_snapshot(run_of(), snapshot(**changed), ROOTS) == reason

    def test_what_another_image_refers_to_stays(self) -> None:
        other = image("image-2", properties={"block_device_mapping": ROOT_SNAPSHOT})
        assert doubt_about_snapshot(run_of(), snapshot(), ROOTS, [image("x"), other]) == "another image refers to it"
        assert doubt_about_snapshot(run_of(), snapshot(), ROOTS, [image("x")]) is None

    def test_the_journal_alone_decides(self) -> None:
        assert doubt_about_snapshot(owning(OwnedKind.VOLUME_SNAPSHOT, "snap-1"), snapshot(name="renamed"), ()) is None
        assert doubt_about_snapshot(owning(OwnedKind.VOLUME, "snap-1"), snapshot(name="renamed"), ()) is not None

    def test_nova_gives_it_the_name_of_the_image(self) -> None:
        assert snapshot_name(run_of()) == "snapshot for lidar tools"
        assert snapshot_name(run_of(kind=RunKind.DEEP_CHECK)) == "snapshot for imaging-deep-r1"


def brought(server: Instance | None = None, *, gone: bool = False, claimed: tuple[str, ...] = ()) -> Brought:
    return Brought(image=None if gone else IMAGE, server=server or launched(), claimed=claimed)


def used(device: str = "/dev/vda", *, at: float | None = 140, server_id: str = "server-1") -> VolumeUse:
    return VolumeUse(server_id=server_id, device=device, attached_at=None if at is None else seconds(at))


BUILDING = launched(status="BUILD", launched_at=None)
TOO_LATE = "it was attached after the test instance had come up"


class TestVolume:
    def test_what_fits_in_all_came_with_the_test_instance(self) -> None:
        assert doubt_about_volume(run_of(), brought(), attachment(), volume()) is None

    @pytest.mark.parametrize(
        "changed,reason",
        [
            ({"snapshot_id": "snap-2"}, "it was not made from the image"),
            ({"snapshot_id": None}, "it was not made from the image"),
            ({"user_id": "u-2"}, "somebody else made it"),
            ({"uses": (used(), used(server_id="server-2"))}, "another instance uses it, too"),
            ({"created_at": seconds(109)}, "it is older than the test instance"),
            ({"created_at": None}, "it is older than the test instance"),
            ({"uses": (used(at=151),)}, TOO_LATE),
            ({"uses": (used(at=None),)}, TOO_LATE),
            ({"uses": ()}, TOO_LATE),
        ],
    )
    def test_one_thing_that_differs_is_the_reason(self, changed: dict[str, Any], reason: str) -> None:
        assert doubt_about_volume(run_of(), brought(), attachment(), volume(**changed)) == reason

    @pytest.mark.parametrize("changed", [{"user_id": None}, {"created_at": seconds(110)}, {"uses": (used(at=150),)}])
    def test_at_the_edge_it_is_owned(self, changed: dict[str, Any]) -> None:
        assert doubt_about_volume(run_of(), brought(), attachment(), volume(**changed)) is None

    def test_an_instance_whose_beginning_is_not_known_brought_nothing(self) -> None:
        server = launched(created_at=None)
        assert doubt_about_volume(run_of(), brought(server), attachment(), volume()) == (
            "it is older than the test instance"
        )

    @pytest.mark.parametrize("device", ["/dev/vdb", None])
    def test_a_device_that_the_image_does_not_map_was_attached_by_somebody(self, device: str | None) -> None:
        assert doubt_about_volume(run_of(), brought(), attachment(device=device), volume()) == TOO_LATE

    @pytest.mark.parametrize("status", ["BUILD", "ERROR"])
    def test_before_it_is_up_nobody_can_have_attached_anything(self, status: str) -> None:
        server = launched(status=status, launched_at=None)
        assert doubt_about_volume(run_of(), brought(server), attachment(device=None), volume(uses=())) is None

    @pytest.mark.parametrize("up", [{"launched_at": seconds(150)}, {"status": "ACTIVE"}])
    def test_once_it_was_up_others_can(self, up: dict[str, Any]) -> None:
        server = BUILDING.model_copy(update=up)
        assert doubt_about_volume(run_of(), brought(server), attachment(device=None), volume(uses=())) == TOO_LATE

    def test_without_the_image_nothing_tells_what_came_along(self) -> None:
        reason = "it was not made from the image"
        assert doubt_about_volume(run_of(), brought(gone=True), attachment(), volume()) == reason
        assert doubt_about_volume(run_of(), brought(BUILDING, gone=True), attachment(), volume()) == reason

    def test_the_journal_decides_but_never_over_a_claim(self) -> None:
        run = owning(OwnedKind.VOLUME, "volume-1")
        stranger = volume(user_id="u-2", snapshot_id=None)
        assert doubt_about_volume(run, brought(), attachment(), stranger) is None
        assert doubt_about_volume(run, brought(claimed=("volume-1",)), attachment(), stranger) == "a claim names it"
        assert doubt_about_volume(owning(OwnedKind.SERVER, "volume-1"), brought(), attachment(), stranger)


class TestMappedDevices:
    def test_hypervisors_count_on_from_the_first_letter_whatever_the_image_says(self) -> None:
        mapping = '[{"device_name": "/dev/sda"}, {"device_name": "/dev/vdc"}]'
        devices = mapped_devices(image(properties={"block_device_mapping": mapping}))
        assert devices == {"/dev/sda", "/dev/vdc", "/dev/sdb", "/dev/vda", "/dev/vdb"}

    def test_an_image_that_names_no_device_maps_none(self) -> None:
        assert mapped_devices(image(properties={"block_device_mapping": '[{"snapshot_id": "s"}, {}]'})) == frozenset()

    def test_there_are_no_more_letters_than_the_alphabet_has(self) -> None:
        mapping = "[" + ",".join(['{"device_name": "/dev/vda"}'] * 40) + "]"
        devices = mapped_devices(image(properties={"block_device_mapping": mapping}))
        assert max(devices) == "/dev/vdz"
        assert len(devices) == 26


class TestGroup:
    def test_what_fits_in_all_is_owned(self) -> None:
        assert doubt_about_group(run_of(), group()) is None
        assert run_of().id in group_description(run_of())

    def test_the_words_of_its_description_decide_nothing(self) -> None:
        code = group_description(run_of()).partition(" (")[0]
        assert doubt_about_group(run_of(), group(description=f"{code} (other words)")) is None
        assert doubt_about_group(run_of(), group(description=f"{code}0 (other words)")) is not None

    @pytest.mark.parametrize(
        "changed,reason",
        [
            ({"name": "imaging-r2"}, "its name does not hold the run's id"),
            ({"description": "mine"}, "it is not as this run makes its group"),
            ({"lets_in": True}, "it is not as this run makes its group"),
            ({"project_id": "p-2"}, "it belongs to another project"),
            ({"created_at": seconds(-11)}, NOT_YOUNGER),
        ],
    )
    def test_one_thing_that_differs_is_the_reason(self, changed: dict[str, Any], reason: str) -> None:
        assert doubt_about_group(run_of(), group(**changed)) == reason

    @pytest.mark.parametrize("changed", [{"project_id": None}, {"created_at": None}, {"created_at": seconds(-10)}])
    def test_what_neutron_does_not_show_is_no_doubt(self, changed: dict[str, Any]) -> None:
        assert doubt_about_group(run_of(), group(**changed)) is None

    def test_the_journal_alone_decides(self) -> None:
        assert doubt_about_group(owning(OwnedKind.SECURITY_GROUP, "group-1"), group(name="renamed")) is None
        assert doubt_about_group(owning(OwnedKind.SERVER, "group-1"), group(name="renamed")) is not None

    def test_each_instance_of_a_run_has_a_group_of_its_own(self) -> None:
        run = run_of(owned=(Owned(kind=OwnedKind.SECURITY_GROUP, id="group-1", role=OwnedRole.CLONE),))
        renamed = group(name="renamed")
        assert doubt_about_group(run, renamed, CLONE) is None
        assert doubt_about_group(run, renamed, TEST) == "its name does not hold the run's id"


def port(device_id: str, *group_ids: str) -> GroupPort:
    return GroupPort(id="port", device_id=device_id, group_ids=group_ids or ("group-1",))


class TestGroupInUse:
    def test_nobody_uses_it(self) -> None:
        assert used_elsewhere(run_of(), group(), [], [group()]) is None

    def test_others_that_use_it_are_named(self) -> None:
        ports = [port("web-2"), port("", "x", "group-1"), port("db", "other"), port("web-1")]
        assert used_elsewhere(run_of(), group(), ports, []) == "it is used by a port, web-1, web-2"

    def test_ports_of_other_groups_are_nothing_to_it(self) -> None:
        assert used_elsewhere(run_of(), group(), [port("web-2", "other")], []) is None

    def test_the_test_instance_that_is_left_keeps_it(self) -> None:
        run = owning(OwnedKind.SERVER, "server-1")
        assert used_elsewhere(run, group(), [port("server-1")], []) == "the test instance that is left uses it"

    def test_a_port_of_a_test_instance_that_is_gone_is_about_to_go(self) -> None:
        run = owning(OwnedKind.SERVER, "server-1", removed=True)
        assert used_elsewhere(run, group(), [port("server-1")], []) is None

    def test_rules_of_others_that_name_it_as_the_sender_are_named(self) -> None:
        others = [
            group(id="g-2", name="web", remote_group_ids=("group-1",)),
            group(id="g-3", name="", remote_group_ids=("x", "group-1")),
            group(id="g-4", name="db", remote_group_ids=("x",)),
        ]
        itself = group(remote_group_ids=("group-1",))
        assert used_elsewhere(run_of(), itself, [], [itself, *others]) == "rules of web, g-3 name it"
        assert used_elsewhere(run_of(), itself, [], [itself]) is None
