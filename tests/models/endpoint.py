"""An endpoint with bare hands: it sends these bytes, whatever it is asked."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aizuchi.models.openai import OpenAIModel
from aizuchi.ports import Part, PromptMessage

QUESTION = (PromptMessage("user", "Hi"),)
EVENT = b'data: {"choices":[{"delta":{"content":"word "},"finish_reason":null}]}\n\n'
END = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


# Of 127.0.0.1 and model.test, signed by itself, with its key.
CERTIFICATE = Path(__file__).with_name("model_test.pem")


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def whole(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Endpoint:
    """`requests` are the heads and bodies that came, `gone` is set when a connection has ended."""

    def __init__(self, answers: Sequence[bytes | None], *, hold: bool, scheme: str) -> None:
        self._answers = list(answers)
        self._hold, self._scheme = hold, scheme
        self.connections = 0
        self.requests: list[tuple[str, Any]] = []
        self.gone = asyncio.Event()
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            self.gone.set()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = head.lower().partition("content-length: ")[2].split("\r\n")[0]
        body = await reader.readexactly(int(length or 0))
        self.requests.append((head, json.loads(body or b"null")))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        writer.write(answer or b"")
        await writer.drain()
        if not self._hold or answer is None:
            raise asyncio.IncompleteReadError(b"", None)


@asynccontextmanager
async def endpoint(
    *answers: bytes | None, hold: bool = True, tls: bool = False
) -> AsyncIterator[Endpoint]:
    """One that gives each answer once, the last one again and again; with `hold` it keeps its
    connections open, but for an answer that is None it hangs up."""
    served = Endpoint(answers, hold=hold, scheme="https" if tls else "http")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
    if context:
        context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()


@asynccontextmanager
async def asking(base_url: str, **more: Any) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(**{"model": "a-model", "base_url": base_url, **more})
    try:
        yield model
    finally:
        await model.aclose()


async def parts_of(model: OpenAIModel, *prompt: PromptMessage) -> list[Part]:
    return [part async for part in model.stream(prompt or QUESTION)]
