"""The command beside a fix does what the fix does, to the very file."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from models.remedy_action import ActionKind, RemedyAction
from screens.style.shown_command import shown_command

FSTAB = ("# /etc/fstab", "LABEL=root / ext4 defaults 0 1", "UUID=1234 /data ext4 noatime 0 2", "/dev/vdc /old ext4")


def edit(kind: ActionKind, line: int, file: Path) -> RemedyAction:
    return RemedyAction(kind=kind, summary="Do it.", file=str(file), line=line, line_text=FSTAB[line - 1])


@pytest.mark.parametrize(
    "kind, line, after",
    [
        (ActionKind.ADD_NOFAIL, 3, "UUID=1234 /data ext4 noatime,nofail 0 2"),
        (ActionKind.ADD_NOFAIL, 4, "/dev/vdc /old ext4 defaults,nofail"),
        (ActionKind.COMMENT_LINE, 3, "# UUID=1234 /data ext4 noatime 0 2"),
    ],
)
def test_a_line_is_changed_as_the_console_changes_it_and_the_old_file_is_kept(tmp_path, kind, line, after):
    file = tmp_path / "fstab"
    file.write_text("\n".join(FSTAB) + "\n")
    words = shlex.split(shown_command(edit(kind, line, file), "id"))
    assert words[0] == "sudo"
    subprocess.run(words[1:], check=True)
    changed = [*FSTAB[: line - 1], after, *FSTAB[line:]]
    assert file.read_text().splitlines() == changed
    assert file.with_suffix(".bak").read_text().splitlines() == list(FSTAB)


def test_what_a_rule_has_run_is_shown_as_it_is_run():
    action = RemedyAction(kind=ActionKind.RUN, summary="Do it.", command="touch /etc/machine-id")
    assert shown_command(action, "id") == "touch /etc/machine-id"


def test_names_are_quoted_and_a_volume_is_detached_by_the_clouds_own_command():
    action = RemedyAction(
        kind=ActionKind.UNMOUNT_AND_DETACH, summary="Do it.", mount_points=("/a b", "[SWAP]"), volume_id="v; x"
    )
    assert shown_command(action, "id 1").splitlines() == [
        "sudo umount -- '/a b'", "openstack server remove volume 'id 1' 'v; x'",
    ]  # fmt: skip
