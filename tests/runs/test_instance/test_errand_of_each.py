"""What each of a run's instances is given to do, by what it is for and by the kind of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from imaging.guest.deep_check import user_data as deep_user_data
from imaging.guest.inventory.listing import listing_user_data
from imaging.guest.seal import seal_user_data
from imaging.guest.seal_proof import second_user_data
from imaging.guest.works.login_key import unusable_public_key
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.ownership.made_things import BASE, CLONE, INSPECTION, TEST, TWIN, WORKS, MadeServer
from imaging.runs.test_instance.boot_verdict.boot_marker import user_data
from imaging.runs.test_instance.errands import proof_errand, user_data_for
from imaging.runs.test_instance.works import errand as errand_of_checks
from models.errors import RunError
from models.guest.boot import Identity
from models.run.kind import RunKind
from models.seal.plan import KeptThing, SealPlan
from models.seal.report import SealReport, SealState
from tests.guidelines.guest_building import guest_fact
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext

Errand = Callable[[MemoryContext, str], str | bytes]
SEAL = SealPlan(operations=(), kept=(KeptThing(path="/srv/data"),))
DIGEST = "1a2b3c4d"


def checks(ctx: MemoryContext, word: str) -> bytes:
    """The checks and tests, and the marker, which tells whether the machine-id is the source's."""
    request, auth_url = ctx.run.plan.request, ctx.run.identity.auth_url
    return errand_of_checks.works_errand(request, ctx.profile, auth_url, token=word, marker=user_data(word, DIGEST))


def deep(ctx: MemoryContext, word: str) -> str | bytes:
    return deep_user_data(questions_for(ctx.profile), word)


def listing(_ctx: MemoryContext, word: str) -> str:
    return listing_user_data(word)


def seal(ctx: MemoryContext, word: str) -> bytes:
    return seal_user_data(SEAL, questions_for(ctx.profile), word)


def proof(ctx: MemoryContext, word: str) -> bytes:
    return proof_errand(ctx.run, word)


def second(ctx: MemoryContext, word: str) -> bytes:
    return second_user_data(questions_for(ctx.profile), word)


EACH: list[tuple[RunKind, MadeServer, Errand]] = [
    *((kind, TEST, checks) for kind in (RunKind.CREATE, RunKind.VERIFY, RunKind.IMPORT)),
    *((kind, TEST, deep) for kind in (RunKind.DEEP_CHECK, RunKind.IMAGE_CHECK)),
    *((kind, CLONE, seal) for kind in (RunKind.SEALED, RunKind.SEAL)),
    *((kind, TEST, proof) for kind in (RunKind.SEALED, RunKind.SEAL)),
    *((kind, INSPECTION, second) for kind in (RunKind.SEALED, RunKind.SEAL)),
    *((kind, WORKS, checks) for kind in (RunKind.SEALED, RunKind.SEAL)),
    *((kind, TWIN, checks) for kind in (RunKind.CREATE, RunKind.SEALED)),
    *((kind, BASE, listing) for kind in (RunKind.CREATE, RunKind.SEALED, RunKind.VERIFY)),
]


def planned(new_context: NewContext, kind: RunKind) -> MemoryContext:
    """A run that knows all that an errand can rest on."""
    identity = Identity(machine_id="filled", machine_id_digest=DIGEST, dbus_machine_id="link")
    ctx = new_context(kind=kind, seal_report=SealReport(nonce="feed", state=SealState.SEALED))
    ctx.change(plan=ctx.run.plan.model_copy(update={"seal": SEAL, "guest": guest_fact(identity=identity)}))
    return ctx


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that nobody can log in with is made of random bytes: here it is always the same."""
    key = unusable_public_key("").removesuffix(" imaging-")
    monkeypatch.setattr(errand_of_checks, "unusable_public_key", lambda nonce: f"{key} imaging-{nonce}")


@pytest.mark.parametrize(
    "kind, made, errand",
    EACH,
    ids=[f"{kind.value}-{made.name_prefix}-{errand.__name__}" for kind, made, errand in EACH],
)
def test_each_is_given_what_it_is_for(new_context: NewContext, kind: RunKind, made: MadeServer, errand: Errand) -> None:
    ctx = planned(new_context, kind)
    word, given = user_data_for(ctx, made)
    assert given == errand(ctx, word)
    assert len(word) >= 16
    assert user_data_for(ctx, made)[0] != word


def test_without_a_plan_of_the_seal_no_clone_is_told_anything(new_context: NewContext) -> None:
    with pytest.raises(RunError, match="no plan of what is to be sealed"):
        user_data_for(new_context(kind=RunKind.SEALED), CLONE)
