"""A cloud of the demonstration and its clock, for exports."""

from __future__ import annotations

from tests.runs.test_crash_matrix import clock, cloud, demo_cloud

__all__ = ["clock", "cloud", "demo_cloud"]
