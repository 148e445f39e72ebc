"""What the garbage collector is spared."""

from __future__ import annotations

import gc
import weakref
from itertools import count

import pytest

from tui.long_lived import set_survivors_aside


class Thing:
    """Something that can be referred to weakly, and that a cycle can go through."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(scope="module", autouse=True)
def what_was_there_is_set_aside():
    """All that earlier tests and the modules of the program left, so that a collection here visits these tests alone.

    It stays set aside, as `tests/conftest.py` wants it.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def slow_collections():
    """Each collection seems to take a second."""
    ticks = count()
    watch = set_survivors_aside(lambda: float(next(ticks)))
    yield
    gc.callbacks.remove(watch)


@pytest.fixture
def quick_collections():
    watch = set_survivors_aside(lambda: 0.0)
    yield
    gc.callbacks.remove(watch)


def test_what_survives_a_long_collection_is_not_walked_again(slow_collections):
    survivor = Thing()
    before = gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() > before
    assert not any(one is survivor for one in gc.get_objects())


def test_what_was_garbage_by_then_is_collected(slow_collections):
    gone = weakref.ref(Thing())
    gc.collect()
    assert gone() is None


def test_a_quick_collection_sets_nothing_aside(quick_collections):
    gc.collect()  # Python 3.12 sets aside by itself what never ends, at the first one after gc.unfreeze
    before = gc.get_freeze_count()
    gc.collect()
    assert gc.get_freeze_count() <= before  # what others had set aside may be freed meanwhile


def test_a_collection_of_the_young_alone_sets_nothing_aside(slow_collections):
    before = gc.get_freeze_count()
    gc.collect(0)
    gc.collect(1)
    assert gc.get_freeze_count() <= before  # what others had set aside may be freed meanwhile
