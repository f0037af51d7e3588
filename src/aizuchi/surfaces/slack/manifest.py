"""The app manifest: what Slack has to know of the assistant that `aizuchi.toml` describes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings
from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces.slack import PLUG

LONGEST_NAME, LONGEST_BOT_NAME = 35, 80
LONGEST_COMMAND_TEXT, MOST_COMMANDS = 2_000, 50
DESCRIPTION = "One answer to every message, or a plain word why not."
AGENT_DESCRIPTION = "Ask me anything. I answer in the thread, and Stop stops me."

_COMMAND = re.compile(r"/[^\s/]{1,31}")
_URL = re.compile(r"https?://[^\s/]+\S*")


def manifest(settings: Settings, url: str = "", *, socket: bool = False) -> Mapping[str, Any]:
    """The manifest as Slack takes it, for an address or, without one, for Socket Mode.

    Raises:
        SettingsError: the address or a command is none.
    """
    slack, name, address = settings.slack, settings.name_on("slack"), address_of(url)
    return {
        "display_information": {"name": name[:LONGEST_NAME], "description": DESCRIPTION},
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name[:LONGEST_BOT_NAME], "always_online": True},
            "agent_view": {"agent_description": AGENT_DESCRIPTION},
            **_slash_commands(slack, name, address),
        },
        "oauth_config": {"scopes": {"bot": list(scopes(slack))}},
        "settings": {
            "event_subscriptions": {**_request_url(address), "bot_events": list(events(slack))},
            "interactivity": {"is_enabled": True, **_request_url(address)},
            "socket_mode_enabled": socket or not url,
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def scopes(slack: SlackSettings) -> Sequence[str]:
    """What the app has to be allowed, and no more: to hear, to answer, and to read back a thread,
    which is how a lost post is found again."""
    wanted = {
        *("app_mentions:read", "assistant:write", "chat:write"),
        *("channels:history", "groups:history", "im:history", "mpim:history"),
        *(["files:read"] if slack.files else []),
        *(["commands"] if slack.commands else []),
        *(["reactions:write"] if slack.sign == "reaction" else []),
        *(["users:read"] if slack.names else []),
    }
    return sorted(wanted)


def events(slack: SlackSettings) -> Sequence[str]:
    """What Slack has to tell us."""
    replies = ["message.channels", "message.groups"] if slack.follow_threads else []
    return sorted(
        ["agent_session_stopped", "app_home_opened", "app_mention", "message.im", *replies]
    )


def commands(slack: SlackSettings) -> Mapping[str, str]:
    """The slash commands and their descriptions."""
    pairs = [command.partition(" ") for command in slack.commands]
    for name, _, _ in pairs:
        if not _COMMAND.fullmatch(name):
            raise SettingsError(
                f'[slack] commands: "{name}" is no slash command.',
                'Write for example commands = ["/ask Ask the assistant"].',
            )
    if len(pairs) > MOST_COMMANDS:
        raise SettingsError(
            f"[slack] commands has {len(pairs)}; an app may have {MOST_COMMANDS}.", "Take some out."
        )
    return {name: text.strip()[:LONGEST_COMMAND_TEXT] for name, _, text in pairs}


def address_of(url: str) -> str:
    """Where Slack reaches us, of the address that people know."""
    if not url:
        return ""
    if not _URL.fullmatch(url):
        raise SettingsError(
            f'--url: "{url}" is no address.', "Write for example --url https://bot.example.org."
        )
    path = PLUG.paths[0]
    return url.rstrip("/").removesuffix(path) + path


def _slash_commands(slack: SlackSettings, name: str, address: str) -> Mapping[str, Any]:
    """In Socket Mode a command has no address."""
    where = {"url": address} if address else {}
    declared = [
        {"command": command, "description": text or f"Ask {name}", "should_escape": False, **where}
        for command, text in commands(slack).items()
    ]
    return {"slash_commands": declared} if declared else {}


def _request_url(address: str) -> Mapping[str, str]:
    return {"request_url": address} if address else {}
