"""The ids by which a machine goes: read by a real shell, and compared with Nova's id of the instance."""

from __future__ import annotations

import random
import subprocess

import pytest

from imaging.guest.machine.ids import IdSource, MachineId, MachineIds, Verdict
from imaging.guest.machine.read_ids import identify_script, ids_in
from tests.guest.ssh.machines import ASKED, EC2, OTHER, SWAPPED, Machine, machine

__all__ = ["machine"]


def said_by(machine: Machine) -> MachineIds:
    """What the script says in a real shell."""
    environment = {"IMAGING_PROBE_ROOT": str(machine.root)}
    done = subprocess.run(
        ["/bin/sh", "-s"], input=identify_script("n0nce"), capture_output=True, check=False, env=environment, timeout=20
    )
    assert done.stderr == b""
    return ids_in(done.stdout.decode(), "n0nce")


def test_an_id_is_read_from_each_place(machine: Machine):
    machine.cloud_init(ASKED)
    machine.firmware(ASKED.upper())
    machine.config_drive(ASKED)
    found = said_by(machine)
    assert {each.source for each in found.ids} == set(IdSource)
    assert {each.nova_id for each in found.ids} == {ASKED}


def test_the_script_changes_nothing(machine: Machine):
    machine.cloud_init(ASKED)
    machine.config_drive(ASKED)
    before = {file: file.stat().st_mtime_ns for file in machine.root.rglob("*")}
    said_by(machine)
    assert {file: file.stat().st_mtime_ns for file in machine.root.rglob("*")} == before


def test_what_is_no_plain_file_is_not_waited_for(machine: Machine):
    for path in (
        "run/cloud-init/instance-data.json",
        "sys/class/dmi/id/product_uuid",
        "var/lib/cloud/data/instance-id",
    ):
        machine.write(path, "")
        (machine.root / path).unlink()
        subprocess.run(["mkfifo", str(machine.root / path)], check=True)
    assert said_by(machine).ids == ()


VERDICTS = [
    (Verdict.SAME, {IdSource.CLOUD_INIT: ASKED}),
    (Verdict.SAME, {IdSource.DMI: ASKED.upper()}),
    (Verdict.SAME, {IdSource.DMI: SWAPPED}),
    (Verdict.SAME, {IdSource.CONFIG_DRIVE: ASKED}),
    (Verdict.SAME, {IdSource.CLOUD_INIT: EC2, IdSource.DMI: ASKED}),
    (Verdict.SAME, {IdSource.CLOUD_INIT: OTHER, IdSource.DMI: ASKED}),
    (Verdict.SAME, {IdSource.KEPT: OTHER, IdSource.CONFIG_DRIVE: ASKED}),
    (Verdict.SAME, {IdSource.CLOUD_INIT: ASKED, IdSource.DMI: "4c4c4544-0042-3510-8052-b4c04f565931"}),
    (Verdict.OTHER, {IdSource.CLOUD_INIT: OTHER}),
    (Verdict.OTHER, {IdSource.DMI: OTHER}),
    (Verdict.OTHER, {IdSource.CONFIG_DRIVE: OTHER}),
    (Verdict.OTHER, {IdSource.CLOUD_INIT: SWAPPED}),
    (Verdict.OTHER, {IdSource.CLOUD_INIT: EC2, IdSource.DMI: OTHER}),
    (Verdict.OTHER, {IdSource.KEPT: OTHER, IdSource.DMI: OTHER}),
    (Verdict.SAME, {IdSource.KEPT: ASKED}),
    (Verdict.SAME, {IdSource.KEPT: ASKED, IdSource.DMI: "Not-Settable"}),
    (Verdict.OTHER, {IdSource.KEPT: ASKED, IdSource.DMI: OTHER}),
    (Verdict.OTHER, {IdSource.KEPT: ASKED, IdSource.CLOUD_INIT: OTHER}),
    (Verdict.OTHER, {IdSource.KEPT: ASKED, IdSource.CONFIG_DRIVE: OTHER}),
    (Verdict.UNTOLD, {}),
    (Verdict.UNTOLD, {IdSource.CLOUD_INIT: EC2}),
    (Verdict.UNTOLD, {IdSource.KEPT: OTHER}),
    (Verdict.UNTOLD, {IdSource.CLOUD_INIT: "iid-datasource-none", IdSource.DMI: "Not-Settable"}),
    (Verdict.UNTOLD, {IdSource.DMI: "00000000-0000-0000-0000-000000000000"}),
    (Verdict.UNTOLD, {IdSource.DMI: "03000200-0400-0500-0006-000700080009"}),
    (Verdict.UNTOLD, {IdSource.CLOUD_INIT: ASKED.replace("-", "")}),
    (Verdict.UNTOLD, {IdSource.CLOUD_INIT: ASKED + "0"}),
]


@pytest.mark.parametrize("verdict, ids", VERDICTS)
def test_any_match_suffices_and_only_ids_in_novas_form_speak_against_a_machine(
    verdict: Verdict, ids: dict[IdSource, str]
):
    said = MachineIds(ids=tuple(MachineId(source=source, text=text) for source, text in ids.items()))
    assert said.verdict(ASKED) is verdict
    assert said.verdict(ASKED.upper()) is verdict


@pytest.mark.parametrize("asked", ["", "db-07", "0a1b", EC2, "../../etc", ASKED + "\n"])
def test_where_the_clouds_own_id_is_not_novas_nothing_can_be_told(asked: str):
    said = MachineIds(ids=(MachineId(source=IdSource.CLOUD_INIT, text=OTHER),))
    assert said.verdict(asked) is Verdict.UNTOLD


LIES = (
    f"@@imaging-machine n0nce cloud-init {ASKED} more",
    f"@@imaging-machine other cloud-init {ASKED}",
    f" @@imaging-machine n0nce cloud-init {ASKED}",
    f"@@imaging-machine n0nce cloud-init  {ASKED}",
    f"@@imaging-machine n0nce root {ASKED}",
    f"@@imaging-machine n0nce cloud-init {ASKED}\x1b[2J",
    f"@@imaging-machine n0nce cloud-init {ASKED}\x00",
    f"@@imaging-machine n0nce cloud-init {ASKED}{'a' * 80}",
    f"@@imaging-machine n0nce cloud-init \uff16{ASKED[1:]}",
    "@@imaging-machine n0nce cloud-init ",
)


def test_a_line_in_another_form_tells_nothing():
    assert ids_in("\n".join(LIES), "n0nce") == MachineIds()
    assert len(ids_in(f"@@imaging-machine n0nce dmi {OTHER}\n" * 10_000, "n0nce").ids) == 20


def test_random_output_never_fails():
    dice = random.Random(6)
    pieces = [
        "@@imaging-machine ",
        "n0nce ",
        "cloud-init ",
        "unread ",
        "dmi ",
        ASKED,
        OTHER,
        "\n",
        "\r",
        "\x00",
        "\u2028",
        "ä",
        " ",
    ]
    for _ in range(2_000):
        text = "".join(dice.choices(pieces, k=dice.randrange(40)))
        ids_in(text, "n0nce").verdict(ASKED)
