"""Slack's own signs in a text: `<@U…>` for somebody, `&lt;` for a mere bracket."""

import re
from collections.abc import Mapping

from aizuchi.simulator.slack.things import User

TOKEN = re.compile(r"(<[@#!][^<>\s]+>|<https?://[^<>]+>)")
MENTION = re.compile(r"<@([UW]\w+)(?:\|[^>]*)?>")
ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def typed(text: str) -> str:
    """What Slack makes of what somebody types: signs of its own stay, as if chosen from a list."""
    parts = TOKEN.split(text)
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts))


def read(text: str, users: Mapping[str, User]) -> str:
    """What a reader sees: names of people, and brackets as brackets."""
    named = MENTION.sub(
        lambda found: f"@{users[found[1]].name}" if found[1] in users else found[0], text
    )
    for sign, entity in reversed(ENTITIES):
        named = named.replace(entity, sign)
    return named


def _escaped(text: str) -> str:
    for sign, entity in ENTITIES:
        text = text.replace(sign, entity)
    return text
