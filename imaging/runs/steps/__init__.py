"""The steps of a run, one module each. Every step first observes, then acts, and waits for both sides to agree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from imaging.runs.core.step_context import Procedures, StepFunction
from imaging.runs.steps.check import check
from imaging.runs.steps.claim import claim
from imaging.runs.steps.compare_download import compare_download
from imaging.runs.steps.compare_upload import compare_upload
from imaging.runs.steps.compensation import (
    clear_import,
    mark_unverified,
    release_claim,
    remove_unfinished_image,
    remove_unfinished_sealed,
)
from imaging.runs.steps.confirm_image import confirm_image
from imaging.runs.steps.convert_download import convert_download
from imaging.runs.steps.convert_file import convert_file
from imaging.runs.steps.create_image import create_image
from imaging.runs.steps.describe import describe
from imaging.runs.steps.detach import detach
from imaging.runs.steps.download import download
from imaging.runs.steps.image_clone import image_clone
from imaging.runs.steps.inspect import inspect_sealed
from imaging.runs.steps.inspect_download import inspect_download
from imaging.runs.steps.inspect_file import inspect_file
from imaging.runs.steps.launch_clone import launch_clone
from imaging.runs.steps.list_base import end_listing, list_base, remove_base
from imaging.runs.steps.lock import lock
from imaging.runs.steps.prove_seal import prove_seal
from imaging.runs.steps.publish import publish
from imaging.runs.steps.read_facts import read_facts
from imaging.runs.steps.remove_clone import remove_clone, remove_inspection
from imaging.runs.steps.remove_snapshot import remove_snapshot
from imaging.runs.steps.remove_test import remove_kept, remove_test
from imaging.runs.steps.report import report
from imaging.runs.steps.restore import restore
from imaging.runs.steps.run_checks import remove_checked, run_checks
from imaging.runs.steps.seal import seal
from imaging.runs.steps.see_up import see_up
from imaging.runs.steps.stop import stop
from imaging.runs.steps.stop_clone import stop_clone
from imaging.runs.steps.test_launch import test_launch
from imaging.runs.steps.unlock import unlock
from imaging.runs.steps.upload import upload
from imaging.runs.steps.verify import verify
from imaging.runs.steps.wait_for_active import wait_for_active
from imaging.runs.steps.wait_for_image import wait_for_image, wait_for_sealed
from imaging.runs.steps.write_sidecars import clear_export, write_sidecars
from models.steps import StepName

STEPS: Mapping[StepName, StepFunction] = MappingProxyType(
    {
        StepName.CHECK: check,
        StepName.INSPECT_FILE: inspect_file,
        StepName.CONVERT: convert_file,
        StepName.UPLOAD: upload,
        StepName.WAIT_FOR_ACTIVE: wait_for_active,
        StepName.COMPARE: compare_upload,
        StepName.DOWNLOAD: download,
        StepName.COMPARE_DOWNLOAD: compare_download,
        StepName.CONVERT_DOWNLOAD: convert_download,
        StepName.INSPECT_DOWNLOAD: inspect_download,
        StepName.WRITE_SIDECARS: write_sidecars,
        StepName.UNLOCK: unlock,
        StepName.CLAIM: claim,
        StepName.STOP: stop,
        StepName.DETACH: detach,
        StepName.LOCK: lock,
        StepName.CREATE_IMAGE: create_image,
        StepName.WAIT_FOR_IMAGE: wait_for_image,
        StepName.RESTORE: restore,
        StepName.LAUNCH_CLONE: launch_clone,
        StepName.SEAL: seal,
        StepName.STOP_CLONE: stop_clone,
        StepName.IMAGE_CLONE: image_clone,
        StepName.WAIT_FOR_SEALED: wait_for_sealed,
        StepName.REMOVE_CLONE: remove_clone,
        StepName.REMOVE_INTERIM: remove_snapshot,
        StepName.DESCRIBE: describe,
        StepName.TEST_LAUNCH: test_launch,
        StepName.VERIFY: verify,
        StepName.RUN_CHECKS: run_checks,
        StepName.READ_FACTS: read_facts,
        StepName.REMOVE_TEST: remove_test,
        StepName.REMOVE_SNAPSHOT: remove_snapshot,
        StepName.INSPECT: inspect_sealed,
        StepName.PROVE_SEAL: prove_seal,
        StepName.PUBLISH: publish,
        StepName.CONFIRM_IMAGE: confirm_image,
        StepName.SEE_UP: see_up,
        StepName.LIST_BASE: list_base,
        StepName.REPORT: report,
    }
)
"""The function of each step, in the order of `models.steps.StepName`."""

PROCEDURES = Procedures(
    steps=STEPS,
    release_claim=release_claim,
    remove_unfinished_image=remove_unfinished_image,
    remove_unfinished_sealed=remove_unfinished_sealed,
    remove_inspection=remove_inspection,
    remove_checked=remove_checked,
    end_listing=end_listing,
    remove_base=remove_base,
    remove_kept=remove_kept,
    mark_unverified=mark_unverified,
    clear_import=clear_import,
    clear_export=clear_export,
)
"""Everything by which the engine changes a cloud."""
