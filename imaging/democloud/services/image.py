"""Glance: its routes; images listed, shown, made, shared and deleted."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.clock import whole_seconds
from imaging.democloud.records.image import Image, Member
from imaging.democloud.services.image_data import download, stage, upload
from imaging.democloud.services.image_import import import_image, list_tasks
from imaging.democloud.services.image_limits import require_image_slot, usage
from imaging.democloud.services.image_lists import list_images
from imaging.democloud.services.image_patch import check_field, patch_image
from imaging.democloud.services.image_views import find_image, image_view, require_owner
from imaging.democloud.web.call import Call, Cloud, Json, Service, answer, nothing
from imaging.democloud.web.errors import Refusal, as_webob

_HTML = "text/html; charset=UTF-8"
_MINOR_VERSIONS = (15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0)
_CURRENT = 17


def image_app(cloud: Cloud) -> Starlette:
    """Glance's routes."""
    service = Service(cloud, as_webob)
    call, one = service.endpoint, "/v2/images/{image}"
    return Starlette(
        routes=[
            Route("/", _versions),
            Route("/versions", _versions),
            Route("/v2/images", call(list_images)),
            Route("/v2/images", call(_make), methods=["POST"]),
            Route(one, call(_show)),
            Route(one, call(patch_image), methods=["PATCH"]),
            Route(one, call(_delete), methods=["DELETE"]),
            Route(one + "/file", call(download)),
            Route(one + "/file", call(upload), methods=["PUT"]),
            Route(one + "/stage", call(stage), methods=["PUT"]),
            Route(one + "/import", call(import_image), methods=["POST"]),
            Route(one + "/tasks", call(list_tasks)),
            Route(one + "/members", call(_list_members)),
            Route(one + "/members", call(_add_member), methods=["POST"]),
            Route(one + "/members/{member}", call(_show_member)),
            Route(one + "/members/{member}", call(_answer_membership), methods=["PUT"]),
            Route(one + "/members/{member}", call(_remove_member), methods=["DELETE"]),
            Route(one + "/tags/{tag}", call(_add_tag), methods=["PUT"]),
            Route(one + "/tags/{tag}", call(_remove_tag), methods=["DELETE"]),
            Route("/v2/info/usage", call(_usage)),
            Route("/v2/info/import", call(_import_methods)),
            Route("/v2/info/stores", call(_stores)),
            Route("/v2/schemas/image", call(_schema)),
        ],
        exception_handlers={HTTPException: service.wrong_path},
    )


async def _versions(request: Request) -> Response:
    href = f"{request.url.scheme}://{request.url.netloc}/image/v2/"
    versions = [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == _CURRENT else "SUPPORTED",
            "links": [{"rel": "self", "href": href}],
        }
        for minor in _MINOR_VERSIONS
    ]
    # 300 Multiple Choices is Glance's normal answer here.
    return JSONResponse({"versions": versions}, 300)


async def _show(call: Call) -> Response:
    return answer(image_view(find_image(call)))


async def _make(call: Call) -> Response:
    asked = await call.json()
    require_image_slot(call)
    image = Image(
        id=str(asked.pop("id", None) or call.world.ids.fresh()),
        name="",
        owner=call.project_id,
        created_at=call.world.now(),
        updated_at=call.world.now(),
        # Glance's default since Ocata, although nobody is a member yet.
        visibility="shared",
        serial=call.world.number(),
    )
    if image.id in call.world.images:
        raise Refusal(409, f"Image ID {image.id} already exists!")
    for name, value in asked.items():
        check_field(call, name, value)
        _set(image, name, value)
    call.world.images[image.id] = image
    headers = {"Location": f"{call.base}/image/v2/images/{image.id}", "OpenStack-image-store-ids": "demo"}
    if call.world.options.import_methods:
        headers["OpenStack-image-import-methods"] = ",".join(call.world.options.import_methods)
    return answer(image_view(image), 201, headers)


def _set(image: Image, name: str, value: object) -> None:
    known = {"os_hidden": "hidden"}.get(name, name)
    if known in {
        "name",
        "visibility",
        "protected",
        "hidden",
        "min_disk",
        "min_ram",
        "tags",
        "disk_format",
        "container_format",
    }:
        setattr(image, known, value)
    else:
        image.properties[name] = str(value)


async def _delete(call: Call) -> Response:
    image_id = call.path("image")
    if image_id not in call.world.images:
        raise Refusal(404, f"Failed to find image {image_id} to delete")
    image = find_image(call)
    require_owner(call, image, "delete_image")
    # G4: also for the owner.
    if image.protected:
        raise Refusal(403, f"Image {image.id} is protected and cannot be deleted.")
    call.world.gone("image", image)
    return nothing(204, content_type=_HTML)


def _member_view(image: Image, project_id: str, member: Member) -> Json:
    return {
        "member_id": project_id,
        "image_id": image.id,
        "status": member.status,
        "created_at": whole_seconds(member.created_at),
        "updated_at": whole_seconds(member.updated_at),
        "schema": "/v2/schemas/member",
    }


def _shared(call: Call, verb: str) -> Image:
    image = find_image(call)
    # V18: also for the owner of a private image.
    if verb == "list" and image.visibility != "shared":
        raise Refusal(403, f"Not allowed to list members for image {image.id}: Only shared images have members.")
    if verb == "create":
        require_owner(call, image, "add_member")
        if image.visibility != "shared":
            raise Refusal(403, f"Not allowed to create members for image {image.id}.")
    return image


def _member(image: Image, project_id: str) -> Member:
    if project_id not in image.members:
        raise Refusal(404, f"{project_id} not found in the member list of the image {image.id}.")
    return image.members[project_id]


async def _list_members(call: Call) -> Response:
    image = _shared(call, "list")
    mine = image.owner == call.project_id or call.caller.is_admin
    shown = [(key, one) for key, one in image.members.items() if mine or key == call.project_id]
    return answer({"members": [_member_view(image, key, one) for key, one in shown], "schema": "/v2/schemas/members"})


async def _add_member(call: Call) -> Response:
    image = _shared(call, "create")
    project_id = (await call.json()).get("member")
    if not project_id:
        raise Refusal(400, "Member to be added not specified")
    if project_id in image.members:
        raise Refusal(409, f"Member {project_id} is duplicated for image {image.id}")
    # G4: pending until the other project accepts; until then it does not see the image in its list.
    image.members[project_id] = Member("pending", call.world.now(), call.world.now())
    return answer(_member_view(image, project_id, image.members[project_id]))


async def _show_member(call: Call) -> Response:
    image = find_image(call)
    project_id = call.path("member")
    return answer(_member_view(image, project_id, _member(image, project_id)))


async def _answer_membership(call: Call) -> Response:
    """Only the receiver may accept."""
    image = find_image(call)
    project_id = call.path("member")
    member = _member(image, project_id)
    if project_id != call.project_id:
        raise Refusal(403, "You are not authorized to complete modify_member action.")
    member.status, member.updated_at = str((await call.json()).get("status")), call.world.now()
    return answer(_member_view(image, project_id, member))


async def _remove_member(call: Call) -> Response:
    image = find_image(call)
    require_owner(call, image, "delete_member")
    _member(image, call.path("member"))
    del image.members[call.path("member")]
    return Response(status_code=204)


async def _add_tag(call: Call) -> Response:
    image = find_image(call)
    require_owner(call, image, "modify_image")
    if call.path("tag") not in image.tags:
        image.tags.append(call.path("tag"))
    return nothing(204, content_type=_HTML)


async def _remove_tag(call: Call) -> Response:
    image = find_image(call)
    require_owner(call, image, "modify_image")
    if call.path("tag") not in image.tags:
        raise Refusal(404, "The resource could not be found.")
    image.tags.remove(call.path("tag"))
    return nothing(204, content_type=_HTML)


async def _usage(call: Call) -> Response:
    return answer({"usage": usage(call)})


async def _import_methods(call: Call) -> Response:
    value = list(call.world.options.import_methods)
    methods = {"description": "Import methods available.", "type": "array", "value": value}
    return answer({"import-methods": methods})


async def _stores(_call: Call) -> Response:
    return answer({"stores": [{"id": "demo", "default": "true"}]})


async def _schema(_call: Call) -> Response:
    return answer({"name": "image", "properties": {}, "additionalProperties": {"type": "string"}})
