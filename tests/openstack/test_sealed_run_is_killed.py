"""A sealed run on a real OpenStack whose runner is killed in its steps: one image or none, and nothing else is new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.run.kind import RunKind
from models.run.record import RunState
from models.steps import SEALED_STEPS, StepName
from tests.contract.subject import Subject
from tests.openstack.command_line import CommandLine
from tests.openstack.deaths import Deaths
from tests.openstack.recorded_guests import RecordedGuests, recorded_guests
from tests.openstack.sources import Source, added
from tests.runs.sealed.sealing import assert_sealed, standing

UNSEEN = frozenset({StepName.PROVE_SEAL, StepName.PUBLISH, StepName.CONFIRM_IMAGE, StepName.REPORT})
"""Steps that may be over before anybody sees them: they ask the cloud for nothing, or for one thing."""


@pytest.fixture
def guests(cloud: Subject) -> Iterator[RecordedGuests]:
    """What the instances print; only loopstack's print what they are told."""
    if cloud.kind != "loopstack":
        pytest.skip("the instances of this cloud print what they want")
    with recorded_guests(cloud) as guests:
        yield guests


@pytest.fixture
def create(source: Source, imaging: CommandLine, guests: RecordedGuests) -> tuple[str, ...]:
    """The command that makes a sealed image of the source, which a deep check has inspected."""
    rules = ("--profile", "openstack")
    status, checked, messages = imaging.run("check", source.id, *rules, "--deep", "--yes", "--json")
    assert status == 1, messages  # the lock
    assert "deep check" in {each["inspection"] for each in checked["findings"]}
    assert len(guests.seen) == 1
    words = ("--name", f"{source.name}-image", "--description", "Loaded with tables; beyond its base: PostgreSQL")
    agreed = ("--attest", "SW-ATTEST", "--attest", "DATA-SAVED", "--waive", "STATE-LOCKED=our own lock")
    return ("create", source.id, "--mode", "sealed", *words, *agreed, *rules, "--yes", "--json")


@pytest.mark.timeout(2400)  # two dozen commands and as many runners: two minutes, or many on a busy machine
async def test_killed_in_every_step_and_resumed_it_makes_one_sealed_image(
    source: Source, imaging: CommandLine, create: tuple[str, ...], before: dict[str, set[str]]
):
    was = source.now()
    deaths = Deaths(imaging, RunKind.SEALED)
    deaths.in_each_step(*create)
    run = await deaths.record()
    assert_sealed(run)
    assert source.now() == was
    assert added(source.cloud, before) == {"images": {run.image_id}}
    assert set(SEALED_STEPS) - deaths.struck <= UNSEEN


@pytest.mark.parametrize("step", [StepName.WAIT_FOR_IMAGE, StepName.SEAL])
async def test_killed_in_a_step_and_undone_nothing_of_it_is_left(
    source: Source, imaging: CommandLine, create: tuple[str, ...], before: dict[str, set[str]], step: StepName
):
    was = source.now()
    deaths = Deaths(imaging, RunKind.SEALED)
    deaths.in_step(step, *create)
    status, undone, messages = imaging.run("undo", deaths.run_id, "--yes", "--json")
    assert (status, undone["instance_restored"]) == (0, True), messages
    run = await deaths.record()
    assert (run.state, run.trouble) == (RunState.UNDONE, None)
    assert source.now() == was
    assert standing(run) == []
    assert added(source.cloud, before) == ({"images": {run.image_id}} if run.image_id else {})
