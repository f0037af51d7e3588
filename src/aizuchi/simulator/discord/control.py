"""The fake Discord worked from outside, for `aizuchi trigger`: somebody writes, a transcript comes.

`POST /control/<what>` with what a person does (`mention`, `dm`, `command`, `button`), in
JSON: `text`, `who`, `channel`, `guild`, `times`, `bad_signature`, `command`, `label`, `file`,
`within_s`. Only from this machine, and with the token that was made at the start.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.discord.components import buttons
from aizuchi.simulator.discord.fake import FakeDiscord
from aizuchi.simulator.discord.offers import CannotDo
from aizuchi.simulator.discord.people import Person, Said
from aizuchi.simulator.discord.permissions import OWNER
from aizuchi.simulator.discord.quiet import until_quiet
from aizuchi.simulator.discord.things import CHAT_INPUT, Channel, Guild, Message
from aizuchi.simulator.orders import BadOrder, file_in, is_allowed, read

WITHIN_S, READY_WITHIN_S = 150.0, 10.0
STRING = 3
DEFAULTS: Mapping[str, Any] = {
    "text": "",
    "who": "ann",
    "channel": "general",
    "guild": "",
    "times": 1,
    "bad_signature": False,
    "command": "ask",
    "label": "",
    "file": {},
    "within_s": WITHIN_S,
}


class Control:
    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    async def take(self, request: Request) -> Response:
        if not is_allowed(request, self._discord.control_token):
            return JSONResponse({"error": "the control token of this run is needed"}, 401)
        try:
            order = read(await request.body(), DEFAULTS)
            said = await self._do(request.path_params["what"], order)
        except (BadOrder, CannotDo) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(await self._seen(said, order))

    async def _do(self, what: str, order: Mapping[str, Any]) -> Said:
        person, text, times = self._person(order), order["text"], order["times"]
        copies = {"times": times, "bad_signature": order["bad_signature"]}
        files = (person.file(*file),) if (file := file_in(order)) else ()
        match what:
            case "mention":
                await self._connected(order)
                channel = self._channel(order)
                return await person.mentions(text, channel, files=files, times=times)
            case "dm":
                await self._connected(order)
                return await person.dm(text, files=files, times=times)
            case "command":
                await self._until(lambda: bool(self._discord.state.commands))
                name, channel = order["command"].lstrip("/"), self._channel(order)
                values = self._values(name, channel.guild, text)
                return await person.command(name, values, channel, **copies)
            case "button":
                message = self._message(self._channel(order), order["label"])
                return await person.clicks(message, order["label"], **copies)
        raise BadOrder(f"nobody can {what!r}: mention, dm, command or button")

    async def _seen(self, said: Said, order: Mapping[str, Any]) -> dict[str, Any]:
        """What came of it, once that is settled."""
        discord, person = self._discord, self._person(order)
        channel = discord.state.channels[said.channel]
        quiet = said.is_taken and await until_quiet(discord, said, order["within_s"])
        return {
            "statuses": said.statuses,
            "thread": "",
            "quiet": quiet,
            "transcript": discord.transcript(person, channel, self._since(said)),
            "findings": discord.findings(channel, said.id) if quiet else [],
        }

    def _since(self, said: Said) -> str:
        """Where to begin to show: at what was said, or at the message that was clicked on."""
        return said.interaction.source or said.id if said.interaction else said.id

    async def _connected(self, order: Mapping[str, Any]) -> None:
        """Raises BadOrder where a message would not be heard."""
        if order["bad_signature"]:
            raise BadOrder("messages come over the Gateway, where nothing is signed")
        if not await self._until(lambda: self._discord.gateway.count > 0):
            raise BadOrder("the assistant is not connected to the Gateway, so it hears no message")

    async def _until(self, is_so: Callable[[], bool]) -> bool:
        """Whether it is so, or soon is: a server that has just begun connects and registers."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not is_so():
                    await self._discord.state.moved.wait()
        except TimeoutError:
            return False
        return True

    def _values(self, name: str, guild: str, text: str) -> dict[str, str]:
        """The text as the first option of the command that takes one."""
        state = self._discord.state
        for command in (*of_place(state, guild), *of_place(state, "")):
            if (command.name, command.kind) == (name, CHAT_INPUT):
                options = command.fields.get("options") or ()
                first = next((one["name"] for one in options if one["type"] == STRING), None)
                return {first: text} if first and text else {}
        return {}

    def _person(self, order: Mapping[str, Any]) -> Person:
        """The person of this name, who is made at the first word."""
        discord, name = self._discord, order["who"]
        users = (one for one in discord.state.users.values() if not one.is_bot)
        user = next((one for one in users if one.name == name), None)
        person = Person(discord, user) if user else discord.person(name)
        guild = self._guild(order)
        guild.members.setdefault(person.id, set())
        if name == OWNER:
            guild.owner = person.id
        return person

    def _guild(self, order: Mapping[str, Any]) -> Guild:
        name = order["guild"]
        for guild in self._discord.state.guilds.values():
            if name in ("", guild.name):
                return guild
        return self._discord.add_guild(name)

    def _channel(self, order: Mapping[str, Any]) -> Channel:
        guild, name = self._guild(order), order["channel"]
        for channel in self._discord.state.channels.values():
            if (channel.name, channel.guild) == (name, guild.id):
                return channel
        return self._discord.channel(name, guild)

    def _message(self, channel: Channel, label: str) -> Message:
        """The last message there with that button."""
        for message in reversed(self._discord.state.messages.values()):
            labels = [one.get("label") for one in buttons(message.components)]
            if message.channel == channel.id and (label in labels or (labels and not label)):
                return message
        raise BadOrder(f"no message in #{channel.name} has a button {label!r}")
