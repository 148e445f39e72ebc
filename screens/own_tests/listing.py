"""The list of the user's own tests: which files, who runs them, for how long, and what else is compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from imaging.runtime.threads import in_thread
from models.errors import ImagingError, UsageError
from models.run.request import RunRequest
from models.run.time_limit import duration_refusal, seconds_of, written
from models.works.test_file import TestFile, WorkTests, user_refusal
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen, explained
from screens.files.path_suggester import PathSuggester
from screens.own_tests import rows as lines
from screens.own_tests.rows import OF_TEST, TestRow, rows
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

_QUESTION = "Which file? A script with a #! line, or *.goss.yaml. It runs in the test instance, in both of its boots."
_USER_QUESTION = "Which account of the image runs the tests, in its login shell? Leave it empty for root."
_FILE_LIMIT_QUESTION = "After how long is a test ended, and counted as failed?"
_ALL_LIMIT_QUESTION = "How long may all tests of one boot take together? What has not run by then counts as failed."


class OwnTests(RowList[TestRow]):
    """Tests are added and removed here; it says what the user wants to be changed and changes nothing itself."""

    BINDING_GROUP_TITLE = "Your tests"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "add_test", "Add a test", id="tests.add", tooltip="Add a test of yours: a script"),
        Binding(
            "minus,delete", "remove_test", "Remove", id="tests.remove",
            tooltip="Remove the test under the cursor from the run; its file stays",
        ),
        Binding("space", "open", "Choose", show=False, id="tests.choose", tooltip="Change the selected line"),
    ]  # fmt: skip
    DEFAULT_CSS = "OwnTests { height: auto; max-height: 4; }"

    class Wanted(Message):
        """The user wants other tests, another account, other limits, two instances, or the base listed."""

        def __init__(self, **update: object) -> None:
            super().__init__()
            self.update = update

    def __init__(self, request: RunRequest, *, asks_base: bool, glyphs: Glyphs, id: str) -> None:  # noqa: A002  # Textual's own name
        """Begin with what a request has; `asks_base`: whether its image may go back to another one."""
        super().__init__(
            (Column("", 26), Column("", 10, grow=1)),
            key_of=lambda row: row.key,
            cells_of=_cells,
            glyphs=glyphs,
            header=False,
            opens="Choose",
            id=id,
        )
        self._request, self._asks_base = request, asks_base
        self._added = self._reading = ""
        """The test that was added last, until the cursor stands on it; the file that is being read."""

    def on_mount(self) -> None:
        """Fill in."""
        self.put(self._request)

    def put(self, request: RunRequest) -> None:
        """Show the tests of a request."""
        self._request = request
        self.show(rows(request, reading=self._reading, asks_base=self._asks_base))
        if self._added and any(each.name == self._added for each in self._tests.files):
            self.select(f"{OF_TEST}{self._added}")
            self._added = ""

    @property
    def _tests(self) -> WorkTests:
        return self._request.work_tests

    @property
    def _chosen(self) -> TestFile | None:
        row = self.selected
        name = row.key.removeprefix(OF_TEST) if row is not None and row.key.startswith(OF_TEST) else None
        return next((each for each in self._tests.files if each.name == name), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a test can be removed."""
        if action == "remove_test":
            return self._chosen is not None
        return super().check_action(action, parameters)

    def action_add_test(self) -> None:
        """Ask for a file."""
        self.app.push_screen(AskTextScreen("Add a test", _QUESTION, suggester=PathSuggester()), self._read)

    @work(group="test-file", exclusive=True, exit_on_error=False, description="read a test")
    async def _read_file(self, path: Path) -> None:
        self._say_reading(path.name)
        try:
            files = await in_thread(_with_file, self._tests.files, path)
        except ImagingError as error:
            self.app.push_screen(ErrorScreen(explained(error)))
        else:
            self._added = path.name
            self._want_tests(files=files)
        finally:
            self._say_reading("")

    def _say_reading(self, name: str) -> None:
        self._reading = name
        if self.is_attached:
            self.put(self._request)

    def _read(self, written_path: str | None) -> None:
        if written_path:
            self._read_file(Path(written_path))

    def action_remove_test(self) -> None:
        """Take the test under the cursor out of the run."""
        if (chosen := self._chosen) is not None:
            self._want_tests(files=tuple(each for each in self._tests.files if each.name != chosen.name))

    def _want_tests(self, **update: object) -> None:
        self.post_message(self.Wanted(work_tests=self._tests.model_copy(update=update)))

    @on(RowList.Opened)
    def _open(self, event: RowList.Opened) -> None:
        event.stop()
        match event.key:
            case lines.ADD:
                self.action_add_test()
            case lines.USER:
                self._ask_user()
            case lines.TWINS:
                self.post_message(self.Wanted(twins=not self._request.twins))
            case lines.BASE:
                self.post_message(self.Wanted(list_base=not self._request.list_base))
            case lines.FILE_LIMIT:
                self._ask_limit("Time limit of one test", _FILE_LIMIT_QUESTION, "file_seconds")
            case lines.ALL_LIMIT:
                self._ask_limit("Time limit of all tests", _ALL_LIMIT_QUESTION, "all_seconds")

    def _ask_user(self) -> None:
        def take(name: str | None) -> None:
            if name is not None:
                self._want_tests(user="" if name == "root" else name)

        asks = AskTextScreen("Who runs the tests", _USER_QUESTION, value=self._tests.user, refuses=user_refusal)
        self.app.push_screen(asks, take)

    def _ask_limit(self, title: str, question: str, field: str) -> None:
        def take(text: str | None) -> None:
            seconds = seconds_of(text) if text is not None else None
            if seconds is not None:
                self._want_tests(**{field: seconds})

        now = written(getattr(self._tests, field))
        self.app.push_screen(AskTextScreen(title, question, value=now, refuses=duration_refusal), take)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()


def _cells(row: TestRow) -> Sequence[Cell]:
    return Cell(row.name, Tone.ACCENT if row.key == lines.ADD else Tone.PLAIN), Cell(row.note, Tone.QUIET)


def _with_file(files: tuple[TestFile, ...], path: Path) -> tuple[TestFile, ...]:
    """The tests with one more, read beside the screen.

    Raises:
        UsageError: it is no test, cannot be read, or there are too many.
    """
    from imaging.guest.works import with_test_file  # noqa: PLC0415  # not for the first paint

    try:
        whole = path.expanduser()
    except RuntimeError:
        raise UsageError("The home of that user is not known.", remedy="Name the file by its whole path.") from None
    return with_test_file(files, whole)
