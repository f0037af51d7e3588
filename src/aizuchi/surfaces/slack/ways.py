"""The ways to show that somebody is at work, each by its calls of Slack."""

from collections.abc import Mapping
from math import inf
from typing import Any, Literal

from aizuchi.operations import Busy, Doubtful, Refused
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi

Way = Literal["session", "status", "reaction"]
SESSION, STATUS = "agents.sessions.setStatus", "assistant.threads.setStatus"
ADD, REMOVE = "reactions.add", "reactions.remove"
REACT = "reactions:write"
"""The scope of a reaction; the others need none but the right to write."""

LOOKING, WELL, UNWELL = "eyes", "white_check_mark", "warning"
DONE = ("already_reacted", "no_reaction")
STANDS_S: Mapping[Way, float] = {"session": 1_800.0, "status": 0.0, "reaction": inf}
"""For how long giving a sign again would show nothing new. Slack takes a session off work after an
hour, and a status line after two minutes, but that has words of its own."""


def calls_of(way: Way, *, ends: bool) -> tuple[str, ...]:
    match way:
        case "session":
            return (SESSION,)
        case "status":
            return (STATUS,)
        case "reaction":
            return (ADD, REMOVE) if ends else (ADD,)


async def give(api: WebApi, way: Way, address: Address, text: str) -> Reply:
    """A status line says the text; the others have no words."""
    match way:
        case "session":
            return await _session(api, address, "processing")
        case "status":
            return await _status(api, address, text)
        case "reaction":
            return await _reaction(api, ADD, address, LOOKING)


async def take(api: WebApi, way: Way, address: Address, *, well: bool) -> Reply:
    """Takes it away; 👀 makes way for ✅ or ⚠️."""
    match way:
        case "session":
            return await _session(api, address, "active")
        case "status":
            return await _status(api, address, "")
        case "reaction":
            removed = await _reaction(api, REMOVE, address, LOOKING)
            if isinstance(removed, Busy | Doubtful):
                return removed
            return await _reaction(api, ADD, address, WELL if well else UNWELL)


async def _session(api: WebApi, address: Address, status: str) -> Reply:
    return await api.call(SESSION, address.team, {**_thread(address), "status": status})


async def _status(api: WebApi, address: Address, text: str) -> Reply:
    return await api.call(STATUS, address.team, {**_thread(address), "status": text})


def _thread(address: Address) -> Mapping[str, Any]:
    return {"channel_id": address.channel, "thread_ts": address.thread_ts}


async def _reaction(api: WebApi, method: str, address: Address, name: str) -> Reply:
    if not address.ts:
        return Answer({})
    target = {"channel": address.channel, "timestamp": address.ts, "name": name}
    reply = await api.call(method, address.team, target)
    return Answer({}) if isinstance(reply, Refused) and reply.code in DONE else reply
