"""What a person said over the Gateway, as a message: whether it asks us, and what."""

import re
from functools import lru_cache

from aizuchi.events import Attachment, Message, Place, Reception
from aizuchi.surfaces.discord import NAME
from aizuchi.surfaces.discord.address import Address, conversation_of, place_of
from aizuchi.surfaces.discord.fields import (
    Fields,
    id_of,
    ids_of,
    inner,
    listed,
    name_of,
    optional_id,
    text_of,
)
from aizuchi.surfaces.discord.interactions import GREETING
from aizuchi.surfaces.discord.manner import Manner
from aizuchi.surfaces.discord.questions import files_of, quotation, with_attachments
from aizuchi.surfaces.discord.responses import reply
from aizuchi.words import language_of, say

WRITTEN = (0, 19)
"""The types of a message that a person wrote: by itself, or as a reply."""

BLANKS = " \t"
_USER = re.compile(r"<@!?(\d+)>")
_SET_APART = re.compile(r"\A[ \t]*[:,：、，]")


def read_message(body: Fields, manner: Manner, bot_id: str) -> Reception:
    """A direct message, or one that mentions us; of any other, nothing is kept."""
    direct = not optional_id(body, "guild_id")
    if not _is_of_a_person(body, bot_id) or not (direct or _mentions(body, bot_id)):
        return Reception()
    message = _message(body, manner, bot_id, direct=direct)
    lost = say("not_taken", language_of(message.text))
    return Reception((message,), refused=reply(lost))


def _is_of_a_person(body: Fields, bot_id: str) -> bool:
    """Neither our own message, nor another bot's, nor a line of Discord's."""
    author = inner(body, "author")
    is_bot = author.get("bot") or author.get("system") or body.get("webhook_id")
    return not is_bot and author.get("id") != bot_id and body.get("type", 0) in WRITTEN


def _mentions(body: Fields, bot_id: str) -> bool:
    """A reply to us mentions us too, unless its writer has switched that off."""
    return bool(bot_id) and any(each.get("id") == bot_id for each in listed(body, "mentions"))


def _message(body: Fields, manner: Manner, bot_id: str, *, direct: bool) -> Message:
    said, channel, author = id_of(body, "id"), id_of(body, "channel_id"), inner(body, "author")
    guild, member = optional_id(body, "guild_id"), inner(body, "member")
    user, turn = id_of(author, "id"), f"message:{said}"
    text = _question(body, bot_id)
    groups = (guild, *ids_of(member, "roles")) if guild else ()
    address = Address(
        kind="message",
        id=said,
        channel=channel,
        user=user,
        turn=turn,
        guild=guild,
        locale=language_of(text),
        direct=direct,
    )
    return Message(
        turn_id=f"{NAME}:{turn}",
        surface=NAME,
        tenant=NAME,
        conversation=conversation_of(channel, user, direct=direct, ephemeral=False),
        place=Place(place_of(guild, channel), "private" if direct else "shared"),
        sender=manner.sender(user, name_of(author, member), groups),
        text=text,
        ref=said,
        command="" if text else GREETING,
        reply_to=address.to_mapping(),
        attachments=_files(body, bot_id),
    )


def _files(body: Fields, bot_id: str) -> tuple[Attachment, ...]:
    """What is attached to a message, and to the one of somebody else that it is a reply to."""
    referenced = inner(body, "referenced_message")
    is_ours = inner(referenced, "author").get("id") == bot_id
    return (*files_of(body), *(() if is_ours else files_of(referenced)))


def _question(body: Fields, bot_id: str) -> str:
    """What is asked, without the mention that it is asked by; with the message that it is a reply
    to, where that is not ours and we are shown what it says."""
    names = {optional_id(each, "id"): name_of(each) for each in listed(body, "mentions")}
    text = _without_mention(text_of(body, "content"), bot_id)
    text = _USER.sub(lambda match: f"@{names.get(match[1]) or match[1]}", text)
    asked = with_attachments(text, listed(body, "attachments"))
    referenced = inner(body, "referenced_message")
    is_ours = inner(referenced, "author").get("id") == bot_id
    quoted = "" if is_ours else quotation(referenced)
    if not quoted:
        return asked
    about = say("about_message" if not asked else "in_reply_to", language_of(asked))
    return "\n\n".join(filter(None, (asked, f"{about}\n{quoted}")))


def _without_mention(text: str, bot_id: str) -> str:
    """The text without the mentions of us, and what sets the first one apart."""
    before, *after = _mention_of(bot_id).split(text) if bot_id else [text]
    if after and not before.strip():
        after[0] = _SET_APART.sub("", after[0], count=1)
    return " ".join([before.rstrip(BLANKS), *(each.strip(BLANKS) for each in after)]).strip()


@lru_cache
def _mention_of(bot_id: str) -> re.Pattern[str]:
    return re.compile(rf"<@!?{re.escape(bot_id)}>")
