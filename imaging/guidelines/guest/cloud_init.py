"""cloud-init as it will be at the first boot of a new instance: its files, and the line of the next kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside, inside_or_none
from imaging.guidelines.guest.next_boot.kernel_line import next_line, words_of
from models.guest.boot import Boot
from models.guest.first_boot import CloudInit, Setting
from models.guest.network import NetworkSetting
from models.guidelines.facts import InstanceFacts

KERNEL = "the kernel line"
_YES = frozenset({"true", "yes", "on", "1"})
_DATA_SOURCE_WORDS = frozenset({"ds", "ci.ds", "ci.datasource"})
_MASKED = re.compile(r"^cloud-(?:init[\w-]*|config|final)(?:\.service|\.target)?$")
_ADDRESS = re.compile(r"^(\d[\d.]*\.\d+|\[[0-9a-fA-F:]+\])(?::|/|$)")
"""What `ip=` begins with where it is no way such as `dhcp`, and no device."""
NOT_READ = "not understood"
"""The key of settings whose meaning is not known here."""


def coming_cloud_init(facts: InstanceFacts) -> CloudInit:
    """cloud-init with what the next kernel's line adds.

    Raises:
        UnreadError: cloud-init could not be read.
    """
    cloud_init = inside(facts, parts.cloud_init)
    boot = inside_or_none(facts, parts.boot)
    return with_kernel_line(cloud_init, boot) if boot is not None else cloud_init


def coming_or_none(facts: InstanceFacts) -> CloudInit | None:
    """As `coming_cloud_init`; None where it is not known."""
    return coming_cloud_init(facts) if inside_or_none(facts, parts.cloud_init) is not None else None


def with_kernel_line(cloud_init: CloudInit, boot: Boot) -> CloudInit:
    """The settings of the line win over those of files."""
    words = words_of(next_line(boot))
    return cloud_init.model_copy(
        update={
            "disabled_by": (*cloud_init.disabled_by, *_switches(words)),
            "settings": (*cloud_init.settings, *_settings(words)),
            "network": (*cloud_init.network, *_network(words)),
        }
    )


def _switches(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        key, _, value = word.partition("=")
        if word == "cloud-init=disabled" or (key == "systemd.mask" and _MASKED.match(value)):
            yield f"{word} on {KERNEL}"


def _settings(words: tuple[str, ...]) -> Iterator[Setting]:
    for word in words:
        key, _, value = word.partition("=")
        if key in _DATA_SOURCE_WORDS:
            yield Setting(key="kernel.datasource", value=value.partition(";")[0], file=KERNEL)
        elif key == "ci.di.policy":
            yield Setting(key="ds-identify.policy", value=value, file=KERNEL)
        elif key == "network-config":
            yield Setting(key="network.config", value="disabled" if value == "disabled" else NOT_READ, file=KERNEL)
        elif word.startswith("cc:") or key in {"cloud-config-url", "url"}:
            yield Setting(key=NOT_READ, value=word, file=KERNEL)


def _network(words: tuple[str, ...]) -> Iterator[NetworkSetting]:
    """`ip=`, `ifname=` and `nameserver=`, which dracut and systemd-network-generator make a configuration of."""
    for word in words:
        key, _, value = word.partition("=")
        if key == "ip" and (address := _ADDRESS.match(value)):
            yield NetworkSetting(file=KERNEL, kind="address", value=address[1])
        elif key == "ifname" and ":" in value:
            yield NetworkSetting(file=KERNEL, kind="mac", value=value.partition(":")[2])
        elif key == "nameserver" and value:
            yield NetworkSetting(file=KERNEL, kind="dns", value=value)


def is_yes(cloud_init: CloudInit, key: str) -> bool | None:
    """Whether a switch of cloud-init is on; None where no file sets it."""
    setting = cloud_init.setting(key)
    return None if setting is None else setting.value.strip("\"' ").casefold() in _YES


def sets_up_new_instances(cloud_init: CloudInit) -> bool:
    """Whether cloud-init is there and will run in a new instance."""
    policy = cloud_init.setting("ds-identify.policy")
    switched_off = policy is not None and policy.value.partition(",")[0].strip() == "disabled"
    return cloud_init.version is not None and not cloud_init.disabled_by and not switched_off


def network_disabled(cloud_init: CloudInit) -> bool:
    """Whether cloud-init leaves the network alone, so that what stands there now stays as it is in a new instance."""
    setting = cloud_init.setting("network.config")
    return not sets_up_new_instances(cloud_init) or (setting is not None and "disabled" in setting.value.casefold())


def network_given(cloud_init: CloudInit) -> bool:
    """Whether cloud-init's own files, not the cloud, say what the network of a new instance is."""
    setting = cloud_init.setting("network.config")
    return setting is not None and setting.value == "given" and sets_up_new_instances(cloud_init)


def given_networks(cloud_init: CloudInit) -> tuple[NetworkSetting, ...]:
    """What the kernel line gives, and cloud-init's own files where it reads them."""
    return tuple(each for each in cloud_init.network if each.file == KERNEL or network_given(cloud_init))


def stays_in_new_instance(setting: NetworkSetting, cloud_init: CloudInit | None) -> bool:
    """Whether a setting of the network is the same in a new instance: what cloud-init wrote it writes again there."""
    return not setting.by_cloud_init or (cloud_init is not None and network_disabled(cloud_init))
