"""Adds the commands in every server that the bot is in, so that a token is all that is needed.

It only adds and changes, one command at a time; what it does not know it leaves alone.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from aizuchi.operations import Busy, Refused
from aizuchi.settings.discord import DiscordSettings
from aizuchi.surfaces.discord.portal import invite
from aizuchi.surfaces.discord.registration import (
    Registered,
    declared,
    key_of,
    plan,
    title,
)
from aizuchi.surfaces.discord.rest import Answer, Call, Reply, Rest

EVERYWHERE = "/applications/{}/commands"
IN_GUILD = "/applications/{}/guilds/{}/commands"
TRIES = 6

logger = logging.getLogger(__name__)


class NotDone(Exception):
    """Discord did not do what it was asked."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code if isinstance(reply, Refused) else type(reply).__name__)
        self.reply = reply


class Registrar:
    """Registers what the settings declare, server by server, beside all other work."""

    def __init__(
        self, discord: DiscordSettings, rest: Rest, pause_after: Callable[[int], float]
    ) -> None:
        self._discord, self._rest, self._pause_after = discord, rest, pause_after
        self._guilds: asyncio.Queue[str] = asyncio.Queue()
        self._known: set[str] = set()
        self._everywhere: Sequence[Registered] | None = None
        self.app_id = ""

    def add(self, guild: str) -> None:
        """The bot is in this server."""
        wanted = not self._discord.guilds or guild in self._discord.guilds
        if wanted and guild not in self._known:
            self._known.add(guild)
            self._guilds.put_nowait(guild)

    async def run(self) -> None:
        while True:
            await self._register(await self._guilds.get())
            if self._guilds.empty():
                self._everywhere = None

    async def _register(self, guild: str) -> None:
        """However busy Discord is; a server that is left has its next try at the next READY."""
        doubts = 0
        while doubts < TRIES:
            try:
                return await self._upsert(guild)
            except NotDone as error:
                match error.reply:
                    case Refused(code):
                        return self._give_up(guild, code)
                    case Busy(retry_after_s):
                        await asyncio.sleep(retry_after_s)
                    case _:
                        doubts += 1
                        await asyncio.sleep(self._pause_after(doubts))
        return self._give_up(guild, "Discord is in trouble")

    def _give_up(self, guild: str, why: str) -> None:
        self._known.discard(guild)
        mend = f"invite the bot anew: {invite(self.app_id)}"
        logger.warning("no commands were added in server %s (%s); %s", guild, why, mend)

    async def _upsert(self, guild: str) -> None:
        wanted = await self._wanted()
        if not wanted:
            return
        ids = (self.app_id, guild)
        missing = plan(wanted, await self._live(IN_GUILD, *ids), in_guild=True).upserts
        for command in missing:
            _done(await self._rest.call(Call("POST", IN_GUILD, ids), command))
        if missing:
            names = ", ".join(title(command) for command in missing)
            level = logging.INFO if self._discord.is_real else logging.DEBUG
            logger.log(level, "added in server %s: %s", guild, names)

    async def _wanted(self) -> Sequence[Registered]:
        """What is declared, but for the names that are there in every server already."""
        if self._everywhere is None:
            self._everywhere = await self._live(EVERYWHERE, self.app_id)
        everywhere = {key_of(command) for command in self._everywhere}
        commands = declared(self._discord, in_guild=True)
        return [command for command in commands if key_of(command) not in everywhere]

    async def _live(self, template: str, *ids: str) -> Sequence[Registered]:
        query = {"with_localizations": "true"}
        return _done(await self._rest.call(Call("GET", template, ids), query=query)).listed


def _done(reply: Reply) -> Answer:
    if not isinstance(reply, Answer):
        raise NotDone(reply)
    return reply
