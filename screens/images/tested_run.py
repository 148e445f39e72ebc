"""A planned run whose image is launched for a test: its network, and the user's own tests."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from models.run.plan import Plan
from models.run.request import RunRequest
from screens.dialogs.choose import Choice, ChooseScreen
from screens.images.planned_run import PlannedRunScreen
from screens.own_tests.dialog import OwnTestsScreen
from screens.own_tests.rows import tests_line
from screens.own_tests.told import launch_told
from screens.wizard.pages.content_rows import ContentRow

_TESTS = "tests"
"""The key of the row that says which tests of the user's own run."""


class TestedRunScreen(PlannedRunScreen):
    """What seal, import and test launch share; who inherits gives the request its first values."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class
    NETWORK_TITLE = "Network of the test instance"
    ASKS_BASE = True
    """Whether its image may go back to another one, with which it can be compared."""

    def __init__(self) -> None:
        """Begin with a blank request."""
        super().__init__()
        self._request = RunRequest()
        self._tests_dialog: OwnTestsScreen | None = None

    def takes(self, plan: Plan) -> bool:
        """Whether a plan is that of the request as it is now."""
        return plan.request == self._request

    def change(self, **fields: object) -> None:
        """Change the request, and plan again."""
        self._request = self._request.model_copy(update=fields)
        self.plan_again()

    def tests_row(self) -> ContentRow:
        """Which tests of the user's own run; Enter opens their list."""
        return ContentRow(_TESTS, tests_line(self._request) or "No test of yours; t adds one")

    def show_plan(self) -> None:
        """Show what is known now, also in the list of tests where that is open."""
        super().show_plan()
        if self._tests_dialog is not None:
            self._tests_dialog.put(self._request, self._launch_told)

    @property
    def _launch_told(self) -> Content:
        plan = self._plan
        return launch_told(self._request, plan.test if plan is not None else None, self._trouble)

    def enter_name(self, row: ContentRow) -> str:
        """What Enter does to a row."""
        return "Change" if row.key == _TESTS else super().enter_name(row)

    def open_row(self, row: ContentRow) -> None:
        """Open the list of tests, or what is to be read of a row."""
        if row.key == _TESTS:
            self.action_own_tests()
        else:
            super().open_row(row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        match action:
            case "network":
                test = self._plan.test if self._plan is not None else None
                return test is not None and len(test.networks) > 1
            case "own_tests":
                return not self._starting
        return super().check_action(action, parameters)

    def action_own_tests(self) -> None:
        """Open the list of the user's own tests."""

        def wanted(update: Mapping[str, object]) -> None:
            self.change(**update)

        def closed(_answer: None) -> None:
            self._tests_dialog = None

        self._tests_dialog = OwnTestsScreen(self._request, self._launch_told, wanted, asks_base=self.ASKS_BASE)
        self.app.push_screen(self._tests_dialog, closed)

    def action_network(self) -> None:
        """Choose among the networks that are possible."""
        test = self._plan.test if self._plan is not None else None
        networks = test.networks if test is not None else ()
        choices = [Choice(one.id, one.name, "faces the outside" if one.external else "") for one in networks]
        self.app.push_screen(ChooseScreen(self.NETWORK_TITLE, choices), self._network_chosen)

    def _network_chosen(self, network_id: str | None) -> None:
        if network_id is not None:
            self.change(network_id=network_id)
