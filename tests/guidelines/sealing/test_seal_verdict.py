"""The verdict on a seal: *sealed* only where every proof holds, nothing is missing and nothing was found."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from imaging.guest.deep_check.source_facts import SelfReport, of_the_source
from imaging.guidelines.sealing.proofs.proof import SealProofs
from imaging.guidelines.sealing.proofs.verdict import seal_verdict
from models.fact import Fact
from models.findings import InspectionMethod
from models.guest.accounts import Account, PasswordState
from models.guest.boot import Identity
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from models.guest.first_boot import CloudInit
from models.guest.network import HostKey, Sshd
from models.seal.plan import KeptThing, OperationId, SealOperation, SealPlan, SealTarget, TargetAction
from models.seal.report import (
    BootSeen,
    Canary,
    CanaryClass,
    CanaryCount,
    NeedleSighting,
    OperationResult,
    SealedImageReport,
    SealReport,
    SealState,
)
from models.seal.verdict import SealProof, SealWord
from tests.guidelines.building import facts, profile, request
from tests.guidelines.guest_building import guest, healthy, sighting

KEY = b"the source's host key"
FINGERPRINT = "SHA256:" + base64.b64encode(hashlib.sha256(KEY).digest()).decode().rstrip("=")
PLANTED = (CanaryClass.HOME, CanaryClass.HISTORY, CanaryClass.LOG, CanaryClass.ROOT_HOME, CanaryClass.DELETED)


def operation(name: OperationId, *targets: tuple[TargetAction, str]) -> SealOperation:
    return SealOperation(
        id=name, title=name.value, targets=tuple(SealTarget(action=action, name=each) for action, each in targets)
    )


PLAN = SealPlan(
    operations=(
        operation(OperationId.ACCOUNTS, (TargetAction.ACCOUNT, "alice")),
        operation(OperationId.HOMES, (TargetAction.REMOVE, "/home/alice")),
        operation(OperationId.ROOT_HOME, (TargetAction.RENEW, "/root")),
        operation(OperationId.SECRETS, (TargetAction.REMOVE, "/etc/systemd/system/agent.service")),
        operation(OperationId.LOGS),
    ),
    accounts=("alice",),
    units=("agent.service", "survey.service"),
)
SOURCE = guest(
    identity=Identity(machine_id="filled", machine_id_digest="11111111", dbus_machine_id="link"),
    sshd=healthy(Sshd, host_keys=(HostKey(path="/etc/ssh/k", algorithm="x", fingerprint=FINGERPRINT),)),
)
REPORT = SealReport(
    nonce="aa",
    state=SealState.SEALED,
    digest=PLAN.digest,
    results=tuple(OperationResult(id=each.id, before=3, after=0) for each in PLAN.operations),
    canaries=tuple(Canary(kind=kind, seen_before=True, seen_after=False) for kind in PLANTED),
    control_seen=True,
)
FIRST = BootSeen(
    number=1,
    machine_id_digest="22222222",
    host_key_digests=("ab",),
    dhcp_ids=("card 1", "duid 1"),
    enabled_units=("survey.service", "new.service"),
)
OTHER = BootSeen(number=1, machine_id_digest="44444444", host_key_digests=("ef",), dhcp_ids=("card 2", "duid 2"))
IMAGE_REPORT = SealedImageReport(
    canaries=tuple(CanaryCount(kind=kind, count=0) for kind in CanaryClass),
    control_seen=True,
    needles_searched=12,
    not_searched=("bob (shorter than 6 characters)",),
    boots=(FIRST, FIRST.model_copy(update={"number": 2})),
)


def clean(**changed: Any) -> GuestFacts:
    """What a deep check of the sealed image finds, with other parts."""
    parts: dict[str, Any] = {
        "identity": Identity(machine_id="filled", machine_id_digest="2", dbus_machine_id="link", random_seed=True),
        "cloud_init": healthy(CloudInit, instances_kib=None),
        **changed,
    }
    return of_the_source(guest(method=InspectionMethod.DEEP_CHECK, **parts), SelfReport("i", "own"))


def in_the_clone(**changed: Any) -> GuestFacts:
    """What the probe finds in the clone, which asks for a few parts alone."""
    parts: dict[str, Any] = {
        "identity": Identity(machine_id="empty", dbus_machine_id="link"),
        "sshd": healthy(Sshd, host_keys=()),
        **changed,
    }
    found = guest(cloud_init=healthy(CloudInit, instances_kib=None), **parts)
    others = ("boot", "disks", "boot_mounts", "packages", "services", "mounts", "updates", "firewall", "running")
    untold = {name: Fact[Any](unknown_because="the probe did not tell") for name in others}
    return found.model_copy(update=untold)


PROOFS = SealProofs(
    plan=PLAN, seal_report=REPORT, clone=in_the_clone(), image=clean(), image_report=IMAGE_REPORT, second=OTHER
)


def verdict(of: GuestFacts | None = SOURCE, **changed: Any):
    inspected = Fact[GuestFacts](value=of) if of is not None else Fact[GuestFacts](unknown_because="not inspected")
    return seal_verdict(replace(PROOFS, **changed), facts(guest=inspected, request=request()), profile())


def image_report(**changed: Any) -> SealedImageReport:
    return IMAGE_REPORT.model_copy(update=changed)


def seal_report(**changed: Any) -> SealReport:
    return REPORT.model_copy(update=changed)


def second(**changed: Any) -> SealedImageReport:
    return image_report(boots=(FIRST, FIRST.model_copy(update={"number": 2, **changed})))


def other(**changed: Any) -> BootSeen:
    return OTHER.model_copy(update=changed)


def counted(kind: CanaryClass, count: int | None) -> SealedImageReport:
    others = tuple(each for each in IMAGE_REPORT.canaries if each.kind is not kind)
    return image_report(canaries=(*others, CanaryCount(kind=kind, count=count)))


def planted(kind: CanaryClass, *, seen: bool | None) -> SealReport:
    others = tuple(each for each in REPORT.canaries if each.kind is not kind)
    return seal_report(canaries=(*others, Canary(kind=kind, seen_before=seen)))


def test_where_every_proof_holds_it_is_sealed():
    found = verdict()
    assert (found.word, found.reasons, found.doubts) == (SealWord.SEALED, (), ())
    assert len(found.proofs) == 6
    assert "Two instances of it differ in machine-id, SSH host keys and DHCP identity." in found.proofs
    assert "12 names of the source" in " ".join(found.proofs)
    assert "bob (shorter than 6 characters)" in " ".join(found.proofs)


UNPROVED: dict[str, dict[str, Any]] = {
    "no report of the seal": {"seal_report": None},
    "no second inspection of the clone": {"clone": None},
    "no deep check": {"image": None},
    "no report of the image": {"image_report": None},
    "an operation is not reported": {"seal_report": seal_report(results=REPORT.results[1:])},
    "a part of the clone was not read": {"clone": in_the_clone(sightings=Fact[Any](unknown_because="no"))},
    "a rule has no answer": {"image": clean(sightings=Fact[Any](unknown_because="no"))},
    "the search did not end": {"image_report": image_report(needles_searched=None)},
    "nothing was searched for": {"image_report": image_report(needles_searched=0)},
    "the clone missed its control": {"seal_report": seal_report(control_seen=False)},
    "the clone's control is unknown": {"seal_report": seal_report(control_seen=None)},
    "the test instance missed its control": {"image_report": image_report(control_seen=False)},
    "the test instance's control is unknown": {"image_report": image_report(control_seen=None)},
    "no token was planted": {"seal_report": seal_report(canaries=())},
    "no token was counted": {"image_report": image_report(canaries=())},
    "it did not boot again": {"image_report": image_report(boots=(FIRST,))},
    "the first boot is missing": {"image_report": image_report(boots=(FIRST.model_copy(update={"number": 2}),) * 2)},
    "it did not boot at all": {"image_report": image_report(boots=())},
    "another machine-id": {"image_report": second(machine_id_digest="33333333")},
    "no machine-id": {"image_report": second(machine_id_digest="")},
    "other host keys": {"image_report": second(host_key_digests=("cd",))},
    "fewer host keys": {"image_report": second(host_key_digests=())},
    "no second instance": {"second": None},
    "the second instance has no machine-id": {"second": other(machine_id_digest="")},
    "the second instance has no host keys": {"second": other(host_key_digests=())},
    "the second instance has no DHCP identity": {"second": other(dhcp_ids=())},
    "the first instance has no DHCP identity": {"image_report": second(dhcp_ids=())},
    "the source's identity is unknown": {"of": guest(identity=Fact[Any](unknown_because="no"))},
    "the source was not inspected": {"of": None},
    **{f"{kind} not seen before": {"seal_report": planted(kind, seen=False)} for kind in PLANTED},
    **{f"{kind} unknown before": {"seal_report": planted(kind, seen=None)} for kind in PLANTED},
    **{f"{kind} unknown after": {"image_report": counted(kind, None)} for kind in PLANTED},
    **{
        f"{kind} not planted": {
            "seal_report": seal_report(canaries=tuple(each for each in REPORT.canaries if each.kind is not kind))
        }
        for kind in PLANTED
    },
}
FOUND: dict[str, tuple[dict[str, Any], str]] = {
    "the clone failed": ({"seal_report": seal_report(state=SealState.FAILED, why="homes: x")}, "homes: x"),
    "the clone changed": ({"seal_report": seal_report(state=SealState.CHANGED, why="a new home")}, "a new home"),
    "another plan": ({"seal_report": seal_report(digest="0" * 64)}, "another plan"),
    "something is left": (
        {"seal_report": seal_report(results=(OperationResult(id=OperationId.HOMES, before=3, after=2),))},
        "still has 2 of homes",
    ),
    "a key in the clone": (
        {"clone": in_the_clone(sightings=(sighting("SEC-PRIVKEY.ssh", "/etc/x/id_rsa", marks=("private-key",)),))},
        "In the clone after its seal, SEC-PRIVKEY",
    ),
    "a key in the image": (
        {"image": clean(sightings=(sighting("SEC-PRIVKEY.ssh", "/etc/x/id_rsa", marks=("private-key",)),))},
        "In the sealed image, SEC-PRIVKEY",
    ),
    "host keys in the clone": ({"clone": in_the_clone(sshd=healthy(Sshd))}, "SEC-HOSTKEYS"),
    "state of cloud-init": ({"image": clean(cloud_init=healthy(CloudInit, instances_kib=40))}, "CI-CLEAN"),
    "a name": (
        {"image_report": image_report(needles=(NeedleSighting(kind="host name", path="/etc/x"),))},
        "(host name) is still there: /etc/x",
    ),
    "the source's machine-id": ({"image_report": second(machine_id_digest="11111111")}, "machine-id of the source"),
    "the source's host key": (
        {"image_report": second(host_key_digests=(hashlib.sha256(KEY).hexdigest(),))},
        "host key of the source",
    ),
    "one machine-id for two": ({"second": other(machine_id_digest="22222222")}, "the same machine-id"),
    "one host key for two": ({"second": other(host_key_digests=("ef", "ab"))}, "the same SSH host key"),
    "one DUID for two": ({"second": other(dhcp_ids=("card 2", "duid 1"))}, "the same DHCP id (DUID)"),
    "one card for two": ({"second": other(dhcp_ids=("card 1", "duid 2"))}, "the same address of a network card"),
    "a lost unit": ({"image_report": second(enabled_units=("new.service",))}, "survey.service"),
    **{f"{kind} on the disk": ({"image_report": counted(kind, 1)}, "raw disk") for kind in CanaryClass},
}


@pytest.mark.parametrize("changed", UNPROVED.values(), ids=UNPROVED.keys())
def test_what_is_not_proved_is_unknown(changed):
    found = verdict(**changed)
    assert found.word is SealWord.UNKNOWN
    assert found.reasons
    assert found.doubts


@pytest.mark.parametrize("changed, reason", FOUND.values(), ids=FOUND.keys())
def test_what_was_found_is_named(changed, reason):
    found = verdict(**changed)
    assert found.word is SealWord.NOT_SEALED
    assert reason in " ".join(found.reasons)
    assert found.doubts


def test_only_the_proofs_that_found_something_are_named_where_something_was_found():
    found = verdict(image_report=counted(CanaryClass.HOME, 1), clone=None, second=None)
    assert (found.word, found.doubts) == (SealWord.NOT_SEALED, (SealProof.CANARIES,))
    assert verdict(clone=None, second=None).doubts == (SealProof.CLONE, SealProof.INSTANCES)


def test_what_was_found_weighs_more_than_what_is_unknown():
    report = image_report(needles=(NeedleSighting(kind="account", path="/x"),), needles_searched=None)
    found = verdict(image_report=report, clone=None)
    assert found.word is SealWord.NOT_SEALED
    assert "(account)" in found.reasons[0]
    assert len(found.reasons) > 1


def test_a_unit_that_was_agreed_to_go_is_not_missed():
    assert "agent.service" not in FIRST.enabled_units
    assert verdict().word is SealWord.SEALED


def test_a_cache_and_a_swap_need_not_be_there():
    assert {CanaryClass.CACHE, CanaryClass.SWAP}.isdisjoint(PLANTED)
    assert verdict().word is SealWord.SEALED


def test_without_an_ssh_server_there_are_no_host_keys_to_keep():
    source = SOURCE.model_copy(update={"sshd": Fact[Sshd](value=Sshd(installed=False))})
    bare = FIRST.model_copy(update={"host_key_digests": ()})
    report = image_report(boots=(bare, bare.model_copy(update={"number": 2})))
    alone = other(host_key_digests=())
    assert verdict(of=source, image_report=report, second=alone).word is SealWord.SEALED
    assert verdict(image_report=report, second=alone).word is SealWord.UNKNOWN


ALICE = Account(name="alice", uid=1000, home="/home/alice", shell="/bin/bash", password=PasswordState.LOCKED)
ALICES = {
    "accounts": guest().accounts.value.model_copy(update={"accounts": (ALICE,)}),  # type: ignore[union-attr]
    "directories": Directories(
        homes=(Directory(path="/home/alice", owner="alice", size_kib=9000, files=50, own_files=50),),
        others=(Directory(path="/root", owner="root", size_kib=20, files=3),),
    ),
}


def kept_plan(*kept: KeptThing) -> SealPlan:
    return PLAN.model_copy(update={"operations": PLAN.operations[1:], "kept": kept})


def proofs_with(plan: SealPlan) -> dict[str, Any]:
    results = tuple(OperationResult(id=each.id, before=1, after=0) for each in plan.operations)
    return {"plan": plan, "seal_report": seal_report(digest=plan.digest, results=results)}


def test_a_person_who_was_to_go_is_found():
    assert verdict(image=clean(**ALICES)).word is SealWord.NOT_SEALED


def test_what_is_kept_on_purpose_is_left_out_and_named():
    plan = kept_plan(KeptThing(path="/home/alice", owner="alice", why="home kept as wanted"))
    found = verdict(image=clean(**ALICES), clone=in_the_clone(**ALICES), **proofs_with(plan))
    assert (found.word, found.reasons) == (SealWord.SEALED, ())
    assert found.kept == ("/home/alice (home kept as wanted)",)


def test_a_key_in_a_home_that_is_kept_is_not_kept():
    plan = kept_plan(KeptThing(path="/home/alice", owner="alice"))
    key = (sighting("SEC-PRIVKEY.ssh", "/home/alice/.ssh/id_rsa", marks=("private-key",)),)
    assert verdict(image=clean(**ALICES, sightings=key), **proofs_with(plan)).word is SealWord.NOT_SEALED


def test_a_key_below_a_path_that_is_kept_is():
    plan = kept_plan(KeptThing(path="/home/alice", owner="alice"), KeptThing(path="/srv/keys"))
    key = (sighting("SEC-PRIVKEY.ssh", "/srv/keys/id_rsa", marks=("private-key",)),)
    near = (sighting("SEC-PRIVKEY.ssh", "/srv/keys2/id_rsa", marks=("private-key",)),)
    assert verdict(image=clean(**ALICES, sightings=key), **proofs_with(plan)).word is SealWord.SEALED
    assert verdict(image=clean(**ALICES, sightings=near), **proofs_with(plan)).word is SealWord.NOT_SEALED


def test_a_waiver_makes_nothing_sealed():
    asked = request(waivers=({"rule": "SEC-PRIVKEY", "reason": "known"},))
    key = (sighting("SEC-PRIVKEY.ssh", "/etc/x/id_rsa", marks=("private-key",)),)
    proofs = replace(PROOFS, image=clean(sightings=key))
    found = seal_verdict(proofs, facts(guest=Fact[GuestFacts](value=SOURCE), request=asked), profile())
    assert found.word is SealWord.NOT_SEALED


def test_nothing_known_is_never_sealed():
    empty = SealProofs(plan=SealPlan(operations=()), seal_report=None, clone=None, image=None, image_report=None)
    found = seal_verdict(empty, facts(), profile())
    assert found.word is SealWord.UNKNOWN
    assert found.proofs == ()


def test_facts_of_no_kind_are_no_proof():
    nothing = GuestFacts(read_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert verdict(clone=nothing).word is SealWord.UNKNOWN
    assert verdict(image=nothing).word is SealWord.UNKNOWN
