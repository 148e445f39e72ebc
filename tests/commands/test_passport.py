"""`imaging passport IMAGE`: kept by the run, named by the image, and written again in every form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.run.passport import PASSPORT, PASSPORT_ABOUT
from tests.support.demo import DemoCloud
from tests.support.hurried_runs import hurried

IMAGE = "astro-base-2024"


@pytest.fixture(autouse=True)
def quick(demo_cloud: DemoCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hurried(demo_cloud, monkeypatch)
    yield
    demo_cloud.speed(1)


@pytest.fixture
def verified(imaging: Any, demo_cloud: DemoCloud) -> str:
    """The id of an image that a run has verified."""
    done = imaging("verify", IMAGE, "--os-cloud", "demo", "--json")
    assert done.status == 0, done.err
    return str(json.loads(done.out)["image"]["id"])


def written(imaging: Any, *arguments: str, status: int = 0) -> str:
    done = imaging("passport", IMAGE, "--os-cloud", "demo", *arguments)
    assert done.status == status, done.err
    return str(done.out)


def test_the_run_keeps_the_passport_and_notes_its_digest_on_the_image(imaging, demo_cloud, verified):
    text = written(imaging, "--format", "json")
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    changes = [call["body"] for call in demo_cloud.calls("PATCH", verified)]
    values = {each["path"]: each.get("value") for change in changes for each in change}
    assert values[f"/{PASSPORT}"] == digest
    assert values[f"/{PASSPORT_ABOUT}"] == verified
    passport = json.loads(text)
    assert (passport["schema"], passport["image"]["id"]) == ("imaging.passport/1", verified)
    assert passport["boot"]["word"] == "booted"


FORMS = {"html": "<!DOCTYPE html>", "markdown": "# Passport of", "json": '{\n  "schema"', "cyclonedx": "{"}


def test_it_is_kept_and_written_again_in_each_form(imaging, verified, tmp_path, own_home: Path):
    for form, begins in FORMS.items():
        file = tmp_path / form
        assert written(imaging, "--format", form).startswith(begins)
        assert written(imaging, "--format", form, "-o", str(file)) == ""
        assert file.read_text() == written(imaging, "--format", form)
    assert written(imaging) == written(imaging, "--format", "html")
    assert written(imaging, "--json") == written(imaging, "--format", "json")
    (folder,) = (own_home / ".local/state/imaging-console/runs").iterdir()
    kept = {each.name: each.stat().st_mode & 0o777 for each in folder.glob("passport*")}
    assert kept == dict.fromkeys(("passport.html", "passport.md", "passport.json", "passport.cdx.json"), 0o600)


def test_on_a_terminal_it_is_text_to_read_and_in_a_file_a_page(imaging, verified, monkeypatch, tmp_path):
    monkeypatch.setattr("imaging.commands.passport.on_terminal", lambda: True)
    assert written(imaging).startswith(FORMS["markdown"])
    written(imaging, "-o", str(tmp_path / "passport"))
    assert (tmp_path / "passport").read_text().startswith(FORMS["html"])


def test_a_passport_that_was_changed_is_not_the_one_that_the_image_names(imaging, verified, own_home: Path):
    (folder,) = (own_home / ".local/state/imaging-console/runs").iterdir()
    file = folder / "passport.json"
    file.write_text(file.read_text().replace('"booted"', '"failed"'))
    done = imaging("passport", IMAGE, "--os-cloud", "demo", "--format", "json")
    assert done.status == 1
    assert "names another passport" in done.err


def test_an_image_of_which_nothing_is_known_here_is_told_what_makes_a_passport(imaging, demo_cloud):
    done = imaging("passport", IMAGE, "--os-cloud", "demo")
    assert done.status == 2
    assert "imaging verify" in done.err


def test_an_image_that_is_not_there_is_a_wrong_use(imaging, demo_cloud):
    assert imaging("passport", "no-such-image", "--os-cloud", "demo").status == 2


def test_without_its_cloud_a_passport_is_still_written(imaging, verified, monkeypatch):
    monkeypatch.delenv("OS_CLIENT_CONFIG_FILE")
    done = imaging("passport", verified, "--os-cloud", "demo", "--format", "json")
    assert done.status == 0
    assert "was not compared" in done.err
    assert json.loads(done.out)["image"]["id"] == verified


def test_a_file_that_cannot_be_written_is_refused_first(imaging, demo_cloud, tmp_path):
    done = imaging("passport", IMAGE, "--os-cloud", "demo", "-o", str(tmp_path / "missing/file"))
    assert done.status == 2
    assert demo_cloud.calls() == []
