"""Chapter *Image format*, of a file: what its content says, what it is said to be, and what makes it unsafe."""

from __future__ import annotations

import pytest

from models.fact import Fact
from models.findings import Finding, Outcome, Severity, Source
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import FileWarning, Refusal, RefusalCode, WarningCode
from models.image_file.wrapper import Wrapper
from tests.guidelines.building import NOW, finding, profile
from tests.support.known import command_of, present


def of_file(rule: str, kind: ImageFormat | None = ImageFormat.RAW, *, of: str = "jetstream", **told) -> Finding:
    header = {name: told.pop(name) for name in ("refusals", "warnings") if name in told}
    facts = FileFacts(
        path="/data/my image.img",
        file_size_bytes=10,
        header=FileHeader(format=kind, file_size_bytes=10, disk_size_bytes=3 * 2**30, **header),
        **told,
    )
    return finding(rule, of=profile(of), file=Fact[FileFacts](value=facts, source=Source.IMAGE_FILE, read_at=NOW))


@pytest.mark.parametrize("rule", ["FMT-RAW-UPLOAD", "FMT-SAFE", "FMT-MATCH"])
def test_an_instance_has_no_file_to_judge(rule: str) -> None:
    assert finding(rule).outcome is Outcome.NOT_APPLICABLE


def test_a_raw_file_may_be_uploaded_and_another_says_its_conversion() -> None:
    assert of_file("FMT-RAW-UPLOAD").outcome is Outcome.PASS
    found = of_file("FMT-RAW-UPLOAD", ImageFormat.VHD)
    assert found.blocks
    assert command_of(found) == "qemu-img convert -p -f vpc -O raw '/data/my image.img' disk.raw"
    assert "3.0 GiB" in present(found.remedy).text
    assert found.source is Source.IMAGE_FILE


def test_a_packed_file_is_not_uploaded_as_it_is() -> None:
    found = of_file("FMT-RAW-UPLOAD", wrappers=(Wrapper.PARTS, Wrapper.XZ))
    assert found.blocks
    assert found.evidence.startswith("Format is RAW, packed as xz, in parts")


def test_a_profile_without_formats_asks_for_none() -> None:
    assert of_file("FMT-RAW-UPLOAD", ImageFormat.VDI, of="openstack").outcome is Outcome.NOT_APPLICABLE


def test_a_file_of_no_format_that_is_known_stays_unknown() -> None:
    refusals = (Refusal(code=RefusalCode.NOT_A_DISK),)
    assert of_file("FMT-RAW-UPLOAD", None, refusals=refusals).outcome is Outcome.UNKNOWN
    assert of_file("FMT-SAFE", None, refusals=refusals).blocks


@pytest.mark.parametrize(
    "code", [code for code in RefusalCode if code.value not in {"format-differs", "header-in-raw"}]
)
def test_each_reason_to_refuse_a_file_blocks_with_its_sentence_and_its_way_out(code: RefusalCode) -> None:
    refusal = Refusal(code=code)
    found = of_file("FMT-SAFE", ImageFormat.QCOW2, refusals=(refusal,))
    assert found.blocks
    assert found.evidence == refusal.sentence
    assert present(found.remedy).text == refusal.remedy


def test_what_a_file_is_said_to_be_is_compared_with_what_it_is() -> None:
    assert of_file("FMT-MATCH").outcome is Outcome.NOT_APPLICABLE
    assert of_file("FMT-MATCH", declared=ImageFormat.RAW).outcome is Outcome.PASS
    lie = (Refusal(code=RefusalCode.HEADER_IN_RAW),)
    assert of_file("FMT-MATCH", ImageFormat.QCOW2, declared=ImageFormat.RAW, refusals=lie).blocks
    assert of_file("FMT-SAFE", ImageFormat.QCOW2, declared=ImageFormat.RAW, refusals=lie).outcome is Outcome.PASS


def test_snapshots_inside_a_file_are_warned_of() -> None:
    found = of_file("FMT-SAFE", ImageFormat.QCOW2, warnings=(FileWarning(code=WarningCode.INTERNAL_SNAPSHOTS),))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
