"""Compares the keys of an entry's `auth` with what its `auth_type` takes, as the `openstack` command does.

keystoneauth answers a key that does not fit with a message of Python's, and a login without a user with a 401. What
does not fit is named here, key by key, before anything is asked for or sent; values are never shown.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any

from imaging.cloud.clouds_yaml.loading import SECRETS
from models.errors import ConfigError
from models.text import one_line

USUAL_TYPE = "password"
"""What an entry without `auth_type` means; openstacksdk fills it in, so the two cannot be told apart."""
_COMMON_TYPES = ("v3applicationcredential", "password", "v3token", "v3totp", "v3oidcaccesstoken", "v3oidcpassword")
"""Those that are proposed where the keys fit one of them, the likeliest first."""
_TELLING = ("application_credential_id", "application_credential_secret", "token", "passcode", "access_token")
"""Keys that tell which type is meant; OS_* variables put them beside `auth`."""
_NOTHING: tuple[object, ...] = (None, "")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_BY_HAND = frozenset({"none", "v3multifactor"})
"""Types whose keys keystoneauth itself does not list."""
_PACKAGES = {
    "v3kerberos": "keystoneauth1[kerberos]",
    "v3fedkerb": "keystoneauth1[kerberos]",
    "v3samlpassword": "keystoneauth1[saml2]",
    "v3adfspassword": "keystoneauth1[saml2]",
    "v3oauth1": "keystoneauth1[oauth1]",
    "v3websso": "keystoneauth-websso",
    "v1password": "python-swiftclient",
}
"""Types that a login needs another package for."""
_RENAMED = {"": "none", "None": "none", "token_endpoint": "admin_token"}
"""What openstacksdk makes of some of them."""


@dataclass(frozen=True)
class _Options:
    """What a type takes below `auth`."""

    names: frozenset[str]
    """By which openstacksdk looks for an option, old names too."""
    destinations: Mapping[str, str]
    """Each key that may stand below `auth`, and the one that the type knows it by."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that the type knows."""
        return frozenset(self.destinations.values())


def fit_auth(config: dict[str, Any], cloud: str, *, by_variables: bool) -> None:
    """Put the options of the login below `auth`, where openstacksdk looks first, and refuse what does not fit there.

    Args:
        config: the merged entry; options that stand beside `auth` are moved, old names become new ones.
        cloud: its name, for the messages.
        by_variables: the entry comes from OS_* variables, of which some may be left over from another login.

    Raises:
        ConfigError: the type is unknown, a key does not belong to it, or no user is named.
    """
    auth = config["auth"]
    named = config.get("auth_type")
    auth_type = _RENAMED.get(str(named), str(named)) if named is not None else USUAL_TYPE
    if auth_type in _BY_HAND:
        return
    _refuse_missing_package(auth_type, cloud)
    options = _options(auth_type)
    if options is None:
        raise _unknown_type(auth_type, cloud)
    _gather(config, auth, options)
    _refuse_other_type(auth_type, {**config, **auth}, options, cloud)
    if by_variables:
        _drop_leftovers(auth, options)
    stray = sorted(_plain(key) for key in _given(auth) if key not in options.keys)
    if stray:
        raise _stray(stray, auth_type, options, cloud)
    for key in [key for key in auth if key not in options.keys]:
        del auth[key]  # without a value; keystoneauth would stumble over the name alone
    _refuse_nobody(auth_type, auth, cloud)


def _gather(config: dict[str, Any], auth: dict[str, Any], options: _Options) -> None:
    """Old names become new ones, and what stands beside `auth` moves into it; a value there already stands above it."""
    for source, keys in ((auth, options.destinations.keys()), (config, options.names)):
        for key in sorted(keys & source.keys()):
            destination = options.destinations[key]
            if source is auth and key == destination:
                continue
            value = source.pop(key)
            if auth.get(destination) in _NOTHING and value not in _NOTHING:
                auth[destination] = value


def _drop_leftovers(auth: dict[str, Any], options: _Options) -> None:
    """A secret in a variable that this type has no use for; openstacksdk, too, leaves it alone."""
    for key in [key for key in auth if key in SECRETS and key not in options.keys]:
        del auth[key]


def refuse_address(url: Any, cloud: str) -> None:
    """Refuse an auth_url that names no scheme; the request would fail later with a word about the region.

    Raises:
        ConfigError: saying how it is written.
    """
    if isinstance(url, str) and not url.strip().lower().startswith(("http://", "https://")):
        raise ConfigError(
            f"The auth_url of the cloud {one_line(cloud, 80)!r} does not begin with https:// or http://.",
            remedy="Write it as the cloud's dashboard shows it, such as https://keystone.example.org:5000/v3.",
        )


def _refuse_other_type(named: str, given: Mapping[str, Any], options: _Options, cloud: str) -> None:
    """The keys are those of another type. Beside a login of this type they are left over, and judged as that."""
    foreign = sorted(key for key in _TELLING if given.get(key) not in _NOTHING and key not in options.keys)
    own = [key for key in ("password", "username", "user_id", *_TELLING) if key in options.keys]
    if not foreign or any(given.get(key) for key in own):
        return
    meant = _type_of({*foreign, *_given(given["auth"])})
    unfit = f"is {_plain(named)}" if named != USUAL_TYPE else "is missing, or password"
    what = f"The cloud {one_line(cloud, 80)!r} has {' and '.join(foreign)}, but its auth_type {unfit}."
    remedy = f"Add `auth_type: {meant}` to its entry" if meant else "Add the auth_type to its entry"
    raise ConfigError(what, remedy=f"{remedy}, beside `auth:`; for OS_* variables, set OS_AUTH_TYPE.")


def _refuse_nobody(auth_type: str, auth: Mapping[str, Any], cloud: str) -> None:
    """Keystone's own answer is a 401, which sounds like a wrong password; keystoneauth's is about Python."""
    if auth_type in {"password", "v2password", "v3password", "v3totp"}:
        wanted: tuple[str, ...] = ("username", "user_id")
    elif auth_type == "v3applicationcredential":
        wanted = ("application_credential_id", "application_credential_name")
    else:
        return
    if not any(auth.get(key) for key in wanted):
        variables = " or ".join(f"OS_{key.upper()}" for key in wanted)
        raise ConfigError(
            f"The cloud {one_line(cloud, 80)!r} has no {' and no '.join(wanted)}: auth_type {auth_type} needs one.",
            remedy=f"Add it below `auth:` in clouds.yaml, or set {variables}.",
        )


def _refuse_missing_package(auth_type: str, cloud: str) -> None:
    """Refuse a type that works only with another package, which is not there: keystoneauth itself says nothing of it.

    Raises:
        ConfigError: with the package.
    """
    package = _PACKAGES.get(auth_type)
    if package is None:
        return
    from keystoneauth1 import loading  # noqa: PLC0415  # slow to load, and mostly needed later anyway

    if auth_type not in loading.get_available_plugin_names():
        raise ConfigError(
            f"The cloud {one_line(cloud, 80)!r} has the auth_type {auth_type}, which needs the Python package "
            f"{package}.",
            meaning="It is not installed beside this program.",
            remedy=f"Install it into this program's environment: {shlex.quote(sys.executable)} -m pip install "
            f"{shlex.quote(package)}. Or use an application credential.",
        )


def _unknown_type(auth_type: str, cloud: str) -> ConfigError:
    from keystoneauth1 import loading  # noqa: PLC0415  # slow to load, and mostly needed later anyway

    known = sorted(loading.get_available_plugin_names())
    near = get_close_matches(auth_type, known, n=1, cutoff=0.5)
    return ConfigError(
        f"The cloud {one_line(cloud, 80)!r} has an unknown auth_type: {_plain(auth_type)}.",
        remedy=f"Did you mean {near[0]}?" if near else f"Known ones: {', '.join(_COMMON_TYPES)}, and others.",
    )


def _stray(stray: list[str], auth_type: str, options: _Options, cloud: str) -> ConfigError:
    near = [(key, *get_close_matches(key, sorted(options.keys), n=1, cutoff=0.7)) for key in stray]
    meant = " ".join(f"Did you mean {pair[1]} instead of {pair[0]}?" for pair in near if len(pair) > 1)
    one = len(stray) == 1
    return ConfigError(
        f"The `auth` of the cloud {one_line(cloud, 80)!r} has {'a key' if one else 'keys'} that auth_type "
        f"{auth_type} does not know: {', '.join(stray)}.",
        remedy=meant or f"Remove {'it' if one else 'them'}, or move {'it' if one else 'them'} out of `auth:`.",
    )


def _plain(key: str) -> str:
    """A key or a type as it may be shown: in a file with a forgotten blank a secret can be the end of one."""
    word = _PLAIN.match(str(key))
    return word[0] if word and word[0] == str(key) else f"{word[0] if word else ''}…"


def _given(auth: Mapping[str, Any]) -> Iterable[str]:
    return (key for key, value in auth.items() if value not in _NOTHING)


def _type_of(keys: Iterable[str]) -> str | None:
    """The first common type that takes all these keys."""
    wanted = set(keys)
    return next((name for name in _COMMON_TYPES if (found := _options(name)) and wanted <= found.keys), None)


@cache
def _options(auth_type: str) -> _Options | None:
    """What a type takes; None where there is no such type.

    Raises:
        ConfigError: it needs packages that are not there.
    """
    from keystoneauth1 import loading  # noqa: PLC0415  # as above
    from keystoneauth1.exceptions import NoMatchingPlugin  # noqa: PLC0415  # as above

    try:
        options = loading.get_plugin_loader(auth_type).get_options()
    except NoMatchingPlugin:
        return None
    except Exception as error:  # noqa: BLE001  # a plugin of another package, which may raise anything
        raise ConfigError(
            f"The auth_type {_plain(auth_type)} cannot be used here: {type(error).__name__}.",
            remedy="It may need Python packages that are not installed beside this program.",
        ) from None
    names: set[str] = set()
    destinations: dict[str, str] = {}
    for option in options:
        written = [option.name, *(old.name for old in option.deprecated)]
        names.update(name.replace("-", "_") for name in written)
        stored = [option.dest, *(old.dest for old in option.deprecated)]
        for key in (*(name.replace("-", "_") for name in written), *stored):
            destinations[key] = option.dest
    return _Options(frozenset(names), MappingProxyType(destinations))
