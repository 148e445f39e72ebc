"""Names kept for the shell: closed to others, bounded, and read with distrust."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.cloud.name_cache import MOST_NAMES, NameCache, Named, NameKind
from imaging.runtime.private_files import NotPrivateError

DB, WEB = Named("i1", "db-07"), Named("i2", "web-01")


@pytest.fixture
def cache(tmp_path: Path) -> NameCache:
    return NameCache(tmp_path)


def _only_file(folder: Path) -> Path:
    (file,) = (folder / "names").iterdir()
    return file


def test_what_was_kept_is_read(cache):
    cache.write(NameKind.INSTANCE, [DB, WEB], cloud="alice", project_id="p1")
    assert cache.read(NameKind.INSTANCE, cloud="alice") == (DB, WEB)
    assert cache.read(NameKind.INSTANCE, cloud="alice", project_id="p1") == (DB, WEB)


def test_clouds_projects_and_kinds_are_kept_apart(cache):
    cache.write(NameKind.INSTANCE, [DB], cloud="alice", project_id="p1")
    assert cache.read(NameKind.INSTANCE, cloud="bob") == ()
    assert cache.read(NameKind.INSTANCE, cloud="alice", project_id="p2") == ()
    assert cache.read(NameKind.IMAGE, cloud="alice") == ()


def test_without_a_cloud_or_project_the_newest_is_read(cache, tmp_path):
    cache.write(NameKind.INSTANCE, [DB], cloud="alice", project_id="p1")
    os.utime(_only_file(tmp_path), (1, 1))
    cache.write(NameKind.INSTANCE, [WEB], cloud="alice", project_id="p2")
    assert cache.read(NameKind.INSTANCE, cloud="alice") == (WEB,)
    assert cache.read(NameKind.INSTANCE, cloud=None) == (WEB,)
    assert cache.clouds() == ("alice",)


def test_the_file_is_closed_to_others(cache, tmp_path):
    cache.write(NameKind.INSTANCE, [DB], cloud="alice/../x", project_id="p1")
    assert _only_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "names").stat().st_mode & 0o777 == 0o700


def test_no_more_than_ten_thousand_names_are_kept(cache):
    cache.write(NameKind.INSTANCE, (Named(f"i{place}", "n") for place in range(MOST_NAMES + 5)), cloud="c")
    assert len(cache.read(NameKind.INSTANCE, cloud="c")) == MOST_NAMES


def test_no_more_than_sixty_files_are_kept(cache, tmp_path):
    for place in range(70):
        cache.write(NameKind.INSTANCE, [DB], cloud="c", project_id=f"p{place}")
    assert len(list((tmp_path / "names").iterdir())) == 60


def test_a_name_is_one_field_of_one_line_whatever_it_holds(cache):
    cache.write(NameKind.INSTANCE, [Named("i1", "a\tb\nc\x1b[2J"), WEB, Named("i3", "星" * 300)], cloud="c")
    first, second, third = cache.read(NameKind.INSTANCE, cloud="c")
    assert first == Named("i1", "a?b?c?[2J")
    assert second == WEB
    assert third.name == "星" * 255


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"another program\ni1\tdb-07\n", b"imaging names 2\tc\ni1\tx\n"]
)
def test_a_cache_of_another_program_counts_as_nothing(cache, tmp_path, content):
    cache.write(NameKind.INSTANCE, [DB], cloud="c")
    _only_file(tmp_path).write_bytes(content)
    assert cache.read(NameKind.INSTANCE, cloud="c") == ()
    assert cache.clouds() == ()


def test_a_line_without_a_name_is_passed_over(cache, tmp_path):
    cache.write(NameKind.INSTANCE, [DB, WEB], cloud="c")
    file = _only_file(tmp_path)
    file.write_text(file.read_text().replace("i1\tdb-07", "nonsense"))
    assert cache.read(NameKind.INSTANCE, cloud="c") == (WEB,)


def test_a_link_in_its_place_is_not_followed(cache, tmp_path):
    cache.write(NameKind.INSTANCE, [DB], cloud="c")
    file = _only_file(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert cache.read(NameKind.INSTANCE, cloud="c") == ()


def test_a_link_in_the_place_of_the_folder_is_refused(cache, tmp_path):
    (tmp_path / "names").symlink_to(tmp_path)
    with pytest.raises(NotPrivateError):
        cache.write(NameKind.INSTANCE, [DB], cloud="c")
