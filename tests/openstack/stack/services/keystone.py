"""Keystone: fernet tokens, and the bootstrap that `keystone-manage` would do."""

from __future__ import annotations

import os
from typing import Any

from .. import REGION
from ..service import Spec


def application(spec: Spec) -> Any:
    """Schema, keys, the API, then the first user."""
    import keystone.conf
    import keystone.server
    from keystone.cmd import bootstrap
    from keystone.common import fernet_utils
    from keystone.common.sql import upgrades
    from keystone.server.flask import core

    files = [os.environ["OS_KEYSTONE_CONFIG_FILES"]]
    keystone.server.configure(config_files=files)
    conf = keystone.conf.CONF
    upgrades.offline_sync_database_to_version()
    for group in ("fernet_tokens", "credential"):
        keys = fernet_utils.FernetUtils(conf[group].key_repository, conf.fernet_tokens.max_active_keys, group)
        keys.create_key_directory()
        keys.initialize_key_repository()
    keystone.server.configure = lambda **_: None  # done above
    answers = core.initialize_application(name="public", config_files=files)
    bootstrap.backends.load_backends = lambda: None  # the application has loaded them, and they load only once
    _first_user(bootstrap.Bootstrapper(), spec)
    return answers


def _first_user(strapper: Any, spec: Spec) -> None:
    strapper.admin_username = strapper.admin_role_name = strapper.project_name = "admin"
    strapper.admin_password = spec.admin_password
    strapper.region_id = REGION
    strapper.service_name = "keystone"
    strapper.public_url = strapper.internal_url = strapper.admin_url = spec.keystone_url
    strapper.bootstrap()
