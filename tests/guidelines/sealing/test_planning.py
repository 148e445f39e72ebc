"""The plan of a seal: what goes, what stays, and that the user agrees to names."""

from __future__ import annotations

import pytest

from imaging.guidelines.sealing.planning import plan_seal
from models.guest.accounts import OrphanFiles
from models.guest.directories import Directory
from models.guest.disks import BlockDevice, Disks, FileSystemUse
from models.guest.services import Services, Unit
from models.guidelines.profile import Profile
from models.seal.plan import OperationId, SealPlan
from tests.guidelines.building import facts, request
from tests.guidelines.guest_building import HEALTHY, guest_fact, path_use, sighting
from tests.guidelines.sealing.guests import (
    ACCOUNTS,
    DIRECTORIES,
    LIVED_IN,
    SIGHTINGS,
    UNITS,
    operation,
    person,
    seal,
    targets,
)


def test_operations_stand_in_the_order_in_which_the_clone_does_them():
    order = list(OperationId)
    found = [each.id for each in seal().operations]
    assert found == sorted(found, key=order.index)
    assert len(set(found)) == len(found)
    assert found[-1] is OperationId.MACHINE_ID


def test_every_operation_names_the_sentence_or_the_rule_that_asks_for_it():
    assert all(each.reasons and each.title for each in seal().operations)


def test_people_go_with_their_homes_and_the_default_user_gets_a_new_one():
    plan = seal()
    assert targets(plan, OperationId.ACCOUNTS) == {"ada": "account", "eve": "account"}
    assert targets(plan, OperationId.HOMES) == {
        "/home/ubuntu": "renew", "/home/ada": "remove", "/home/eve": "remove", "/home/shared": "remove",
    }  # fmt: skip
    assert operation(plan, OperationId.HOMES).files == 323


def test_who_stays_gets_no_password():
    assert targets(seal(), OperationId.PASSWORDS) == {"root": "lock"}


def test_an_account_as_which_a_service_runs_stays_without_password_and_files():
    plan = seal(path_uses=(path_use("/etc/systemd/system/survey.service", "User's home", "/home/ada"),))
    assert "ada" not in targets(plan, OperationId.ACCOUNTS)
    assert targets(plan, OperationId.PASSWORDS)["ada"] == "lock"
    assert targets(plan, OperationId.HOMES)["/home/ada"] == "empty"
    assert any("A service runs as ada" in each for each in plan.impossible)


def test_a_home_that_is_kept_loses_its_keys_and_the_secrets_that_were_found():
    plan = seal(keep={"keep_homes": ("ada",)})
    assert "ada" not in targets(plan, OperationId.ACCOUNTS)
    assert targets(plan, OperationId.PASSWORDS)["ada"] == "lock"
    assert "/home/ada" not in targets(plan, OperationId.HOMES)
    assert targets(plan, OperationId.KEPT_HOMES) == {"/home/ada": "strip"}
    assert targets(plan, OperationId.SECRETS)["/home/ada/.ssh/id_rsa"] == "remove"
    assert [(each.path, each.owner) for each in plan.kept] == [("/home/ada", "ada")]


def test_a_path_that_is_kept_is_no_target():
    plan = seal(keep={"keep_paths": ("/opt/app/", "/mnt", "/home/eve")})
    named = {target.name for each in plan.operations for target in each.targets}
    assert not named & {"/opt/app/deploy.key", "/mnt", "/home/eve"}
    assert [each.path for each in plan.kept] == ["/opt/app", "/mnt", "/home/eve"]


def test_an_account_that_is_not_there_cannot_be_kept_and_that_is_said():
    assert seal(keep={"keep_homes": ("adda",)}).impossible == ("There is no account adda whose home could be kept.",)


def test_a_home_that_belongs_to_the_system_stays():
    worker = person("worker", 1003).model_copy(update={"home": "/usr/share/worker"})
    accounts = ACCOUNTS.model_copy(update={"accounts": (*ACCOUNTS.accounts, worker)})
    homes = (*DIRECTORIES.homes, DIRECTORIES.homes[0].model_copy(update={"path": "/usr/share/worker"}))
    plan = seal(accounts=accounts, directories=DIRECTORIES.model_copy(update={"homes": homes}))
    assert targets(plan, OperationId.ACCOUNTS)["worker"] == "account"
    assert "/usr/share/worker" not in targets(plan, OperationId.HOMES)
    assert any("/usr/share/worker" in each for each in plan.impossible)


def test_files_of_people_outside_homes_are_told():
    orphans = OrphanFiles(uid=1002, owner="eve", count=3, example="/srv/eve/notes")
    accounts = ACCOUNTS.model_copy(update={"orphans": (orphans,)})
    assert any("3 files of eve outside homes stay" in each for each in seal(accounts=accounts).impossible)


def test_what_is_a_mount_of_its_own_is_no_part_of_the_image():
    plan = seal()
    assert "/mnt" not in targets(plan, OperationId.DIRECTORIES)
    assert "/home/volume" not in targets(plan, OperationId.HOMES)
    assert targets(plan, OperationId.DIRECTORIES).keys() == {"/tmp", "/var/tmp"}  # folders of the guest


def test_folders_for_passing_things_are_emptied_though_no_page_names_them():
    mnt = Directory(path="/mnt", owner="eve", size_kib=12, files=1, own_files=1)
    others = tuple(mnt if each.path == "/mnt" else each for each in DIRECTORIES.others)
    bare = facts(
        guest=guest_fact(**HEALTHY | LIVED_IN | {"directories": DIRECTORIES.model_copy(update={"others": others})})
    )
    plan = plan_seal(bare, Profile(name="bare", title="No page"), request())
    assert targets(plan, OperationId.DIRECTORIES).keys() == {"/mnt", "/tmp", "/var/tmp"}
    assert plan.refusals == ()


def test_secrets_and_licence_keys_outside_the_homes_go_one_by_one():
    licence = sighting("SW-LICFILES.flexnet", "/opt/tool/license.lic", marks=("key",), size_bytes=90)
    plan = seal(sightings=(*SIGHTINGS, licence))
    assert targets(plan, OperationId.SECRETS) == {
        "/opt/app/deploy.key": "remove", "/opt/tool/license.lic": "remove",
    }  # fmt: skip
    assert targets(plan, OperationId.AGENTS) == {"/var/lib/tailscale/tailscaled.state": "remove"}


def test_an_entry_of_fstab_that_stops_new_instances_is_commented_out_by_number_and_content():
    (target,) = operation(seal(), OperationId.FSTAB).targets
    assert (target.name, target.lines, target.must_read) == ("/etc/fstab", (2,), "UUID=data-uuid /data")


def test_units_that_are_enabled_are_agreed_to_and_others_are_not():
    assert seal().units == ("ssh.service", "survey.service")


def test_where_nothing_was_found_nothing_is_named():
    plan = seal(sightings=())
    assert plan.operation(OperationId.SECRETS) is None
    assert plan.operation(OperationId.AGENTS) is None


@pytest.mark.parametrize(
    "other",
    [
        {"keep": {"keep_homes": ("eve",)}},
        {"keep": {"keep_paths": ("/opt/app",)}},
        {"services": Services(units=UNITS.units[:1])},
        {"sightings": ()},
    ],
)
def test_another_name_is_another_digest(other):
    assert seal(**other).digest != seal().digest


def test_sizes_and_counts_are_not_agreed_to():
    grown = tuple(each.model_copy(update={"size_kib": each.size_kib + 7, "files": 9}) for each in DIRECTORIES.homes)
    assert seal(directories=DIRECTORIES.model_copy(update={"homes": grown})).digest == seal().digest


def test_names_that_lost_a_character_on_the_way_are_named():
    fine = seal()
    assert fine.unfit_names == ()
    odd = sighting("SEC-PRIVKEY.ssh", "/opt/a\N{REPLACEMENT CHARACTER}b.key", marks=("private-key",), size_bytes=4)
    assert seal(sightings=(odd,)).unfit_names == ("/opt/a\N{REPLACEMENT CHARACTER}b.key",)


def test_a_plan_survives_its_own_json():
    plan = seal()
    assert SealPlan.model_validate_json(plan.model_dump_json()).digest == plan.digest


GIB_IN_KIB = 1024 * 1024


def disks(*uses: FileSystemUse) -> Disks:
    """A root disk with two partitions, and a volume."""
    return Disks(
        devices=(
            BlockDevice(name="/dev/vda", kind="disk"),
            BlockDevice(name="/dev/vda1", kind="part", parents=("/dev/vda",)),
            BlockDevice(name="/dev/vda2", kind="part", parents=("/dev/vda",)),
            BlockDevice(name="/dev/vdb", kind="disk"),
        ),
        root=uses[0] if uses else None,
        file_systems=uses,
    )


ROOT_USE = FileSystemUse(
    mount_point="/", device="/dev/vda1", size_kib=20 * GIB_IN_KIB, used_kib=6 * GIB_IN_KIB, free_kib=13 * GIB_IN_KIB
)
HOME_USE = FileSystemUse(mount_point="/home", device="/dev/vda2", size_kib=4 * GIB_IN_KIB, used_kib=3 * GIB_IN_KIB)
VOLUME_USE = FileSystemUse(mount_point="/data", device="/dev/vdb", size_kib=900 * GIB_IN_KIB, used_kib=0)


def test_the_free_space_is_that_of_the_root_disk_with_what_is_kept_back_for_root():
    space = seal(disks=disks(ROOT_USE, HOME_USE, VOLUME_USE)).free_space
    assert space is not None
    assert space.size_kib == 15 * GIB_IN_KIB
    assert 150 <= space.seconds <= 300


def test_where_the_inspection_did_not_tell_how_full_the_disk_is_the_free_space_is_unknown():
    untold = HOME_USE.model_copy(update={"used_kib": None})
    assert seal(disks=disks(ROOT_USE, untold)).free_space is None
    assert seal(disks=disks()).free_space is None


def test_how_much_is_free_is_nothing_that_is_agreed_to():
    plans = [seal(disks=disks(ROOT_USE)), seal(disks=disks(ROOT_USE.model_copy(update={"used_kib": 0})))]
    assert plans[0].free_space != plans[1].free_space
    assert plans[0].digest == plans[1].digest


@pytest.mark.parametrize("unit", ["postgresql.service", "postgresql@16-main.service", "elasticsearch.service"])
def test_ids_that_lie_deep_in_data_are_said_to_stay(unit):
    services = Services(units=(*UNITS.units, Unit(name=unit, enabled="enabled")))
    assert len(seal(services=services).impossible) == len(seal().impossible) + 1


def test_a_database_that_does_not_start_is_none():
    services = Services(units=(*UNITS.units, Unit(name="postgresql.service", enabled="disabled")))
    assert seal(services=services).impossible == seal().impossible
