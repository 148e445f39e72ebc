"""The verdict of a test launch: a pure function of the console's text. The last stage that it reached decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from imaging.runs.test_instance.boot_verdict.boot_marker import MarkerReport
from imaging.runs.test_instance.boot_verdict.dead_ends import DEAD_END_WORDS
from imaging.runs.test_instance.boot_verdict.guest_network import NetworkReport
from models.verdict import DeadEnd, Stage, Strength, Verdict, VerdictWord

LAST_STAGES = frozenset({Stage.LOGIN, Stage.CLOUD_INIT, Stage.MARKER})
"""The stages that make an earlier dead end a thing of the past."""
_MOST_RESTARTS = 3
"""A relabelling, an update, a first boot: a healthy machine restarts once, perhaps twice, before its prompt."""
_MOST_ENDS = 2
"""So many boots in a row that each ended in a dead end are a loop; a fallback without initrd takes one."""
_MOST_NETWORK_BOOTS = 2
_LONGEST_JOB_SECONDS = 600
"""As long as no start job of a healthy boot runs: cloud-init's first one, with packages, takes some minutes."""


class Ending(StrEnum):
    """Why nothing more is read."""

    LOG = "the log ends"
    SAVED = "the saved log ends"
    """No more of it will ever be seen."""
    SILENCE = "silence"
    TIME_UP = "time is up"


@dataclass
class ConsoleReading:
    """What a console log shows so far."""

    machine: str = "test instance"
    """What the machine is called whose console it is."""
    stage: Stage = Stage.SILENT
    """The last stage that was reached, since the last restart that the log shows."""
    dead_end: DeadEnd | None = None
    """Where it ended, when the log stands at a text after which nothing more comes."""
    marker: MarkerReport | None = None
    """What our user data printed."""
    datasource: str | None = None
    """Where cloud-init says that its data came from, once it has finished."""
    has_prompt: bool = False
    """Whether a login prompt appeared since the last restart."""
    network: NetworkReport = field(default_factory=NetworkReport)
    """What cloud-init said about the network since the last restart."""
    job_seconds: int | None = None
    """How long systemd has waited by now for a unit without a time limit; None where the last line is no such line."""
    restarts: int = 0
    """How often it restarted since a stage of a running system."""
    last_end: DeadEnd | None = None
    """Where the boot before the last restart ended."""
    ended_boots: int = 0
    """How many boots before it ended so, since a stage of a running system."""
    counts_down: bool = False
    """Whether the boot loader's menu has said, in this boot, that it continues by itself."""
    has_linux: bool = False
    """Whether a kernel of Linux has started in this boot."""
    restarts_on_purpose: bool = False
    """Whether our user data has said that it restarts the machine now: what the boot came to is settled by then."""
    has_reported: bool = False
    """Whether the test instance has told what it found after a boot: then one of its boots came to its end."""
    network_boots: int = 0
    """How often the firmware asked the network for something to boot, in this boot."""
    evidence: tuple[str, ...] = ()
    """The telling lines and the last ones, cleaned, in their order."""
    hints: list[str] = field(default_factory=list)

    @property
    def is_decided(self) -> bool:
        """Whether nothing that may still come could change the verdict."""
        # A prompt alone is not enough: V32, it comes without a network as well.
        good = self.dead_end is None and self.strength in {Strength.STRONG, Strength.GOOD}
        return good or self.restarts_on_purpose or self.has_reported or self._restarts_for_ever()

    @property
    def strength(self) -> Strength | None:
        """How surely it came up; None where it did not."""
        if self.marker is not None and self.marker.status == 0:
            return Strength.STRONG
        # V32: cloud-init finishes without a network, too; what the guest itself says weighs more.
        if self._has_real_datasource() and self.has_address is not False:
            return Strength.GOOD
        came_up = self.has_prompt or self.has_reported or self.marker is not None or self._has_real_datasource()
        return Strength.BASIC if came_up else None

    @property
    def has_address(self) -> bool | None:
        """What the marker says, else cloud-init."""
        said = self.marker.has_address if self.marker else None
        return self.network.has_address if said is None else said

    @property
    def has_default_route(self) -> bool | None:
        """What the marker says, else cloud-init."""
        said = self.marker.has_default_route if self.marker else None
        return self.network.has_default_route if said is None else said

    def add_hints(self, hints: Iterable[str]) -> None:
        """Keep hints, each once: a guest can repeat them for ever."""
        self.hints += [hint for hint in hints if hint not in self.hints]

    def _has_real_datasource(self) -> bool:
        # cloud-init prints "finished" without having reached the cloud, too.
        return self.datasource is not None and self.datasource != "DataSourceNone"

    def _restarts_for_ever(self) -> bool:
        return self.stage not in {Stage.CLOUD_INIT, Stage.MARKER} and self.restarts >= _MOST_RESTARTS

    def _final_dead_end(self, ending: Ending) -> DeadEnd | None:
        """Where it ended, when nothing more is read."""
        if self.dead_end or self.stage in {Stage.CLOUD_INIT, Stage.MARKER}:
            return self.dead_end
        if self.has_prompt and self.restarts < _MOST_RESTARTS:
            return None
        if self.ended_boots >= _MOST_ENDS or self._restarts_for_ever():
            return self.last_end or DeadEnd.RESTARTS
        if self.network_boots >= _MOST_NETWORK_BOOTS and self.stage is Stage.FIRMWARE:
            return DeadEnd.FIRMWARE
        if self.job_seconds is None:
            return None
        # A log that somebody saved has no time limit of its own: how long the job has run by then stands in its line.
        has_ended = ending is Ending.TIME_UP or (ending is Ending.SAVED and self.job_seconds >= _LONGEST_JOB_SECONDS)
        return DeadEnd.START_JOB if has_ended else None

    def verdict(self, ending: Ending = Ending.LOG) -> Verdict:
        """The verdict if nothing more comes.

        Args:
            ending: why nothing more is read.
        """
        # What comes last decides: a prompt before emergency mode is useless.
        dead_end = self._final_dead_end(ending)
        strength = None if dead_end else self.strength
        said = (*self.hints, *self.network.hints, *(self.marker.hints if self.marker else ()))
        return Verdict(
            word=VerdictWord.FAILED if dead_end else VerdictWord.BOOTED if strength else VerdictWord.INCONCLUSIVE,
            strength=strength,
            stage=self.stage,
            dead_end=dead_end,
            reason=self._failure(dead_end) if dead_end else self._reason(strength, ending),
            evidence=self.evidence,
            hints=tuple(dict.fromkeys(said)),
            has_address=self.has_address,
            has_default_route=self.has_default_route,
            has_own_machine_id=self.marker.has_own_machine_id if self.marker else None,
        )

    def _failure(self, dead_end: DeadEnd) -> str:
        words = DEAD_END_WORDS[dead_end]
        again = ", again and again" if self.ended_boots and dead_end is self.last_end else ""
        return f"The {self.machine} did not come up: {words}{again}."

    def _reason(self, strength: Strength | None, ending: Ending) -> str:
        if strength is Strength.STRONG:
            return f"Our own marker was printed by the {self.machine}, with status 0."
        if strength is Strength.GOOD:
            return f"cloud-init finished with {self.datasource}."
        if strength is Strength.BASIC:
            without = ", but it says that it has no network address" if self.has_address is False else ""
            return f"{'A login prompt appeared' if self.has_prompt else 'It ran its user data'}{without}."
        if self.stage is Stage.SILENT:
            return "The console showed nothing: the image may not write to its serial console."
        if self.stage is Stage.CLOUD_INIT:
            return "cloud-init finished without reaching the cloud, and no login prompt appeared."
        return {
            Ending.LOG: f"The console log ends at the stage: {self.stage.value}.",
            Ending.SAVED: f"The console log ends at the stage: {self.stage.value}.",
            Ending.SILENCE: f"The console fell silent at the stage: {self.stage.value}.",
            Ending.TIME_UP: f"Time was up at the stage: {self.stage.value}. The console was not silent.",
        }[ending]
