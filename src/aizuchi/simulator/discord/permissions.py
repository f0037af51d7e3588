"""Who may do what in a channel: roles of the guild, then the channel's own exceptions."""

from collections.abc import Iterable
from enum import IntFlag
from typing import NamedTuple


class Can(IntFlag):
    """The permissions that the fake knows; the bits are Discord's."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38


EVERYTHING = Can((1 << 53) - 1)
OWNER = "owner"
"""Who of those that `aizuchi trigger` names owns the server, and so may everything there."""

MEMBER = (
    Can.VIEW_CHANNEL
    | Can.SEND_MESSAGES
    | Can.SEND_MESSAGES_IN_THREADS
    | Can.EMBED_LINKS
    | Can.ATTACH_FILES
    | Can.READ_MESSAGE_HISTORY
    | Can.USE_APPLICATION_COMMANDS
)
"""What everybody in a new guild may."""

DIRECT = Can.ATTACH_FILES | Can.EMBED_LINKS | Can.MENTION_EVERYONE
"""What `app_permissions` says in direct messages, by the documentation."""


class Overwrite(NamedTuple):
    """A channel's exception for a role (kind 0) or for somebody (kind 1)."""

    id: str
    kind: int
    allow: Can = Can(0)
    deny: Can = Can(0)


def allowed(
    everyone: str,
    roles: Iterable[tuple[str, Can]],
    user: str,
    exceptions: Iterable[Overwrite],
) -> Can:
    """What somebody with these roles (that of everyone among them) may in a channel."""
    held = dict(roles)
    may = Can(0)
    for permissions in held.values():
        may |= permissions
    if Can.ADMINISTRATOR in may:
        return EVERYTHING
    known = {(one.kind, one.id): one for one in exceptions}
    may = _changed(may, [known.get((0, everyone))])
    may = _changed(may, [known.get((0, role)) for role in held if role != everyone])
    may = _changed(may, [known.get((1, user))])
    return may if Can.VIEW_CHANNEL in may else Can(0)


def _changed(may: Can, exceptions: Iterable[Overwrite | None]) -> Can:
    found = [one for one in exceptions if one]
    for one in found:
        may &= ~one.deny
    for one in found:
        may |= one.allow
    return may
