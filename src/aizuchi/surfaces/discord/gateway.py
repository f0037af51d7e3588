"""The connection to Discord's Gateway: opened, resumed, opened anew, for as long as it is wanted.

discord.py speaks the protocol, and nothing else: what comes is handed on as it is, and it keeps
nothing of it, so that a thousand servers take no more memory than one.
"""

import asyncio
import logging
import random
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route
from yarl import URL

from aizuchi.surfaces.discord.portal import CLOSES, REFUSED

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None of them has to be switched on: a message that mentions us comes with its text."""

EVENTS = ("READY", "RESUMED", "GUILD_CREATE", "MESSAGE_CREATE", "INTERACTION_CREATE")


def _zstd_errors() -> Iterator[type[Exception]]:
    """What unpacking by zstd raises, which discord.py does where a package or Python brings it."""
    for name in ("zstandard", "compression.zstd"):
        with suppress(ModuleNotFoundError):
            yield import_module(name).ZstdError


LOST: tuple[type[Exception], ...] = (
    *(OSError, TimeoutError, aiohttp.ClientError, discord.DiscordException, ReconnectWebSocket),
    # discord.py reads what comes without looking at it: that ends a connection, not the server.
    *(AttributeError, KeyError, RuntimeError, TypeError, ValueError, zlib.error),
    *_zstd_errors(),
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")

OPEN_WITHIN_S, CLOSE_WITHIN_S = 30.0, 1.0
COMES_BACK = 4000
STEADY_S = 60.0
LONGEST_PAUSE_S = 60.0
REFUSED_PAUSE_S = 600.0
RESUMES = 5
"""After so many failures in a row a connection is not resumed any more but made from nothing."""

logger = logging.getLogger(__name__)

Heard = Callable[[str, Mapping[str, Any]], None]


class Session(NamedTuple):
    """What a lost connection is resumed by: Discord then sends what came in between."""

    id: str
    sequence: int | None
    address: URL


class Client(discord.Client):
    """discord.py, whose every event that we want comes to us, and none into its own memory."""

    def __init__(self, heard: Heard, **network: Any) -> None:
        super().__init__(
            intents=INTENTS,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            **network,
        )
        self._connection.parsers = {event: partial(heard, event) for event in EVENTS}


class Gateway:
    """Keeps one connection, and hands on what comes over it."""

    def __init__(self, token: str, api_base: str, heard: Heard) -> None:
        self._token, self._api_base, self._heard = token, api_base.rstrip("/"), heard
        self._ws: DiscordWebSocket | None = None
        self._session: Session | None = None
        self._greeted_at: float | None = None
        self._failures = 0
        self._said = logging.NOTSET

    @property
    def is_connected(self) -> bool:
        return self._greeted_at is not None and self._ws is not None and self._ws.open

    async def run(self) -> None:
        """Connects, and whenever the connection is lost connects anew, until it is cancelled."""
        logging.getLogger("discord").setLevel(logging.CRITICAL)  # what it would say, we say
        Route.BASE = self._api_base
        while True:
            pause_s = 0.0
            try:
                await self._connect()
            except LOST as error:
                pause_s = self._lost(error)
            await asyncio.sleep(pause_s)

    async def _connect(self) -> None:
        """One connection to its end, which is always an error."""
        async with self._open() as client:
            await client.login(self._token)
            how = await self._how(client)
            opening = DiscordWebSocket.from_client(client, initial=True, **how)
            self._ws = client.ws = await asyncio.wait_for(opening, OPEN_WITHIN_S)
            try:
                while True:
                    await client.ws.poll_event()
            except LOST:
                await _hang_up(client.ws)
                raise
            finally:
                self._session = _session_of(client.ws)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Client]:
        """The end has a limit of time; whatever is left of it then ends with the connector."""
        async with aiohttp.TCPConnector() as connector:
            client = Client(self._take, connector=connector, proxy=_proxy_for(self._api_base))
            try:
                await client.__aenter__()
                yield client
            finally:
                with suppress(TimeoutError):
                    async with asyncio.timeout(CLOSE_WITHIN_S):
                        await client.close()

    async def _how(self, client: Client) -> dict[str, Any]:
        """Resumed where it can be; else anew, which Discord allows so many times a day."""
        if (session := self._session) and self._failures < RESUMES:
            named = {"session": session.id, "sequence": session.sequence}
            return {"resume": True, "gateway": session.address, **named}
        _, address, starts = await client.http.get_bot_gateway()
        if starts["remaining"] <= 0:
            pause_s = starts["reset_after"] / 1_000
            logger.error("Discord allows no more connections today; next in %d s", pause_s)
            await asyncio.sleep(pause_s)
        return {"gateway": URL(address)}

    def _take(self, event: str, payload: Mapping[str, Any]) -> None:
        if event in ("READY", "RESUMED"):
            self._greeted_at, self._said = _now(), logging.NOTSET
        self._heard(event, payload)

    def _lost(self, error: Exception) -> float:
        """How many seconds to wait before the next attempt."""
        was_steady = self._greeted_at is not None and _now() - self._greeted_at > STEADY_S
        self._failures = 0 if was_steady else self._failures + 1
        self._greeted_at = None
        if mend := _mend_of(error):
            self._session = None
            self._say(logging.ERROR, mend)
            return REFUSED_PAUSE_S
        if self._failures > 1:  # Discord itself asks for a new connection now and then
            self._say(logging.WARNING, f"not connected to Discord ({_why(error)}); trying on")
        return 0.0 if was_steady else pause_after(self._failures)

    def _say(self, level: int, line: str) -> None:
        """Once, until it is connected again; what is worse is said all the same."""
        if level > self._said:
            logger.log(level, line)
            self._said = level


def pause_after(failures: int) -> float:
    """Longer after each failure, and never at the same moment as everybody else."""
    longest = min(2.0**failures, LONGEST_PAUSE_S)
    return random.uniform(longest / 2, longest)


async def _hang_up(ws: DiscordWebSocket) -> None:
    """As one who comes back: by 1000, which discord.py ends with, the session would be over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await ws.close(code=COMES_BACK)


def _session_of(ws: DiscordWebSocket) -> Session | None:
    """None where Discord has told us to begin anew."""
    return Session(ws.session_id, ws.sequence, ws.gateway) if ws.session_id else None


def _mend_of(error: Exception) -> str:
    """What somebody has to do before it can work; empty where trying again is enough."""
    match error:
        case discord.LoginFailure():
            return REFUSED
        case discord.ConnectionClosed():
            return CLOSES.get(error.code, "")
        case _:
            return ""


def _why(error: Exception) -> str:
    code = getattr(error, "code", None) or getattr(error, "status", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _proxy_for(address: str) -> str | None:
    """The proxy that the environment names, as for our other calls; none to this machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host in LOOPBACK or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


def _now() -> float:
    return asyncio.get_running_loop().time()
