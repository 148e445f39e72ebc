"""Drafts on the disk: whole, closed to others, by cloud, project and instance; and what is odd is said."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from imaging.runs.drafts import DraftStore
from imaging.runtime.paths import Paths
from models.errors import BrokenDraftError, DraftError
from models.run.draft import Draft, DraftKey, SeenEvidence
from models.run.request import RunRequest, Waiver
from tests.screens.samples import NOW

KEY = DraftKey(cloud="demo", project_id="p1", instance_id="i1")


def draft(key: DraftKey = KEY, **request: str) -> Draft:
    waiver = Waiver(rule="SEC-PRIVKEY", reason="no use elsewhere")
    seen = SeenEvidence(rule="SEC-PRIVKEY", evidence="a key")
    return Draft(key=key, saved_at=NOW, request=RunRequest(waivers=(waiver,), **request), seen=(seen,))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.below(tmp_path).prepared()


@pytest.fixture
def store(paths: Paths) -> DraftStore:
    return DraftStore(paths)


def only_file(paths: Paths) -> Path:
    (file,) = (paths.state / "drafts").iterdir()
    return file


def test_a_draft_is_read_as_it_was_written(store):
    assert store.read(KEY) is None
    store.write(draft(name="survey", description="two\nlines \N{SNOWMAN}"))
    assert store.read(KEY) == draft(name="survey", description="two\nlines \N{SNOWMAN}")


def test_the_file_is_closed_to_others(store, paths):
    store.write(draft())
    assert stat.S_IMODE(only_file(paths).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "other",
    [
        DraftKey(cloud="prod", project_id="p1", instance_id="i1"),
        DraftKey(cloud="demo", project_id="p2", instance_id="i1"),
        DraftKey(cloud="demo", project_id="p1", instance_id="i2"),
        DraftKey(cloud="demo", project_id="p1i", instance_id="1"),
        DraftKey(cloud="demo", project_id="p1", instance_id="../../i1"),
    ],
)
def test_no_draft_is_anothers(store, other):
    store.write(draft(name="mine"))
    assert store.read(other) is None
    store.write(draft(other, name="theirs"))
    assert store.read(KEY) == draft(name="mine")


def test_a_forgotten_draft_is_gone_and_may_be_forgotten_again(store):
    store.write(draft())
    store.forget(KEY)
    store.forget(KEY)
    assert store.read(KEY) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b'{"version": 1}', b"[" * 100_000, b"x" * 1_000_001])
def test_what_is_no_draft_is_set_aside_and_kept(store, paths, content):
    store.write(draft())
    only_file(paths).write_bytes(content)
    with pytest.raises(BrokenDraftError) as broken:
        store.read(KEY)
    assert ".broken" in broken.value.meaning
    assert only_file(paths).read_bytes() == content
    assert store.read(KEY) is None


def test_a_draft_of_another_instance_in_its_place_is_not_taken(store, paths):
    store.write(draft(DraftKey(cloud="demo", project_id="p1", instance_id="i2"), name="another"))
    other = only_file(paths)
    store.write(draft())
    mine = next(file for file in other.parent.iterdir() if file != other)
    other.replace(mine)
    with pytest.raises(BrokenDraftError, match="another instance"):
        store.read(KEY)


def test_a_link_is_not_followed_and_not_removed(store, paths, tmp_path):
    store.write(draft())
    target = tmp_path / "elsewhere"
    target.write_text("{}", "utf-8")
    link = only_file(paths)
    link.unlink()
    link.symlink_to(target)
    with pytest.raises(DraftError) as refused:
        store.read(KEY)
    assert not isinstance(refused.value, BrokenDraftError)
    assert link.is_symlink()


def test_a_text_beyond_all_bounds_is_refused_and_the_draft_before_stays(store):
    store.write(draft(name="before"))
    with pytest.raises(DraftError, match="too long"):
        store.write(draft(description="x" * 1_000_001))
    assert store.read(KEY) == draft(name="before")


def test_a_folder_that_cannot_be_made_is_said(store, paths):
    (paths.state / "drafts").write_text("in its place", "utf-8")
    with pytest.raises(DraftError, match="could not be written"):
        store.write(draft())
