"""Reads the probe's report: from bytes of an untrusted guest to `GuestFacts`, or `BadProbeError`.

Pure. The envelope is strict (`envelope`), the rows are tolerant (`rows`): one that cannot be read makes its part
incomplete. Each part has a module with a function from its rows to its model, named in `readers.parts`.
"""

from __future__ import annotations

from imaging.guest.report.report_reader import read_report

__all__ = ["read_report"]
