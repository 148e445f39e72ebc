"""A machine judged without a cloud: by a report that was brought, by a real SSH login, and this very one."""

from __future__ import annotations

import gzip
import json
import os
import pwd
import re
import time
from pathlib import Path

import pytest

from tests.guest.next_boot.guests import HEALTHY
from tests.guest.probe.running import output_of, plant
from tests.support.needs import needs

BEGIN, END = "\n@@imaging-probe-begin 0\n", "@@imaging-probe-end 0 0\n"


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> str:
    """The report that the printed script makes of a healthy guest."""
    from imaging.guest.probe import BY_HAND, script  # once for the module
    from imaging.guidelines.guest.questions import questions_for  # the same
    from imaging.guidelines.profiles import load_profile  # the same

    root = plant(tmp_path_factory.mktemp("guest"), {path: text for path, text in HEALTHY.items() if text is not None})
    questions = questions_for(load_profile("jetstream", Path("/nowhere")))
    return output_of(script(questions, nonce=BY_HAND), root=root).decode("ascii")


@pytest.fixture
def brought(imaging, tmp_path):
    """Brings a report as a file."""

    def bring(report: str | bytes, *arguments: str, command=("inspect",)):
        file = tmp_path / "report"
        file.write_bytes(report if isinstance(report, bytes) else report.encode())
        return imaging(*command, "--guest-report", str(file), *arguments)

    return bring


def document(done):
    return json.loads(done.out)


def started(report: str, at: float) -> str:
    return re.sub(r'"started":\d+', f'"started":{int(at)}', report)


def test_the_printed_script_is_the_one_whose_report_is_judged(imaging, printed):
    assert "\nnonce=0\n" in imaging("probe", "--show").out
    assert BEGIN in printed
    assert printed.endswith(END)


def test_its_findings_are_marked_as_brought_by_the_user(brought, printed):
    found = document(brought(printed, "--json"))
    assert (found["schema"], found["machine"]) == ("imaging.inspect/1", "db-07")
    assert found["inspection"]["method"] == "brought by the user"
    rests = {each["rule"]: each["inspection"] for each in found["findings"]}
    assert (rests["VOL-FSTAB"], rests["STATE-OK"]) == ("brought by the user", None)


@needs("root")
def test_a_person_is_told_who_brought_what_and_what_is_wrong(brought, printed):
    done = brought(printed)
    assert "Inspection: brought by the user, " in done.err
    assert "with root rights" in done.err
    assert "VOL-FSTAB" not in done.out
    assert "STATE-OK" not in done.out
    assert re.search(r"SSH-SERVICE\n +No SSH server is installed\.\n +To do: ", done.out)


def test_what_only_a_cloud_can_tell_does_not_apply(brought, printed):
    found = document(brought(printed, "--json"))["findings"]
    told = {each["rule"]: each for each in found}
    assert told["QUOTA"]["outcome"] == "not-applicable"
    assert told["QUOTA"]["evidence"] == "Only a cloud can tell, and none was asked."
    assert not [each["rule"] for each in found if each["source"] == "cloud"]


def test_a_report_is_as_old_as_it_says_and_an_old_one_is_told_and_judged(brought, printed):
    day = 86_400
    old = brought(started(printed, time.time() - 2 * day), "--json")
    assert "more than a day old" in old.err
    found = document(old)
    assert "more than a day old" in found["inspection"]["notices"][0]
    rule = next(each for each in found["findings"] if each["rule"] == "VOL-FSTAB")
    assert (rule["outcome"], rule["read_at"]) == ("pass", found["inspection"]["read_at"])


def test_an_old_report_about_an_instance_counts_as_little_as_any_old_inspection(brought, demo_cloud, printed):
    old = started(printed, time.time() - 2 * 86_400)
    done = brought(old, "--os-cloud", "demo", "--json", command=("check", "db-07"))
    assert "more than a day old" in document(done)["not_inspected_because"]
    assert "Warning: The report is more than a day old" in done.err


def test_only_a_machine_that_is_ready_ends_with_0(brought, printed):
    for report in (printed, printed.replace('"uid":0', '"uid":1000')):
        done = brought(report, "--json")
        assert done.status == (0 if document(done)["readiness"] == "ready" else 1)
    assert document(done)["readiness"] in {"blocked", "incomplete"}


@needs("root")
def test_who_was_root_already_is_not_told_to_become_root(brought, printed):
    unread = printed.replace('"state":"ok"', '"state":"unknown"')
    assert "Not answered: " in brought(unread).out
    assert "Inspect it as root" not in " ".join(brought(unread).out.split())
    assert "Inspect it as root" in " ".join(brought(unread.replace('"uid":0', '"uid":1000')).out.split())


def test_a_report_from_the_future_is_told(brought, printed):
    assert "from the future" in brought(started(printed, time.time() + 3600), "--json").err
    assert "Warning" not in brought(started(printed, time.time() + 60), "--json").err


def test_a_wrong_clock_there_makes_no_system_younger(brought, printed):
    found = document(brought(started(printed, 0), "--json", "--all"))["findings"]
    told = next(each for each in found if each["rule"] == "OS-EOL")
    assert "20000 days" not in told["evidence"]
    assert re.search(r"\d{5,} days", told["evidence"]) is None


def test_of_a_script_that_asked_for_something_else_nothing_found_is_no_pass(brought, printed):
    def outcome(report):
        found = document(brought(report, "--json"))["findings"]
        return next(each["outcome"] for each in found if each["rule"] == "SEC-PRIVKEY")

    assert outcome(printed) == "pass"
    assert outcome(re.sub(r'"asked":"\w+"', '"asked":"other"', printed)) == "unknown"


def test_a_report_of_a_script_that_does_not_say_what_it_asked_is_read(brought, printed):
    assert brought(re.sub(r'"asked":"\w+",', "", printed), "--json").out


def test_noise_around_it_and_the_line_ends_of_windows_do_no_harm(brought, printed):
    noisy = f"[sudo] password for ada: \n{printed}\nlogout\n".replace("\n", "\r\n")
    assert document(brought(noisy, "--json"))["machine"] == "db-07"
    assert document(brought(noisy.encode("utf-16"), "--json"))["machine"] == "db-07"


@pytest.mark.parametrize(
    "spoil, says",
    [
        (lambda _: "", "It is empty."),
        (lambda _: "sudo: a password is required\n", "It holds no report"),
        (lambda whole: whole[: len(whole) // 2], "It is cut off"),
        (lambda whole: whole.replace('"version":1', '"version":2'), "this program reads version 1"),
        (lambda whole: whole.replace("imaging-probe-begin 0", "imaging-probe-begin a1b2"), "somebody else's question"),
        (lambda whole: whole.replace("begin 0", "begin a1").replace("end 0 0", "end a1 0"), "somebody else's question"),
        (lambda whole: whole.replace('"nonce":"0"', '"nonce":"a1"'), "another mark"),
        (lambda whole: whole.replace('"schema":"imaging-probe"', '"schema":"x"'), "does not fit at schema"),
        (lambda whole: started(whole, 99_999_999_999), "outside of the calendar"),
        (lambda whole: whole + "x" * 9_000_001, "It is too large"),
        (lambda _: "x" * 19_000_000, "is too large"),
        (lambda whole: gzip.compress(whole.encode()), "is packed with gzip"),
        (lambda _: b"\x7fELF\x01\x02\x03" * 50, "is not a text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_report_is_said_in_one_sentence_before_any_login(brought, printed, spoil, says):
    for command in (("inspect",), ("check", "db-07", "--os-cloud", "nowhere")):
        refused = brought(spoil(printed), "--json", command=command)
        assert (refused.status, refused.out) == (2, "")
        assert says in refused.err


def test_exactly_one_way_is_named(imaging):
    assert imaging("inspect").status == 2
    assert imaging("inspect", "--here", "--guest-report", "x").status == 2
    assert imaging("check", "db-07", "--probe", "--guest-report", "x").status == 2


@pytest.mark.parametrize("named", ["", "@host", "a b@host", "$(id)", "-oProxyCommand=x", "host%eth0", "a;b@host"])
def test_a_machine_or_user_that_is_none_is_refused_before_anything_is_sent(imaging, named):
    refused = imaging("inspect", f"--ssh={named}")
    assert refused.status == 2
    assert "Nothing was sent anywhere" in refused.err


def test_a_user_is_named_once(imaging):
    assert "named twice" in imaging("inspect", "--ssh", "ada@host", "--user", "bob").err


def test_a_report_judges_the_guest_of_an_instance_and_is_not_kept(brought, imaging, demo_cloud, printed):
    cloud = ("--os-cloud", "demo", "--json")
    found = document(brought(printed, *cloud, command=("check", "db-07")))
    assert found["instance"]["name"] == "db-07"
    assert found["inspection"]["method"] == "brought by the user"
    assert "Nothing in the report shows that it is of this instance" in found["inspection"]["notices"][0]
    rests = {each["rule"]: (each["source"], each["inspection"]) for each in found["findings"]}
    assert rests["VOL-FSTAB"] == ("guest", "brought by the user")
    assert rests["VOL-DETACHED"] == ("cloud", None)
    assert document(imaging("check", "db-07", *cloud))["inspection"] is None


def test_a_report_that_names_the_instance_is_not_doubted(brought, demo_cloud, printed):
    own = printed.replace(
        '"system":{"rows":[', f'"system":{{"rows":[["instance","{demo_cloud.server_id("db-07")}"],\n', 1
    )
    found = document(brought(own, "--os-cloud", "demo", "--json", command=("check", "db-07")))
    assert found["inspection"]["notices"] == []


OTHER = "0f0e0d0c-0b0a-4a09-8807-060504030201"


def of_machine(report: str, *rows: tuple[str, ...]) -> str:
    return report.replace(
        '"system":{"rows":[', '"system":{"rows":[' + "".join(f"{json.dumps(row)},\n" for row in rows), 1
    )


@pytest.mark.parametrize("source", ["cloud-init", "dmi"])
def test_a_report_of_another_instance_is_refused_and_says_of_which(brought, demo_cloud, printed, source):
    theirs = of_machine(printed, ("identity", source, demo_cloud.server_id("web-01")))
    refused = brought(theirs, "--os-cloud", "demo", command=("check", "db-07"))
    assert (refused.status, refused.out) == (2, "")
    assert f"The report is not of db-07, which is {demo_cloud.server_id('db-07')}" in refused.err
    assert demo_cloud.server_id("web-01") in refused.err
    assert "That is web-01." in refused.err
    assert "--other-machine db-07" in refused.err


def test_a_report_of_an_instance_that_is_nowhere_is_refused_by_its_id(brought, demo_cloud, printed):
    refused = brought(of_machine(printed, ("identity", "dmi", OTHER)), "--os-cloud", "demo", command=("check", "db-07"))
    assert refused.status == 2
    assert OTHER in refused.err
    assert "That is" not in refused.err


def test_who_types_the_name_has_it_judged_all_the_same_and_that_is_noted(brought, demo_cloud, printed):
    theirs = of_machine(printed, ("identity", "dmi", OTHER))
    arguments = ("--os-cloud", "demo", "--json", "--other-machine")
    found = document(brought(theirs, *arguments, "db-07", command=("check", "db-07")))
    assert "You say that the report is of this instance" in found["inspection"]["notices"][0]
    assert OTHER in found["inspection"]["notices"][0]
    assert brought(theirs, *arguments, "db-08", command=("check", "db-07")).status == 2


@pytest.mark.parametrize(
    "rows",
    [
        [("identity", "cloud-init", "i-00000001")],
        [("identity", "dmi", "00000000-0000-0000-0000-000000000000")],
        [("identity", "somewhere", OTHER)],
        [("instance", OTHER)],
        [],
    ],
)
def test_a_report_that_does_not_tell_is_judged_and_that_is_said(brought, demo_cloud, printed, rows):
    """An id on the disk may have come with the image, so it contradicts nothing."""
    done = brought(of_machine(printed, *rows), "--os-cloud", "demo", "--json", command=("check", "db-07"))
    assert "Nothing in the report shows that it is of this instance" in document(done)["inspection"]["notices"][0]


def test_any_id_that_fits_suffices(brought, demo_cloud, printed):
    own = demo_cloud.server_id("db-07")
    mixed = of_machine(printed, ("identity", "dmi", OTHER), ("identity", "cloud-init", own))
    found = document(brought(mixed, "--os-cloud", "demo", "--json", command=("check", "db-07")))
    assert found["inspection"]["notices"] == []


def test_a_machine_is_inspected_by_ssh_without_a_cloud(imaging, demo_cloud, monkeypatch):
    monkeypatch.delenv("OS_CLOUD", raising=False)
    done = imaging("inspect", "--ssh", "ubuntu@192.0.2.107", "--ssh-config", str(demo_cloud.ssh_config), "--json")
    found = document(done)
    assert (found["machine"], found["inspection"]["method"]) == ("db-07", "ssh")


def test_a_host_key_that_nothing_vouches_for_is_refused_where_nobody_can_be_asked(imaging, demo_cloud, tmp_path):
    config = tmp_path / "config"
    said = demo_cloud.ssh_config.read_text().replace(str(demo_cloud.known_hosts), str(tmp_path / "known_hosts"))
    config.write_text(said)
    refused = imaging("inspect", "--ssh", "ubuntu@192.0.2.107", "--ssh-config", str(config))
    assert (refused.status, refused.out) == (2, "")
    assert "is not known" in refused.err
    key = re.search(r"SHA256:\S+", refused.err)
    assert key is not None
    trusted = ("--host-key", key[0].rstrip("."), "--ssh-config", str(config), "--json")
    assert document(imaging("inspect", "--ssh", "ubuntu@192.0.2.107", *trusted))["machine"] == "db-07"


@pytest.mark.parametrize("answer, status", [("y", 1), ("n", 2)])
def test_at_a_terminal_the_host_key_is_asked_about(at_terminal, demo_cloud, tmp_path, answer, status):
    config, known = tmp_path / "config", tmp_path / "known_hosts"
    config.write_text(demo_cloud.ssh_config.read_text().replace(str(demo_cloud.known_hosts), str(known)))
    wanted = ("inspect", "--ssh", "ubuntu@192.0.2.107", "--ssh-config", str(config))
    done = at_terminal(*wanted, question="Trust it from now on?", answer=answer)
    assert done.status == status
    assert ("SEC-PRIVKEY" in done.out) is (answer == "y")
    assert known.exists() is (answer == "y")


@pytest.mark.slow
def test_this_machine_is_inspected_as_the_user_who_runs_the_program(imaging, tmp_path, monkeypatch):
    """Of what is searched for by name only one folder: all those of a machine on which people work take long."""
    monkeypatch.setattr("imaging.guidelines.guest.questions.SEARCH_ROOTS", (str(tmp_path),))
    key = tmp_path / "id_ed25519"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n")
    done = imaging("inspect", "--here", "--json")
    assert done.status == 1
    inspection = document(done)["inspection"]
    assert inspection["method"] == "here"
    assert inspection["user"] == pwd.getpwuid(os.getuid()).pw_name
    found = next(each for each in document(done)["findings"] if each["rule"] == "SEC-PRIVKEY")
    assert found["outcome"] == "fail"
    assert str(key) in found["evidence"] or " files: " in found["evidence"]
