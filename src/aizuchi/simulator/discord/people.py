"""What people do: write, mention, command, click, fill in; and what came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi.simulator.discord.components import LABEL, MENUS, ROW, every
from aizuchi.simulator.discord.deliveries import Ack
from aizuchi.simulator.discord.interacting import deliver
from aizuchi.simulator.discord.offers import (
    CannotDo,
    filled,
    filled_row,
    installed_for,
    named,
    offered,
    usable_part,
)
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.things import (
    AUTOCOMPLETE,
    CHAT_INPUT,
    COMMAND,
    COMPONENT,
    MESSAGE_COMMAND,
    MODAL_SUBMIT,
    REPLY,
    Attachment,
    Channel,
    Command,
    Interaction,
    Message,
    User,
)

if TYPE_CHECKING:
    from aizuchi.simulator.discord.fake import FakeDiscord


class Said(NamedTuple):
    """Something that a person did: where, as which message or interaction, and how the endpoint
    took each delivery of it (nothing over the Gateway)."""

    channel: str
    id: str
    acks: tuple[Ack, ...] = ()
    interaction: Interaction | None = None

    @property
    def statuses(self) -> list[int]:
        return [ack.status for ack in self.acks]

    @property
    def is_taken(self) -> bool:
        """Whether the app may answer: a message always, an interaction if it was acknowledged."""
        return self.interaction is None or self.interaction.is_acknowledged


class Person:
    """Somebody who uses Discord."""

    def __init__(self, discord: "FakeDiscord", user: User) -> None:
        self._discord, self._state = discord, discord.state
        self.user = user

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def direct(self) -> Channel:
        """This person's direct messages with the app."""
        return self._state.direct(self.id)

    # ── messages ──────────────────────────────────────────────────────────────

    async def mentions(
        self,
        text: str,
        channel: Channel,
        *,
        files: tuple[Attachment, ...] = (),
        times: int = 1,
    ) -> Said:
        """Mentions the app."""
        mention = f"<@{self._state.bot.id}> {text}".strip()
        return await self.says(mention, channel, files=files, times=times)

    async def dm(self, text: str, *, files: tuple[Attachment, ...] = (), times: int = 1) -> Said:
        return await self.says(text, self.direct, files=files, times=times)

    async def says(
        self,
        text: str,
        channel: Channel,
        *,
        reply_to: Message | None = None,
        files: tuple[Attachment, ...] = (),
        times: int = 1,
    ) -> Said:
        """Writes; the Gateway tells of it `times` times."""
        self._may_write(channel)
        message = Message(self._state.new_id(), channel.id, self.id, text)
        message.attachments = list(files)
        if reply_to:
            message.kind, message.reference = REPLY, reply_to.id
        self._state.add(message)
        self._discord.tell(times)
        return Said(channel.id, message.id)

    async def edits(self, said: Said, text: str) -> Said:
        message = self._own(said)
        message.content, message.edited_at = text, self._state.clock()
        self._state.change(message)
        self._discord.tell()
        return said

    async def deletes(self, said: Said) -> Said:
        self._state.remove(self._own(said))
        self._discord.tell()
        return said

    def file(self, name: str, data: bytes, content_type: str = "text/plain") -> Attachment:
        """A file to give to a command or to attach to a message."""
        attachment = Attachment(self._state.new_id(), name, data, content_type)
        self._state.attachments[attachment.id] = attachment
        return attachment

    # ── commands, buttons, modals ─────────────────────────────────────────────

    async def command(
        self,
        name: str,
        values: Mapping[str, Any] | None = None,
        channel: Channel | None = None,
        *,
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        """A slash command, in a channel or, without one, in the direct messages."""
        place = channel or self.direct
        command = self._offered(name, place, CHAT_INPUT)
        data = filled(self._state, command, values or {}, place)
        return await self._ask(
            COMMAND, place, data, times, command=command, bad_signature=bad_signature
        )

    async def message_command(self, name: str, message: Message, *, times: int = 1) -> Said:
        """A command from the menu of a message."""
        place = self._state.channels[message.channel]
        command = self._offered(name, place, MESSAGE_COMMAND)
        resolved = {"messages": {message.id: message_fields(self._state, message)}}
        data = named(command) | {"target_id": message.id, "resolved": resolved}
        return await self._ask(COMMAND, place, data, times, command=command)

    async def completes(
        self, name: str, option: str, text: str, channel: Channel | None = None
    ) -> list[dict[str, Any]]:
        """Begins to fill in an option; what is offered to choose from."""
        place = channel or self.direct
        command = self._offered(name, place, CHAT_INPUT)
        kinds = {one["name"]: one for one in command.fields.get("options") or ()}
        if not kinds.get(option, {}).get("autocomplete"):
            raise CannotDo(f"{option} of /{name} does not complete itself")
        told = {"name": option, "type": kinds[option]["type"], "value": text, "focused": True}
        data = named(command) | {"options": [told]}
        said = await self._ask(AUTOCOMPLETE, place, data, 1, command=command)
        assert said.interaction
        return said.interaction.choices or []

    async def clicks(
        self,
        message: Message,
        what: str = "",
        *,
        values: tuple[str, ...] = (),
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        """Clicks on a button of a message or chooses from its menu, by its label or custom id."""
        part = usable_part(message, self.user, what)
        data = {"custom_id": part["custom_id"], "component_type": part["type"]}
        if part["type"] in MENUS:
            data["values"] = list(values)
        place = self._state.channels[message.channel]
        return await self._ask(
            COMPONENT, place, data, times, source=message.id, bad_signature=bad_signature
        )

    async def submits(self, said: Said, values: Mapping[str, str]) -> Said:
        """Fills in the modal that was opened, by the custom ids of its fields, and sends it."""
        asked = said.interaction
        if asked is None or asked.opened is None:
            raise CannotDo("there is no modal to fill in")
        parts = asked.opened["components"]
        if strange := values.keys() - {one.get("custom_id") for _, one in every(parts, "")}:
            raise CannotDo(f"the modal has no field {', '.join(sorted(strange))}")
        rows = [filled_row(one, values) for one in parts if one["type"] in (ROW, LABEL)]
        data = {"custom_id": asked.opened["custom_id"], "components": rows}
        place = self._state.channels[asked.channel]
        return await self._ask(MODAL_SUBMIT, place, data, 1, source=asked.source)

    # ── what is possible ──────────────────────────────────────────────────────

    def _may_write(self, channel: Channel) -> None:
        if Can.SEND_MESSAGES not in self._state.may(self.id, channel):
            raise CannotDo(f"{self.user.name} may not write in {channel.name}")

    def _own(self, said: Said) -> Message:
        message = self._state.messages.get(said.id)
        if message is None or message.author != self.id:
            raise CannotDo(f"{said.id} is not a message of {self.user.name}")
        return message

    def _offered(self, name: str, channel: Channel, kind: int) -> Command:
        owners = self._discord.owners(channel, self.user)
        return offered(self._state, self.user, name, channel, kind, owners)

    async def _ask(
        self,
        kind: int,
        channel: Channel,
        data: dict[str, Any],
        times: int,
        *,
        command: Command | None = None,
        source: str = "",
        bad_signature: bool = False,
    ) -> Said:
        interaction = self._state.ask(kind, self.id, channel)
        interaction.data, interaction.source = data, source
        interaction.owners = installed_for(command, self._discord.owners(channel, self.user))
        acks = await deliver(self._discord, interaction, times, bad_signature=bad_signature)
        return Said(channel.id, interaction.id, acks, interaction)
