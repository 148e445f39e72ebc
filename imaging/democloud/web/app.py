"""The whole cloud as one ASGI application."""

from __future__ import annotations

import secrets
from dataclasses import fields

from starlette.applications import Starlette
from starlette.routing import Mount

from imaging.democloud.clock import VirtualClock
from imaging.democloud.ids import Ids
from imaging.democloud.seed import fill
from imaging.democloud.services.compute import compute_app
from imaging.democloud.services.identity import identity_app
from imaging.democloud.services.image import image_app
from imaging.democloud.services.network import network_app
from imaging.democloud.services.volume import volume_app
from imaging.democloud.web.call import Cloud
from imaging.democloud.web.control import control_app
from imaging.democloud.web.front import Connections, Front
from imaging.democloud.web.tokens import Tokens
from imaging.democloud.world import World


def make_cloud(clock: VirtualClock, ids: Ids, *, scale: int = 0) -> Cloud:
    """A seeded cloud, and how to seed it again."""
    world = World(clock, ids)
    fill(world, scale=scale)

    def reset() -> None:
        clock.reset()
        ids.reset()
        fresh = World(clock, ids)
        for one in fields(World):
            setattr(world, one.name, getattr(fresh, one.name))
        fill(world, scale=scale)

    return Cloud(world, Tokens(), reset)


def make_app(cloud: Cloud, connections: Connections | None = None, *, control_token: str | None = None) -> Front:
    """The services below their paths, the controls below /_control, and in front of all what holds for every call.

    Args:
        cloud: what the services share.
        connections: those that can be dropped.
        control_token: what the controls want to see; nobody knows it if it is not given.
    """
    front = Front(cloud, connections or Connections())
    front.app = Starlette(
        routes=[
            Mount("/_control", control_app(cloud, front, control_token or secrets.token_urlsafe())),
            Mount("/identity", identity_app(cloud)),
            Mount("/compute", compute_app(cloud)),
            Mount("/image", image_app(cloud)),
            Mount("/volume", volume_app(cloud)),
            Mount("/network", network_app(cloud)),
        ]
    )
    return front
