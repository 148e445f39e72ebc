"""The controls that tests have, below /_control: clock, faults, hooks, options, the record of what happened, reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.clock import whole_seconds
from imaging.democloud.records.identity import Quotas
from imaging.democloud.web.call import Cloud
from imaging.democloud.web.control_gate import Gate, Handler, asked, fields, number
from imaging.democloud.web.faults import Fault

if TYPE_CHECKING:
    from imaging.democloud.web.front import Front

_FASTEST = 1e6
_FARTHEST_SECONDS = 1e9
"""About thirty years at a time."""


def control_app(cloud: Cloud, front: Front, token: str) -> Starlette:
    """The controls. They are no part of OpenStack, and need a token of their own: see `control_gate`."""
    controls, gate = _Controls(cloud, front), Gate(token)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(path, gate.closed(handler), methods=[method])

    return Starlette(
        routes=[
            Route("/proof", gate.prove),
            route("/clock", controls.read_clock),
            route("/clock", controls.set_clock, "POST"),
            route("/faults", controls.read_faults),
            route("/faults", controls.set_faults, "POST"),
            route("/hooks", controls.set_hooks, "POST"),
            route("/options", controls.set_options, "POST"),
            route("/quotas", controls.set_quotas, "POST"),
            route("/calls", controls.read_calls),
            route("/calls", controls.forget_calls, "DELETE"),
            route("/transitions", controls.read_transitions),
            route("/tokens", controls.revoke_tokens, "DELETE"),
            route("/reset", controls.reset, "POST"),
        ]
    )


class _Controls:
    def __init__(self, cloud: Cloud, front: Front) -> None:
        self._cloud, self._front = cloud, front

    async def read_clock(self, _request: Request) -> Response:
        clock = self._cloud.world.clock
        return JSONResponse(
            {"now": whole_seconds(clock.now()), "moment": clock.now(), "held": clock.held, "speed": clock.speed}
        )

    async def set_clock(self, request: Request) -> Response:
        """`hold`, `speed`, `advance` (seconds), in this order; what falls due happens before the answer."""
        wanted = await fields(request)
        clock = self._cloud.world.clock
        speed = number(wanted.get("speed", 1), "speed", high=_FASTEST)
        advance = number(wanted.get("advance", 0), "advance", high=_FARTHEST_SECONDS)
        if "hold" in wanted:
            clock.hold(bool(wanted["hold"]))
        if "speed" in wanted:
            clock.run_at(speed)
        clock.turn(advance)
        self._cloud.world.settle()
        return await self.read_clock(request)

    async def read_faults(self, _request: Request) -> Response:
        return JSONResponse([vars(one) for one in self._front.faults])

    async def set_faults(self, request: Request) -> Response:
        """These faults and no others."""
        faults = [Fault(**one) for one in await asked(request)]
        for fault in faults:
            fault.refuse_impossible()
        self._front.faults = faults
        return await self.read_faults(request)

    async def set_hooks(self, request: Request) -> Response:
        """Trouble of the machines below the API: `{"snapshot": {"fail": "disk full", "delay": 3, "match": "db"}}`.

        Names: spawn, destroy, power_on, power_off, reboot, pause, unpause, suspend, resume, rescue, unrescue,
        attach_volume, detach_volume, snapshot, upload, create_volume, console (with `text`). A spawn that fails has
        `text` as its fault. `times`: how many works it meets; without it all of them.
        """
        hooks = await fields(request)
        if not all(isinstance(hook, dict) for hook in hooks.values()):
            raise ValueError("each hook is a JSON object")
        for hook in hooks.values():
            number(hook.get("times", -1), "times", high=1e9)
        self._cloud.world.hooks = hooks
        return JSONResponse(self._cloud.world.hooks)

    async def set_options(self, request: Request) -> Response:
        """`compute_max` ("2.60"), `missing_services` (["volume"]), `import_methods` (["web-download"]).

        Also `image_size_cap` (bytes) and `image_limits` ({"image_size_total": 100}: MiB; {} switches them off).
        """
        wanted = await fields(request)
        options = self._cloud.world.options
        missing = frozenset(map(str, wanted.get("missing_services", ())))
        if "compute_max" in wanted:
            major, _, minor = str(wanted["compute_max"]).partition(".")
            options.compute_max = int(major), int(minor)
        limits = {str(key): int(number(one, key, high=1e9)) for key, one in wanted.get("image_limits", {}).items()}
        if "missing_services" in wanted:
            options.missing_services = missing
        if "import_methods" in wanted:
            options.import_methods = tuple(map(str, wanted["import_methods"]))
        if "image_size_cap" in wanted:
            options.image_size_cap = int(number(wanted["image_size_cap"], "image_size_cap", high=1e15))
        if "image_limits" in wanted:
            options.image_limits = limits
        return JSONResponse({})

    async def set_quotas(self, request: Request) -> Response:
        """Quotas by the name of the project: `{"astro-survey": {"instances": 17}}`."""
        world = self._cloud.world
        ids = {one.name: one.id for one in world.projects.values()}
        changed = {}
        for name, limits in (await fields(request)).items():
            wanted = {key: int(number(limit, key, high=1e9)) for key, limit in limits.items()}
            changed[ids[name]] = Quotas(**{**vars(world.quotas[ids[name]]), **wanted})
        world.quotas.update(changed)
        return JSONResponse({})

    async def read_calls(self, _request: Request) -> Response:
        return JSONResponse(list(self._front.calls))

    async def forget_calls(self, _request: Request) -> Response:
        self._front.calls.clear()
        return Response(status_code=204)

    async def read_transitions(self, _request: Request) -> Response:
        found: list[dict[str, Any]] = list(self._cloud.world.transitions)
        return JSONResponse(found)

    async def revoke_tokens(self, _request: Request) -> Response:
        self._cloud.tokens.revoke_all()
        return Response(status_code=204)

    async def reset(self, _request: Request) -> Response:
        """Everything as it was at the start: the project, the clock, no faults, no hooks, no record."""
        self._front.faults.clear()
        self._front.calls.clear()
        self._cloud.reset()
        if self._front.doors is not None:
            self._front.doors.start_over()
        return Response(status_code=204)
