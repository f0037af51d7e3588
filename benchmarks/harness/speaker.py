"""A model that says one text at a set pace, and remembers when: an OpenAI-compatible endpoint."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import cycle, islice
from typing import Self

from benchmarks.servers.fake_model import FIRST, HEAD, LAST, http_chunk, read_request, text_chunk

WORDS = ("the", "sea", "is", "calm", "and", "blue", "ships", "come", "home", "at", "dusk", "while")
A_SENTENCE, A_PARAGRAPH = 12, 60
LITTLE_BYTES = 4096
"""What the system may keep of an answer for a reader who does not read."""


class Spoken:
    """An answer: its words, when the first and the last one left, and how late any of them did."""

    def __init__(self, number: int, tokens: int) -> None:
        self.words = words_of(number, tokens)
        self.first_at = self.last_at = 0.0
        self.late_s = 0.0

    @property
    def text(self) -> str:
        return "".join(self.words)


def mark_of(number: int) -> str:
    """The beginning by which an answer is known."""
    return f"Answer {number}:"


def words_of(number: int, tokens: int) -> list[str]:
    """So many tokens of five letters or so, in sentences and paragraphs."""
    words = islice(cycle(WORDS), tokens - 1)
    return [mark_of(number), *(f" {word}{_end(place)}" for place, word in enumerate(words, 2))]


def _end(place: int) -> str:
    if place % A_PARAGRAPH == 0:
        return ".\n\n"
    return "." if place % A_SENTENCE == 0 else ""


class Speaker:
    """Answers every request with `tokens` words, `per_s` a second, once it has thought. Each word
    brings `padding` bytes that mean nothing, so that a reader who does not read is soon noticed."""

    def __init__(self, clock: Callable[[], float], per_s: float, thinks_s: float = 0.0) -> None:
        self.port = 0
        self.spoken: list[Spoken] = []
        self._tokens = self._padding = 0
        self._clock, self.per_s, self.thinks_s = clock, per_s, thinks_s

    def begin(self, tokens: int, padding: int) -> None:
        """From now on it answers so, and what it has said is forgotten."""
        self.spoken.clear()
        self._tokens, self._padding = tokens, padding

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=0)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE_BYTES)
        try:
            while await read_request(reader):
                writer.write(HEAD + FIRST)
                await self._say(writer)
                writer.write(LAST)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        spoken = Spoken(len(self.spoken) + 1, self._tokens)
        self.spoken.append(spoken)
        await asyncio.sleep(self.thinks_s)
        began = spoken.first_at = self._clock()
        padding = http_chunk(f": {' ' * self._padding}\n\n") if self._padding else b""
        for place, word in enumerate(spoken.words):
            due = began + place / self.per_s
            await asyncio.sleep(max(0.0, due - self._clock()))
            writer.write(padding + text_chunk(word.replace("\n", "\\n")))
            await writer.drain()
            spoken.last_at = self._clock()
            spoken.late_s = max(spoken.late_s, spoken.last_at - due)
