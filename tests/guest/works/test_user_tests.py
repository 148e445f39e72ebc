"""The user's tests, run by real shells: how they end, in what surroundings, and what they leave."""

from __future__ import annotations

import getpass
import os
import subprocess
import time
from pathlib import Path

import pytest

from models.works.outcome import TestOrigin
from models.works.test_file import TestFile
from tests.guest.probe.running import prefers_its_own_tools
from tests.guest.works.instance import Instance, script
from tests.support.needs import needs


def needs_grep_of_its_own(instance: Instance) -> None:
    if instance.shell == "busybox" and prefers_its_own_tools():
        pytest.skip("the grep of this busybox does not read on behind a byte 0, so that it finds no process")


def test_each_ends_with_its_own_status(instance: Instance):
    good, bad, skips = instance.tested(script("good", "true"), script("bad", "exit 3"), script("skips", "exit 77"))
    assert [(each.name, each.status) for each in (good, bad, skips)] == [("good", 0), ("bad", 3), ("skips", 77)]
    assert {each.origin for each in (good, bad, skips)} == {TestOrigin.GIVEN}
    assert not any(each.timed_out or each.killed_for_memory or each.output_cut for each in (good, bad, skips))


def test_the_place_in_which_one_runs_is_never_that_of_another(instance: Instance):
    first, second = instance.tested(script("work.2", "exit 3"), script("work.1", "exit 4"))
    assert [(each.name, each.status) for each in (first, second)] == [("work.2", 3), ("work.1", 4)]


def test_one_that_hangs_is_ended(instance: Instance):
    needs_grep_of_its_own(instance)
    hangs, after = instance.tested(script("hangs", "echo begun; sleep 60"), script("after", "true"), seconds=1)
    assert hangs.timed_out
    assert hangs.output == ("begun",)
    assert (after.status, after.timed_out) == (0, False)


def test_one_that_will_not_be_ended_is_killed(instance: Instance):
    stubborn = script("stubborn", "trap '' TERM", "while :; do sleep 1; done")
    started = time.monotonic()
    (said,) = instance.tested(stubborn, seconds=1)
    assert said.timed_out
    assert time.monotonic() - started < 60


def test_what_it_leaves_in_the_background_is_ended_and_holds_nothing_up(instance: Instance, tmp_path: Path):
    needs_grep_of_its_own(instance)
    leaves = script("leaves", f"(setsid sh -c 'echo $$ >{tmp_path}/pid; exec sleep 60' &)", "sleep 1; echo done")
    started = time.monotonic()
    (said,) = instance.tested(leaves)
    assert (said.status, said.output) == (0, ("done",))
    assert time.monotonic() - started < 60
    left = Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/status")
    assert not left.exists() or "zombie" in left.read_text()


def test_all_together_have_a_limit_and_those_beyond_it_say_so(instance: Instance):
    first, second, third = instance.tested(
        script("first", "sleep 2"), script("second", "sleep 100"), script("third", "true"), seconds=5, together=4
    )
    assert first.status == 0
    assert second.timed_out
    assert third.status is None
    assert third.skipped_because == "the 4 seconds of all tests together were used up"


def test_it_knows_the_boot_and_that_it_is_a_test_and_has_no_input(instance: Instance):
    asks = script("asks", 'echo "$IMAGING_BOOT $IMAGING_TEST"; read -r line || echo "nothing to read"; umask')
    (said,) = instance.tested(asks)
    assert said.output[:2] == ("1 1", "nothing to read")
    assert int(said.output[2], 8) == 0o022


def test_it_runs_in_a_folder_of_its_own_that_is_gone_afterwards(instance: Instance):
    (said,) = instance.tested(script("works", "pwd; touch made"))
    assert said.output[0].startswith(f"{instance.root}/var/lib/imaging-tests-")
    assert not Path(said.output[0]).exists()
    assert not list(instance.root.glob("var/lib/imaging-tests-*"))


def test_it_has_the_surroundings_of_a_login_and_no_others(instance: Instance):
    instance.put("/etc/environment", 'http_proxy=http://proxy.example:3128\nQUOTED="a b"\n# x=y\n')
    instance.settings["FROM_THE_UNIT"] = "must not be seen"
    (said,) = instance.tested(script("asks", 'echo "$http_proxy|$QUOTED|$FROM_THE_UNIT|$HOME|$USER"'))
    home = instance.root.parent / "account"
    assert said.output == (f"http://proxy.example:3128|a b||{home}|{getpass.getuser()}",)


def account(instance: Instance, home: Path, shell: str) -> None:
    """The account that the tests run as has this home and shell."""
    home.mkdir(exist_ok=True)
    line = f"{getpass.getuser()}:x:{os.getuid()}:{os.getgid()}::{home}:{shell}"
    instance.has("getent", f'echo "{line}"')


@needs("bash")
def test_what_only_an_interactive_login_sets_up_is_there(instance: Instance, tmp_path: Path):
    home = tmp_path / "home"
    account(instance, home, "/bin/bash")
    (home / ".bash_profile").write_text('. "$HOME/.bashrc"\n')
    (home / ".bashrc").write_text("case $- in *i*) ;; *) return ;; esac\nexport CONDA_PREFIX=/opt/conda\n")
    (said,) = instance.tested(script("asks", 'echo "[$CONDA_PREFIX]"'))
    assert said.output == ("[/opt/conda]",), "and nothing of what the shell says about itself"


@needs("bash")
def test_a_profile_that_becomes_another_program_keeps_no_test_from_running(instance: Instance, tmp_path: Path):
    home = tmp_path / "home"
    account(instance, home, "/bin/bash")
    (home / ".bash_profile").write_text("case $- in *i*) exec true ;; esac\nexport FROM_PROFILE=yes\n")
    (said,) = instance.tested(script("asks", 'echo "[$FROM_PROFILE]"; exit 4'))
    assert (said.status, said.output) == (4, ("[yes]",))


@needs("bash")
def test_a_profile_that_hangs_keeps_no_test_from_running(instance: Instance, tmp_path: Path):
    home = tmp_path / "home"
    account(instance, home, "/bin/bash")
    (home / ".bash_profile").write_text("sleep 60\n")
    instance.runs(script("asks", "exit 4"))
    instance.boot(unit=False)
    work = instance.root / f"run/imaging-works-{instance.nonce}/works"
    hurried = work.read_text().replace("start_seconds=20", "start_seconds=1").replace("timeout -k 10", "timeout -k 1")
    work.write_text(hurried)
    instance.run(work, "unit")
    assert instance.report().boots[0].tests[0].status == 4


def test_a_shell_that_lets_nobody_in_runs_tests_all_the_same(instance: Instance, tmp_path: Path):
    account(instance, tmp_path / "home", "/usr/sbin/nologin")
    (said,) = instance.tested(script("works", "exit 4"))
    assert said.status == 4


def test_an_account_that_is_not_there_fails_the_test_and_is_named(instance: Instance):
    instance.has("getent", "exit 2")
    instance.put("/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    instance.tests = instance.tests.model_copy(update={"user": "nobody-here"})
    (said,) = instance.tested(script("works", "true"))
    assert said.status == 126
    assert said.output == ("imaging: there is no account nobody-here here that could run it",)


@needs("root")
def test_it_runs_as_the_account_that_is_named(instance: Instance, tmp_path: Path):
    if subprocess.run(["runuser", "-u", "nobody", "--", "ls", tmp_path], capture_output=True, check=False).returncode:
        pytest.skip("the account `nobody` may not enter the folders of tests here")
    instance.tests = instance.tests.model_copy(update={"user": "nobody"})
    (said,) = instance.tested(script("asks", "id -un; touch made && ls"))
    assert (said.status, said.output) == (0, ("nobody", "made"))


@pytest.mark.parametrize(
    "need, why",
    [
        ("network", "it needs a network, and there is no default route"),
        ("ram=4096", "it needs 4096 MiB of memory, and there are 1024"),
        ("gpu", "it needs a GPU, and there is none"),
        ("ram=512, network", "it needs a network, and there is no default route"),
    ],
)
def test_what_it_needs_and_is_not_there_skips_it(instance: Instance, need: str, why: str):
    instance.put("/proc/meminfo", "MemTotal: 1048576 kB\n")
    (said,) = instance.tested(script("needs", f"# needs: {need}", "exit 1"))
    assert (said.status, said.skipped_because) == (None, why)


def test_what_it_needs_and_is_there_does_not_skip_it(instance: Instance):
    instance.put("/proc/meminfo", "MemTotal: 4000000 kB\n")
    instance.put("/proc/net/route", "Iface\tDestination\nens3\t00000000\t0101A8C0\t3\t0\t0\t0\t00000000\n")
    instance.put("/dev/nvidia0")
    (said,) = instance.tested(script("needs", "# needs: network, ram=4096", "#needs: gpu", "exit 5"))
    assert said.status == 5


def test_executables_of_the_image_are_run_after_those_given(instance: Instance):
    instance.put("/etc/imaging/tests.d/10 odd näme", "#!/bin/sh\necho from the image\n", 0o755)
    instance.put("/etc/imaging/tests.d/README", "no test", 0o644)
    (instance.root / "etc/imaging/tests.d/folder").mkdir()
    given, image = instance.tested(script("given", "true"))
    assert (given.origin, image.origin) == (TestOrigin.GIVEN, TestOrigin.IMAGE)
    assert (image.name, image.output) == ("10?odd?n??me", ("from the image",))


def test_any_program_can_be_a_test(instance: Instance):
    program = TestFile(name="counts.py", text="#!/usr/bin/env python3\nprint('ä', 1 + 1)")
    (said,) = instance.tested(program)
    assert (said.status, said.output) == (0, ("ä 2",))


def test_a_program_that_is_not_there_fails(instance: Instance):
    (said,) = instance.tested(TestFile(name="odd", text="#!/no/such/program\n"))
    assert said.status in {126, 127}


def test_a_test_may_hold_what_a_shell_would_read(instance: Instance):
    lines = ("cat <<'END'", "$HOME `id` \\ 'x' \"y\"", "END")
    (said,) = instance.tested(script("odd", *lines))
    assert said.output == ("$HOME `id` \\ 'x' \"y\"",)


@needs("bash")
def test_goss_runs_where_the_image_has_it(instance: Instance, tmp_path: Path):
    goss = TestFile(name="web.goss.yaml", text="port: {}\n", is_goss=True)
    instance.has("goss", 'echo "TAP version 13"; echo "1..1"; echo "ok 1 - $*"')
    account(instance, tmp_path / "home", "/bin/bash")
    (tmp_path / "home/.bash_profile").write_text(f"PATH={tmp_path}/tools:$PATH\n")
    (said,) = instance.tested(goss)
    assert said.status == 0
    assert said.tap[-1].endswith("web.goss.yaml validate --format tap --no-color")


def test_goss_is_skipped_where_the_image_has_none(instance: Instance):
    (said,) = instance.tested(TestFile(name="web.goss.yaml", text="port: {}\n", is_goss=True))
    assert said.skipped_because == "the image has no goss"


def test_a_kill_for_want_of_memory_is_named(instance: Instance, tmp_path: Path):
    killed = script("eats", f"touch {tmp_path}/killed", "kill -9 $$")
    instance.runs(killed, script("fails", "exit 1"))
    instance.boot(unit=False)
    work = instance.root / f"run/imaging-works-{instance.nonce}/works"
    counter = instance.put("/counter", f'echo "oom_kill $([ -e {tmp_path}/killed ] && echo 4 || echo 3)"\n')
    text = work.read_text().replace("' /proc/vmstat", f"' <<END\n$(sh {counter})\nEND\n: ")
    work.write_text(text)
    instance.run(work, "unit")
    eats, fails = instance.report().boots[0].tests
    assert (eats.status, eats.killed_for_memory) == (137, True)
    assert not fails.killed_for_memory
