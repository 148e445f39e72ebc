"""Reading what a test instance of a sealed image found on its own disk, over two boots, while it still stands."""

from __future__ import annotations

from imaging.guest.confined_reading.client import read_proof_confined
from imaging.guest.seal_proof import PROOF_WORD, of_names, seconds_for
from imaging.runs.core.step_context import StepContext
from imaging.runs.test_instance.errands import names_of
from imaging.runs.test_instance.report_watch import Awaited, ReportWatch
from imaging.runs.test_instance.server import standing_server
from models.cloud.instance import Instance
from models.errors import BadProbeError
from models.seal.report import SealedImageReport

_CONSOLE = "proof-console.log"
"""In the run's folder, mode 0600: the console over both boots."""
_UNBEGUN_SECONDS = 120.0
"""How long after its boot it may still begin: it does so early in the boot or never."""
_BOOTS = 2
_UNKNOWN_DISK_GIB = 20


async def read_proof(ctx: StepContext) -> None:
    """Write down what the test instance reports of its disk, or why it could not; nothing where it says nothing."""
    server = await standing_server(ctx)
    if server is None:
        return
    seconds = seconds_for(server.flavor.disk_gib or _UNKNOWN_DISK_GIB)
    watch = _ProofWatch(ctx, server, seconds)
    limit = ctx.profile.patience.test_limit_seconds + seconds + 60
    try:
        await ctx.wait_until(watch.observe, what="the proof of the seal", limit_seconds=limit)
    finally:
        watch.watch.save()
    report, why = watch.report, watch.watch.heard.failed
    if report is None and why:
        report = SealedImageReport(trouble=why)
    if report is not None:
        await ctx.record(sealed_image_report=of_names(report, names_of(ctx.run.plan)))


class _ProofWatch:
    """Watches the console until both boots have reported, or nothing more is to be waited for."""

    def __init__(self, ctx: StepContext, server: Instance, seconds: float) -> None:
        self._ctx = ctx
        awaited = Awaited(
            begun_seconds=seconds,
            unbegun_seconds=_UNBEGUN_SECONDS,
            word=PROOF_WORD,
            what="what it found",
            begins="the test instance searches its own disk",
            doing="searching",
            console_log=_CONSOLE,
        )
        self.watch = ReportWatch(ctx, server, awaited)
        self.report: SealedImageReport | None = None
        self._read_at = (0, False)

    async def observe(self) -> bool | None:
        """Read once; true as soon as nothing more is to be waited for."""
        await self.watch.listen()
        heard = self.watch.heard
        # The report of the first boot is whole as well; that of both is another one, with more pieces.
        if heard.whole and (heard.total, heard.ended) != self._read_at:
            self._read_at = (heard.total, heard.ended)
            await self._read()
        is_done = self.report is not None and len(self.report.boots) >= _BOOTS
        return True if is_done or self.watch.is_hopeless else None

    async def _read(self) -> None:
        try:
            report = await read_proof_confined(self.watch.text, nonce=self.watch.nonce, now=self._ctx.clock.now())
        except BadProbeError as error:
            await self._ctx.phase(error.what)
            return
        self.report = report
