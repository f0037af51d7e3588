"""One open socket of one person: many requests, each told like a stream of its own.

A request that is aborted, and a socket that closes, end what is told there, never the answer.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import NamedTuple, TypeVar

from starlette.types import Message, Receive, Send

from aizuchi.edge import API
from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.ports import AnswerLog
from aizuchi.surfaces.web.asking import NOTHING_RUNS, Asking
from aizuchi.surfaces.web.calls import Call
from aizuchi.surfaces.web.frames import Abort, Ask, BadFrame, Envelope, Resume, read, sign_of_life
from aizuchi.surfaces.web.stream import Followed, Line, Listeners, tell

Step = TypeVar("Step")

MOST_AT_ONCE = 16
OLD_AFTER_S = 3600.0


class Close(NamedTuple):
    """How a socket is closed; the reason is for who looks into it, at most 123 bytes."""

    code: int
    reason: str


BINARY = Close(1003, "frames are JSON texts")
TOO_LARGE = Close(1009, f"a frame is larger than {API.most_bytes // 1024} KiB")
TWICE = Close(4400, "a request with this requestId is still being answered")
STALLED = Close(4408, "nothing was read for a minute")
COME_BACK = Close(1012, "come back")


class Connection:
    """An open socket of one person."""

    def __init__(
        self,
        asking: Asking,
        log: AnswerLog,
        listeners: Listeners,
        asked: HttpRequest,
        person: str,
        send: Send,
    ) -> None:
        self._asking, self._log, self._listeners = asking, log, listeners
        self._asked, self._person = asked, person
        self._line = Line(send)
        self._telling: dict[str, asyncio.Task[None]] = {}

    async def serve(self, receive: Receive, sockets: Listeners) -> Close | None:
        """Returns how the socket is to be closed; None where the client has left."""
        async with asyncio.TaskGroup() as self._group:
            listening = self._group.create_task(self._listen(receive))
            beating = self._group.create_task(self._beat())
            sockets.add(listening)
            await asyncio.wait((listening, beating), return_when=asyncio.FIRST_COMPLETED)
            first = beating if beating.done() else listening
            for task in (listening, beating, *self._telling.values()):
                task.cancel()
        return COME_BACK if first.cancelled() else first.result()

    async def _listen(self, receive: Receive) -> Close | None:
        """Takes one frame after the other, so that messages are stored in the order in which they
        were sent."""
        while (message := await receive())["type"] == "websocket.receive":
            close = await self._take(message.get("text"))
            if close:
                return close
        return None

    async def _take(self, text: str | None) -> Close | None:
        if text is None:
            return BINARY
        if len(text) > API.most_bytes or len(text.encode()) > API.most_bytes:
            return TOO_LARGE
        try:
            frame = read(text)
        except BadFrame as bad:
            return Close(4400, bad.reason)
        if isinstance(frame, Abort):
            self._drop(frame.request_id)
        elif frame.request_id in self._telling:
            return TWICE
        else:
            await self._answer(frame)
        return None

    def _drop(self, request_id: str) -> None:
        if telling := self._telling.pop(request_id, None):
            telling.cancel()

    async def _answer(self, frame: Ask | Resume) -> None:
        envelope = Envelope(frame.request_id)
        answers = await self._answers(frame)
        if isinstance(answers, HttpResponse):
            nothing = answers is NOTHING_RUNS
            reply = envelope.no_active() if nothing else envelope.error(answers.body.decode())
            await self._say(reply)
            return
        if isinstance(frame, Resume):
            await self._say(envelope.start())
        telling = self._group.create_task(self._tell(frame.request_id, envelope, answers))
        self._telling[frame.request_id] = telling
        self._listeners.add(telling)

    async def _answers(self, frame: Ask | Resume) -> Sequence[Followed] | HttpResponse:
        if len(self._telling) >= MOST_AT_ONCE:
            return too_many(self._asked, self._person)
        return await _to_its_end(self._asking.take(frame, self._asked, self._person))

    async def _tell(self, request_id: str, envelope: Envelope, answers: Sequence[Followed]) -> None:
        async def say(stream: bytes) -> None:
            for frame in envelope.chunks(stream):
                await self._line.say(_text(frame))

        for answer in answers:
            await tell(self._log, answer, say)
        del self._telling[request_id]
        await self._say(envelope.end())

    async def _beat(self) -> Close:
        """A sign of life, until nobody reads it. Whoever has been here for an hour has to show that
        they still may: they are let go at a moment when nothing is told to them."""
        loop = asyncio.get_running_loop()
        old_at = loop.time() + OLD_AFTER_S
        while await self._line.beat(_text(sign_of_life())):
            if loop.time() >= old_at and not self._telling:
                return COME_BACK
        return STALLED

    async def _say(self, frame: str) -> None:
        await self._line.say(_text(frame))


def too_many(asked: HttpRequest, person: str) -> HttpResponse:
    """The answer to who is told as much on a socket as can be."""
    return Call(asked, person, "").say(429, "too_many", most=MOST_AT_ONCE)


async def _to_its_end(step: Coroutine[None, None, Step]) -> Step:
    """Does a step to its end, also when whoever waits for it is to stop: a message is stored and
    its worker woken, or neither."""
    doing = asyncio.create_task(step)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


def _text(frame: str) -> Message:
    return {"type": "websocket.send", "text": frame}
