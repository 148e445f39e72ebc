"""Makes a sealed image of an image: what is lost, kept and impossible is shown, then agreed to, then started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from imaging.runs.plan.seal.request import proposed_description, proposed_name, seal_request
from models.cloud.image import Image
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.run.plan import Plan
from screens.dialogs.ask_text import AskTextScreen
from screens.images.bindings import SEAL_BINDINGS
from screens.images.sealing.texts import plan_rows
from screens.images.tested_run import TestedRunScreen
from screens.rules_loading import homes_of, planned_seal
from screens.widgets.entry import Entry
from screens.wizard.pages.content_rows import ContentRow, content, is_kept

_PATH_QUESTION = "Which file or directory stays in the image? An absolute path; all below it stays, too."


class SealScreen(TestedRunScreen):
    """Name and description, what the seal takes away, and the start."""

    AUTO_FOCUS = "#name"
    CSS_PATH = "../planned_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = SEAL_BINDINGS
    UNTOUCHED = "Nothing has been changed yet."
    TOPIC = "The seal"
    NETWORK_TITLE = "Network of clone and test instance"

    def __init__(self, image: Image, guest: Fact[GuestFacts], names: frozenset[str]) -> None:
        """Begin with what is proposed.

        Args:
            image: of which a sealed one is made.
            guest: what its inspection found.
            names: of all images, so that the proposed one is free.
        """
        super().__init__()
        self._image, self._guest, self._names = image, guest, names

    def compose_body(self) -> ComposeResult:
        """The fields, and what the seal takes away."""
        from imaging.guidelines.machine import facts_of_machine  # noqa: PLC0415  # not for the first paint

        self._facts = facts_of_machine(self._guest, self.console.clock.now())
        name, description = proposed_name(self._image, self._names), proposed_description(self._image)
        self._request = seal_request(name, description, profile=self.console.profile.name, attended=True)
        yield Static("Name of the sealed image", classes="label", markup=False)
        yield Entry(name, enter="Description", id="name")
        yield Static("Description", classes="label", markup=False)
        yield Entry(" ".join(description.split()), enter="Content", id="description")
        yield Static(id="content-heading", classes="label", markup=False)
        yield from self.compose_list()

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self.put_title("Images", self._image.name, "seal")
        self.plan_again()

    async def make_plan(self) -> Plan:
        """Ask for the plan of the request."""
        console, cloud = self.console, await self.console.cloud()
        return await console.runs.plans.seal(cloud, self._image.id, self._request, console.profile, guest=self._guest)

    def rows_of_plan(self) -> Iterator[ContentRow]:
        """What is to be known before the start, and what is lost and kept."""
        plan, request = self._plan, self._request
        seal = plan.seal if plan is not None and plan.seal else planned_seal(self._facts, self.console.profile, request)
        shown = content(self._facts, request, seal, homes_of(self._facts), self.glyphs, or_plain=False)
        self.query_one("#content-heading", Static).update(self.glyphs.plain(shown.heading.partition(";")[0]))
        yield from plan_rows(plan, self.glyphs) if plan is not None else ()
        yield self.tests_row()
        yield from shown.rows

    def missing(self) -> str:
        """What a field lacks."""
        if not self._request.name.strip():
            return "The sealed image needs a name."
        return "" if self._request.description.strip() else "The sealed image needs a description."

    def detail_lines(self, row: ContentRow | None) -> list[str]:
        """What is said about the row under the cursor."""
        if row is None:
            return []
        return [row.text.strip(), f"asked for by {row.reasons}" if row.reasons else "", ", ".join(row.names)]

    def detail_parts(self, row: ContentRow) -> tuple[tuple[str, str], ...]:
        """What is to be read of a row."""
        return ("Asked for by", row.reasons), ("What is named", "\n".join(row.names))

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        field = "name" if event.input.id == "name" else "description"
        if event.value != getattr(self._request, field):
            self.change(**{field: event.value})

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        if action == "keep":
            return self._keepable is not None
        return super().check_action(action, parameters)

    @property
    def _keepable(self) -> ContentRow | None:
        row = self._rows.selected
        return row if row is not None and (row.home is not None or row.kept_path) else None

    def key_name(self, action: str) -> str | None:
        """What the key does to the row under the cursor."""
        row = self._keepable
        if action != "keep" or row is None:
            return None
        kept = bool(row.kept_path) or (row.home is not None and is_kept(row.home, self._request))
        return "Do not keep" if kept else "Keep"

    def action_keep(self) -> None:
        """Keep the home under the cursor, or stop keeping what is kept."""
        row, request = self._keepable, self._request
        if row is None:
            return
        by_owner = row.home is not None and bool(row.home.owner)
        name = (row.home.owner or row.home.path) if row.home is not None else row.kept_path
        field = "keep_homes" if by_owner else "keep_paths"
        kept: tuple[str, ...] = getattr(request, field)
        toggled = tuple(one for one in kept if one != name) if name in kept else (*kept, name)
        self.change(**{field: toggled})

    def action_add_path(self) -> None:
        """Ask for a path that is kept."""
        self.app.push_screen(AskTextScreen("Keep a path", _PATH_QUESTION, refuses=self._refused), self._add)

    def _refused(self, path: str) -> str:
        from imaging.guidelines.sealing.keeping import refused_path  # noqa: PLC0415  # not for the first paint

        refused = refused_path(path)
        return f"That cannot be kept: {refused}." if refused else ""

    def _add(self, path: str | None) -> None:
        kept = (path or "").rstrip("/")
        if kept and kept not in self._request.keep_paths:
            self.change(keep_paths=(*self._request.keep_paths, kept))
