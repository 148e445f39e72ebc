"""Drafts as files: one for each instance that the user has begun to make an image of, readable by nobody else."""

from __future__ import annotations

import errno
import hashlib
import secrets
from pathlib import Path

from imaging.runtime.paths import Paths
from imaging.runtime.private_files import NotPrivateError, close_folder, read_private, write_private
from models import foreign
from models.errors import BrokenDraftError, DraftError, ForeignValueError
from models.run.draft import Draft, DraftKey

LIMIT_BYTES = 1_000_000
"""Of one file. Nobody writes so much, and a file that is longer is not one that was written here."""
_NOT_KEPT = "What you enter is not kept: leaving the wizard loses it."


class DraftStore:
    """Reads, writes and removes drafts. All of it blocks: for a thread."""

    def __init__(self, paths: Paths) -> None:
        """Know where they lie."""
        self._folder = paths.state / "drafts"

    def read(self, key: DraftKey) -> Draft | None:
        """What was entered for an instance; None if nothing was.

        Raises:
            BrokenDraftError: the file held no draft, and was set aside.
            DraftError: it cannot be read, and is left where it is.
        """
        file = self._file(key)
        try:
            content = read_private(file, LIMIT_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise self._set_aside(file, "it is too large") from None
            raise _unusable(error, "read") from None
        try:
            draft = foreign.model(Draft, content, max_bytes=LIMIT_BYTES, name="The draft")
        except ForeignValueError as error:
            raise self._set_aside(file, error.what) from None
        if draft.key != key:
            raise self._set_aside(file, "it is the draft of another instance")
        return draft

    def write(self, draft: Draft) -> None:
        """Keep a draft in the place of the one before, in one step.

        Raises:
            DraftError: it cannot be written, or is too large.
        """
        try:
            document = draft.model_dump_json()
        except ValueError:
            raise DraftError("What you entered cannot be kept: it holds characters that no file can hold.") from None
        if len(document.encode("utf-8", "replace")) > LIMIT_BYTES:
            raise DraftError(f"What you entered is too long to be kept: more than {LIMIT_BYTES} bytes.")
        try:
            close_folder(self._folder)
            write_private(self._file(draft.key), document)
        except OSError as error:
            raise _unusable(error, "written") from None

    def forget(self, key: DraftKey) -> None:
        """Remove the draft of an instance, if there is one.

        Raises:
            DraftError: it cannot be removed.
        """
        try:
            self._file(key).unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(error, "removed") from None

    def _file(self, key: DraftKey) -> Path:
        """Names and ids come from files and from the cloud: their hash leads nowhere else."""
        name = hashlib.sha256(key.model_dump_json().encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{name}.json"

    def _set_aside(self, file: Path, reason: str) -> DraftError:
        """Move a file away that holds no draft, so that nothing in it is lost; gives the error that says so."""
        aside = file.with_name(f"{file.stem}.{secrets.token_hex(4)}.broken")
        try:
            file.replace(aside)
        except OSError as error:
            return _unusable(error, "set aside")
        return BrokenDraftError(
            f"The draft of this instance cannot be read: {reason}",
            meaning=f"It was set aside as {aside}. You begin with an empty one.",
            remedy="You can open that file in an editor to copy a description or reasons from it.",
        )


def _unusable(error: OSError, verb: str) -> DraftError:
    remedy = error.remedy if isinstance(error, NotPrivateError) else "Check the file and the space left on its disk."
    where = f" ({error.filename})" if error.filename else ""
    return DraftError(f"The draft could not be {verb}: {error.strerror}{where}.", meaning=_NOT_KEPT, remedy=remedy)
