"""An empty /etc/machine-id is filled at the next boot: by systemd's own rules, which look for an old id first."""

from __future__ import annotations

import pytest

from models.findings import Outcome, Severity
from models.guest.boot import Identity
from tests.guest.next_boot.guests import LINE, findings, grub_cfg, grub_entry
from tests.guidelines.guest_building import guest_finding
from tests.support.known import command_of

ID = "0123456789abcdef0123456789abcdef\n"


@pytest.mark.parametrize("own", ["", "uninitialized\n"], ids=["empty", "uninitialized"])
def test_an_id_with_dbus_goes_into_every_new_instance(tmp_path, own):
    found = findings(tmp_path, {"/etc/machine-id": own, "/var/lib/dbus/machine-id": ID})["ID-MACHINEID"]
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.BLOCK)
    assert "/var/lib/dbus/machine-id" in found.evidence
    assert command_of(found) == "sudo ln -sf /etc/machine-id /var/lib/dbus/machine-id"


@pytest.mark.parametrize(
    "dbus",
    ["-> /etc/machine-id", "-> ../../../etc/machine-id", "-> /var/lib/dbus/another", "", None],
    ids=["link", "relative link", "link elsewhere, which systemd does not follow", "empty", "none"],
)
def test_without_one_it_is_made_again(tmp_path, dbus):
    found = findings(tmp_path, {"/var/lib/dbus/machine-id": dbus, "/var/lib/dbus/another": ID})["ID-MACHINEID"]
    assert (found.outcome, found.evidence) == (
        Outcome.PASS,
        "/etc/machine-id is empty, and no other file fills it.",
    )


def test_emptying_a_filled_one_also_makes_dbus_forget_it(tmp_path):
    found = findings(tmp_path, {"/etc/machine-id": ID, "/var/lib/dbus/machine-id": ID})["ID-MACHINEID"]
    assert command_of(found) == (
        "sudo truncate -s 0 /etc/machine-id && sudo ln -sf /etc/machine-id /var/lib/dbus/machine-id"
    )


def test_an_id_on_the_kernel_line_of_the_next_boot_goes_into_every_new_instance(tmp_path):
    line = f"{LINE} systemd.machine_id={ID.strip()}"
    found = findings(tmp_path, {"/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu", line=line))})["ID-MACHINEID"]
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.BLOCK)


def test_one_from_the_firmware_differs_from_machine_to_machine(tmp_path):
    line = f"{LINE} systemd.machine_id=firmware"
    found = findings(tmp_path, {"/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu", line=line))})["ID-MACHINEID"]
    assert found.outcome is Outcome.PASS


@pytest.mark.parametrize("said", ["", "odd"])
def test_a_report_that_does_not_tell_of_dbus_passes_nothing(said):
    identity = Identity(machine_id="empty", dbus_machine_id=said)
    assert guest_finding("ID-MACHINEID", identity=identity).outcome is Outcome.UNKNOWN
