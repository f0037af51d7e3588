"""The Discord that `aizuchi dev` plays: commands come signed over HTTP, messages by the Gateway."""

import asyncio
import secrets
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from nacl.signing import SigningKey

from aizuchi.cli.common import base_address
from aizuchi.cli.dev.played import Door
from aizuchi.cli.invocation import command_name
from aizuchi.settings import Settings
from aizuchi.surfaces.discord import PLUG
from aizuchi.surfaces.discord.registration import declared

APP_ID = "1100000000000000000"


class PlayedDiscord:
    """A guild with the assistant in it. Where what keeps a connection to the Gateway is not
    installed there is no bot token, and so no messages: only commands."""

    name, title = PLUG.name, "Discord"

    def __init__(self, settings: Settings) -> None:
        self._url = base_address(settings) + PLUG.paths[0]
        self._commands = declared(settings.discord, in_guild=False)
        self._key = SigningKey.generate()
        self._bot_token = f"{APP_ID}.{secrets.token_hex(3)}.{secrets.token_hex(16)}"
        self._has_gateway = find_spec("discord") is not None
        self.door = Door()

    @property
    def environment(self) -> Mapping[str, str]:
        keys = {
            "DISCORD_APP_ID": APP_ID,
            "DISCORD_PUBLIC_KEY": self._key.verify_key.encode().hex(),
            "DISCORD_API_BASE": f"{self.door.address}/api/v10",
        }
        return keys | ({"DISCORD_BOT_TOKEN": self._bot_token} if self._has_gateway else {})

    @property
    def greeting(self) -> str:
        what = "mention" if self._has_gateway else "command"
        return f"played here. To write: {command_name()} trigger discord.{what} --text Hi"

    async def play(self) -> None:
        """What it needs is loaded beside the loop, which has a server to start meanwhile."""
        fake = await asyncio.to_thread(import_module, "aizuchi.simulator.discord")
        httpx2 = await asyncio.to_thread(import_module, "httpx2")
        discord = fake.FakeDiscord(
            app_id=APP_ID,
            key=self._key,
            bot_token=self._bot_token,
            control_token=self.door.control_token,
        )
        if not self._has_gateway:  # else the server registers them itself, once it is connected
            discord.register(*self._commands)
        serving = fake.serving(discord, self.door.listening)
        async with httpx2.AsyncClient(trust_env=False) as client, serving:
            discord.deliver_to(client, self._url)
            await asyncio.get_running_loop().create_future()
