"""How `[discord]` says that messages are taken, and whom `[access]` lets in."""

from collections.abc import Iterable
from typing import NamedTuple

from aizuchi.events import Sender
from aizuchi.settings.commands import DEFAULT, Command, Commands
from aizuchi.surfaces.discord import NAME


class Manner(NamedTuple):
    """`commands` are known by name, and any other name is where `takes_any`. `allow` are the ids
    that `[access]` names: of guilds, roles and people; without any, everybody is let in."""

    commands: Commands = DEFAULT
    takes_any: bool = True
    message_command: str = "Ask about this"
    ephemeral: bool = False
    allow: frozenset[str] = frozenset()

    def command(self, name: str) -> Command | None:
        return next((each for each in self.commands if each.name == name), None)

    def knows(self, name: str) -> bool:
        return self.takes_any or self.command(name) is not None

    def is_ephemeral(self, name: str) -> bool:
        command = self.command(name)
        return self.ephemeral if command is None or command.ephemeral is None else command.ephemeral

    def seen(self, sender: Sender) -> Sender:
        """The sender, as `[access]` sees them: outside, where only those it names are let in."""
        return sender._replace(outside=bool(self.allow))

    def lets_in(self, sender: Sender) -> bool:
        return not self.allow or not self.allow.isdisjoint((sender.id, *sender.groups))


def allowed(allow: Iterable[str]) -> frozenset[str]:
    """Those of `[access] allow` that are Discord's: numbers, or with its name in front."""
    prefix = f"{NAME}:"
    return frozenset(
        each.removeprefix(prefix) for each in allow if each.startswith(prefix) or each.isdigit()
    )
