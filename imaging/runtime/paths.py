"""Where the program keeps its files: by XDG, made on first use, closed to others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APP = "imaging-console"


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
        """The folders of the user who runs the program (XDG_CONFIG_HOME and its like are obeyed)."""
        dirs = platformdirs.PlatformDirs(_APP, appauthor=False)
        return cls(dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path)

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
        """Where the report and the console log of one run lie. The id is ours: letters and digits."""
        if not run_id.isalnum():
            msg = f"not a run id: {run_id!r}"
            raise ValueError(msg)
        return self.state / "runs" / run_id

    def prepared(self) -> Paths:
        """Make the folders, mode 0700, and return self.

        Raises:
            OSError: a folder cannot be made.
        """
        for folder in (self.config, self.state, self.cache, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self
