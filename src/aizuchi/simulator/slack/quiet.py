"""Waiting until a conversation is quiet: answered, and nothing more under way."""

import asyncio
from typing import TYPE_CHECKING

from aizuchi.simulator.slack.people import Said

if TYPE_CHECKING:
    from aizuchi.simulator.slack.fake import FakeSlack

QUIET_S = 2.0


async def until_quiet(slack: "FakeSlack", said: Said, within_s: float) -> bool:
    """True once the app has answered and called nothing for a while; False after `within_s`."""
    try:
        async with asyncio.timeout(within_s):
            while not await _is_quiet(slack, said):
                pass
    except TimeoutError:
        return False
    return True


async def _is_quiet(slack: "FakeSlack", said: Said) -> bool:
    """Returns at the next call of the app, or when there was none for a while."""
    moved = slack.state.moved
    over = _is_answered(slack, said) and not _is_at_work(slack, said)
    try:
        async with asyncio.timeout(QUIET_S if over else None):
            await moved.wait()
    except TimeoutError:
        return True
    return False


def _is_answered(slack: "FakeSlack", said: Said) -> bool:
    return any(
        message.app
        and message.channel == said.channel
        and message.made_by != "ack"
        and not message.deleted
        and message.ts > said.ts
        and said.thread in ("", message.root)
        for message in slack.state.messages.values()
    )


def _is_at_work(slack: "FakeSlack", said: Said) -> bool:
    state, place = slack.state, (said.channel, said.thread)
    streams = any(state.is_streaming(message) for message in state.standing(said.channel))
    working = state.session_status(*place) == "processing" or state.status_line(*place)
    return bool(streams or working)
