"""How `[discord]` says that messages are taken, and whom `[access]` lets in."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aizuchi.events import Sender
from aizuchi.surfaces.discord import NAME

Choices = tuple[str | int | float, ...]


class Known(NamedTuple):
    """What has to be known of a declared command when it comes: `question` is what it asks in its
    own words, with `{option}` for a value; `ephemeral` is None where the usual is meant."""

    question: str = ""
    ephemeral: bool | None = None
    choices: Mapping[str, Choices] = {}


class Manner(NamedTuple):
    """`commands` are known by name, and any other name is where `takes_any`. `allow` are the ids
    that `[access]` names: of guilds, roles and people; without any, everybody is let in.
    `approvers` are those of `[tools]`."""

    commands: Mapping[str, Known] = {}
    takes_any: bool = True
    ephemeral: bool = False
    allow: frozenset[str] = frozenset()
    approvers: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        return self.takes_any or name in self.commands

    def question(self, name: str) -> str:
        return self.commands.get(name, Known()).question

    def choices(self, name: str, option: str) -> Choices:
        return self.commands.get(name, Known()).choices.get(option, ())

    def is_ephemeral(self, name: str) -> bool:
        declared = self.commands.get(name, Known()).ephemeral
        return self.ephemeral if declared is None else declared

    def sender(self, user: str, name: str, groups: tuple[str, ...]) -> Sender:
        """The sender, as `[access]` sees them: outside, where only those it names are let in."""
        return Sender(user, name, groups, bool(self.allow))

    def lets_in(self, sender: Sender) -> bool:
        return not self.allow or not self.allow.isdisjoint((sender.id, *sender.groups))


def allowed(allow: Iterable[str]) -> frozenset[str]:
    """Those of `[access] allow` that are Discord's: numbers, or with its name in front."""
    prefix = f"{NAME}:"
    return frozenset(
        each.removeprefix(prefix) for each in allow if each.startswith(prefix) or each.isdigit()
    )
