"""The web's socket where a gateway holds it: what came over it, one thing at a time.

Nothing here waits for an answer. Who asks is noted where the answerer looks, and told at once what
there is.
"""

import logging
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from aizuchi.edge import API
from aizuchi.errors import StoreError
from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.followers import Follower, Gateway, Visitor
from aizuchi.ports import AnswerLog, Tickets
from aizuchi.surfaces.web.asking import NOTHING_RUNS, Asking
from aizuchi.surfaces.web.auth import Gate, language_of, origin_of
from aizuchi.surfaces.web.connection import BINARY, MOST_AT_ONCE, TOO_LARGE, too_many
from aizuchi.surfaces.web.frames import Abort, Ask, BadFrame, Envelope, Resume, read
from aizuchi.surfaces.web.inbound import conversation_of, person_key
from aizuchi.surfaces.web.stream import Followed
from aizuchi.surfaces.web.telling import BUSY_S, Telling

ABORT_TRIES = 5

log = logging.getLogger(__name__)


class Relay:
    """Takes what a gateway hands over of its sockets."""

    def __init__(
        self,
        asking: Asking,
        answers: AnswerLog,
        tickets: Tickets,
        gate: Gate,
        gateway: Gateway,
        clock: Callable[[], float],
    ) -> None:
        self._asking, self._answers, self._tickets = asking, answers, tickets
        self._gate, self._gateway, self._clock = gate, gateway, clock

    async def connect(self, socket: str, asked: HttpRequest) -> int:
        """The status of the handshake; whoever tries a ticket uses it up."""
        if self._gate.refuse_origin(asked):
            return 403
        tickets = parse_qs(asked.query).get("ticket", [])
        try:
            person = (
                await self._tickets.use(tickets[0], origin_of(asked)) if len(tickets) == 1 else None
            )
            if person is None:
                return 401
            visitor = Visitor(socket, person, person_key(person), language_of(asked))
            await self._gateway.visitors.enter(visitor)
        except StoreError as error:
            log.error("a socket could not be opened: %s", error)
            return 503
        return 200

    async def disconnect(self, socket: str) -> None:
        try:
            await self._gateway.visitors.leave(socket)
        except StoreError as error:
            log.warning("%s", error)  # it goes with its time

    async def take(self, socket: str, text: str | None) -> None:
        """A frame, None where it is no text. Whoever cannot be served is let go, and comes back."""
        try:
            visitor = await self._gateway.visitors.who(socket)
            if visitor is None or not await self._serve(visitor, text):
                await self._let_go(socket)
        except StoreError as error:
            log.error("a frame could not be taken: %s", error)
            await self._gateway.wire.hang_up(socket)

    async def _let_go(self, socket: str) -> None:
        await self._gateway.wire.hang_up(socket)
        await self._gateway.visitors.leave(socket)

    async def _serve(self, visitor: Visitor, text: str | None) -> bool:
        """Whether the socket may go on."""
        if text is None:
            return await self._refuse(visitor, BINARY.reason)
        if len(text.encode()) > API.most_bytes:
            return await self._refuse(visitor, TOO_LARGE.reason)
        try:
            frame = read(text)
        except BadFrame as bad:
            return await self._refuse(visitor, bad.reason, bad.request_id)
        if isinstance(frame, Abort):
            await self._abort(visitor, frame.request_id)
        else:
            await self._answer(visitor, frame)
        return True

    async def _refuse(self, visitor: Visitor, reason: str, request_id: str = "") -> bool:
        """A request of a kind that we do not know is no reason to hang up."""
        log.warning("a frame was not understood: %s", reason)
        await self._say(visitor, Envelope(request_id).error(reason))
        return bool(request_id)

    async def _say(self, visitor: Visitor, frame: str) -> None:
        await self._gateway.wire.post(visitor.socket, frame)

    # ── requests ──────────────────────────────────────────────────────────────

    async def _answer(self, visitor: Visitor, frame: Ask | Resume) -> None:
        """A gateway may hand over a frame twice: of one request there is one stream."""
        envelope = Envelope(frame.request_id)
        told = await self._gateway.followers.asked(visitor.socket)
        if frame.request_id in told:
            return
        answers = await self._answers_to(visitor, frame, len(told))
        if isinstance(answers, HttpResponse):
            nothing = answers is NOTHING_RUNS
            await self._say(
                visitor, envelope.no_active() if nothing else envelope.error(answers.body.decode())
            )
            return
        begin = (envelope.start(),) if isinstance(frame, Resume) else ()
        await self._tell(visitor, frame, answers, begin)

    async def _answers_to(
        self, visitor: Visitor, frame: Ask | Resume, told: int
    ) -> Sequence[Followed] | HttpResponse:
        asked = _opened_by(visitor)
        if told >= MOST_AT_ONCE:
            return too_many(asked, visitor.person)
        return await self._asking.take(frame, asked, visitor.person)

    async def _tell(
        self,
        visitor: Visitor,
        frame: Ask | Resume,
        answers: Sequence[Followed],
        begin: tuple[str, ...],
    ) -> None:
        chat = frame.chat if isinstance(frame, Resume) else str(frame.body["id"])
        follower = Follower(
            visitor.socket,
            frame.request_id,
            conversation_of(visitor.person, chat),
            tuple((each.turn_id, each.language) for each in answers),
            pending=begin,
            busy_until=self._clock() + BUSY_S,
        )
        if await self._gateway.followers.add(follower):
            telling = Telling(self._gateway, self._answers, self._clock, follower, attempt=0)
            await telling.catch_up()

    async def _abort(self, visitor: Visitor, request_id: str) -> None:
        """Who tells it just now may be faster: then once more."""
        followers = self._gateway.followers
        conversation = (await followers.asked(visitor.socket)).get(request_id)
        for _ in range(ABORT_TRIES if conversation else 0):
            ours = [
                each
                for each in await followers.of(conversation or "")
                if (each.socket, each.request_id) == (visitor.socket, request_id)
            ]
            if not ours or await followers.change(ours[0], None):
                return


def _opened_by(visitor: Visitor) -> HttpRequest:
    """What is left of the request that opened a socket."""
    language = ((b"accept-language", visitor.language.encode()),)
    return HttpRequest("GET", "", "", language, b"")
