"""Getting a file from where its platform keeps it: from there alone, as it is, and no more than we
take. No exception of the network leaves it."""

import logging
from collections.abc import Collection, Mapping
from typing import NamedTuple

import httpx2

from aizuchi.attachments import MOST_BYTES
from aizuchi.events import Unread

MOST_REDIRECTS = 3
AS_IT_IS = {"accept-encoding": "identity"}
NOT_LET_IN = (401, 403)

logger = logging.getLogger(__name__)


class Downloaded(NamedTuple):
    """A file, and the type that its host gives it."""

    content: bytes
    media_type: str


def origin_of(address: str | httpx2.URL) -> str:
    """Scheme, host and port; empty where that is no address, or one with a password in it."""
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        return ""
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        return ""
    return f"{url.scheme}://{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"


async def download(
    client: httpx2.AsyncClient,
    address: str,
    origins: Collection[str],
    headers: Mapping[str, str] = {},
) -> Downloaded | Unread:
    """The file at an address, if that is one of these origins, and whatever it sends us to too."""
    for _ in range(1 + MOST_REDIRECTS):
        if (origin := origin_of(address)) not in origins:
            logger.warning("a file was not fetched: it lies at %r", origin)
            return "not_let"
        try:
            async with client.stream(
                "GET", address, headers={**AS_IT_IS, **headers}, follow_redirects=False
            ) as response:
                if not response.is_redirect:
                    return await _read(response, origin)
                address = str(response.url.join(response.headers.get("location", "")))
        except (httpx2.RequestError, httpx2.StreamError, httpx2.InvalidURL) as error:
            logger.warning("a file was not fetched from %s: %s", origin, type(error).__name__)
            return "not_had"
    return "not_had"


async def _read(response: httpx2.Response, origin: str) -> Downloaded | Unread:
    if not response.is_success:
        logger.warning("a file was not fetched from %s: HTTP %d", origin, response.status_code)
        return "not_let" if response.status_code in NOT_LET_IN else "not_had"
    if response.headers.get("content-encoding", "identity") != "identity":
        return "not_had"  # nobody asked for it, and what it unfolds to has no bound
    content = bytearray()
    async for piece in response.aiter_raw():
        content += piece
        if len(content) > MOST_BYTES:
            return "too_large"
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Downloaded(bytes(content), media_type)
