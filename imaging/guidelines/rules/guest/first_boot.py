"""Chapter *First boot*: whether cloud-init will set a new instance up."""

from __future__ import annotations

import re
from shlex import quote

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.cloud_init import (
    KERNEL,
    coming_cloud_init,
)
from imaging.guidelines.guest.commands import install, root_commands, without_kernel_words
from imaging.guidelines.guest.facts import (
    guest_failed,
    guest_passed,
    guest_unknown,
    inside,
    unless_incomplete,
)
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
NO_CLOUD_INIT = "cloud-init is not installed."
CONFIGURATION = "/etc/cloud/cloud.cfg.d/99-imaging.cfg"
_SWITCH_FILE = re.compile(r"(?:^|(?<=\s))(?>\S*?(?=/etc/cloud/))(/etc/cloud/\S*disabled)")
_UNIT = re.compile(r"(?<![\w@-])[\w@-]++\.(?:service|target)")
_KERNEL_WORD = re.compile(r"cloud-init=\w+")
_MODES = frozenset({"search", "report", "enabled"})
_POLICIES = frozenset({
    "report", "found=all", "found=first", "maybe=all", "maybe=none", "notfound=disabled", "notfound=enabled",
})  # fmt: skip
"""What ds-identify understands in its policy."""


@rule("CI-INSTALLED", Chapter.FIRST_BOOT, "Installation of cloud-init", Severity.BLOCK, by_hand="cloud-init --version")
def ci_installed(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = inside(facts, parts.cloud_init)
    if cloud_init.version is not None:
        return guest_passed(
            f"cloud-init is installed ({cut(cloud_init.version, _SHOWN) or 'version unknown'}).",
            facts,
            parts.cloud_init,
        )
    remedy = install(facts, "cloud-init", "cloud-init")
    return guest_failed(
        "cloud-init is not installed: a new instance gets no key, name or user of its own.",
        "Install it. An appliance that sets itself up can do without: waive this.",
        facts,
        parts.cloud_init,
        command=remedy.shown if remedy else None,
        actions=(remedy.action("Install cloud-init.", "cloud_init", "packages", "services"),) if remedy else (),
    )


@rule(
    "CI-ENABLED",
    Chapter.FIRST_BOOT,
    "Start of cloud-init at boot",
    Severity.BLOCK,
    by_hand="ls /etc/cloud/cloud-init.disabled; cat /etc/cloud/ds-identify.cfg; systemctl is-enabled cloud-init;"
    " grep cloud-init= /proc/cmdline",
)
def ci_enabled(facts: InstanceFacts, _profile: Profile) -> Answer:
    cloud_init = coming_cloud_init(facts)
    if cloud_init.version is None:
        return not_applicable(NO_CLOUD_INIT)
    policy = cloud_init.setting("ds-identify.policy")
    mode, _, rest = policy.value.partition(",") if policy is not None else ("search", "", "")
    off = [f"policy: disabled ({policy.file})"] if policy is not None and mode.strip() == "disabled" else []
    disabled_by = (*cloud_init.disabled_by, *off)
    switches = [cut(each, _SHOWN) for each in disabled_by]
    if switches:
        return guest_failed(
            f"Switched off by {fitting(switches)}.",
            "Take that away: a new instance gets no key, name or user of its own.",
            facts,
            parts.cloud_init,
            command="\n".join(filter(None, (_switched_on(facts, each) for each in disabled_by))) or None,
        )
    if mode.strip() not in _MODES or any(each.strip() not in _POLICIES for each in rest.split(",") if each.strip()):
        return guest_unknown(f"What ds-identify decides could not be told: policy: {cut(f'{mode},{rest}', _SHOWN)}.")
    if not cloud_init.enabled:
        return guest_unknown(
            "What starts it at a boot was not seen.", command="systemctl is-enabled cloud-init.service"
        )
    inside(facts, parts.boot)
    answer = guest_passed("Neither a file, nor a masked unit, nor the kernel line does.", facts, parts.cloud_init)
    return unless_incomplete(answer, facts, parts.cloud_init, parts.boot)


def _switched_on(facts: InstanceFacts, switch: str) -> str | None:
    """How one switch is taken away."""
    if path := _SWITCH_FILE.search(switch):
        return root_commands(f"rm {quote(path[1])}").shown
    if switch.startswith("policy:") and KERNEL not in switch:
        return root_commands("sed -i.bak '/^ *policy:/d' /etc/cloud/ds-identify.cfg").shown
    if unit := _UNIT.search(switch):
        return root_commands(f"systemctl unmask {unit[0]}", f"systemctl enable {unit[0]}").shown
    if word := _KERNEL_WORD.search(switch):
        remedy = without_kernel_words(facts, (word[0],))
        return remedy.shown if remedy else None
    return None
