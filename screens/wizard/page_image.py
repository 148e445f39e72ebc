"""Page one: how the image is made, its name and its description, judged while they are written."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from imaging.guidelines.instance.image_names import suggest_name
from models.findings import Finding, Outcome
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import finding_sign, urgency
from screens.widgets.entry import Draft, Entry
from screens.wizard.state import Page, WizardState

_ABOUT_TEXTS = ("NAME-", "DESC-")
"""The rules that this page shows: those about what is written on it."""


class ImagePage(Page):
    """Mode, name and description."""

    HEADING = "Image"
    _drafted = False

    def compose(self) -> ComposeResult:
        """The fields, and below them what the rules say."""
        yield Static(_mode_text(self.glyphs), id="mode", markup=False)
        yield Static(toned("Name of the image", Tone.QUIET), classes="label", markup=False)
        yield Entry(self.state.request.name, id="name")
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

    def show(self, state: WizardState) -> None:
        """Suggest once what can be suggested, then judge what is written."""
        super().show(state)
        if state.facts is not None and not self._drafted:
            self._drafted = True
            self._suggest(state)
        findings = state.checklist.findings if state.checklist else ()
        about = sorted((one for one in findings if one.rule.startswith(_ABOUT_TEXTS)), key=urgency)
        shown = [one for one in about if one.outcome in {Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED}]
        self.query_one("#findings", Static).update(_status_text(shown, state, self.glyphs))

    def _suggest(self, state: WizardState) -> None:
        facts, name, description = state.facts, self.query_one("#name", Entry), self.query_one("#description", Draft)
        if facts is None:
            return
        if not name.value:
            name.value = suggest_name(state.instance.name, facts.now.date(), state.profile, facts.images.value or ())
            name.cursor_position = len(name.value)
        if not description.text:
            from imaging.guidelines.description_draft import draft_description  # noqa: PLC0415  # not for the first paint

            description.text = draft_description(facts)

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

    @on(Entry.Submitted, "#name")
    def _name_done(self, event: Entry.Submitted) -> None:
        event.stop()
        self.query_one("#description", Draft).focus()


def _mode_text(glyphs: Glyphs) -> Content:
    text = "the root disk as it is. Everyone who can launch the image can read /home, /root and the shell histories."
    return joined(
        toned("Mode  ", Tone.QUIET), toned("plain", Tone.STRONG), glyphs.plain(f": {text} The image stays private.")
    )


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
