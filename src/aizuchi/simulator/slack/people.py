"""What people do: write, mention, command, click, stop; and what came of it."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi.simulator.slack.deliveries import Ack, Attempt, Delivery
from aizuchi.simulator.slack.events import Parcel
from aizuchi.simulator.slack.refusals import Refused
from aizuchi.simulator.slack.responses import show, slackbot_says
from aizuchi.simulator.slack.state import Happened
from aizuchi.simulator.slack.things import Channel, Message, Team, User

if TYPE_CHECKING:
    from aizuchi.simulator.slack.fake import FakeSlack


class CannotDo(Exception):
    """A person cannot do that in Slack; the message says why."""


class Said(NamedTuple):
    """Something a person did: where, and how the app took its deliveries (the first try of each).

    `thread` is where an answer belongs.
    """

    channel: str
    ts: str
    thread: str
    acks: tuple[Ack, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def statuses(self) -> list[int]:
        return [ack.status for ack in self.acks]


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
        times: int = 1,
        bad_signature: bool = False,
    ) -> Said:
        """Mentions the app, in a thread or as the beginning of one."""
        mention = f"<@{self.team.bot_user}> {text}".strip()
        return await self.says(mention, channel, thread, times=times, bad_signature=bad_signature)

    async def dm(
        self, text: str, thread: str = "", *, times: int = 1, bad_signature: bool = False
    ) -> Said:
        return await self.says(text, self.direct, thread, times=times, bad_signature=bad_signature)

    async def says(
        self,
        text: str,
        channel: Channel,
        thread: str = "",
        *,
        times: int = 1,
        bad_signature: bool = False,
        subtype: str = "",
    ) -> Said:
        """Writes; the same delivery comes `times` times, at once."""
        self._may_write(channel)
        message = Message(self._state.next_ts(), channel.id, self.id, thread=thread)
        message.text, message.subtype = text, subtype
        self._state.add(message)
        return await self._tell(message.channel, message.ts, message.root, times, bad_signature)

    async def edits(self, said: Said, text: str) -> Said:
        message = self._own(said)
        before, message.text = message.text, text
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
        path = self._state.respond_at(place.id, self.id)
        parcel = self._command(command, text, place, path)
        said = await self._send([parcel], place.id, "", "", times, bad_signature)
        for ack in said.acks if not bad_signature else ():
            self._sees(ack, command, path)
        return said

    async def clicks(
        self, message: Message, action_id: str, value: str = "", *, bad_signature: bool = False
    ) -> Said:
        """Clicks on a button of the app's message."""
        path = self._state.respond_at(
            message.channel, self.id, thread=message.thread, message=message.ts
        )
        parcel = Parcel("interactive", self._click(message, action_id, value, path), False)
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

    def _command(self, command: str, text: str, place: Channel, path: str) -> Parcel:
        names = {"im": "directmessage", "group": "privategroup"}
        payload = {
            "token": "deprecated",
            "team_id": self.team.id,
            "team_domain": self.team.name.lower(),
            "enterprise_id": self.team.enterprise or None,
            "channel_id": place.id,
            "channel_name": names.get(place.kind, place.name),
            "user_id": self.id,
            "user_name": self.user.name,
            "command": command,
            "text": text,
            "api_app_id": self._state.app_id,
            "is_enterprise_install": "false",
            "response_url": self._slack.address + path,
            "trigger_id": f"{self._state.next_ts()}.{secrets.token_hex(4)}",
        }
        return Parcel("slash_commands", payload, self._state.points.commands_are_retried)

    def _click(self, message: Message, action_id: str, value: str, path: str) -> dict[str, Any]:
        action = {"type": "button", "action_id": action_id, "value": value}
        container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        return {
            "type": "block_actions",
            "user": {"id": self.id, "username": self.user.name, "team_id": self.user.team},
            "api_app_id": self._state.app_id,
            "team": {"id": self.team.id, "domain": self.team.name.lower()},
            "channel": {"id": message.channel},
            "container": container,
            "message": self._slack.payload(message),
            "trigger_id": f"{self._state.next_ts()}.{secrets.token_hex(4)}",
            "response_url": self._slack.address + path,
            "actions": [{**action, "action_ts": self._state.next_ts()}],
        }

    def _sees(self, ack: Ack, command: str, path: str) -> None:
        """What the acknowledgement of a command shows: an answer, nothing, or that it failed."""
        place = self._state.response_urls[path]
        if not ack.is_good:
            code = "operation_timeout" if ack.reason == "http_timeout" else "dispatch_failed"
            text = f"{command} failed with the error “{code}”"
            slackbot_says(self._state, place.channel, self.id, text)
            return
        given = _answer(ack.body)
        if given.get("response_type") == "in_channel":
            self._echo(command, place.channel)
        if given.get("text") or given.get("blocks"):
            try:
                show(self._state, place, given, made_by="ack")
            except Refused as refused:
                self._state.complain(f"the acknowledgement of {command}: {refused.error}")

    def _echo(self, command: str, channel: str) -> None:
        message = Message(self._state.next_ts(), channel, self.id)
        message.text, message.subtype = command, "slash_command"
        self._state.messages[channel, message.ts] = message


def _answer(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {"text": body.decode(errors="replace")}
    return given if isinstance(given, dict) else {"text": body.decode(errors="replace")}
