"""What an image file is, by its content: every format as qemu-img makes it, and each reason to refuse one."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

import pytest

from imaging.files.formats import RefusedFileError, open_image_file
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import Refusal, RefusalCode, WarningCode
from tests.files.image_files import GPT, MBR, MIB, converted, header_of, image, raw_disk, run

MADE = [
    (ImageFormat.QCOW2, ()),
    (ImageFormat.QCOW2, ("compat=0.10",)),
    (ImageFormat.QCOW2, ("compression_type=zstd",)),
    (ImageFormat.VMDK, ("subformat=monolithicSparse",)),
    (ImageFormat.VMDK, ("subformat=streamOptimized",)),
    (ImageFormat.VDI, ()),
    (ImageFormat.VHD, ("subformat=dynamic", "force_size=on")),
    (ImageFormat.VHD, ("subformat=fixed", "force_size=on")),
    (ImageFormat.VHDX, ()),
    (ImageFormat.VHDX, ("subformat=fixed",)),
]


def codes(path: Path, declared: ImageFormat | None = None) -> set[RefusalCode]:
    return {refusal.code for refusal in header_of(path, declared).refusals}


@pytest.mark.parametrize("table", [GPT, MBR], ids=["gpt", "mbr"])
def test_a_raw_disk_with_a_partition_table_is_accepted(tmp_path: Path, table: str) -> None:
    header = header_of(raw_disk(tmp_path / "disk.raw", table))
    assert header.accepted
    assert (header.format, header.disk_size_bytes) == (ImageFormat.RAW, 8 * MIB)
    assert header.has_partition_table


@pytest.mark.parametrize("kind, options", MADE, ids=[f"{kind}-{'-'.join(options)}" for kind, options in MADE])
def test_what_qemu_img_makes_is_known_by_its_content_and_accepted(
    tmp_path: Path, kind: ImageFormat, options: tuple[str, ...]
) -> None:
    made = image(tmp_path / "no-ending", kind, *options)
    header = header_of(made)
    assert header.refusals == ()
    assert (header.format, header.disk_size_bytes) == (kind, 8 * MIB)


def test_a_qcow2_says_how_its_clusters_are_compressed(tmp_path: Path) -> None:
    disk = raw_disk(tmp_path / "disk.raw")
    assert header_of(converted(disk, tmp_path / "a", ImageFormat.QCOW2, "compression_type=zstd")).compression == "zstd"
    assert header_of(converted(disk, tmp_path / "b", ImageFormat.QCOW2)).compression == "zlib"


def test_a_sparse_disk_of_two_terabytes_is_judged_by_its_head_and_end(tmp_path: Path) -> None:
    header = header_of(raw_disk(tmp_path / "disk.raw", size=2 * 2**40))
    assert header.accepted
    assert header.disk_size_bytes == 2 * 2**40


# --- what is refused


def test_a_qcow2_that_names_a_base_is_refused(tmp_path: Path) -> None:
    base = image(tmp_path / "base", ImageFormat.QCOW2)
    run("qemu-img", "create", "-f", "qcow2", "-b", base, "-F", "qcow2", tmp_path / "overlay")
    assert codes(tmp_path / "overlay") == {RefusalCode.BACKING_FILE}


def test_a_qcow2_of_the_older_version_that_names_a_base_is_refused_for_that_alone(tmp_path: Path) -> None:
    base = image(tmp_path / "base", ImageFormat.QCOW2)
    options = ("-o", "compat=0.10", "-b", base, "-F", "qcow2")
    run("qemu-img", "create", "-f", "qcow2", *options, tmp_path / "overlay")
    assert codes(tmp_path / "overlay") == {RefusalCode.BACKING_FILE}


def test_a_qcow2_that_keeps_its_data_in_another_file_is_refused(tmp_path: Path) -> None:
    run("qemu-img", "create", "-f", "qcow2", "-o", f"data_file={tmp_path}/data", tmp_path / "head", "8M")
    assert codes(tmp_path / "head") == {RefusalCode.DATA_FILE}


@pytest.mark.parametrize("method", [1, 2], ids=["AES", "LUKS"])
def test_an_encrypted_qcow2_is_refused(method: int, tmp_path: Path) -> None:
    """Only the word that says so is written: qemu-img measures the processor first, and gives up on a busy one."""
    run("qemu-img", "create", "-f", "qcow2", tmp_path / "locked", "8M")
    assert codes(spoilt(tmp_path / "locked", (32, method.to_bytes(4, "big")))) == {RefusalCode.ENCRYPTED}


def spoilt(path: Path, *changes: tuple[int, bytes]) -> Path:
    with path.open("r+b") as file:
        for offset, content in changes:
            file.seek(offset)
            file.write(content)
    return path


@pytest.mark.parametrize(
    "offset, content, code",
    [
        (72, struct.pack(">Q", 1 << 40), RefusalCode.UNKNOWN_FEATURES),
        (72, struct.pack(">Q", 2), RefusalCode.DAMAGED),
        (4, struct.pack(">I", 7), RefusalCode.UNKNOWN_FEATURES),
        (4, struct.pack(">I", 1), RefusalCode.UNKNOWN_FEATURES),
        (24, struct.pack(">Q", 2**60), RefusalCode.TOO_LARGE),
        (24, struct.pack(">Q", 0), RefusalCode.DAMAGED),
        (20, struct.pack(">I", 63), RefusalCode.DAMAGED),
    ],
)
def test_a_qcow2_with_an_odd_header_is_refused(tmp_path: Path, offset: int, content: bytes, code: RefusalCode) -> None:
    made = image(tmp_path / "image", ImageFormat.QCOW2)
    assert code in codes(spoilt(made, (offset, content)))


def test_snapshots_inside_a_qcow2_are_told(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.QCOW2)
    run("qemu-img", "snapshot", "-c", "before", made)
    header = header_of(made)
    assert header.accepted
    assert [each.code for each in header.warnings] == [WarningCode.INTERNAL_SNAPSHOTS]


@pytest.mark.parametrize("padding", [0, 512, 2048])
def test_a_vmdk_whose_data_lies_in_another_file_is_refused(tmp_path: Path, padding: int) -> None:
    flat = tmp_path / "flat.vmdk"
    converted(raw_disk(tmp_path / "disk.raw"), flat, ImageFormat.VMDK, "subformat=monolithicFlat")
    flat.write_bytes(flat.read_bytes().rstrip(b"\0").ljust(padding, b"\0"))
    assert codes(flat) == {RefusalCode.VMDK_KIND}


def test_a_vmdk_that_names_a_file_of_the_machine_is_refused(tmp_path: Path) -> None:
    made = converted(
        raw_disk(tmp_path / "disk.raw"), tmp_path / "image", ImageFormat.VMDK, "subformat=monolithicSparse"
    )
    content = made.read_bytes()
    at = content.index(b'SPARSE "')
    end = content.index(b"\n", at)
    name = b'SPARSE "/etc/shadow"'
    made.write_bytes(content[:at] + name.ljust(end - at) + content[end:])
    assert codes(made) == {RefusalCode.VMDK_EXTENT}


def stream_with_footer(path: Path, **differing: int) -> Path:
    """As VMware writes it: the tables stand at the end, behind a footer that repeats the header."""
    header = {"version": 3, "flags": 0x30001, "capacity": 16384, "grain": 128, "descriptor": 1, "descriptor_size": 20}
    text = b'# Disk DescriptorFile\nversion=1\ncreateType="streamOptimized"\nRDONLY 16384 SPARSE "disk.vmdk"\n'
    form = struct.Struct("<4sIIQQQQIQQ")

    def packed(tables_at: int, fields: dict[str, int]) -> bytes:
        return form.pack(b"KDMV", *fields.values(), 512, 0, tables_at).ljust(512, b"\0")

    end = struct.pack("<QII", 1, 0, 3).ljust(512, b"\0") + packed(4096, {**header, **differing}) + bytes(512)
    path.write_bytes(packed(2**64 - 1, header) + text.ljust(20 * 512, b"\0") + bytes(4096) + end)
    return path


def test_a_vmdk_whose_tables_stand_at_its_end_is_accepted(tmp_path: Path) -> None:
    header = header_of(stream_with_footer(tmp_path / "image"))
    assert header.refusals == ()
    assert header.disk_size_bytes == 8 * MIB


def test_a_vmdk_whose_end_contradicts_its_beginning_is_refused(tmp_path: Path) -> None:
    assert codes(stream_with_footer(tmp_path / "image", descriptor=99)) == {RefusalCode.VMDK_FOOTER}


def test_a_vhd_that_lives_on_another_one_is_refused(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.VHD, "subformat=dynamic")
    assert RefusalCode.BACKING_FILE in codes(spoilt(made, (60, struct.pack(">I", 4))))


def test_a_vdi_that_lives_on_another_one_or_was_cut_short_is_refused(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.VDI)
    os.truncate(made, made.stat().st_size - 1)
    assert codes(made) == {RefusalCode.TRUNCATED}
    assert codes(spoilt(made, (0x4C, struct.pack("<I", 4)))) == {RefusalCode.BACKING_FILE}


def test_a_vhd_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.VHD, "subformat=dynamic")
    os.truncate(made, made.stat().st_size - 512)
    assert codes(made) == {RefusalCode.TRUNCATED}


def test_a_vhdx_that_lives_on_another_one_is_refused(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.VHDX)
    parameters_at = made.read_bytes().index(b"metadata") + 64 * 1024  # where qemu-img puts them
    assert codes(spoilt(made, (parameters_at + 4, struct.pack("<I", 2)))) == {RefusalCode.BACKING_FILE}


def test_qed_luks_and_iso_are_refused(tmp_path: Path) -> None:
    run("qemu-img", "create", "-f", "qed", tmp_path / "qed", "8M")
    assert codes(tmp_path / "qed") == {RefusalCode.BANNED_FORMAT}
    (tmp_path / "luks").write_bytes(b"LUKS\xba\xbe\x00\x02".ljust(MIB, b"\0"))
    assert codes(tmp_path / "luks") == {RefusalCode.ENCRYPTED}
    (tmp_path / "iso").write_bytes(b"\0" * 0x8000 + b"\x01CD001\x01".ljust(MIB, b"\0"))
    assert codes(tmp_path / "iso") == {RefusalCode.ISO}


def test_a_file_of_two_formats_at_once_is_refused(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.QCOW2)
    assert codes(spoilt(made, (510, b"\x55\xaa"))) == {RefusalCode.SEVERAL_FORMATS}


@pytest.mark.parametrize(
    "offset, content",
    [(446, b"\x7f"), (446 + 16 + 4, b"\x83"), (446 + 8, struct.pack("<I", 9)), (446 + 4, b"\0")],
    ids=["boot flag", "hybrid", "start", "no partition"],
)
def test_a_partition_table_that_glance_refuses_is_refused_before_the_upload(
    tmp_path: Path, offset: int, content: bytes
) -> None:
    made = spoilt(raw_disk(tmp_path / "disk.raw"), (offset, content))
    refusals = header_of(made).refusals
    assert [each.code for each in refusals] == [RefusalCode.PARTITION_TABLE]
    assert "MBR" in refusals[0].detail


# --- what it is said to be


def test_a_disk_that_is_said_to_be_raw_is_never_opened_as_what_its_guest_wrote_on_it(tmp_path: Path) -> None:
    made = image(tmp_path / "image", ImageFormat.QCOW2)
    assert codes(made, ImageFormat.RAW) == {RefusalCode.HEADER_IN_RAW}
    assert codes(made, ImageFormat.QCOW2) == set()


def test_another_format_than_declared_is_refused(tmp_path: Path) -> None:
    assert codes(raw_disk(tmp_path / "disk.raw"), ImageFormat.QCOW2) == {RefusalCode.FORMAT_DIFFERS}


# --- what is no file of an image


def refused(path: Path) -> RefusalCode:
    with pytest.raises(RefusedFileError) as refusal:
        open_image_file(path)
    return refusal.value.refusals[0].code


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s"))
    listening.close()
    (tmp_path / "empty").touch()
    assert refused(tmp_path / "fifo") is RefusalCode.NOT_A_FILE
    assert refused(tmp_path / "s") is RefusalCode.NOT_A_FILE
    assert refused(tmp_path) is RefusalCode.NOT_A_FILE
    assert refused(Path("/dev/zero")) is RefusalCode.NOT_A_FILE
    assert refused(tmp_path / "empty") is RefusalCode.EMPTY
    assert refused(tmp_path / "missing") is RefusalCode.MISSING
    assert refused(tmp_path / "empty" / "below") is RefusalCode.MISSING


def test_a_link_is_followed_in_its_own_directory_alone(tmp_path: Path) -> None:
    raw_disk(tmp_path / "disk.raw")
    (tmp_path / "latest").symlink_to("disk.raw")
    assert header_of(tmp_path / "latest").accepted
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/link").symlink_to(tmp_path / "disk.raw")
    assert refused(tmp_path / "elsewhere/link") is RefusalCode.LEADS_ELSEWHERE
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path / "loop") is RefusalCode.MISSING


@pytest.mark.parametrize("size", [1, 3, 63, 511, 512, 4096, 3 * MIB])
@pytest.mark.parametrize("kind, options", MADE, ids=[f"{kind}-{'-'.join(options)}" for kind, options in MADE])
def test_a_file_that_was_cut_short_anywhere_is_never_accepted_as_another_format(
    tmp_path: Path, kind: ImageFormat, options: tuple[str, ...], size: int
) -> None:
    made = image(tmp_path / "image", kind, *options)
    os.truncate(made, min(size, made.stat().st_size))
    header = header_of(made)
    assert not header.accepted or header.format in {kind, ImageFormat.RAW}


def test_every_reason_has_its_sentence_and_a_way_out() -> None:
    for code in RefusalCode:
        refusal = Refusal(code=code, detail="x")
        assert refusal.sentence.endswith(": x.")
        assert refusal.remedy.endswith(".")


def test_a_place_beyond_every_file_holds_nothing(tmp_path: Path) -> None:
    with open_image_file(raw_disk(tmp_path / "disk.raw")) as opened:
        assert opened.read(2**64, 512) == b""
        assert opened.read(8 * MIB - 3, 512) == bytes(3)
