"""Where an answer on Discord goes, as `reply_to` carries it from the edge to the courier."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from aizuchi.surfaces.discord import NAME

DISCORD_EPOCH_S = 1_420_070_400.0
"""What the times in Discord's ids count from: the first second of 2015."""

FLAGS = ("by_request", "ephemeral", "direct", "narrow")


class Address(NamedTuple):
    """Where a message was written, by whom, and how to answer it there.

    `turn` is the end of the turn's id, for the buttons of its answer. An interaction has an
    `application`, a `token`, and began `at` that time; `by_request` says that it came as one, to
    which our response may still be on its way. A message has none of these: it is answered as a
    reply to itself. `ephemeral` is what only the person sees, `direct` their channel with us;
    `narrow` is where an answer has one message, and a file for what is longer. `question` is the
    message whose buttons have had their click.
    """

    kind: Literal["interaction", "message"]
    id: str
    channel: str
    user: str
    turn: str = ""
    guild: str = ""
    application: str = ""
    token: str = ""
    at: str = ""
    locale: str = ""
    by_request: bool = False
    ephemeral: bool = False
    direct: bool = False
    narrow: bool = False
    question: str = ""

    def to_mapping(self) -> Mapping[str, str]:
        """As strings, without what is empty."""
        given = zip(self._fields, self, strict=True)
        return {name: "yes" if value is True else str(value) for name, value in given if value}

    @classmethod
    def from_mapping(cls, reply_to: Mapping[str, str]) -> "Address":
        fields = {name: text for name, text in reply_to.items() if name in cls._fields}
        flags = {name: bool(reply_to.get(name)) for name in FLAGS}
        return cls(**{**fields, **flags})  # type: ignore[arg-type]  # strings from our own mapping

    @property
    def began_at(self) -> float:
        """When Discord began to count the life of the token, in seconds since the epoch."""
        return float(self.at or 0)


def time_of(snowflake: str) -> float:
    """When an id of Discord's was made, in seconds since the epoch; 0 for what is none."""
    if not (snowflake.isascii() and snowflake.isdigit()):
        return 0.0
    return (int(snowflake) >> 22) / 1_000 + DISCORD_EPOCH_S


def conversation_of(channel: str, user: str, *, direct: bool, ephemeral: bool) -> str:
    """The key of what is answered in order: a direct channel, or a person in a channel, of whom
    what only they see is apart from what all see."""
    if direct:
        return f"{NAME}:{channel}"
    return f"{NAME}:{channel}:{user}" + (":ephemeral" if ephemeral else "")


def place_of(guild: str, channel: str) -> str:
    """The key of where something can be read, from the guild inwards."""
    return ":".join(filter(None, (NAME, guild, channel)))
