"""The Slack that `aizuchi dev` plays: its keys, and what aizuchi.toml asks of it."""

import asyncio
import secrets
from collections.abc import Mapping
from importlib import import_module

from aizuchi.cli.common import base_address
from aizuchi.cli.dev.played import Door
from aizuchi.cli.invocation import command_name
from aizuchi.settings import Settings
from aizuchi.surfaces.slack import PLUG
from aizuchi.surfaces.slack.manifest import manifest


class PlayedSlack:
    """A workspace with the assistant in it.

    Raises:
        SettingsError: Slack could not be told what aizuchi.toml says.
    """

    name, title = PLUG.name, "Slack"

    def __init__(self, settings: Settings) -> None:
        self._url = base_address(settings) + PLUG.paths[0]
        self._manifest = manifest(settings, base_address(settings))
        self._signing_secret = secrets.token_hex(16)
        self._bot_token = f"xoxb-{secrets.token_hex(16)}"
        self.door = Door()

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "SLACK_SIGNING_SECRET": self._signing_secret,
            "SLACK_BOT_TOKEN": self._bot_token,
            "SLACK_API_BASE": f"{self.door.address}/api/",
        }

    @property
    def greeting(self) -> str:
        return f"played here. To write: {command_name()} trigger slack.mention --text Hi"

    async def play(self) -> None:
        """What it needs is loaded beside the loop, which has a server to start meanwhile."""
        fake = await asyncio.to_thread(import_module, "aizuchi.simulator.slack")
        httpx2 = await asyncio.to_thread(import_module, "httpx2")
        slack = fake.FakeSlack(
            signing_secret=self._signing_secret,
            bot_token=self._bot_token,
            control_token=self.door.control_token,
        )
        slack.configure(self._manifest)
        serving = fake.serving(slack, self.door.listening)
        async with httpx2.AsyncClient(trust_env=False) as client, serving:
            slack.deliver_to(client, self._url)
            await asyncio.get_running_loop().create_future()
