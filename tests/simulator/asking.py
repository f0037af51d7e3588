"""Asking the fake model with bare hands: what leaves its socket, byte for byte."""

import asyncio
import json
from typing import Any, NamedTuple

from aizuchi.simulator.model import FakeModel


class Got(NamedTuple):
    """A response as far as it came; `closed` where the connection ended with it."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def chunks(self) -> list[Any]:
        """The chunks of a stream; [DONE] is left out."""
        data = [line[6:] for line in self.body.decode().split("\n\n") if line.startswith("data: ")]
        return [json.loads(one) for one in data if one != "[DONE]"]

    @property
    def text(self) -> str:
        deltas = [chunk["choices"][0]["delta"] for chunk in self.chunks if chunk.get("choices")]
        return "".join(delta.get("content") or "" for delta in deltas)


def question(model: str = "fake", text: str = "Hi", **more: Any) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": text}],
        "stream": True,
        **more,
    }


async def ask(model: FakeModel, body: Any = None, **headers: str) -> Got:
    """A request for a completion."""
    raw = body if isinstance(body, bytes) else json.dumps(body or question()).encode()
    return await request(model, "POST", "/v1/chat/completions", raw, **headers)


async def request(
    model: FakeModel, method: str, path: str, body: bytes = b"", **headers: str
) -> Got:
    """Any request, on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", model.port)
    try:
        lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return await _read(reader)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    if "content-length" in headers:
        body, whole = await reader.readexactly(int(headers["content-length"])), True
    else:
        body, whole = await _read_chunked(reader)
    return Got(int(first.split()[1]), headers, body, whole)


async def _read_chunked(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """What came, and whether it came to its end."""
    parts: list[bytes] = []
    try:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
    except asyncio.IncompleteReadError:
        return b"".join(parts), False
    return b"".join(parts), True
