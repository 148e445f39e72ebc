"""cloud-init: whether and how it will set up a new instance."""

from __future__ import annotations

from models.base import Frozen
from models.guest.network import NetworkSetting
from models.text import CleanText


class Setting(Frozen):
    """A setting of cloud-init, from one of its files; the last file wins."""

    key: CleanText
    """Such as `ssh_deletekeys`, `datasource_list`, `network.config`; `ds-identify.policy` of what chooses for it."""
    value: CleanText
    file: CleanText = ""


class UserData(Frozen):
    """What was given at launch and lies on the disk still."""

    path: CleanText
    size_bytes: int = 0
    looks_secret: bool | None = None
    """Whether a line looks like a password, token or key; None if it could not be read."""


class CloudInit(Frozen):
    """cloud-init as it is installed here."""

    version: CleanText | None = None
    """None: it is not installed."""
    disabled_by: tuple[CleanText, ...] = ()
    """What switches it off: a file, a masked unit, a word of the kernel line."""
    enabled: bool | None = None
    """Whether something starts it at a boot; None where that was not seen."""
    seeds: tuple[CleanText, ...] = ()
    """Names of the folders of /var/lib/cloud/seed that hold anything: data sources that lie on the disk itself."""
    settings: tuple[Setting, ...] = ()
    network: tuple[NetworkSetting, ...] = ()
    """What of a network that its own files give ties it to this machine: it goes into every new instance."""
    status: CleanText = ""
    """done, running, error, degraded, disabled; empty if it does not say."""
    errors: tuple[CleanText, ...] = ()
    instances_kib: int | None = None
    """What /var/lib/cloud/instances takes; None if there is nothing."""
    user_data: tuple[UserData, ...] = ()

    def setting(self, key: str) -> Setting | None:
        """The setting that counts."""
        return next((each for each in reversed(self.settings) if each.key == key), None)
