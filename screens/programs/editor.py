"""Lets the user write a text in their own editor. After any failure the text stays unchanged."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from textual.app import App

from imaging.runtime.private_files import close_folder, read_private, write_private
from imaging.runtime.threads import in_thread
from models.errors import UsageError
from models.formatting import size
from models.text import one_line
from screens.programs.terminal import run_in_terminal, words_of

MOST_BYTES = 64 * 1024
"""Of a text that is taken back; a description is one of a few lines."""
_KEPT = "The text is unchanged."
_ERRNO_TEXT = "it cannot be used"


def editor_command(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The user's editor as a command: that of $VISUAL, else of $EDITOR.

    Raises:
        UsageError: neither names one, or the one that is named is not there.
    """
    name = next((name for name in ("VISUAL", "EDITOR") if environment.get(name, "").strip()), None)
    if name is None:
        raise UsageError(
            "No editor is set.", meaning=_KEPT, remedy="Name yours before you start the console: export EDITOR=vim"
        )
    words = words_of(environment[name])
    if not words or shutil.which(words[0], path=environment.get("PATH")) is None:
        value = one_line(environment[name], 100)
        raise UsageError(f"There is no editor {value}.", meaning=_KEPT, remedy=f"${name} names it: name another one.")
    return words


async def edited(app: App[Any], folder: Path, text: str) -> str:
    """Let the user write in their editor, and give what they have written.

    Args:
        app: the application, which stands aside meanwhile.
        folder: of the program; the text lies in it, closed to others, while it is being written.
        text: what there is already.

    Raises:
        UsageError: there is no editor, it failed, or what it left is no text or too long.
    """
    command = editor_command(os.environ)
    file = folder / f"{secrets.token_hex(8)}.txt"
    try:
        await in_thread(_write, file, text)
        status = run_in_terminal(app, [*command, str(file)])
        _refuse_failed(command[0], status)
        return await in_thread(_read, file)
    except OSError as error:
        said = one_line(error.strerror or _ERRNO_TEXT, 200)
        raise UsageError(f"The file for the editor: {said}.", meaning=_KEPT, remedy=f"See {folder}.") from None
    finally:
        await in_thread(_remove, file)


def _write(file: Path, text: str) -> None:
    close_folder(file.parent)
    write_private(file, text if text.endswith("\n") or not text else text + "\n")


def _read(file: Path) -> str:
    try:
        text = read_private(file, MOST_BYTES).decode("utf-8")
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        raise UsageError(
            f"The text is longer than {size(MOST_BYTES)}.", meaning=_KEPT, remedy="Write a shorter one."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            "What the editor wrote is not in UTF-8.", meaning=_KEPT, remedy="Let it save the file as UTF-8."
        ) from None
    return text.replace("\r\n", "\n").removesuffix("\n")


def _remove(file: Path) -> None:
    """Also what editors leave beside it: backups and swap files hold the same text."""
    with suppress(OSError):
        for left in (file, *file.parent.glob(f"*{file.name}*")):
            left.unlink(missing_ok=True)


def _refuse_failed(program: str, status: int | None) -> None:
    if status == 0:
        return
    name = one_line(program, 100)
    how = "could not be started here" if status is None else f"ended with status {status}"
    raise UsageError(f"The editor {name} {how}.", meaning=_KEPT, remedy="Press the key again to try once more.")
