"""The fake Slack worked from outside, for `aizuchi trigger`: somebody writes, a transcript comes.

`POST /control/<what>` with what a person does (`mention`, `dm`, `command`, `stop`), in JSON:
`text`, `who`, `channel`, `thread`, `file`, `times`, `bad_signature`, `command`, `within_s`. Only
from this machine, and with the token that was made at the start.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aizuchi.simulator.orders import BadOrder, file_in, is_allowed, read
from aizuchi.simulator.slack.fake import FakeSlack
from aizuchi.simulator.slack.people import CannotDo, Copies, Person, Said
from aizuchi.simulator.slack.quiet import until_quiet
from aizuchi.simulator.slack.things import Channel

WITHIN_S = 150.0
DEFAULTS: Mapping[str, Any] = {
    "text": "",
    "who": "ann",
    "channel": "general",
    "thread": "",
    "times": 1,
    "bad_signature": False,
    "command": "/ask",
    "file": {},
    "within_s": WITHIN_S,
}


class Control:
    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def take(self, request: Request) -> Response:
        if not is_allowed(request, self._slack.control_token):
            return JSONResponse({"error": "the control token of this run is needed"}, 401)
        try:
            order = read(await request.body(), DEFAULTS)
            said = await self._do(request.path_params["what"], order)
        except (BadOrder, CannotDo) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(await self._seen(said, order))

    async def _do(self, what: str, order: Mapping[str, Any]) -> Said:
        person, text = self._person(order["who"]), order["text"]
        copies: Copies = {"times": order["times"], "bad_signature": order["bad_signature"]}
        files = [person.file(*file)] if (file := file_in(order)) else []
        match what:
            case "mention":
                channel = self._channel(order["channel"], person)
                return await person.mentions(text, channel, order["thread"], files=files, **copies)
            case "dm":
                return await person.dm(text, order["thread"], files=files, **copies)
            case "command":
                channel = self._channel(order["channel"], person)
                return await person.command(order["command"], text, channel, **copies)
            case "stop":
                return await person.stops(self._channel_of(order["thread"]), order["thread"])
        raise BadOrder(f"nobody can {what!r}: mention, dm, command or stop")

    async def _seen(self, said: Said, order: Mapping[str, Any]) -> dict[str, Any]:
        """What came of it, once that is settled."""
        slack, person = self._slack, self._person(order["who"])
        channel = slack.state.channels[said.channel]
        taken = any(ack.is_good for ack in said.acks)
        quiet = taken and await until_quiet(slack, said, order["within_s"])
        return {
            "statuses": said.statuses,
            "thread": said.thread,
            "quiet": quiet,
            "transcript": slack.transcript(person, channel, said.ts or said.thread),
            "findings": slack.findings(channel, said.thread) if quiet else [],
        }

    def _person(self, name: str) -> Person:
        """The person of this name, who is made at the first word."""
        state = self._slack.state
        for user in state.users.values():
            if user.name == name and not user.is_bot:
                return Person(self._slack, user, self._slack.team)
        return self._slack.person(name)

    def _channel(self, name: str, person: Person) -> Channel:
        for channel in self._slack.state.channels.values():
            if channel.name == name and channel.kind != "im":
                return channel
        return self._slack.channel(name, "channel", person)

    def _channel_of(self, thread: str) -> Channel:
        state = self._slack.state
        for channel, ts in state.messages:
            if ts == thread:
                return state.channels[channel]
        raise BadOrder(f"there is no thread {thread!r}")
