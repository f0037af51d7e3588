"""Waiting until a conversation is quiet: answered, and nothing more under way."""

import asyncio
from typing import TYPE_CHECKING

from aizuchi.simulator.discord.findings import is_ours
from aizuchi.simulator.discord.people import Said

if TYPE_CHECKING:
    from aizuchi.simulator.discord.fake import FakeDiscord

QUIET_S = 3.0


async def until_quiet(discord: "FakeDiscord", said: Said, within_s: float) -> bool:
    """True once the app has answered and called nothing for a while; False after `within_s`."""
    try:
        async with asyncio.timeout(within_s):
            while not await _is_quiet(discord, said):
                pass
    except TimeoutError:
        return False
    return True


async def _is_quiet(discord: "FakeDiscord", said: Said) -> bool:
    """Returns at the next call of the app, or when there was none for a while."""
    moved, patience_s = discord.state.moved, _patience_s(discord, said)
    try:
        async with asyncio.timeout(patience_s):
            await moved.wait()
    except TimeoutError:
        return not discord.state.is_typing(said.channel)
    return False


def _patience_s(discord: "FakeDiscord", said: Said) -> float | None:
    """How long nothing has to happen; None where there is no answer yet. A typing sign that is
    not taken back goes by itself."""
    if not _is_answered(discord, said):
        return None
    typing_until = discord.state.typing.get(said.channel, 0.0)
    return max(QUIET_S, typing_until - discord.clock())


def _is_answered(discord: "FakeDiscord", said: Said) -> bool:
    """Whether the app has written something, and nothing is at "thinking…"."""
    state, asked = discord.state, said.interaction
    if asked and asked.state == "failed":
        return True
    places = {said.channel, *([state.direct(asked.user).id] if asked else [])}
    written = [
        message
        for message in state.messages.values()
        if message.channel in places and not message.deleted and int(message.id) > int(said.id)
        if is_ours(state, message)
    ]
    edited = asked and asked.state == "answered" and asked.original == asked.source
    return bool(written or edited) and not any(one.is_loading for one in written)
