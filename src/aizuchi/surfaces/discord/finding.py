"""Looks for a post whose reply was lost, among what was said in the channel since."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.operations import Busy, Doubtful, Find, Found, Refused, Sent
from aizuchi.surfaces.discord.address import DISCORD_EPOCH_S, Address
from aizuchi.surfaces.discord.buttons import button_of
from aizuchi.surfaces.discord.fields import Fields, inner, text_of
from aizuchi.surfaces.discord.messages import LOADING, Ref, says
from aizuchi.surfaces.discord.rest import Answer, Call, Rest, refused
from aizuchi.surfaces.discord.tokens import Tokens

MESSAGES = "/channels/{}/messages"
CLOCKS_DIFFER_S = 60.0
AT_ONCE = 100
MOST_PAGES = 5

Unread = Busy | Doubtful | Refused

NONCE_S = 120.0
"""For how long a nonce is known; Discord says “the past few minutes”."""


class First(NamedTuple):
    """The first response to an interaction, and whether it still is “thinking…”."""

    ref: Ref
    is_loading: bool


class Finder:
    """Reads channels back. `own_user` is our user's id, where it is known."""

    def __init__(self, rest: Rest, tokens: Tokens, clock: Callable[[], float]) -> None:
        self._rest, self._tokens, self._clock = rest, tokens, clock
        self.own_user = ""

    async def find(self, lost: Find, address: Address) -> Found:
        if address.kind == "message":
            return None if self._is_fresh(lost) else await self._find_reply(lost, address)
        if self._tokens.are_usable(address):
            return None if lost.page == 1 else await self._find_response(lost, address)
        return await self._find_either(lost, address)

    async def first_response(self, address: Address) -> "First | Unread | None":
        """What stands as the first response of an interaction, as far as we are let look."""
        if _is_hidden(address):
            return None
        said = await self._since(address.began_at, address)
        if not isinstance(said, list):
            return said
        ours = (each for each in said if _is_response(each, address))
        return next(
            (First(Ref(each["id"], is_original=True), _is_loading(each)) for each in ours), None
        )

    async def _find_response(self, lost: Find, address: Address) -> Found:
        """A follow-up: the first response is filled anew, which makes no second one."""
        if _is_hidden(address):
            return refused("in_doubt")
        said = await self._since(lost.since, address)
        if not isinstance(said, list):
            return _unread(said)
        found = _unknown([each for each in said if _is_response(each, address)], lost)
        return Sent(str(Ref(found[-1]))) if found else None

    async def _find_either(self, lost: Find, address: Address) -> Found:
        """The token is dead: it may have been said by it before, or the bot may have spoken."""
        again = None if self._is_fresh(lost) else refused("in_doubt")
        if _is_hidden(address):
            return again
        said = await self._since(min(lost.since, address.began_at), address)
        if not isinstance(said, list):
            return _unread(said)
        if by_bot := _unknown([each for each in said if _is_spoken(each, address)], lost):
            return Sent(str(Ref(by_bot[-1], address.channel)))
        by_token = [each for each in said if _is_response(each, address) and not _is_loading(each)]
        if not self._tokens.were_closed(address) and (found := _unknown(by_token, lost)):
            first = lost.page == 1
            return Sent(str(Ref(found[0 if first else -1], is_original=first)))
        return again

    async def _find_reply(self, lost: Find, address: Address) -> Found:
        if lost.private:
            return refused("in_doubt")
        said = await self._since(lost.since, address)
        if not isinstance(said, list):
            return _unread(said)
        found = _unknown([each for each in said if self._is_reply(each, address)], lost)
        return Sent(str(Ref(found[-1], address.channel))) if found else None

    async def _since(self, at: float, address: Address) -> list[Fields] | Unread:
        """The messages of the channel since that time, oldest first."""
        found: list[Fields] = []
        after = _snowflake(at - CLOCKS_DIFFER_S)
        for _ in range(MOST_PAGES):
            query = {"after": str(after), "limit": str(AT_ONCE)}
            reply = await self._rest.call(Call("GET", MESSAGES, (address.channel,)), query=query)
            if not isinstance(reply, Answer):
                return reply
            page = [each for each in reply.listed if text_of(each, "id").isdigit()]
            found += sorted(page, key=_number)
            if len(page) < AT_ONCE:
                break
            after = _number(found[-1])
        return found

    def _is_fresh(self, lost: Find) -> bool:
        """Whether a second post with the same nonce would make no second message."""
        return self._clock() - lost.since < NONCE_S

    def _is_reply(self, said: Fields, address: Address) -> bool:
        author = inner(said, "author")
        ours = author.get("id") == self.own_user if self.own_user else author.get("bot") is True
        return ours and inner(said, "message_reference").get("message_id") == address.id


def _unread(why: Unread) -> Found:
    """Where we are not let in, nothing can be known."""
    return refused("in_doubt") if isinstance(why, Refused) else why


def _is_response(said: Fields, address: Address) -> bool:
    metadata = inner(said, "interaction_metadata") or inner(said, "interaction")
    return metadata.get("id") == address.id


def _is_spoken(said: Fields, address: Address) -> bool:
    """Whether it has a button of this answer, and is no response."""
    if _is_response(said, address):
        return False
    _, custom_ids = says(said)
    buttons = map(button_of, custom_ids)
    return any(button is not None and button.turn == address.turn for button in buttons)


def _is_hidden(address: Address) -> bool:
    """Whether we are not let look where the answer stands."""
    return address.narrow and not address.direct


def _is_loading(said: Fields) -> bool:
    flags = said.get("flags")
    return isinstance(flags, int) and bool(flags & LOADING)


def _unknown(ours: Sequence[Fields], lost: Find) -> list[str]:
    known = {Ref.of(each).id for each in lost.known}
    return [str(each["id"]) for each in ours if each["id"] not in known]


def _number(said: Mapping[str, Any]) -> int:
    return int(said["id"])


def _snowflake(at: float) -> int:
    """The first id that is made at a time."""
    return max(0, int((at - DISCORD_EPOCH_S) * 1_000)) << 22
