"""A file, inspected and hashed for an import; loaded when the first one is begun."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.runtime.threads import in_thread
from models.run.request import RunRequest
from screens.context import Console

if TYPE_CHECKING:
    from imaging.runs.plan.import_file.planning import FileToImport

_SHARE = 100


async def brought(console: Console, path: Path, say: Callable[[str], None]) -> FileToImport:
    """Inspect and hash a file.

    Args:
        console: with its profile and clock.
        path: of the file, or of a directory with its parts.
        say: told about progress, in short lines.

    Raises:
        ImageFileError: it cannot be used, or is written to meanwhile.
    """
    await in_thread(_load)
    from imaging.files.identity import identity_of  # noqa: PLC0415  # not for the first paint
    from imaging.guest.file_inspection import inspect_file  # noqa: PLC0415  # the same
    from imaging.guidelines.guest.questions import questions_for  # noqa: PLC0415  # the same
    from imaging.runs.plan.import_file.planning import FileToImport  # noqa: PLC0415  # the same
    from imaging.runs.plan.import_file.proposals import proposed_beside, wants_sha256  # noqa: PLC0415  # the same

    whole, questions = await in_thread(path.absolute), questions_for(console.profile)
    found = await inspect_file(whole, questions, console.clock, say, declared=None, work_dir=whole.parent)
    identity = await identity_of(
        whole,
        lambda done, size: say(f"Hashed: {_SHARE * done // max(1, size)} %"),
        with_sha256=await in_thread(wants_sha256, whole, None),
    )
    return FileToImport(
        path=whole,
        name=whole.name,
        work_dir=whole.parent,
        identity=identity,
        found=found,
        proposed=await in_thread(proposed_beside, whole, identity),
    )


async def proposed_request(console: Console, file: FileToImport) -> RunRequest:
    """Name, description and memory as they are proposed; the rest as usual."""
    from imaging.runs.plan.import_file.proposals import proposed_description, proposed_name  # noqa: PLC0415  # the same

    cloud, today = await console.cloud(), console.clock.now().date()
    images = tuple([image async for page in cloud.images.images() for image in page])
    return RunRequest(
        name=proposed_name(file, console.profile, images, today),
        description=proposed_description(file, today),
        profile=console.profile.name,
        min_ram_mib=file.proposed.min_ram_mib or None if file.proposed is not None else None,
        attended=True,
    )


def _load() -> None:
    """Beside the screen: readers, rules and tables take a moment."""
    import imaging.guest.file_inspection  # noqa: PLC0415  # not for the first paint
    import imaging.runs.plan.import_file.proposals  # noqa: F401, PLC0415  # the same
