"""The page of the test: the test launch that proves that the image boots."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from imaging.guidelines.instance.flavor_fit import FlavorFit, expected_image, launch_matrix
from screens.dialogs.choose import Choice
from screens.dialogs.pick import PickOne
from screens.own_tests.listing import OwnTests
from screens.own_tests.told import launch_told
from screens.style.tones import Tone, toned
from screens.wizard.state import Page, WizardState

_TEST = (
    Choice("yes", "launch a test instance", "see if it boots and works, then remove it"),
    Choice("keep", "keep the test instance", "the same, but for inspection it is not removed"),
    Choice("no", "no test", "the image stays unverified"),
)
AUTO = "auto"
"""The key of the choice that leaves flavor or network to the console."""


class TestPage(Page):
    """Whether to test, where, and in which size."""

    __test__ = False  # its name begins with "Test", which pytest would take for a test class

    def compose(self) -> ComposeResult:
        """The three choices."""
        yield PickOne(_TEST, _test_key(self.state), glyphs=self.glyphs, id="test")
        yield Static(toned("Network", Tone.QUIET), classes="label tested", markup=False)
        yield PickOne(_networks(self.state), AUTO, glyphs=self.glyphs, id="network")
        yield Static(toned("Flavor", Tone.QUIET), classes="label tested", markup=False)
        yield PickOne(_flavors(self.state), AUTO, glyphs=self.glyphs, id="flavor")
        yield Static(toned("Your tests", Tone.QUIET), classes="label tested", markup=False)
        yield OwnTests(self.state.request, asks_base=True, glyphs=self.glyphs, id="own-tests")
        yield Static(id="test-said", markup=False)

    def enter(self) -> None:
        """Begin with the first choice."""
        self.query_one("#test").focus()

    def show(self, state: WizardState) -> None:
        """Show what can be chosen now."""
        super().show(state)
        request = state.request
        self.query_one("#test", PickOne).offer(_TEST, _test_key(state))
        self.query_one("#network", PickOne).offer(_networks(state), request.network_id or AUTO)
        self.query_one("#flavor", PickOne).offer(_flavors(state), request.flavor_id or AUTO)
        self.query_one(OwnTests).put(request)
        for widget in self.query("#network, #flavor, #own-tests, .tested"):
            widget.display = request.test
        self.query_one("#test-said", Static).update(_status_text(state))

    @on(PickOne.Picked, "#test")
    def _tested(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(test=event.key != "no", keep_test=event.key == "keep")

    @on(PickOne.Picked, "#network")
    def _network(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(network_id=None if event.key == AUTO else event.key)

    @on(PickOne.Picked, "#flavor")
    def _flavor(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(flavor_id=None if event.key == AUTO else event.key)

    @on(OwnTests.Wanted)
    def _own_tests(self, event: OwnTests.Wanted) -> None:
        event.stop()
        self.change(**event.update)


def _test_key(state: WizardState) -> str:
    if not state.request.test:
        return "no"
    return "keep" if state.request.keep_test else "yes"


def _networks(state: WizardState) -> Sequence[Choice]:
    chosen = state.plan.test.network if state.plan and state.plan.test else None
    note = f"now {chosen.name}" if chosen else "that of the instance, else the only one"
    return (
        Choice(AUTO, "automatic", note),
        *(Choice(one.id, one.name, one.id) for one in state.networks),
    )


def _flavors(state: WizardState) -> Sequence[Choice]:
    fits = _fitting(state)
    note = f"now {fits[0].flavor.name}: {fits[0].why}" if fits else ""
    others = (Choice(fit.flavor.id, fit.flavor.name, fit.why) for fit in fits)
    return (Choice(AUTO, "the smallest that fits", note), *others)


def _fitting(state: WizardState) -> Sequence[FlavorFit]:
    facts = state.facts
    if facts is None:
        return ()
    image = expected_image(state.instance, facts.base_image.value)
    matrix = launch_matrix(image, facts.flavors.value or (), facts.quota.value, state.profile)
    return [fit for fit in matrix if fit.fits]


def _status_text(state: WizardState) -> Content:
    if not state.request.test:
        return toned("The verdict will be: not tested.", Tone.WARN)
    return launch_told(state.request, state.plan.test if state.plan else None, state.plan_trouble)
