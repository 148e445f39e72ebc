"""How Glance shows an image, and to whom."""

from __future__ import annotations

from imaging.democloud.clock import whole_seconds
from imaging.democloud.records.image import Image
from imaging.democloud.services.servers import can_see
from imaging.democloud.web.call import Call, Json
from imaging.democloud.web.errors import Refusal


def image_view(image: Image) -> Json:
    """An image: its properties beside what Glance knows by name."""
    here = f"/v2/images/{image.id}"
    view: Json = {
        **image.properties,
        "name": image.name,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "visibility": image.visibility,
        "size": image.size,
        "virtual_size": image.virtual_size,
        "status": image.status,
        "checksum": image.checksum,
        "protected": image.protected,
        "min_ram": image.min_ram,
        "min_disk": image.min_disk,
        "owner": image.owner,
        "os_hidden": image.hidden,
        "os_hash_algo": "sha512" if image.os_hash_value else None,
        "os_hash_value": image.os_hash_value,
        "id": image.id,
        "created_at": whole_seconds(image.created_at),
        "updated_at": whole_seconds(image.updated_at),
        "tags": list(image.tags),
        "self": here,
        "file": f"{here}/file",
        "schema": "/v2/schemas/image",
    }
    if image.status == "active" and image.size:
        view["stores"] = "demo"
    return view


def find_image(call: Call) -> Image:
    """The image of the path. Raises a 404 for one that is gone or that the project cannot see."""
    image = call.world.images.get(call.path("image"))
    if image is None or not can_see(call, image):
        raise Refusal(404, f"No image found with ID {call.path('image')}")
    return image


def require_owner(call: Call, image: Image, action: str) -> None:
    """Raises a 403 unless the image belongs to the caller's project."""
    if image.owner != call.project_id and not call.caller.is_admin:
        raise Refusal(403, f"You are not authorized to complete {action} action.")
