"""What a seal takes away, in words that the console and the commands share."""

from __future__ import annotations

from models.seal.plan import FreeSpace, OperationId, SealOperation, SealPlan
from models.words.seal_table import free_space_line, kept_lines, seal_table
from tests.guidelines.sealing.guests import seal


def test_each_operation_is_a_row_with_its_amount_its_reasons_and_its_names():
    rows = {row.title: row for row in seal_table(seal())}
    homes = rows["Homes"]
    assert homes.amount == "323 files of people's own, 9.3 MiB"
    assert homes.reasons.startswith("S31, S54")
    assert "/home/ubuntu (as new)" in homes.names
    assert "/home/ada" in homes.names


def test_a_line_of_a_file_is_named_with_its_number():
    assert any("/etc/fstab (line 2)" in row.names for row in seal_table(seal()))


def test_what_nobody_has_counted_has_no_amount():
    rows = {row.title: row for row in seal_table(seal())}
    assert rows["SSH host keys: each new instance makes its own"].amount == ""


def test_of_a_plain_image_what_is_empty_is_left_out():
    operations = (
        SealOperation(id=OperationId.HOMES, title="Homes", files=0, size_kib=24),
        SealOperation(id=OperationId.DIRECTORIES, title="What lies in /mnt", files=0, size_kib=4),
        SealOperation(id=OperationId.CLOUD_INIT, title="State of cloud-init", size_kib=0),
        SealOperation(id=OperationId.LOGS, title="Logs", size_kib=9),
        SealOperation(id=OperationId.HOST_KEYS, title="SSH host keys: new ones"),
    )
    plan = SealPlan(operations=operations)
    assert [row.title for row in seal_table(plan, lost=False)] == ["Logs", "SSH host keys"]
    assert len(seal_table(plan)) == len(operations)


def test_what_is_kept_and_what_cannot_be_done_is_told():
    told = kept_lines(seal(keep={"keep_homes": ("ada", "adda"), "keep_paths": ("/opt/app",)}))
    assert told == (
        "Kept: /home/ada of ada (home kept as wanted).",
        "Kept: /opt/app (kept as wanted).",
        "There is no account adda whose home could be kept.",
    )


def test_the_cost_of_overwriting_free_space_is_told_and_when_it_happens():
    told = free_space_line(seal().model_copy(update={"free_space": FreeSpace(size_kib=14 * 1024 * 1024, seconds=200)}))
    assert told == (
        "Free space, 14 GiB, is overwritten with zeros only if a token is still seen on the raw disk after the seal: "
        "about 3 minutes more, and the image can then take the whole size of its disk."
    )


def test_where_nobody_knows_how_much_there_is_that_is_told():
    told = free_space_line(seal().model_copy(update={"free_space": None}))
    assert told.endswith("; the inspection did not tell how much there is.")
