"""The first page: the name and the description of the image, judged while they are written."""

from __future__ import annotations

from typing import cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from models.errors import ImagingError
from models.findings import Finding, Outcome
from models.run.request import RunRequest
from screens.context import Console
from screens.dialogs.error import ErrorScreen
from screens.programs.editor import edited
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import finding_sign, urgency
from screens.widgets.entry import Draft, Entry
from screens.wizard.state import Page, WizardState

_ABOUT_TEXTS = ("NAME-", "DESC-")
"""The rules that this page shows: those about what is written on it."""


class NamePage(Page):
    """Mode, name and description."""

    def compose(self) -> ComposeResult:
        """The fields, and below them what the rules say."""
        yield Static(_mode_text(self.glyphs), id="mode", markup=False)
        yield Static(toned("Name of the image", Tone.QUIET), classes="label", markup=False)
        yield Entry(self.state.request.name, enter="Description", id="name")
        yield Static(
            toned("Description: what the image contains, and how it differs from its base", Tone.QUIET),
            classes="label",
            markup=False,
        )
        yield Draft(self.state.request.description, id="description")
        with VerticalScroll(id="said", can_focus=False):
            yield Static(id="findings", markup=False)

    def enter(self) -> None:
        """Begin with the name."""
        self.query_one("#name", Entry).focus()

    def fill(self, request: RunRequest, *, only_empty: bool) -> None:
        """Put in what was suggested, or kept from the last time."""
        name, description = self.query_one("#name", Entry), self.query_one("#description", Draft)
        if not (only_empty and name.value):
            name.value, name.cursor_position = request.name, len(request.name)
        if not (only_empty and description.text):
            description.text = request.description

    def show(self, state: WizardState) -> None:
        """Judge what is written."""
        super().show(state)
        findings = state.checklist.findings if state.checklist else ()
        about = sorted((one for one in findings if one.rule.startswith(_ABOUT_TEXTS)), key=urgency)
        shown = [one for one in about if one.outcome in {Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED}]
        self.query_one("#findings", Static).update(_status_text(shown, state, self.glyphs))

    @on(Entry.Changed, "#name")
    def _named(self, event: Entry.Changed) -> None:
        event.stop()
        if event.value != self.state.request.name:
            self.change(name=event.value)

    @on(Draft.Changed, "#description")
    def _described(self, event: Draft.Changed) -> None:
        event.stop()
        text = event.text_area.text
        if text != self.state.request.description:
            self.change(description=text)

    @on(Draft.EditorWanted)
    def _editor_wanted(self, event: Draft.EditorWanted) -> None:
        event.stop()
        self._edit(event.draft)

    @work(group="editor", exclusive=True, exit_on_error=False, description="write in the user's editor")
    async def _edit(self, draft: Draft) -> None:
        try:
            folder = cast("Console", self.app).paths.state / "editor"
            draft.put(await edited(self.app, folder, draft.text))
        except ImagingError as error:
            self.app.push_screen(ErrorScreen(error))

    @on(Entry.Submitted, "#name")
    def _name_done(self, event: Entry.Submitted) -> None:
        event.stop()
        self.query_one("#description", Draft).focus()


def _mode_text(glyphs: Glyphs) -> Content:
    text = "the root disk as it is. Everyone who can launch the image can read /home, /root and the shell histories."
    return joined(toned("Mode  ", Tone.QUIET), toned("plain", Tone.STRONG), glyphs.plain(f": {text}"))


def _status_text(findings: list[Finding], state: WizardState, glyphs: Glyphs) -> Content:
    if state.facts is None:
        return toned(glyphs.plain("Reading the instance, to suggest a name and a description"), Tone.QUIET)
    if not findings:
        return toned(f"{glyphs.good} name and description follow the rules", Tone.GOOD)
    lines = []
    for finding in findings:
        sign = finding_sign(finding, glyphs)
        remedy = f" {finding.remedy.text}" if finding.remedy else ""
        lines.append(joined(toned(f"{sign}  ", sign.tone), f"{finding.evidence}{remedy}"))
    return Content("\n").join(lines)
