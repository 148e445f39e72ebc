"""The page of the visibility: who can launch the image, and what has to be confirmed before others can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from models.findings import AskedFor, Finding
from models.run.request import Visibility
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice
from screens.dialogs.confirm import ConfirmScreen, Question
from screens.dialogs.pick import PickOne
from screens.style.tones import Tone, toned
from screens.style.wording import finding_sign
from screens.widgets.columns import Cell, Column, shortened
from screens.widgets.rows import RowList
from screens.wizard.pages.finding_page import FindingPage
from screens.wizard.pages.following import NONE, chosen_following, following_choices, following_update, older_image
from screens.wizard.pages.project_ids import refused_project
from screens.wizard.state import WizardState

_CHOICES = (
    Choice(Visibility.PRIVATE.value, "private", "this project alone"),
    Choice(Visibility.SHARED.value, "shared", "this project, and the projects that you name"),
    Choice(Visibility.COMMUNITY.value, "community", "everybody on this cloud who knows its id"),
    Choice(Visibility.PUBLIC.value, "public", "everybody; usually administrators only"),
)
_BOOTED, _INSIST = "booted", "insist"
_WHEN = (
    Choice(_BOOTED, "once it has booted", "else, or if a check fails, it stays private"),
    Choice(_INSIST, "in any case", "also if the test launch fails or is left out"),
)
_ADD = "+"
"""The key of the line that adds a project; no id is one sign."""


class VisibilityPage(FindingPage):
    """Visibility, members, and what has to be confirmed."""

    BINDING_GROUP_TITLE = "Visibility"
    BINDINGS: ClassVar[list[BindingType]] = []

    def compose(self) -> ComposeResult:
        """The choice, and below it what follows from it."""
        yield Static(toned("Who can see and launch the image", Tone.QUIET), markup=False)
        yield PickOne(_CHOICES, self.state.request.visibility.value, glyphs=self.glyphs, id="visibility")
        yield Static(toned("Shared with these projects", Tone.QUIET), id="members-label", classes="label", markup=False)
        yield RowList[Choice](
            (Column("", 34), Column("", 20, grow=1, drop=1)),
            key_of=lambda row: row.key,
            cells_of=lambda row: (Cell(row.name), Cell(row.note, Tone.QUIET)),
            glyphs=self.glyphs, header=False, opens="Add or remove", id="members",
        )  # fmt: skip
        yield Static(toned("It gets this visibility", Tone.QUIET), classes="label others", markup=False)
        yield PickOne(_WHEN, _BOOTED, glyphs=self.glyphs, id="when").add_class("others")
        yield Static(toned("To be confirmed before others get it", Tone.QUIET), classes="label others", markup=False)
        yield RowList[Finding](
            (Column("", 10), Column("", 30, grow=1), Column("", 12, right=True, drop=1)),
            key_of=lambda one: one.rule,
            cells_of=self._confirmation,
            glyphs=self.glyphs, header=False, id="confirmations", classes="others",
        )  # fmt: skip
        yield Static(toned("The image that it follows", Tone.QUIET), classes="label following", markup=False)
        yield PickOne((), NONE, glyphs=self.glyphs, id="following").add_class("following")

    def enter(self) -> None:
        """Begin with the choice."""
        self.query_one("#visibility").focus()

    def go_to(self, rule: str) -> None:
        """Put the keys on what is to be confirmed."""
        rows = self.query_one("#confirmations", RowList)
        if rule and rows.select(rule):
            rows.focus()

    def show(self, state: WizardState) -> None:
        """Show what is chosen, and only what matters for it."""
        super().show(state)
        request = state.request
        self.query_one("#visibility", PickOne).offer(_CHOICES, request.visibility.value)
        self.query_one("#when", PickOne).offer(_WHEN, _INSIST if request.publish_unverified else _BOOTED)
        self._show_rows("#members", _members(state))
        self._show_rows("#confirmations", _to_confirm(state))
        older = older_image(state)
        if older is not None:
            self.query_one("#following", PickOne).offer(following_choices(older), chosen_following(state))
        for widget in self.query(".following"):
            widget.display = older is not None
        for widget in self.query(".others"):
            widget.display = request.visibility is not Visibility.PRIVATE
        for widget in self.query("#members, #members-label"):
            widget.display = request.visibility is Visibility.SHARED
        self.screen.refresh_bindings()

    def _show_rows(self, selector: str, rows: Sequence[Choice] | Sequence[Finding]) -> None:
        widget = self.query_one(selector, RowList)
        widget.show(rows)
        widget.styles.height = min(max(1, len(rows)), 4)

    @property
    def chosen(self) -> Finding | None:
        """What is to be confirmed under the cursor, while the keys are there."""
        rows: RowList[Finding] = self.query_one("#confirmations", RowList)
        return rows.selected if rows.has_focus else None

    def _confirmation(self, finding: Finding) -> Sequence[Cell]:
        sign = finding_sign(finding, self.glyphs)
        return Cell(str(sign), sign.tone), Cell(finding.title), Cell(finding.rule, Tone.QUIET)

    @on(PickOne.Picked, "#visibility")
    def _picked(self, event: PickOne.Picked) -> None:
        event.stop()
        visibility = Visibility(event.key)
        self.change(visibility=visibility)

    @on(PickOne.Picked, "#following")
    def _followed(self, event: PickOne.Picked) -> None:
        event.stop()
        if (older := older_image(self.state)) is not None:
            self.change(**following_update(event.key, older))

    @on(PickOne.Picked, "#when")
    def _when(self, event: PickOne.Picked) -> None:
        event.stop()
        if event.key == _BOOTED:
            self.change(publish_unverified=False)
            return
        name = self.state.request.name
        sentence = f"Make the image {self.state.request.visibility} even if nobody has seen it boot?"
        question = Question("Visibility without a test", sentence, typed=shortened(name, 40, cut=""))
        self.app.push_screen(ConfirmScreen(question), lambda agreed: self.change(publish_unverified=bool(agreed)))

    @on(RowList.Opened, "#members")
    def _member(self, event: RowList.Opened) -> None:
        event.stop()
        members = self.state.request.members
        if event.key in members:
            removal = Question("Remove this project?", f"The image will not be shared with {event.key}.")
            self.app.push_screen(ConfirmScreen(removal), lambda agreed: self._remove(event.key, agreed=bool(agreed)))
            return
        own = self.state.facts.login.value if self.state.facts is not None else None
        question = AskTextScreen(
            "Share with a project",
            "What is the id of the project? Its members find it with: openstack project show, or ask them for it.",
            refuses=lambda text: refused_project(text, members, own.identity.project_id if own else ""),
        )
        self.app.push_screen(question, self._add)

    def _remove(self, project: str, *, agreed: bool) -> None:
        if agreed:
            self.change(members=tuple(one for one in self.state.request.members if one != project))

    def _add(self, project: str | None) -> None:
        if project:
            self.change(members=(*self.state.request.members, project))

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()

    @on(RowList.Opened, "#confirmations")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        self.open_finding()

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on the list that has the focus."""
        self.screen.refresh_bindings()


def _members(state: WizardState) -> Sequence[Choice]:
    members = state.request.members
    note = "" if members else "nobody yet: enter adds the first"
    return (*(Choice(one, one, "must still accept it") for one in members), Choice(_ADD, "+ add a project", note))


def _to_confirm(state: WizardState) -> Sequence[Finding]:
    findings = state.checklist.findings if state.checklist is not None else ()
    return [one for one in findings if one.asked_for is AskedFor.BEFORE_PUBLISHING]
