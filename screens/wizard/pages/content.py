"""The page of the content: what a sealed image loses and what is kept of it, or what a plain image will hold."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from models.findings import Finding, Outcome
from models.run.request import Mode
from models.text import one_line
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.notice import NoticeScreen
from screens.rules_loading import homes_of, planned_seal
from screens.style.tones import Tone, joined, toned
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import (
    COLUMNS,
    SAVED_ELSEWHERE,
    ContentRow,
    cells,
    content,
    is_kept,
)
from screens.wizard.pages.finding_page import FindingPage
from screens.wizard.state import WizardState

_PATH_QUESTION = "Which file or directory stays in the image? An absolute path; all below it stays, too."


class ContentPage(FindingPage):
    """What goes, what stays, and what cannot be done."""

    BINDING_GROUP_TITLE = "Content"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "plus", "add_path", "Keep a path", id="wizard.keep-path", tooltip="Add a file or directory that is kept"
        ),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        """The heading, the rows, and the row under the cursor in full."""
        yield Static(id="content-heading", markup=False)
        yield RowList[ContentRow](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False,
            opens="Read", id="content",
        )  # fmt: skip
        yield Static(id="content-detail", classes="panel", markup=False)

    @property
    def _rows(self) -> RowList[ContentRow]:
        return self.query_one("#content", RowList)

    def enter(self) -> None:
        """Begin at the top."""
        self._fill()
        self._rows.action_first()
        self._rows.focus()

    def show(self, state: WizardState) -> None:
        """Show what is planned now; planning takes its time, so only while the page can be seen."""
        super().show(state)
        if self.display:
            self._fill()
            self.screen.refresh_bindings()

    def _fill(self) -> None:
        state = self.state
        if state.facts is None:
            self._rows.show((), empty="Reading the instance")
            return
        plan = state.plan.seal if state.plan is not None else None
        seal = plan or planned_seal(state.facts, state.profile, state.request)
        shown = content(
            state.facts, state.request, seal, homes_of(state.facts), self.glyphs, asked=self._saved_elsewhere
        )
        self.query_one("#content-heading", Static).update(toned(self.glyphs.plain(shown.heading), Tone.STRONG))
        self._rows.show(shown.rows)
        self._tell()

    @property
    def _saved_elsewhere(self) -> Finding | None:
        findings = self.state.checklist.findings if self.state.checklist is not None else ()
        asked = (each for each in findings if each.rule == SAVED_ELSEWHERE)
        return next((each for each in asked if each.outcome is not Outcome.NOT_APPLICABLE), None)

    @property
    def chosen(self) -> Finding | None:
        """What is to be confirmed under the cursor."""
        row = self._rows.selected
        return self._saved_elsewhere if row is not None and row.rule else None

    def _tell(self) -> None:
        """Show the row under the cursor in full."""
        panel = self.query_one("#content-detail", Static)
        row = self._rows.selected
        panel.display = row is not None
        if row is not None:
            panel.update(self._detail(row))

    def _detail(self, row: ContentRow) -> Content:
        lines = [Content(self.glyphs.plain(row.text.strip()))]
        if row.reasons:
            lines.append(joined(toned("asked for by ", Tone.QUIET), one_line(row.reasons)))
        if row.names:
            lines.append(Content(self.glyphs.plain(one_line(", ".join(row.names)))))
        return Content("\n").join(lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Something is kept of a seal alone, where it is known what there is."""
        if action == "attest" and self._keepable is not None:
            return True
        if action == "add_path":
            return self.state.request.mode is Mode.SEALED and self.state.inspected
        return super().check_action(action, parameters)

    @property
    def _keepable(self) -> ContentRow | None:
        """The row under the cursor, if it is about something that is kept or can be."""
        row = self._rows.selected
        return row if row is not None and (row.home is not None or row.kept_path) else None

    def key_name(self, action: str) -> str | None:
        """What the key that answers does to the row under the cursor."""
        row = self._keepable
        if action != "attest" or row is None:
            return None
        kept = bool(row.kept_path) or (row.home is not None and is_kept(row.home, self.state.request))
        return "Do not keep" if kept else "Keep"

    def action_attest(self) -> None:
        """Keep the home under the cursor, or stop keeping what is kept; else confirm what is asked there."""
        row, request = self._keepable, self.state.request
        if row is None:
            super().action_attest()
        elif row.home is not None and row.home.owner:
            self.change(keep_homes=_toggled(request.keep_homes, row.home.owner))
        else:
            path = row.kept_path or (row.home.path if row.home is not None else "")
            self.change(keep_paths=_toggled(request.keep_paths, path))

    def action_add_path(self) -> None:
        """Ask for a path that is kept."""
        self.app.push_screen(AskTextScreen("Keep a path", _PATH_QUESTION, refuses=self._refused), self._add)

    def _refused(self, path: str) -> str:
        from imaging.guidelines.sealing.keeping import refused_path  # noqa: PLC0415  # not for the first paint

        if refused := refused_path(path):
            return f"That cannot be kept: {refused}."
        return "It is kept already." if path.rstrip("/") in self.state.request.keep_paths else ""

    def _add(self, path: str | None) -> None:
        if path:
            kept = path.rstrip("/")
            self.change(keep_paths=(*self.state.request.keep_paths, kept))
            self._rows.select(f"kept {kept}")

    @on(RowList.Moved, "#content")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._tell()
        self.screen.refresh_bindings()

    @on(RowList.Opened, "#content")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        row = self._rows.selected
        if row is not None and row.rule:
            self.open_finding()
        elif row is not None:
            title = self.query_one("#content-heading", Static).content
            parts = (("Asked for by", row.reasons), ("What is named", "\n".join(row.names)))
            self.app.push_screen(NoticeScreen(str(title), row.text.strip(), *parts))


def _toggled(kept: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(each for each in kept if each != name) if name in kept else (*kept, name)
