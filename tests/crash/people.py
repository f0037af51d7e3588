"""People who talk to an assistant that dies: through the ports, with a page, in a terminal."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple, Protocol

from aizuchi.answers import BEGINNING, Finished, Logged, fold
from aizuchi.surfaces.terminal.tail import Again, Begun, End, Tail, Words
from aizuchi.testing.asgi_client import Connection
from aizuchi.testing.engine_contract.bench import message

from .lives import Lives


class Read(NamedTuple):
    """What somebody has read of an answer in the end."""

    text: str
    outcome: str


class Reading:
    """An answer as somebody has it on the screen."""

    def __init__(self, taken: asyncio.Event) -> None:
        self.taken = taken
        self.begin()

    def begin(self) -> None:
        self.tail, self._words, self._outcome = Tail(), list[str](), ""

    def feed(self, data: bytes) -> None:
        for sign in self.tail.feed(data):
            match sign:
                case Begun() | Again():
                    self._words.clear()
                case Words(text):
                    self._words.append(text)
                case End(outcome):
                    self._outcome = outcome
                case _:
                    pass

    @property
    def read(self) -> Read:
        return Read("".join(self._words), self._outcome)


class Person(Protocol):
    """Says something in a conversation, and reads the answer to its end."""

    async def say(self, conversation: str, number: str, taken: asyncio.Event) -> Read:
        """`taken` is set when the message is known to be accepted."""
        ...

    async def history(self, conversation: str) -> Sequence[tuple[str, Read]]:
        """What was said there, by its number, and answered."""
        ...


class AtThePorts:
    """Talks to the engine itself: every call on its ports is a call that may break."""

    def __init__(self, lives: Lives) -> None:
        self._lives = lives

    async def say(self, conversation: str, number: str, taken: asyncio.Event) -> Read:
        said, log = message(number, conversation), list[Logged]()

        async def send(lives: Lives) -> None:
            assert lives.engine is not None
            await lives.engine.inbox.accept((said,), ())

        async def read_on(lives: Lives) -> None:
            assert lives.engine is not None
            after = log[-1].position if log else BEGINNING
            async for group in lives.engine.log.follow(number, after):
                log.extend(group)
            assert any(isinstance(line.entry, Finished) for line in log), "it broke off"

        await self._lives.insist(send)
        taken.set()
        await self._lives.insist(read_on)
        answer = fold(log)
        assert answer.finished is not None
        return Read(answer.text, answer.finished.outcome)

    async def history(self, conversation: str) -> Sequence[tuple[str, Read]]:
        found: list[tuple[str, Read]] = []

        async def look(lives: Lives) -> None:
            assert lives.engine is not None
            said = await lives.engine.chats.read("test:home:ann", conversation) or ()
            found[:] = [(one.turn_id, Read(one.answer, one.outcome)) for one in said]

        await self._lives.insist(look)
        return found


class AtThePage:
    """Sends until it is taken, then reads; comes back as a stock client does, for all of it."""

    goes_on = False

    def __init__(self, lives: Lives) -> None:
        self._lives = lives

    async def say(self, conversation: str, number: str, taken: asyncio.Event) -> Read:
        reading = Reading(taken)
        await self._lives.insist(lambda lives: self._send(lives, conversation, number, reading))
        return reading.read

    async def history(self, conversation: str) -> Sequence[tuple[str, Read]]:
        found: list[tuple[str, Read]] = []

        async def look(lives: Lives) -> None:
            assert lives.client is not None
            answer = await lives.client.request("GET", f"/api/chat/{conversation}")
            found[:] = _exchanges(answer.json()["messages"])

        await self._lives.insist(look)
        return found

    async def _send(self, lives: Lives, chat: str, number: str, reading: Reading) -> None:
        """Sends, or after a break asks for the rest; the same message again does no harm."""
        assert lives.client is not None
        going_on = self.goes_on and reading.tail.last_event_id
        reading.tail.connect()
        if going_on:
            headers = {"last-event-id": reading.tail.last_event_id}
            request = lives.client.open("GET", f"/api/chat/{chat}/stream", headers=headers)
        else:
            reading.begin()
            request = lives.client.open("POST", "/api/chat", body=body(chat, number))
        async with request as connection:
            assert connection.status == 200, connection.status
            reading.taken.set()
            await self._read(connection, reading)

    async def _read(self, connection: Connection, reading: Reading) -> None:
        while data := await connection.read():
            reading.feed(data)
        assert reading.tail.is_over, "the stream broke off without an end"


class InTheTerminal(AtThePage):
    """Comes back with the place where it stands, for the rest."""

    goes_on = True


class InTheUnderground(InTheTerminal):
    """Loses the connection again and again, after any number of bytes."""

    def __init__(self, lives: Lives, chance: Random, longest: int) -> None:
        super().__init__(lives)
        self._chance, self._longest = chance, longest
        self.cuts = 0

    async def say(self, conversation: str, number: str, taken: asyncio.Event) -> Read:
        reading = Reading(taken)
        while not reading.tail.is_over:
            self.goes_on = self._chance.random() < 0.95
            await self._lives.insist(lambda lives: self._send(lives, conversation, number, reading))
        return reading.read

    async def _read(self, connection: Connection, reading: Reading) -> None:
        size = self._chance.randrange(self._longest)
        reading.feed(await connection.read_exactly(size))
        self.cuts += not reading.tail.is_over


def body(chat: str, number: str) -> bytes:
    """A message as a page posts it."""
    part = {"type": "text", "text": f"question {number}"}
    said = {"id": number, "role": "user", "parts": [part]}
    return json.dumps({"id": chat, "messages": [said], "trigger": "submit-message"}).encode()


def _exchanges(messages: Sequence[dict[str, Any]]) -> list[tuple[str, Read]]:
    """Questions and answers in pairs, as a page shows its history."""
    pairs = zip(messages[::2], messages[1::2], strict=True)
    return [(asked["id"], Read(_text(answer), "answered")) for asked, answer in pairs]


def _text(said: dict[str, Any]) -> str:
    return "".join(part["text"] for part in said["parts"] if part["type"] == "text")
