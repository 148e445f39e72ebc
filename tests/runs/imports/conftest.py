"""What the tests of imports share: the demonstration cloud over HTTP, its clock turned by the engine's own sleeping."""

from __future__ import annotations

from tests.runs.test_crash_matrix import clock, cloud, demo_cloud

__all__ = ["clock", "cloud", "demo_cloud"]
