"""The first page: the name and the description of the image, judged while they are written."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from models.errors import ImagingError
from models.findings import Finding, Outcome
from models.run.request import Mode, RunRequest
from screens.context import Console
from screens.dialogs.choose import Choice
from screens.dialogs.error import ErrorScreen
from screens.dialogs.pick import PickOne
from screens.programs.editor import edited
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import finding_sign, urgency
from screens.widgets.entry import Draft, Entry
from screens.wizard.state import Page, WizardState

_MODES = (
    Choice(Mode.PLAIN.value, "plain", "the root disk as it is: with /home, /root and histories"),
    Choice(Mode.SEALED.value, "sealed", "without people, homes, keys, logs; proved, takes longer"),
)
_MODE_CELLS = 10
_ABOUT_TEXTS = ("NAME-", "DESC-")
"""The rules that this page shows: those about what is written on it."""


class NamePage(Page):
    """Mode, name and description."""

    BINDING_GROUP_TITLE = "Name"
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, for a field has the key for itself; on every other widget it is not offered.
        Binding(
            "up", "mode", "Plain or sealed", id="wizard.mode", priority=True,
            tooltip="To the choice between plain and sealed",
        ),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        """The fields, and below them what the rules say."""
        mode = self.state.request.mode.value
        yield PickOne(_MODES, mode, glyphs=self.glyphs, name_cells=_MODE_CELLS, id="mode")
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
        self.query_one("#mode", PickOne).offer(_MODES, state.request.mode.value)
        findings = state.checklist.findings if state.checklist else ()
        about = sorted((one for one in findings if one.rule.startswith(_ABOUT_TEXTS)), key=urgency)
        shown = [one for one in about if one.outcome in {Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED}]
        self.query_one("#findings", Static).update(_status_text(shown, state, self.glyphs))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The mode stands above the name."""
        if action == "mode":
            return self.query_one("#name", Entry).has_focus
        return super().check_action(action, parameters)

    def action_mode(self) -> None:
        """Go to the choice of the mode."""
        self.query_one("#mode", PickOne).focus()

    @on(PickOne.Picked, "#mode")
    def _mode_picked(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(mode=Mode(event.key))

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on the field that has the focus."""
        self.screen.refresh_bindings()

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
