"""The user's own tests on the page of the test: which files, who runs them, and whether two instances are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message

from imaging.runtime.threads import in_thread
from models.errors import ImagingError
from models.formatting import size
from models.run.request import RunRequest
from models.works.test_file import TestFile, WorkTests
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import ErrorScreen, explained
from screens.files.path_suggester import PathSuggester
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList

_ADD, _USER, _TWINS = "add", "user", "twins"
_OF_TEST = "test "
_QUESTION = "Which file? A script with a #! line, or *.goss.yaml. It runs in the test instance, in both of its boots."
_USER_QUESTION = "Which account of the image runs the tests, in its login shell? Leave it empty for root."


@dataclass(frozen=True)
class TestRow:
    """A line of the list: a test, or something that is asked about all of them."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    key: str
    name: str
    note: str = ""


class OwnTests(RowList[TestRow]):
    """Tests are added and removed here; it tells the page what has changed and changes nothing itself."""

    BINDING_GROUP_TITLE = "Your tests"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "add_test", "Add a test", id="wizard.add-test", tooltip="Add a test of yours: a script"),
        Binding(
            "minus,delete", "remove_test", "Remove", id="wizard.remove-test",
            tooltip="Remove the test under the cursor from the run; its file stays",
        ),
        Binding("space", "open", "Choose", show=False, id="wizard.open-test", tooltip="Change the selected line"),
    ]  # fmt: skip
    DEFAULT_CSS = "OwnTests { height: auto; max-height: 4; }"

    class Wanted(Message):
        """The user wants other tests, another account, or two instances."""

        def __init__(self, **update: object) -> None:
            super().__init__()
            self.update = update

    def __init__(self, request: RunRequest, *, glyphs: Glyphs, id: str) -> None:  # noqa: A002  # Textual's own name
        """Begin with what a request has."""
        super().__init__(
            (Column("", 26), Column("", 10, grow=1)),
            key_of=lambda row: row.key,
            cells_of=_cells,
            glyphs=glyphs,
            header=False,
            opens="Choose",
            id=id,
        )
        self._request = request
        self._added = ""
        """The test that was added last, until the cursor stands on it."""

    def on_mount(self) -> None:
        """Fill in."""
        self.put(self._request)

    def put(self, request: RunRequest) -> None:
        """Show the tests of a request."""
        self._request = request
        self.show(rows(request))
        if self._added and any(each.name == self._added for each in self._tests.files):
            self.select(f"{_OF_TEST}{self._added}")
            self._added = ""

    @property
    def _tests(self) -> WorkTests:
        return self._request.work_tests

    @property
    def _chosen(self) -> TestFile | None:
        row = self.selected
        name = row.key.removeprefix(_OF_TEST) if row is not None and row.key.startswith(_OF_TEST) else None
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
        try:
            files = await in_thread(_with_file, self._tests.files, path)
        except ImagingError as error:
            self.app.push_screen(ErrorScreen(explained(error)))
            return
        self._added = path.name
        self._want_tests(files=files)

    def _read(self, written: str | None) -> None:
        if written:
            self._read_file(Path(written))

    def action_remove_test(self) -> None:
        """Take the test under the cursor out of the run."""
        if (chosen := self._chosen) is not None:
            self._want_tests(files=tuple(each for each in self._tests.files if each.name != chosen.name))

    def _want_tests(self, **update: object) -> None:
        self.post_message(self.Wanted(work_tests=self._tests.model_copy(update=update)))

    @on(RowList.Opened)
    def _open(self, event: RowList.Opened) -> None:
        event.stop()
        if event.key == _ADD:
            self.action_add_test()
        elif event.key == _USER:
            ask = AskTextScreen("Who runs the tests", _USER_QUESTION, value=self._tests.user)
            self.app.push_screen(ask, self._take_user)
        elif event.key == _TWINS:
            self.post_message(self.Wanted(twins=not self._request.twins))

    def _take_user(self, name: str | None) -> None:
        if name is not None:
            self._want_tests(user="" if name == "root" else name)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.screen.refresh_bindings()


def rows(request: RunRequest) -> Sequence[TestRow]:
    """The lines of a request: its tests, and what is asked about all of them."""
    tests = request.work_tests
    twins = "yes: two instances at once are compared" if request.twins else "no second instance is compared"
    return (
        TestRow(_ADD, "+ add a test of yours", "a script; it runs in both boots"),
        *(TestRow(f"{_OF_TEST}{each.name}", each.name, _about(each)) for each in tests.files),
        TestRow(_USER, "run by", tests.user or "root"),
        TestRow(_TWINS, "twins", twins),
    )


def _about(test: TestFile) -> str:
    """Its size, and what it needs."""
    needs = [
        *(["network"] if test.needs_network else []),
        *([f"{test.needs_ram_mib} MiB RAM"] if test.needs_ram_mib else []),
        *(["GPU"] if test.needs_gpu else []),
    ]
    told = [size(len(test.text.encode())), *(["goss"] if test.is_goss else [])]
    return ", ".join([*told, f"needs {', '.join(needs)}"] if needs else told)


def _cells(row: TestRow) -> Sequence[Cell]:
    return Cell(row.name, Tone.ACCENT if row.key == _ADD else Tone.PLAIN), Cell(row.note, Tone.QUIET)


def _with_file(files: tuple[TestFile, ...], path: Path) -> tuple[TestFile, ...]:
    """The tests with one more; in the place of one of the same name, which was read before it was changed."""
    from imaging.guest.works import read_test_file  # noqa: PLC0415  # not for the first paint

    test = read_test_file(path.expanduser())
    names = [each.name for each in files]
    if test.name in names:
        return tuple(test if each.name == test.name else each for each in files)
    return (*files, test)
