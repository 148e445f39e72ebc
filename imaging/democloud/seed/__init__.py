"""What is in the cloud when it starts."""

from __future__ import annotations

from imaging.democloud.seed.crowd import add_crowd
from imaging.democloud.seed.ground import add_ground
from imaging.democloud.seed.images import add_images
from imaging.democloud.seed.servers import add_servers
from imaging.democloud.world import World


def fill(world: World, *, scale: int = 0) -> None:
    """Put the believable project into an empty world, and `scale` further servers."""
    with world.standing_still():
        add_ground(world)
        add_images(world)
        add_servers(world)
        add_crowd(world, scale)
    world.transitions.clear()
