"""What the tests of listed bases share: the demonstration cloud in their own process, whose clock is turned."""

from __future__ import annotations

from tests.runs.test_crash_matrix import clock, cloud, demo_cloud

__all__ = ["clock", "cloud", "demo_cloud"]
