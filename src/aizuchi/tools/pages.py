"""Fetching a page of the public Internet, through the guard at every step."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from typing import NamedTuple

import httpx2

from aizuchi.errors import NotAllowed
from aizuchi.tools.guard import PORTS, Place, place_of, public

MOST_REDIRECTS = 5
MOST_BYTES = 3_000_000
CONNECT_S, WITHIN_S = 5.0, 20.0
TEXTS = ("text/", "application/xhtml", "application/xml", "application/json")
HEADERS = {
    "accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1",
    "accept-encoding": "identity",
    "user-agent": "aizuchi (fetches a page that a person asked about)",
}

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Page(NamedTuple):
    """A page as it came, and the address where it was in the end."""

    url: str
    body: bytes
    content_type: str


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotAllowed(f"There is no host {host}.") from None
    return [str(address[4][0]) for address in found]


class Fetcher:
    """Fetches pages. It uses no proxy: a proxy would connect wherever it is told."""

    def __init__(
        self,
        resolve: Resolve = resolved,
        transport: Callable[[], httpx2.AsyncBaseTransport] | None = None,
        ports: Collection[int] = PORTS,
    ) -> None:
        self._resolve, self._ports = resolve, ports
        self._transport = transport or (lambda: httpx2.AsyncHTTPTransport(trust_env=False))

    async def fetch(self, place: Place) -> Page:
        """The page, wherever it has moved to; raises NotAllowed where that may not be fetched."""
        try:
            async with asyncio.timeout(WITHIN_S):
                return await self._follow(place)
        except TimeoutError:
            raise NotAllowed("The page did not come in time.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise NotAllowed("The page cannot be reached.") from None

    async def _follow(self, place: Place) -> Page:
        for _ in range(MOST_REDIRECTS + 1):
            address = public(await self._resolve(place.host, place.port))
            found = await self._get(place, address)
            if isinstance(found, Page):
                return found
            place = found
        raise NotAllowed("The page sends one elsewhere again and again.")

    async def _get(self, place: Place, address: str) -> Page | Place:
        """The page, or where it sends us."""
        host = f"[{address}]" if ":" in address else address
        request = httpx2.Request(
            "GET",
            place._replace(host=address).url if place.host != address else place.url,
            headers={**HEADERS, "host": place.url.split("/")[2]},
            extensions={
                "sni_hostname": place.host,
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), CONNECT_S),
            },
        )
        assert request.url.host in (address, host)
        async with self._transport() as transport:
            response = await transport.handle_async_request(request)
            try:
                return await self._read(place, response)
            finally:
                await response.aclose()

    async def _read(self, place: Place, response: httpx2.Response) -> Page | Place:
        if response.status_code in (301, 302, 303, 307, 308):
            moved = response.headers.get("location", "")
            return place_of(moved, place.url, self._ports)
        if response.status_code != 200:
            raise NotAllowed(f"The page answers {response.status_code}.")
        kind = response.headers.get("content-type", "text/html").lower()
        if not kind.startswith(TEXTS) or response.headers.get("content-encoding"):
            raise NotAllowed(f"This is no page of text ({kind.partition(';')[0][:60]}).")
        return Page(place.url, await _body(response), kind)


async def _body(response: httpx2.Response) -> bytes:
    """As much of it as anybody would read."""
    body = b""
    async with aclosing(response.aiter_raw()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > MOST_BYTES:
                break
    return body[:MOST_BYTES]
