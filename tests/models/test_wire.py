"""The way to an endpoint: connections that are kept, TLS, and proxies."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.models.endpoint import (
    CERTIFICATE,
    END,
    EVENT,
    STREAM,
    Endpoint,
    asking,
    chunked,
    endpoint,
    parts_of,
    whole,
)

from aizuchi.errors import ModelCut, ModelError, ModelUnreachable, SettingsError
from aizuchi.models.openai import OpenAIModel
from aizuchi.ports import Ending, Text

pytestmark = pytest.mark.real_time

ANSWER = STREAM + chunked(EVENT, END) + b"0\r\n\r\n"
TOLD = [Text("word "), Ending("stop")]
ELSEWHERE = "model.test"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def refused(model: OpenAIModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await parts_of(model)
    return caught.value


# ── connections that are kept ─────────────────────────────────────────────────


async def test_a_connection_that_the_server_closed_in_idleness_is_not_used_again() -> None:
    async with endpoint(ANSWER, hold=False) as served, asking(served.base_url) as model:
        for _ in range(5):
            assert await parts_of(model) == TOLD
            await served.gone.wait()
            served.gone.clear()
    assert (served.connections, len(served.requests)) == (5, 5)


async def test_a_server_that_hangs_up_after_a_stream_unasked_is_not_given_time_to() -> None:
    of_llama = ANSWER.replace(b"\r\n", b"\r\nServer: llama.cpp\r\n", 1)
    async with endpoint(of_llama) as served, asking(served.base_url) as model:
        for _ in range(3):
            assert await parts_of(model) == TOLD
    assert (served.connections, len(served.requests)) == (3, 3)


async def test_a_question_that_was_read_is_not_sent_again() -> None:
    """A server that hangs up on it may have billed it: only the agent may ask a second time."""
    async with endpoint(ANSWER, None) as served, asking(served.base_url) as model:
        assert await parts_of(model) == TOLD
        assert isinstance(await refused(model), ModelCut)
    assert (served.connections, len(served.requests)) == (1, 2)


# ── TLS ───────────────────────────────────────────────────────────────────────


async def test_an_authority_of_ones_own_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with endpoint(ANSWER, tls=True) as served, asking(served.base_url) as model:
        for _ in range(2):
            assert await parts_of(model) == TOLD
    assert (served.connections, len(served.requests)) == (1, 2)


async def test_a_certificate_that_nobody_vouches_for_is_told_with_its_mend() -> None:
    async with endpoint(ANSWER, tls=True) as served, asking(served.base_url) as model:
        error = await refused(model)
    assert isinstance(error, ModelUnreachable)
    assert "Set SSL_CERT_FILE" in error.what
    assert not served.requests


# ── proxies ───────────────────────────────────────────────────────────────────


class Tunnel:
    """A proxy that connects to one place, whatever place is asked for."""

    def __init__(self, target: Endpoint) -> None:
        self._target = target
        self.asked: list[str] = []
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[0])
        there, out = await asyncio.open_connection("127.0.0.1", self._target.port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_pour(reader, out), _pour(there, writer))
        self.ended.set()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()
    await writer.wait_closed()


@asynccontextmanager
async def tunnel(target: Endpoint) -> AsyncIterator[tuple[Tunnel, str]]:
    proxy = Tunnel(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_http_goes_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(ANSWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        async with asking(f"http://{ELSEWHERE}/v1") as model:
            assert await parts_of(model) == TOLD
    head, _ = proxy.requests[0]
    assert head.startswith(f"POST http://{ELSEWHERE}/v1/chat/completions HTTP/1.1\r\n")
    assert re.search("^proxy-authorization: basic ", head, re.IGNORECASE | re.MULTILINE)


async def test_https_goes_through_the_proxy_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with endpoint(ANSWER, tls=True) as served, tunnel(served) as (proxy, address):
        monkeypatch.setenv("HTTPS_PROXY", address)
        async with asking(f"https://{ELSEWHERE}/v1") as model:
            assert await parts_of(model) == TOLD
        await proxy.ended.wait()
    assert proxy.asked == [f"CONNECT {ELSEWHERE}:443 HTTP/1.1"]


@pytest.mark.parametrize("no_proxy", [ELSEWHERE, ".test", "*"])
async def test_no_proxy_is_heeded(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(ANSWER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        async with asking(f"http://{ELSEWHERE}/v1") as model:
            assert isinstance(await refused(model), ModelUnreachable)
    assert not proxy.requests


async def test_loopback_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with endpoint(ANSWER) as served, asking(served.base_url) as model:
        assert await parts_of(model) == TOLD


async def test_a_proxy_that_refuses_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(whole(b"", "403 No")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        async with asking(f"https://{ELSEWHERE}/v1") as model:
            error = await refused(model)
    assert isinstance(error, ModelUnreachable)
    assert "The proxy does not let us through" in error.what


@pytest.mark.parametrize("proxy", ["socks5://me:secret@10.0.0.1:1080", "ftp://x", "http://"])
def test_a_proxy_that_cannot_be_used_is_told_at_the_start_and_not_quoted(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match=r"name model\.test in NO_PROXY") as caught:
        OpenAIModel(model="m", base_url=f"https://{ELSEWHERE}/v1")
    assert "secret" not in str(caught.value)
