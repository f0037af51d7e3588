"""The platforms that `aizuchi dev` plays itself: those without secrets, with keys made anew."""

import asyncio
from collections.abc import Mapping

from aizuchi.cli.dev.discord import PlayedDiscord
from aizuchi.cli.dev.played import Played
from aizuchi.cli.dev.slack import PlayedSlack
from aizuchi.cli.greeting import row
from aizuchi.settings import Settings
from aizuchi.settings.memo import Simulator, forget_simulator, note_simulator


class Simulators:
    """Each platform that is not a real one.

    Raises:
        SettingsError: a platform could not be told what aizuchi.toml says.
    """

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        self._played: list[Played] = []
        if not settings.slack.is_on:
            self._played.append(PlayedSlack(settings))
        if not settings.discord.is_on:
            self._played.append(PlayedDiscord(settings))

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a server to the platforms that are played."""
        return {name: value for one in self._played for name, value in one.environment.items()}

    def greeting(self) -> list[str]:
        return [row(one.title, one.greeting) for one in self._played]

    async def run(self) -> None:
        """Plays until it is cancelled; meanwhile `aizuchi trigger` finds what is played."""
        for one in self._played:
            order_at = Simulator(one.door.address, one.door.control_token)
            note_simulator(self._home, one.name, order_at)
        try:
            async with asyncio.TaskGroup() as tasks:
                for one in self._played:
                    tasks.create_task(one.play())
        finally:
            for one in self._played:
                forget_simulator(self._home, one.name)

    def close(self) -> None:
        """Listens no more."""
        for one in self._played:
            one.door.listening.close()
