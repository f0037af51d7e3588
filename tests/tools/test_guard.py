"""No address leads to this machine or its network, however it is written or wherever it moves.

Each vector is tried for real: a canary listens on loopback, on IPv4 and IPv6, and what is asked of
it is counted. A page of the public Internet is played, so nothing here leaves the machine.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import NamedTuple

import httpx2
import pytest

from aizuchi.errors import NotAllowed
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Occasion
from aizuchi.tools.fetch_page import fetch_page_with
from aizuchi.tools.guard import is_named, is_public, place_of
from aizuchi.tools.pages import Fetcher, Page

PUBLIC = "93.184.215.14"
LOCAL_NAMES = {
    "canary.example": ["127.0.0.1"],
    "canary6.example": ["::1"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "zero.example": ["0.0.0.0"],
    "scoped.example": ["fe80::1%lo"],
    "6to4.example": ["2002:7f00:1::"],
    "localtest.example": ["10.0.0.1"],
    "nowhere.example": [],
}

WRITTEN = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.255.255.254:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://02130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7F.0x0.0x0.0x1:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://00000177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://127.0.0.01:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0x0:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://127。0。0。1:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[2606:4700::5efe:7f00:1]:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://ip6-localhost:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://192.168.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/",
    "http://100.64.0.1:{port}/",
    "http://198.18.0.1:{port}/",
    "http://192.0.0.192:{port}/",
    "http://192.88.99.1:{port}/",
    "http://224.0.0.1:{port}/",
    "http://240.0.0.1:{port}/",
    "http://255.255.255.255:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@example.com:22/",
    "http://example.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1\n:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "ftp://127.0.0.1:{port}/",
    "dict://127.0.0.1:{port}/",
    "http://[::1:{port}/",
    "http://127.0.0.1:{port}000/",
    "http:///{port}",
    *(f"http://{name}:{{port}}/" for name in LOCAL_NAMES),
]


class Canary(NamedTuple):
    """What listens on loopback, and who came."""

    port: int
    visitors: list[str]


@asynccontextmanager
async def listening() -> AsyncIterator[Canary]:
    visitors: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitors.append(str(writer.get_extra_info("sockname")))
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\nSECRET"
        )
        writer.close()

    first = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    second = await asyncio.start_server(serve, "::1", port)
    try:
        yield Canary(port, visitors)
    finally:
        first.close()
        second.close()


class Internet(httpx2.AsyncBaseTransport):
    """The public page is played; everything else is really connected to."""

    def __init__(self, answers: Sequence[httpx2.Response], asked: list[httpx2.Request]) -> None:
        self._answers, self._asked = list(answers), asked

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._asked.append(request)
        if request.url.host == PUBLIC:
            return self._answers.pop(0)
        async with httpx2.AsyncHTTPTransport(trust_env=False) as really:
            response = await really.handle_async_request(request)
            await response.aread()
            return response


class Web:
    """A fetcher whose names and public pages are played."""

    def __init__(self, canary: Canary, *answers: httpx2.Response) -> None:
        self.asked: list[httpx2.Request] = []
        self.resolved: list[str] = []
        self._answers = list(answers)
        self.ports = (80, 443, canary.port)
        self.fetcher = Fetcher(self._resolve, self._transport, self.ports)

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        """A name that changes says the public address once, and then loopback."""
        self.resolved.append(host)
        if host == "rebinding.example":
            return [PUBLIC] if self.resolved.count(host) == 1 else ["127.0.0.1"]
        if host in LOCAL_NAMES:
            return LOCAL_NAMES[host]
        try:
            return [str(ip_address(host))]
        except ValueError:
            return [PUBLIC]

    def _transport(self) -> httpx2.AsyncBaseTransport:
        return Internet(self._answers, self.asked)

    async def fetch(self, url: str) -> Page:
        return await self.fetcher.fetch(place_of(url, ports=self.ports))


def page(text: str = "<p>hello</p>") -> httpx2.Response:
    stream = httpx2.ByteStream(text.encode())
    return httpx2.Response(200, headers={"content-type": "text/html"}, stream=stream)


def moved(to: str, status: int = 302) -> httpx2.Response:
    return httpx2.Response(status, headers={"location": to})


@pytest.mark.real_time
@pytest.mark.parametrize("url", WRITTEN)
async def test_no_address_leads_home(url: str) -> None:
    async with listening() as canary:
        web = Web(canary, page())
        with pytest.raises(NotAllowed):
            await web.fetch(url.replace("{port}", str(canary.port)))
        assert canary.visitors == []
        assert web.asked == []


@pytest.mark.real_time
@pytest.mark.parametrize(
    "url", [*WRITTEN, "http://localhost:22/", "http://[::1]/", "/\\127.0.0.1/"]
)
async def test_no_redirect_leads_home(url: str) -> None:
    async with listening() as canary:
        target = url.replace("{port}", str(canary.port))
        web = Web(canary, moved("/on", 301), moved(target.encode("ascii", "replace").decode()))
        with pytest.raises(NotAllowed):
            await web.fetch("http://public.example/")
        assert canary.visitors == []


@pytest.mark.real_time
async def test_the_canary_can_be_reached_where_nobody_guards() -> None:
    """Else the tests above would show nothing."""
    async with listening() as canary:
        asked: list[httpx2.Request] = []
        for host in ("127.0.0.1", "[::1]"):
            request = httpx2.Request("GET", f"http://{host}:{canary.port}/")
            response = await Internet((), asked).handle_async_request(request)
            assert response.content == b"SECRET"
        assert len(canary.visitors) == 2


@pytest.mark.real_time
async def test_a_name_is_resolved_once_and_that_address_is_connected_to() -> None:
    async with listening() as canary:
        web = Web(canary, page())
        found = await web.fetch(f"http://rebinding.example:{canary.port}/path?q=1")
        assert canary.visitors == []
    assert web.resolved == ["rebinding.example"]
    (request,) = web.asked
    assert request.url.host == PUBLIC
    assert request.headers["host"] == f"rebinding.example:{canary.port}"
    assert request.extensions["sni_hostname"] == "rebinding.example"
    assert found.url == f"http://rebinding.example:{canary.port}/path?q=1"


@pytest.mark.real_time
async def test_a_name_that_changes_between_redirects_is_looked_at_again() -> None:
    async with listening() as canary:
        web = Web(canary, moved(f"http://rebinding.example:{canary.port}/on"))
        with pytest.raises(NotAllowed):
            await web.fetch("http://rebinding.example/")
        assert canary.visitors == []


@pytest.mark.real_time
@pytest.mark.parametrize(
    "answer",
    [
        moved("http://public.example/again"),
        httpx2.Response(500),
        httpx2.Response(200, headers={"content-type": "application/octet-stream"}),
        httpx2.Response(200, headers={"content-type": "text/html", "content-encoding": "gzip"}),
    ],
)
async def test_what_is_no_page_is_told(answer: httpx2.Response) -> None:
    async with listening() as canary:
        with pytest.raises(NotAllowed):
            await Web(canary, *[answer] * 10).fetch("http://public.example/")


@pytest.mark.real_time
async def test_only_so_much_of_a_page_is_read() -> None:
    async with listening() as canary:
        found = await Web(canary, page("x" * 9_000_000)).fetch("http://public.example/")
    assert len(found.body) == 3_000_000


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("3fff::1", False),
        ("2001:db8::1", False),
        ("2606:4700::200:5efe:8.8.8.8", False),
        ("64:ff9b::8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


# ── only what somebody named ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Read https://example.com/a?b=1.", True),
        ("Read example.com/a?b=1", True),
        ("http://EXAMPLE.com/a?b=1)を読んで", True),
        ("「https://example.com/a?b=1」を読んで", True),
        ("Read https://example.com/a", False),
        ("Read https://example.com/a?b=1&secret=2", False),
        ("Read https://example.com.evil.example/a?b=1", False),
        ("example", False),
    ],
)
def test_an_address_is_named_whole_or_not_at_all(text: str, named: bool) -> None:
    assert is_named(place_of("https://example.com/a?b=1"), text, ()) is named


async def test_an_address_that_the_model_made_up_is_not_fetched() -> None:
    tool = fetch_page_with(Fetcher())
    occasion = Occasion(message("1", text="What is at https://example.com/ ?"))
    with pytest.raises(Exception, match="Only an address that the person wrote"):
        await tool.call('{"url": "https://example.com/?all=the+history"}', occasion)
