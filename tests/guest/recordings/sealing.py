"""Seals the tree of a guest by the real script, by the plan that the rules make of what the probe found in it."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from imaging.guest.report import read_report
from imaging.guest.seal import read_seal_report
from imaging.guest.seal.script import seal_script
from imaging.guidelines.profiles import load_profile
from imaging.guidelines.sealing.planning import plan_seal
from models.cloud.instance import Instance
from models.fact import Fact
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.files import Questions
from models.guidelines.facts import InstanceFacts
from models.run.request import RunRequest
from models.seal.plan import SealPlan
from models.seal.report import SealReport, SealState
from tests.guest.recordings.placing import NOW
from tests.support.shells import GUEST_PATH

_NONCE = "5ea15ea15ea15ea1"
_SECONDS = 300
_NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def seal_tree(root: Path, report: str, profile: str, questions: Questions, folder: Path) -> SealReport:
    """Seal it; what the seal reported.

    Args:
        root: the tree.
        report: what the probe printed of it.
        profile: by which the plan is made.
        questions: what the probe in the sealed tree is asked.
        folder: for the script, beside the tree.
    """
    plan = plan_of(report, profile)
    run, console, script = folder / "seal-run", folder / "seal-console", folder / "seal-script"
    run.mkdir()
    script.write_text(seal_script(plan, questions, _NONCE), encoding="utf-8")
    setting = {
        "PATH": GUEST_PATH,
        "IMAGING_SEAL_ROOT": str(root),
        "IMAGING_SEAL_RUN": str(run),
        "IMAGING_SEAL_CONSOLE": str(console),
    }
    command = ["/bin/sh", str(script), "trial", "work"]
    subprocess.run(command, env=setting, cwd="/", capture_output=True, timeout=_SECONDS, check=True)
    sealed, _ = read_seal_report(console.read_text(), nonce=_NONCE, now=_NOW)
    assert sealed.state is SealState.SEALED, sealed
    _set_back(root)
    return sealed


def _set_back(root: Path) -> None:
    """What the seal has written was written at the time of the recording, by the clock in the guest."""
    for path in (root, *root.rglob("*")):
        if path.lstat().st_mtime > NOW:
            os.utime(path, (NOW, NOW), follow_symlinks=False)


def plan_of(report: str, profile: str) -> SealPlan:
    """The plan that the rules make of a report of the probe."""
    nonce = re.search(r"^@@imaging-probe-begin (\w+)$", report, re.MULTILINE)
    assert nonce is not None
    facts = read_report(report.encode("utf-8", "replace"), nonce=nonce[1], method=InspectionMethod.SSH, now=_NOW)
    plan = plan_seal(_about(facts), load_profile(profile), RunRequest(name="sealed"))
    assert plan.refusals == (), plan.refusals
    return plan


def _about(guest: GuestFacts) -> InstanceFacts:
    nothing: Fact[tuple[()]] = Fact(value=(), source=Source.CLOUD)
    unknown: Fact[None] = Fact(unknown_because="not asked", source=Source.CLOUD)
    return InstanceFacts.model_validate(
        {
            "instance": Fact(value=Instance(id="i-1", name="recorded", status="SHUTOFF"), source=Source.CLOUD),
            "attachments": nothing,
            "volumes": nothing,
            "base_image": unknown,
            "images": nothing,
            "flavors": nothing,
            "quota": unknown,
            "login": unknown,
            "guest": Fact(value=guest, source=Source.GUEST),
            "now": _NOW,
        }
    )
