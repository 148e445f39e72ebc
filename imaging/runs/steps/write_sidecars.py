"""Write sidecars: what stands beside the file first, then the file gets its name. Who sees the file sees it whole."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from imaging.files.part_file.state import forget_state
from imaging.files.target import place, shown, write_beside
from imaging.files.target.placing import remove_beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.receiving.beside_file import texts_beside
from imaging.runs.receiving.export_files import ExportFiles
from imaging.runs.receiving.findings import kept_findings
from imaging.runtime.threads import in_thread
from models.errors import ImageFileError, ImagingError, NeedsUserError, RunError
from models.formatting import size
from models.run.record import RunRecord


async def write_sidecars(ctx: StepContext) -> StepResult:
    """Goal: the file has its name, what describes it stands beside it, and nothing else of the export is left.

    Raises:
        NeedsUserError: something has the name by now, or it cannot be written.
        RunError: what was inspected is gone, or was changed since.
    """
    return await in_thread(_write, ctx.run, ctx.folder)


def _write(run: RunRecord, folder: Path) -> StepResult:
    files, exported = ExportFiles.of(run.plan), run.exported
    if exported is None:
        raise RunError("The file was not inspected.", meaning="It has not got its name.")
    try:
        if not files.is_own(files.names.path, exported):
            if not files.is_own(files.result, exported):
                raise RunError(
                    f"{shown(files.result)} is gone, or was changed since it was inspected.",
                    meaning="Nothing was called whole.",
                    remedy="Export the image again.",
                )
            for path, text in _texts(run, folder).items():
                write_beside(path, text)
            place(files.result, files.names.path)
        _clear(files)
    except FileExistsError as error:
        raise _taken(error) from error
    except OSError as error:
        _cannot_write(files, error)
    return StepResult(f"{shown(files.names.path)}, {size(exported.size_bytes)}")


def _clear(files: ExportFiles) -> None:
    """The download, where the file was made of it; else what was known of it under its old name."""
    if files.converts:
        files.remove_part()
    else:
        files.part.unlink(missing_ok=True)  # the same file, where a runner was killed between its two names
        forget_state(files.part)


def _texts(run: RunRecord, folder: Path) -> dict[Path, str]:
    plan = run.plan
    if plan.image is None or plan.export is None or run.exported is None:
        return {}
    return dict(texts_beside(plan, plan.image, plan.export, run.exported, kept_findings(folder)))


async def clear_export(ctx: StepContext) -> None:
    """Remove all that an export has written, and nothing else; see `Procedures.clear_export`."""
    await in_thread(_remove_all, ctx.run, ctx.folder)


def _remove_all(run: RunRecord, folder: Path) -> None:
    files = ExportFiles.of(run.plan)
    try:
        for path, text in _texts(run, folder).items():
            remove_beside(path, text)
        if files.is_own(files.names.path, run.exported):
            files.names.path.unlink()
        if files.converts:
            files.remove_result()
        files.remove_part()
    except OSError as error:
        raise ImageFileError(
            f"What the export has written cannot be removed: {error.strerror}.",
            remedy=f"Remove it by hand: {shown(files.part)} and what begins with its name.",
        ) from error


def _taken(error: FileExistsError) -> ImagingError:
    name = shown(error.filename or error.args[0])
    return NeedsUserError(
        f"{name} exists by now; no file is written over.",
        meaning="The export is whole, and waits under its name for what is not whole.",
        remedy="Move that file away: the run continues by itself. Or cancel it, which removes what it has written.",
    )


def _cannot_write(files: ExportFiles, error: OSError) -> NoReturn:
    where = shown(files.names.path.parent)
    if not files.names.path.parent.is_dir():
        raise RunError(f"The directory {where} is gone.", meaning="What was in it is gone, too.") from error
    raise NeedsUserError(
        f"Nothing can be written in {where}: {error.strerror}.",
        meaning="What was downloaded is kept.",
        remedy="Check the disk and the directory: the run continues by itself.",
    ) from error
