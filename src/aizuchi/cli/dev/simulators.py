"""The platforms that `aizuchi dev` plays itself: those without secrets, with keys made anew."""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from importlib import import_module

from aizuchi.cli.common import base_address
from aizuchi.cli.invocation import command_name
from aizuchi.settings import Settings
from aizuchi.settings.memo import Simulator, forget_simulator, note_simulator
from aizuchi.surfaces.slack import PLUG
from aizuchi.surfaces.slack.manifest import manifest


class Simulators:
    """A Slack of our own, unless there is a real one: then nothing is played.

    The socket listens at once, so that a server may call before the rest of it is loaded.

    Raises:
        SettingsError: Slack could not be told what aizuchi.toml says.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_played = not settings.slack.is_on
        self._manifest = manifest(settings, base_address(settings)) if self._is_played else {}
        self._signing_secret, self._control_token = secrets.token_hex(16), secrets.token_hex(16)
        self._bot_token = f"xoxb-{secrets.token_hex(16)}"
        self._listening = socket.create_server(("127.0.0.1", 0)) if self._is_played else None

    @property
    def address(self) -> str:
        assert self._listening
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a server to the platforms that are played."""
        if not self._is_played:
            return {}
        return {
            "SLACK_SIGNING_SECRET": self._signing_secret,
            "SLACK_BOT_TOKEN": self._bot_token,
            "SLACK_API_BASE": f"{self.address}/api/",
        }

    def greeting(self) -> list[str]:
        if not self._is_played:
            return []
        return [f"  Slack  played here. To write: {command_name()} trigger slack.mention --text Hi"]

    async def run(self) -> None:
        """Plays until it is cancelled."""
        if self._listening is None:
            return
        home = self._settings.home
        note_simulator(home, Simulator(self.address, self._control_token))
        try:
            await self._play(self._listening)
        finally:
            forget_simulator(home)
            self._listening.close()

    async def _play(self, listening: socket.socket) -> None:
        """What it needs is loaded beside the loop, which has a server to start meanwhile."""
        fake = await asyncio.to_thread(import_module, "aizuchi.simulator.slack")
        httpx2 = await asyncio.to_thread(import_module, "httpx2")
        slack = fake.FakeSlack(
            signing_secret=self._signing_secret,
            bot_token=self._bot_token,
            control_token=self._control_token,
        )
        slack.configure(self._manifest)
        async with httpx2.AsyncClient(trust_env=False) as client, fake.serving(slack, listening):
            slack.deliver_to(client, base_address(self._settings) + PLUG.paths[0])
            await asyncio.get_running_loop().create_future()
