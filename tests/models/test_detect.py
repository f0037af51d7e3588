"""Model servers on this machine are found by asking them; what is none is not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import socket

import pytest

from aizuchi.models.detect import WITHIN_S, Neighbour, first_model, neighbours

pytestmark = pytest.mark.real_time


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[int]:
    """A server that gives this answer to any request; to none where it is empty."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            await reader.read()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def models(*names: str) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode()


def response(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def closed_port() -> int:
    with socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


async def test_it_finds_those_that_answer_and_only_those() -> None:
    async with (
        server(response(models("qwen3:4b"))) as ollama,
        server(response(b"<html>", "404 Not Found")) as web,
        server(response(models("secret"), "401 Unauthorized")) as locked,
        server(b"") as silent,
    ):
        ports = {"A": silent, "Ollama": ollama, "B": web, "C": locked, "D": closed_port()}
        began = asyncio.get_running_loop().time()
        found = await neighbours(ports)
        took_s = asyncio.get_running_loop().time() - began
    assert found == [Neighbour("Ollama", f"http://127.0.0.1:{ollama}/v1", "qwen3:4b")]
    assert took_s < 2 * WITHIN_S


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"data": [{}]}', b'{"data": 1}'])
async def test_what_is_no_list_of_models_is_none(body: bytes) -> None:
    assert first_model(body) == ""


async def test_a_model_that_cannot_chat_or_be_shown_is_passed_over() -> None:
    assert first_model(models("nomic-embed-text", "\x1b[31mred", "a b", "llama3")) == "llama3"
