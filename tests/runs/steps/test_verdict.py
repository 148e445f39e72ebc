"""The verdict by console: short excerpts in the form of real console logs."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.boot_marker import new_token
from imaging.runs.test_instance.boot_verdict.console_reader import ConsoleReader, read_console
from imaging.runs.test_instance.boot_verdict.dead_ends import DEAD_END_WORDS
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from models.verdict import DeadEnd, Stage, Strength, VerdictWord

TOKEN = "0123456789abcdef"
KERNEL = "SYSLINUX 6.04\nLoading /vmlinuz... ok\n[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian)\n"
SYSTEM = (
    "Welcome to [1mDebian GNU/Linux 12 (bookworm)[0m!\r\n"
    "[[0;32m  OK  [0m] Reached target [0;1;39mgetty.target[0m - Login Prompts.\r\n"
)
LOGIN = (
    "\r\nDebian GNU/Linux 12 child ttyS0\r\n\r\nchild login: [   46.8] cloud-init[368]: Cloud-init v. 22.4.2 running\n"
)
FINISHED = (
    "[   48.27] cloud-init[368]: Cloud-init v. 22.4.2 finished at Sun, 22 Nov 2026 21:00:41 +0000. "
    "Datasource DataSourceConfigDrive [net,ver=2][source=/dev/sr0].  Up 48.23 seconds\n"
)
NO_DATASOURCE = FINISHED.replace("DataSourceConfigDrive [net,ver=2][source=/dev/sr0]", "DataSourceNone")
EMERGENCY = (
    "M[K[[0;1;31m TIME [0m] Timed out waiting for device [0;1;\ufffd\ufffd\ufffd37e83-00c2.\r\n"
    "[[0;1;38;5;185mDEPEND[0m] Dependency failed for [0;1;39mdata.mount[0m - /data.\r\n"
    "[[0;32m  OK  [0m] Reached target [0;1;39mcloud-init.target[0m - Cloud-init target.\r\n"
    "[[0;32m  OK  [0m] Reached target [0;1;39mgetty.target[0m - Login Prompts.\r\n"
    'You are in emergency mode. After logging in, type "journalctl -xb" to view\r\n'
    "Cannot open access to console, the root account is locked.\r\n"
    "See sulogin(8) man page for more details.\r\n\r\nPress Enter to continue.\r\n"
)


def marker(status=0, address="yes", route="yes", own="yes", token=TOKEN):
    said = f'{{"status":{status},"address":"{address}","route":"{route}","machine":"ab","own":"{own}"}}'
    return f"\nimaging-marker {token} {said}\n"


def verdict_of(text):
    return read_console(text, TOKEN).verdict()


@pytest.mark.parametrize(
    "text,word,strength,stage",
    [
        ("", VerdictWord.INCONCLUSIVE, None, Stage.SILENT),
        ("\n\n \r\n", VerdictWord.INCONCLUSIVE, None, Stage.SILENT),
        ("SeaBIOS (version 1.16)\n", VerdictWord.INCONCLUSIVE, None, Stage.FIRMWARE),
        (KERNEL, VerdictWord.INCONCLUSIVE, None, Stage.KERNEL),
        (KERNEL + SYSTEM, VerdictWord.INCONCLUSIVE, None, Stage.SYSTEM),
        (KERNEL + SYSTEM + LOGIN, VerdictWord.BOOTED, Strength.BASIC, Stage.LOGIN),
        (KERNEL + SYSTEM + LOGIN + FINISHED, VerdictWord.BOOTED, Strength.GOOD, Stage.CLOUD_INIT),
        (KERNEL + SYSTEM + LOGIN + NO_DATASOURCE, VerdictWord.BOOTED, Strength.BASIC, Stage.CLOUD_INIT),
        (KERNEL + SYSTEM + LOGIN + marker(), VerdictWord.BOOTED, Strength.STRONG, Stage.MARKER),
        (KERNEL + SYSTEM + marker() + FINISHED, VerdictWord.BOOTED, Strength.STRONG, Stage.MARKER),
        (KERNEL + SYSTEM + EMERGENCY, VerdictWord.FAILED, None, Stage.SYSTEM),
        (KERNEL + "Kernel panic - not syncing: VFS: Unable to mount root fs\n", VerdictWord.FAILED, None, Stage.KERNEL),
        (KERNEL + "ALERT! Dropping to a shell!\n(initramfs) ", VerdictWord.FAILED, None, Stage.KERNEL),
        (KERNEL + "dracut:/# ", VerdictWord.FAILED, None, Stage.KERNEL),
        ("GRUB loading.\nerror: no such device\ngrub rescue> ", VerdictWord.FAILED, None, Stage.FIRMWARE),
        ("Boot failed: not a bootable disk\nNo bootable device.\n", VerdictWord.FAILED, None, Stage.FIRMWARE),
    ],
)
def test_the_last_stage_that_was_reached_decides(text, word, strength, stage):
    verdict = verdict_of(text)
    assert (verdict.word, verdict.strength, verdict.stage) == (word, strength, stage)


@pytest.mark.parametrize(
    "text,dead_end",
    [
        ("You are in emergency mode.\n", DeadEnd.EMERGENCY),
        ("You are in emergency mode.\nGive root password for maintenance\n", DeadEnd.EMERGENCY),
        (EMERGENCY, DeadEnd.EMERGENCY_LOCKED),
        ("Entering emergency mode. Exit the shell to continue.\ndracut:/# ", DeadEnd.INITRAMFS_EMERGENCY),
        ("Give root password for maintenance\n", DeadEnd.MAINTENANCE),
        ("dracut:/# ", DeadEnd.INITRAMFS),
        (EMERGENCY + LOGIN, None),
        (EMERGENCY + KERNEL, None),
        (LOGIN, None),
    ],
)
def test_where_it_stood_still_is_told_by_a_code(text, dead_end):
    assert verdict_of(KERNEL + SYSTEM + text).dead_end is dead_end


def test_each_dead_end_has_its_words():
    assert set(DEAD_END_WORDS) == set(DeadEnd)


def test_a_target_named_login_prompts_is_no_login_prompt():
    assert verdict_of(KERNEL + SYSTEM).word is VerdictWord.INCONCLUSIVE


def test_the_greeting_of_a_login_is_no_prompt():
    assert verdict_of(KERNEL + "Last login: Sun Nov 22 21:00 on ttyS0\n").stage is Stage.KERNEL


def test_emergency_mode_that_somebody_left_is_not_the_end():
    assert verdict_of(KERNEL + SYSTEM + EMERGENCY + LOGIN).word is VerdictWord.BOOTED


def test_a_panic_after_the_login_prompt_is_the_end():
    text = KERNEL + SYSTEM + LOGIN + "[   60.1] Kernel panic - not syncing: Attempted to kill init!\n"
    assert verdict_of(text).word is VerdictWord.FAILED


def test_a_restart_begins_again_and_is_hinted_at():
    once = verdict_of(KERNEL + SYSTEM + LOGIN + FINISHED + marker() + KERNEL)
    assert once.word is VerdictWord.INCONCLUSIVE
    assert "the machine restarted" in once.hints
    assert verdict_of(KERNEL + EMERGENCY + KERNEL + SYSTEM + LOGIN).word is VerdictWord.BOOTED


def test_trouble_of_a_good_boot_is_only_a_hint():
    missing_nofail_disk = "[ TIME ] Timed out waiting for device /dev/disk/by-uuid/1.\n"
    verdict = verdict_of(KERNEL + missing_nofail_disk + SYSTEM + LOGIN + FINISHED)
    assert verdict.word is VerdictWord.BOOTED
    assert verdict.hints == ("a device did not appear",)


def test_the_failing_lines_are_the_evidence_and_are_clean():
    evidence = verdict_of(KERNEL + SYSTEM + EMERGENCY).evidence
    assert "Cannot open access to console, the root account is locked." in evidence
    assert evidence[-1] == "Press Enter to continue."
    assert "[DEPEND] Dependency failed for data.mount - /data." in evidence
    assert not any("\x1b" in line or "[0;" in line.replace("[0;1;\ufffd", "") for line in evidence)


def test_hostile_control_codes_do_not_reach_the_evidence():
    verdict = verdict_of(KERNEL + "[/red]\x1b[2J\x1b]0;title\x07host login: \n")
    assert verdict.word is VerdictWord.BOOTED
    assert "\x1b" not in "".join(verdict.evidence)


def test_what_a_progress_line_overwrote_does_not_hide_what_came_last():
    assert verdict_of(KERNEL + "[ *** ] Job running\r[  ** ] Job running\rchild login: ").word is VerdictWord.BOOTED


class TestMarker:
    def test_without_an_address_it_is_not_strong_and_says_why(self):
        verdict = verdict_of(KERNEL + SYSTEM + LOGIN + marker(status=1, address="no") + FINISHED)
        assert (verdict.word, verdict.strength) == (VerdictWord.BOOTED, Strength.BASIC)
        assert verdict.has_address is False
        assert verdict.has_default_route is True
        assert "it has no network address" in verdict.hints

    def test_a_kept_machine_id_is_hinted_at(self):
        verdict = verdict_of(marker(own="no"))
        assert verdict.has_own_machine_id is False
        assert "machine-id" in verdict.hints[0]

    def test_what_the_test_instance_could_not_tell_is_unknown(self):
        assert verdict_of(marker(own="unknown")).has_own_machine_id is None

    def test_the_marker_of_another_launch_does_not_count(self):
        assert verdict_of(marker(token="anothertoken")).stage is Stage.FIRMWARE

    @pytest.mark.parametrize("broken", ['{"status":', '{"status":"no number"}', "{}", '{"status":%s}'])
    def test_a_broken_marker_is_none(self, broken):
        assert verdict_of(f"imaging-marker {TOKEN} {broken}\n").strength is None

    def test_no_two_launches_share_a_token(self):
        assert new_token() != new_token()


class TestReadingOn:
    """A console that grows is read line by line, and comes to the same as if it were read at once."""

    @pytest.mark.parametrize("cut", [1, 3, 7, 40])
    def test_however_it_is_cut_the_verdict_is_the_same(self, cut):
        text = (
            "\x1b[0;1;31mLinux version 6.8.0\r\n[    1.0] Timed out waiting for device x\r\n"
            "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceConfigDrive [net].  Up 9 s\r\n"
            f'imaging-marker {TOKEN} {{"status":0,"address":"yes","route":"yes","own":"no"}}\r\nweb login: '
        )
        reader = ConsoleReader(TOKEN)
        for at in range(0, len(text), cut):
            reader.take(text[at : at + cut])
        assert reader.reading.verdict() == verdict_of(text)

    def test_a_prompt_counts_before_its_line_ends(self):
        reader = ConsoleReader(None)
        stages = []
        for piece in ("Welcome to Debian\nweb lo", "gin: "):
            reader.take(piece)
            stages.append(reader.reading.stage)
        assert stages == [Stage.SYSTEM, Stage.LOGIN]

    def test_a_line_that_never_ends_is_not_waited_for(self):
        reader = ConsoleReader(None)
        reader.take("x" * 200_000)
        reader.take("\nweb login: ")
        assert reader.reading.stage is Stage.LOGIN


def test_a_device_that_dracut_waits_for_without_end_is_a_dead_end_when_time_is_up():
    waits = (
        "[   ***] (1 of 2) Job dev-disk-by.device/start running (2min 9s / no limit)\n"
        "[  190.1] dracut-initqueue[412]: Warning: dracut-initqueue: timeout, still waiting for following hooks:\n"
    )
    reading = read_console(KERNEL + waits, TOKEN)
    verdict = reading.verdict(Ending.TIME_UP)
    assert (verdict.word, verdict.dead_end) == (VerdictWord.FAILED, DeadEnd.START_JOB)
    assert "a device of the boot did not appear" in verdict.hints


@pytest.mark.parametrize(
    "line, hint",
    [
        ("error: file `/boot/vmlinuz-6.1' not found.\nerror: you need to load the kernel first.", "boot loader"),
        ("[  OK  ] Reached target emergency.target - Emergency Mode.", "emergency mode"),
    ],
)
def test_what_a_boot_ran_into_is_hinted_at(line, hint):
    assert any(hint in each for each in verdict_of(f"SeaBIOS (version 1.16)\n{line}\n").hints)


def test_a_boot_loader_that_tried_all_its_entries_is_a_dead_end():
    said = verdict_of("SeaBIOS (version 1.16)\nFailed to boot both default and fallback entries.\n")
    assert (said.word, said.dead_end) == (VerdictWord.FAILED, DeadEnd.BOOT_LOADER)
