"""The checklist of an image that is to be sealed: what the seal fixes is said, and what it leaves stays open."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.guidelines.checklist import judge
from models.fact import IncompleteCode
from models.findings import Checklist, Finding, Outcome, Source
from models.guest.accounts import AuthorizedKeys
from models.guest.boot import Identity
from models.guest.network import Network, NetworkSetting
from models.run.request import Mode, Visibility
from models.steps import StepName
from tests.guidelines.building import facts, profile, request
from tests.guidelines.guest_building import HEALTHY, READ_AT, guest_fact, healthy, kind_of, path_use, sighting
from tests.guidelines.sealing.guests import ACCOUNTS, LIVED_IN, SIGHTINGS


def checklist(mode: Mode = Mode.SEALED, wanted: dict[str, Any] | None = None, **changed: Any) -> Checklist:
    parts = {**HEALTHY, **LIVED_IN, **changed}
    own = {field: parts.pop(field) for field in ("as_root",) if field in parts}
    return judge(facts(guest=guest_fact(**own, **parts), request=request(mode=mode, **(wanted or {}))), profile())


def finding(rule: str, **changed: Any) -> Finding:
    (found,) = [each for each in checklist(**changed).findings if each.rule == rule]
    return found


@pytest.mark.parametrize(
    "rule", ["DATA-HOME", "DATA-PUBLISHED", "SEC-PRIVKEY", "ID-AGENTS", "VOL-FSTAB", "ID-MACHINEID", "SYS-PASSWD"]
)
def test_what_the_seal_takes_away_is_fixed_by_it(rule):
    assert finding(rule, mode=Mode.PLAIN).fixed_by is None
    found = finding(rule)
    assert (found.outcome, found.fixed_by) == (Outcome.FAIL, StepName.SEAL)
    assert not found.blocks


@pytest.mark.parametrize("rule", ["SEC-PRIVKEY", "SW-LICFILES"])
def test_secrets_that_were_found_go_also_of_a_home_that_is_kept(rule):
    found = finding(rule, wanted={"keep_homes": ("ada",)})
    assert not found.blocks


def test_what_stays_on_the_disk_stays_open():
    left = sighting("SEC-PRIVKEY.ssh", "/opt/app/kept.key", marks=("private-key",), size_bytes=4)
    kept = {"keep_paths": ("/opt/app",)}
    found = finding("SEC-PRIVKEY", wanted=kept, sightings=(*SIGHTINGS, left))
    assert found.blocks


def test_what_was_not_read_stays_unknown_though_all_that_was_found_goes():
    code = IncompleteCode.CUT_SHORT
    cut_short = kind_of("sightings")(
        value=SIGHTINGS, incomplete_because="time was up", incomplete_code=code, source=Source.GUEST, read_at=READ_AT
    )
    found = finding("SEC-PRIVKEY", sightings=cut_short)
    assert (found.outcome, found.fixed_by) == (Outcome.UNKNOWN, None)
    assert found.leaves_open


def test_a_unit_that_runs_out_of_a_home_that_goes_stays_told():
    use = path_use("/etc/systemd/system/survey.service", "ExecStart", "/home/ada/run.sh", enabled=True)
    before, after = finding("SW-LOCATION", mode=Mode.PLAIN, path_uses=(use,)), finding("SW-LOCATION", path_uses=(use,))
    assert before.fixed_by is after.fixed_by is None


def test_keys_that_let_people_in_go_with_their_homes():
    keys = (AuthorizedKeys(path="/home/ada/.ssh/authorized_keys", owner="ada", count=2),)
    found = finding("SEC-AUTHKEYS", accounts=ACCOUNTS.model_copy(update={"authorized_keys": keys}))
    assert found.fixed_by is StepName.SEAL


def test_a_copy_of_the_machine_id_is_linked():
    assert finding("ID-MACHINEID", identity=healthy(Identity, dbus_machine_id="filled")).fixed_by is StepName.SEAL


def pinned(file: str, kind: str = "mac") -> dict[str, Any]:
    return {"network": Network(settings=(NetworkSetting(file=file, kind=kind, value="fa:16:3e:00:00:01"),))}


@pytest.mark.parametrize(
    "file",
    [
        "/etc/netplan/60-own.yaml", "/etc/sysconfig/network-scripts/ifcfg-eth1", "/etc/network/interfaces.d/own",
        "/etc/NetworkManager/system-connections/own.nmconnection", "/etc/systemd/network/50-own.link",
        "/etc/udev/rules.d/70-persistent-net.rules",
    ],
)  # fmt: skip
def test_a_card_that_is_pinned_by_its_address_is_let_go(file):
    assert finding("NET-MAC", mode=Mode.PLAIN, **pinned(file)).blocks
    assert finding("NET-MAC", **pinned(file)).fixed_by is StepName.SEAL


@pytest.mark.parametrize("file", ["/usr/lib/netplan/00-own.yaml", "/etc/wicked/ifconfig/own.xml", "/etc/dhcpcd.conf"])
def test_where_the_seal_does_not_edit_it_stays_pinned(file):
    assert finding("NET-MAC", **pinned(file)).blocks


def test_the_name_of_the_machine_goes_from_what_mail_has_of_it_and_stays_in_a_cluster():
    mail = Network(old_name_in=("/etc/postfix/main.cf", "/etc/mailname"))
    assert finding("NET-HOSTNAME", network=mail).fixed_by is StepName.SEAL
    cluster = Network(old_name_in=("/etc/postfix/main.cf", "/etc/slurm/slurm.conf"))
    assert finding("NET-HOSTNAME", network=cluster).fixed_by is None


def test_sharing_a_sealed_image_needs_no_waiver():
    shared = {"visibility": Visibility.COMMUNITY}
    assert finding("PROP-VISIBILITY", mode=Mode.PLAIN, wanted=shared).blocks
    assert finding("PROP-VISIBILITY", wanted=shared).fixed_by is StepName.SEAL


def test_a_seal_that_is_refused_fixes_nothing():
    assert finding("SEC-PRIVKEY", as_root=False).fixed_by is None


def test_what_is_lost_is_asked_for_before_a_sealed_run_alone():
    assert finding("DATA-SAVED", mode=Mode.PLAIN).outcome is Outcome.NOT_APPLICABLE
    assert finding("DATA-SAVED").awaits_confirmation


def test_an_inspected_guest_is_ready_once_the_seal_is_all_that_it_lacks():
    kept = [each.rule for each in checklist().findings if each.blocks]
    assert kept == []
