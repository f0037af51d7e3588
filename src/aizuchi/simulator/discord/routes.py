"""The one table of routes: what each does, who may call it, and out of which budget."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from aizuchi.simulator.discord import callbacks, commands, identity, messages, webhooks
from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.messages import Answer
from aizuchi.simulator.discord.state import State

Bucket = Literal["", "post", "edit", "read", "webhook", "command"]
TOP_LEVEL = ("token", "channel", "guild")


class Route(NamedTuple):
    """A route: `bucket` is its budget, counted apart for each channel, guild or token; one that is
    `open` needs no bot token, as the interaction's own is in the address."""

    method: str
    path: str
    does: Callable[[State, Call], Answer]
    bucket: Bucket = ""
    open: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


_CHANNEL = "/channels/{channel}"
_MESSAGES = "/channels/{channel}/messages"
_MESSAGE = "/channels/{channel}/messages/{message}"
_HOOK = "/webhooks/{app}/{token}"
_ORIGINAL = "/webhooks/{app}/{token}/messages/@original"
_RESPONSE = "/webhooks/{app}/{token}/messages/{message}"
_CALLBACK = "/interactions/{interaction}/{token}/callback"


def _commands(place: str) -> Iterator[Route]:
    one = f"{place}/{{command}}"
    yield Route("GET", place, commands.list_commands, "command")
    yield Route("POST", place, commands.upsert_command, "command")
    yield Route("PUT", place, commands.overwrite_commands, "command")
    yield Route("GET", one, commands.get_command, "command")
    yield Route("PATCH", one, commands.edit_command, "command")
    yield Route("DELETE", one, commands.delete_command, "command")


def _answers(path: str) -> Iterator[Route]:
    yield Route("GET", path, webhooks.get_response, "webhook", open=True)
    yield Route("PATCH", path, webhooks.edit_response, "webhook", open=True)
    yield Route("DELETE", path, webhooks.delete_response, "webhook", open=True)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/gateway", identity.get_gateway, open=True),
    Route("GET", "/gateway/bot", identity.get_gateway_bot),
    Route("GET", "/users/@me", identity.get_me),
    Route("POST", "/users/@me/channels", identity.open_direct),
    Route("GET", "/users/@me/guilds", identity.list_guilds),
    Route("GET", "/users/{user}", identity.get_user),
    Route("GET", "/guilds/{guild}", identity.get_guild),
    Route("GET", "/oauth2/applications/@me", identity.get_application),
    Route("GET", "/applications/@me", identity.get_application),
    *_commands("/applications/{app}/commands"),
    *_commands("/applications/{app}/guilds/{guild}/commands"),
    Route("POST", _CALLBACK, callbacks.respond, open=True),
    Route("POST", _HOOK, webhooks.post_followup, "webhook", open=True),
    *_answers(_ORIGINAL),
    *_answers(_RESPONSE),
    Route("GET", _CHANNEL, messages.get_channel),
    Route("POST", "/channels/{channel}/typing", messages.type_in, "post"),
    Route("GET", _MESSAGES, messages.list_messages, "read"),
    Route("POST", _MESSAGES, messages.post_message, "post"),
    Route("GET", _MESSAGE, messages.get_message, "read"),
    Route("PATCH", _MESSAGE, messages.edit_message, "edit"),
    Route("DELETE", _MESSAGE, messages.delete_message, "edit"),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


PATTERNS = tuple((route, _pattern(route.path)) for route in ROUTES)


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    """The route of a request and the ids in its path; the first that fits."""
    for route, pattern in PATTERNS:
        found = pattern.fullmatch(path)
        if route.method == method and found:
            return route, found.groupdict()
    return None


def major(ids: Mapping[str, str]) -> str:
    """The resource whose calls are counted together."""
    return next((ids[name] for name in TOP_LEVEL if name in ids), "")
