"""The user data of a deep check, run by real shells that show their console in a file."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from imaging.guest.deep_check.boothook import boothook, new_nonce, squeezed, unhurried, user_data
from imaging.guest.deep_check.chunks import LIMIT, WORD, hear, unpack
from imaging.guest.deep_check.console_report import read_console_report
from imaging.guest.probe import script as probe_script
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from models.errors import UsageError
from models.guest.files import Questions
from tests.guest.deep_check.reports import NONCE, document, noise, part
from tests.support.clock import ManualClock
from tests.support.needs import SHELLCHECK, require
from tests.support.shells import EACH_SHELL, GUEST_PATH, SHELLS


def printed(parts: Mapping[str, object]) -> str:
    """A report as the real probe prints it: each part and each row on a line of its own."""
    whole = json.loads(document(parts))
    said = []
    for name, each in whole.pop("parts").items():
        rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in each.pop("rows"))
        said.append(f'"{name}":{{"rows":[{rows}],{json.dumps(each, separators=(",", ":"))[1:]}')
    ended = whole.pop("ended")
    head = json.dumps(whole, separators=(",", ":"))[:-1]
    text = f'\n@@imaging-probe-begin {NONCE}\n{head},"parts":{{\n' + "\n,".join(said)
    text += f'\n}},"ended":{ended}}}\n@@imaging-probe-end {NONCE} 0\n'
    return text


def probe_printing(parts: Mapping[str, object], folder: Path) -> str:
    """A probe that is done already."""
    (folder / "report").write_text(printed(parts))
    return f"cat {folder}/report </dev/null\n"


def run(script: bytes, folder: Path, shell: str, *arguments: str, **environment: str) -> str:
    """What stands on the console when the script, without its first line, is through."""
    file, shown = folder / "part-001", folder / "console"
    file.write_bytes(script.removeprefix(b"#cloud-boothook\n"))
    command = SHELLS[shell]
    subprocess.run(
        [*command, str(file), *arguments],
        env={"PATH": GUEST_PATH, "IMAGING_DEEP_CONSOLE": str(shown), "INSTANCE_ID": "i-1", **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return shown.read_text() if shown.exists() else ""


def rows_of(probe: str, root: Path) -> dict[str, object]:
    """What a probe says about a tree."""
    require("dash")
    said = subprocess.run(
        ["dash", "-s"],
        input=probe.encode(),
        capture_output=True,
        env={"PATH": GUEST_PATH, "IMAGING_PROBE_ROOT": str(root)},
        timeout=60,
        check=True,
    ).stdout.decode()
    document: dict[str, Any] = json.loads(said[said.index("\n{") : said.index("\n@@imaging-probe-end")])
    return dict(document["parts"])


@pytest.fixture(params=EACH_SHELL)
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestForm:
    def test_cloud_init_knows_it_by_its_first_line_and_the_kernel_by_the_next(self):
        first, second, third, *_ = boothook("true\n", NONCE).decode().split("\n")
        assert (first, second, third) == ("#cloud-boothook", "#!/bin/sh", f"# imaging deep check {NONCE}")

    def test_nothing_is_left_to_be_filled_in(self):
        lines = boothook("true\n", NONCE).decode().split("\n")
        assert not [line for line in lines if "@" in line.replace("@@imaging-", "") and '"$@"' not in line]

    @pytest.mark.parametrize("shell", [["dash", "-n"], ["bash", "-n"], ["busybox", "sh", "-n"]])
    def test_every_shell_can_read_it(self, tmp_path, shell):
        require(shell[0])
        (tmp_path / "script").write_bytes(boothook("true\n", NONCE))
        assert subprocess.run([*shell, tmp_path / "script"], check=False).returncode == 0

    def test_shellcheck_finds_nothing(self, tmp_path):
        (tmp_path / "script").write_bytes(boothook("true\n", NONCE).removeprefix(b"#cloud-boothook\n"))
        found = subprocess.run([SHELLCHECK, tmp_path / "script"], capture_output=True, text=True, check=False)
        assert found.stdout == ""

    def test_with_the_whole_probe_nova_takes_it(self):
        assert len(base64.b64encode(user_data(Questions(), NONCE))) <= 65_535

    @pytest.mark.parametrize("profile", ["jetstream", "jetstream2", "openstack"])
    def test_with_all_that_a_profile_asks_nova_takes_it(self, profile):
        script = user_data(questions_for(load_profile(profile)), NONCE)
        plain = gzip.decompress(script) if script.startswith(b"\x1f\x8b") else script
        assert plain.startswith(b"#cloud-boothook\n")
        assert len(base64.b64encode(script)) <= 65_535

    def test_a_longer_one_is_compressed_which_cloud_init_undoes(self):
        script = boothook(f": {noise(34_000)}\n", NONCE)
        assert gzip.decompress(script).startswith(b"#cloud-boothook\n")
        assert len(base64.b64encode(script)) <= 65_535

    def test_one_that_nova_would_not_take_even_so_is_refused(self):
        with pytest.raises(UsageError, match="takes at most"):
            boothook(f": {noise(60_000)}\n", NONCE)

    def test_without_comments_and_indentation_the_probe_finds_the_same(self, tmp_path):
        questions = questions_for(load_profile("jetstream"))
        whole = probe_script(questions, ["system", "accounts", "boot_mounts", "sightings"], nonce=NONCE)
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/os-release").write_text('ID=debian\nPRETTY_NAME="  # odd"\n')
        (tmp_path / "etc/fstab").write_text("/dev/vdb /data ext4 defaults 0 2\n  # a comment\n")
        (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n")
        (tmp_path / "home/ada/.aws").mkdir(parents=True)
        (tmp_path / "home/ada/.aws/credentials").write_text("[default]\naws_secret_access_key = x\n")
        assert rows_of(squeezed(whole), tmp_path) == rows_of(whole, tmp_path)
        assert len(squeezed(whole)) < len(whole)

    @pytest.mark.parametrize("nonce", ["", "a b", "$(reboot)", "x" * 33, "a\nb"])
    def test_only_a_word_is_a_nonce(self, nonce):
        with pytest.raises(ValueError, match="nonce"):
            boothook("true\n", nonce)

    def test_no_two_checks_have_the_same_nonce(self):
        assert len({new_nonce() for _ in range(100)}) == 100


class TestShown:
    def test_the_report_is_on_the_console_twice_and_whole(self, tmp_path, shell):
        shown = run(
            boothook(probe_printing({"system": part(["host", "db-07"])}, tmp_path), NONCE), tmp_path, shell, "report"
        )
        heard = hear(shown, NONCE)
        assert (heard.began, heard.whole, heard.ended, heard.failed) == (True, True, True, "")
        assert all(shown.count(f" {number}/{heard.total} ") == 2 for number in range(1, heard.total + 1))
        assert max(len(line) for line in shown.split("\n")) <= 200
        assert b'["host","db-07"]' in unpack(heard)

    def test_it_is_read_as_facts(self, tmp_path, shell):
        now = ManualClock().now()
        parts = {"system": part(["kernel", "6.1.0"], ["host", "guest"])}
        shown = run(boothook(probe_printing(parts, tmp_path), NONCE), tmp_path, shell, "report")
        facts = read_console_report(shown, nonce=NONCE, now=now)
        assert facts.system.value is not None
        assert (facts.system.value.kernel, facts.method, facts.as_root) == ("6.1.0", "deep check", True)

    def test_the_boot_goes_on_once_the_disk_was_inspected(self, tmp_path, shell):
        run(boothook(f"echo done >{tmp_path}/inspected\n", NONCE), tmp_path, shell)
        assert (tmp_path / "inspected").exists()
        self.await_end(tmp_path)

    def test_the_boot_is_not_held_up_for_ever_and_the_work_goes_on(self, tmp_path, shell):
        probe = f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo done >{tmp_path}/inspected\n"
        shown = run(boothook(probe, NONCE), tmp_path, shell, IMAGING_DEEP_HOLD="0.1")
        assert f"{WORD} {NONCE} ended" not in shown
        (tmp_path / "go").touch()
        self.await_end(tmp_path)
        assert (tmp_path / "inspected").exists()

    def await_end(self, folder: Path) -> None:
        waiting = f"while ! grep -q ended {folder}/console 2>/dev/null; do sleep 0.02; done"
        subprocess.run(["timeout", "20", "sh", "-c", waiting], check=True)

    def test_a_probe_that_prints_nothing_is_a_bad_report_not_a_silent_one(self, tmp_path, shell):
        shown = run(boothook("exit 3\n", NONCE), tmp_path, shell, "report")
        assert b"imaging-self" in unpack(hear(shown, NONCE))

    @pytest.mark.parametrize("shell", ["dash", "bash"])  # BusyBox brings its own
    def test_a_missing_tool_is_named(self, tmp_path, shell):
        tools = tmp_path / "tools"
        tools.mkdir()
        for tool in ("awk", "sed", "tr", "sh", "printf"):
            (tools / tool).symlink_to(shutil.which(tool))
        shown = run(boothook("true\n", NONCE), tmp_path, shell, "report", IMAGING_DEEP_PATH=str(tools))
        assert hear(shown, NONCE).failed == "it lacks base64 gzip"


class TestTooLong:
    """Reports that a console would not keep whole."""

    def shown(self, tmp_path: Path, shell, parts) -> dict[str, dict[str, object]]:
        text = run(boothook(probe_printing(parts, tmp_path), NONCE), tmp_path, shell, "report")
        assert len(text) < 95 * 1024
        report = unpack(hear(text, NONCE)).decode()
        document: dict[str, Any] = json.loads(report[report.index("\n{") : report.index("\n@@imaging-probe-end")])
        return dict(document["parts"])

    def test_the_least_important_part_goes_first_and_says_so(self, tmp_path, shell):
        long = part(*([noise(200, seed)] for seed in range(150)))
        found = self.shown(tmp_path, shell, {"system": part(["a", "b"]), "packages": long, "sightings": part(["c"])})
        assert found["packages"]["rows"] == []
        assert found["packages"]["state"] == "unknown"
        assert "too long" in str(found["packages"]["why"])
        assert (found["system"]["rows"], found["sightings"]["rows"]) == ([["a", "b"]], [["c"]])

    def test_a_part_that_can_stay_stays(self, tmp_path, shell):
        long = part(*([noise(200, seed)] for seed in range(150)))
        found = self.shown(tmp_path, shell, {"packages": part(["small"]), "services": long, "directories": part(["d"])})
        assert found["services"]["state"] == "unknown"
        assert found["directories"]["rows"] == [["d"]]

    def test_the_first_and_the_last_part_can_go_too(self, tmp_path, shell):
        long = part(*([noise(200, seed)] for seed in range(150)))
        found = self.shown(tmp_path, shell, {"packages": long, "system": part(["s"]), "services": long})
        assert {name: each["state"] for name, each in found.items()} == {
            "packages": "unknown", "system": "ok", "services": "unknown",
        }  # fmt: skip

    def test_what_cannot_be_made_short_enough_is_said(self, tmp_path, shell):
        long = part(*([noise(200, seed)] for seed in range(150)))
        text = run(boothook(probe_printing({"sightings": long}, tmp_path), NONCE), tmp_path, shell, "report")
        assert "too long" in hear(text, NONCE).failed
        assert LIMIT < 40_000


class TestUnhurried:
    """The probe as a temporary instance is given it: with more time, and in another order."""

    def test_it_finds_the_same(self, tmp_path):
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/fstab").write_text("/dev/vdb /data ext4 defaults 0 2\n")
        probe = probe_script(Questions(), ["system", "boot_mounts", "system_files"], nonce=NONCE)
        assert rows_of(unhurried(probe), tmp_path) == rows_of(probe, tmp_path)

    def test_what_cloud_init_is_about_to_change_is_read_first(self, tmp_path):
        probe = probe_script(Questions(), ["system", "boot_mounts", "directories", "accounts"], nonce=NONCE)
        assert list(rows_of(unhurried(probe), tmp_path)) == ["boot_mounts", "accounts", "system", "directories"]

    @pytest.mark.parametrize("hurry", ["clock() {", "renice 19", "ionice -c 3", "timeout -k 2 ", "\nparts='"])
    def test_the_probe_hurries_by_what_is_replaced(self, hurry):
        assert hurry in probe_script(Questions(), nonce=NONCE)

    @pytest.mark.parametrize("shell", EACH_SHELL)
    def test_its_bounds_are_longer_and_hold(self, tmp_path, shell):
        trial = "clock\ntimeout -k 2 1 sh -c 'exit 7'\necho $? $clock_now\nread -r up _ </proc/uptime\necho $up\n"
        script = unhurried("parts='a:1'\nrow_of_nothing() { :; }\ntrial </dev/null\n")
        functions = script.replace("trial </dev/null\n", trial)
        command = SHELLS[shell]
        ran = subprocess.run([*command, "-s"], input=functions, capture_output=True, text=True, check=True)
        status, now, up = ran.stdout.split()
        assert (status, int(now)) == ("7", int(float(up)) // 6)
