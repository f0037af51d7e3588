"""What the bot itself says in channels and to people, by its own token."""

from collections.abc import Mapping
from typing import Any

from aizuchi.operations import Refused
from aizuchi.surfaces.discord.address import Address
from aizuchi.surfaces.discord.mends import UNWRITABLE
from aizuchi.surfaces.discord.messages import (
    QUIET,
    Ref,
    as_reply,
    message,
    says,
    with_nonce,
    without_buttons,
)
from aizuchi.surfaces.discord.rest import Answer, Call, File, Reply, Rest
from aizuchi.words import language_of, say

MESSAGES, MESSAGE = "/channels/{}/messages", "/channels/{}/messages/{}"
MOST_KNOWN = 10_000

Placed = tuple[Reply, str]
"""A reply, and the channel that the message went to."""


class Bot:
    """Posts once, by a nonce, and edits what is its own."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._direct: dict[str, str] = {}

    async def reply(self, body: Mapping[str, Any], key: str, address: Address) -> Placed:
        """Beneath the question. Where we may not write, whoever asked is told so."""
        reply = await self._post(address.channel, as_reply(body, address.id), key)
        if isinstance(reply, Refused) and reply.code == "may_not_reply":
            reply = await self._post(address.channel, body, key)
        if isinstance(reply, Refused) and reply.code in UNWRITABLE and not address.direct:
            await self._tell_why_not(address)
        return reply, address.channel

    async def speak(self, body: Mapping[str, Any], key: str, address: Address) -> Placed:
        """In the channel or, where we may not write there, to the person who asked."""
        reply = await self._post(address.channel, body, key)
        refused = isinstance(reply, Refused) and reply.code in UNWRITABLE
        if refused and not address.direct:
            return await self.tell_alone(body, key, address)
        return reply, address.channel

    async def tell_alone(self, body: Mapping[str, Any], key: str, address: Address) -> Placed:
        """In direct messages, and never anywhere else. A click there would be of another
        conversation, so there is nothing to click."""
        channel = await self._direct_channel(address.user)
        if not isinstance(channel, str):
            return channel, ""
        return await self._post(channel, without_buttons(body), key), channel

    async def edit(
        self, ref: Ref, channel: str, body: Mapping[str, Any], file: File | None = None
    ) -> Reply:
        return await self._rest.call(Call("PATCH", MESSAGE, (channel, ref.id)), body, file=file)

    async def disarm(self, ref: Ref, channel: str) -> Reply:
        """Takes the buttons of a message away; what it says stays."""
        return await self.edit(ref, channel, {"components": [], **QUIET})

    async def delete(self, ref: Ref, channel: str) -> Reply:
        return await self._rest.call(Call("DELETE", MESSAGE, (channel, ref.id)))

    async def show_typing(self, channel: str) -> Reply:
        return await self._rest.call(Call("POST", "/channels/{}/typing", (channel,)))

    async def _post(self, channel: str, body: Mapping[str, Any], key: str) -> Reply:
        """An earlier post of this key is the message now, and is brought up to date."""
        reply = await self._post_once(channel, body, key)
        if isinstance(reply, Answer) and says(reply.fields) != says(body):
            return await self.edit(Ref(reply.id), channel, body)
        return reply

    async def _post_once(self, channel: str, body: Mapping[str, Any], key: str) -> Reply:
        """Where the message of this key was taken away, it is posted anew under another, which is
        the same at every try."""
        call = Call("POST", MESSAGES, (channel,))
        reply = await self._rest.call(call, with_nonce(body, key))
        if isinstance(reply, Refused) and reply.code == "unknown_message":
            return await self._rest.call(call, with_nonce(body, key[::-1]))
        return reply

    async def _direct_channel(self, user: str) -> "str | Reply":
        if user not in self._direct:
            opened = Call("POST", "/users/@me/channels")
            reply = await self._rest.call(opened, {"recipient_id": user})
            if not isinstance(reply, Answer):
                return reply
            self._direct[user] = reply.id
            if len(self._direct) > MOST_KNOWN:
                del self._direct[next(iter(self._direct))]
        return self._direct[user]

    async def _tell_why_not(self, address: Address) -> None:
        """Once, and not repeated; the nonce is that of the question."""
        where = f"<#{address.channel}>"
        line = say("not_let_in_there", language_of("", address.locale), channel=where)
        await self.tell_alone(message(line), f"why-{address.id}"[:25], address)
