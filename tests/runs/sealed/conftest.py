"""What the tests of sealed runs share: a run on the demonstration cloud, with the plan of a real inspection."""

from __future__ import annotations

from tests.runs.sealed.sealing import clock, cloud, demo_cloud

__all__ = ["clock", "cloud", "demo_cloud"]
