"""The controls that tests have, below /_control: clock, faults, hooks, options, the record of what happened, reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from imaging.democloud.clock import whole_seconds
from imaging.democloud.records import Quotas
from imaging.democloud.web.call import Cloud

if TYPE_CHECKING:
    from imaging.democloud.web.front import Front


def control_app(cloud: Cloud, front: Front) -> Starlette:
    """The controls. They are no part of OpenStack, and need no token: the server listens on loopback alone."""
    controls = _Controls(cloud, front)
    return Starlette(
        routes=[
            Route("/clock", controls.read_clock),
            Route("/clock", controls.set_clock, methods=["POST"]),
            Route("/faults", controls.read_faults),
            Route("/faults", controls.set_faults, methods=["POST"]),
            Route("/hooks", controls.set_hooks, methods=["POST"]),
            Route("/options", controls.set_options, methods=["POST"]),
            Route("/quotas", controls.set_quotas, methods=["POST"]),
            Route("/calls", controls.read_calls),
            Route("/calls", controls.forget_calls, methods=["DELETE"]),
            Route("/transitions", controls.read_transitions),
            Route("/tokens", controls.revoke_tokens, methods=["DELETE"]),
            Route("/reset", controls.reset, methods=["POST"]),
        ],
        exception_handlers={ValueError: _bad_request, TypeError: _bad_request},
    )


async def _bad_request(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


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
        asked = await request.json()
        clock = self._cloud.world.clock
        if "hold" in asked:
            clock.hold(bool(asked["hold"]))
        if "speed" in asked:
            clock.run_at(float(asked["speed"]))
        if "advance" in asked:
            clock.turn(float(asked["advance"]))
        self._cloud.world.settle()
        return await self.read_clock(request)

    async def read_faults(self, _request: Request) -> Response:
        return JSONResponse([vars(one) for one in self._front.faults])

    async def set_faults(self, request: Request) -> Response:
        """These faults and no others."""
        from imaging.democloud.web.front import Fault  # noqa: PLC0415  # the front is made with these controls

        self._front.faults = [Fault(**one) for one in await request.json()]
        return await self.read_faults(request)

    async def set_hooks(self, request: Request) -> Response:
        """Trouble of the machines below the API: `{"snapshot": {"fail": "disk full", "delay": 3, "match": "db"}}`.

        Names: spawn, destroy, power_on, power_off, reboot, pause, unpause, suspend, resume, rescue, unrescue,
        attach_volume, detach_volume, snapshot, upload, create_volume, console (with `text`).
        """
        self._cloud.world.hooks = await request.json()
        return JSONResponse(self._cloud.world.hooks)

    async def set_options(self, request: Request) -> Response:
        """`compute_max` ("2.60") and `missing_services` (["volume"])."""
        asked = await request.json()
        options = self._cloud.world.options
        if "compute_max" in asked:
            major, _, minor = str(asked["compute_max"]).partition(".")
            options.compute_max = int(major), int(minor)
        if "missing_services" in asked:
            options.missing_services = frozenset(asked["missing_services"])
        return JSONResponse({})

    async def set_quotas(self, request: Request) -> Response:
        """Quotas by the name of the project: `{"astro-survey": {"instances": 17}}`."""
        world = self._cloud.world
        ids = {one.name: one.id for one in world.projects.values()}
        for name, limits in (await request.json()).items():
            world.quotas[ids[name]] = Quotas(**{**vars(world.quotas[ids[name]]), **limits})
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
