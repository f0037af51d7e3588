"""The answer stream of one connection: a raw ASGI response that follows answers and sends them.

Framework responses cost more than the frames they carry, so this speaks to the server directly.
Whoever leaves ends only their own stream, never the answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from starlette.types import Message, Receive, Scope, Send

from aizuchi.answers import BEGINNING, Finished, Logged, Position
from aizuchi.ports import AnswerLog
from aizuchi.surfaces.web.auth import SECURITY_HEADERS
from aizuchi.surfaces.web.tail import DONE, HEADERS, PING, AnswerFrames
from aizuchi.words import Language

PING_EVERY_S = 15.0
STALLED_PINGS = 4
CLOSE_WITHIN_S = 0.3
PICTURE_S = 0.05

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [*HEADERS, *SECURITY_HEADERS],
}


class Followed(NamedTuple):
    """An answer to follow, in the language of its signs, from a position; `seen` is the log so far
    for one that goes on in the middle. Whoever has joined it later than its asker gets a picture's
    worth of it at a time, which nobody sees and which costs us half."""

    turn_id: str
    language: Language
    after: Position = BEGINNING
    seen: Sequence[Logged] = ()
    joined: bool = False


class Listeners:
    """All streams or sockets that are open, for the metrics and for the end of the process."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, task: asyncio.Task[Any]) -> None:
        """Counts a stream until its task is done."""
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def close(self) -> None:
        """Ends every stream soon: an answer that is finished is still told to its end, of any other
        the clients come back for the rest."""
        loop = asyncio.get_running_loop()
        for task in self._open:
            loop.call_later(CLOSE_WITHIN_S, task.cancel)


class Line:
    """The way to one client, which knows whether the client still reads."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pending = self._stalled = 0

    async def say(self, message: Message) -> None:
        """Returns when there is room for more; that the client has left is told to who receives."""
        self._pending += 1
        try:
            await self._send(message)
        except OSError:
            pass
        finally:
            self._pending -= 1

    async def beat(self, sign: Message) -> bool:
        """Gives a sign of life after a while; False where the client has read nothing for a
        minute."""
        await asyncio.sleep(PING_EVERY_S)
        self._stalled = self._stalled + 1 if self._pending else 0
        if not self._stalled:
            await self.say(sign)
        return self._stalled < STALLED_PINGS


async def tell(log: AnswerLog, answer: Followed, say: Callable[[bytes], Awaitable[None]]) -> None:
    """Says the frames of an answer as they come, to its end."""
    turn_id, language, after, seen, joined = answer
    frames = AnswerFrames(turn_id, language, after, seen)
    if begun := frames.begin():
        await say(begun)
    if not any(_is_end(line) and line.position <= after for line in seen):
        groups = log.follow(turn_id, after)
        async with aclosing(groups):  # type: ignore[type-var]  # every engine's is a generator
            async for lines in groups:
                if news := frames.feed(lines):
                    await say(news)
                if joined and not frames.ended:
                    await asyncio.sleep(PICTURE_S)
    if not frames.ended:
        ends = filter(_is_end, await log.read(turn_id))
        await say(frames.end(next(ends, None)))


class AnswerStream:
    """The response that sends answers, one after the other, until they are told or nobody reads."""

    def __init__(self, log: AnswerLog, answers: Sequence[Followed], listeners: Listeners) -> None:
        self._log, self._answers, self._listeners = log, answers, listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = Line(send)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell(line))
            self._listeners.add(telling)
            others = [group.create_task(beat(line)), group.create_task(left(receive))]
            await asyncio.wait((telling, *others), return_when=asyncio.FIRST_COMPLETED)
            for task in (telling, *others):
                task.cancel()

    async def _tell(self, line: Line) -> None:
        def say(frames: bytes) -> Awaitable[None]:
            return line.say(body_of(frames))

        await line.say(START)
        for answer in self._answers:
            await tell(self._log, answer, say)
        await line.say(body_of(DONE, more=False))


def body_of(frames: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": frames, "more_body": more}


def _is_end(line: Logged) -> bool:
    return isinstance(line.entry, Finished)


async def beat(line: Line) -> None:
    """Returns where the client has read nothing for a minute."""
    while await line.beat(body_of(PING)):
        pass


async def left(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
