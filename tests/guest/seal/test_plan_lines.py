"""A plan on its way to the clone: what travels, what is refused, and that Nova takes it."""

from __future__ import annotations

import gzip

import pytest

from imaging.guest.seal import LARGEST, canary_token, control_token, seal_user_data, unfit_name
from imaging.guest.seal.plan_lines import plan_lines
from imaging.guest.seal.script import PROBED, readable_script, seal_script
from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.profiles import load_profile
from imaging.guidelines.tables import seal_masked_units
from models.errors import UsageError
from models.guest.files import Questions
from models.seal.plan import KeptThing, OperationId, SealPlan, SealTarget, TargetAction
from models.seal.report import CanaryClass
from tests.guest.seal.sealing import NONCE, plan, target

FOLDERS = (
    "/srv/archive",
    "/opt/pipeline/stages",
    "/data/project-omega",
    "/usr/local/share/results",
    "/var/lib/service",
)
SECRETS = ("credentials.json", ".env", "deploy_key", "settings/token.yaml", "backup.sql", ".pgpass")
UNITS = [
    "accounts-daemon",
    "apparmor",
    "apport-autoreport",
    "apt-daily-upgrade",
    "chrony",
    "cloud-config",
    "cloud-final",
    "cloud-init",
    "console-setup",
    "cron",
    "dmesg",
    "e2scrub_reap",
    "finalrd",
    "grub-common",
    "irqbalance",
    "keyboard-setup",
    "lvm2-monitor",
    "ModemManager",
    "multipathd",
    "nginx",
    "networkd-dispatcher",
    "open-iscsi",
    "open-vm-tools",
    "pollinate",
    "postgresql",
    "rsyslog",
    "secureboot-db",
    "snapd.seeded",
    "ssh",
    "survey",
    "ufw",
    "systemd-networkd",
    "systemd-pstore",
    "systemd-resolved",
    "systemd-timesyncd",
    "thermald",
    "ubuntu-advantage",
    "udisks2",
    "jupyterhub",
]


def large_plan(targets: int) -> SealPlan:
    named = [f"{FOLDERS[n % 5]}/step-{n * 7919 % 1000}/{SECRETS[n % 6]}" for n in range(targets)]
    operations: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
    operations[OperationId.SECRETS] = tuple(target(TargetAction.REMOVE, name) for name in named)
    return plan(
        operations, accounts=("alice", "bruno", "ubuntu"), homes=("/home/alice", "/home/bruno", "/home/ubuntu"),
        units=tuple(f"{name}.service" for name in UNITS), mask=seal_masked_units(),
    )  # fmt: skip


class TestNames:
    @pytest.mark.parametrize(
        "name", ["/home/alice", "/home/Messung übersicht", "/srv/it's $(odd)`x`\\n", "-rf", " blank "]
    )
    def test_what_a_shell_can_be_told_is_fit(self, name):
        assert unfit_name(name) is None

    @pytest.mark.parametrize(
        "name", ["", "/a\tb", "/a\nb", "/a\x00", "/a\x7f", "/a\x1b[2J", "/a\ufffd", "/" + "x" * 4096]
    )
    def test_what_could_be_another_name_there_is_not(self, name):
        assert unfit_name(name)

    def test_bytes_that_are_no_text_are_not(self):
        assert unfit_name(b"/a\x80".decode("utf-8", "surrogateescape"))

    @pytest.mark.parametrize("name", ["home", "/home/../etc", "/home//alice", "/home/", "//x", "/", "/etc", "/var"])
    def test_a_path_with_detours_or_without_which_nothing_boots_is_refused(self, name):
        with pytest.raises(UsageError):
            plan_lines(plan({OperationId.HOMES: (target(TargetAction.REMOVE, name),)}))

    @pytest.mark.parametrize("name", ["", "a:b", "a/b", "-x", "a\ufffd"])
    def test_what_is_no_account_is_refused(self, name):
        with pytest.raises(UsageError):
            plan_lines(plan({OperationId.ACCOUNTS: (target(TargetAction.ACCOUNT, name),)}))

    def test_lines_without_numbers_and_numbers_without_lines_are_refused(self):
        for wrong in (target(TargetAction.LINES, "/etc/x"), target(TargetAction.REMOVE, "/etc/x", 3)):
            with pytest.raises(UsageError, match="lines"):
                plan_lines(plan({OperationId.SECRETS: (wrong,)}))
        with pytest.raises(UsageError, match="must read"):
            plan_lines(plan({OperationId.FSTAB: (target(TargetAction.COMMENT, "/etc/fstab", 3),)}))

    def test_a_name_that_cannot_travel_is_refused_in_every_list(self):
        # A model cleans what it is given, so an odd name arrives with a mark in it.
        for wrong in (plan(accounts=("a\nb",)), plan(homes=("/a\tb",)), plan(units=("\x00",)), plan(mask=("a\nb",))):
            with pytest.raises(UsageError, match="cannot name"):
                plan_lines(wrong)
        with pytest.raises(UsageError, match="cannot name"):
            plan_lines(plan(kept=(KeptThing(path="/a\nb"),)))

    def test_operations_travel_in_the_order_of_the_work(self):
        made = plan_lines(plan(dict.fromkeys(reversed(OperationId), ())))
        assert [line.split("\t")[1] for line in made.splitlines() if line.startswith("operation")] == list(OperationId)


class TestUserData:
    @pytest.mark.parametrize("profile", ["jetstream", "jetstream2", "openstack"])
    def test_two_hundred_things_and_all_that_a_profile_asks_fit(self, profile):
        made = seal_user_data(large_plan(200), questions_for(load_profile(profile)), NONCE)
        assert len(made) <= LARGEST == 49_149
        assert gzip.decompress(made).startswith(b"#cloud-boothook\n#!/bin/sh\n")

    def test_one_that_does_not_fit_says_how_large_it_is_and_what_to_do(self):
        with pytest.raises(UsageError, match=r"takes \d+ bytes of user data; a cloud takes at most 49149") as refused:
            seal_user_data(large_plan(9000), Questions(), NONCE)
        assert "9000 things" in refused.value.meaning
        assert "whole folders first" in refused.value.remedy

    def test_no_token_travels(self):
        made = seal_script(large_plan(1), Questions(), NONCE)
        assert not [kind for kind in CanaryClass if canary_token(NONCE, kind) in made]
        assert control_token(NONCE) not in made

    def test_a_name_that_looks_like_a_place_to_be_filled_in_stays(self):
        made = seal_script(
            plan({OperationId.SECRETS: (target(TargetAction.REMOVE, "/srv/@NONCE@"),)}), Questions(), NONCE
        )
        assert "/srv/@NONCE@" in made

    @pytest.mark.parametrize("nonce", ["", "a b", "$(reboot)", "x" * 33, "a\nb"])
    def test_only_a_word_is_a_nonce(self, nonce):
        with pytest.raises(ValueError, match="nonce"):
            seal_user_data(plan(), Questions(), nonce)

    def test_the_probe_is_asked_for_what_was_to_go(self):
        assert {"accounts", "sightings", "directories", "system_files", "cloud_init", "identity", "network"} <= PROBED

    def test_the_work_can_be_read(self):
        text = readable_script(NONCE)
        assert text.isascii()
        assert "never runs on the instance itself" in text
