"""What the journal of this machine knows of each image: the run that made or tested it, and what that came to."""

from __future__ import annotations

from collections.abc import Iterable

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.cloud.image import Image
from models.run.record import RunRecord
from models.seal.verdict import SealWord
from models.verdict import Verdict, VerdictWord
from models.works.verdict import WorksVerdict, WorksWord


class ImageHistory:
    """The runs of this machine, by the image that they made or tested."""

    def __init__(self, runs: Iterable[RunRecord] = ()) -> None:
        """Sort these, which come newest first."""
        self._by_image: dict[str, list[RunRecord]] = {}
        self.newest_image_id: str | None = None
        """Of the newest run that is over and made one."""
        for run in runs:
            image_id = run.image_id or (run.plan.image.id if run.plan.image else None)
            if image_id is None or run.spec.image_is_temporary:
                continue
            self._by_image.setdefault(image_id, []).append(run)
            if self.newest_image_id is None and run.spec.makes_image and run.state.is_over:
                self.newest_image_id = image_id

    def run(self, image: Image) -> RunRecord | None:
        """The newest run about an image."""
        return next(iter(self._by_image.get(image.id, ())), None)

    def report(self, image: Image) -> RunRecord | None:
        """The newest run about an image that has a report."""
        return next((run for run in self._by_image.get(image.id, ()) if run.report_path), None)

    def verdict(self, image: Image) -> Verdict | None:
        """What the newest test launch of an image came to, as far as this machine knows."""
        return next((run.verdict for run in self._by_image.get(image.id, ()) if run.verdict is not None), None)

    def word(self, image: Image) -> VerdictWord | None:
        """The word of its verdict: from the journal, else as it is noted on the image itself."""
        verdict = self.verdict(image)
        if verdict is not None:
            booted = verdict.word is VerdictWord.BOOTED and not verdict.has_proved_boot
            return VerdictWord.INCONCLUSIVE if booted else verdict.word
        noted = image.noted_verdict
        return VerdictWord(noted) if noted in set(VerdictWord) else None

    def seal(self, image: Image) -> SealWord | None:
        """The verdict on its seal, as it is noted on the image itself; None where there is none."""
        noted = image.noted_seal
        return SealWord(noted) if noted in set(SealWord) else None

    def works(self, image: Image) -> WorksVerdict | None:
        """What the checks and tests of an image came to last, as far as this machine knows."""
        return next((run.works for run in self._by_image.get(image.id, ()) if run.works is not None), None)

    def works_word(self, image: Image) -> WorksWord | None:
        """Whether it works: from the journal, else as it is noted on the image itself; None where nobody knows."""
        verdict = self.works(image)
        if verdict is not None:
            return verdict.word
        noted = image.noted_works
        return WorksWord(noted) if noted in set(WorksWord) else None

    def cause(self, image: Image) -> str:
        """Why it is not proven to boot, in one sentence; empty where it is, or where nobody knows."""
        failure = boot_failure(self.verdict(image))
        return failure.sentence if failure is not None else ""
