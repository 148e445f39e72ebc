"""The entry point for the command line. Textual is imported only here, after the environment was prepared for it."""

from __future__ import annotations

import os
from collections.abc import Callable

from imaging.runtime.clock import Clock, SystemClock
from imaging.runtime.paths import Paths
from models.guidelines.profile import Profile
from models.settings import Settings
from tui.long_lived import set_survivors_aside
from tui.terminal.hangup import end_with_the_terminal
from tui.terminal_settings import prepare, terminal_settings


def run_console(
    *,
    cloud_name: str | None,
    profile: Profile,
    settings: Settings,
    paths: Paths,
    clock: Clock | None = None,
    read_only: bool = False,
    join_demonstration: Callable[[], object] | None = None,
) -> int:
    """Show the console until the user leaves it.

    Args:
        cloud_name: a name in clouds.yaml; None leaves the choice to OS_CLOUD, to what there is, or to the user.
        profile: the guidelines to judge by.
        settings: the user's settings.
        paths: where journal, logs and reports lie.
        clock: the time; the machine's own by default.
        read_only: offer nothing that changes the cloud.
        join_demonstration: starts the demonstration cloud and lets the environment name it; for a user without a cloud.

    Returns:
        The exit status: 0, or 1 after a fault of the program.
    """
    terminal = terminal_settings(settings)
    prepare(terminal)
    from tui.app import ImagingApp  # noqa: PLC0415  # Textual reads the environment when it is imported

    end_with_the_terminal()
    set_survivors_aside()
    app = ImagingApp(
        cloud_name=cloud_name,
        profile=profile,
        settings=settings,
        paths=paths,
        clock=clock or SystemClock(),
        glyphs=terminal.glyphs,
        read_only=read_only or settings.read_only,
        join_demonstration=join_demonstration,
    )
    app.has_mouse = terminal.mouse
    app.run(mouse=terminal.mouse)
    status = app.return_code or 0
    if app.abandoned:
        os._exit(status)  # calls that still hang on the network must not keep the terminal
    return status
