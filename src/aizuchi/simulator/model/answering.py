"""Playing a behaviour over a connection: a refusal, a page, a whole completion, or a stream."""

import asyncio
import time
from collections.abc import Sequence

from aizuchi.simulator.model import speech
from aizuchi.simulator.model.behaviour import Behaviour
from aizuchi.simulator.model.checking import Asked
from aizuchi.simulator.model.refusals import (
    CANARY,
    Refusal,
    invalid,
    named,
    retry_headers,
    too_long,
)
from aizuchi.simulator.model.speech import Speech
from aizuchi.simulator.model.wire import JSON, Reply

BETWEEN_HALVES_S = 0.002
PING_EVERY_S = 0.05
HEADERS = {"x-request-id": f"req_{CANARY}", "cache-control": "no-cache"}


async def play(behaviour: Behaviour, call: int, asked: Asked, reply: Reply) -> None:
    """Answers as the behaviour says; returns when the response is over, in whatever way."""
    await asyncio.sleep(behaviour.head)
    if refusal := refusal_of(behaviour, asked):
        await refuse(reply, refusal, behaviour)
    elif behaviour.form == "html":
        await reply.whole(200, speech.PAGE, "text/html; charset=utf-8", HEADERS)
    elif behaviour.form == "text":
        await reply.whole(200, speech.PLAIN, "text/plain", HEADERS)
    elif behaviour.form == "json" or not asked.streams:
        await asyncio.sleep(behaviour.first)
        await reply.whole(200, Speech(behaviour, call, asked).whole(), JSON, HEADERS)
    else:
        await Stream(behaviour, Speech(behaviour, call, asked), reply).play()


def refusal_of(behaviour: Behaviour, asked: Asked) -> Refusal | None:
    """Why a request that is in order is refused all the same."""
    if behaviour.fail:
        return named(behaviour.fail)
    if behaviour.stream_options == "refused" and asked.names_options:
        message = "Unrecognized request argument supplied: stream_options"
        return invalid(message, param="stream_options")
    if behaviour.refuses_tools and asked.tools:
        return invalid(f"{asked.model} does not support tools")
    if behaviour.refuses_images and asked.images:
        message = "Invalid content type. image_url is only supported by certain models."
        return invalid(message, param="messages", code="invalid_value")
    if behaviour.context and asked.words > behaviour.context:
        return too_long(behaviour.vendor)
    return None


async def refuse(reply: Reply, refusal: Refusal, behaviour: Behaviour | None = None) -> None:
    behaviour = behaviour or Behaviour()
    wait = retry_headers(behaviour.retry_after, behaviour.retry_form, time.time())
    await reply.whole(refusal.status, refusal.encoded, JSON, {**refusal.headers, **wait})


class Stream:
    """A completion in chunks, in time."""

    def __init__(self, behaviour: Behaviour, said: Speech, reply: Reply) -> None:
        self._behaviour, self._speech, self._reply = behaviour, said, reply
        self._began = asyncio.get_running_loop().time()

    async def play(self) -> None:
        await self._reply.begin("text/event-stream; charset=utf-8", HEADERS)
        await self._piece(self._speech.role())
        await self._say(self._pieces())
        if not self._reply.gone:
            await self._end()

    def _pieces(self) -> list[bytes]:
        thoughts = [self._speech.thought(number) for number in range(self._behaviour.think)]
        words = [self._speech.word(word) for word in self._speech.words]
        return thoughts + words + self._speech.calls()

    async def _say(self, pieces: Sequence[bytes]) -> None:
        """Every thought and word, and the end, at its time."""
        for number, piece in enumerate(pieces):
            await self._until(self._due_s(number))
            if self._reply.gone:
                return
            await self._piece(piece)
        await self._until(self._due_s(len(pieces)))

    def _due_s(self, number: int) -> float:
        """When a piece is said, in seconds from the beginning."""
        pace = self._behaviour.pace
        return self._behaviour.first + (number / pace if pace else 0.0)

    async def _end(self) -> None:
        match self._behaviour.end:
            case "stop" | "length" | "content_filter" as reason:
                await self._close_with(self._speech.finish(reason))
            case "cut":
                self._reply.cut()
            case "silence":
                await self._reply.wait_until_left()
            case "pings":
                await self._ping_until_left()
            case "no_finish":
                await self._reply.end()
            case end:
                await self._close_with(self._oddity(end))

    async def _ping_until_left(self) -> None:
        while not self._reply.gone:
            await self._reply.piece(speech.PING)
            await asyncio.sleep(PING_EVERY_S)

    def _oddity(self, end: str) -> bytes:
        odd = {
            "bad_json": speech.HALF_A_CHUNK,
            "not_sse": speech.NO_EVENT,
            "done_only": speech.DONE,
        }
        return odd.get(end) or self._speech.error()

    async def _close_with(self, last: bytes) -> None:
        await self._piece(last)
        await self._reply.end()

    async def _piece(self, event: bytes) -> None:
        """An event; where that is wanted, in two reads, with a character cut in two."""
        cut = next((at + 1 for at, byte in enumerate(event) if byte >= 0x80), 0)
        if self._behaviour.split and cut:
            await self._reply.piece(event[:cut])
            await asyncio.sleep(BETWEEN_HALVES_S)
            event = event[cut:]
        await self._reply.piece(event)

    async def _until(self, since_s: float) -> None:
        """Waits until so long after the beginning."""
        wait_s = self._began + since_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
