"""What has to be done on Discord's own pages: where, which switch, and the link that invites."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from aizuchi.settings.commands import PERMISSIONS

PORTAL = "https://discord.com/developers/applications"
INVITE = "https://discord.com/oauth2/authorize"
SCOPES = "bot applications.commands"

NEEDED: Final = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "read_message_history",
    "attach_files",
)
"""What the bot has to be allowed, and no more: to answer, in threads too, to read back its own
answers, which is how a lost one is found again, and to attach the answer that is too long."""

TOKEN = f"Take the token anew from {PORTAL}: your application, Bot, Reset Token; set it as "
"""How to mend a token that Discord does not take."""

REFUSED = f"Discord does not take the bot's token. {TOKEN}DISCORD_BOT_TOKEN and start again."

CLOSES: Mapping[int, str] = {
    4004: REFUSED,
    4010: "Discord says that this connection is a shard, which it is not. Install discord.py anew.",
    4011: "Discord wants a bot in so many servers to hold several connections, and aizuchi holds "
    f"one. Let Discord send requests instead: {PORTAL}, General Information, Interactions Endpoint "
    "URL.",
    4012: "Discord does not know this version of its Gateway any more. Install aizuchi anew.",
    4013: "Discord does not know an intent that was asked for. Install aizuchi anew.",
    4014: "Discord does not allow an intent that was asked for. Switch on Message Content Intent "
    f"at {PORTAL}: your application, Bot, Privileged Gateway Intents.",
}
"""Why Discord closes a connection that is not to be made again as it was, and the mend."""


def permissions() -> int:
    return sum(1 << PERMISSIONS[name] for name in NEEDED)


def invite(app_id: str) -> str:
    """The link by which somebody who manages a server lets the bot in."""
    asked = {"client_id": app_id, "permissions": permissions(), "scope": SCOPES}
    return f"{INVITE}?{urlencode(asked)}"
