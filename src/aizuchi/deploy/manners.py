"""What the function that takes messages in has to know of the settings, as its package says it."""

import json
from typing import Any

from aizuchi.settings import Settings
from aizuchi.surfaces.discord.opening import manner_of as discord_manner
from aizuchi.surfaces.slack.opening import manner_of as slack_manner


def write_manners(settings: Settings) -> str:
    """The text of `ingress.json`; no secret is in it."""
    said: dict[str, Any] = {
        "slack": slack_manner(settings.slack)._asdict(),
        "discord": discord_manner(settings)._asdict(),
        "allow": settings.access.allow,
        "approvers": settings.tools.approvers,
        "wait_within_s": settings.limits.wait_within_s,
    }
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True, default=sorted) + "\n"
