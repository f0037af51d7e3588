"""What can be done on each platform that `aizuchi dev` plays, and with which options."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from aizuchi.settings import Settings

EVERYWHERE = ("text", "who", "channel", "times", "bad_signature", "command", "file")


class Platform(NamedTuple):
    """A platform: `whats` somebody can do there, the options that say more about it besides those
    that there are everywhere, and whether it is a real one."""

    name: str
    title: str
    whats: tuple[str, ...]
    options: tuple[str, ...]
    is_real: Callable[[Settings], bool]
    token: str

    @property
    def takes(self) -> tuple[str, ...]:
        return (*EVERYWHERE, *self.options)


SLACK = Platform(
    name="slack",
    title="Slack",
    whats=("mention", "dm", "command", "stop"),
    options=("thread",),
    is_real=lambda settings: settings.slack.is_on,
    token="SLACK_BOT_TOKEN",  # noqa: S106 - the name of a variable
)
DISCORD = Platform(
    name="discord",
    title="Discord",
    whats=("mention", "dm", "command", "button"),
    options=("guild", "label"),
    is_real=lambda settings: settings.discord.is_on,
    token="DISCORD_BOT_TOKEN",  # noqa: S106 - the name of a variable
)
PLATFORMS: Mapping[str, Platform] = {one.name: one for one in (SLACK, DISCORD)}
WHATS = tuple(f"{one.name}.{what}" for one in PLATFORMS.values() for what in one.whats)
