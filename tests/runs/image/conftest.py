"""A run on the demonstration cloud in the process of the tests, with images of `db-07`."""

from __future__ import annotations

from tests.runs.test_instance.conftest import base, ctx, new_context, on_volumes, world

__all__ = ["base", "ctx", "new_context", "on_volumes", "world"]
