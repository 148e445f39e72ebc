"""What tests print: masked in the guest, bounded, and never taken for a line of the report."""

from __future__ import annotations

import base64
import gzip
import random
from collections import Counter

from imaging.guest.deep_check.chunks import LIMIT, hear, unpack
from imaging.guest.works import WORKS_WORD
from models.works.report import TestSaid
from models.works.tap import read_tap
from models.works.test_file import TestFile
from tests.guest.works.instance import Instance, script

SECRETS = {
    "an option": ("run --password=hunter2 ok", "hunter2"),
    "a variable": ("OS_PASSWORD=hunter2", "hunter2"),
    "another variable": ("AWS_SECRET_ACCESS_KEY=abc/def", "abc/def"),
    "a login in an address": ("https://alice:hunter2@example.org/x", "hunter2"),
    "a token in an address": ("https://deadbeefdeadbeef@example.org/x", "deadbeef"),
    "YAML": ("  password: hunter2hunter", "hunter2"),
    "JSON": ('{"user": "a", "api_key": "k3yk3yk3y"}', "k3yk3y"),
    "JSON without blanks": ('{"user":"a","password":"S3cr"}', "S3cr"),
    "INI": ("aws_secret_access_key = abcdef/GHIJKL", "abcdef"),
    "TOML": ('password = "hunter2 hunter3"', "hunter"),
    "a quoted variable": ("export OS_PASSWORD='hunter2 hunter3'", "hunter"),
    "an option and its value": ("mysql --password hunter2hunter", "hunter2"),
    "a login for curl": ("curl -u alice:hunter2 https://example.org", "hunter2"),
    "YAML in colours": ("\x1b[34mpass\x1b[1mword\x1b[0m: \x1b[32mhunter2hunter\x1b[0m", "hunter2"),
    "GitHub": ("found ghp_abcdefghijklmnopqrstuvwxyz0123456789.", "ghp_abc"),
    "GitLab": ("glpat-abcdefghij-ABCDEFGH", "abcdefghij"),
    "AWS": ("AKIAABCDEFGHIJKLMNOP", "ABCDEFGHIJ"),
    "Hugging Face": ("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "abcdefghij"),
    "a JSON web token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0"),
    "a header": ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
    "a hash of a password": ("root:$6$salt$abcdefghijklmnop./:19000::", "abcdefghijklmnop"),
    "a hash of yescrypt": ("$y$j9T$abcdefgh$ijklmnopqrstuvwxyz", "ijklmnop"),
}


def printed(said: TestSaid) -> str:
    return "\n".join((*said.output, *said.tap))


def prints(name: str, text: str) -> TestFile:
    return script(name, f"base64 -d <<'END'\n{base64.b64encode(text.encode()).decode()}\nEND")


def test_secrets_are_masked_before_anything_is_printed_and_counted(instance: Instance):
    tests = [prints(f"s{at}", f"{line}\n") for at, (line, _) in enumerate(SECRETS.values())]
    said = instance.tested(*tests)
    kept = "\n".join(file.read_text() for file in instance.root.glob("var/lib/imaging-works-*/outputs-1"))
    for each, (kind, (_, secret)) in zip(said, SECRETS.items(), strict=True):
        assert secret not in kept, kind
        assert secret not in printed(each), kind
        assert each.masked == 1, kind


def test_a_private_key_is_masked_whole(instance: Instance):
    lines = "\n".join(["MIIEpAIBAAKCAQEA7bq" * 3] * 20)
    key = f"before\n-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----\nafter\n"
    (said,) = instance.tested(prints("key", key))
    assert said.output == ("before", "***", "after")
    assert said.masked == 1


def test_a_key_of_which_only_the_end_is_left_is_masked(instance: Instance):
    lines = "\n".join(["MIIEpAIBAAKCAQEA7bq" * 3] * 20)
    (said,) = instance.tested(prints("key", f"{lines}\n-----END OPENSSH PRIVATE KEY-----\nafter\n"))
    assert said.output == ("***", "after")


HARMLESS = (
    "PWD=/root",
    "export OLDPWD='/x'",
    "all tests passed",
    "token: ok",
    "12:34:56 done",
    "a@b.example",
    "key=/etc/x.pem",
    "PASS: test_login",
    "--- PASS: TestLogin (0.00s)",
    "pass = all of them",
    "docker run -u 1000:1000 x",
)


def test_what_is_no_secret_is_left_and_not_counted(instance: Instance):
    said = instance.tested(*(prints(f"plain{at}", f"{line}\n") for at, line in enumerate(HARMLESS)))
    assert [(each.output, each.masked) for each in said] == [((line,), 0) for line in HARMLESS]


def test_output_cannot_imitate_a_frame(instance: Instance):
    frames = "\n".join(
        f"{WORKS_WORD} {instance.nonce} {said}"
        for said in ("ended", "failed it lied", "restarts", "1/1 5 AAAA", "progress x", "began")
    )
    (said,) = instance.tested(prints("lies", f"{frames}\nend\nboot 1\ntest given 0 - 0 0 more\noutput 1 1 -\n|x\n"))
    assert len(said.output) == 11
    heard = hear(instance.console, instance.nonce, WORKS_WORD)
    assert not heard.ended
    assert not heard.failed
    assert [test.name for test in instance.report().boots[0].tests] == ["lies"]


def test_control_codes_are_gone(instance: Instance):
    codes = "\x1b[31mred\x1b[0m\x00\x07\nprogress 1%\rprogress 100%\r\n\x1b]0;title\x07plain\n\u202eodd\n"
    (said,) = instance.tested(prints("codes", codes))
    assert said.output == ("red\ufffd", "progress 100%", "plain", "\ufffdodd")


def test_other_scripts_stay(instance: Instance):
    (said,) = instance.tested(prints("scripts", "prüfen: 通过 ✓\n"))
    assert said.output == ("prüfen: 通过 ✓",)


def test_ten_megabytes_are_cut_and_the_end_is_kept(instance: Instance):
    (said,) = instance.tested(
        script("large", "yes 0123456789 | head -c 10000000; echo; echo the end; exit 3"), seconds=60
    )
    assert (said.status, said.output_cut) == (3, True)
    assert said.output[-1] == "the end"
    assert len(printed(said)) < 20_000
    assert len(instance.console) < 3 * LIMIT


def test_a_line_without_an_end_is_cut(instance: Instance):
    (said,) = instance.tested(script("endless", "head -c 1500000 /dev/zero | tr '\\0' x; exit 4"), seconds=60)
    assert (said.status, said.output_cut) == (4, True)
    assert len(printed(said)) < 5_000


def test_bytes_of_any_kind_are_no_trouble(instance: Instance):
    (said,) = instance.tested(script("random", "head -c 150000 /dev/urandom"), seconds=60)
    assert said.status == 0
    assert instance.report().boots[0].checked


def test_one_that_goes_on_printing_is_ended_and_bounded(instance: Instance):
    (said,) = instance.tested(script("floods", "exec yes"), seconds=1)
    assert said.timed_out
    assert said.output_cut
    assert len(printed(said)) < 20_000


def random_text(seed: int, size: int) -> str:
    made = random.Random(seed)
    return "".join(made.choice("abcdefghijklmnopqrstuvwxyz0123456789 ABCDEFGHIJ\n") for _ in range(size))


def noisy(name: str, status: int) -> TestFile:
    """Its output can hardly be compressed; it is made where it runs."""
    return script(name, "head -c 20000 /dev/urandom | base64 -w 76", f"echo last; exit {status}")


def test_all_output_of_both_boots_fits_a_console_and_outcomes_come_first(instance: Instance):
    tests = [noisy(f"t{number}", number) for number in range(8)]
    instance.runs(*tests)
    instance.boot()
    instance.boot()
    both = instance.report()
    for boot in both.boots:
        assert [each.status for each in boot.tests] == list(range(8))
        assert all(each.output_cut for each in boot.tests)
        assert {each.output[-1:] for each in boot.tests} == {("last",)}
    heard = hear(instance.console, instance.nonce, WORKS_WORD)
    text = unpack(heard).decode()
    assert text.index("\ntest given 7 ") < text.index("\n|")
    assert len(base64.b64encode(gzip.compress(text.encode()))) <= LIMIT + 2_000
    assert sum(len(line) for line in instance.console.split("\n") if "/" in line[:60]) < 6 * 1.4 * LIMIT


def test_tap_is_told_apart_from_other_output(instance: Instance):
    lines = "TAP version 14\n1..3\n# a word\nok\n    ok 1 - inner\n"
    lines += "not ok 2 - odd # TODO later\nok 3 # SKIP no disk\n  ---\n"
    (said,) = instance.tested(prints("tap", lines))
    assert said.tap == ("TAP version 14", "1..3", "ok 1", "not ok 2 - odd # TODO later", "ok 3 # SKIP no disk")
    assert said.output == ("# a word", "    ok 1 - inner", "  ---")


WRITTEN_BY_PEOPLE = ("ok\n", "not ok, but so what\n", "okay 1\n", "see 1..3\n", "all ok 1\nok 2 things\n")


def test_what_people_write_is_no_tap(instance: Instance):
    said = instance.tested(*(prints(f"plain{at}", lines) for at, lines in enumerate(WRITTEN_BY_PEOPLE)))
    assert [each.tap for each in said] == [()] * len(WRITTEN_BY_PEOPLE)
    assert tuple("\n".join((*each.output, "")) for each in said) == WRITTEN_BY_PEOPLE


def test_a_plan_at_the_end_makes_it_tap(instance: Instance):
    (said,) = instance.tested(prints("tap", "ok - one\nnot ok - two\n1..2\n"))
    assert said.tap == ("ok 1 - one", "not ok 2 - two", "1..2")


def test_many_parts_stay_whole_although_output_is_cut(instance: Instance):
    parts = script(
        "parts", "head -c 90000 /dev/urandom | base64", "echo 1..1500", "i=1",
        "while [ $i -le 1500 ]; do",
        'case $i in 1034) echo "not ok $i - this one" ;;',
        '1035) echo "ok $i # SKIP no" ;; *) echo "ok $i - part $i" ;; esac',
        "i=$((i + 1)); done",
    )  # fmt: skip
    instance.runs(parts, *(noisy(f"t{number}", 0) for number in range(3)), seconds=60)
    instance.boot()
    instance.boot()
    for boot in instance.report().boots:
        said = boot.tests[0]
        read = read_tap(said.tap)
        assert read is not None
        assert len(read.subtests) == 1500
        assert read.planned == 1500
        assert read.reason == "not ok: 1034 this one"
        assert Counter(each.outcome.value for each in read.subtests) == {"pass": 1498, "fail": 1, "skipped": 1}


def test_a_disk_that_a_test_has_filled_loses_no_result(instance: Instance):
    """What is kept on the disk has its room from the beginning."""
    instance.boot(unit=False)
    reserve = next(instance.root.glob("var/lib/imaging-works-*/reserve"))
    assert reserve.stat().st_size == 1024 * 1024
    instance.run(instance.root / f"run/imaging-works-{instance.nonce}/works", "unit")
    assert not reserve.exists()


def test_a_result_that_cannot_be_kept_is_told(instance: Instance):
    state = instance.root / f"var/lib/imaging-works-{instance.nonce}"
    (state / "outputs-1").mkdir(parents=True)
    (state / "outputs-1/outputs").mkdir()
    instance.boot()
    report = instance.report()
    assert report.trouble == "the results of boot 1 could not be kept"
