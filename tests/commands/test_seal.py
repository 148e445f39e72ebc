"""Sealed images by the command line, on the demonstration cloud: of an instance, and of an image that exists."""

from __future__ import annotations

import json

import pytest

from tests.commands.conftest import Imaging
from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried

TEXTS = ("--description", "PostgreSQL 16 with the survey schema, for the course of next term")
_SPEED = 40


@pytest.fixture
def quick(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch):
    hurried(demo_cloud, monkeypatch)
    demo_cloud.speed(_SPEED)
    yield
    demo_cloud.speed(1)


def images(imaging: Imaging) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(imaging("images", "--os-cloud", "demo", "--json").out)}


@pytest.mark.usefixtures("quick", "demo_cloud")
def test_an_image_is_inspected_then_sealed_and_stays_as_it_is(imaging: Imaging):
    made = ("--name", "db-plain", *TEXTS, "--uninspected", "the guest is known", "--no-test", "--yes")
    assert imaging("create", "db-07", "--os-cloud", "demo", *made).status == 0
    before = images(imaging)["db-plain"]
    named = ("--name", "astro-sealed", *TEXTS, "--yes", "--json")
    done = imaging("seal", str(before["id"]), "--os-cloud", "demo", *named)

    assert done.status == 0, done.err
    run = json.loads(done.out)
    assert run["kind"] == "seal"
    assert run["seal"]["verdict"] == "sealed"
    assert run["seal"]["reasons"] == []
    assert run["image"]["name"] == "astro-sealed"
    assert "Will be lost in the image" in done.err
    after = {one["id"]: one for one in json.loads(imaging("images", "--os-cloud", "demo", "--json").out)}
    assert after[before["id"]] == before
    assert after[run["image"]["id"]]["sealed"] == "sealed"
    assert not [one for one in after.values() if "interim" in str(one["name"])]
    planned = imaging("seal", str(before["id"]), "--os-cloud", "demo", "--plan", "--keep-test", "--yes").out
    assert "Keep the test instance, as wanted." in planned


@pytest.mark.usefixtures("demo_cloud")
def test_a_sealed_image_needs_a_name_and_a_description(imaging: Imaging):
    done = imaging("seal", "spectra-tools", "--os-cloud", "demo", "--yes")

    assert done.status == 2
    assert "needs --name and --description" in done.err
    assert "--name spectra-tools-sealed" in done.err


@pytest.mark.usefixtures("demo_cloud")
def test_what_is_kept_is_named_by_its_whole_path(imaging: Imaging):
    done = imaging("seal", "spectra-tools", "--os-cloud", "demo", "--name", "N", *TEXTS, "--keep", "opt", "--yes")

    assert done.status == 2
    assert "--keep opt" in done.err


@pytest.mark.usefixtures("demo_cloud")
def test_nothing_is_launched_without_a_yes(imaging: Imaging):
    done = imaging("seal", "spectra-tools", "--os-cloud", "demo", "--name", "N", *TEXTS)

    assert done.status == 2
    assert "--yes" in done.err
