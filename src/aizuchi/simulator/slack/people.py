"""What people do: write, mention, command, click, stop; and what came of it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from aizuchi.simulator.slack.deliveries import Ack, Attempt, Delivery
from aizuchi.simulator.slack.events import Parcel
from aizuchi.simulator.slack.gestures import click_parcel, command_parcel
from aizuchi.simulator.slack.markup import typed
from aizuchi.simulator.slack.responses import acknowledged
from aizuchi.simulator.slack.state import Happened
from aizuchi.simulator.slack.things import Channel, File, Message, Team, User

if TYPE_CHECKING:
    from aizuchi.simulator.slack.fake import FakeSlack


class CannotDo(Exception):
    """A person cannot do that in Slack; the message says why."""


class Said(NamedTuple):
    """Something a person did: where and when, and how the app took it (the first try of each
    delivery). `thread` is where an answer belongs; nothing for a command."""

    channel: str
    ts: str
    thread: str
    acks: tuple[Ack, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def statuses(self) -> list[int]:
        return [ack.status for ack in self.acks]


class Copies(TypedDict):
    """How often something is delivered, and how it is signed."""

    times: int
    bad_signature: bool


class Person:
    """Somebody who uses Slack."""

    def __init__(self, slack: "FakeSlack", user: User, team: Team) -> None:
        self._slack, self._state = slack, slack.state
        self.user, self.team = user, team

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def direct(self) -> Channel:
        """This person's direct messages with the app."""
        return self._state.direct(self.team, self.id)

    # ── messages ──────────────────────────────────────────────────────────────

    async def mentions(
        self,
        text: str,
        channel: Channel,
        thread: str = "",
        *,
        files: Sequence[File] = (),
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        """Mentions the app, in a thread or as the beginning of one."""
        mention = f"<@{self.team.bot_user}> {text}".strip()
        copies: Copies = {"times": times, "bad_signature": bad_signature}
        return await self.says(mention, channel, thread, files=files, **copies)

    async def dm(
        self,
        text: str,
        thread: str = "",
        *,
        files: Sequence[File] = (),
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        copies: Copies = {"times": times, "bad_signature": bad_signature}
        return await self.says(text, self.direct, thread, files=files, **copies)

    async def says(
        self,
        text: str,
        channel: Channel,
        thread: str = "",
        *,
        files: Sequence[File] = (),
        times: int = 1,
        bad_signature: bool = False,
        subtype: str = "",
    ) -> Said:
        """Writes what is typed, or attaches files to it; the same delivery comes `times` times, at
        once."""
        self._may_write(channel)
        message = Message(self._state.next_ts(), channel.id, self.id, thread=thread)
        message.text, message.files = typed(text), tuple(files)
        message.subtype = subtype or ("file_share" if files else "")
        self._state.add(message)
        return await self._tell(message.channel, message.ts, message.root, times, bad_signature)

    def file(self, name: str, content: bytes, media_type: str = "text/plain") -> File:
        """A file to attach to a message."""
        return self._state.add_file(self.team.id, name, content, media_type)

    async def edits(self, said: Said, text: str) -> Said:
        message = self._own(said)
        before, message.text = message.text, typed(text)
        message.edited_at = self._state.next_ts()
        self._state.tell(Happened("changed", said.channel, self.id, message, before))
        return await self._tell(said.channel, said.ts, said.thread)

    async def deletes(self, said: Said) -> Said:
        message = self._own(said)
        message.deleted = True
        self._state.tell(Happened("deleted", said.channel, self.id, message))
        return await self._tell(said.channel, said.ts, said.thread)

    # ── the rest of it ────────────────────────────────────────────────────────

    async def opens_messages(self) -> Said:
        """Opens the app's direct messages."""
        self._state.tell(Happened("opened", self.direct.id, self.id))
        return await self._tell(self.direct.id, "", "")

    async def stops(self, channel: Channel, thread: str) -> Said:
        """Presses Stop, which is there while a session is at work or an answer streams."""
        streams = [
            message
            for message in self._state.thread(channel.id, thread)
            if self._state.is_streaming(message)
        ]
        if self._state.session_status(channel.id, thread) != "processing" and not streams:
            raise CannotDo(f"there is no Stop button in {thread}: nothing is at work there")
        for message in streams:
            assert message.stream
            message.stream.state = "stopped"
        stopped = tuple(message.ts for message in streams)
        happened = Happened("stopped", channel.id, self.id, streams=stopped, thread=thread)
        self._state.tell(happened)
        return await self._tell(channel.id, "", thread)

    async def command(
        self,
        command: str,
        text: str = "",
        channel: Channel | None = None,
        *,
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        """A slash command, in a channel or, without one, in the direct messages."""
        place = channel or self.direct
        self._may_write(place)
        path, ts = self._state.respond_at(place.id, self.id), self._state.next_ts()
        parcel = command_parcel(self._state, self.team, self.user, place, path, command, text)
        said = await self._send([parcel], place.id, ts, "", times, bad_signature)
        for ack in said.acks if not bad_signature else ():
            acknowledged(self._state, path, ack, f"{command} {text}".strip())
        return said

    async def clicks(
        self, message: Message, action_id: str, value: str = "", *, bad_signature: bool = False
    ) -> Said:
        """Clicks on a button of the app's message."""
        path = self._state.respond_at(
            message.channel, self.id, thread=message.thread, message=message.ts
        )
        parcel = click_parcel(self._state, self.team, self.user, message, path, action_id, value)
        place = (message.channel, message.ts, message.root)
        return await self._send([parcel], *place, 1, bad_signature)

    # ── how it is told ────────────────────────────────────────────────────────

    def _may_write(self, channel: Channel) -> None:
        if channel.archived:
            raise CannotDo(f"#{channel.name} is archived")
        if self.id not in channel.members:
            raise CannotDo(f"{self.user.name} is not in #{channel.name}")

    def _own(self, said: Said) -> Message:
        message = self._state.message(said.channel, said.ts)
        if message is None or message.user != self.id:
            raise CannotDo(f"{said.ts} is not a message of {self.user.name}")
        return message

    async def _tell(
        self, channel: str, ts: str, thread: str, times: int = 1, bad_signature: bool = False
    ) -> Said:
        parcels = self._slack.heard()
        return await self._send(parcels, channel, ts, thread, times, bad_signature)

    async def _send(
        self,
        parcels: Sequence[Parcel],
        channel: str,
        ts: str,
        thread: str,
        times: int,
        bad_signature: bool,
    ) -> Said:
        deliveries = [
            self._slack.deliveries.send(parcel, Attempt(number, bad_signature=bad_signature))
            for parcel in parcels
            for number in range(times)
        ]
        acks = await asyncio.gather(*(asyncio.shield(one.first) for one in deliveries))
        return Said(channel, ts, thread, tuple(acks), tuple(deliveries))
