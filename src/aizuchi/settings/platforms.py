"""The sections of aizuchi.toml that connect the assistant to a chat platform."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret, Secrets
from aizuchi.settings.sections import ADDRESS, PERSONA


class SlackSettings(NamedTuple):
    """The assistant in Slack. docs/guides/slack.md connects a workspace in three steps."""

    bot_token: Annotated[
        Secret,
        Meaning("The app's bot token (`xoxb-`), by reference.", variable="SLACK_BOT_TOKEN"),
    ] = Secret()
    app_token: Annotated[
        Secret,
        Meaning(
            "The app-level token (`xapp-`), by reference. With it Slack is reached by Socket Mode, "
            "which needs no public address.",
            variable="SLACK_APP_TOKEN",
        ),
    ] = Secret()
    signing_secret: Annotated[
        Secret,
        Meaning(
            "What Slack signs its requests with, by reference. Without it `/slack/events` lets "
            "nobody in.",
            variable="SLACK_SIGNING_SECRET",
        ),
    ] = Secret()
    bot_tokens: Annotated[
        Secrets, Meaning("Bot tokens of further workspaces, by the id of the team.")
    ] = Secrets()
    signing_secrets: Annotated[
        Secrets, Meaning("Signing secrets of further apps, under any name.")
    ] = Secrets()
    config_token: Annotated[
        Secret,
        Meaning(
            "An app configuration token (`xoxe`), by reference, only for `aizuchi slack check`: "
            "with it the check sees which events Slack sends, and where to.",
            variable="SLACK_CONFIG_TOKEN",
        ),
    ] = Secret()
    api_base: Annotated[
        str,
        Meaning(
            "Where Slack's web API is.",
            variable="SLACK_API_BASE",
            pattern=ADDRESS,
            example="https://slack.com/api/",
        ),
    ] = "https://slack.com/api/"
    commands: Annotated[
        tuple[str, ...],
        Meaning(
            "Slash commands for the manifest, each with its description: "
            '`["/ask Ask the assistant"]`. `/reset` starts afresh, any other asks.'
        ),
    ] = ()
    ack_text: Annotated[
        str,
        Meaning("What a slash command says at once. Not set: nothing, Slack shows it was sent."),
    ] = ""
    ephemeral: Annotated[
        bool,
        Meaning("Whether only who used a slash command sees its answer, or the whole channel."),
    ] = True
    quote: Annotated[
        bool, Meaning("Whether the answer to a slash command begins with the question.")
    ] = False
    greeting: Annotated[
        str,
        Meaning("The answer to a mention or a command without a question.", example="Yes?"),
    ] = ""
    follow_threads: Annotated[
        bool,
        Meaning(
            "Whether replies in a thread that it has answered in are answered without a mention. "
            "Slack then sends it every message of the channels it is in; others are not kept."
        ),
    ] = False
    names: Annotated[
        bool,
        Meaning(
            "Whether a thread that it reads names people, or gives their ids. Names need the scope "
            "`users:read`, which shows the app everybody in the workspace."
        ),
    ] = False
    files: Annotated[
        bool,
        Meaning(
            "Whether pictures and texts that are attached are opened, for which the app has the "
            "scope `files:read`. Otherwise it tells that it may not."
        ),
    ] = True
    sign: Annotated[
        Literal["status", "reaction"],
        Meaning(
            "How it shows that it works: a `status` (a reaction where a workspace has none and the "
            "app may react), or always a `reaction` to the message."
        ),
    ] = "status"
    persona: Annotated[str, PERSONA] = ""

    @property
    def is_on(self) -> bool:
        """Whether there is anything to connect with."""
        return bool(self.bot_token or self.bot_tokens or self.app_token or self.signing)

    @property
    def signing(self) -> tuple[Secret, ...]:
        """All that a request may be signed with."""
        return tuple(filter(None, (self.signing_secret, *self.signing_secrets.values())))

    @property
    def tokens(self) -> Mapping[str, str]:
        """Bot tokens by team; under the empty name the one for any other."""
        named = {team: secret.reveal() for team, secret in self.bot_tokens.items()}
        return {"": self.bot_token.reveal(), **named} if self.bot_token else named

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All of them, set or not."""
        single = (self.bot_token, self.app_token, self.signing_secret, self.config_token)
        return (*single, *self.bot_tokens.values(), *self.signing_secrets.values())
