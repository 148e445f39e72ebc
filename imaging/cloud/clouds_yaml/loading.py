"""Loads an entry as openstacksdk merges it, from the files that may be merged."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imaging.cloud.clouds_yaml.entry_paths import with_places
from imaging.cloud.clouds_yaml.file_trust import Distrust
from imaging.cloud.clouds_yaml.files import CloudsFile, CloudsFiles, find_files
from imaging.cloud.clouds_yaml.one_meaning import one_meaning, refuse_swelling
from imaging.cloud.clouds_yaml.remote_profile import address_of_profile, fetch
from imaging.runtime.redaction import redactor
from models import foreign
from models.errors import ConfigError, NoCloudError
from models.text import one_line
from models.words.near_names import did_you_mean

ENVIRONMENT_CLOUD = "envvars"
"""The name under which the OS_* variables are a cloud, as with the `openstack` command."""

SECRETS = {
    "password": "password",
    "application_credential_secret": "application credential secret",
    "passcode": "passcode",
    "token": "token",
}
"""What is secret in an `auth` mapping, and how to ask for it."""
_LARGEST_ENTRY = 1_000_000
"""Bytes as JSON."""
_EXAMPLE_REMEDY = (
    "Download one from the cloud's dashboard (API Access), put it into ~/.config/openstack/clouds.yaml, "
    "or try the console with --demo."
)


@dataclass(frozen=True)
class Found:
    """A cloud's entry and where it comes from."""

    name: str
    config: dict[str, Any]
    """As openstacksdk merges it, secrets included."""
    file: CloudsFile | None
    """None for OS_* variables."""
    unused: tuple[Distrust, ...]
    """Why a secure.yaml that is there was left alone."""

    @property
    def distrust(self) -> Distrust | None:
        """Why the entry is not the user's own; None where it is."""
        return self.file.distrust if self.file else None


def loader_of_files() -> tuple[Any, CloudsFiles]:
    """The loader of openstacksdk, on files that this program has read and checked.

    Raises:
        ConfigError: one of them is malformed.
    """
    from imaging.cloud.sdk import OpenStackConfig, SDKException  # noqa: PLC0415  # a fifth of a second: not before it is needed

    files = find_files(os.environ)

    class Loader(OpenStackConfig):
        """It would search for files by itself: those of the variables are put ahead of any that it is given."""

        def _load_config_file(self) -> Any:
            return _content(files.clouds)

        def _load_secure_file(self) -> Any:
            return _content(files.secure)

        def _load_vendor_file(self) -> Any:
            return _content(files.profiles)

        def magic_fixes(self, config: dict[str, Any]) -> dict[str, Any]:
            refuse_swelling(config)
            return super().magic_fixes(config)

    try:
        loader = Loader()
    except (SDKException, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"The clouds cannot be read: {redactor.clean(one_line(error, 200))}") from None
    entry = loader.cloud_config["clouds"].get(ENVIRONMENT_CLOUD)
    if isinstance(entry, dict):
        _move_secrets(entry)
    return loader, files


def _content(file: CloudsFile | None) -> tuple[str, dict[str, Any]] | tuple[None, None]:
    return (str(file.path), copy.deepcopy(dict(file.content))) if file else (None, None)


def _move_secrets(entry: dict[str, Any]) -> None:
    """Out of reach of openstacksdk's `str.format`, which would stumble over a brace in a secret."""
    auth = entry.setdefault("auth", {})
    for key in SECRETS:
        if key in entry:
            auth[key] = entry.pop(key)


def names_of(loader: Any, files: CloudsFiles) -> tuple[str, ...]:
    """The clouds that there are."""
    names = tuple(loader.cloud_config["clouds"])
    has_login = bool(os.environ.get("OS_AUTH_URL"))
    # openstacksdk invents this one where no file and no variable names a cloud.
    without = set() if files.clouds is not None and files.clouds.entry("defaults") else {"defaults"}
    if not has_login:
        without.add(ENVIRONMENT_CLOUD)
    return tuple(name for name in names if name not in without)


def load(name: str | None) -> Found:
    """Find a cloud's entry.

    Args:
        name: the cloud's name; None for the one that the environment names, or the only one.

    Raises:
        ConfigError: there is no such cloud, or its entry makes no sense.
    """
    from imaging.cloud.sdk import SDKException  # noqa: PLC0415  # see above

    loader, files = loader_of_files()
    chosen = _choose(name, names_of(loader, files), loader.config_filename)
    file = None if chosen == ENVIRONMENT_CLOUD else files.clouds
    _refuse_profile_of_others(loader.cloud_config["clouds"][chosen], files.profiles)
    _lay_remote_profile(loader.cloud_config["clouds"], chosen, file, files)
    region = os.environ.get("OS_REGION_NAME") or None
    try:
        config: dict[str, Any] = loader.get_one(cloud=chosen, validate=False, region_name=region).config
    except (SDKException, LookupError, TypeError, AttributeError, ValueError, MemoryError) as error:
        raise ConfigError(
            f"The entry of the cloud {one_line(chosen, 80)!r} cannot be used: "
            f"{redactor.clean(one_line(error, 200)) if isinstance(error, SDKException) else 'it has an odd shape'}.",
        ) from None
    if not _auth_url(config):
        raise ConfigError(f"The cloud {one_line(chosen, 80)!r} has no auth_url.", remedy=_EXAMPLE_REMEDY)
    return Found(chosen, with_places(_gathered(config), file), file, files.unused)


def _refuse_profile_of_others(entry: Mapping[str, Any], profiles: CloudsFile | None) -> None:
    """A profile says where the entry's login goes, so that it must be in the same hands.

    Raises:
        ConfigError: others may have written it.
    """
    local = profiles.content.get("public-clouds") if profiles else None
    name = entry.get("profile", entry.get("cloud"))
    if not isinstance(local, Mapping) or not isinstance(name, str) or name not in local:
        return
    why = profiles.distrust if profiles else None
    if why is not None:
        raise ConfigError(
            f"The profile {one_line(name, 80)!r} is not used, for {why}.",
            meaning="Nothing was sent. A profile says where your login goes.",
            remedy=why.remedy,
        )


def _lay_remote_profile(clouds: dict[str, Any], chosen: str, file: CloudsFile | None, files: CloudsFiles) -> None:
    """Put the profile of the web that the entry names below it, so that openstacksdk need not fetch it.

    Raises:
        ConfigError: it cannot be fetched, or the entry is not the user's own.
    """
    entry = clouds[chosen]
    local = files.profiles.content.get("public-clouds") if files.profiles else None
    address = address_of_profile(entry.get("profile", entry.get("cloud")), local if isinstance(local, Mapping) else {})
    if address is None:
        return
    if file is not None and file.distrust is not None:
        raise ConfigError(f"The profile at {address} is not fetched, for {file.distrust}.", remedy=file.distrust.remedy)
    profile = fetch(address)
    below = profile.get("auth")
    auth = {**(below if isinstance(below, dict) else {}), **(entry.get("auth") or {})}
    own = {key: value for key, value in entry.items() if key not in {"profile", "cloud"}}
    clouds[chosen] = {**profile, **own, "auth": auth}


def _auth_url(config: Mapping[str, Any]) -> Any:
    return config.get("auth", {}).get("auth_url") or config.get("auth_url") or config.get("auth_type") == "none"


def _gathered(config: dict[str, Any]) -> dict[str, Any]:
    """The part that is data: a login cannot use what cannot be JSON."""
    try:
        return foreign.fields(json.dumps(one_meaning(config), default=str, skipkeys=True), max_bytes=_LARGEST_ENTRY)
    except (ValueError, RecursionError):
        raise ConfigError("The cloud's entry in clouds.yaml is too large, or nested too deeply.") from None


def _choose(name: str | None, names: tuple[str, ...], file: str | None) -> str:
    wanted = name or os.environ.get("OS_CLOUD") or None
    if wanted is None and ENVIRONMENT_CLOUD in names:
        return ENVIRONMENT_CLOUD
    if wanted is None and len(names) == 1:
        return names[0]
    listed = ", ".join(one_line(known, 80) for known in sorted(names))
    if wanted is None:
        if not names:
            why = f"{file} names no cloud" if file else "there is no clouds.yaml"
            raise NoCloudError(f"No cloud is configured: {why}, and OS_AUTH_URL is not set.", remedy=_EXAMPLE_REMEDY)
        raise ConfigError(f"Several clouds are configured: {listed}.", remedy="Name one with --os-cloud or OS_CLOUD.")
    if wanted not in names:
        where = f" in {file}" if file else ""
        known = f"{did_you_mean(wanted, names)} There are: {listed}.".strip() if names else _EXAMPLE_REMEDY
        raise ConfigError(f"There is no cloud named {one_line(wanted, 80)!r}{where}.", remedy=known)
    return wanted
