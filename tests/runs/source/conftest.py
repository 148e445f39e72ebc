"""A run on the demonstration cloud in the process of the tests."""

from __future__ import annotations

from tests.runs.test_instance.conftest import ctx, new_context, world

__all__ = ["ctx", "new_context", "world"]
