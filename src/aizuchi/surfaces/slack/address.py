"""Where an answer on Slack goes, as `reply_to` carries it from the edge to the courier."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

NAME = "slack"

Kind = Literal["mention", "direct", "thread", "command"]

STOP_ACTION = "aizuchi_stop"
"""The `action_id` of a button that stops the answer in whose thread it stands."""


class Address(NamedTuple):
    """Where a message was written, by whom, and how to answer it there.

    `kind` is what asked: a mention, a direct message, a reply in a thread that is followed, or a
    slash command. `team` and `enterprise` are those of the installation, and choose the token;
    `user_team` is the writer's own (a stream in a channel has to name both). `ts` is the message
    itself, for a reaction; `thread_ts` where the answer stands. Both are empty for a command, which
    has a `response_url` instead, whether its answer is `ephemeral`, and the question to `quote`.
    """

    kind: Kind
    team: str
    channel: str
    user: str
    user_team: str = ""
    enterprise: str = ""
    ts: str = ""
    thread_ts: str = ""
    response_url: str = ""
    ephemeral: bool = False
    quote: str = ""

    def to_mapping(self) -> Mapping[str, str]:
        """As strings, without what is empty."""
        fields: Iterable[tuple[str, Any]] = zip(self._fields, self, strict=True)
        given = {name: value for name, value in fields if value}
        return {**given, "ephemeral": "yes"} if self.ephemeral else given

    @classmethod
    def from_mapping(cls, reply_to: Mapping[str, str]) -> "Address":
        fields = {name: text for name, text in reply_to.items() if name in cls._fields}
        return cls(**{**fields, "ephemeral": bool(reply_to.get("ephemeral"))})  # type: ignore[arg-type]  # strings from our own mapping


def conversation_of(team: str, channel: str, thread_ts: str) -> str:
    """The key of a thread, direct messages included."""
    return f"{NAME}:{thread_ts}:{team}:{channel}"
