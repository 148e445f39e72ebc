"""Where nobody has set up a cloud yet: what the console needs, where it comes from, and what can be done without it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from screens.dialogs.dialog import Dialog, Reading, paragraphs

_LEAD = "The console needs to know your cloud. That is said in a file named clouds.yaml, and there is none yet."
_WHAT = (
    "A text file with the address of your cloud, your project, and how you log in. The openstack command reads it, too."
)
_FROM = (
    "From the cloud's dashboard (Horizon):\n"
    "  Project > API Access > Download OpenStack RC File > OpenStack clouds.yaml File\n"
    "Where people log in there by another site, as on Jetstream2, make an application credential:\n"
    "  Identity > Application Credentials > Create Application Credential > Download clouds.yaml"
)


class NoCloudAnswer(StrEnum):
    """What the user wants to do without a cloud."""

    DEMONSTRATION = "demonstration"
    FILE = "file"
    QUIT = "quit"


class CloudWanted(Message):
    """For the application: the user has named a file of clouds, or wants the demonstration cloud."""

    def __init__(self, file: str | None) -> None:
        """Keep the file; None means the demonstration cloud."""
        super().__init__()
        self.file = file


class NoCloudScreen(Dialog[NoCloudAnswer]):
    """Explains, and gives what the user chose."""

    TITLE = "No cloud set up yet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "d",
            "answer('demonstration')",
            "Demonstration",
            id="no-cloud.demonstration",
            tooltip="Try the console on a demonstration cloud on this machine",
        ),
        Binding("f", "answer('file')", "Choose a file", id="no-cloud.file", tooltip="Name your clouds.yaml"),
        Binding("q", "answer('quit')", "Quit", id="no-cloud.quit", tooltip="Leave the console"),
    ]

    def __init__(self, folders: Sequence[Path]) -> None:
        """Explain.

        Args:
            folders: where the file is searched.
        """
        super().__init__()
        self._folders = tuple(folders)

    def compose_body(self) -> ComposeResult:
        """What it is, where it comes from, where it belongs."""
        places = "\n".join(f"  {folder / 'clouds.yaml'}" for folder in self._folders)
        yield Reading(
            paragraphs(
                ("What it is", _WHAT),
                ("Where it comes from", self.glyphs.plain(_FROM)),
                ("Where it is searched", f"{places}\n  or where OS_CLIENT_CONFIG_FILE says"),
                lead=_LEAD,
            )
        )

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()

    def action_answer(self, answer: str) -> None:
        """Give what was chosen."""
        self.dismiss(NoCloudAnswer(answer))
