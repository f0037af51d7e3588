"""The door of the web's socket: a handshake from a place that is ours, then a ticket.

A browser tells its page nothing about a handshake that is refused. So whoever comes from the right
place gets one, and is told by the code of the close what is wrong with the ticket.
"""

from contextlib import suppress
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from aizuchi.errors import StoreError
from aizuchi.events import HttpRequest
from aizuchi.ports import AnswerLog, Tickets
from aizuchi.surfaces.web.asking import Asking
from aizuchi.surfaces.web.auth import Gate, origin_of
from aizuchi.surfaces.web.calls import head_of
from aizuchi.surfaces.web.connection import Close, Connection
from aizuchi.surfaces.web.stream import Listeners

PATH = "/ws/chat"

NO_TICKET = Close(4401, "the ticket is missing, used or too old: ask for a new one")
NO_STORE = Close(1013, "tickets cannot be read now: try again shortly")


class Sockets:
    """The ASGI app of the web's socket."""

    def __init__(
        self, *, asking: Asking, log: AnswerLog, tickets: Tickets, gate: Gate, listeners: Listeners
    ) -> None:
        self._asking, self._log, self._listeners = asking, log, listeners
        self._tickets, self._gate = tickets, gate
        self.open = Listeners()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked = head_of(HTTPConnection(scope))
        if asked.path != PATH or self._gate.refuse_place(asked):
            await send({"type": "websocket.close"})  # instead of a handshake: a plain 403
            return
        await send({"type": "websocket.accept"})
        close = await self._serve(asked, receive, send)
        if close:
            with suppress(OSError):  # whoever is gone needs no goodbye
                await send(_closing(close))

    async def _serve(self, asked: HttpRequest, receive: Receive, send: Send) -> Close | None:
        try:
            person = await self._person(asked)
        except StoreError:
            return NO_STORE
        if person is None:
            return NO_TICKET
        connection = Connection(self._asking, self._log, self._listeners, asked, person, send)
        return await connection.serve(receive, self.open)

    async def _person(self, asked: HttpRequest) -> str | None:
        tickets = parse_qs(asked.query).get("ticket", [])
        return await self._tickets.use(tickets[0], origin_of(asked)) if len(tickets) == 1 else None


def _closing(close: Close) -> Message:
    return {"type": "websocket.close", "code": close.code, "reason": close.reason}
