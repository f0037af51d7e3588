"""The floor: hands on the bytes of the model as they come, with nothing but asyncio.

Usage: python -m benchmarks.servers.raw_relay MODEL_PORT
"""

import asyncio
import sys
from typing import cast

ASK = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    b"content-length: 2\r\n\r\n{}"
)


class ToClient(asyncio.Protocol):
    """Takes any request, and opens the way to the model for it."""

    def __init__(self, model_port: int) -> None:
        self._model_port = model_port
        self._asked = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._asked += data
        if b"\r\n\r\n" in self._asked and not self._tasks:
            self._tasks.add(asyncio.get_running_loop().create_task(self._relay()))

    async def _relay(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: ToModel(self.transport), "127.0.0.1", self._model_port)


class ToModel(asyncio.Protocol):
    """Writes to the client what the model says."""

    def __init__(self, client: asyncio.Transport) -> None:
        self._client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(ASK)

    def data_received(self, data: bytes) -> None:
        self._client.write(data)
        if data.endswith(b"0\r\n\r\n"):
            self._transport.close()


async def main(model_port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ToClient(model_port), "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
