"""Which names of a source are searched for, and which are named as not searched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imaging.guest.seal_proof.needles import MOST, NeedleKind, needles
from models.cloud.instance import Address, Instance
from models.fact import Fact
from models.guest.accounts import Account, Accounts
from models.guest.facts import GuestFacts
from models.guest.network import Network, NetworkSetting
from models.guest.system import GuestSystem, OwnId
from models.seal.plan import KeptThing, OperationId, SealOperation, SealPlan, SealTarget, TargetAction

ID = "11111111-2222-3333-4444-555555555555"
INSTANCE = Instance(
    id=ID,
    name="Genome DB 2",
    status="SHUTOFF",
    key_name="alices-key",
    addresses=(Address(network_name="n", address="10.1.2.3"), Address(network_name="n", address="203.0.113.77")),
)


def plan(*going: str, staying: tuple[str, ...] = (), kept: tuple[KeptThing, ...] = ()) -> SealPlan:
    operation = SealOperation(
        id=OperationId.ACCOUNTS,
        title="Accounts",
        targets=tuple(SealTarget(action=TargetAction.ACCOUNT, name=name) for name in going),
    )
    return SealPlan(operations=(operation,), kept=kept, accounts=(*going, *staying))


def facts(*names: str, default_user: str = "", comments: tuple[str, ...] = (), host: str = "") -> GuestFacts:
    accounts = Accounts(
        accounts=tuple(Account(name=name, uid=1000 + n) for n, name in enumerate(names)),
        default_user=default_user,
        key_comments=comments,
    )
    return GuestFacts(
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
        accounts=Fact[Accounts](value=accounts),
        system=Fact[GuestSystem](value=GuestSystem(host_name=host, own_ids=(OwnId(source="dmi", text=ID.upper()),))),
        network=Fact[Network](
            value=Network(settings=(NetworkSetting(file="/etc/x", kind="mac", value="fa:16:3e:aa:bb:cc"),))
        ),
    )


def searched(found) -> dict[str, NeedleKind]:
    return {each.text: each.kind for each in found.searched}


def test_all_names_of_the_source_are_searched_for():
    found = searched(
        needles(
            facts("alice.smith", comments=("alice@laptop",), host="gdb-main.example.org"), plan("alice.smith"), INSTANCE
        )
    )
    assert found == {
        ID: NeedleKind.INSTANCE,
        ID.replace("-", ""): NeedleKind.INSTANCE,
        "gdb-main.example.org": NeedleKind.HOST,
        "gdb-main": NeedleKind.HOST,
        "Genome DB 2": NeedleKind.HOST,
        "genome db 2": NeedleKind.HOST,
        "genome-db-2": NeedleKind.HOST,
        "10.1.2.3": NeedleKind.ADDRESS,
        "203.0.113.77": NeedleKind.ADDRESS,
        "alices-key": NeedleKind.KEY,
        "fa:16:3e:aa:bb:cc": NeedleKind.HARDWARE,
        "FA:16:3E:AA:BB:CC": NeedleKind.HARDWARE,
        "alice.smith": NeedleKind.ACCOUNT,
        "alice@laptop": NeedleKind.COMMENT,
    }


@pytest.mark.parametrize(
    "name, why",
    [
        ("bob", "bob (shorter than 6 characters)"),
        ("exouser", "exouser (a word of the base system)"),
        ("imager", "imager (the user that cloud-init makes)"),
        ("carol.jones", "carol.jones (kept on purpose)"),
        ("survey", "survey (its account stays)"),
    ],
)
def test_a_name_that_proves_nothing_is_named_with_the_reason(name, why):
    kept = (KeptThing(path="/home/carol.jones", owner="carol.jones"),)
    plans = plan("bob", "exouser", staying=("survey", "imager", "carol.jones"), kept=kept)
    found = needles(facts(name, default_user="imager"), plans, INSTANCE)
    assert name not in searched(found)
    assert why in found.not_searched
    assert found.kept == ("/home/carol.jones",)


def test_a_short_address_is_not_searched_either_and_named():
    instance = INSTANCE.model_copy(update={"addresses": (Address(network_name="n", address="::1"),)})
    assert "::1 (shorter than 6 characters)" in needles(None, plan(), instance).not_searched


def test_without_facts_and_instance_the_id_alone_is_searched_for():
    assert searched(needles(None, plan(), None, ID)) == {
        ID: NeedleKind.INSTANCE,
        ID.replace("-", ""): NeedleKind.INSTANCE,
    }


def test_what_is_no_id_is_none():
    assert needles(None, plan(), None, "iid-datasource-none").searched == ()


def test_more_names_than_fit_are_named():
    names = tuple(f"person{n:04}" for n in range(MOST + 50))
    found = needles(facts(*names), plan(*names), INSTANCE)
    assert len(found.searched) == MOST
    assert len(found.not_searched) >= 50
    assert len(found.searched) + len(found.not_searched) >= MOST + 50
