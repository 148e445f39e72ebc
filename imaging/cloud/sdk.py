"""The parts of openstacksdk that are used, loaded without the rest.

Of the SDK we use its configuration, its login and its discovery of versions, and send all calls ourselves. `import
openstack` also loads the classes of 35 services with all their resources: 470 modules, 11 MB and a tenth of a second
in each process. So the package is entered here without what its `__init__` loads; code that asks it for `connect` all
the same gets it whole. Nobody else may import openstack.
"""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

from imaging.runtime.imports import bare_package

bare_package.enter("openstack", frozenset({"connect", "enable_logging"}))

from keystoneauth1.adapter import Adapter  # noqa: E402  # behind the line above, as all that follow
from openstack import exceptions  # noqa: E402
from openstack.config import OpenStackConfig, vendors  # noqa: E402
from openstack.config.cloud_region import CloudRegion  # noqa: E402
from openstack.exceptions import SDKException  # noqa: E402
from openstack.proxy import Proxy  # noqa: E402
from openstack.service_description import ServiceDescription  # noqa: E402
from urllib3.exceptions import InsecureRequestWarning  # noqa: E402

__all__ = ["CloudRegion", "OpenStackConfig", "SDKException", "Services", "exceptions", "vendors"]


class Service(Proxy):
    """A service as a plain adapter: the SDK's own cache and statistics are left out."""

    def request(self, url: str, method: str, **options: Any) -> Any:  # type: ignore[override]  # as keystoneauth takes it
        return Adapter.request(self, url, method, **options)


def _service(name: str, *versions: str) -> Any:
    return ServiceDescription(name, dict.fromkeys(versions, Service))


class Services:
    """What we use of the SDK's `Connection`: the session, and an adapter for each service that we talk to.

    The adapters are made by the SDK when they are first asked for: logged in, and with their version discovered.
    """

    compute = _service("compute", "2")
    image = _service("image", "1", "2")
    network = _service("network", "2")
    block_storage = _service("block-storage", "2", "3")
    identity = _service("identity", "2", "3")
    _strict_proxies = False

    def __init__(self, config: CloudRegion) -> None:
        """Keep the cloud's entry. Nothing is sent yet."""
        self.config = config
        self.name = config.name
        self._proxies: dict[str, Any] = {}
        if not config.get_requests_verify_args()[0]:
            # The user has said so in clouds.yaml, and hears of it when the cloud is resolved.
            warnings.filterwarnings("ignore", category=InsecureRequestWarning)

    @cached_property
    def session(self) -> Any:
        """Keystoneauth's session, made when it is first asked for: an entry that makes none fails here."""
        return self.config.get_session()

    def close(self) -> None:
        """Put the sockets away."""
        if "session" in vars(self):
            self.session.session.close()
