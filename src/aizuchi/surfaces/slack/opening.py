"""Makes the pure half of Slack from its settings."""

from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces.slack.inbound import Manner, SlackSurface


def open_surface(slack: SlackSettings) -> SlackSurface:
    manner = Manner(
        ack_text=slack.ack_text,
        ephemeral=slack.ephemeral,
        quote=slack.quote,
        follow_threads=slack.follow_threads,
    )
    return SlackSurface(slack.secrets_to_verify, manner)
