"""Draws a picture of every screen into this folder, from the demonstration cloud: the same bytes each time.

The console runs without a terminal, in a fixed size, at a fixed time, against a demonstration cloud that is started
for it and whose clock stands still.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parent
START = datetime.fromisoformat("2026-11-02T13:40:00+00:00")
NOW = datetime.fromisoformat("2026-11-02T14:05:00+00:00")
WIDE = (120, 36)
NARROW = (80, 24)
WHOLE_SCREEN = (200, 60)
_PATIENCE_SECONDS = 60.0
_PAGES_AFTER_THE_FIRST = ("visibility", "checklist", "content", "volumes", "test", "review")
_RUNS = ("run-booted", "run-failed", "run-sealed", "run-not-sealed", "run")
"""The pictures of the runs of `screenshots.story`, in their order."""

sys.path.insert(0, str(REPOSITORY))
os.environ.update({"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none", "COLORTERM": "truecolor", "TERM": "xterm-256color"})
for _name in [name for name in os.environ if name.startswith(("OS_", "IMAGING_")) or name == "NO_COLOR"]:
    del os.environ[_name]
time.tzset()

from textual.pilot import Pilot  # noqa: E402  # the environment above is read when Textual is imported
from textual.screen import Screen  # noqa: E402

from imaging.democloud.image_bytes.disks import written  # noqa: E402
from imaging.guest.interface import HostKeyQuestion  # noqa: E402
from imaging.guidelines.lineage.succession import links  # noqa: E402
from imaging.guidelines.profiles import load_profile  # noqa: E402
from imaging.runtime.paths import Paths  # noqa: E402
from models.cloud.image import WORKS, WORKS_ABOUT, Image  # noqa: E402
from models.errors import UnreachableError  # noqa: E402
from models.guidelines.facts import InstanceFacts  # noqa: E402
from models.run.record import RunRecord  # noqa: E402
from models.settings import Settings  # noqa: E402
from models.works.test_file import TestFile, WorkTests  # noqa: E402
from screens.dialogs.ask_text import AskTextScreen  # noqa: E402
from screens.dialogs.choose import Choice, ChooseScreen  # noqa: E402
from screens.dialogs.confirm import ConfirmScreen  # noqa: E402
from screens.dialogs.error import ErrorScreen  # noqa: E402
from screens.dialogs.fix_again import FixAgainScreen  # noqa: E402
from screens.dialogs.guest_questions import DialogQuestions  # noqa: E402
from screens.dialogs.pick import PickOne  # noqa: E402
from screens.dialogs.secret import SecretScreen  # noqa: E402
from screens.files.inspection import InspectionScreen  # noqa: E402
from screens.images.export.screen import ExportScreen  # noqa: E402
from screens.images.importing.screen import ImportScreen  # noqa: E402
from screens.images.sealing.screen import SealScreen  # noqa: E402
from screens.images.succession.screen import SuccessionScreen  # noqa: E402
from screens.images.verifying.screen import VerifyScreen  # noqa: E402
from screens.instances.screen import InstancesScreen  # noqa: E402
from screens.runs.run import RunScreen  # noqa: E402
from screens.widgets.checklist import ChecklistView  # noqa: E402
from screens.widgets.rows import RowList  # noqa: E402
from screens.wizard.wizard import WizardScreen  # noqa: E402
from screenshots.image_file import NAME, inspection_of_a_file  # noqa: E402
from screenshots.story import Controls, ShownRuns, inspected, made_runs  # noqa: E402
from tui.app import ImagingApp  # noqa: E402

_TEST = "#!/bin/sh\nspectra --version\n"
HOST_KEY = HostKeyQuestion(
    address="192.0.2.31",  # that of the demonstration is on a port of this machine, another one each time
    algorithm="ssh-ed25519",
    fingerprint="SHA256:1H+jor4V+2prnVY1ZPctgAQzJ63zVZ1Gr4n2bGGy+2I",
    console="The instance's console log names no host keys any more.",
)


class StandingClock:
    """It is always five past two; pauses take real time, so that nothing spins."""

    def now(self) -> datetime:
        """Five past two."""
        return NOW

    def monotonic(self) -> float:
        """Seconds that do not pass."""
        return 1000.0

    async def sleep(self, seconds: float) -> None:
        """Sleep in earnest."""
        await asyncio.sleep(seconds)


@contextmanager
def demonstration(state: Path) -> Iterator[Controls]:
    """A demonstration cloud of our own, whose clock stands still."""
    command = [sys.executable, "-m", "imaging.democloud", "--state", str(state), "--deterministic"]
    process = subprocess.Popen(  # noqa: S603  # our own module
        [*command, "--start", START.strftime("%Y-%m-%dT%H:%M:%SZ")], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101  # it was asked for above
        os.environ["OS_CLIENT_CONFIG_FILE"] = process.stdout.readline().strip()
        serving = json.loads((state / "democloud.json").read_text())
        controls = Controls(serving["url"], serving["control_token"])
        controls.order("clock", {"hold": True})
        yield controls
    finally:
        process.terminate()
        process.wait()


class Tour:
    """Walks through the console and takes the pictures."""

    def __init__(self, app: ImagingApp, pilot: Pilot[None], runs: ShownRuns, into: Path, suffix: str) -> None:
        """Take the pictures of this console into a folder."""
        self._app, self._pilot, self._runs, self._into, self._suffix = app, pilot, runs, into, suffix

    async def all(self) -> None:
        """Every screen."""
        await self.instances()
        await self.wizard()
        await self.runs()
        await self.images()
        await self.dialogs()

    async def first(self) -> None:
        """The list and the checklist, after an inspection."""
        await self._until(lambda: bool(self._rows("#instances").items) and self._app.login is not None)
        self._rows("#instances").select(await self._id_of("db-07"))
        await self._until(lambda: self._chosen is not None)
        await self._pilot.press("p")
        await self._until(lambda: self._chosen is not None and self._chosen.guest.known)
        await self._until(lambda: not self._listing.check_action("stop_inspection", ()))
        await self._take("instances")

    async def instances(self) -> None:
        """The list, the checklist, a finding with its remedy, the keys, and what is asked on the way inside."""
        await self.first()
        await self._pilot.press("enter")
        await self._take("inside")
        self._app.screen.query_one(ChecklistView).rows.select("VOL-BUSY")
        await self._pilot.press("enter")
        await self._take("finding")
        await self._pilot.press("escape", "question_mark")
        await self._take("help")
        await self._pilot.press("escape", "escape")
        await self.asked_on_the_way()

    async def asked_on_the_way(self) -> None:
        """An unknown host key, and what a deep check costs."""
        asking = DialogQuestions(self._app, "gis-lab")
        worker = self._app.run_worker(asking.host_key(HOST_KEY))
        await self._until(lambda: isinstance(self._app.screen, ConfirmScreen))
        await self._take("host-key")
        await self._pilot.press("n")
        await worker.wait()
        await self._pilot.press("d")
        await self._until(lambda: isinstance(self._app.screen, ConfirmScreen))
        await self._take("deep-check")
        await self._pilot.press("n")

    async def wizard(self) -> None:
        """Its seven pages."""
        await self._pilot.press("i")
        await self._until(lambda: isinstance(self._app.screen, WizardScreen) and self._app.screen.is_settled)
        await self._take("wizard-1-name")
        for number, name in enumerate(_PAGES_AFTER_THE_FIRST, 2):
            await self._turn_page()
            await self._take(f"wizard-{number}-{name}")
        await self.sealed()
        await self._pilot.press("1")
        await self._until(lambda: self._app.screen is self._listing)

    async def sealed(self) -> None:
        """The pages that say what a seal takes away, after the mode was chosen on the first one."""
        for _ in _PAGES_AFTER_THE_FIRST:
            await self._pilot.press("left")
        self._app.screen.query_one("#mode", PickOne).focus()
        await self._pilot.press("end", "space")
        for name in _PAGES_AFTER_THE_FIRST:
            await self._turn_page()
            if name in {"content", "review"}:
                await self._take(f"wizard-sealed-{name}")

    async def _turn_page(self) -> None:
        await self._pilot.press("ctrl+n")
        await self._until(lambda: isinstance(self._app.screen, WizardScreen) and self._app.screen.is_settled)

    async def runs(self) -> None:
        """Five runs, and their list."""
        self._runs.show()
        await self._pilot.press("3")
        await self._until(lambda: len(self._rows("#runs").items) == len(self._runs.made))
        await self._take("runs")
        for picture, run_id in zip(_RUNS, sorted(self._runs.made), strict=True):
            await self._open(RunScreen(run_id))
            await self._until(lambda: bool(self._rows("#steps").items))
            await self._take(picture)
            if picture == "run-failed":
                await self._pilot.press("a")
                await self._until(lambda: isinstance(self._app.screen, FixAgainScreen))
                await self._take("fix-again")
                await self._pilot.press("escape")
                await self._until(lambda: not isinstance(self._app.screen, FixAgainScreen))
                await self._until(lambda: self._app.screen.check_action("back", ()) is True)
            if picture == "run":
                await self._pilot.press("c")
                await self._take("confirm")
                await self._pilot.press("escape")
            await self._pilot.press("escape")

    async def images(self) -> None:
        """List, detail and launch matrix."""
        await self._pilot.press("2")
        await self._until(lambda: bool(self._rows("#images").items) and bool(self._rows("#matrix").items))
        await self._take("images")
        await self._test_launch_of_an_image()
        await self._older_image()
        await self._seal_of_an_image()
        await self._inspection_of_a_file()
        await self._import_of_a_file()

    async def _test_launch_of_an_image(self) -> None:
        """What a test launch comes to, and the list of the user's own tests."""
        self._rows("#images").select(next(one.id for one in self._images if one.name == "spectra-tools"))
        await self._pilot.press("v")
        await self._until(lambda: self._app.screen.check_action("start", ()) is True)
        assert isinstance(self._app.screen, VerifyScreen)  # noqa: S101  # it can be started
        form = self._app.screen
        tests = (TestFile(name="spectra.sh", text=_TEST, needs_network=True), TestFile(name="plots.sh", text=_TEST))
        form.change(work_tests=WorkTests(files=tests, user="ada"))
        await self._until(lambda: form.check_action("start", ()) is True)
        await self._take("test-launch")
        await self._pilot.press("t")
        await self._take("own-tests")
        await self._pilot.press("escape", "escape", "home")

    async def _older_image(self) -> None:
        """What follows what, and what is asked before an older image is hidden or deleted."""
        images, (newer, older) = (await self._app.cloud()).images, self._named("astro-base")
        of_older, of_newer = links(older, newer)
        of_newer |= {WORKS: "yes", WORKS_ABOUT: newer}
        await images.update_image(older, properties=of_older)
        await images.update_image(newer, properties=of_newer)
        await self._pilot.press("r")
        self._rows("#images").select(newer)
        await self._until(lambda: self._app.screen.check_action("succession", ()) is True)
        await self._pilot.press("l")
        await self._until(lambda: isinstance(self._app.screen, SuccessionScreen) and self._app.screen.is_over)
        await self._take("succession")
        await self._pilot.press("escape")
        self._rows("#images").select(older)
        for key, picture in (("h", "hide-image"), ("D", "delete-image")):
            await self._pilot.press(key)
            await self._until(lambda: isinstance(self._app.screen, ConfirmScreen))
            await self._take(picture)
            await self._pilot.press("escape")
            await self._until(lambda: self._app.screen.check_action("hide", ()) is True)
        await images.update_image(older, remove_properties=tuple(of_older))
        await images.update_image(newer, remove_properties=tuple(of_newer))
        await self._pilot.press("r", "home")
        await self._until(lambda: not any(one.noted_newer for one in self._images if one.id == older))

    def _named(self, name: str) -> Sequence[str]:
        """The ids of the images of one name, the newest first."""
        found = sorted((one for one in self._images if one.name == name), key=lambda one: str(one.created_at))
        return [one.id for one in reversed(found)]

    @property
    def _images(self) -> Sequence[Image]:
        """What the list of images shows."""
        return self._app.screen.query_one("#images", RowList).items

    async def _seal_of_an_image(self) -> None:
        """What sealing an image would take away, planned from what was found in it."""
        cloud = await self._app.cloud()
        pages = [page async for page in cloud.images.images()]
        image = next(one for page in pages for one in page if one.name == "spectra-tools")
        await self._open(SealScreen(image, inspected("db-07", NOW), frozenset({image.name})))
        await self._until(lambda: self._app.screen.check_action("start", ()) is True)
        await self._take("seal-of-image")
        await self._pilot.press("escape")
        await self._export_of_an_image(image)

    async def _export_of_an_image(self, image: Image) -> None:
        """What an export would write, and what keeps the image from leaving the cloud."""
        await self._open(ExportScreen(image, inspected("db-07", NOW)))
        await self._until(lambda: self._app.screen.check_action("format", ()) is True)
        await self._take("export-of-image")
        await self._pilot.press("escape")

    async def _inspection_of_a_file(self) -> None:
        """The checklist of a file, and the question for its path."""
        await self._pilot.press("f")
        await self._until(lambda: isinstance(self._app.screen, AskTextScreen))
        await self._take("file-question")
        await self._pilot.press("escape")
        profile = load_profile("jetstream")
        await self._open(InspectionScreen(NAME, inspection_of_a_file(profile, NOW), kind="file"))
        await self._until(lambda: bool(self._rows("#findings").items))
        await self._take("file-inspection")
        await self._pilot.press("escape")

    async def _import_of_a_file(self) -> None:
        """What an import would make of a file."""
        disk, _ = written("debian-12", "raw", None)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "survey-2026.raw"
            file.write_bytes(disk.read(0, disk.size))
            await self._open(ImportScreen(file))
            await self._until(lambda: self._app.screen.check_action("steps", ()) is True)
            await self._take("import-of-file")
            await self._pilot.press("escape")

    async def dialogs(self) -> None:
        """What is asked and said over a screen."""
        clouds = [Choice("demo", "demo"), Choice("jetstream2", "jetstream2"), Choice("other", "other")]
        error = UnreachableError(
            "The cloud jetstream2 does not answer: connection refused by js2.jetstream-cloud.org:5000.",
            meaning="Nothing was changed. Runs that are under way continue.",
            remedy="Check whether the network lets you out, then press r.",
        )
        for name, screen in (
            ("error", ErrorScreen(error)),
            ("secret", SecretScreen("Password of ada on the cloud jetstream2")),
            ("choose", ChooseScreen("Which cloud?", clouds)),
        ):
            await self._open(screen)
            await self._take(name)
            await self._pilot.press("escape")

    @property
    def _listing(self) -> InstancesScreen:
        """The instances' screen, which must be on top."""
        assert isinstance(self._app.screen, InstancesScreen)  # noqa: S101  # the walk began there
        return self._app.screen

    @property
    def _chosen(self) -> InstanceFacts | None:
        """The facts on show."""
        return self._listing.chosen_facts

    async def _open(self, screen: Screen[Any]) -> None:
        await self._app.push_screen(screen)

    async def _id_of(self, name: str) -> str:
        cloud = await self._app.cloud()
        pages = [page async for page in cloud.compute.instances()]
        return next(one.id for page in pages for one in page if one.name == name)

    def _rows(self, selector: str) -> RowList[object]:
        found = self._app.screen.query(selector)
        return found.first(RowList) if found else RowList((), key_of=str, cells_of=lambda _one: ())

    async def _until(self, settled: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not settled():
            if time.monotonic() > deadline:
                raise TimeoutError("the screen did not come to rest")
            await self._pilot.pause(0.05)

    async def _take(self, name: str) -> None:
        await self._pilot.pause(0.1)
        await self._pilot.pause()
        picture = self._app.export_screenshot(title="imaging")
        (self._into / f"{name}{self._suffix}.svg").write_text(picture, encoding="utf-8")


Walk = Callable[[Tour], Awaitable[None]]


async def draw(
    into: Path, made: tuple[RunRecord, ...], walk: Walk, *, size: tuple[int, int], suffix: str, theme: str
) -> None:
    """Run the console once and take the pictures of a walk through it."""
    with tempfile.TemporaryDirectory() as folder:
        clock = StandingClock()
        runs = ShownRuns(clock, made)
        app = ImagingApp(
            cloud_name="demo",
            profile=load_profile("jetstream"),
            settings=Settings(theme=theme),
            paths=Paths.below(Path(folder)).prepared(),
            clock=clock,
            runs=runs,
        )
        async with app.run_test(size=size) as pilot:
            await walk(Tour(app, pilot, runs, into, suffix))
            await app.action_quit()


def main() -> int:
    """Draw all; or, with a folder and `instances`, only the beginning of the tour into that folder."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, demonstration(Path(state)) as controls:
        if "instances" in sys.argv:
            asyncio.run(draw(into, (), Tour.instances, size=WIDE, suffix="", theme="dark"))
            return 0
        made = asyncio.run(made_runs(controls, START))
        controls.order("reset", {})
        controls.order("clock", {"hold": True})
        for size, suffix in ((WIDE, ""), (NARROW, "-80x24"), (WHOLE_SCREEN, "-200x60")):
            asyncio.run(draw(into, made, Tour.all, size=size, suffix=suffix, theme="dark"))
        for theme in ("light", "ansi", "high-contrast"):
            asyncio.run(draw(into, made, Tour.first, size=WIDE, suffix=f"-{theme}", theme=theme))
    return 0


if __name__ == "__main__":
    sys.exit(main())
