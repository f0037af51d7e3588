"""`POST /dev/kill` of a server under `aizuchi dev`: a crash at the press of a button."""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.hosts.doors import request_of, respond
from aizuchi.settings import is_loopback
from aizuchi.surfaces.web.page import KILLABLE

PATH = "/dev/kill"


def with_kill(app: ASGIApp, kill: Callable[[], Awaitable[None]]) -> ASGIApp:
    """The app, which is told that it can be killed, and beside it the route. Another site's page
    cannot press the button."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await app({**scope, KILLABLE: _is_of_this_machine(scope)}, receive, send)
            return
        answer = answer_to(request_of(scope, b""))
        await respond(send, answer)
        if answer.status == 202:
            await kill()

    return serve


def answer_to(request: HttpRequest) -> HttpResponse:
    """What the button says: 202 where it works."""
    if request.method != "POST":
        return HttpResponse(405, b"method not allowed\n", headers=((b"allow", b"POST"),))
    host, origin = (request.header(name) or b"" for name in (b"host", b"origin"))
    if not _is_loopback_host(host) or (origin and origin.partition(b"://")[2] != host):
        return HttpResponse(403, b"this is for pages and programs of this machine\n")
    return HttpResponse(202, b"killed; it starts again\n")


def _is_of_this_machine(scope: Scope) -> bool:
    return scope["type"] == "http" and _is_loopback_host(dict(scope["headers"]).get(b"host", b""))


def _is_loopback_host(host: bytes) -> bool:
    name = host.decode("latin-1")
    return is_loopback((name.rpartition(":")[0] or name).strip("[]"))
