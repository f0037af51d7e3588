"""What one person alone is told: ephemerally or, where that cannot be, in direct messages."""

from aizuchi.operations import Refused
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.payloads import silent
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi
from aizuchi.words import say

EPHEMERAL, POST = "chat.postEphemeral", "chat.postMessage"


async def tell_alone(api: WebApi, text: str, address: Address) -> Reply:
    """Never in a shared place: if neither can be, nobody is told."""
    said = silent({"user": address.user, "markdown_text": text})
    # In a thread that nobody has answered in yet, an ephemeral message is not shown.
    begun = address.thread_ts if address.thread_ts != address.ts else ""
    place = {"channel": address.channel, **({"thread_ts": begun} if begun else {})}
    reply = await api.call(EPHEMERAL, address.team, {**place, **said})
    if isinstance(reply, Answer):
        return Answer({"ts": reply.fields.get("message_ts", "ephemeral")})
    return await _directly(api, text, address) if isinstance(reply, Refused) else reply


async def tell_why_not(api: WebApi, code: str, address: Address) -> None:
    """Tells whoever asked in a channel where we may not write; it is said once and not repeated."""
    if address.kind != "direct":
        line = "archived_there" if code == "is_archived" else "not_let_in_there"
        await _directly(api, say(line, "en", channel=f"<#{address.channel}>"), address)


async def _directly(api: WebApi, text: str, address: Address) -> Reply:
    """A person's id as the channel is their direct messages with the app."""
    said = silent({"channel": address.user, "markdown_text": text})
    return await api.call(POST, address.team, said)
