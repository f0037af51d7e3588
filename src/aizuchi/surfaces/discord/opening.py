"""Makes Discord ready to work, from its settings."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from aizuchi.errors import PlugNotFound
from aizuchi.events import Message
from aizuchi.limits import Limits
from aizuchi.operations import Refused
from aizuchi.settings import Settings
from aizuchi.settings.commands import Commands
from aizuchi.settings.discord import DiscordSettings
from aizuchi.surfaces import Opened, Socket, Take
from aizuchi.surfaces.discord import HAND_OVER_S, LIMITS, MESSAGE, NARROW
from aizuchi.surfaces.discord.address import Address
from aizuchi.surfaces.discord.courier import DiscordCourier
from aizuchi.surfaces.discord.files import fetch
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.manner import Known, Manner, allowed
from aizuchi.surfaces.discord.rest import Answer, Call, Rest, open_client

SOCKET = "aizuchi.surfaces.discord.socket"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_discord(settings: Settings, clock: Callable[[], float]) -> AsyncIterator[Opened]:
    """Discord with a client of its own, until the server ends."""
    discord = settings.discord
    async with open_client(discord.api_base) as client:
        rest = Rest(client, discord.api_base, discord.bot_token.reveal())
        courier = DiscordCourier(rest, clock, buttons=discord.buttons)
        surface = open_surface(settings)
        learning = asyncio.create_task(learn(rest, courier, surface))
        try:
            yield Opened(
                surface,
                courier,
                partial(limits_of, courier, rest, clock, buttons=discord.buttons),
                has_sign,
                socket=socket_of(discord, surface, courier, rest, clock),
                greeting=discord.greeting,
                fetch=partial(fetch, client, discord.api_base),
            )
        finally:
            learning.cancel()
            await asyncio.gather(learning, return_exceptions=True)


def socket_of(
    discord: DiscordSettings,
    surface: DiscordSurface,
    courier: DiscordCourier,
    rest: Rest,
    clock: Callable[[], float],
) -> Callable[[Take], Socket] | None:
    """Opens the connection to the Gateway, for which there has to be a bot; who only answers does
    without, and without what keeps it."""
    if not discord.bot_token:
        return None

    def connect(take: Take) -> Socket:
        if not find_spec("discord"):
            raise PlugNotFound(
                "Discord's Gateway needs discord.py, which is not installed.",
                "Install it: pip install 'aizuchi[discord]'",
            )
        return Connecting(discord, surface, courier, rest, clock, take)

    return connect


class Connecting:
    """The connection, loaded beside a server that runs already: discord.py takes 0.2 s of a core,
    and much longer on a busy machine."""

    def __init__(self, *given: Any) -> None:
        self._given = given
        self._socket: Socket | None = None

    @property
    def is_connected(self) -> bool:
        return self._socket is not None and self._socket.is_connected

    async def run(self) -> None:
        """Keeps connected until it is cancelled."""
        module: Any = sys.modules.get(SOCKET) or await asyncio.to_thread(import_module, SOCKET)
        self._socket = socket = module.DiscordSocket(*self._given)
        await socket.run()


def open_surface(settings: Settings) -> DiscordSurface:
    return DiscordSurface(settings.discord.public_key, manner_of(settings))


def manner_of(settings: Settings) -> Manner:
    discord = settings.discord
    return Manner(
        commands=known(discord.commands),
        takes_any=not discord.is_declared,
        ephemeral=discord.ephemeral,
        allow=allowed(settings.access.allow),
        approvers=settings.tools.approvers,
    )


def known(commands: Commands) -> Mapping[str, Known]:
    return {
        command.name: Known(
            command.question,
            command.ephemeral,
            {option.name: option.choices for option in command.options if option.choices},
        )
        for command in commands
    }


async def learn(rest: Rest, courier: DiscordCourier, surface: DiscordSurface) -> None:
    """Who we are there; the connection to Discord is then open. READY tells it too."""
    if not rest.has_token:
        return
    reply = await rest.call(Call("GET", "/users/@me"))
    if isinstance(reply, Answer):
        surface.bot_id = courier.finder.own_user = reply.id
    if isinstance(reply, Refused):
        logger.error("Discord refuses the bot's token: %s. %s", *reply)


def has_sign(message: Message) -> bool:
    """A command's first sign is Discord's own; a question that is decided loses its buttons."""
    address = Address.from_mapping(message.reply_to)
    return address.kind == "message" or bool(address.question)


async def limits_of(
    courier: DiscordCourier,
    rest: Rest,
    clock: Callable[[], float],
    message: Message,
    *,
    buttons: bool,
) -> Limits:
    """What an answer may do where this message was written: an interaction's is to be handed over
    to the bot before its token dies."""
    address = Address.from_mapping(message.reply_to)
    if address.kind == "message":
        return MESSAGE._replace(stages=buttons)
    courier.tokens.claimed(address)
    limits = LIMITS if rest.has_token and not address.narrow else NARROW
    left_s = max(0.0, address.began_at + HAND_OVER_S - clock())
    return limits._replace(hand_over_s=left_s, goes_on=rest.has_token, stages=buttons)
