"""An image file judged by `imaging inspect FILE`: the same system in any format and packing, or why it stays closed."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from imaging.cloud.name_cache import NameCache, Named, NameKind
from imaging.runtime.paths import Paths
from tests.files.disk.making import MIB, ROOT_X86_64, converted, divided, empty, ext, run
from tests.guest.next_boot.guests import HEALTHY
from tests.guest.probe.running import plant
from tests.support.needs import needs

pytestmark = needs("mkfs.ext4", "sfdisk", "qemu-img")

OVF = b"""<Envelope><References><File id="f" href="disk.vmdk"/></References>
<DiskSection><Disk fileRef="f"/></DiskSection></Envelope>"""
FORMATS = {
    "qcow2": (),
    "vmdk": ("-o", "subformat=streamOptimized"),
    "vdi": (),
    "vpc": ("-o", "subformat=dynamic,force_size=on"),
    "vhdx": (),
}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small healthy system on a GPT disk, RAW."""
    folder = tmp_path_factory.mktemp("disk")
    root = plant(folder / "root", {path: text for path, text in HEALTHY.items() if text is not None})
    plant(
        root,
        {"home/ada/.ssh/id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n"},
    )
    return divided(folder / "disk.raw", "gpt", [(ext(folder / "ext", root), ROOT_X86_64)])


def inspected(imaging: Any, path: Path, *options: str) -> dict[str, Any]:
    done = imaging("inspect", str(path), "--json", *options)
    found: dict[str, Any] = json.loads(done.out)
    return found


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    return {each["rule"]: each["outcome"] for each in document["findings"]}


def test_a_raw_disk_is_judged_by_the_rules_of_a_guest(imaging, disk):
    found = inspected(imaging, disk)
    assert (found["file"]["format"], found["file"]["disk"]["table"]) == ("raw", "gpt")
    assert found["file"]["unread_because"] is None
    assert found["inspection"]["method"] == "image file"
    judged = {each["rule"]: each for each in found["findings"]}
    assert judged["BOOT-ROOTREF"]["outcome"] == "fail"
    assert "/home/ada/.ssh/id_rsa" in judged["SEC-PRIVKEY"]["evidence"]
    assert judged["FMT-RAW-UPLOAD"]["outcome"] == "pass"
    assert judged["FS-ROOT"]["evidence"].startswith("ext4")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind == "qcow2" else pytest.mark.slow) for kind in FORMATS]
)
def test_the_same_disk_in_another_format_comes_to_the_same(imaging, disk, tmp_path, kind):
    other = converted(disk, tmp_path / "image", kind, *FORMATS[kind])
    without_format = {"FMT-RAW-UPLOAD"}
    raw, found = outcomes(inspected(imaging, disk)), outcomes(inspected(imaging, other))
    assert {rule: each for rule, each in found.items() if rule not in without_format} == {
        rule: each for rule, each in raw.items() if rule not in without_format
    }
    assert found["FMT-RAW-UPLOAD"] == "fail"


def test_a_packed_disk_is_unpacked_beside_the_file_and_nothing_is_left(imaging, disk, tmp_path):
    (tmp_path / "disk.gz").write_bytes(gzip.compress(disk.read_bytes(), 1))
    found = inspected(imaging, tmp_path / "disk.gz")
    assert found["file"]["wrappers"] == ["gz"]
    assert outcomes(found)["BOOT-ROOTREF"] == "fail"
    assert [each.name for each in tmp_path.iterdir()] == ["disk.gz"]


def test_the_disk_of_an_ova_is_judged(imaging, disk, tmp_path):
    converted(disk, tmp_path / "disk.vmdk", "vmdk", *FORMATS["vmdk"])
    (tmp_path / "m.ovf").write_bytes(OVF)
    with tarfile.open(tmp_path / "m.ova", "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("m.ovf", "disk.vmdk"):
            archive.add(tmp_path / name, name)
    found = inspected(imaging, tmp_path / "m.ova")
    assert (found["file"]["wrappers"], found["file"]["format"]) == (["ova"], "vmdk")
    assert outcomes(found)["BOOT-ROOTREF"] == "fail"


def test_the_parts_of_a_disk_are_judged_as_one(imaging, disk, tmp_path):
    content = disk.read_bytes()
    (tmp_path / "parts").mkdir()
    for number in range(3):
        begin = number * 7 * MIB
        piece = content[begin : begin + 7 * MIB] if number < 2 else content[begin:]
        (tmp_path / f"parts/disk.{number:03}").write_bytes(piece)
    assert outcomes(inspected(imaging, tmp_path / "parts"))["BOOT-ROOTREF"] == "fail"


def test_a_person_reads_what_the_file_is_before_the_findings(imaging, disk):
    done = imaging("inspect", str(disk))
    lines = done.out.splitlines()
    assert lines[0].startswith("RAW, disk of")
    assert lines[1].startswith("GPT, ")
    assert "vda1" in lines[2]
    assert done.status == 1


# --- what is not opened


def test_a_file_that_names_another_one_is_not_opened_and_says_why(imaging, disk, tmp_path):
    run("qemu-img", "create", "-f", "qcow2", "-b", disk, "-F", "raw", tmp_path / "overlay")
    found = inspected(imaging, tmp_path / "overlay")
    assert found["file"]["refusals"] == ["backing-file"]
    assert found["inspection"] is None
    assert found["readiness"] == "blocked"
    assert outcomes(found)["FMT-SAFE"] == "fail"


def test_a_disk_that_is_said_to_be_raw_is_not_opened_as_what_its_guest_wrote(imaging, disk, tmp_path):
    trap = converted(disk, tmp_path / "trap", "qcow2")
    found = inspected(imaging, trap, "--format", "raw")
    assert found["file"]["refusals"] == ["header-in-raw"]
    assert outcomes(found)["FMT-MATCH"] == "fail"


def test_a_file_without_anything_on_it_is_no_image(imaging, tmp_path):
    found = inspected(imaging, empty(tmp_path / "zeros", 4 * MIB))
    assert found["file"]["refusals"] == ["not-a-disk"]


def test_a_disk_without_a_system_is_not_inspected_but_its_header_counts(imaging, tmp_path):
    root = plant(tmp_path / "root", {"data/table.csv": "1\n"})
    data = divided(tmp_path / "disk", "gpt", [(ext(tmp_path / "ext", root), "0FC63DAF-8483-4772-8E79-3D69D8477DE4")])
    found = inspected(imaging, data)
    assert found["file"]["unread_because"]
    assert outcomes(found)["FMT-SAFE"] == "pass"
    assert found["readiness"] in {"blocked", "not-inspected"}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("missing.raw",), "There is no such file"),
        (("/dev/zero",), "not a file"),
        (("a", "--file", "b"), "cannot be combined"),
        (("--format", "raw"), "needs a FILE"),
        (("--image", "a", "--format", "raw"), "needs a FILE"),
        (("a", "--download"), "needs an IMAGE"),
        (("--work-dir", "."), "needs a FILE or an IMAGE"),
        (("a", "--image", "b"), "cannot be combined"),
        (("a", "--here"), "is needed"),
    ],
)
def test_what_cannot_be_meant_is_said(imaging, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    done = imaging("inspect", *arguments)
    assert done.status != 0
    assert said in done.err.replace("\n", " ")


def test_the_description_beside_a_file_is_compared_with_its_disk(imaging, disk, tmp_path):
    path = tmp_path / "copy.raw"
    path.write_bytes(disk.read_bytes())
    beside = tmp_path / "copy.raw.json"
    stored = {"format": "raw", "size_bytes": 1, "hash_algorithm": None, "hash": None, "compared": False}
    described = {
        "schema": "imaging.exported-image/1", "name": "sky", "properties": {"architecture": "aarch64"},
        "file": {"name": "x", "format": "raw", "size_bytes": 1, "disk_size_bytes": 1, "sha256": "0" * 64},
        "stored": stored, "readiness": "ready", "exported_at": "2026-11-01T00:00:00Z",
    }  # fmt: skip
    beside.write_text(json.dumps(described))
    judged = {each["rule"]: each for each in inspected(imaging, path)["findings"]}
    assert judged["BOOT-ARCH"]["outcome"] == "fail"
    assert "architecture=aarch64" in judged["BOOT-ARCH"]["evidence"]
    beside.write_text(json.dumps(described | {"name": 7}))
    done = imaging("inspect", str(path), "--json")
    assert "cannot be read" in done.err
    assert outcomes(json.loads(done.out))["BOOT-ARCH"] == "pass"
    beside.write_text("[]")
    assert outcomes(inspected(imaging, path))["BOOT-ARCH"] == "pass"
    beside.write_text(json.dumps(described)[:-40])
    assert "cannot be read" in imaging("inspect", str(path), "--json").err


def test_a_word_that_is_a_file_and_an_image_is_asked_about(imaging, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = [Named("1b9a3a8c-0000-4000-8000-000000000001", "sky"), Named("id-2", "-odd")]
    NameCache(Paths.of_user().cache).write(NameKind.IMAGE, known, cloud="here")
    Path("sky").write_bytes(b"x")
    done = imaging("inspect", "sky")
    assert done.status == 2
    assert "imaging inspect --file sky, or imaging inspect --image sky" in done.err.replace("\n", " ")
    assert "no image of a disk" in imaging("inspect", "--file", "sky").out.replace("\n", " ")
    assert "no image of a disk" in imaging("inspect", "./sky").out.replace("\n", " ")
