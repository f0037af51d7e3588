"""What people do: write, mention, command, click, fill in; and what came of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.discord.components import LABEL, MENUS, ROW, buttons, every
from aizuchi.simulator.discord.deliveries import Ack
from aizuchi.simulator.discord.interacting import deliver
from aizuchi.simulator.discord.options import BadOption, fill
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.things import (
    AUTOCOMPLETE,
    CHAT_INPUT,
    COMMAND,
    COMPONENT,
    DM,
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


class CannotDo(Exception):
    """A person cannot do that in Discord; the message says why."""


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

    async def mentions(self, text: str, channel: Channel, *, times: int = 1) -> Said:
        """Mentions the app."""
        return await self.says(f"<@{self._state.bot.id}> {text}".strip(), channel, times=times)

    async def dm(self, text: str, *, times: int = 1) -> Said:
        return await self.says(text, self.direct, times=times)

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
        command = self._command(name, place, CHAT_INPUT)
        data = self._filled(command, values or {}, place)
        return await self._ask(COMMAND, place, data, times, bad_signature=bad_signature)

    async def message_command(self, name: str, message: Message, *, times: int = 1) -> Said:
        """A command from the menu of a message."""
        place = self._state.channels[message.channel]
        command = self._command(name, place, MESSAGE_COMMAND)
        resolved = {"messages": {message.id: message_fields(self._state, message)}}
        data = _named(command) | {"target_id": message.id, "resolved": resolved}
        return await self._ask(COMMAND, place, data, times)

    async def completes(
        self, name: str, option: str, text: str, channel: Channel | None = None
    ) -> list[dict[str, Any]]:
        """Begins to fill in an option; what is offered to choose from."""
        place = channel or self.direct
        command = self._command(name, place, CHAT_INPUT)
        kinds = {one["name"]: one for one in command.fields.get("options") or ()}
        if not kinds.get(option, {}).get("autocomplete"):
            raise CannotDo(f"{option} of /{name} does not complete itself")
        told = {"name": option, "type": kinds[option]["type"], "value": text, "focused": True}
        said = await self._ask(AUTOCOMPLETE, place, _named(command) | {"options": [told]}, 1)
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
        part = self._part(message, what)
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
        rows = [_row(one, values) for one in parts if one["type"] in (ROW, LABEL)]
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

    def _command(self, name: str, channel: Channel, kind: int) -> Command:
        """The command of this name that the person is offered there: the guild's own first."""
        local = of_place(self._state, channel.guild) if channel.guild else []
        offered = [*local, *of_place(self._state, "")]
        for command in offered:
            if (command.name, command.kind) == (name.lstrip("/"), kind):
                self._may_use(command, channel)
                return command
        known = ", ".join(sorted({one.name for one in offered if one.kind == kind})) or "none"
        raise CannotDo(f"there is no command {name!r}; the app has registered {known}")

    def _may_use(self, command: Command, channel: Channel) -> None:
        may = self._state.may(self.id, channel)
        needed = command.fields.get("default_member_permissions")
        if needed is not None and channel.guild and not _suffices(may, needed):
            raise CannotDo(f"{self.user.name} may not use {command.name}")
        if channel.kind != DM and Can.USE_APPLICATION_COMMANDS not in may:
            raise CannotDo(f"{self.user.name} may use no commands in {channel.name}")
        contexts = command.fields.get("contexts")
        if contexts is not None and (1 if channel.kind == DM else 0) not in contexts:
            raise CannotDo(f"{command.name} is not offered in {channel.name}")

    def _filled(
        self, command: Command, values: Mapping[str, Any], channel: Channel
    ) -> dict[str, Any]:
        try:
            options, resolved = fill(self._state, command.fields, values, channel)
        except BadOption as bad:
            raise CannotDo(str(bad)) from None
        inside = {"resolved": resolved} if resolved else {}
        return _named(command) | ({"options": options} if options else {}) | inside

    def _part(self, message: Message, what: str) -> dict[str, Any]:
        if message.deleted or message.ephemeral_to not in ("", self.id):
            raise CannotDo(f"{self.user.name} does not see that message")
        usable = buttons(message.components)
        for part in usable:
            if what in ("", part.get("label"), part.get("custom_id")):
                return part
        labels = ", ".join(repr(one.get("label", one.get("custom_id"))) for one in usable)
        raise CannotDo(f"there is no button {what!r}; there are {labels or 'none'}")

    async def _ask(
        self,
        kind: int,
        channel: Channel,
        data: dict[str, Any],
        times: int,
        *,
        source: str = "",
        bad_signature: bool = False,
    ) -> Said:
        interaction = self._state.ask(kind, self.id, channel)
        interaction.data, interaction.source = data, source
        interaction.owners = self._discord.owners(channel, self.user)
        acks = await deliver(self._discord, interaction, times, bad_signature=bad_signature)
        return Said(channel.id, interaction.id, acks, interaction)


def _named(command: Command) -> dict[str, Any]:
    place = {"guild_id": command.guild} if command.guild else {}
    return {"id": command.id, "name": command.name, "type": command.kind, **place}


def _row(row: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A row of a modal, filled in."""
    part = row["component"] if row["type"] == LABEL else row["components"][0]
    value = values.get(part["custom_id"], part.get("value", ""))
    filled = {"type": part["type"], "custom_id": part["custom_id"], "value": value}
    inside = {"component": filled} if row["type"] == LABEL else {"components": [filled]}
    return {"type": row["type"], **inside}


def _suffices(may: Can, needed: str) -> bool:
    """Whether somebody who may this may use a command that needs that; "0" is administrators'."""
    return Can.ADMINISTRATOR in may or (needed != "0" and not Can(int(needed)) & ~may)
