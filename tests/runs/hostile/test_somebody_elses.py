"""For every kind of thing that a run acts on, and every way in which a stranger's can point at it: it is left alone."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from imaging import runs
from imaging.cloud import image_bytes, interface
from imaging.runs.ownership.table import MAKING, TABLE
from models.run.record import OwnedKind
from tests.runs.hostile import files, images, launches, older_images, seals, sources
from tests.runs.hostile.registry import SCENARIOS, Scenario
from tests.runs.hostile.stage import Stage

FILL_THE_REGISTRY = (files, images, launches, older_images, seals, sources)

READING = frozenset(
    {
        *("microversion", "instances", "changed_instances", "server_time", "instance", "attachments", "ports"),
        *(
            "actions",
            "console_log",
            "flavors",
            "key_pairs",
            "images",
            "image",
            "members",
            "unavailable_because",
            "volumes",
        ),
        *("key_pairs", "ways_in", "tasks", "read_bytes", "download"),
        *("volume", "snapshots", "snapshot", "networks", "network", "security_groups", "ports_with_group"),
    }
)
"""The calls of the adapters that change nothing. A new call stands here, or in the table with scenarios of its own."""

SERVICES = {
    "compute": interface.Compute,
    "images": interface.Images,
    "image_bytes": image_bytes.ImageBytes,
    "volumes": interface.Volumes,
    "networking": interface.Networking,
}
DIFFERENT = sorted({scenario for _, _, scenario in SCENARIOS}, key=lambda scenario: scenario.__name__)


@pytest.mark.parametrize("scenario", DIFFERENT, ids=lambda scenario: scenario.__name__)
async def test_it_is_left_alone(stage: Stage, scenario: Scenario):
    await scenario(stage)


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.kind.value)
def test_every_way_to_point_at_a_kind_has_a_scenario(rule):
    shown = {pointer for kind, pointer, _ in SCENARIOS if kind is rule.kind}
    assert shown == set(rule.pointers)


BY_A_KEY = {"compute.confirm_resize", "compute.resume", "compute.unpause", "compute.unshelve"}
"""What `imaging.remedies` does at the user's key and yes; no run makes these calls."""


def test_no_run_makes_the_calls_that_only_a_key_makes():
    sources = "".join(path.read_text("utf-8") for path in Path(runs.__file__).parent.rglob("*.py"))
    assert [call for call in BY_A_KEY if f".{call.split('.')[1]}(" in sources] == []


def test_every_call_that_changes_a_cloud_stands_in_the_table():
    calls = {
        f"{service}.{name}"
        for service, protocol in SERVICES.items()
        for name, _ in inspect.getmembers(protocol, inspect.isfunction)
        if not name.startswith("_") and name not in READING
    }
    assert calls == MAKING | BY_A_KEY | {call for rule in TABLE for call in rule.calls}


def test_every_kind_of_thing_that_a_run_owns_is_removed_by_a_rule_of_the_table():
    removing = {call.rsplit("_", 1)[-1] for rule in TABLE for call in rule.calls if ".delete_" in call}
    ends = {kind: kind.value.rsplit(" ", 1)[-1].replace("server", "instance") for kind in OwnedKind}
    assert {kind for kind, end in ends.items() if end not in removing} == set()
