"""The server that a terminal talks to: the one that runs, or one for as long as it is needed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from enum import Enum, auto
from socket import socket, socketpair

import httpx2

from aizuchi.cli.common import base_address, owner_token
from aizuchi.errors import ServerError, SettingsError
from aizuchi.hosts.listening import LISTEN_FD, bind
from aizuchi.hosts.parent import DEV_SOCKET, PARENT_FD, READY
from aizuchi.settings import Settings
from aizuchi.settings.home import writing
from aizuchi.settings.memo import noted_address
from aizuchi.surfaces.web.tokens import OWNER

LOG_FILE = "terminal-server.log"
CONNECT_S = 3.0
PATIENCE_S = 10.0  # a server that starts again takes a request before it can answer
SILENCE_S = 45.0  # an answer's stream has a sign of life every 15 s
START_S = 30.0
END_S = 12.0


class LocalServer:
    """Finds a running server, starts one where there is none, and ends what it started."""

    def __init__(self, settings: Settings, arguments: Sequence[str]) -> None:
        self._settings, self._arguments = settings, arguments
        self._token = _token(settings)
        self._started: subprocess.Popen[bytes] | None = None
        self._line: socket | None = None
        self.address = ""

    async def ensure(self) -> None:
        """Returns when a server answers at `address`.

        Raises:
            ServerError: there is none, and none can be started.
        """
        configured = base_address(self._settings)
        for address in filter(None, (self.address, noted_address(self._settings.home))):
            if await _look(address, self._token) is Found.OURS:
                self.address = address
                return
        found = await _look(configured, self._token)
        if found is Found.NOTHING:
            await self._start()
        elif found is not Found.OURS:
            raise _not_ours(configured, found)
        self.address = configured

    def client(self) -> httpx2.AsyncClient:
        """An HTTP client that comes to the server as the owner."""
        return httpx2.AsyncClient(
            base_url=self.address,
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=httpx2.Timeout(CONNECT_S, read=SILENCE_S),
            trust_env=False,
        )

    def close(self) -> None:
        """Ends the server that was started here; an answer that it leaves goes on at the next."""
        if self._started is None or self._line is None:
            return
        self._line.close()
        try:
            self._started.wait(END_S)
        except subprocess.TimeoutExpired:
            self._started.kill()
            self._started.wait()

    async def _start(self) -> None:
        server = self._settings.server
        self.close()
        with bind(server.host, server.port) as listener:
            ours, theirs = socketpair()
            with theirs:
                self._started = self._launch(listener, theirs)
        self._line = ours
        ours.setblocking(False)
        await self._until_ready(ours)

    def _launch(self, listener: socket, line: socket) -> "subprocess.Popen[bytes]":
        log = self._settings.home / LOG_FILE
        environment = {key: value for key, value in os.environ.items() if key != DEV_SOCKET}
        numbers = {LISTEN_FD: str(listener.fileno()), PARENT_FD: str(line.fileno())}
        with writing(log), log.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 - our own program, with our own options
                [sys.executable, "-P", "-m", "aizuchi", "serve", *self._arguments],
                env={**environment, **numbers},
                pass_fds=[listener.fileno(), line.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def _until_ready(self, line: socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(START_S):
                word = await loop.sock_recv(line, len(READY))
        except TimeoutError:
            word = b""
        if word != READY:
            raise self._not_started()

    def _not_started(self) -> ServerError:
        log = self._settings.home / LOG_FILE
        said = log.read_text("utf-8", "replace").strip().splitlines()
        why = next((line for line in said if line.startswith("aizuchi: ")), "")
        mend = said[said.index(why) + 1].strip() if why in said[:-1] else f"See {log}."
        return ServerError(
            f"No server runs here, and none could be started. {why.removeprefix('aizuchi: ')}",
            mend,
        )


def _token(settings: Settings) -> str:
    if not settings.web.enabled:
        raise SettingsError(
            "The terminal talks to the web API, which is off ([web] enabled = false).",
            "Switch it on, for this machine alone.",
        )
    token = owner_token(settings)
    if not token:
        raise SettingsError(
            f"AIZUCHI_WEB_TOKEN has no token of {OWNER}, as whom the terminal comes.",
            f"Add one: {OWNER}:TOKEN,name:TOKEN",
        )
    return token


class Found(Enum):
    """What stands at an address."""

    OURS = auto()
    NOTHING = auto()
    ANOTHERS = auto()
    STRANGER = auto()


async def _look(address: str, token: str) -> Found:
    headers = {"Authorization": f"Bearer {token}"}
    timeout = httpx2.Timeout(CONNECT_S, read=PATIENCE_S)
    try:
        async with httpx2.AsyncClient(timeout=timeout, trust_env=False) as http:
            response = await http.get(f"{address}/api/chats", headers=headers)
    except httpx2.ConnectError:
        return Found.NOTHING
    except httpx2.TransportError:
        return Found.STRANGER
    match response.status_code:
        case 200 if '"chats"' in response.text:
            return Found.OURS
        case 503:
            return Found.OURS
        case 401:
            return Found.ANOTHERS
    return Found.STRANGER


def _not_ours(address: str, found: Found) -> ServerError:
    if found is Found.ANOTHERS:
        return ServerError(
            f"The server at {address} does not know this installation's token.",
            "Use its AIZUCHI_HOME and AIZUCHI_WEB_TOKEN here, or another AIZUCHI_PORT.",
        )
    return ServerError(
        f"Another program listens at {address}.", "Take another port: AIZUCHI_PORT=8766"
    )
