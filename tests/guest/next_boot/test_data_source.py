"""Whether cloud-init runs in a new instance, and asks OpenStack.

By its own files, by ds-identify, which chooses for it, and by the line of the next kernel.
"""

from __future__ import annotations

import pytest

from models.findings import Finding, Outcome
from tests.guest.next_boot.guests import LINE, Files, findings, grub_cfg, grub_entry
from tests.support.known import command_of
from tests.support.shells import EACH_SHELL

CFG = "/etc/cloud/ds-identify.cfg"
UNITS = "/etc/systemd/system/cloud-init.target.wants"


def judged(tmp_path, rule: str, files: Files, *, words: str = "", shell: str = "dash") -> Finding:
    line = {"/boot/grub/grub.cfg": grub_cfg(grub_entry("Ubuntu", line=f"{LINE} {words}"))}
    return findings(tmp_path, {**line, **files}, shell=shell, parts=("system", "boot", "cloud_init"))[rule]


@pytest.mark.parametrize("shell", EACH_SHELL)
@pytest.mark.parametrize("value", ["VMware", "NoCloud", '"Azure"', "Ec2 # x", "None"])
def test_ds_identify_may_choose_another_source(tmp_path, shell, value):
    found = judged(tmp_path, "CI-DATASOURCE", {CFG: f"# x\ndatasource: {value}\n"}, shell=shell)
    assert found.outcome is Outcome.FAIL
    assert CFG in found.evidence
    assert command_of(found) == f"sudo sed -i.bak '/^ *datasource:/d' {CFG}"


@pytest.mark.parametrize("value", ["OpenStack", "ConfigDrive", "'OpenStack'"])
def test_or_openstack_itself(tmp_path, value):
    assert judged(tmp_path, "CI-DATASOURCE", {CFG: f"datasource: {value}\n"}).outcome is Outcome.PASS


def test_ds_identify_wins_over_the_list_of_cloud_init(tmp_path):
    files = {CFG: "datasource: VMware\n", "/etc/cloud/cloud.cfg.d/90.cfg": "datasource_list: [OpenStack]\n"}
    assert judged(tmp_path, "CI-DATASOURCE", files).blocks


@pytest.mark.parametrize(
    "words",
    [
        "ds=nocloud", "ds=nocloud;s=http://10.0.0.9/seed/", "ds=nocloud-net;h=x", "ci.ds=Azure",
        "ci.datasource=NoCloud", '"ds=nocloud;s=/dev/sr0"',
    ],
)  # fmt: skip
def test_the_line_of_the_next_kernel_may_choose_another_source(tmp_path, words):
    found = judged(tmp_path, "CI-DATASOURCE", {CFG: "datasource: OpenStack\n"}, words=words)
    assert found.blocks
    assert "the kernel line" in found.evidence


def test_the_line_of_this_boot_does_not_count(tmp_path):
    now = {"/proc/cmdline": f"{LINE} ds=nocloud cloud-init=disabled ci.di.policy=disabled\n"}
    assert judged(tmp_path / "a", "CI-DATASOURCE", now).outcome is Outcome.PASS
    assert judged(tmp_path / "b", "CI-ENABLED", now).outcome is Outcome.PASS


@pytest.mark.parametrize("words", ["ds=openstack", "ci.ds=ConfigDrive,OpenStack,None"])
def test_or_openstack_by_name(tmp_path, words):
    assert judged(tmp_path, "CI-DATASOURCE", {}, words=words).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "text",
    [
        "datasource_list: [Azure]", "{datasource_list: [Azure]}", "datasource_list:\n- Azure\n- None",
        "datasource_list:\n  [\n  Azure\n  ]", '"datasource_list": ["NoCloud"]', "datasource_list: &a [Azure]\n",
        "datasource_list: [OpenStack]\ndatasource_list: [Azure]",
    ],
)  # fmt: skip
def test_the_list_is_read_in_every_style_of_yaml(tmp_path, text):
    """A whole document in one mapping may hold passwords: it is not sent, and so not known."""
    found = judged(tmp_path, "CI-DATASOURCE", {"/etc/cloud/cloud.cfg.d/95.cfg": f"{text}\n"})
    assert found.outcome is (Outcome.UNKNOWN if text.startswith("{") else Outcome.FAIL)


SEED = "/var/lib/cloud/seed"


@pytest.mark.parametrize("name", ["nocloud", "nocloud-net", "config_drive"])
def test_a_data_source_on_the_disk_itself_is_asked_first(tmp_path, name):
    found = judged(tmp_path, "CI-DATASOURCE", {f"{SEED}/{name}/meta-data": "", f"{SEED}/{name}/user-data": ""})
    assert found.blocks
    assert f"{SEED}/{name}" in found.evidence


@pytest.mark.parametrize(
    "named, outcome",
    [
        ("[OpenStack, None]", Outcome.PASS),
        ("[OpenStack, NoCloud]", Outcome.PASS),
        ("[NoCloud, OpenStack]", Outcome.FAIL),
    ],
)
def test_unless_the_list_keeps_it_out(tmp_path, named, outcome):
    files = {f"{SEED}/nocloud/meta-data": "x", "/etc/cloud/cloud.cfg.d/90.cfg": f"datasource_list: {named}\n"}
    assert judged(tmp_path, "CI-DATASOURCE", files).outcome is outcome


@pytest.mark.parametrize("text", ["policy: disabled\n", "policy: disabled,found=all\n", 'policy: "disabled"\n'])
def test_ds_identify_may_switch_it_off(tmp_path, text):
    found = judged(tmp_path, "CI-ENABLED", {CFG: text})
    assert found.blocks
    assert command_of(found) == f"sudo sed -i.bak '/^ *policy:/d' {CFG}"


@pytest.mark.parametrize("words", ["ci.di.policy=disabled", "cloud-init=disabled", "systemd.mask=cloud-init.service"])
def test_the_line_of_the_next_kernel_may_switch_it_off(tmp_path, words):
    assert judged(tmp_path, "CI-ENABLED", {}, words=words).blocks


@pytest.mark.parametrize("text", ["policy: search,found=all,maybe=all,notfound=disabled\n", "policy: enabled\n", ""])
def test_a_policy_that_asks_passes(tmp_path, text):
    assert judged(tmp_path, "CI-ENABLED", {CFG: text}).outcome is Outcome.PASS


@pytest.mark.parametrize("text", ["policy: odd\n", "policy: search,found=never\n", "poli", "own: 1\n", "{policy: x}\n"])
def test_a_policy_that_is_not_known_passes_nothing(tmp_path, text):
    assert judged(tmp_path, "CI-ENABLED", {CFG: text}).outcome is not Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        {"/etc/systemd/system-generators/cloud-init-generator": "-> /dev/null"},
        {"/etc/systemd/system/cloud-init.target": "-> /dev/null"},
        {"/etc/systemd/system/cloud-final.service": "-> /dev/null"},
        {f"{UNITS}/cloud-init.service": None},
    ],
    ids=["generator masked", "target masked", "unit masked", "unit disabled"],
)
def test_what_systemd_does_not_start_is_switched_off(tmp_path, files):
    assert judged(tmp_path, "CI-ENABLED", files).blocks


def test_where_nothing_is_seen_that_starts_it_it_does_not_pass(tmp_path):
    gone = {"/usr/lib/systemd/system-generators/cloud-init-generator": None}
    assert judged(tmp_path, "CI-ENABLED", gone).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("path", ["/etc/runlevels/boot/cloud-init", "/etc/rc2.d/S01cloud-init"])
def test_another_init_may_start_it(tmp_path, path):
    files = {"/usr/lib/systemd/system-generators/cloud-init-generator": None, path: "#!/bin/sh\n"}
    assert judged(tmp_path, "CI-ENABLED", files).outcome is Outcome.PASS


@pytest.mark.parametrize("words", ["cc:{datasource_list:[Azure]} end_cc", "cloud-config-url=http://10.0.0.9/x"])
def test_settings_that_the_kernel_line_brings_along_pass_nothing(tmp_path, words):
    assert judged(tmp_path, "CI-DATASOURCE", {}, words=words).outcome is Outcome.UNKNOWN


BROKEN = {
    "cut short": "datasource_list: [OpenStack,",
    "no yaml": "\tnetwork: {\n%",
    "another whole": "- a\n- b\n",
    "merged": "x: &a {b: 1}\nnetwork: {<<: *a}\n",
    "deep": f"network: {'[' * 60}{']' * 60}\n",
}


@pytest.mark.parametrize("form", BROKEN)
@pytest.mark.parametrize("rule", ["CI-ENABLED", "CI-DATASOURCE", "CI-TRUST", "CI-NETDISABLED"])
def test_a_file_that_cannot_be_read_passes_nothing(tmp_path, form, rule):
    found = judged(tmp_path, rule, {"/etc/cloud/cloud.cfg.d/95.cfg": BROKEN[form]})
    assert found.outcome is Outcome.UNKNOWN


def test_the_marker_of_a_kept_cache_counts_though_no_setting_says_so(tmp_path):
    """cloud-init goes by it, not by what the settings say by then."""
    found = judged(tmp_path, "CI-TRUST", {"/var/lib/cloud/instance/manual-clean": ""})
    assert found.outcome is Outcome.FAIL
    assert "manual-clean" in found.evidence
