"""Slack's errors that somebody can do something about, and what."""

from collections.abc import Mapping

REINSTALL = "Check SLACK_BOT_TOKEN: reinstall the app and take its new bot token."
SCOPE = "Reinstall the app with the manifest that `aizuchi slack manifest` prints."
INVITE = "Invite the app to the channel: /invite and its name."

MENDS: Mapping[str, str] = {
    "account_inactive": REINSTALL,
    "invalid_auth": REINSTALL,
    "not_authed": REINSTALL,
    "token_expired": REINSTALL,
    "token_revoked": REINSTALL,
    "no_token": "Add the bot token of this workspace to bot_tokens under [slack].",
    "missing_scope": SCOPE,
    "no_permission": SCOPE,
    "not_authorized": INVITE,
    "not_in_channel": INVITE,
    "channel_not_found": INVITE,
    "is_archived": "Take the channel out of the archive.",
    "restricted_action": "An admin of the workspace has to let the app post there.",
    "expired_url": "The answer came later than the half hour in which Slack takes it.",
    "used_url": "Slack takes five answers to one command, and had them.",
    "in_doubt": "Slack did not say whether it took the message; it may stand there.",
}

UNWRITABLE = (
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_thread_locked",
)
"""Errors of a channel that takes no message of ours, though its people may be reached."""

NEVER_HERE = (
    "feature_disabled",
    "feature_not_enabled",
    "method_deprecated",
    "missing_scope",
    "not_allowed_token_type",
    "unknown_method",
)
"""Errors of a method that this workspace will not have in an hour either."""
