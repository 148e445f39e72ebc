"""The unit and the two boots of a test instance, by real shells on a tree."""

from __future__ import annotations

import pytest

from imaging.guest.works import read_works_report, works_word
from models.errors import BadProbeError
from tests.guest.probe.running import NOW
from tests.guest.works.instance import Instance, script


def test_each_boot_is_told_with_its_number(instance: Instance):
    instance.runs(script("one", 'echo "boot $IMAGING_BOOT"'))
    instance.boot()
    assert [boot.number for boot in instance.report().boots] == [1]
    instance.boot()
    boots = instance.report().boots
    assert [boot.number for boot in boots] == [1, 2]
    assert [boot.tests[0].output for boot in boots] == [("boot 1",), ("boot 2",)]
    assert all(boot.checked and boot.tests_ended and boot.settled for boot in boots)


def test_it_restarts_itself_once_and_says_so_before(instance: Instance):
    restarted = instance.root.parent / "restarted"
    instance.settings["IMAGING_WORKS_RESTART"] = f"eval echo>>{restarted};exit"
    instance.boot()
    assert restarted.read_text() == "\n"
    assert instance.console.rstrip().endswith(f"@@imaging-works {instance.nonce} restarts")
    instance.boot()
    instance.boot()
    assert restarted.read_text() == "\n"
    assert instance.console.count(f"@@imaging-works {instance.nonce} restarts") == 1


def test_a_third_boot_tells_the_results_of_the_first_two(instance: Instance):
    instance.runs(script("counts", "echo x >>/var/tmp/$IMAGING_TEST_RUN 2>/dev/null; true"))
    for _ in range(3):
        instance.boot()
    assert [boot.number for boot in instance.report().boots] == [1, 2]
    assert "boot 3" not in (instance.root / f"var/lib/imaging-works-{instance.nonce}/boot-2").read_text()


def test_a_restart_before_the_first_results_counts_as_the_restart(instance: Instance):
    instance.boot(unit=False)
    instance.boot()
    report = instance.report()
    assert [boot.number for boot in report.boots] == [2]
    assert report.trouble == "the first boot ended before its results were kept"
    assert "restarts" not in instance.console


def test_both_results_are_repeated(instance: Instance):
    instance.settings["IMAGING_WORKS_REPEATS"] = "3"
    instance.boot()
    instance.boot()
    assert instance.console.count(f"@@imaging-works {instance.nonce} ended") == 3
    last = instance.console.rpartition(f"@@imaging-works {instance.nonce} restarts")[2]
    first_of_them = last.partition(" ended")[0]
    assert len(read_works_report(first_of_them, nonce=instance.nonce, now=NOW).boots) == 2


def test_a_boothook_that_is_run_twice_in_a_boot_counts_it_once(instance: Instance):
    instance.boot(unit=False)
    instance.run(instance.boothook)
    assert (instance.root / f"var/lib/imaging-works-{instance.nonce}/boots").read_text() == "1\n"


def test_the_unit_is_started_and_not_waited_for_and_wanted_by_nothing(instance: Instance):
    instance.boot(unit=False)
    unit = (instance.root / f"run/systemd/system/imaging-works-{instance.nonce}.service").read_text().split("\n")
    assert "After=cloud-final.service multi-user.target" in unit
    assert "Type=simple" in unit
    assert "OOMPolicy=continue" in unit, "else a test that is out of memory would end the checks"
    assert not [line for line in unit if line.startswith(("WantedBy", "[Install]"))]
    assert f"--no-block start imaging-works-{instance.nonce}.service" in (
        (instance.root.parent / "systemctl").read_text()
    )


def test_without_systemd_that_is_told(instance: Instance):
    instance.settings["IMAGING_WORKS_RESTART"] = "false"
    (instance.root / "run/systemd/system").rmdir()
    instance.boot(unit=False)
    report = instance.report()
    assert not report.has_systemd
    assert report.boots == ()
    assert "there is no systemd" in report.trouble


def test_a_boot_that_is_never_settled_is_looked_at_all_the_same(instance: Instance):
    instance.has("systemctl", 'case $1 in list-jobs) echo "1 x.service start running" ;; esac')
    assert instance.first_boot().settled is False


def test_checks_that_hang_leave_a_boot_that_is_not_told_to_its_end(instance: Instance):
    instance.boot(unit=False)
    work = instance.root / f"run/imaging-works-{instance.nonce}/works"
    work.write_text(work.read_text().replace("timeout -k 5 240", "timeout -k 1 1").replace("within 10", ""))
    instance.has("systemctl", "case $1 in show) sleep 5 ;; esac")
    instance.run(work, "unit")
    boot = instance.report().boots[0]
    assert not boot.checked
    assert boot.tests_ended


def test_it_says_how_far_it_is(instance: Instance):
    instance.settings["IMAGING_WORKS_BEAT"] = "1"
    instance.runs(script("slow", "sleep 3"))
    instance.boot()
    assert f"@@imaging-works {instance.nonce} progress running test 1: slow\n" in instance.console


def test_a_report_that_was_cut_off_is_none(instance: Instance):
    instance.boot()
    lines = instance.console.split("\n")
    pieces = [line for line in lines if "/" in line.partition(instance.nonce)[2][:8]]
    assert len(pieces) > 2
    with pytest.raises(BadProbeError, match="not complete: 1"):
        read_works_report("\n".join(pieces[1 : len(pieces) // 2]), nonce=instance.nonce, now=NOW)


def test_a_setting_of_the_image_leads_it_to_no_other_tree(instance: Instance):
    instance.boot(unit=False)
    text = (instance.root / f"run/imaging-works-{instance.nonce}/works").read_text()
    before, _, after = text.partition('if [ "${1-}" = trial ]; then')
    settings, _, rest = after.partition("\nfi\n")
    assert "$IMAGING_WORKS_ROOT" in settings
    assert "IMAGING_WORKS" not in before + rest


def test_the_word_of_a_line_is_known():
    assert works_word("x @@imaging-works abc restarts", "abc") == "restarts"
    assert works_word("@@imaging-works abd restarts", "abc") == ""


def test_checks_that_a_test_has_ended_go_on_behind_it(instance: Instance):
    """Root's tests can end everything; systemd starts the unit again."""
    # Not by ps, which a bare system lacks. Stopped first: one that sees another end would end the killer too early.
    killer = script(
        "killer",
        "found=",
        "for each in /proc/[0-9]*; do",
        f"""    case $(tr '\\0' ' ' <"$each/cmdline") in *"works-{instance.nonce}/works trial unit"*)""",
        '        found="$found ${each#/proc/}" ;;',
        "    esac",
        "done",
        "kill -STOP $found",
        "kill -9 $found",
        "sleep 5",
    )
    instance.runs(script("before", "echo x >>/dev/null; exit 3"), killer, script("after", "exit 4"))
    instance.boot()
    assert f"{instance.nonce} restarts" not in instance.console
    instance.run(instance.root / f"run/imaging-works-{instance.nonce}/works", "unit")
    assert f"{instance.nonce} restarts" in instance.console
    (boot,) = instance.report().boots
    assert [(each.name, each.status) for each in boot.tests] == [("before", 3), ("killer", 137), ("after", 4)]
    assert boot.tests[1].output == ("imaging: the checks themselves were ended while it ran",)
    assert boot.checked
    assert boot.tests_ended
