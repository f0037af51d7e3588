"""What was said in a thread before we were asked there."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aizuchi.events import Message
from aizuchi.history import Overheard
from aizuchi.operations import Busy
from aizuchi.ports import Pace
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.entities import plain
from aizuchi.surfaces.slack.finding import REPLIES, Finder
from aizuchi.surfaces.slack.names import Line, Names, name_in
from aizuchi.surfaces.slack.payloads import cursor_in, messages_in
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi

MOST = 50
AT_ONCE = 200
MOST_CHARS = 20_000
WITHIN_S = 1.8
"""When all is said to be known: whoever waits for it waits two seconds."""


async def overhear(
    api: WebApi, finder: Finder, names: Names, pace: Pace, message: Message
) -> Sequence[Overheard]:
    """What others wrote in the thread since our last message there, or of all of it the last 50;
    nothing where that cannot be had at once."""
    until = asyncio.get_running_loop().time() + WITHIN_S
    address = Address.from_mapping(message.reply_to)
    if not _is_pulled_in(address) or not finder.may_look(address):
        return ()
    own_user = await finder.own_user(address.team)
    if not isinstance(own_user, str):
        return ()
    lines = newest(await _thread(api, pace, address), own_user, address.ts)
    left_s = until - asyncio.get_running_loop().time()
    return await names.put(lines, address.team, pace, left_s)


def newest(messages: Iterable[Mapping[str, Any]], own_user: str, asked_ts: str) -> Sequence[Line]:
    """Of the messages before the question, those after our last one."""
    lines: list[Line] = []
    for each in messages:
        if float(each["ts"]) >= float(asked_ts):
            break
        if each.get("user") == own_user:
            lines.clear()
        elif text := plain(str(each.get("text", ""))).strip():
            lines.append(_line(each, text[: MOST_CHARS // MOST]))
    return lines[-MOST:]


def _line(message: Mapping[str, Any], text: str) -> Line:
    user = str(message.get("user") or "")
    if user:
        return Line(user, name_in(message.get("user_profile")), text)
    return Line("", str(message.get("username") or message.get("bot_id") or ""), text)


def _is_pulled_in(address: Address) -> bool:
    """Direct messages and threads that begin with the question hold nothing that we do not know."""
    return address.kind in ("mention", "thread") and address.ts != address.thread_ts


async def _thread(api: WebApi, pace: Pace, address: Address) -> list[Mapping[str, Any]]:
    """The thread up to the question; empty where a page of it is not to be had now."""
    found: list[Mapping[str, Any]] = []
    asked: dict[str, Any] = {
        "channel": address.channel,
        "ts": address.thread_ts,
        "latest": address.ts,
        "limit": AT_ONCE,
    }
    while True:
        reply = await _page(api, pace, address.team, asked)
        if not isinstance(reply, Answer):
            return []
        found += messages_in(reply.fields)
        asked["cursor"] = cursor_in(reply.fields)
        if not asked["cursor"]:
            return found


async def _page(api: WebApi, pace: Pace, team: str, asked: Mapping[str, Any]) -> Reply | None:
    if await pace.take(team, REPLIES):
        return None
    reply = await api.read(REPLIES, team, asked)
    if isinstance(reply, Busy):
        await pace.penalise(team, REPLIES, reply.retry_after_s)
    return reply
