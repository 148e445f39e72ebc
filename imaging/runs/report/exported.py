"""What a run's report says about the file that it made."""

from __future__ import annotations

from collections.abc import Iterator

from models.formatting import size
from models.run.record import RunRecord


def export_lines(run: RunRecord) -> Iterator[str]:
    """The lines of the report, one fact each; not yet made fit for Markdown."""
    export, exported = run.plan.export, run.exported
    if export is None:
        return
    if exported is None:
        yield f"File: {export.path}, not written"
        return
    yield f"File: {export.path}, {exported.format.in_words}, {size(exported.size_bytes)}"
    yield f"SHA-256: {exported.sha256}"
    if exported.compared:
        yield f"What was downloaded has the cloud's {(export.hash_algorithm or '').upper()}: {export.hash}"
    else:
        yield "Not verified: the cloud told no hash that could be compared"
    if export.left_properties:
        yield f"Properties that stayed in the cloud: {', '.join(export.left_properties)}"
