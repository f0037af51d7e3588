"""The fake Slack worked from outside, for `aizuchi trigger`: somebody writes, a transcript comes.

`POST /control/<what>` with what a person does (`mention`, `dm`, `command`, `stop`), in JSON:
`text`, `who`, `channel`, `thread`, `times`, `bad_signature`, `command`, `within_s`. Only from
this machine, and with the token that was made at the start.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from aizuchi.simulator.slack.fake import FakeSlack
from aizuchi.simulator.slack.people import CannotDo, Person, Said
from aizuchi.simulator.slack.quiet import until_quiet
from aizuchi.simulator.slack.things import Channel

WITHIN_S = 150.0
MOST_COPIES = 100
LOOPBACK = ("127.0.0.1", "::1")
DEFAULTS: Mapping[str, Any] = {
    "text": "",
    "who": "ann",
    "channel": "general",
    "thread": "",
    "times": 1,
    "bad_signature": False,
    "command": "/ask",
    "within_s": WITHIN_S,
}


class Control:
    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def take(self, request: Request) -> Response:
        if not self._is_allowed(request):
            return JSONResponse({"error": "the control token of this run is needed"}, 401)
        try:
            order = read(await request.body())
            said = await self._do(request.path_params["what"], order)
        except (BadOrder, CannotDo) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(await self._seen(said, order))

    def _is_allowed(self, request: Request) -> bool:
        here = request.client is not None and request.client.host in LOOPBACK
        given = request.headers.get("authorization", "").encode()
        return here and hmac.compare_digest(given, f"Bearer {self._slack.control_token}".encode())

    async def _do(self, what: str, order: Mapping[str, Any]) -> Said:
        person, text = self._person(order["who"]), order["text"]
        copies = {"times": order["times"], "bad_signature": order["bad_signature"]}
        match what:
            case "mention":
                channel = self._channel(order["channel"], person)
                return await person.mentions(text, channel, order["thread"], **copies)
            case "dm":
                return await person.dm(text, order["thread"], **copies)
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


class BadOrder(Exception):
    """An order to the fake Slack that cannot be; the message says why."""


def read(body: bytes) -> dict[str, Any]:
    """An order, with what it does not say as usual."""
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise BadOrder("the order is not JSON") from None
    if not isinstance(given, dict):
        raise BadOrder("the order is not a JSON object")
    for name, value in given.items():
        usual = DEFAULTS.get(name)
        kinds = (int, float) if isinstance(usual, float) else type(usual)
        if usual is None or not isinstance(value, kinds):
            raise BadOrder(f"{name}={value!r} is not understood; there are {', '.join(DEFAULTS)}")
    if not 1 <= given.get("times", 1) <= MOST_COPIES:
        raise BadOrder(f"times={given['times']} is not between 1 and {MOST_COPIES}")
    return {**DEFAULTS, **given}
