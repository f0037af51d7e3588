"""A line between browser and server that can be cut, whatever speaks over it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 64 * 1024


class Relay:
    """Passes bytes on to a port of this machine; its own loop and thread, so a test may block."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._mark = b""
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def cut(self) -> None:
        """Breaks every connection off; new ones are taken."""
        asyncio.run_coroutine_threadsafe(self._abort(), self._loop).result()

    def cut_at(self, mark: bytes) -> None:
        """Breaks off, once, the connection on which the server says this, right after it."""
        self._mark = mark

    @property
    def has_cut(self) -> bool:
        """Whether that has happened."""
        return not self._mark

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def _abort(self) -> None:
        for end in self._ends:
            end.transport.abort()
        await asyncio.sleep(0)

    async def _end(self) -> None:
        """Until none is left that was just being taken."""
        self._server.close()
        while working := asyncio.all_tasks() - {asyncio.current_task()}:
            await self._abort()
            await asyncio.wait(working, timeout=0.01)
        await self._abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
            self._ends.add(there)
            await asyncio.gather(_pass_on(reader, there), self._pass_back(there_reader, writer))
            self._ends.discard(there)
        except OSError:
            writer.transport.abort()
        self._ends.discard(writer)

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(PIECE):
                if self._mark and self._mark in data:
                    before, self._mark = data.partition(self._mark)[0] + self._mark, b""
                    writer.write(before)
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(PIECE):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    relay = Relay(port)
    relay.start()
    try:
        yield relay
    finally:
        relay.close()
