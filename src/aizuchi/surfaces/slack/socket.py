"""Socket Mode: Slack's events over a connection that we open, so that no address of ours is needed.

slack_sdk keeps the connection, and nothing else: what comes is read and stored like a request.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import Event, HttpResponse, Reception
from aizuchi.ports import Surface
from aizuchi.surfaces import Take
from aizuchi.surfaces.slack.webapi import LOOPBACK

ROUTES = ("events_api", "slash_commands", "interactive")
PING_S = 5.0
JSON = "application/json"

logger = logging.getLogger(__name__)


class SlackSocket:
    """The connection of one app, for as long as it runs."""

    def __init__(
        self,
        app_token: str,
        api_base: str,
        surface: Surface,
        clock: Callable[[], float],
        take: Take,
    ) -> None:
        self._app_token, self._api_base = app_token, api_base
        self._surface, self._clock, self._take = surface, clock, take
        self._client: SocketModeClient | None = None

    @property
    def is_connected(self) -> bool:
        client = self._client
        session = client.current_session if client and not client.stale else None
        return session is not None and not session.closed

    async def run(self) -> None:
        """Connects, and whenever the connection is lost connects anew, until it is cancelled."""
        self._client = client = self._open()
        try:
            await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk's own
            await asyncio.Event().wait()
        finally:
            self._client = None
            await client.close()  # type: ignore[no-untyped-call]  # slack_sdk's own

    def _open(self) -> SocketModeClient:
        web = AsyncWebClient(base_url=f"{self._api_base.rstrip('/')}/", logger=_sdk_logger())
        client = SocketModeClient(
            self._app_token, _sdk_logger(), web, ping_interval=PING_S, auto_reconnect_enabled=True
        )
        if urlsplit(self._api_base).hostname in LOOPBACK:
            web.proxy = client.proxy = None
        client.message_listeners.append(self._heard)
        return client

    async def _heard(
        self, client: AsyncBaseSocketModeClient, message: dict[str, Any], raw: str | None = None
    ) -> None:
        """An envelope: stored, then acknowledged. What is not stored is not, and comes again."""
        envelope_id = message.get("envelope_id")
        if message.get("type") not in ROUTES or not isinstance(envelope_id, str):
            return
        reception = self._read(raw or "")
        if reception is None:
            return
        response = await self._take(reception)
        if response is not reception.refused:
            await client.send_message(json.dumps(_acknowledgement(envelope_id, message, response)))

    def _read(self, raw: str) -> Reception | None:
        """What the envelope asks us to store; None where nobody could read it."""
        try:
            envelope = read_object(raw.encode())
            payload = envelope.get("payload")
        except (BadJson, UnicodeEncodeError):
            logger.warning("Slack sent an envelope that cannot be read")
            return None
        if not isinstance(payload, dict):
            return Reception()
        return self._surface.read(Event(envelope["type"], None, payload), now=self._clock())


def _acknowledgement(
    envelope_id: str, message: Mapping[str, Any], response: HttpResponse
) -> Mapping[str, Any]:
    """With what the response says, where the envelope takes that."""
    says = response.content_type.startswith(JSON) and message.get("accepts_response_payload")
    payload = {"payload": json.loads(response.body)} if says else {}
    return {"envelope_id": envelope_id, **payload}


def _sdk_logger() -> logging.Logger:
    """What slack_sdk says of its connection, in a line each."""
    said = logging.getLogger("aizuchi.slack_sdk")
    if not said.filters:
        said.addFilter(_without_traceback)
    return said


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return record.levelno >= logging.WARNING
