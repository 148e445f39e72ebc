"""Nothing is collected while modules load, and everything as ever afterwards."""

from __future__ import annotations

import gc

import pytest

from imaging.runtime.imports.loading import loading


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()
    gc.enable()


def test_what_was_loaded_is_set_aside_and_collecting_goes_on():
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        kept: list[list[int]] = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)


def test_collecting_goes_on_when_loading_fails():
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_who_collects_nothing_goes_on_so():
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()
