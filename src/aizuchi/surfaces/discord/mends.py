"""Discord's errors by name, and what somebody can do about them."""

from collections.abc import Mapping

ERRORS: Mapping[int, str] = {
    10003: "unknown_channel",
    10008: "unknown_message",
    10013: "unknown_user",
    10015: "unknown_webhook",
    10062: "unknown_interaction",
    20028: "channel_write_limit",
    30046: "too_many_edits",
    40001: "unauthorized",
    40060: "already_acknowledged",
    40333: "blocked",
    50001: "missing_access",
    50005: "not_our_message",
    50006: "empty_message",
    50007: "takes_no_direct_messages",
    50013: "missing_permissions",
    50027: "invalid_webhook_token",
    50035: "invalid_form_body",
    50083: "archived_thread",
    50278: "no_guild_in_common",
    160002: "may_not_reply",
}
"""The codes that we act on or can explain; `docs.discord.com` has them all."""

ALLOW = "Let the bot view the channel, send messages in it and read its history."
TOKEN = "Check DISCORD_BOT_TOKEN: take it anew from the application's page, under Bot."  # noqa: S105 - advice

MENDS: Mapping[str, str] = {
    "unauthorized": TOKEN,
    "no_token": "Set DISCORD_BOT_TOKEN: Discord takes answers for a quarter of an hour, later ones "
    "only from the bot.",
    "unknown_channel": ALLOW,
    "missing_access": ALLOW,
    "missing_permissions": ALLOW,
    "forbidden": ALLOW,
    "may_not_reply": ALLOW,
    "archived_thread": "Let the bot send messages in threads, or open the thread again.",
    "takes_no_direct_messages": "The person lets no bot write to them; nobody else may read this.",
    "no_guild_in_common": "Add the bot to a server that the person is in.",
    "blocked": "Discord's guard refuses our requests; look at what stands between us and it.",
    "in_doubt": "Discord did not say whether it took the message; it may stand there.",
}

NOT_YET = ("not_found", "unknown_interaction", "unknown_webhook")
"""Errors of an interaction that Discord does not know: not yet, or no more."""

DEAD = (*NOT_YET, "invalid_webhook_token", "unauthorized")
"""Errors of an interaction whose token may be dead."""

UNWRITABLE = (
    "archived_thread",
    "forbidden",
    "missing_access",
    "missing_permissions",
    "unknown_channel",
)
"""Errors of a channel that takes no message of ours, though its people may be reached."""
