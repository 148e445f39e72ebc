"""Chapter *First boot*: which data sources cloud-init asks in a new instance."""

from __future__ import annotations

import re
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import KERNEL, NOT_READ, coming_cloud_init
from imaging.guidelines.guest.commands import root_commands, without_kernel_words, write_line
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.guest.next_boot.kernel_line import next_line, words_of
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.rules.guest.first_boot import CONFIGURATION, NO_CLOUD_INIT
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guest.first_boot import CloudInit, Setting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_OURS = frozenset({"openstack", "configdrive"})
_NAME = re.compile(r"[A-Za-z]\w*")
_SEEDS = {"nocloud-net": "nocloud", "config_drive": "configdrive"}
"""Folders of seeds that are called otherwise than their data source."""


@rule(
    "CI-DATASOURCE",
    Chapter.FIRST_BOOT,
    "Data sources of cloud-init",
    Severity.BLOCK,
    by_hand="grep -rs -e datasource_list -e '^datasource' /etc/cloud; cat /proc/cmdline; cloud-id",
)
def ci_datasource(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = coming_cloud_init(facts)
    if cloud_init.version is None:
        return not_applicable(NO_CLOUD_INIT)
    setting = _deciding(cloud_init)
    named = [each.casefold() for each in _NAME.findall(setting.value)] if setting is not None else []
    shown = f"{fitting(_NAME.findall(setting.value), 60)} ({cut(setting.file, _SHOWN)})" if setting else ""
    if named and not _OURS & set(named):
        return _another_source(facts, setting, shown, only_ec2="ec2" in named)
    seeds = [each for each in cloud_init.seeds if _comes_first(each, named)]
    if seeds:
        return guest_failed(
            f"/var/lib/cloud/seed/{cut(seeds[0], 20)} is a data source: a new instance never asks OpenStack.",
            "Remove it: it stands for the machine on which the image was made.",
            facts,
            parts.cloud_init,
            command=root_commands(f"rm -r {quote(f'/var/lib/cloud/seed/{seeds[0]}')}").shown,
        )
    odd = cloud_init.setting(NOT_READ)
    if odd is not None:
        return guest_unknown(f"What {cut(odd.value, _SHOWN)} on {odd.file} adds to cloud-init could not be told.")
    inside(facts, parts.boot)
    said = f"It asks {shown}." if named else "No list: cloud-init finds OpenStack by itself."
    return unless_incomplete(guest_passed(said, facts, parts.cloud_init), facts, parts.cloud_init, parts.boot)


def _deciding(cloud_init: CloudInit) -> Setting | None:
    """What says which data sources are asked: the kernel line before ds-identify, and that before cloud-init's list."""
    found = (cloud_init.setting(key) for key in ("kernel.datasource", "ds-identify.datasource", "datasource_list"))
    return next((each for each in found if each is not None and _NAME.search(each.value)), None)


def _comes_first(seed: str, named: list[str]) -> bool:
    """Whether a seed is asked before OpenStack: by default it is, else by the order of the list."""
    source = _SEEDS.get(seed, seed.casefold())
    ours = [place for place, name in enumerate(named) if name in _OURS]
    return not named or (source in named and named.index(source) < min(ours))


def _another_source(facts: InstanceFacts, setting: Setting | None, shown: str, *, only_ec2: bool) -> Answer:
    """None of the sources that are asked is one of OpenStack's."""
    place = setting.file if setting is not None else ""
    remedy = write_line("datasource_list: [ ConfigDrive, OpenStack, None ]", CONFIGURATION)
    if place == KERNEL:
        remedy = without_kernel_words(facts, tuple(_source_words(facts))) or remedy
    elif place.endswith("ds-identify.cfg"):
        remedy = root_commands(f"sed -i.bak '/^ *datasource:/d' {quote(place)}")
    return guest_failed(
        f"It asks only {shown}.",
        "Let it ask OpenStack and ConfigDrive; of cloud.cfg.d the last file wins.",
        facts,
        parts.cloud_init,
        command=remedy.shown,
        actions=(remedy.action("Let cloud-init ask OpenStack and ConfigDrive.", "cloud_init", "boot"),),
        severity=Severity.WARN if only_ec2 else None,
    )


def _source_words(facts: InstanceFacts) -> list[str]:
    line = words_of(next_line(inside(facts, parts.boot)))
    return [each for each in line if each.partition("=")[0] in {"ds", "ci.ds", "ci.datasource"}]
