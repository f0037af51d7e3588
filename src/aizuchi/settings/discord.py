"""The section of aizuchi.toml that connects the assistant to Discord."""

from typing import Annotated, NamedTuple

from aizuchi.settings.commands import DEFAULT, Command, Commands
from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import ADDRESS

DISCORD = "https://discord.com/"


class DiscordSettings(NamedTuple):
    """The assistant in Discord. docs/guides/discord.md connects an application in three steps."""

    bot_token: Annotated[
        Secret,
        Meaning(
            "The bot's token, by reference. With it Discord is reached over the Gateway, which "
            "needs no public address.",
            variable="DISCORD_BOT_TOKEN",
        ),
    ] = Secret()
    app_id: Annotated[
        str,
        Meaning(
            "The application's id. Not set: Discord is asked for it, with the bot's token.",
            variable="DISCORD_APP_ID",
            pattern=r"[\w-]*",
            example="846462639134605312",
        ),
    ] = ""
    public_key: Annotated[
        str,
        Meaning(
            "The application's public key, which Discord's requests are verified with. Without it "
            "`/discord/interactions` lets nobody in.",
            variable="DISCORD_PUBLIC_KEY",
            pattern=r"([0-9a-fA-F]{64})?",
            example="the 64 hexadecimal digits under General Information",
        ),
    ] = ""
    api_base: Annotated[
        str,
        Meaning(
            "Where Discord's API is.",
            variable="DISCORD_API_BASE",
            pattern=ADDRESS,
            example="https://discord.com/api/v10",
        ),
    ] = f"{DISCORD}api/v10"
    guilds: Annotated[
        tuple[str, ...],
        Meaning(
            "Ids of the servers that commands are added to, where they are there at once. Not "
            "set: everywhere for `aizuchi discord sync`, and those the bot is in for `serve`."
        ),
    ] = ()
    commands: Annotated[
        Commands,
        Meaning("The slash commands: `[[discord.commands]]` for each, as below."),
    ] = DEFAULT
    message_command: Annotated[
        str,
        Meaning(
            "What the menu of a message calls asking about it; empty: it is not there.",
            pattern=r".{0,32}",
            example="Ask about this",
        ),
    ] = "Ask about this"
    ephemeral: Annotated[
        bool,
        Meaning("Whether only who used a command sees its answer, or the whole channel."),
    ] = False
    buttons: Annotated[
        bool,
        Meaning("Whether an answer has buttons to stop it and to have it made again."),
    ] = True
    greeting: Annotated[
        str,
        Meaning("The answer to a mention or a command without a question.", example="Yes?"),
    ] = ""

    @property
    def is_on(self) -> bool:
        """Whether there is anything to connect with."""
        return bool(self.bot_token or self.public_key)

    @property
    def is_real(self) -> bool:
        """Whether this is Discord's own API, and none that is played."""
        return self.api_base.startswith(DISCORD)

    @property
    def is_declared(self) -> bool:
        """Whether somebody said which commands there are; if nobody did, any name is answered."""
        return self.commands is not DEFAULT

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All of them, set or not."""
        return (self.bot_token,)

    def command(self, name: str) -> Command | None:
        return next((each for each in self.commands if each.name == name), None)
