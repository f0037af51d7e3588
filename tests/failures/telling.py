"""The whole way of a question: web, store, worker, model client, and a fake endpoint."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.web.house import House, Person, house, text_of

from aizuchi.models.openai import OpenAIModel
from aizuchi.ports import Declared, Part, PromptMessage
from aizuchi.simulator.model import Behaviour, FakeModel, fake_model
from aizuchi.testing.asgi_client import Event, events_of
from aizuchi.words import Language

SILENCE_S = 0.6
QUESTIONS: dict[Language, str] = {"en": "What is it?", "ja": "それは何ですか"}


class Bug(Exception):
    """Nothing that a model may raise."""


class Watched:
    """A model that counts how often it is asked, and can have a defect of our own."""

    def __init__(self, model: OpenAIModel, bug: str = "") -> None:
        self._model, self._bug = model, bug
        self.prompts: list[Sequence[PromptMessage]] = []

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        self.prompts.append(prompt)
        async with aclosing(self._model.stream(prompt)) as parts:  # type: ignore[type-var]
            async for part in parts:
                yield part
                if self._bug:
                    raise Bug(self._bug)


class Told(NamedTuple):
    """What somebody who asked has got, and can get later. `seconds`: until the stream ended."""

    stream: bytes
    history: list[dict[str, Any]]
    export: str
    calls: int
    seconds: float

    @property
    def events(self) -> list[Event]:
        return events_of(self.stream)

    @property
    def text(self) -> str:
        """The answer as it stands on the screen in the end."""
        return text_of(self.events)

    def chunks(self, kind: str) -> list[dict[str, Any]]:
        return [event.chunk for event in self.events if event.chunk.get("type") == kind]

    @property
    def ends(self) -> list[dict[str, str]]:
        """What the stream says of an end that is not simply an answer."""
        return [chunk["data"] for chunk in self.chunks("data-outcome")]

    @property
    def stored(self) -> str:
        """The text of the last answer in the history."""
        parts = self.history[-1]["parts"]
        return "".join(part["text"] for part in parts if part["type"] == "text")

    @property
    def stored_ends(self) -> list[dict[str, str]]:
        parts = self.history[-1]["parts"]
        return [part["data"] for part in parts if part["type"] == "data-outcome"]

    @property
    def everything(self) -> str:
        """All that came to a client's eyes."""
        return f"{self.stream.decode()}\n{self.history}\n{self.export}"


class Place:
    """An assistant behind the web, and the endpoint that it asks."""

    def __init__(self, home: House, model: Watched, endpoint: FakeModel) -> None:
        self._model, self.endpoint = model, endpoint
        self._person: Person = home.person()

    @property
    def prompts(self) -> list[Sequence[PromptMessage]]:
        return self._model.prompts

    async def ask(self, question: str, ref: str = "m1") -> Told:
        loop = asyncio.get_running_loop()
        began, calls = loop.time(), len(self.prompts)
        response = await self._person.ask(question, ref=ref)
        seconds, calls = loop.time() - began, len(self.prompts) - calls
        export = await self._person.request("GET", "/api/chat/c1/export")
        history = await self._person.history()
        return Told(response.body, history, export.text, calls, seconds)


@asynccontextmanager
async def place(
    home: Path, *behaviours: Behaviour, name: str = "fake", bug: str = "", refused: bool = False
) -> AsyncIterator[Place]:
    """The assistant, with an endpoint that follows a script; or that nobody listens at."""
    async with fake_model() as endpoint:
        endpoint.script(*behaviours)
        base_url = f"http://127.0.0.1:{free_port()}/v1" if refused else endpoint.base_url
        client = OpenAIModel(
            model=name,
            base_url=base_url,
            api_key="key-of-the-test",
            first_token_s=SILENCE_S,
            idle_s=SILENCE_S,
        )
        model = Watched(client, bug)
        async with house(home, model) as home_:
            yield Place(home_, model, endpoint)
        await client.aclose()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def incidents_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The log lines, at the level of errors, that carry an incident's number."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return [record.getMessage() for record in errors if "incident" in record.getMessage()]
