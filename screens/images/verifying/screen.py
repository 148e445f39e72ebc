"""Proves that an image boots and works: what the test launch comes to is shown, agreed to, and started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from models.cloud.image import Image
from models.run.plan import Plan
from models.run.request import RunRequest
from screens.images.bindings import VERIFY_BINDINGS
from screens.images.tested_run import TestedRunScreen
from screens.images.verifying.rows import verify_rows
from screens.wizard.pages.content_rows import ContentRow


class VerifyScreen(TestedRunScreen):
    """What a test launch comes to, the user's own tests, and the start."""

    AUTO_FOCUS = "#content"
    CSS_PATH = "../planned_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = VERIFY_BINDINGS
    UNTOUCHED = "Nothing has been launched yet."
    TOPIC = "Test launch"

    def __init__(self, image: Image) -> None:
        """Plan the test launch of this image."""
        super().__init__()
        self._image = image

    def compose_body(self) -> ComposeResult:
        """What it comes to."""
        yield Static("What will be done", classes="label", markup=False)
        yield from self.compose_list()

    def on_mount(self) -> None:
        """Plan it."""
        self.put_title("Images", self._image.name, "test launch")
        self._request = RunRequest(name=self._image.name, profile=self.console.profile.name, attended=True)
        self.plan_again()

    async def make_plan(self) -> Plan:
        """Ask for the plan of the request."""
        console, cloud, request = self.console, await self.console.cloud(), self._request
        return await console.runs.plans.verification(cloud, self._image.id, request, console.profile)

    def rows_of_plan(self) -> Iterator[ContentRow]:
        """What it comes to; the tests can be changed also where there is no plan."""
        plan, tests = self._plan, self.tests_row()
        yield from verify_rows(plan, tests, self.glyphs) if plan is not None else (tests,)
