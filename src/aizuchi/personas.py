"""Who answers where: the persona of a message by its command, its channel or its surface."""

from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.events import Message


class Persona(NamedTuple):
    """What the model is told first, and again after the question to hold the tone."""

    instructions: str = ""
    closing: str = ""


class Casting(NamedTuple):
    """Personas by the name of a slash command (without its slash, in small letters), by the id of
    a channel or a workspace, and by surface; and by their own names, as models of our API."""

    commands: Mapping[str, Persona] = {}
    channels: Mapping[str, Persona] = {}
    surfaces: Mapping[str, Persona] = {}
    models: Mapping[str, Persona] = {}

    def of(self, message: Message, otherwise: Persona) -> Persona:
        """Who answers this message: what is nearer to it goes before what is further off."""
        is_brought = message.history is not None
        named = self.models if is_brought else self.commands
        asked_for = message.via if is_brought else command_name(message.via)
        return (
            named.get(asked_for)
            or self._of_channel(message)
            or self.surfaces.get(message.surface)
            or otherwise
        )

    def _of_channel(self, message: Message) -> Persona | None:
        """The ids in a place's key go from the workspace inwards."""
        ids = reversed(message.place.key.split(":"))
        return next((self.channels[each] for each in ids if each in self.channels), None)


def command_name(command: str) -> str:
    """The name of a slash command, however it is written."""
    return command.strip().removeprefix("/").lower()
