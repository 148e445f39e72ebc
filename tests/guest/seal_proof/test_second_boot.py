"""The unit and the two boots of a test instance, by real shells on a tree."""

from __future__ import annotations

import base64
import hashlib

import pytest

from models.errors import BadProbeError
from tests.guest.seal_proof.proving import NONCE, Guest
from tests.guest.seal_proof.test_canaries import disk

_ID = "0123456789abcdef0123456789abcdef"


def set_up(guest: Guest, tmp_path) -> None:
    guest.disk = disk(tmp_path)
    guest.put("/etc/machine-id", f"{_ID}\n")
    guest.put("/etc/ssh/ssh_host_ed25519_key.pub", f"ssh-ed25519 {base64.b64encode(b'blob').decode()} root@x\n")
    guest.put("/etc/systemd/system/survey.service", "[Service]\n")
    wants = guest.root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "survey.service").symlink_to("../survey.service")
    (wants / "masked.service").symlink_to("../masked.service")
    (guest.root / "etc/systemd/system/masked.service").symlink_to("/dev/null")
    (wants / "data.mount").symlink_to("../data.mount")


def test_each_boot_is_told_with_its_number(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot()
    assert [boot.number for boot in guest.report().boots] == [1]
    guest.boot()
    report = guest.report()
    assert [boot.number for boot in report.boots] == [1, 2]
    assert report.boots[0].machine_id_digest == hashlib.sha256(f"imaging-probe {_ID}".encode()).hexdigest()[:8]
    assert report.boots[0].host_key_digests == (hashlib.sha256(b"blob").hexdigest(),)
    assert report.boots[0].enabled_units == ("survey.service",)
    assert report.boots[0].model_copy(update={"number": 2}) == report.boots[1]
    assert report.control_seen
    assert report.needles_searched


def test_what_has_changed_by_the_second_boot_is_told(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot()
    guest.put("/etc/machine-id", "f" * 32)
    (guest.root / "etc/systemd/system/multi-user.target.wants/survey.service").unlink()
    guest.boot()
    first, second = guest.report().boots
    assert first.machine_id_digest != second.machine_id_digest
    assert second.enabled_units == ()


def test_it_restarts_itself_once_and_says_so_before(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    restarted = tmp_path / "restarted"
    guest.settings["IMAGING_PROOF_RESTART"] = f"eval echo>>{restarted};exit"
    guest.boot()
    assert restarted.read_text() == "\n"
    assert guest.console.rstrip().endswith(f"@@imaging-proof {NONCE} restarts")
    guest.boot()
    guest.boot()
    assert restarted.read_text() == "\n"
    assert guest.console.count(f"@@imaging-proof {NONCE} restarts") == 1
    assert [boot.number for boot in guest.report().boots] == [1, 3]


def test_the_search_and_the_raw_disk_are_read_at_the_first_boot_alone(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot()
    guest.put("/etc/hosts", "127.0.0.1 genome-db\n")
    guest.disk = tmp_path / "gone"
    guest.boot()
    report = guest.report()
    assert report.needles == ()
    assert report.control_seen


def test_a_boothook_that_is_run_twice_in_a_boot_counts_it_once(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot(unit=False)
    script = next((guest.root / "var/lib/cloud/instances").rglob("part-001"))
    guest.run(script)
    assert (guest.root / f"var/lib/imaging-proof-{NONCE}/boots").read_text() == "1\n"


def test_the_unit_is_started_and_not_waited_for_and_wanted_by_nothing(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot(unit=False)
    unit = (guest.root / f"run/systemd/system/imaging-proof-{NONCE}.service").read_text().split("\n")
    assert "After=cloud-final.service multi-user.target" in unit
    assert "Type=simple" in unit
    assert not [line for line in unit if line.startswith(("WantedBy", "[Install]"))]
    assert f"--no-block start imaging-proof-{NONCE}.service" in (guest.root.parent / "systemctl").read_text()


def test_without_systemd_that_is_said(guest: Guest, tmp_path):
    set_up(guest, tmp_path)
    guest.boot(unit=False)
    shown = guest.console
    for path in (guest.root / "run/systemd/system").iterdir():
        path.unlink()
    (guest.root / "run/systemd/system").rmdir()
    (guest.root / "run/systemd").rename(guest.root / "run/gone")
    for old in (guest.root / "run").glob("imaging-proof-*/*"):
        old.unlink()
    (guest.root / f"run/imaging-proof-{NONCE}").rmdir()
    guest.run(next((guest.root / "var/lib/cloud/instances").rglob("part-001")))
    assert f"{NONCE} failed there is no systemd" in guest.console.removeprefix(shown)
    with pytest.raises(BadProbeError, match="there is no systemd"):
        guest.report()


def test_a_setting_of_the_image_leads_it_to_no_other_tree(guest: Guest, tmp_path):
    guest.boot(unit=False)
    script = (guest.root / f"run/imaging-proof-{NONCE}/proof").read_text()
    before, _, after = script.partition('if [ "${1-}" = trial ]; then')
    assert after
    settings, _, rest = after.partition("\nfi\n")
    assert "$IMAGING_PROOF_ROOT" in settings
    assert "IMAGING_PROOF" not in before + rest
