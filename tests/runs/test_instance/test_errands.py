"""What the test instance of a sealed image is told to do: to search for its source, and to say that it came up."""

from __future__ import annotations

import base64
import gzip
import re
from typing import Any

import pytest

from imaging.guest.seal import canary_token, control_token
from imaging.guest.seal_proof import Needles
from imaging.runs.test_instance.boot_verdict.boot_marker import user_data
from imaging.runs.test_instance.errands import names_of, proof_errand
from imaging.runs.test_instance.works.errand import login_host
from models.cloud.image import Image
from models.errors import RunError
from models.guest.boot import Identity
from models.guest.system import GuestSystem
from models.run.kind import RunKind
from models.run.record import RunRecord
from models.seal.plan import KeptThing, SealPlan
from models.seal.report import CanaryClass, SealReport, SealState
from tests.guest.seal_proof.proving import parts_of
from tests.guidelines.guest_building import guest_fact, healthy
from tests.screens.samples import instance, plan, run

TOKEN = "0123456789abcdef0123456789abcdef"
ID = "11111111-2222-3333-4444-555555555555"
SEAL = SealPlan(operations=(), kept=(KeptThing(path="/srv/data"),))
REPORT = SealReport(nonce="feed", state=SealState.SEALED)
ITS_IMAGE = {"id": "img", "name": "a snapshot", "status": "active"}


def sealed(**planned: Any) -> RunRecord:
    return run(kind=RunKind.SEALED, plan=plan(seal=SEAL, **planned), seal_report=REPORT)


def searched(record: RunRecord) -> list[str]:
    script = parts_of(proof_errand(record, TOKEN))["text/cloud-boothook"]
    packed = re.search(r"printf %s '([^']+)' \| base64 -d \| gzip -dc", script)
    assert packed is not None
    return gzip.decompress(base64.b64decode(packed[1])).decode().splitlines()


def test_it_searches_for_the_source_and_not_below_what_is_kept():
    lines = searched(sealed(source=instance(id=ID, name="genome-db")))
    assert f"instance-id\texact\t{ID}" in lines
    assert "host-name\tword\tgenome-db" in lines
    assert "kept\tpath\t/srv/data" in lines


@pytest.mark.parametrize("key", ["instance_uuid", "imaging.source"])
def test_of_an_image_that_is_sealed_it_searches_for_the_instance_that_it_was_made_of(key):
    record = sealed(image=Image(**ITS_IMAGE, properties={key: ID}))
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"source": None})})
    assert f"instance-id\texact\t{ID}" in searched(record)


def test_it_says_that_it_came_up_by_the_same_word():
    assert parts_of(proof_errand(sealed(), TOKEN))["text/x-shellscript"] == user_data(TOKEN, "")


def inspected(record: RunRecord) -> RunRecord:
    """The same run, planned with the facts of an inspection."""
    identity = Identity(machine_id="filled", machine_id_digest="1a2b3c4d", dbus_machine_id="link")
    guest = guest_fact(system=healthy(GuestSystem, host_name="as-it-calls-itself"), identity=identity)
    return record.model_copy(update={"plan": record.plan.model_copy(update={"guest": guest})})


def test_it_searches_for_what_an_inspection_has_found_as_well():
    assert "host-name\tword\tas-it-calls-itself" in searched(inspected(sealed()))


def test_it_tells_whether_it_has_the_machine_id_of_the_source():
    record = inspected(sealed())
    assert parts_of(proof_errand(record, TOKEN))["text/x-shellscript"] == user_data(TOKEN, "1a2b3c4d")


def test_where_nothing_is_known_of_the_source_nothing_is_searched_for():
    record = sealed(image=Image(**ITS_IMAGE))
    plan_of_nothing = record.plan.model_copy(update={"source": None, "seal": None})
    assert names_of(plan_of_nothing) == Needles()


def test_no_token_stands_in_it():
    plain = gzip.decompress(proof_errand(sealed(), TOKEN)).decode()
    tokens = [*(canary_token(REPORT.nonce, kind) for kind in CanaryClass), control_token(TOKEN)]
    assert not [token for token in tokens if token in plain]
    assert "'feed'" in plain


def test_without_a_report_of_the_clone_nothing_can_be_proved():
    with pytest.raises(RunError, match="has not reported"):
        proof_errand(sealed().model_copy(update={"seal_report": None}), TOKEN)


@pytest.mark.parametrize(
    "auth_url, asked",
    [
        ("https://cloud.example.org:5000/v3", ("cloud.example.org:5000",)),
        ("https://cloud.example.org/v3", ("cloud.example.org:443",)),
        ("http://[2001:db8::1]/v3", ("[2001:db8::1]:80",)),
        # A test instance would ask itself.
        ("http://127.0.0.1:5000/v3", ()),
        ("http://localhost:5000/v3", ()),
        ("http://[::1]:5000/v3", ()),
        ("no address", ()),
    ],
)
def test_outside_is_the_host_of_the_login_unless_that_is_this_machine(auth_url: str, asked: tuple[str, ...]):
    assert login_host(auth_url) == asked
