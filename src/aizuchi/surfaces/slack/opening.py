"""Makes Slack ready to work, from its settings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import httpx2

from aizuchi.errors import PlugNotFound
from aizuchi.events import Message
from aizuchi.history import Fetch
from aizuchi.limits import Limits
from aizuchi.settings import Settings
from aizuchi.settings.keyring import Keyring
from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces import Opened, Socket, Take
from aizuchi.surfaces.slack import COMMAND, EDITS, LIMITS
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.courier import SlackCourier
from aizuchi.surfaces.slack.files import fetch
from aizuchi.surfaces.slack.inbound import Manner, SlackSurface
from aizuchi.surfaces.slack.names import Names
from aizuchi.surfaces.slack.overhearing import overhear
from aizuchi.surfaces.slack.webapi import WebApi, open_client


@asynccontextmanager
async def open_slack(settings: Settings, clock: Callable[[], float]) -> AsyncIterator[Opened]:
    """Slack with a client of its own, until the server ends."""
    async with open_client(settings.slack.api_base) as client:
        api = WebApi(client, settings.slack.api_base, settings.slack.tokens)
        courier = SlackCourier(api, reactions=settings.slack.sign == "reaction")
        learning = asyncio.create_task(courier.finder.learn_all())
        try:
            opened = opened_with(api, courier, settings.slack, clock)
            yield opened._replace(fetch=fetch_of(client, settings.slack))
        finally:
            learning.cancel()
            await asyncio.gather(learning, return_exceptions=True)


def opened_with(
    api: WebApi, courier: SlackCourier, slack: SlackSettings, clock: Callable[[], float]
) -> Opened:
    """Slack as its settings want it, over this API."""
    keyring = Keyring(slack.signing)
    surface = open_surface(slack, keyring)
    socket = socket_of(slack, surface, clock) if slack.app_token else None
    listen = partial(overhear, api, courier.finder, Names(api, asks=slack.names))
    limits = partial(limits_of, courier)
    return Opened(surface, courier, limits, has_sign, listen, socket, slack.greeting, keyring.renew)


def fetch_of(client: httpx2.AsyncClient, slack: SlackSettings) -> Fetch | None:
    """How files are had; None where they are not wanted."""
    return partial(fetch, client, slack.api_base, slack.tokens) if slack.files else None


def socket_of(
    slack: SlackSettings, surface: SlackSurface, clock: Callable[[], float]
) -> Callable[[Take], Socket]:
    """Opens the connection of Socket Mode.

    Raises:
        PlugNotFound: what keeps it is not installed.
    """
    try:
        from aizuchi.surfaces.slack.socket import SlackSocket  # 0.2 s, only where it is used
    except ModuleNotFoundError as error:
        raise PlugNotFound(
            f"Socket Mode needs {error.name}, which is not installed.",
            "Install it: pip install 'aizuchi[slack]'",
        ) from None
    return partial(SlackSocket, slack.app_token.reveal(), slack.api_base, surface, clock)


def open_surface(slack: SlackSettings, secrets: Sequence[str]) -> SlackSurface:
    return SlackSurface(secrets, manner_of(slack))


def manner_of(slack: SlackSettings) -> Manner:
    return Manner(
        ack_text=slack.ack_text,
        ephemeral=slack.ephemeral,
        quote=slack.quote,
        follow_threads=slack.follow_threads,
    )


def has_sign(message: Message) -> bool:
    """A command's first sign is Slack's own, or the text that acknowledges it."""
    return Address.from_mapping(message.reply_to).kind != "command"


async def limits_of(courier: SlackCourier, message: Message) -> Limits:
    """What an answer may do where this message was written: without streams it is edited, and
    where nothing can be read back it is posted once."""
    address = Address.from_mapping(message.reply_to)
    if address.kind == "command":
        return COMMAND
    await courier.finder.learn(address.team)
    limits = EDITS if address.team in courier.streamless else LIMITS
    return limits if courier.finder.may_look(address) else limits._replace(grows=False)
