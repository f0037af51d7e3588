"""Whether what is to be deployed could answer anybody, told before anything is made."""

from collections.abc import Collection, Iterator

from aizuchi.errors import DeployError
from aizuchi.settings import Settings

SLACK_BOTH = {"SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"}


def check(settings: Settings, secrets: Collection[str]) -> None:
    """`secrets` are the variables that the functions will have.

    Raises:
        DeployError: every answer would fail.
    """
    for what, mend in _wrong(settings, secrets):
        raise DeployError(what, mend)


def _wrong(settings: Settings, secrets: Collection[str]) -> Iterator[tuple[str, str]]:
    model = settings.model
    is_openai = model.choice.plug == "openai" and not model.base_url
    if is_openai and not settings.bot_file and "OPENAI_API_KEY" not in secrets:
        yield (
            f"There is no key for the model {model.name or 'openai'}: every answer would fail.",
            "Set OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint that needs none.",
        )
    has = SLACK_BOTH & {*secrets}
    if settings.slack.tokens:
        has |= {"SLACK_BOT_TOKEN"}
    if len(has) == 1 or (settings.slack.app_token and not has):
        missing = " and ".join(sorted(SLACK_BOTH - has, reverse=True))
        yield (
            f"Slack is set up by half: {missing} {'is' if len(has) == 1 else 'are'} not set.",
            "Functions are reached by requests that Slack signs, not by Socket Mode: "
            "docs/guides/slack.md says where both are.",
        )


def notes(settings: Settings, *, in_container: bool, has_page: bool) -> Iterator[str]:
    """What works, but perhaps not as it is meant."""
    discord = settings.discord
    if discord.bot_token and not discord.public_key and not in_container:
        yield (
            "Discord will not reach it: a function holds no connection to the Gateway. Set "
            "DISCORD_PUBLIC_KEY, or --set Worker=Container."
        )
    if not (settings.slack.is_on or discord.is_on or has_page):
        yield (
            "Nobody can reach it yet: set SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN, or "
            "DISCORD_PUBLIC_KEY and DISCORD_BOT_TOKEN, or --set Web=yes."
        )
