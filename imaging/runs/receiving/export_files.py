"""Where the files of an export lie, and which of them are its own."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.files.part_file import PartBinding, PartFile
from imaging.files.part_file.state import forget_state, read_state
from imaging.files.target import TargetNames
from models.cloud.image import Image
from models.errors import ImageFileError, RunError
from models.run.exported_file import ExportedFile
from models.run.plan import Plan

SHA256: Final = "sha256"


@dataclass(frozen=True)
class ExportFiles:
    """The files of one export."""

    names: TargetNames
    part: Path
    """What is downloaded, until it has its name or was converted."""
    binding: PartBinding
    algorithms: tuple[str, ...]
    """The hashes that are wanted of what is downloaded."""
    converts: bool

    @classmethod
    def of(cls, plan: Plan) -> ExportFiles:
        """The files of a plan.

        Raises:
            RunError: it is the plan of no export.
        """
        export, image = plan.export, plan.image
        if export is None or image is None:
            raise RunError("There is no image to export.", meaning="Nothing was downloaded or changed.")
        names = TargetNames(Path(export.path))
        compared = (export.hash_algorithm,) if export.hash_algorithm is not None and export.is_verifiable else ()
        return cls(
            names=names,
            part=names.part(Path(export.work_dir) if export.work_dir else None),
            binding=binding_of(image),
            # What is converted gets its SHA-256 from the result.
            algorithms=compared if export.converts and compared else (*compared, SHA256),
            converts=export.converts,
        )

    @property
    def result(self) -> Path:
        """What becomes the file in the end, under its name until then."""
        return self.names.converted if self.converts else self.part

    def open(self) -> PartFile:
        """Open the part, or begin it. Blocks: for a thread.

        Raises:
            ImageFileError: something else lies there, or it cannot be made.
        """
        return PartFile.open(self.part, self.binding, algorithms=self.algorithms)

    def is_own(self, path: Path, exported: ExportedFile | None) -> bool:
        """Whether a file is the one that this export has made: by its inode, size and time. Blocks: for a thread."""
        if exported is None:
            return False
        try:
            found = path.lstat()
        except OSError:
            return False
        known = (exported.file_number, exported.size_bytes, exported.modified_ns)
        return (found.st_ino, found.st_size, found.st_mtime_ns) == known

    def remove_result(self) -> None:
        """Delete what an earlier runner has left of a conversion. Blocks: for a thread.

        Raises:
            ImageFileError: something else has its name.
            OSError: it cannot be deleted.
        """
        path = self.names.converted
        try:
            found = path.lstat()
        except FileNotFoundError:
            return
        state = read_state(self.part)
        is_known = state is not None and state.result_number == found.st_ino
        if not is_known and not _is_empty_file(found):  # killed between the file and the note of it
            raise ImageFileError(
                f"{path} is there already, and this run has not made it.",
                meaning="It was left as it is.",
                remedy="Check it, and move it away.",
            )
        path.unlink()

    def remove_part(self) -> None:
        """Delete the part and what is known of it; nothing of somebody else's. Blocks: for a thread.

        Raises:
            ImageFileError: another run writes it, or it is another's.
            OSError: it cannot be deleted.
        """
        if self.part.is_symlink() or not self.part.exists():
            if read_state(self.part) is not None:
                forget_state(self.part)
            return
        with self.open() as part:
            part.remove()


def _is_empty_file(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_size == 0 and found.st_uid == os.geteuid()


def binding_of(image: Image) -> PartBinding:
    """Of which content a part of an image has to be."""
    return PartBinding(
        image_id=image.id,
        size_bytes=image.size_bytes or 0,
        hash_algorithm=image.hash_algorithm,
        hash=image.content_hash,
    )
