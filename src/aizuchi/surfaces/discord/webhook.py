"""What is said by the token of an interaction: its first response, and what follows that."""

from collections.abc import Mapping
from typing import Any

from aizuchi.operations import Busy, Refused
from aizuchi.surfaces.discord.address import Address
from aizuchi.surfaces.discord.mends import DEAD, NOT_YET
from aizuchi.surfaces.discord.messages import EPHEMERAL, ORIGINAL, Ref
from aizuchi.surfaces.discord.rest import Answer, Call, File, Reply, Rest
from aizuchi.surfaces.discord.tokens import Tokens

FOLLOWUPS, RESPONSE = "/webhooks/{}/{}", "/webhooks/{}/{}/messages/{}"
AGAIN_S = 0.5
"""How soon a token that Discord may not know yet is tried again."""

Placed = tuple[Reply | None, Ref]
"""A reply, and where the message stands."""


class Webhook:
    """Calls by a token, for as long as it lives: None where it does not."""

    def __init__(self, rest: Rest, tokens: Tokens) -> None:
        self._rest, self._tokens = rest, tokens

    async def fill(self, body: Mapping[str, Any], address: Address) -> Placed:
        """The first response in place of “thinking…”; the same however often it is said. Where
        somebody took that away, a follow-up."""
        original = Ref("", is_original=True)
        reply = await self.edit(original, body, address)
        if not isinstance(reply, Refused) or reply.code != "unknown_message":
            return reply, original
        if self._tokens.may_come(address):
            return Busy(AGAIN_S), original
        return await self.follow(body, address)

    async def follow(self, body: Mapping[str, Any], address: Address) -> Placed:
        """A further message; two calls make two of them."""
        flags = body["flags"] | (EPHEMERAL if address.ephemeral else 0)
        whole = {**body, "flags": flags}
        return await self._call("POST", FOLLOWUPS, (), address, whole), Ref("")

    async def whisper(self, body: Mapping[str, Any], address: Address) -> Placed:
        """To who asked alone, where all have seen us think: that is taken away first."""
        cleared = await self.delete(Ref("", is_original=True), address)
        is_gone = isinstance(cleared, Refused) and cleared.code == "unknown_message"
        if not isinstance(cleared, Answer) and not is_gone:
            return cleared, Ref("")
        return await self.follow(body, address._replace(ephemeral=True))

    async def edit(
        self, ref: Ref, body: Mapping[str, Any], address: Address, file: File | None = None
    ) -> Reply | None:
        return await self._call("PATCH", RESPONSE, (ref.by_token,), address, body, file)

    async def delete(self, ref: Ref, address: Address) -> Reply | None:
        return await self._call("DELETE", RESPONSE, (ref.by_token,), address)

    async def clear(self, address: Address) -> bool:
        """Takes “thinking…” away, where Discord lets us; one try."""
        if not self._tokens.may_live(address):
            return False
        ids = (address.application, address.token, ORIGINAL)
        call = Call("DELETE", RESPONSE, ids, by_bot=False)
        return isinstance(await self._rest.call(call), Answer)

    async def _call(
        self,
        method: str,
        template: str,
        ids: tuple[str, ...],
        address: Address,
        body: Mapping[str, Any] | None = None,
        file: File | None = None,
    ) -> Reply | None:
        if not self._tokens.are_usable(address):
            return None
        await self._tokens.first_call(address)
        whole = (address.application, address.token, *ids)
        call = Call(method, template, whole, by_bot=False)
        return self._judged(await self._rest.call(call, body, file=file), address)

    def _judged(self, reply: Reply, address: Address) -> Reply | None:
        """A token that Discord does not know may only not have come to be known."""
        if not isinstance(reply, Refused) or reply.code not in DEAD:
            return reply
        if reply.code in NOT_YET and self._tokens.may_come(address):
            return Busy(AGAIN_S)
        self._tokens.over(address.id)
        return None
