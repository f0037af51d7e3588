"""An answer as it comes over the wire: bytes in, signs for the screen out, each once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aizuchi.answers import Outcome, Position


class Begun(NamedTuple):
    """An answer begins, perhaps after another one."""


class Waiting(NamedTuple):
    """What is being done meanwhile, in a few words; nothing where there is nothing to wait for."""

    text: str


class Doing(NamedTuple):
    """A step on the way."""

    id: str
    title: str
    failed: bool = False


class Words(NamedTuple):
    """The next piece of the answer."""

    text: str


class Again(NamedTuple):
    """All words so far are void."""


class Question(NamedTuple):
    """Something that the assistant may only do if it is allowed: in which answer it asks, what a
    yes or no has to name, and each call by its tool and arguments."""

    answer: str
    digest: str
    calls: tuple[tuple[str, str], ...]


class End(NamedTuple):
    """How it ended, and the line that tells why where it is not plain; or what it asks."""

    outcome: Outcome
    said: str = ""
    question: Question | None = None


class Lost(NamedTuple):
    """The connection broke; it is taken up again."""


Sign = Begun | Waiting | Doing | Words | Again | End | Lost

NOWHERE = ("", Position(0, -1))


class SseEvent(NamedTuple):
    id: str
    data: str


class SseReader:
    """Server-sent events out of bytes, however they are cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._id = ""
        self._data: list[str] = []

    def feed(self, data: bytes) -> Iterator[SseEvent]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            if text:
                self._field(text)
            elif self._data:
                yield SseEvent(self._id, "\n".join(self._data))
                self._data = []

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            self._id = value
        elif name == "data":
            self._data.append(value)


class Tail:
    """Follows answers over as many connections as it takes, each to its end.

    `last_event_id` is where the next connection goes on; `is_over` says that nothing follows.
    """

    def __init__(self) -> None:
        self.last_event_id = ""
        self.is_over = False
        self._reader = SseReader()
        self._seen = NOWHERE
        self._answer = ""
        self._outcome: End | None = None
        self._question: Question | None = None

    def connect(self) -> None:
        """A new connection begins; what the last one left unfinished is void."""
        self._reader = SseReader()
        self._seen = _place(self.last_event_id)

    def feed(self, data: bytes) -> list[Sign]:
        """The signs in the next bytes.

        Raises:
            ValueError, KeyError, TypeError: this is not an answer.
        """
        return [sign for event in self._reader.feed(data) for sign in self._take(event)]

    def _take(self, event: SseEvent) -> list[Sign]:
        if event.data == "[DONE]":
            self.is_over = True
            return []
        chunk = json.loads(event.data)
        if chunk["type"] == "start":
            return [self._start(chunk["messageId"])]
        if self._was_seen(event.id):
            return []
        self.last_event_id = event.id or self.last_event_id
        return _end(chunk, self._outcome) or self._read(chunk)

    def _was_seen(self, event_id: str) -> bool:
        turn, position = _place(event_id)
        return bool(turn) and turn == self._seen[0] and position <= self._seen[1]

    def _start(self, answer: str) -> Sign:
        """The beginning of an answer; of the one that we have, it is all of it once more."""
        known, self._answer = self._answer, answer
        self._seen, self._outcome, self._question = NOWHERE, None, None
        return Again() if answer == known else Begun()

    def _read(self, chunk: Mapping[str, Any]) -> list[Sign]:
        match chunk["type"]:
            case "text-delta":
                return [Words(chunk["delta"])]
            case "data-heard":
                return [Waiting(chunk["data"]["text"])]
            case "data-step":
                data = chunk["data"]
                return [Doing(chunk["id"], data["title"], failed=data["state"] == "failed")]
            case "reset-step":
                return [Again()]
            case "data-consent":
                self._question = question_in(self._answer, chunk["data"])
            case "data-outcome":
                data = chunk["data"]
                said = "" if self._question else data["text"]
                self._outcome = End(data["outcome"], said, self._question)
        return []


def question_in(answer: str, data: Mapping[str, Any]) -> Question:
    """What an answer asks, from its part."""
    calls = tuple((call["tool"], call["arguments"]) for call in data["calls"])
    return Question(answer, data["digest"], calls)


def _end(chunk: Mapping[str, Any], outcome: End | None) -> list[Sign]:
    """The end, where this chunk is one: as the outcome before it says, else by its own kind."""
    match chunk["type"]:
        case "finish":
            return [outcome or End("answered")]
        case "abort":
            return [outcome or End("cancelled")]
        case "error":
            return [outcome or End("failed", chunk["errorText"])]
    return []


def _place(event_id: str) -> tuple[str, Position]:
    """Where an event stands in which answer, from `<turn>:<attempt>:<n>`."""
    turn, *numbers = event_id.rsplit(":", 2)
    return (turn, Position(int(numbers[0]), int(numbers[1]))) if len(numbers) == 2 else NOWHERE
