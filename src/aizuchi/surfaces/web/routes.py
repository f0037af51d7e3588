"""The routes of the web: send and stop, read and resume, list, rename, delete, export, the page,
the socket and its tickets."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.edge import API, read_object, refuse
from aizuchi.errors import BadJson, StoreError
from aizuchi.events import HttpResponse
from aizuchi.followers import Gateway
from aizuchi.history import handed_out
from aizuchi.ports import AnswerLog, Chats, Inbox, Memory, Tickets
from aizuchi.surfaces.web import files, inbound, page
from aizuchi.surfaces.web.asking import Asking
from aizuchi.surfaces.web.auth import Gate, language_of, origin_in, origin_of
from aizuchi.surfaces.web.calls import Call, Endpoint, head_of, json_answer, respond, whole
from aizuchi.surfaces.web.facade import Facade
from aizuchi.surfaces.web.relay import Relay
from aizuchi.surfaces.web.render import export, file_name, messages_of
from aizuchi.surfaces.web.socket import Sockets
from aizuchi.surfaces.web.stream import AnswerStream, Followed, Listeners
from aizuchi.surfaces.web.tail import last_seen

LONGEST_TITLE = 200

Answer = HttpResponse | ASGIApp
Handler = Callable[[Call], Awaitable[Answer]]


class WebRoutes:
    """The ASGI app of the web. Every handler acts as the person whom the gate let in.

    `name` is the assistant's, `app` the folder of the built page, `models` what the API names
    besides the assistant itself. Where a `gateway` holds the sockets, tickets are for there.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        log: AnswerLog,
        chats: Chats,
        memory: Memory,
        tickets: Tickets,
        gate: Gate,
        clock: Callable[[], float],
        name: str = "aizuchi",
        app: Path = page.APP,
        models: Sequence[str] = (),
        gateway: Gateway | None = None,
    ) -> None:
        self._inbox, self._log, self._chats, self._tickets = inbox, log, chats, tickets
        self._memory = memory
        self._gate, self._clock = gate, clock
        self._surface = inbound.WebSurface(gate)
        self._asking = Asking(inbox, log, chats, self._surface, clock)
        self._address = gateway.address if gateway else ""
        self._page = page.Pages(gate, name, app, origin_in(self._address))
        self.relay = Relay(self._asking, log, tickets, gate, gateway, clock) if gateway else None
        self.knows = gate.knows
        self.listeners = Listeners()
        self.sockets = Sockets(
            asking=self._asking, log=log, tickets=tickets, gate=gate, listeners=self.listeners
        )
        facade = Facade(
            inbox=inbox,
            log=log,
            gate=gate,
            clock=clock,
            listeners=self.listeners,
            models=models,
        )
        routes = [*facade.routes(), *self._routes()]
        self._router = Router(routes, redirect_slashes=False, default=self._nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.sockets if scope["type"] == "websocket" else self._router
        await app(scope, receive, send)

    def close(self) -> None:
        """Ends every connection soon: their clients come back to the next process."""
        self.listeners.close()
        self.sockets.open.close()

    def _routes(self) -> list[Route]:
        chat = {"GET": self._read, "PATCH": self._rename, "DELETE": self._delete}
        return [
            Route("/api/chat", Endpoint(self._send), methods=["POST"]),
            self._route("/api/chat/{id}", chat),
            self._route("/api/chat/{id}/stream", {"GET": self._stream}),
            self._route("/api/chat/{id}/stop", {"POST": self._stop}),
            self._route("/api/chat/{id}/decide", {"POST": self._decide}),
            self._route("/api/chat/{id}/file/{turn}/{place}", {"GET": self._file}),
            self._route("/api/chat/{id}/export", {"GET": self._export}),
            self._route("/api/export", {"GET": self._export_all}),
            self._route("/api/ticket", {"POST": self._ticket}),
            self._route("/api/chats", {"GET": self._list}),
            Route("/", Endpoint(self._page.home), methods=["GET"]),
            Route("/compare", Endpoint(self._page.compare), methods=["GET"]),
            Route("/assets/{name}", Endpoint(self._page.asset), methods=["GET"]),
            Route("/static/{name}", Endpoint(self._page.file), methods=["GET"]),
        ]

    def _route(self, path: str, handlers: Mapping[str, Handler]) -> Route:
        async def endpoint(request: Request) -> ASGIApp:
            method = "GET" if request.method == "HEAD" else request.method
            return respond(await self._enter(request, handlers[method]))

        return Route(path, Endpoint(endpoint), methods=[*handlers])

    async def _enter(self, request: Request, handle: Handler) -> Answer:
        """What a handler answers to whoever may come in."""
        head = head_of(request)
        person = self._gate.enter(head)
        if isinstance(person, HttpResponse):
            return person
        asked = await whole(head, request)
        if refused := refuse(asked, API._replace(methods=(asked.method,))):
            return refused
        call = Call(asked, person, request.path_params.get("id", ""))
        try:
            return await handle(call)
        except BadJson as error:
            return call.say(400, "not_json", what=error.what)
        except StoreError:
            return call.say(503, "store_read")

    # ── answers ──

    async def _send(self, request: Request) -> ASGIApp:
        head = head_of(request)
        stranger = self._gate.enter(head)
        if isinstance(stranger, HttpResponse):
            return respond(stranger)
        asked = await whole(head, request)
        event = refuse(asked, API) or self._surface.authenticate(asked, now=self._clock())
        if isinstance(event, HttpResponse):
            return respond(event)
        call = Call(asked, event.person or "", event.body["chat"])
        return respond(self._tell(await self._asking.send(call, event)))

    async def _stream(self, call: Call) -> Answer:
        """The rest of an answer for whoever says what they have, else all that is under way."""
        header = call.request.header(b"last-event-id") or b""
        answers = await self._asking.resume(call, last_seen(header.decode("latin-1")))
        if call.request.method == "HEAD" and not isinstance(answers, HttpResponse):
            return HttpResponse(204)
        return self._tell(answers)

    def _tell(self, answers: Sequence[Followed] | HttpResponse) -> Answer:
        if isinstance(answers, HttpResponse):
            return answers
        return AnswerStream(self._log, answers, self.listeners)

    async def _stop(self, call: Call) -> Answer:
        said = await self._asking.said(call)
        if said is None:
            return call.say(404, "no_chat")
        answer = read_object(call.request.body).get("messageId") if call.request.body else ""
        if not answer or any(one.turn_id == answer for one in said):
            stop = inbound.stop_of(call.person, call.chat, answer or "")
            await self._inbox.accept((), (stop,))
        return json_answer({})

    async def _decide(self, call: Call) -> Answer:
        """A yes or no to what an answer asks; what comes of it is read like any answer."""
        said = await self._asking.said(call)
        if said is None:
            return call.say(404, "no_chat")
        asked, locale = read_object(call.request.body), language_of(call.request)
        decision = inbound.decision_of(call.person, call.chat, said, asked, locale)
        if decision is None:
            return call.say(400, "bad_field", field="messageId, digest, verdict")
        await self._inbox.accept((decision,), ())
        return json_answer({"messageId": decision.turn_id})

    async def _ticket(self, call: Call) -> Answer:
        ticket = await self._tickets.make(call.person, origin_of(call.request))
        elsewhere = {"url": self._address} if self._address else {}
        return json_answer({"ticket": ticket, **elsewhere})

    # ── chats ──

    async def _read(self, call: Call) -> Answer:
        said = await self._asking.said(call)
        if said is None:
            return call.say(404, "no_chat")
        messages = messages_of(call.chat, said, language_of(call.request))
        return json_answer({"id": call.chat, "messages": messages})

    async def _file(self, call: Call) -> Answer:
        """What the person attached to a message."""
        key = files.key_in(call.request.path)
        content = await self._chats.file(call.person_key, key) if key else None
        return files.shown(content) if content is not None else call.say(404, "no_page")

    async def _list(self, call: Call) -> Answer:
        listed = await self._chats.list(call.person_key)
        own = [(inbound.chat_of(chat.id), chat) for chat in listed]
        return json_answer({"chats": [{**chat._asdict(), "id": id_} for id_, chat in own if id_]})

    async def _rename(self, call: Call) -> Answer:
        given = read_object(call.request.body).get("title")
        title = " ".join(given.split())[:LONGEST_TITLE] if isinstance(given, str) else ""
        if not title:
            return call.say(400, "bad_field", field="title")
        if not await self._chats.rename(call.person_key, call.conversation, title):
            return call.say(404, "no_chat")
        return json_answer({"id": call.chat, "title": title})

    async def _delete(self, call: Call) -> Answer:
        gone = await self._chats.delete(call.person_key, call.conversation)
        return HttpResponse(204) if gone else call.say(404, "no_chat")

    async def _export(self, call: Call) -> Answer:
        said = await self._asking.said(call)
        if said is None:
            return call.say(404, "no_chat")
        listed = await self._chats.list(call.person_key)
        title = next((chat.title for chat in listed if chat.id == call.conversation), "")
        text = export(title, said, language_of(call.request))
        headers = ((b"content-disposition", file_name(title)),)
        return HttpResponse(200, text.encode(), "text/markdown; charset=utf-8", headers)

    async def _export_all(self, call: Call) -> Answer:
        """All that the person said here and was answered, to be taken away."""
        owned = await self._memory.export(call.person_key)
        text = handed_out(call.person, owned, datetime.fromtimestamp(self._clock(), UTC))
        headers = ((b"content-disposition", b'attachment; filename="aizuchi.json"'),)
        return HttpResponse(200, text.encode(), "application/json", headers)

    async def _nothing(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = head_of(Request(scope, receive))
        place = self._gate.refuse_place(asked)
        answer = place or Call(asked, "", "").say(404, "no_page")
        await respond(answer)(scope, receive, send)


make_routes = WebRoutes
