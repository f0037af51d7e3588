"""Discord over the Gateway: mentions and direct messages, and, where the application has no
endpoint, commands and clicks, so that no address of ours is needed.

What comes is read and stored like a request, and only then responded to.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import Event, HttpResponse, Reception
from aizuchi.operations import Doubtful, Refused
from aizuchi.settings.discord import DiscordSettings
from aizuchi.surfaces import Take
from aizuchi.surfaces.discord.courier import DiscordCourier
from aizuchi.surfaces.discord.fields import id_of, optional_id
from aizuchi.surfaces.discord.gateway import Gateway, pause_after
from aizuchi.surfaces.discord.inbound import INTERACTION, MESSAGE, DiscordSurface
from aizuchi.surfaces.discord.messages import QUIET
from aizuchi.surfaces.discord.portal import invite
from aizuchi.surfaces.discord.registrar import Registrar
from aizuchi.surfaces.discord.rest import Answer, Call, Reply, Rest

RESPOND_WITHIN_S, TRY_WITHIN_S, AGAIN_S = 3.0, 1.4, 0.1
ALREADY = "already_acknowledged"
CALLBACK = "/interactions/{}/{}/callback"
MESSAGES = "/channels/{}/messages"

logger = logging.getLogger(__name__)


class DiscordSocket:
    """The connection of one bot, for as long as it runs."""

    def __init__(
        self,
        discord: DiscordSettings,
        surface: DiscordSurface,
        courier: DiscordCourier,
        rest: Rest,
        clock: Callable[[], float],
        take: Take,
    ) -> None:
        self._surface, self._courier, self._rest = surface, courier, rest
        self._clock, self._take = clock, take
        self._gateway = Gateway(discord.bot_token.reveal(), discord.api_base, self._heard)
        self._registrar = Registrar(discord, rest, pause_after)
        self._is_real = discord.is_real
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_connected(self) -> bool:
        return self._gateway.is_connected

    async def run(self) -> None:
        """Connects, and whenever the connection is lost connects anew, until it is cancelled."""
        self._start(self._registrar.run())
        try:
            await self._gateway.run()
        finally:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _heard(self, event: str, payload: Mapping[str, Any]) -> None:
        """Tasks begin in the order in which they are made, so what comes first is stored first."""
        self._start(self._hear(event, payload))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Beside all else; what breaks in it is for the log, and harms nothing else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    async def _hear(self, event: str, payload: Mapping[str, Any]) -> None:
        match event:
            case "READY":
                self._introduce(payload)
            case "GUILD_CREATE":
                self._registrar.add(id_of(payload, "id"))
            case "MESSAGE_CREATE":
                await self._hear_message(payload)
            case "INTERACTION_CREATE":
                await self._hear_interaction(payload)

    def _introduce(self, payload: Mapping[str, Any]) -> None:
        """Who we are there; the link that invites us is said once, and not of a played Discord,
        whose server nobody could open."""
        user, app_id = payload["user"], payload["application"]["id"]
        is_news = self._is_real and not self._registrar.app_id
        self._surface.bot_id = self._courier.finder.own_user = user["id"]
        link = f"; this link invites it: {invite(app_id)}" if is_news else ""
        self._registrar.app_id = app_id
        servers = len(payload["guilds"])
        told = ("connected to Discord as %s (servers: %d)%s", user["username"], servers, link)
        logger.log(logging.INFO if self._is_real else logging.DEBUG, *told)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("what Discord sent broke: %s", type(error).__name__, exc_info=error)

    async def _hear_message(self, payload: Mapping[str, Any]) -> None:
        """Most messages of a server are not for us, and nothing comes of them."""
        reception = self._read(MESSAGE, payload)
        if reception and (reception.messages or reception.signals):
            response = await self._take(reception)
            if response is reception.refused:
                await self._reply(payload, response)

    async def _hear_interaction(self, payload: Mapping[str, Any]) -> None:
        until = asyncio.get_running_loop().time() + RESPOND_WITHIN_S
        reception, interaction = self._read(INTERACTION, payload), optional_id(payload, "id")
        if reception is None or not interaction:
            return
        with self._courier.tokens.responding(interaction):
            response = await self._take(reception)
            await self._respond(payload, response, until)

    def _read(self, route: str, payload: Mapping[str, Any]) -> Reception | None:
        """What it asks us to store; None where nobody could read it."""
        try:
            body = read_object(json.dumps(payload, ensure_ascii=False).encode())
        except (BadJson, UnicodeEncodeError, RecursionError):
            logger.warning("Discord sent something that cannot be read")
            return None
        return self._surface.read(Event(route, None, body), now=self._clock())

    async def _respond(
        self, payload: Mapping[str, Any], response: HttpResponse, until: float
    ) -> None:
        """Responds, in doubt again: nothing is done twice by that."""
        call = Call("POST", CALLBACK, (payload["id"], payload["token"]), by_bot=False)
        loop = asyncio.get_running_loop()
        while response.status == 200 and (left_s := until - loop.time()) > 0:
            reply = await self._within(min(left_s, TRY_WITHIN_S), call, json.loads(response.body))
            if isinstance(reply, Refused) and reply.code != ALREADY:
                logger.warning("Discord did not take a response: %s", reply.code)
                self._courier.tokens.over(payload["id"])
            if isinstance(reply, Answer | Refused):
                return
            await asyncio.sleep(AGAIN_S)

    async def _reply(self, payload: Mapping[str, Any], response: HttpResponse) -> None:
        """Tells who wrote that the message was not taken."""
        if response.status != 200:
            return
        body = {
            **json.loads(response.body),
            **QUIET,
            "message_reference": {"message_id": payload["id"], "fail_if_not_exists": False},
        }
        await self._rest.call(Call("POST", MESSAGES, (payload["channel_id"],)), body)

    async def _within(self, seconds: float, call: Call, body: Mapping[str, Any]) -> Reply:
        """One try; none of which anything came in that time is one in doubt."""
        try:
            async with asyncio.timeout(seconds):
                return await self._rest.call(call, body)
        except TimeoutError:
            return Doubtful()
