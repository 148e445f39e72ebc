"""Where the program keeps its files: by XDG, made on first use, closed to others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imaging.runtime.private_files import app_folders, close_folder
from models.errors import ConfigError

_RUN_ID = re.compile(r"[a-z0-9]{1,64}")
"""Of an id that `imaging.runs.plan.new_run` made, and nothing else may name a file or a process."""


@dataclass(frozen=True)
class Paths:
    """The program's folders. Each is mode 0700 once `prepared`."""

    config: Path
    """`settings.toml` and the user's own profiles."""
    state: Path
    """The journal, logs, reports, console logs."""
    cache: Path

    @classmethod
    def of_user(cls) -> Paths:
        """The folders of the user who runs the program (XDG_CONFIG_HOME and its like are obeyed).

        Raises:
            ConfigError: they would lie in the folder where the user happens to be, or nowhere.
        """
        try:
            found = cls(*app_folders())
        except RuntimeError:  # platformdirs found none
            raise _homeless() from None
        if not all(folder.is_absolute() for folder in (found.config, found.state, found.cache)):
            raise _homeless()
        return found

    @classmethod
    def below(cls, root: Path) -> Paths:
        """Folders below one root, for tests."""
        return cls(root / "config", root / "state", root / "cache")

    @property
    def journal(self) -> Path:
        """The SQLite file that holds all runs."""
        return self.state / "runs.sqlite"

    @property
    def profiles(self) -> Path:
        """The user's own profiles, `NAME.toml` each."""
        return self.config / "profiles"

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def logs(self) -> Path:
        """Rotating logs of the console and one log for each runner."""
        return self.state / "logs"

    def run_folder(self, run_id: str) -> Path:
        """Where the report and the console log of one run lie.

        Raises:
            ValueError: this is no id of a run: letters and digits.
        """
        return self.state / "runs" / checked_run_id(run_id)

    def runner_log(self, run_id: str) -> Path:
        """The log of the runner that works on a run.

        Raises:
            ValueError: this is no id of a run.
        """
        return self.logs / f"runner-{checked_run_id(run_id)}.log"

    def prepared(self, tell: Callable[[str], None] = lambda _said: None) -> Paths:
        """Make the folders, mode 0700, or see that those that are there are the user's own and closed; return self.

        Args:
            tell: told about a folder that stood open to others and was closed.

        Raises:
            NotPrivateError: a folder is somebody else's, or a link.
            OSError: a folder cannot be made.
        """
        for folder in (self.config, self.state, self.cache, self.logs):
            if close_folder(folder, of_configuration=folder == self.config):
                tell(f"The folder {folder} stood open to other users of this computer. It is closed to them now.")
        return self


def checked_run_id(run_id: str) -> str:
    """The id, which becomes part of a file's name.

    Raises:
        ValueError: it is not the id of a run.
    """
    if _RUN_ID.fullmatch(run_id) is None:
        msg = f"not a run id: {run_id!r}"
        raise ValueError(msg)
    return run_id


def _homeless() -> ConfigError:
    return ConfigError(
        "Your home directory is not known, so there is no place for the program's files.",
        meaning="Nothing was read or written.",
        remedy="Set HOME, and XDG_STATE_HOME and its like where you use them, to absolute paths.",
    )
